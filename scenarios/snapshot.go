package scenarios

import (
	"time"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/observer"
)

// A standstill is a run that was stopped on its way, to be looked at.
type standstill struct {
	seed uint64
	res  sim.Result
}

// Snapshot begins the run of a seed, stops it at a moment, and tells what there is to see. A negative moment is the
// run's end. The snapshot is of an earlier moment if nothing can happen any more, or a limit was hit. Finish lets the run go on
// as if nobody had looked.
func (r *Runner) Snapshot(seed uint64, at time.Duration, opts RunOptions) *observer.Snapshot {
	r.begin(seed, opts)
	if at < 0 || at > r.length {
		at = r.length
	}
	r.still = &standstill{seed, r.world.Run(at)}
	s := observer.Look(r.world.View())
	s.Stop = r.still.res.Stop.String()
	for _, h := range r.hosts {
		for i := len(h.tops) - 1; i >= 0 && at > 0; i-- {
			if top := h.tops[i]; top.state == down {
				s.Gone(h.nameIn(r.world.View()), top.child.ID, top.pid)
			}
		}
	}
	return s
}

// nameIn is the name of the node in the world.
func (h *host) nameIn(v sim.View) sim.Atom {
	if names := v.Nodes(); h.node == nil && len(names) > 0 {
		return names[0]
	}
	return h.name
}

// Finish lets the run go on that Snapshot has stopped, to its end. It is nil if there is none.
func (r *Runner) Finish() *reports.Run {
	at := r.still
	if at == nil {
		return nil
	}
	r.still = nil
	if at.res.Stop == sim.StopTime && at.res.Now < r.length {
		at.res = r.world.Run(r.length - at.res.Now)
	}
	return r.report(at.seed, at.res)
}

// Describe tells that a process is a client, to those who look at the world from outside.
func (w *worker) Describe(d *otp.Description) {
	d.Behaviour, d.Module = "client", "of "+w.load.To.String()
}
