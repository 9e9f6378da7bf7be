package scenarios

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Swarm is which faults the swarm leaves out of the run of a seed, by their places. Each kind of faults is left out or not, by
// the toss of a coin of its own. A run with all kinds at once hides some failures behind others: one that crashes each node at
// once never fills a queue. What mends harm is never left out: without its repair a harm that stays makes sound scenarios fail.
// And neither is a kind of which a rule counts a fault: that none has come is no news if none was to come.
func (s *Scenario) Swarm(seed uint64) []int {
	source := choice.New(seed)
	return s.swarm(func(k choice.Key) bool { return source.Choose(k, 2) != 0 })
}

// swarm is which faults are left out, if out tells which kinds are.
func (s *Scenario) swarm(out func(choice.Key) bool) (places []int) {
	var kinds, stay []FaultKind
	for i, f := range s.Faults {
		if !slices.Contains(kinds, f.Kind) {
			kinds = append(kinds, f.Kind)
		}
		if slices.Contains(repairs, f.Kind) || slices.ContainsFunc(s.Expect, func(x *Rule) bool { return s.asks(x, i) }) {
			stay = append(stay, f.Kind)
		}
	}
	kinds = slices.DeleteFunc(kinds, func(k FaultKind) bool { return slices.Contains(stay, k) || !out(swarmKey(k)) })
	for i, f := range s.Faults {
		if slices.Contains(kinds, f.Kind) {
			places = append(places, i)
		}
	}
	return places
}

// repairs are the kinds of faults that mend what others have done.
var repairs = []FaultKind{BootNode, HealFault}

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
