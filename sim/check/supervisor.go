package check

import (
	"fmt"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// Children is permanent_children_live: every permanent child has a living process, unless it was stopped, or chose not to
// run (I8).
func Children(l Limits) Rule {
	return AtRest("permanent_children_live", l, func(v sim.View) (flaws []Flaw, judged bool) {
		for _, pid := range v.Processes() {
			st, is := supervisor.Inspect(v, pid)
			if !is {
				continue
			}
			for _, c := range st.Children {
				if c.Restart != supervisor.Permanent {
					continue
				}
				judged = true
				if c.State == supervisor.StateTerminated || c.State == supervisor.StateRestarting {
					flaws = append(flaws, Flaw{role(pid) + "/" + c.ID, fmt.Sprintf("the child %s of %v is %s", c.ID, pid, c.State), false})
				}
			}
		}
		return flaws, judged
	})
}

// Orphans is no_orphans: no child lives on after its supervisor (I8). A supervisor that is killed cannot stop those
// children who trap exits: they must end by themselves when they hear of it (SUP17).
func Orphans(l Limits) Rule {
	r := &orphans{known: map[sim.PID]bool{}}
	r.atRest = newRest("no_orphans", l, r.find)
	r.watches = r.observe
	return r
}

type orphans struct {
	*atRest
	known map[sim.PID]bool // supervisors
}

func (r *orphans) observe(f sim.Fact) {
	if _, is := reportOf[*supervisor.Report](f); is {
		r.known[f.Subject] = true
	}
	if f.Kind == trace.Exit && r.known[f.Subject] {
		r.Evaluate()
	}
}

func (r *orphans) find(v sim.View) (flaws []Flaw, judged bool) {
	for _, pid := range v.Processes() {
		if _, is := supervisor.Inspect(v, pid); is {
			r.known[pid] = true
		}
	}
	for _, pid := range v.Processes() {
		info, _ := v.Info(pid)
		if !r.known[info.Parent] {
			continue
		}
		judged = true
		if !v.Alive(info.Parent) {
			flaws = append(flaws, Flaw{role(pid), fmt.Sprintf("%v lives on after its supervisor %v", pid, info.Parent), false})
		}
	}
	return flaws, judged
}

// Supervisors is restarts_in_bounds: a supervisor restarts its children as often as its intensity allows and gives up
// at the next, not before (SUP9, SUP10), and where it restarts several, it has stopped those that come later before it
// starts one (SUP7). It follows the supervisors' reports; of one that had trouble starting a child it judges no more
// how often it restarts.
func Supervisors() Rule {
	return &supervisors{Base: NewBase("restarts_in_bounds", KindAlways), of: map[sim.PID]*restarts{}}
}

type supervisors struct {
	Base
	view    sim.View
	started bool
	of      map[sim.PID]*restarts
}

// restarts is what is known of a supervisor.
type restarts struct {
	seconds []int64 // in which it had to restart
	over    bool    // that was once too often: it must give up
	hard    bool    // a child did not start: how often it tries again cannot be seen
	failed  string  // the child that must be restarted; "" if none
	again   map[string]bool
}

// Start keeps the view.
func (r *supervisors) Start(_ sim.Config, v sim.View) { r.view, r.started = v, true }

// Observe follows the reports of supervisors.
func (r *supervisors) Observe(f sim.Fact) {
	if f.Kind == trace.Exit {
		delete(r.of, f.Subject)
		return
	}
	rep, is := reportOf[*supervisor.Report](f)
	if !is || !r.started {
		return
	}
	s := r.of[f.Subject]
	if s == nil {
		s = &restarts{}
		r.of[f.Subject] = s
	}
	if s.over && !s.hard && rep.Context != supervisor.GivingUp {
		r.Evaluate()
		r.Break(f.At, role(f.Subject)+" too often", fmt.Sprintf("%v goes on after %d restarts of its children", f.Subject,
			len(s.seconds)))
	}
	switch rep.Context {
	case supervisor.ChildTerminated:
		r.terminated(f, rep, s)
	case supervisor.StartError:
		s.hard = true
	case supervisor.Progress:
		r.progress(f, rep, s)
	case supervisor.GivingUp:
		r.Evaluate()
		if !s.hard && !s.over {
			r.Break(f.At, role(f.Subject)+" too early", fmt.Sprintf("%v gave up at restart number %d", f.Subject, len(s.seconds)))
		}
		s.over = false
	}
}

// terminated counts a restart that is due, with those that still count: their seconds do, not their times (SUP9).
func (r *supervisors) terminated(f sim.Fact, rep *supervisor.Report, s *restarts) {
	if !(rep.Child.Restart == supervisor.Permanent || rep.Child.Restart == supervisor.Transient && !term.Orderly(rep.Reason)) {
		return
	}
	st, ok := supervisor.Inspect(r.view, f.Subject)
	if !ok {
		return
	}
	now := int64(f.At / time.Second)
	s.seconds = slices.DeleteFunc(s.seconds, func(t int64) bool { return t < now-int64(st.Intensity.Period/time.Second) })
	s.seconds = append(s.seconds, now)
	s.over = len(s.seconds) > st.Intensity.Max
	s.failed, s.again = rep.Child.ID, map[string]bool{}
	r.Evaluate()
	if !s.hard {
		r.Near(count(len(s.seconds), st.Intensity.Max))
	}
}

// progress judges the start of a child, if it is part of a restart.
func (r *supervisors) progress(f sim.Fact, rep *supervisor.Report, s *restarts) {
	if s.failed == "" || s.again[rep.Child.ID] { // the first start, or by request
		s.failed = ""
		return
	}
	s.again[rep.Child.ID] = true
	st, ok := supervisor.Inspect(r.view, f.Subject)
	if !ok || st.Strategy != supervisor.OneForAll && st.Strategy != supervisor.RestForOne {
		return
	}
	at := func(id string) int {
		return slices.IndexFunc(st.Children, func(c supervisor.ChildStatus) bool { return c.ID == id })
	}
	if st.Strategy == supervisor.RestForOne && at(rep.Child.ID) < at(s.failed) {
		return // by request
	}
	for _, c := range st.Children[at(rep.Child.ID)+1:] {
		if c.State == supervisor.StateRunning {
			r.Break(f.At, role(f.Subject)+" order", fmt.Sprintf("%v has started %s while %s, which comes later, was running",
				f.Subject, rep.Child.ID, c.ID))
		}
	}
}
