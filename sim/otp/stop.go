package otp

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Stop asks a behaviour to terminate with reason and waits until it is gone, at most d: proc_lib:stop. The
// error is a *CallError: noproc, timeout, or what it ended with if that was another reason (PL4). A
// process that takes too long is not killed.
func Stop(p *sim.Proc, to sim.Addr, reason sim.Reason, d time.Duration) error {
	at, _, ok := resolve(p, to)
	if !ok {
		return &CallError{Reason: sim.NoProc, To: to}
	}
	mark, began := p.Mark(), p.Now()
	ref := p.Monitor(at)
	if _, why, ok := Ask(p, at, SystemTag, sim.Tuple{terminate, reason}, d); !ok {
		p.Demonitor(ref, sim.Flush())
		return stopRefused(at, why, reason, d)
	}
	m, ok := p.Await(mark, func(m *sim.Msg) bool { return IsDown(m, ref) }, left(p, began, d))
	if !ok {
		p.Demonitor(ref, sim.Flush())
		return &CallError{Reason: timeout, To: at}
	}
	if _, end, _ := outcome(&m); !term.Equal(end, reason) {
		return &CallError{Reason: end, To: at}
	}
	return nil
}

// stopRefused: noproc and timeout are what Stop itself says; anything else names the call that failed.
func stopRefused(at sim.Addr, why, reason sim.Reason, d time.Duration) error {
	err := &CallError{Reason: why, To: at}
	if !term.Is(why, sim.NoProc) && !term.Is(why, timeout) {
		err.Call = MFA{"sys", terminate, []any{at, reason, Millis(d)}}
	}
	return err
}

// left is what is left of d. OTP measures in whole milliseconds, from the one that had begun to the one that will; a
// time-out that is none of its own, being no whole milliseconds, is taken as it is.
func left(p *sim.Proc, began, d time.Duration) time.Duration {
	if d == sim.Forever {
		return d
	}
	const tick = time.Millisecond
	if d%tick != 0 {
		return max(0, d-(p.Now()-began))
	}
	return max(0, d-((p.Now()+tick-1).Truncate(tick)-began.Truncate(tick)))
}
