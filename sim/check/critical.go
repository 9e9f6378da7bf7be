package check

import (
	"fmt"
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// The facts of Enter and Leave.
const (
	enterFact = "enter"
	leaveFact = "leave"
)

// Section is the detail of the facts of Enter and Leave.
type Section struct{ Name string }

// Enter says that a process is in a critical section from now on, such as what it does in global.Trans, until Leave or its own end.
func Enter(p *sim.Proc, section string) { p.Trace(enterFact, Section{section}) }

// Leave says that it is in it no longer.
func Leave(p *sim.Proc, section string) { p.Trace(leaveFact, Section{section}) }

// Critical is one_at_a_time: no two processes are in the same critical section (Enter, Leave) while their nodes are connected (I7). If they
// are not, or any connection was lost since the first of them entered, it is no surprise: locks of global hold within a
// component, and a holder does not hear that it has lost one (LCK2, LCK4). Then the verdict says so, and the rule holds.
func Critical() Rule { return &critical{Base: NewBase("one_at_a_time", KindMaxOverlap)} }

type critical struct {
	Base
	view    sim.View
	started bool
	spans   []section
}

// section is a process in a critical section.
type section struct {
	name  string
	who   sim.PID
	shaky bool // a connection was lost since
}

// Start keeps the view.
func (r *critical) Start(_ sim.Config, v sim.View) { r.view, r.started = v, true }

// Observe follows who is where.
func (r *critical) Observe(f sim.Fact) {
	s, is := f.Detail.(Section)
	switch {
	case f.Kind == trace.Exit:
		r.spans = slices.DeleteFunc(r.spans, func(o section) bool { return o.who == f.Subject })
	case f.Kind == trace.Node && (f.Text == "nodedown" || f.Text == "down"):
		for i := range r.spans {
			r.spans[i].shaky = true
		}
	case f.Kind == trace.User && is && f.Text == enterFact:
		r.enter(f, s.Name)
	case f.Kind == trace.User && is && f.Text == leaveFact:
		if i := slices.IndexFunc(r.spans, func(o section) bool { return o.who == f.Subject && o.name == s.Name }); i >= 0 {
			r.spans = slices.Delete(r.spans, i, i+1)
		}
	}
}

func (r *critical) enter(f sim.Fact, name string) {
	r.Evaluate()
	for _, o := range r.spans {
		if o.name != name || o.who == f.Subject {
			continue
		}
		if o.shaky || !r.together(o.who, f.Subject) {
			r.Remark(fmt.Sprintf("at %v %v entered %s, in which %v is, across a partition: global allows it", f.At, f.Subject, name, o.who))
			continue
		}
		r.Break(f.At, name, fmt.Sprintf("%v entered %s, in which %v is", f.Subject, name, o.who))
	}
	r.spans = append(r.spans, section{name: name, who: f.Subject})
}

// together reports whether two processes live on connected nodes.
func (r *critical) together(a, b sim.PID) bool {
	return !r.started || connected(r.view, a.Node(), b.Node())
}
