package check

import (
	"fmt"
	"maps"
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// The facts of Ask, Enter and Leave.
const (
	askFact   = "ask"
	enterFact = "enter"
	leaveFact = "leave"
)

// Section is the detail of the facts of Ask, Enter and Leave.
type Section struct{ Name string }

// Ask says that a process is about to ask for a critical section, such as by global.Trans: what counts is which nodes
// are connected now. Without it a process is taken to have asked when it enters.
func Ask(p *sim.Proc, section string) { p.Trace(askFact, Section{section}) }

// Enter says that a process is in a critical section from now on, such as what it does in global.Trans, until Leave or
// its own end.
func Enter(p *sim.Proc, section string) { p.Trace(enterFact, Section{section}) }

// Leave says that it is in it no longer.
func Leave(p *sim.Proc, section string) { p.Trace(leaveFact, Section{section}) }

// Critical is one_at_a_time: no two processes are in the same critical section (Ask, Enter, Leave) whose nodes have
// been connected since before the later of them asked (I7). If they have not it is no surprise: locks of global hold
// within a component, as it is when they are asked for, and a holder does not hear that it has lost one (LCK2, LCK4);
// and hidden nodes have no part in them (NK10). Then the verdict says so, and the rule holds.
func Critical() Rule {
	return &critical{Base: NewBase("one_at_a_time", KindMaxOverlap), met: map[[2]sim.Atom]uint64{}}
}

type critical struct {
	Base
	hidden []sim.Atom
	facts  uint64                 // how many there were: a finer clock
	met    map[[2]sim.Atom]uint64 // since when a node has been connected to another, as far as it knows
	spans  []section
}

// section is a process that has asked for a critical section, or is in it.
type section struct {
	name  string
	who   sim.PID
	asked uint64
	in    bool
}

// Start learns which nodes are hidden.
func (r *critical) Start(cfg sim.Config, _ sim.View) { r.hidden = hiddenNodes(cfg) }

// Observe follows who is where.
func (r *critical) Observe(f sim.Fact) {
	r.facts++
	s, is := f.Detail.(Section)
	switch {
	case f.Kind == trace.Exit:
		r.spans = slices.DeleteFunc(r.spans, func(o section) bool { return o.who == f.Subject })
	case f.Kind == trace.Node:
		r.node(f)
	case f.Kind != trace.User || !is:
	case f.Text == askFact:
		if i := r.find(f.Subject, s.Name, false); i >= 0 { // it was refused
			r.spans = slices.Delete(r.spans, i, i+1)
		}
		r.spans = append(r.spans, section{name: s.Name, who: f.Subject, asked: r.facts})
	case f.Text == enterFact:
		r.enter(f, s.Name)
	case f.Text == leaveFact:
		if i := r.find(f.Subject, s.Name, true); i >= 0 {
			r.spans = slices.Delete(r.spans, i, i+1)
		}
	}
}

// node notes which nodes are connected.
func (r *critical) node(f sim.Fact) {
	about, is := f.Detail.(sim.Tuple)
	if !is || len(about) < 2 {
		return
	}
	here, _ := about[0].(sim.Atom)
	there, _ := about[1].(sim.Atom)
	switch f.Text {
	case "nodeup":
		r.met[[2]sim.Atom{here, there}] = r.facts
	case "nodedown":
		delete(r.met, [2]sim.Atom{here, there})
	case "down": // it has forgotten all
		maps.DeleteFunc(r.met, func(p [2]sim.Atom, _ uint64) bool { return p[0] == here })
	}
}

// find finds the last span of a process in a section of that name, or before it; -1 if there is none.
func (r *critical) find(who sim.PID, name string, in bool) int {
	for i, o := range slices.Backward(r.spans) {
		if o.who == who && o.name == name && o.in == in {
			return i
		}
	}
	return -1
}

func (r *critical) enter(f sim.Fact, name string) {
	r.Evaluate()
	me := section{name: name, who: f.Subject, asked: r.facts, in: true}
	if i := r.find(f.Subject, name, false); i >= 0 {
		me.asked = r.spans[i].asked
		r.spans = slices.Delete(r.spans, i, i+1)
	}
	for _, o := range r.spans {
		if o.name != name || o.who == me.who || !o.in {
			continue
		}
		if !r.together(o.who.Node(), me.who.Node(), max(o.asked, me.asked)) {
			r.Remark(fmt.Sprintf("at %v %v entered %s, in which %v is, across a partition: global allows it", f.At, f.Subject,
				name, o.who))
			continue
		}
		r.Break(f.At, name, fmt.Sprintf("%v entered %s, in which %v is", f.Subject, name, o.who))
	}
	r.spans = append(r.spans, me)
}

// together reports whether a lock of one node has been one of the other's ever since.
func (r *critical) together(a, b sim.Atom, since uint64) bool {
	if a == b {
		return true
	}
	there, knows := r.met[[2]sim.Atom{a, b}]
	back, known := r.met[[2]sim.Atom{b, a}]
	return knows && known && max(there, back) <= since && !slices.Contains(r.hidden, a) && !slices.Contains(r.hidden, b)
}
