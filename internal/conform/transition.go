package conform

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// step is what a machine's callbacks answer.
type step = genstatem.Step[term.Atom]

// none is in the place of a caller where nobody has called.
const none = term.Atom("none")

// respond does what the table says: operations, then what Erlang's callback would have returned.
func (m *machine) respond(state term.Atom, act Op, caller any) step {
	if m.turns++; m.turns > turnsMax {
		act = Op{}
	}
	return m.step(m.catch(func() any {
		if act.has("save") {
			m.kept["machine's caller "+act.text("save")] = caller
		}
		m.run(act.ops("do"))
		return m.value(state, act["next"], m.actions(act.row("actions"), caller))
	}))
}

// value is the Erlang value that a callback returns.
func (m *machine) value(state term.Atom, next any, actions []any) any {
	if next == nil {
		next = "keep"
	}
	count, _ := m.count.(int)
	what, rest := verb(next)
	switch {
	case rest == nil && what == "keep":
		return term.Tuple{term.Atom("keep_state"), count + 1, actions}
	case rest == nil && what == "repeat":
		return term.Tuple{term.Atom("repeat_state"), count + 1, actions}
	case rest == nil && (what == "keep_state_and_data" || what == "repeat_state_and_data"):
		return term.Tuple{term.Atom(what), actions}
	case rest == nil && what == "stop":
		return term.Atom("stop")
	case rest == nil:
		return term.Tuple{term.Atom("next_state"), term.Atom(what), count + 1, actions}
	case len(rest) == 0 && what == "same":
		return term.Tuple{term.Atom("next_state"), state, count + 1, actions}
	case len(rest) == 1 && what == "stop":
		return term.Tuple{term.Atom("stop"), m.s.term(rest[0])}
	case len(rest) == 1 && what == "stop_and_reply":
		return term.Tuple{term.Atom("stop_and_reply"), m.s.term(rest[0]), actions}
	case len(rest) == 1 && what == "throw" && rest[0] == any("keep"):
		return m.value(state, "keep", actions)
	case len(rest) == 1 && (what == "throw" || what == "bad"):
		return m.s.term(rest[0])
	case len(rest) == 1 && (what == "exit" || what == "error"):
		m.raise(what, m.s.term(rest[0]))
	}
	malformed(next)
	return nil
}

// shapes says where in what a callback returns its data and its actions stand; 0 is nowhere.
var shapes = []struct {
	word                term.Atom
	size, data, actions int
}{
	{"keep_state", 2, 1, 0}, {"keep_state", 3, 1, 2}, {"keep_state_and_data", 0, 0, 0}, {"keep_state_and_data", 2, 0, 1},
	{"repeat_state", 2, 1, 0}, {"repeat_state", 3, 1, 2}, {"repeat_state_and_data", 0, 0, 0}, {"repeat_state_and_data", 2, 0, 1},
	{"next_state", 3, 2, 0}, {"next_state", 4, 2, 3}, {"stop", 0, 0, 0}, {"stop", 2, 0, 0}, {"stop", 3, 2, 0},
	{"stop_and_reply", 3, 0, 2}, {"stop_and_reply", 4, 3, 2},
}

// step is what genstatem is told for a value that an Erlang callback has returned.
func (m *machine) step(v any) step {
	first, size, t := word(v)
	for _, shape := range shapes {
		if shape.word != first || shape.size != size {
			continue
		}
		if shape.data > 0 {
			m.SetData(t[shape.data])
		}
		s := m.bare(first, t).Spelled(v)
		switch {
		case first == "stop_and_reply":
			s = answered(s, t[shape.actions])
		case shape.actions > 0:
			s = acted(s, t[shape.actions])
		}
		return s
	}
	return m.Bad(v)
}

// bare is a step without its actions.
func (m *machine) bare(first term.Atom, t term.Tuple) step {
	switch first {
	case "next_state":
		next, _ := t[1].(term.Atom)
		return m.Next(next)
	case "repeat_state", "repeat_state_and_data":
		return m.Repeat()
	case "stop", "stop_and_reply":
		if len(t) == 0 {
			return m.Stop(sim.Normal)
		}
		return m.Stop(t[1])
	}
	return m.Keep()
}

// actions are the Erlang actions that the rows of a table stand for.
func (m *machine) actions(rows []any, caller any) []any {
	terms := make([]any, len(rows))
	for i := range rows {
		name, rest := verb(rows[i])
		terms[i] = m.action(name, rest, caller)
		if terms[i] == nil {
			malformed(rows[i])
		}
	}
	return terms
}

// action is one of them; nil if there is no such action.
func (m *machine) action(name string, rest []any, caller any) any {
	atom := func(i int) term.Atom { s, _ := rest[i].(string); return term.Atom(s) }
	value := func(i int) any { return m.s.term(rest[i]) }
	gto := func() any { return term.Tuple{term.Atom("timeout"), atom(0)} }
	switch {
	case len(rest) == 0 && (name == "postpone" || name == "hibernate"):
		return term.Atom(name)
	case len(rest) == 2 && name == "next_event":
		return term.Tuple{term.Atom(name), atom(0), value(1)}
	case len(rest) == 1 && name == "reply":
		return term.Tuple{term.Atom(name), caller, value(0)}
	case len(rest) == 2 && name == "reply_to":
		return term.Tuple{term.Atom("reply"), m.saved(string(atom(0))), value(1)}
	case len(rest) == 2 && (name == "timeout" || name == "state_timeout"):
		return term.Tuple{term.Atom(name), span(rest[0]), value(1)}
	case len(rest) == 3 && name == "gto":
		return term.Tuple{gto(), span(rest[1]), value(2)}
	case len(rest) == 1 && name == "cancel":
		return term.Tuple{atom(0), term.Atom(name)}
	case len(rest) == 1 && name == "cancel_gto":
		return term.Tuple{gto(), term.Atom("cancel")}
	case len(rest) == 2 && name == "update":
		return term.Tuple{atom(0), term.Atom(name), value(1)}
	case len(rest) == 2 && name == "update_gto":
		return term.Tuple{gto(), term.Atom("update"), value(1)}
	case len(rest) == 1 && name == "bad":
		return value(0)
	}
	return nil
}

// span is a time in a table.
func span(v any) any {
	if n, ok := v.(int); ok {
		return wait(n)
	}
	return term.Atom("infinity")
}

// saved is a caller that was saved, who is forgotten now.
func (m *machine) saved(k string) any {
	key := "machine's caller " + k
	caller, ok := m.kept[key]
	if !ok {
		return term.Undefined
	}
	delete(m.kept, key)
	return caller
}

// listed is an Erlang list of actions, or of the one action.
func listed(actions any) []any {
	if list, ok := actions.([]any); ok {
		return list
	}
	return []any{actions}
}

// acted is a step with the actions of an Erlang list, or the one action.
func acted(s step, actions any) step {
	for _, a := range listed(actions) {
		s = withAction(s, a)
	}
	return s
}

// answered is a step that stops with answers, which must all be such: the first that is none is told as it was spelled.
func answered(s step, answers any) step {
	for _, a := range listed(answers) {
		if first, size, t := word(a); first == "reply" && size == 3 {
			if from, ok := t[1].(otp.From); ok {
				s = s.Reply(from, t[2])
				continue
			}
		}
		s = s.BadAction(a)
	}
	return s
}

// withAction is a step with one Erlang action more.
func withAction(s step, a any) step {
	if d, ok := lasts(a); ok {
		return s.Timeout(d, a)
	}
	first, size, t := word(a)
	switch {
	case first == "postpone" && (size == 0 || size == 2 && t[1] == any(atomOf(true))):
		return s.Postpone()
	case first == "hibernate" && (size == 0 || size == 2 && t[1] == any(atomOf(true))):
		return s.Hibernate()
	case first == "reply" && size == 3:
		if from, ok := t[1].(otp.From); ok {
			return s.Reply(from, t[2])
		}
	case first == "next_event" && size == 3:
		if e, ok := eventOf(t[1]); ok {
			e.Content = t[2]
			return s.NextEvent(e)
		}
	case first == "pop_callback_module" && size == 0:
		return s.Pop()
	}
	if t, ok := a.(term.Tuple); ok && len(t) > 1 {
		if e, ok := eventOf(t[0]); ok {
			return withTimeout(s, e, t)
		}
	}
	return s.BadAction(a)
}

// eventOf is an event of an Erlang type.
func eventOf(v any) (e genstatem.Event, ok bool) {
	if first, size, t := word(v); first == "timeout" && size == 2 {
		return genstatem.Event{Type: genstatem.TimerEvent, Name: t[1]}, true
	}
	for _, typ := range []genstatem.EventType{
		genstatem.InternalEvent, genstatem.CastEvent, genstatem.InfoEvent, genstatem.TimeoutEvent, genstatem.StateTimeoutEvent,
	} {
		if v == any(term.Atom(typ.String())) {
			return genstatem.Event{Type: typ}, true
		}
	}
	return e, false
}

// withTimeout is a step with an action about a time-out more.
func withTimeout(s step, e genstatem.Event, t term.Tuple) step {
	d, isTime := lasts(t[1])
	switch {
	case len(t) == 2 && t[1] == any(term.Atom("cancel")):
		d = sim.Forever
	case len(t) == 3 && t[1] == any(term.Atom("update")):
		return updated(s, e, t[2])
	case len(t) == 3 && isTime:
	default:
		return s.BadAction(t)
	}
	content := t[len(t)-1]
	switch e.Type {
	case genstatem.TimeoutEvent:
		return s.Timeout(d, content)
	case genstatem.StateTimeoutEvent:
		return s.StateTimeout(d, content)
	case genstatem.TimerEvent:
		return s.Timer(e.Name, d, content)
	}
	return s.BadAction(t)
}

func updated(s step, e genstatem.Event, content any) step {
	switch e.Type {
	case genstatem.TimeoutEvent:
		return s.UpdateTimeout(content)
	case genstatem.StateTimeoutEvent:
		return s.UpdateStateTimeout(content)
	}
	return s.UpdateTimer(e.Name, content)
}

// lasts is how long an Erlang time is.
func lasts(v any) (d time.Duration, ok bool) {
	switch v := v.(type) {
	case wait:
		return ms(int(v)), v >= 0
	case int:
		return ms(v) / oracleScale, v >= 0
	case term.Atom:
		return sim.Forever, v == "infinity"
	}
	return 0, false
}
