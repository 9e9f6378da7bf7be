package scenarios

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Swarm is which faults the swarm leaves out of the run of a seed, by their places: those of a drawn half of the kinds of
// faults. A run with all kinds at once hides some failures behind others: one that crashes each node at once never fills a
// queue.
func (s *Scenario) Swarm(seed uint64) []int {
	source := choice.New(seed)
	return s.swarm(func(k choice.Key) bool { return source.Choose(k, 2) != 0 })
}

// swarm is which faults are left out, if out tells which kinds are.
func (s *Scenario) swarm(out func(choice.Key) bool) (places []int) {
	var kinds []FaultKind
	for _, f := range s.Faults {
		if !slices.Contains(kinds, f.Kind) {
			kinds = append(kinds, f.Kind)
		}
	}
	kinds = slices.DeleteFunc(kinds, func(k FaultKind) bool { return !out(swarmKey(k)) })
	for i, f := range s.Faults {
		if slices.Contains(kinds, f.Kind) {
			places = append(places, i)
		}
	}
	return places
}

func swarmKey(k FaultKind) choice.Key {
	return choice.Key{Domain: choice.Plan, ID: choice.ID("scenario", "swarm", string(k))}
}

// swarm is which faults are left out of the run.
func (r *Runner) swarm() []int {
	if !r.sc.Run.Swarm && !r.opts.Swarm {
		return nil
	}
	return r.sc.swarm(func(k choice.Key) bool { return r.world.Choose(k, 2) != 0 })
}
