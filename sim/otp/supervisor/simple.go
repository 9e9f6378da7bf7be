package supervisor

import (
	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// The children of a simple_one_for_one supervisor: made of one template, on demand, known by their
// processes, and stopped side by side (SUP15).

// startDynamic starts a child with arguments of its own.
func (s *server) startDynamic(p *sim.Proc, args []any) (otp.Started, error) {
	t := &s.table
	if t.template == nil {
		return otp.Started{}, &Error{term.Tuple{term.Atom("invalid_child_spec"), args}}
	}
	pid, info, reason := s.launch(p, t.template, args)
	if reason != nil {
		return otp.Started{}, &Error{reason}
	}
	if !pid.IsZero() {
		t.addDynamic(pid, args)
	}
	return otp.Started{PID: pid, Info: info}, nil
}

// restartDynamic starts a child anew with the arguments that it was started with.
func (s *server) restartDynamic(p *sim.Proc, c *child) {
	t, was := &s.table, c.pid
	if c.phase == retrying {
		t.retried--
	}
	pid, _, reason := s.launch(p, c.spec, c.args)
	switch {
	case reason != nil && p.Mutant().Is(mutant.DynamicLost):
		t.remove(c)
	case reason != nil:
		t.retried++
		t.retries(c, was)
		s.report(p, StartError, reason, c.spec, was)
		otp.Cast(p, p.Self(), tryAgain{pid: was})
	case !pid.IsZero():
		t.runs(c, pid)
	case p.Compat() == sim.OTP25:
		t.vanished(c)
	default:
		t.remove(c)
	}
}

// stopDynamic stops one child, by its process. Any dead process will do: it may have been one (SUP15).
func (s *server) stopDynamic(p *sim.Proc, pid sim.PID) error {
	t := &s.table
	if c := t.with(pid); c != nil {
		s.stop(p, c)
		t.remove(c)
		return nil
	}
	if p.Alive(pid) {
		return ErrNotFound
	}
	if t.ghost != nil {
		t.remove(t.ghost)
	}
	return nil
}

// stopAllDynamic asks all children to end and waits for all, with one time-out. Ends that are not as they
// should be are reported, one report a reason.
func (s *server) stopAllDynamic(p *sim.Proc) {
	if s.table.ghost != nil {
		panic(functionClause("terminate_dynamic_children"))
	}
	mark := p.Mark()
	left := s.askAllDynamic(p)
	if p.Mutant().Is(mutant.DynamicUnwaited) {
		return
	}
	var timer sim.Timer
	if how := s.table.template.Shutdown; how != BrutalKill && how != Infinity {
		timer = p.StartTimer(how.patience(), p.Self(), sim.Kill)
	}
	var odd []*Report
	for left > 0 {
		c, reason := s.awaitDynamic(p, mark, timer)
		if c == nil {
			s.killAllDynamic(p)
			timer = sim.Timer{}
			continue
		}
		left--
		c.watch = sim.Ref{}
		if reason = flushed(p, c.pid, reason); !c.spec.obeyed(reason) {
			odd = together(odd, s.newReport(ShutdownError, reason, c.spec, sim.PID{}), c.pid)
		}
	}
	if timer != (sim.Timer{}) {
		p.CancelTimer(timer)
		p.Take(mark, func(m *sim.Msg) bool { return isTimeout(m, timer) }, 0)
	}
	for _, r := range odd {
		p.Report("supervisor", p.Self(), r)
	}
}

// awaitDynamic waits for the end of a child, and why it ended, or, if that comes first, of their time: then there is no child.
func (s *server) awaitDynamic(p *sim.Proc, mark sim.Mark, timer sim.Timer) (c *child, reason sim.Reason) {
	p.Take(mark, func(m *sim.Msg) bool {
		if c = s.watched(m); c != nil {
			reason = downReason(m)
			return true
		}
		return isTimeout(m, timer)
	}, sim.Forever)
	return c, reason
}

// askAllDynamic sends all children what ends them, and counts them.
func (s *server) askAllDynamic(p *sim.Proc) (n int) {
	ask := sim.Shutdown
	if s.table.template.Shutdown == BrutalKill {
		ask = sim.Kill
	}
	for c := s.table.first; c != nil; c = c.next {
		if c.phase == running {
			c.watch = p.Monitor(c.pid)
			p.Exit(c.pid, ask)
			n++
		}
	}
	return n
}

func (s *server) killAllDynamic(p *sim.Proc) {
	for c := s.table.first; c != nil; c = c.next {
		if !c.watch.IsZero() {
			p.Exit(c.pid, sim.Kill)
		}
	}
}

// watched is the child whose end a message tells, if it is one that is being stopped.
func (s *server) watched(m *sim.Msg) *child {
	ref, pid := m.Ref(), m.From()
	if m.Tag() != sim.DownTag {
		d, ok := m.Body().(sim.Down)
		if !ok || m.Tag() != nil {
			return nil
		}
		ref = d.Ref
		pid, _ = d.Object.(sim.PID)
	}
	if pid.IsZero() {
		return nil
	}
	if c := s.table.with(pid); c != nil && c.watch == ref && !ref.IsZero() {
		return c
	}
	return nil
}

func isTimeout(m *sim.Msg, timer sim.Timer) bool {
	if m.Tag() == sim.TimeoutTag {
		return m.Ref() == timer.Ref()
	}
	t, ok := m.Body().(sim.Timeout)
	return ok && m.Tag() == nil && t.Ref == timer.Ref()
}

// together puts a child that ended oddly into the report on its reason.
func together(reports []*Report, r *Report, pid sim.PID) []*Report {
	for _, known := range reports {
		if term.Equal(known.Reason, r.Reason) {
			known.Several = append(known.Several, pid)
			return reports
		}
	}
	r.Several = []sim.PID{pid}
	return append(reports, r)
}
