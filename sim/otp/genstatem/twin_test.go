package genstatem_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
)

// A table is a machine that both the real thing and its dumb twin can follow.
type table struct {
	Enters bool
	Rules  map[string]rule // by state and event, or state and "enter"
}

// rule is what to do in a state when an event comes.
type rule struct {
	To       int // a state, or stay, or repeat
	Postpone bool
	Acts     []act
}

const (
	stay   = -1
	repeat = -2
)

// act is an action: it inserts an event, or is about a time-out.
type act struct {
	What    string // internal, set, cancel, update
	Which   string // of the time-outs
	Millis  int
	Content int
}

var (
	states    = []state{"a", "b", "c"}
	whichs    = []string{"timeout", "state_timeout", "t", "u"}
	twinMoves = []string{"cast 1", "cast 2", "internal 1", "internal 2", "timeout", "state_timeout", "t", "u", "enter"}
)

// callbacksMax is after how many callbacks a table does nothing: it might never rest.
const callbacksMax = 80

// look finds a rule.
func (tb *table) look(s state, what string, content int, calls *int) rule {
	if *calls++; *calls > callbacksMax {
		return rule{To: stay}
	}
	if what == "cast" || what == "internal" {
		what = fmt.Sprintf("%s %d", what, content)
	}
	return tb.Rules[string(s)+" "+what]
}

// follower is the machine that follows a table.
type follower struct {
	genstatem.Base[state]
	*table
	log   []string
	calls int
}

type enteringFollower struct{ *follower }

func (f *follower) Init(*sim.Proc) step { return f.Next("a") }

func (f *follower) HandleEvent(_ *sim.Proc, s state, e event) step {
	what := e.Type.String()
	if e.Type == genstatem.TimerEvent {
		what = e.Name.(string)
	}
	content := e.Content.(int)
	f.log = append(f.log, fmt.Sprintf("%v %s %d", s, what, content))
	return f.follow(f.look(s, what, content, &f.calls))
}

func (f enteringFollower) Enter(_ *sim.Proc, old, s state) step {
	f.log = append(f.log, fmt.Sprintf("%v enter from %v", s, old))
	return f.follow(f.look(s, "enter", 0, &f.calls))
}

func (f *follower) follow(r rule) step {
	var s step
	switch r.To {
	case stay:
		s = f.Keep()
	case repeat:
		s = f.Repeat()
	default:
		s = f.Next(states[r.To])
	}
	if r.Postpone {
		s = s.Postpone()
	}
	for _, a := range r.Acts {
		s = a.add(s)
	}
	return s
}

func (a act) add(s step) step {
	d := time.Duration(a.Millis) * time.Millisecond
	switch a.What + " " + a.Which {
	case "internal ":
		return s.Internal(a.Content)
	case "set timeout":
		return s.Timeout(d, a.Content)
	case "set state_timeout":
		return s.StateTimeout(d, a.Content)
	case "cancel timeout":
		return s.CancelTimeout()
	case "cancel state_timeout":
		return s.CancelStateTimeout()
	case "update timeout":
		return s.UpdateTimeout(a.Content)
	case "update state_timeout":
		return s.UpdateStateTimeout(a.Content)
	}
	switch a.What {
	case "set":
		return s.Timer(a.Which, d, a.Content)
	case "cancel":
		return s.CancelTimer(a.Which)
	}
	return s.UpdateTimer(a.Which, a.Content)
}

// twin is a gen_statem written plainly: lists, and time by hand. Time is in microseconds.
type twin struct {
	*table
	state     state
	queue     []twinEvent // to handle before any message
	postponed []twinEvent
	zero      []string // time-outs of 0
	mailbox   []twinEvent
	timers    []twinTimer // in the order in which they were started
	content   map[string]int
	now       int
	log       []string
	calls     int
}

type twinEvent struct {
	what    string
	content int
	timer   bool // the message of a timer
}

type twinTimer struct {
	which string
	at    int
}

// rest handles all there is to handle.
func (w *twin) rest() {
	for {
		switch {
		case len(w.queue) > 0:
			e := w.queue[0]
			w.queue = w.queue[1:]
			w.handle(e)
		case len(w.zero) > 0:
			which := w.zero[0]
			e := twinEvent{what: which, content: w.content[which]}
			w.forget(which)
			w.handle(e)
		case len(w.mailbox) > 0:
			e := w.mailbox[0]
			w.mailbox = w.mailbox[1:]
			if e.timer {
				e.content = w.content[e.what]
				w.forget(e.what)
				e.timer = false
			}
			w.handle(e)
		default:
			return
		}
	}
}

// forget forgets all about a time-out.
func (w *twin) forget(which string) {
	delete(w.content, which)
	w.zero = slices.DeleteFunc(w.zero, func(s string) bool { return s == which })
	w.timers = slices.DeleteFunc(w.timers, func(t twinTimer) bool { return t.which == which })
	w.mailbox = slices.DeleteFunc(w.mailbox, func(e twinEvent) bool { return e.timer && e.what == which })
}

func (w *twin) handle(e twinEvent) {
	w.log = append(w.log, fmt.Sprintf("%v %s %d", w.state, e.what, e.content))
	r := w.look(w.state, e.what, e.content, &w.calls)
	next, enters := w.state, r.To == repeat
	if r.To >= 0 && states[r.To] != w.state {
		next, enters = states[r.To], true
	}
	w.change(next, enters, r, &e)
}

// change does what a rule says, and the rules of the enter calls that follow. e is nil when the machine begins.
func (w *twin) change(next state, enters bool, r rule, e *twinEvent) {
	acts := r.Acts
	for enters && w.Enters {
		w.log = append(w.log, fmt.Sprintf("%v enter from %v", next, w.state))
		r := w.look(next, "enter", 0, &w.calls)
		enters = r.To == repeat
		acts = append(slices.Clone(acts), r.Acts...)
	}
	if r.Postpone {
		w.postponed = append(w.postponed, *e)
	}
	w.forget("timeout")
	if next != w.state {
		w.forget("state_timeout")
		w.queue = append(w.postponed, w.queue...)
		w.postponed = nil
	}
	w.state = next
	w.timeouts(acts)
	var inserted []twinEvent
	for _, a := range acts {
		if a.What == "internal" {
			inserted = append(inserted, twinEvent{what: "internal", content: a.Content})
		}
	}
	w.queue = append(inserted, w.queue...)
}

// timeouts does what is said about time-outs: only what is said last about each counts; timers start last
// first, time-outs of 0 queue up first first.
func (w *twin) timeouts(acts []act) {
	var last []act
	for i, a := range acts {
		if a.Which != "" && !slices.ContainsFunc(acts[i+1:], func(b act) bool { return a.Which == b.Which }) {
			last = append(last, a)
		}
	}
	var zero []string
	for _, a := range slices.Backward(last) {
		_, isSet := w.content[a.Which]
		switch {
		case a.What == "update" && isSet:
			w.content[a.Which] = a.Content
		case a.What == "cancel":
			w.forget(a.Which)
		default:
			w.forget(a.Which)
			w.content[a.Which] = a.Content
			if a.What == "update" || a.Millis == 0 {
				zero = append([]string{a.Which}, zero...)
			} else {
				w.timers = append(w.timers, twinTimer{a.Which, w.now + 1000*a.Millis})
			}
		}
	}
	w.zero = append(w.zero, zero...)
}

// pass lets time pass. Timers that end together have all sent their messages before the first is handled.
func (w *twin) pass(span int) {
	w.rest()
	for end := w.now + span; ; {
		first := end + 1
		for _, t := range w.timers {
			first = min(first, t.at)
		}
		if first > end {
			w.now = end
			return
		}
		w.now = first
		for _, t := range w.timers {
			if t.at == first {
				w.mailbox = append(w.mailbox, twinEvent{what: t.which, timer: true})
			}
		}
		w.timers = slices.DeleteFunc(w.timers, func(t twinTimer) bool { return t.at == first })
		w.rest()
	}
}

// input is what is done to a machine: casts one after the other, and then time passes.
type input struct {
	Casts  []int
	Millis int
}

// span is how long the i-th input takes, in microseconds: never so that anything else happens when it ends.
func (in input) span(i int) int { return 1000*in.Millis + i + 1 }

func runTwin(tb *table, inputs []input) []string {
	w := &twin{table: tb, state: "a", content: map[string]int{}}
	w.change("a", true, rule{To: stay}, nil)
	for i, in := range inputs {
		for _, c := range in.Casts {
			w.mailbox = append(w.mailbox, twinEvent{what: "cast", content: c})
		}
		w.pass(in.span(i))
	}
	return w.log
}

func runReal(t *testing.T, tb *table, inputs []input) []string {
	f := &follower{table: tb}
	tell(t, dull(), func(p *sim.Proc, s *tale) {
		m, _ := genstatem.StartAlone(p, nil, func() genstatem.Machine[state] {
			if tb.Enters {
				return enteringFollower{f}
			}
			return f
		})
		for i, in := range inputs {
			for _, c := range in.Casts {
				otp.Cast(p, m.PID, c)
			}
			p.Sleep(time.Duration(in.span(i)) * time.Microsecond)
		}
		p.Exit(m.PID, sim.Kill)
	})
	return f.log
}

var (
	timeoutActs = rapid.Custom(func(t *rapid.T) act {
		return act{
			What:    rapid.SampledFrom([]string{"set", "set", "set", "cancel", "update"}).Draw(t, "what"),
			Which:   rapid.SampledFrom(whichs).Draw(t, "which"),
			Millis:  rapid.SampledFrom([]int{10, 0, 20, 30}).Draw(t, "ms"),
			Content: rapid.IntRange(1, 2).Draw(t, "content"),
		}
	})
	internalActs = rapid.Custom(func(t *rapid.T) act {
		return act{What: "internal", Content: rapid.IntRange(1, 2).Draw(t, "content")}
	})
	rules = rapid.Custom(func(t *rapid.T) rule {
		return rule{
			To:       rapid.SampledFrom([]int{stay, 0, 1, 2, repeat}).Draw(t, "to"),
			Postpone: rapid.IntRange(0, 3).Draw(t, "postpone") == 3,
			Acts:     rapid.SliceOfN(rapid.OneOf(timeoutActs, internalActs), 0, 3).Draw(t, "acts"),
		}
	})
	enterRules = rapid.Custom(func(t *rapid.T) rule {
		return rule{
			To:   rapid.SampledFrom([]int{stay, stay, stay, repeat}).Draw(t, "to"),
			Acts: rapid.SliceOfN(timeoutActs, 0, 2).Draw(t, "acts"),
		}
	})
	tables = rapid.Custom(func(t *rapid.T) *table {
		tb := &table{Enters: rapid.Bool().Draw(t, "enters"), Rules: map[string]rule{}}
		for _, s := range states {
			for _, what := range twinMoves {
				from := rules
				if what == "enter" {
					from = enterRules
				}
				tb.Rules[string(s)+" "+what] = from.Draw(t, string(s)+" "+what)
			}
		}
		return tb
	})
	inputLists = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) input {
		return input{
			Casts:  rapid.SliceOfN(rapid.IntRange(1, 2), 0, 4).Draw(t, "casts"),
			Millis: rapid.SampledFrom([]int{5, 10, 25}).Draw(t, "ms"),
		}
	}), 1, 8)
)

// Whatever the table and whatever is done to it, the machine does what a plain one does.
func TestTwin(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tb, inputs := tables.Draw(rt, "table"), inputLists.Draw(rt, "inputs")
		got, want := runReal(t, tb, inputs), runTwin(tb, inputs)
		if !slices.Equal(got, want) {
			i := 0
			for i < len(got) && i < len(want) && got[i] == want[i] {
				i++
			}
			rt.Fatalf("they part after %d callbacks\nreal %q\ntwin %q", i, got, want)
		}
	})
}
