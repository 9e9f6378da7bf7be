package sim

import (
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
)

// Clock says how wrong a node's wall clock is. Timers never follow it (TMR5): only SystemTime shows it.
type Clock struct {
	Offset time.Duration // what it is ahead by, from now on
	Drift  int           // by how many millionths it is too fast, from now on
	Frozen bool          // it stands still
}

// clock is a Clock that was set at some time.
type clock struct {
	Clock
	since scheduler.Time
}

func (c clock) read(now scheduler.Time) time.Duration {
	at := time.Duration(c.since) + c.Offset
	if c.Frozen {
		return at
	}
	passed := time.Duration(now - c.since)
	// In two parts, so that a century times a drift does not overflow.
	const million = 1_000_000
	return at + passed + passed/million*time.Duration(c.Drift) + passed%million*time.Duration(c.Drift)/million
}

// SystemTime is what the wall clock of the process's node shows: os:system_time. It may jump, and differ from node
// to node; Now and timers follow the time of the world.
func (p *Proc) SystemTime() time.Duration {
	p.poll()
	return p.node.clock.read(p.w.sched.Now())
}

// SetClock makes a node's wall clock as wrong as c says, from now on; a step of the clock is a new Offset. It
// reports whether there is such a node.
func (w *World) SetClock(node Atom, c Clock) bool {
	n := w.node(node)
	if n == nil {
		return false
	}
	n.clock = clock{c, w.sched.Now()}
	w.noteNodeFact("clock", Tuple{node, c.Offset, c.Drift, c.Frozen})
	return true
}
