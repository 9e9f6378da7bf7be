// Package timer is Erlang's timer module: it does something later, or again and again.
//
//	ref := timer.SendInterval(p, time.Second, p.Self(), "tick") // at 1s, 2s, 3s… from now
//	timer.KillAfter(p, time.Minute, worker)
//	timer.Cancel(p, ref)
//
// A message to a local PID is sent by the machinery itself, as by Proc.SendAfter. All else goes through a
// process, the timer_server, which is started when it is first needed: under the supervisor kernel_sup if
// the node has one, else alone (TMR6). If that process dies, so do its timers. What is due after no time is done at
// once, by the caller.
//
// The functions wait for that process, so a handler that never blocks cannot use them. They panic with
// badarg if a time is negative, or an address is none of a PID, a name, and a name on a node.
package timer

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Ref is a timer that was started. It is a comparable value; the zero Ref is none.
type Ref struct {
	local sim.Timer // of the machinery's own
	ref   sim.Ref   // of the timer_server's
}

// SendAfter sends a message after d. A name is looked up then; if nobody has it nothing happens.
func SendAfter(p *sim.Proc, d time.Duration, to sim.Addr, msg any) Ref {
	check("send_after", d, to)
	pid, direct := to.(sim.PID)
	switch {
	case d == 0:
		p.Send(to, msg)
		return Ref{}
	case direct && pid.Node() == p.Node():
		return Ref{local: p.SendAfter(d, to, msg)}
	}
	return once(p, d, send{to, msg})
}

// SendInterval sends a message every d, the first after d, until the receiver has ended or Cancel is called. The
// times are fixed beforehand: they do not drift, and what is late is made up for. A name is looked up each
// time, but it is the process that has it now whose end counts.
func SendInterval(p *sim.Proc, d time.Duration, to sim.Addr, msg any) Ref {
	check("send_interval", d, to)
	return again(p, d, to, send{to, msg}, false)
}

// ExitAfter sends an exit signal after d. It comes from the timer_server. A name is looked up then.
func ExitAfter(p *sim.Proc, d time.Duration, to sim.Addr, reason sim.Reason) Ref {
	check("exit_after", d, to)
	return once(p, d, exit{to, reason})
}

// KillAfter kills a process after d.
func KillAfter(p *sim.Proc, d time.Duration, to sim.Addr) Ref { return ExitAfter(p, d, to, sim.Kill) }

// ApplyAfter spawns a process that runs f after d.
func ApplyAfter(p *sim.Proc, d time.Duration, f sim.Body) Ref {
	check("apply_after", d, p.Self())
	return once(p, d, apply(f))
}

// ApplyInterval spawns a process that runs f every d, the first after d, until the caller has ended or Cancel
// is called. The times are fixed beforehand: if f takes longer than d, several run at once.
func ApplyInterval(p *sim.Proc, d time.Duration, f sim.Body) Ref {
	check("apply_interval", d, p.Self())
	return again(p, d, p.Self(), apply(f), false)
}

// ApplyRepeatedly is ApplyInterval that waits for one process to end before it spawns the next. If f takes longer
// than d, the next follows at once, until what was missed is made up for.
func ApplyRepeatedly(p *sim.Proc, d time.Duration, f sim.Body) Ref {
	check("apply_repeatedly", d, p.Self())
	return again(p, d, p.Self(), apply(f), true)
}

// Cancel stops a timer. If it is over, nothing happens; a message that it has sent stays where it is.
func Cancel(p *sim.Proc, t Ref) {
	switch {
	case t.local != sim.Timer{}:
		p.CancelTimer(t.local)
	case !t.ref.IsZero():
		request(p, cancel{ref: t.ref})
	}
}

// Measure runs f and tells how much virtual time passed: while it waited, and, at the end of each of the
// process's slices, for its reductions. It is timer:tc.
func Measure[T any](p *sim.Proc, f func() T) (took time.Duration, value T) {
	began := p.Now()
	value = f()
	return p.Now() - began, value
}

func check(op string, d time.Duration, to sim.Addr) {
	switch to.(type) {
	case sim.PID, sim.Name, term.NameAt:
		if d >= 0 {
			return
		}
	}
	panic(&sim.Error{Reason: "badarg", Op: op, Detail: term.Format(sim.Tuple{d, to})})
}

// once has a job done after d.
func once(p *sim.Proc, d time.Duration, j job) Ref {
	if d == 0 {
		j.do(p)
		return Ref{}
	}
	return Ref{ref: request(p, start{job: j, at: p.Now() + d})}
}

// again has a job done every d.
func again(p *sim.Proc, d time.Duration, target sim.Addr, j job, waits bool) Ref {
	return Ref{ref: request(p, start{job: j, at: p.Now() + d, every: d, target: target, waits: waits})}
}
