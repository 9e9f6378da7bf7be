package scenarios

import (
	"encoding/binary"
	"fmt"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// This file plays plans: runs that are more than a seed.

// number is the sum as plans know programs.
func (s Sum) number() uint64 {
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

// leaves reports whether the run's plan leaves the thing at that place out.
func (r *Runner) leaves(place int) bool { return r.opts.Plan != nil && r.opts.Plan.Leaves(place) }

// Play runs the scenario by a plan.
func (r *Runner) Play(p plan.Plan, opts RunOptions) *reports.Run {
	opts.Plan = &p
	if p.For > 0 {
		opts.For = p.For
	}
	return r.Run(p.Seed, opts)
}

// Planned is the scenario as package plan wants programs: for shrinking.
func (r *Runner) Planned(opts RunOptions) plan.Runner {
	return func(p plan.Plan, rec *choice.Recording) plan.Outcome {
		opts.Record = rec
		run := r.Play(p, opts)
		o := plan.Outcome{Hash: run.Hash, Events: run.Events, Now: run.Now, Drift: r.source.Drift()}
		if run.Failure != nil {
			o.Signature, o.Broke = run.Failure.Signature, run.Failure.At
		}
		return o
	}
}

// Names tells who the identities of draws are, for telling plans in words: what the runner itself draws in the last run,
// and the links between nodes. The processes are in the trace.
func (r *Runner) Names(n *plan.Names) {
	for _, h := range r.harms {
		for _, what := range []string{"at", "every", "for", "pick", "where", "gap"} {
			n.Say(choice.Child(h.id, what, 0), what+" of fault "+h.fault.Name)
		}
	}
	for _, f := range r.forces {
		for i := range f.started {
			id := choice.Child(r.key("workload", f.load.Name), "client", uint32(i))
			for _, what := range []string{"at", "every", "to", "with"} {
				n.Say(choice.Child(id, what, 0), fmt.Sprintf("%s of client %d of workload %s", what, i+1, f.load.Name))
			}
		}
	}
	for i, a := range r.names {
		for _, b := range r.names[i+1:] {
			n.Link(a, b)
		}
	}
}
