package scenarios

import (
	"encoding/binary"
	"slices"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// This file plays plans: runs that are more than a seed.

// Number is the sum as plans know programs.
func (s Sum) Number() uint64 {
	var b [8]byte
	copy(b[3:], s[:])
	return binary.BigEndian.Uint64(b[:])
}

// sumOf is the sum of that number.
func sumOf(n uint64) (s Sum) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], n)
	copy(s[:], b[3:])
	return s
}

// Elements is how many things a plan may leave out of a scenario: its faults, in the order of the file, then its workloads.
func (s *Scenario) Elements() int { return len(s.Faults) + len(s.Workloads) }

// Element is what a scenario calls the thing at that place.
func (s *Scenario) Element(place int) string {
	if place < len(s.Faults) {
		return "fault " + s.Faults[place].Name
	}
	return "workload " + s.Workloads[place-len(s.Faults)].Name
}

// elements are the names of all of them.
func (s *Scenario) elements() []string {
	names := make([]string, s.Elements())
	for i := range names {
		names[i] = s.Element(i)
	}
	return names
}

// sourceOf is who answers the draws of a run; nil: its seed does.
func (r *Runner) sourceOf() *choice.Source {
	if r.opts.Plan == nil {
		return nil
	}
	s := r.opts.Plan.Source()
	if r.opts.Record != nil {
		s.Record(r.opts.Record)
	}
	return s
}

// leaves reports whether the run's plan, or the swarm, leaves the thing at that place out.
func (r *Runner) leaves(place int) bool {
	return r.opts.Plan != nil && r.opts.Plan.Leaves(place) || slices.Contains(r.spared, place)
}

// Play runs the scenario by a plan.
func (r *Runner) Play(p plan.Plan, opts RunOptions) *reports.Run {
	opts.Plan = &p
	if p.For > 0 {
		opts.For = p.For
	}
	return r.Run(p.Seed, opts)
}

// Drift is what of the last run's plan did not apply.
func (r *Runner) Drift() []choice.Drift {
	if r.source == nil {
		return nil
	}
	return r.source.Drift()
}

// Planned is the scenario as package plan wants programs: for shrinking.
func (r *Runner) Planned(opts RunOptions) plan.Runner {
	return func(p plan.Plan, rec *choice.Recording) plan.Outcome {
		opts.Record = rec
		run := r.Play(p, opts)
		o := plan.Outcome{Hash: run.Hash, Events: run.Events, Now: run.Now, Drift: r.Drift()}
		if run.Failure != nil {
			o.Signature, o.Broke = run.Failure.Signature, run.Failure.At
			if r.vacuous(run.Failure, p) {
				o.Signature += ", without what it asks about"
			}
		}
		return o
	}
}

// vacuous reports whether a plan leaves out what the rule that is broken asks about: a fault or a workload. That no call is
// answered if there are no clients is another failure, and none that says why they had no answers. (A rule that counts after
// a fault never begins without it.)
func (r *Runner) vacuous(broken *reports.Failure, p plan.Plan) bool {
	i := slices.IndexFunc(r.sc.Expect, func(x *Rule) bool { return x.Name == broken.Rule && string(x.Kind) == broken.Kind })
	return i >= 0 && slices.ContainsFunc(p.Without, func(place int) bool { return r.sc.asks(r.sc.Expect[i], place) })
}

// asks reports whether the condition of a rule asks about the fault or workload at that place.
func (s *Scenario) asks(x *Rule, place int) (found bool) {
	name := s.Element(place)
	EachFact(x.Cond, func(f Fact) {
		found = found || f.Fault != "" && name == "fault "+f.Fault || f.Workload != "" && name == "workload "+f.Workload
	})
	return found
}
