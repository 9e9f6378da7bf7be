// Package suite holds the runs that bedlam exists for: random programs under random strikes, each against rules that say
// what must come of it. One seed is one run: it draws the program, what strikes it and when, and how it is scheduled.
//
//   - Supervision: random trees of supervisors against an executable model of OTP's rules.
//   - Processes: links, monitors, exit signals, calls and connections between nodes.
//   - Registry: global's names and locks in clusters that fall apart and come together.
//   - Races: small programs that are right, or wrong in a certain order of a few messages.
//
// The first three are scenario files too: see Library.
//
// The same runs say whether they would notice a mistake: see package mutant, and MUTANTS.md for how many runs that takes.
package suite

import (
	"time"

	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// A Suite runs a plan with a mistake planted, or none, and says which rule was broken, if one was. rec, if not nil,
// writes down the draws.
type Suite func(p plan.Plan, m mutant.Mutant, rec *choice.Recording) plan.Outcome

// Bed is where runs lie, one after the other: each uses the memory of the one before. The zero Bed schedules by
// scheduler.Portfolio.
type Bed struct {
	Policy scheduler.Policy
	Keep   int    // how many facts of the trace are kept, to look at a failure
	Detail string // what was wrong in the last run, in words; "" if nothing was
	world  *sim.World
}

// Runner is a suite with a mistake, for package plan.
func (s Suite) Runner(m mutant.Mutant) plan.Runner {
	return func(p plan.Plan, rec *choice.Recording) plan.Outcome { return s(p, m, rec) }
}

// Close ends what is left of the last run.
func (b *Bed) Close() {
	if b.world != nil {
		b.world.Close()
		b.world = nil
	}
}

// World is the world of the last run, to look at.
func (b *Bed) World() *sim.World { return b.world }

// lay makes the world ready for a run.
func (b *Bed) lay(d *draws, cfg sim.Config, m mutant.Mutant) {
	cfg.Source, cfg.Policy, cfg.Mutant, cfg.Keep = d.source, b.Policy, m, b.Keep
	if cfg.Policy == nil {
		cfg.Policy = scheduler.Portfolio{}
	}
	cfg.MaxEvents = mostEvents
	b.Detail = ""
	if b.world == nil {
		b.world = sim.New(cfg)
	} else {
		b.world.Reset(cfg)
	}
}

// mostEvents ends a run that does not end by itself.
const mostEvents = 400_000

// verdict is the first rule that was found broken in a run.
type verdict struct {
	signature, detail string
	broke             time.Duration
}

// fail says that a rule is broken. Only the first time counts.
func (v *verdict) fail(at time.Duration, signature, detail string) {
	if v.signature == "" {
		v.signature, v.detail, v.broke = signature, detail, at
	}
}

// outcome is what a run came to.
func (b *Bed) outcome(v *verdict, d *draws) plan.Outcome {
	r := b.world.Run(0)
	b.Detail = v.detail
	return plan.Outcome{Signature: v.signature, Hash: r.Hash, Events: r.Events, Now: r.Now, Broke: v.broke, Drift: d.source.Drift()}
}

// draws answers what a run is made of.
type draws struct{ source *choice.Source }

// drawing is what a plan answers.
func drawing(p plan.Plan, rec *choice.Recording) *draws {
	d := &draws{source: p.Source()}
	if rec != nil {
		d.source.Record(rec)
	}
	return d
}

// part is the identity of a part of a run: an operation, a branch of a tree. Its draws are its own, whatever
// becomes of other parts.
func part(of uint64, what string, i int) uint64 { return choice.Child(of, what, uint32(i)) }

// value draws what a part is like; 0 is dull.
func (d *draws) value(id uint64, n, of int) int {
	return d.source.Choose(choice.Key{Domain: choice.Value, ID: id, N: uint64(n)}, of)
}
