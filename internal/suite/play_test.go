package suite

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// SUP17: whoever waits for a supervisor that is killed while it starts a child is told that it has ended; what the child takes
// from its init is taken, and what was to follow does not. The model once knew a supervisor killed before or behind a start
// only.
func TestSupervision_SUP17_killedInStart(t *testing.T) {
	sup := func() *supervisor.Spec {
		return &supervisor.Spec{Strategy: supervisor.OneForAll, Intensity: supervisor.Restarts(2, time.Second)}
	}
	child := func(id, above int) *branch {
		b := &branch{id: id, above: above, deep: 2}
		b.spec = supervisor.Child{ID: b.name(), Restart: supervisor.Permanent, Shutdown: supervisor.After(300 * time.Millisecond)}
		return b
	}
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	for _, first := range []mishap{failsLate, tarries} {
		for _, begins := range []opKind{restarts, ends} {
			for at := 0; at <= 300; at += 20 {
				middle := child(1, 0)
				middle.sup, middle.below = sup(), []int{2, 3}
				middle.spec.Type, middle.spec.Shutdown = supervisor.Supervisor, supervisor.Infinity
				tree := &tree{nodes: []*branch{{id: 0, above: -1, sup: sup(), below: []int{1}}, middle, child(2, 1), child(3, 1)}}
				ops := []operation{
					{kind: arms, node: 2, fault: fault{kind: first, whom: 2}, wait: time.Second},
					{kind: arms, node: 3, fault: fault{kind: stopsInit, whom: 3}, joins: true},
					{kind: begins, node: 2, reason: boom, joins: true, after: ms(20)},
					{kind: ends, node: 1, reason: sim.Kill, joins: true, after: ms(at)},
				}
				if begins == restarts {
					ops = append([]operation{{kind: terminates, node: 2, wait: time.Second}}, ops...)
				}
				var b Bed
				pl := &play{}
				d := drawing(plan.Plan{Dull: true}, nil)
				b.lay(d, sim.Config{ReductionCost: sim.Free, Observer: pl, Boot: pl.boot}, mutant.Mutant{})
				pl.set(b.world, tree, ops)
				pl.run(plan.Plan{})
				if pl.signature != "" || pl.undecided {
					t.Errorf("fault %d, begun by %d, killed at %d ms: %s: %s (undecided: %v)", first, begins, at, pl.signature, pl.detail, pl.undecided)
				}
				b.Close()
			}
		}
	}
}
