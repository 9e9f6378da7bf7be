package supervisor

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// again reports whether a child that ended by itself with that reason is restarted (SUP6).
func (r Restart) again(reason sim.Reason) bool {
	switch r {
	case Permanent:
		return true
	case Transient:
		return !term.Orderly(reason)
	}
	return false
}

// alarming reports whether such an end is worth a report.
func (r Restart) alarming(reason sim.Reason) bool { return r == Permanent || !term.Orderly(reason) }

// obeyed reports whether a child that was stopped ended as it should: by what it was sent, or, if it need
// not be there at all, in some other orderly way (SUP12).
func (c *Child) obeyed(reason sim.Reason) bool {
	wanted := sim.Shutdown
	if c.Shutdown == BrutalKill {
		wanted = sim.Killed
	}
	return term.Is(reason, wanted) || c.Restart != Permanent && term.Orderly(reason)
}

// ends reports whether the supervisor goes too, now that a child has ended by itself and is not restarted (SUP16).
func (a AutoShutdown) ends(child *Child, t *table) bool {
	if !child.Significant {
		return false
	}
	switch a {
	case AnySignificant:
		return true
	case AllSignificant:
		return !t.significantLeft()
	}
	return false
}

// firstOf is the first of the children that are restarted together with one that ended (SUP7): they are it
// and all that were started later.
func (s Strategy) firstOf(ended *child, t *table) *child {
	if s == OneForAll {
		return t.first
	}
	return ended
}
