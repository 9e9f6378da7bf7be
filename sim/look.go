package sim

import (
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Source is who answers the world's draws: for plans of whoever drives it.
func (w *World) Source() *choice.Source { return w.chance }

// SystemTime is what the wall clock of a node shows; Now if there is no such node.
func (v View) SystemTime(node Atom) time.Duration {
	if n := v.w.node(node); n != nil {
		return n.clock.read(v.w.sched.Now())
	}
	return v.Now()
}

// Policy is who says who runs next in this run; of a Portfolio, the one that was drawn.
func (v View) Policy() scheduler.Policy { return v.w.sched.Policy() }
