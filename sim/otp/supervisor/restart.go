package supervisor

import (
	"errors"
	"time"

	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/internal/gen"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Exited deals with the end of a process the supervisor was linked with, and reports whether the
// supervisor goes on. Whoever is no child is nobody's business (SUP6).
func (s *server) Exited(p *sim.Proc, pid sim.PID, reason sim.Reason, _ gen.Overseeing) (goesOn bool) {
	if pid.IsZero() {
		return true
	}
	c := s.table.holding(pid)
	if c == nil {
		return true
	}
	spec := c.spec
	if spec.Restart.alarming(reason) {
		s.report(p, ChildTerminated, reason, spec, pid)
	}
	if spec.Restart.again(reason) || p.Mutant().Is(mutant.TransientOrderly) && spec.Restart == Transient && !term.Is(reason, sim.Normal) {
		return s.restart(p, c)
	}
	s.table.ended(c)
	return !s.auto.ends(spec, &s.table) || p.Mutant().Is(mutant.SignificantIgnored)
}

// restart restarts what the strategy says when c has ended, unless that is once too often.
func (s *server) restart(p *sim.Proc, c *child) (goesOn bool) {
	if !s.mayRestart(p, c) {
		s.report(p, GivingUp, tooMany, c.spec, c.pid)
		s.table.ended(c)
		return false
	}
	switch s.strategy {
	case SimpleOneForOne:
		s.restartDynamic(p, c)
	case OneForOne:
		s.restartOne(p, c)
	default:
		s.restartGroup(p, c)
	}
	return true
}

// mayRestart counts a restart, and reports whether it is within the intensity.
func (s *server) mayRestart(p *sim.Proc, c *child) bool {
	in := s.intensity
	switch m := p.Mutant(); {
	case m.Is(mutant.IntensityOneMore):
		in.Max++
	case m.Is(mutant.WindowShort):
		in.Period -= time.Second
	case m.Is(mutant.TransientFree) && c.spec.Restart == Transient, m.Is(mutant.RetryUncounted) && c.phase == retrying:
		return true
	}
	return s.window.add(p.Now(), in)
}

const tooMany = term.Atom("reached_max_restart_intensity")

// tryAgain is what a supervisor casts to itself when a child could not be restarted: the next attempt
// comes behind all that waits by then, and counts as another restart (SUP11).
type tryAgain struct {
	id  string
	pid sim.PID // which dynamic child, by the process that it had
}

// Term is the message as OTP has it.
func (m tryAgain) Term() sim.Tuple {
	var which any = term.Atom(m.id)
	if !m.pid.IsZero() {
		which = sim.Tuple{term.Atom("restarting"), m.pid}
	}
	return sim.Tuple{term.Atom("try_again_restart"), which}
}

// String prints the message as OTP has it.
func (m tryAgain) String() string { return m.Term().String() }

// again makes the attempt, if there is still something to restart.
func (s *server) again(p *sim.Proc, m tryAgain) (goesOn bool) {
	if c := s.table.retriedAs(m); c != nil {
		return s.restart(p, c)
	}
	if c := s.table.named(m.id); c != nil && c.phase == stopped && p.Mutant().Is(mutant.RestartsStopped) {
		return s.restart(p, c)
	}
	return true
}

func (s *server) restartOne(p *sim.Proc, c *child) {
	pid, _, reason := s.launch(p, c.spec, nil)
	if reason == nil {
		s.table.runs(c, pid)
		return
	}
	was := c.pid
	s.table.retries(c, was)
	s.report(p, StartError, reason, c.spec, was)
	otp.Cast(p, p.Self(), tryAgain{id: c.spec.ID})
}

// restartGroup stops all that go down with c and starts them again. If one cannot be started, those before
// it stay, and the next attempt begins with it (SUP11).
func (s *server) restartGroup(p *sim.Proc, c *child) {
	id, was := c.spec.ID, c.pid
	first := s.strategy.firstOf(c, &s.table)
	if p.Mutant().Is(mutant.RestWrongSide) && s.strategy == RestForOne {
		first = s.table.first
	}
	idle := s.skipped(p, c)
	s.table.forget(c)
	first = s.stopFrom(p, first)
	failed, _ := s.startFrom(p, first)
	for _, o := range idle {
		s.stop(p, o)
		s.table.forget(o)
	}
	if failed != nil && p.Mutant().Is(mutant.RetryLost) {
		return
	}
	if failed == nil {
		return
	}
	if failed.spec.ID != id {
		was = sim.PID{}
	}
	s.table.retries(failed, was)
	otp.Cast(p, p.Self(), tryAgain{id: failed.spec.ID})
}

// skipped are the children that a group restart leaves out by mistake: those without a process.
func (s *server) skipped(p *sim.Proc, ended *child) (idle []*child) {
	if !p.Mutant().Is(mutant.GroupSkipsEnded) {
		return nil
	}
	for c := s.table.first; c != nil; c = c.next {
		if c != ended && c.phase == stopped {
			idle = append(idle, c)
		}
	}
	return idle
}

// startFrom starts a child and all behind it, whatever had become of them (SUP7). It stops at the first
// that cannot be started.
func (s *server) startFrom(p *sim.Proc, first *child) (failed *child, reason sim.Reason) {
	for c := first; c != nil; {
		next := c.next
		pid, _, reason := s.launch(p, c.spec, nil)
		switch {
		case reason != nil:
			s.report(p, StartError, reason, c.spec, sim.PID{})
			return c, reason
		case pid.IsZero() && c.spec.Restart == Temporary:
			s.table.remove(c)
		default:
			s.table.runs(c, pid)
		}
		c = next
	}
	return nil, nil
}

// launch starts a process for a child and says so, and makes of what the start function answers what OTP does (SUP4):
// whatever it does, and be it a panic, the supervisor goes on. No reason and no process mean that the child chose not
// to run.
func (s *server) launch(p *sim.Proc, spec *Child, args []any) (pid sim.PID, info any, reason sim.Reason) {
	ok := false
	defer launched(p, p.Naming(spec.ID), &reason, &ok)
	defer otp.Catch(p, &reason, &ok)
	started, err := spec.Start(p, args...)
	ok = true
	switch {
	case err != nil:
		return pid, nil, reasonOf(err)
	case started.PID.IsZero():
		return pid, nil, term.Tuple{term.Atom("ok"), term.Undefined}
	case s.strategy != SimpleOneForOne:
		s.report(p, Progress, nil, spec, started.PID)
	}
	return started.PID, started.Info, nil
}

// launched is what comes after a start function in any case. Its panic, if that is how it ended, is the reason.
func launched(p *sim.Proc, before string, reason *sim.Reason, ok *bool) {
	p.Naming(before)
	if !*ok {
		*reason = term.Tuple{term.Atom("EXIT"), *reason}
	}
}

// reasonOf is what an error of a start function stands for; nil if the child chose not to run.
func reasonOf(err error) sim.Reason {
	var start *otp.StartError
	var bad *otp.BadReturn
	switch {
	case errors.Is(err, otp.ErrIgnore):
		return nil
	case errors.As(err, &start):
		return start.Reason
	case errors.As(err, &bad):
		return bad.Value
	}
	return err
}
