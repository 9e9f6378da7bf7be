package conform

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// machine is a gen_statem that does what a table says: for every state and event, what to do and where to go.
type machine struct {
	genstatem.Base[term.Atom]
	*actor
	stage  *stage
	called string
	table  Op
	count  any // Erlang's data: an integer
	turns  int // callbacks so far
}

// entering is a machine with state enter calls.
type entering struct{ *machine }

// turnsMax is after how many callbacks a table counts as empty: it might never rest.
const turnsMax = 40

// states are those that a machine with state functions has functions for.
var states = []term.Atom{"a", "b", "c", "d"}

func newMachine(s *stage, called string, table Op) genstatem.Machine[term.Atom] {
	m := &machine{stage: s, called: called, table: table, count: 0}
	if table.flag("enter") {
		return entering{m}
	}
	return m
}

// Data is what sys sees.
func (m *machine) Data() any { return m.count }

// SetData is for sys too.
func (m *machine) SetData(data any) { m.count = data }

func (m *machine) log(what any) { m.s.log(m.name, what) }

// Init says who it is and does what the table says.
func (m *machine) Init(p *sim.Proc) step {
	m.stage.enter(m.called, p.Self(), false)
	m.actor = newActor(p, m.stage, m.called)
	m.catches = true
	m.log(term.Atom("init"))
	p.TrapExit(m.table.flag("trap"))
	ret, given := m.table["init_ret"]
	word, rest := verb(ret)
	switch {
	case !given || word == "ok":
		s := m.Next(term.Atom(m.table.textOr("init", "a")))
		return acted(s, m.actions(m.table.row("init_actions"), none))
	case word == "ignore":
		return m.Ignore()
	case word == "stop" && len(rest) == 1:
		return m.Stop(m.s.term(rest[0]))
	case word == "bad" && len(rest) == 1:
		return m.beginning(m.s.term(rest[0]))
	case (word == "exit" || word == "error") && len(rest) == 1:
		m.raise(word, m.s.term(rest[0]))
	}
	malformed(ret)
	return step{}
}

// beginning is the step that an Erlang value stands for that an init function has returned.
func (m *machine) beginning(v any) step {
	first, size, t := word(v)
	switch {
	case first == "ignore" && size == 0:
		return m.Ignore()
	case first == "stop" && size == 2:
		return m.Stop(t[1])
	case first == "error" && size == 2:
		return m.Fail(t[1])
	case first == ok && size == 3:
		return m.to(t[1], t[2], []any{})
	case first == ok && size == 4:
		return m.to(t[1], t[2], t[3])
	}
	return m.Bad(v)
}

// to goes to a state with new data.
func (m *machine) to(state, data, actions any) step {
	m.SetData(data)
	next, _ := state.(term.Atom)
	return acted(m.Next(next), actions)
}

// Enter makes a machine of the table an Enterer.
func (m entering) Enter(_ *sim.Proc, old, state term.Atom) step {
	m.defined(state)
	m.log(term.Tuple{state, term.Atom("enter"), old})
	return m.respond(state, m.state(state).object("enter"), none)
}

// HandleEvent does what the table says about the event.
func (m *machine) HandleEvent(_ *sim.Proc, state term.Atom, e genstatem.Event) step {
	m.defined(state)
	kind, key := typeOfEvent(e)
	m.log(term.Tuple{state, kind, e.Content})
	var caller any = none
	if e.Type == genstatem.CallEvent {
		caller = e.From
	}
	on := m.state(state).object("on")
	for _, k := range []string{key + ":" + contentKey(e.Content), key + ":_", "_"} {
		if on.has(k) {
			return m.respond(state, on.object(k), caller)
		}
	}
	return m.respond(state, Op{}, caller)
}

// defined crashes as Erlang does if there is no function for a state.
func (m *machine) defined(state term.Atom) {
	if m.table.textOr("mode", "") == "state_functions" && !slices.Contains(states, state) {
		panic(term.Atom("undef"))
	}
}

func (m *machine) state(s term.Atom) Op { return m.table.object("states").object(string(s)) }

// typeOfEvent is the type of an event as it is logged, and as keys of the table have it.
func typeOfEvent(e genstatem.Event) (logged any, key string) {
	if e.Type == genstatem.TimerEvent {
		name, _ := e.Name.(term.Atom)
		return term.Tuple{term.Atom("gto"), e.Name}, "gto:" + string(name)
	}
	return term.Atom(e.Type.String()), e.Type.String()
}

// contentKey is the content of an event as keys of the table have it.
func contentKey(content any) string {
	switch v := plain(content).(type) {
	case term.Atom:
		return string(v)
	case term.Tuple:
		if len(v) == 3 && v[0] == any(term.Atom("EXIT")) {
			return "EXIT"
		}
		return term.Format(v)
	default:
		return term.Format(v)
	}
}

// Terminate does what the table says.
func (m *machine) Terminate(_ *sim.Proc, state term.Atom, reason sim.Reason) {
	m.log(term.Tuple{state, term.Atom("terminate"), reason})
	m.catch(func() any {
		act := m.table.object("terminate")
		m.run(act.ops("do"))
		if class, rest := verb(act["ret"]); len(rest) == 1 && (class == "exit" || class == "error") {
			m.raise(class, m.s.term(rest[0]))
		}
		return nil
	})
}

// CodeChange does what extra says.
func (m *machine) CodeChange(_ *sim.Proc, _ any, state term.Atom, extra any) (term.Atom, error) {
	m.log(term.Tuple{term.Atom("code_change"), extra})
	first, size, t := word(extra)
	switch {
	case first == "fail" && size == 2:
		return state, &otp.StartError{Reason: t[1]}
	case first == "state" && size == 2:
		state, _ = t[1].(term.Atom)
	}
	return state, nil
}
