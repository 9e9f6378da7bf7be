package supervisor

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// Status is what a supervisor is and has, for those who look at a world from outside. In there, processes ask
// WhichChildren.
type Status struct {
	Strategy     Strategy
	AutoShutdown AutoShutdown
	Intensity    Intensity
	Restarts     int           // how many count now: one that happened now would be one more
	Children     []ChildStatus // in the order in which they are started
}

// ChildStatus is what a child is.
type ChildStatus struct {
	ID          string // of a dynamic child, the template's
	PID         sim.PID
	State       ChildState
	Type        ChildType
	Restart     Restart
	Shutdown    Shutdown
	Significant bool
	Modules     []string
}

// ChildState is what becomes of a child.
type ChildState string

// The states.
const (
	StateRunning    ChildState = "running"
	StateTerminated ChildState = "terminated" // its process has ended, and the supervisor has not dealt with that yet
	StateRestarting ChildState = "restarting" // it could not be restarted and will be tried again
	StateUndefined  ChildState = "undefined"  // it has no process: it was stopped, has ended for good, or chose not to run
)

// Inspect looks at a supervisor. ok is false if the process is none, or has not begun.
func Inspect(v sim.View, pid sim.PID) (st Status, ok bool) {
	impl, _ := genserver.Of(v, pid)
	s, ok := impl.(*server)
	if !ok {
		return Status{}, false
	}
	st = Status{Strategy: s.strategy, AutoShutdown: s.auto, Intensity: s.intensity, Restarts: s.window.count(v.Now(), s.intensity)}
	for c := s.table.first; c != nil; c = c.next {
		st.Children = append(st.Children, c.status(v))
	}
	return st, true
}

func (c *child) status(v sim.View) ChildStatus {
	st := ChildStatus{
		ID: c.spec.ID, PID: c.pid, State: StateUndefined, Type: c.spec.Type, Restart: c.spec.Restart,
		Shutdown: c.spec.Shutdown, Significant: c.spec.Significant, Modules: c.spec.Modules,
	}
	switch {
	case c.phase == retrying:
		st.State = StateRestarting
	case c.phase == running && v.Alive(c.pid):
		st.State = StateRunning
	case c.phase == running:
		st.State = StateTerminated
	}
	return st
}

// count is how many restarts would count together with one at now.
func (w *window) count(now time.Duration, in Intensity) (n int) {
	since := int64(now/time.Second) - int64(in.Period/time.Second)
	for i := range w.used {
		if t := w.ring[w.at(i)]; t.second >= since {
			n += t.n
		}
	}
	return n
}

// Describe tells that the process is a supervisor, to those who look at the world from outside.
func (s *server) Describe(d *otp.Description) {
	d.Behaviour, d.Module = "supervisor", ""
	if s.module != "supervisor" {
		d.Module = string(s.module)
	}
}
