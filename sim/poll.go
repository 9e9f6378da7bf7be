package sim

import "github.com/bedlam-sim/bedlam/scheduler"

// polls counts what the running process has read of the world in this slice.
type polls struct {
	slice uint64
	n     int
}

// poll is asked by what reads the world and costs nothing, or too little to end a slice: the time, a name, what a node
// shares. Whoever reads on and on and waits for it to change would stop the world for ever, so as many reads as a slice
// has reductions cost a full one.
func (p *Proc) poll() {
	w := p.w
	if w.current != p || p.state != running || p.flags&exiting != 0 {
		return // somebody looks at it, or it is ending
	}
	if slice := w.sched.Slices(); w.polls.slice != slice {
		w.polls = polls{slice: slice}
	}
	if w.polls.n++; w.polls.n == scheduler.FullSlice {
		w.polls.n = 0
		p.charge(scheduler.FullSlice)
	}
}
