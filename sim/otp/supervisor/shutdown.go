package supervisor

import (
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// stopFrom stops the last child, then the one before it, and so on down to first: each is gone before the
// next is asked (SUP1). Temporary ones are forgotten. It returns the first that is left.
func (s *server) stopFrom(p *sim.Proc, first *child) (left *child) {
	if p.Mutant().Is(mutant.StopsForward) {
		s.stopForward(p, first)
	}
	for c := s.table.last; c != nil; {
		prev, isFirst := c.prev, c == first
		s.stop(p, c)
		if c.spec.Restart == Temporary && !p.Mutant().Is(mutant.TemporaryBack) {
			s.table.remove(c)
		} else {
			s.table.forget(c)
			left = c
		}
		if isFirst {
			break
		}
		c = prev
	}
	return left
}

// stopForward stops children in the wrong order.
func (s *server) stopForward(p *sim.Proc, first *child) {
	for c := first; c != nil; c = c.next {
		s.stop(p, c)
		if c.spec.Restart != Temporary {
			s.table.forget(c)
		}
	}
}

// stop stops a child's process, if it has one, and reports an end that is not as it should be. Until the
// process is gone, the supervisor does nothing else.
func (s *server) stop(p *sim.Proc, c *child) {
	if c.phase != running {
		return
	}
	if reason := shutdown(p, c.pid, c.spec.Shutdown); !c.spec.obeyed(reason) {
		s.report(p, ShutdownError, reason, c.spec, c.pid)
	}
}

// shutdown ends a process in the way that how says, and returns the reason with which it ended (SUP12).
// We wait for Down, not Exit: a child that unlinked us would keep us here for ever.
func shutdown(p *sim.Proc, pid sim.PID, how Shutdown) sim.Reason {
	mark := p.Mark()
	ref := p.Monitor(pid)
	patience := time.Duration(sim.Forever)
	switch m := p.Mutant(); {
	case m.Is(mutant.UnlinksFirst):
		p.Unlink(pid)
	case m.Is(mutant.BrutalAsks) && how == BrutalKill:
		how = After(time.Second)
	case m.Is(mutant.NeverKills) && how != BrutalKill:
		how = Infinity
	}
	if how == BrutalKill {
		p.Exit(pid, sim.Kill)
	} else {
		p.Exit(pid, sim.Shutdown)
		patience = how.patience()
	}
	reason, gone := awaitDown(p, mark, ref, patience)
	if !gone {
		p.Exit(pid, sim.Kill)
		reason, _ = awaitDown(p, mark, ref, sim.Forever)
	}
	return flushed(p, pid, reason)
}

func awaitDown(p *sim.Proc, mark sim.Mark, ref sim.Ref, patience time.Duration) (reason sim.Reason, gone bool) {
	gone = p.Take(mark, func(m *sim.Msg) bool {
		if !otp.IsDown(m, ref) {
			return false
		}
		reason = downReason(m)
		return true
	}, patience)
	return reason, gone
}

// downReason is why the process ended that a down message is about; somebody may have looked at the
// message and made a plain value of it.
func downReason(m *sim.Msg) sim.Reason {
	if d, ok := m.Body().(sim.Down); ok && m.Tag() == nil {
		return d.Reason
	}
	return m.Body()
}

// exitReason is the same for an exit message.
func exitReason(m *sim.Msg) sim.Reason {
	if e, ok := m.Body().(sim.Exit); ok && m.Tag() == nil {
		return e.Reason
	}
	return m.Body()
}

// flushed cuts the link to a process that is gone and takes its exit message away. The child may have
// ended by itself a moment ago: then the monitor came too late to know why, and the link knows.
// OTP 25 believes the link in any case, OTP 27 only then.
func flushed(p *sim.Proc, pid sim.PID, reason sim.Reason) sim.Reason {
	if p.Compat() == sim.OTP25 {
		p.Unlink(pid)
		if told, ok := takeExit(p, pid, 0); ok {
			return told
		}
		return reason
	}
	if !term.Is(reason, sim.NoProc) {
		p.Unlink(pid)
		takeExit(p, pid, 0)
		return reason
	}
	var patience time.Duration
	if self, _ := p.Info(p.Self()); slices.Contains(self.Links, pid) {
		patience = sim.Forever // its exit signal is under way
	}
	if told, ok := takeExit(p, pid, patience); ok {
		return told
	}
	return childUnlinked
}

const childUnlinked = term.Atom("child_process_unlinked")

func takeExit(p *sim.Proc, pid sim.PID, patience time.Duration) (reason sim.Reason, ok bool) {
	ok = p.Take(sim.Mark{}, func(m *sim.Msg) bool {
		if !otp.IsExit(m, pid) {
			return false
		}
		reason = exitReason(m)
		return true
	}, patience)
	return reason, ok
}
