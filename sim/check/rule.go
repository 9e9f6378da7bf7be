package check

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// Rule is something that must hold in a run. It must change nothing in the world. Most embed a Base.
type Rule interface {
	// Observe is told the coarse facts of the run as they happen, in the middle of slices.
	Observe(f sim.Fact)
	// Next is when the rule wants to look at the world: sim.Forever if not. After a Look it must be later than that was.
	Next() time.Duration
	// Look is called between slices, as soon as Next has come.
	Look(v sim.View)
	// Finish is called once, when the run is over. It comes after all else.
	Finish(v sim.View, r sim.Result)
	// Verdict may be asked at any time; before Finish, a rule that is not broken is as it would be if the run were over.
	Verdict() Verdict
}

// Starter is a Rule that wants to know the world before it runs. The view may be kept: while a fact is observed, Alive,
// Behaviour, Connected, Shared and Mourners, Heirs and Linked may be asked of it, but nothing that needs the world to
// stand still.
type Starter interface {
	Start(cfg sim.Config, v sim.View)
}

// Base is what rules have in common: who they are and what became of them. A rule that embeds one has methods for
// all that it does not care about.
type Base struct {
	v      Verdict
	broken bool
	open   string // why it is undecided
	over   bool   // Finish has been called
}

// NewBase is the Base of a rule with that name and kind.
func NewBase(rule, kind string) Base { return Base{v: Verdict{Rule: rule, Kind: kind}} }

// Observe does nothing.
func (b *Base) Observe(sim.Fact) {}

// Next never comes.
func (b *Base) Next() time.Duration { return sim.Forever }

// Look does nothing.
func (b *Base) Look(sim.View) {}

// Finish ends the run for the rule. What does more must call it last.
func (b *Base) Finish(_ sim.View, r sim.Result) {
	b.over = true
	if !b.broken {
		b.v.At = r.Now
	}
}

// Evaluate counts that there was something to judge.
func (b *Base) Evaluate() { b.v.Evaluated++ }

// Break says that the rule is broken, when, in which way, and what was seen. The first time counts.
func (b *Base) Break(at time.Duration, key, got string) {
	if !b.broken {
		b.broken = true
		b.v.At, b.v.Key, b.v.Got = at, key, got
	}
}

// Leave says why the rule is undecided unless it is broken; "" takes that back.
func (b *Base) Leave(why string) { b.open = why }

// Remark puts a remark into the verdict of a rule that holds.
func (b *Base) Remark(got string) {
	if !b.broken {
		b.v.Got = got
	}
}

// Near notes how near to breaking the rule came; the nearest stays.
func (b *Base) Near(m Margin) {
	if b.v.Margin == (Margin{}) || m.Came > b.v.Margin.Came {
		b.v.Margin = m
	}
}

// IsBroken reports whether the rule is broken.
func (b *Base) IsBroken() bool { return b.broken }

// Verdict is what became of it.
func (b *Base) Verdict() Verdict {
	v := b.v
	switch {
	case b.broken:
		v.State = Broken
	case b.open != "":
		v.State, v.Got = Undecided, b.open
	case v.Evaluated == 0:
		v.State, v.Got = Undecided, "there was nothing to judge"
	default:
		v.State = Holds
	}
	return v
}
