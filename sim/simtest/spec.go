package simtest

import (
	"fmt"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/fault"
)

// Spec declares a system: plain data, of which each run makes a world of its own. The zero Spec is a node on which nothing
// happens.
type Spec struct {
	Name   string            // of the system; "": that of the test
	Config func() sim.Config // what the world is made of, but for seed, source and observer; nil: the zero Config
	Nodes  []sim.Atom        // the nodes, if they differ by nothing but their names; none: as Config says
	Boot   sim.Body          // what a node boots; nil: as Config says
	For    time.Duration     // how long a run lasts; 0: a minute of virtual time

	Faults []fault.Fault // what befalls every run
	Mix    *fault.Mix    // and what may befall it, drawn anew for each; nil: nothing
	Ops    Ops           // the work that is done meanwhile

	Rules check.Rules // what must hold; those of check.Default always do, and no_operation_panics
	Bare  bool        // those do not

	// Drive moves the world, by Live.Run; nil: it runs for its time. What was declared happens all the same.
	Drive func(l *Live)

	script *script       // the work of Repeat and GopterCommands
	late   time.Duration // how much longer nodes take to boot
	shown  *shown        // is told of all runs; may be nil
}

// declared is how long a run lasts if the plan does not say.
func (s *Spec) declared() time.Duration {
	if s.For > 0 {
		return s.For
	}
	return time.Minute
}

// Elements of a declaration have places, by which a plan leaves them out: first the faults of the list, then those that
// are drawn, then the operations. A drawn list has as many places as there may be in it, so that the places behind
// stay.

// mostDrawn is how many faults may be drawn.
func (s *Spec) mostDrawn() int {
	switch {
	case s.Mix == nil:
		return 0
	case s.Mix.Most == 0:
		return 8 // as fault.Mix says
	}
	return s.Mix.Most
}

// Elements is how many faults and operations a run may have at most, and so how many places there are.
func (s *Spec) Elements() int {
	if s.script != nil {
		return s.firstOp() + s.script.most
	}
	return s.firstOp() + s.Ops.most()
}

func (s *Spec) firstOp() int { return len(s.Faults) + s.mostDrawn() }

// declaration is what one plan makes of the Spec.
type declaration struct {
	faults []fault.Fault
	ops    []timedOp
	steps  []int // of the script: what each is
}

// draw makes the declaration of a run. It asks source under keys of the declaration's own.
func (s *Spec) draw(source *choice.Source) declaration {
	d := declaration{faults: s.Faults}
	if s.Mix != nil {
		d.faults = append(d.faults[:len(d.faults):len(d.faults)], s.Mix.Draw(source)...)
	}
	if s.script != nil {
		d.steps = s.script.draw(source)
	} else {
		d.ops = s.Ops.draw(source, s.declared())
	}
	return d
}

// element says what stands at a place, "" if nothing does.
func (s *Spec) element(d declaration, place int) string {
	if place < len(d.faults) {
		return "fault: " + d.faults[place].String()
	}
	i := place - s.firstOp()
	switch {
	case i < 0:
	case i < len(d.steps):
		return s.script.element(i, d.steps[i])
	case s.script == nil && i < len(d.ops):
		return d.ops[i].String()
	}
	return ""
}

// Digest tells declarations apart: a plan means something only for the one that it was made for. It does not see code: what
// became of that, a plan's drift tells.
func (s *Spec) Digest() uint64 {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nfor %v\nnodes %v\n", s.Name, s.declared(), s.Nodes)
	for _, f := range s.Faults {
		fmt.Fprintln(&b, f)
	}
	if s.Mix != nil {
		fmt.Fprintf(&b, "mix %+v\n", *s.Mix)
	}
	fmt.Fprintf(&b, "ops %d %d %d %v %v %v\n", s.Ops.Least, s.Ops.Most, s.Ops.Clients, s.Ops.Nodes, s.Ops.From, s.Ops.Within)
	if s.script != nil {
		fmt.Fprintf(&b, "script %d %s\n", s.script.most, s.script.what)
	}
	return choice.ID("simtest", b.String())
}
