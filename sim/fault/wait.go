package fault

import (
	"slices"
	"sort"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// waits is a sim.Witness: it knows who waits for which event.
type waits struct {
	names map[sim.PID]sim.Name // of those who have one
	list  []*wait
}

// wait is one who waits.
type wait struct {
	event Event
	left  int // how many times more it must happen
	act   func()
}

// watch begins to wait for events of a world.
func watch(w *sim.World) *waits {
	x := &waits{names: map[sim.PID]sim.Name{}}
	v := w.View()
	for _, pid := range v.Processes() {
		if info, alive := v.Info(pid); alive && info.Name != "" {
			x.names[pid] = info.Name
		}
	}
	w.Watch(x)
	return x
}

func (x *waits) add(e Event, act func()) { x.list = append(x.list, &wait{e, max(e.Nth, 1), act}) }

// happened counts an event for those who wait for it.
func (x *waits) happened(what string, is func(e *Event) bool) {
	for _, one := range x.list {
		if one.event.What == what && is(&one.event) {
			if one.left--; one.left == 0 {
				one.act()
			}
		}
	}
	x.list = slices.DeleteFunc(x.list, func(one *wait) bool { return one.left <= 0 })
}

func (x *waits) process(what string, pid sim.PID, kind string) {
	x.happened(what, func(e *Event) bool { return (e.Kind == "" || e.Kind == kind) && e.Who.isOf(pid, x.names[pid]) })
}

// Took counts a message.
func (x *waits) Took(by sim.PID, m *sim.Msg) {
	if len(x.list) > 0 {
		x.happened(Message, func(e *Event) bool { return isMessage(m, e.Kind) && e.Who.isOf(by, x.names[by]) })
	}
}

// Observe counts what else happens.
func (x *waits) Observe(f sim.Fact) {
	switch f.Kind {
	case trace.Spawn:
		x.process(Start, f.Object, "")
	case trace.Register:
		x.names[f.Subject] = sim.Name(f.Text)
		x.happened(Start, func(e *Event) bool { return e.Who.named() && e.Who.isOf(f.Subject, sim.Name(f.Text)) })
	case trace.Unregister:
		delete(x.names, f.Subject)
	case trace.Exit:
		x.process(End, f.Subject, reasonOf(f.Detail))
	case trace.User:
		x.process(Fact, f.Subject, f.Text)
	case trace.Report:
		x.process(Report, f.Subject, f.Text)
	case trace.Node:
		x.node(f)
	}
}

// node counts what happens to nodes.
func (x *waits) node(f sim.Fact) {
	about, at := nodesOf(f)
	x.happened(f.Text, func(e *Event) bool { return e.Who.isAt(about, at) })
}

// nodesOf is whom a fact about nodes is about: its detail is who sees whom, or who it is and why.
func nodesOf(f sim.Fact) (about, at sim.Atom) {
	switch v := f.Detail.(type) {
	case sim.Atom:
		about, at = v, v
	case sim.Tuple:
		about, _ = v[0].(sim.Atom)
		at = about
		if f.Text == NodeUp || f.Text == NodeDown {
			about, _ = v[1].(sim.Atom)
		}
	}
	return about, at
}

// Occurrences is when events happened.
type Occurrences struct{ times [][]time.Duration }

// Tally notes from now on when each of some events happens; their Nth does not count.
func Tally(w *sim.World, events []Event) *Occurrences {
	o := &Occurrences{make([][]time.Duration, len(events))}
	x := watch(w)
	for i, e := range events {
		one := &wait{event: e, left: 1}
		one.act = func() {
			o.times[i] = append(o.times[i], w.View().Now())
			one.left = 1
		}
		x.list = append(x.list, one)
	}
	return o
}

// Before is how often the i-th event has happened up to a time, and when that was last; n is 0 if never.
func (o *Occurrences) Before(i int, at time.Duration) (n int, last time.Duration) {
	n = sort.Search(len(o.times[i]), func(j int) bool { return o.times[i][j] > at })
	if n > 0 {
		last = o.times[i][n-1]
	}
	return n, last
}
