package sim

import (
	"errors"
	"math"
	"time"
)

// Forever is the time-out that never comes.
const Forever = time.Duration(math.MaxInt64)

// ErrTimeout says that no matching message came in time.
var ErrTimeout = errors.New("timeout")

// After is the option of Receive that gives up after d. The time runs from when Receive is entered;
// messages that do not match do not restart it (RCV3). After(0) looks at what has arrived and does not wait.
func After(d time.Duration) RecvOpt { return RecvOpt{d, true} }

// RecvOpt is an option of Receive.
type RecvOpt struct {
	after time.Duration
	set   bool
}

func patience(opts []RecvOpt) time.Duration {
	d := Forever
	for _, o := range opts {
		if o.set {
			d = o.after
		}
	}
	return d
}

// Receive removes and returns the first message, oldest first, for which match reports true; the others
// stay where they are. match must change nothing: it is called again for the same message whenever the
// process looks through its mailbox anew. The error is ErrTimeout, or nil.
func Receive[T any](p *Proc, match func(m any) (T, bool), opts ...RecvOpt) (T, error) {
	var got T
	if !p.Take(Mark{}, func(m *Msg) (ok bool) {
		got, ok = match(m.Value())
		return ok
	}, patience(opts)) {
		var none T
		return none, ErrTimeout
	}
	return got, nil
}

// Recv removes and returns the first message of type M.
func Recv[M any](p *Proc, opts ...RecvOpt) (M, error) {
	return Receive(p, func(m any) (M, bool) { v, ok := m.(M); return v, ok }, opts...)
}

// Any removes and returns the first message, whatever it is.
func Any(p *Proc, opts ...RecvOpt) (any, error) {
	return Receive(p, func(m any) (any, bool) { return m, true }, opts...)
}

// Sleep waits for d and leaves the mailbox alone.
func (p *Proc) Sleep(d time.Duration) {
	p.Take(Mark{}, func(*Msg) bool { return false }, max(d, 0))
}

// Mark is a place in the mailbox: what has come so far lies before it.
type Mark struct {
	last    *Msg
	removed uint32
}

// Mark marks the end of the mailbox as it is now. An Await from there does not look at older messages,
// which cannot be the answer to a request that is yet to be made.
func (p *Proc) Mark() Mark {
	if p.inbox.transit() {
		p.catchUp()
	}
	return Mark{p.inbox.border, p.removed}
}

// Await is Receive on envelopes: it removes and returns the first message behind the mark that matches,
// waiting at most d. ok is false if none came.
func (p *Proc) Await(from Mark, match func(m *Msg) bool, d time.Duration) (m Msg, ok bool) {
	ok = p.Take(from, func(e *Msg) bool {
		if match(e) {
			m = *e
			return true
		}
		return false
	}, d)
	m.next = nil
	return m, ok
}

// Take is Await for those who keep what they need of the message when match sees it: match is called for
// the message that it reports true for exactly once.
func (p *Proc) Take(from Mark, match func(m *Msg) bool, d time.Duration) (ok bool) {
	if !p.acts() {
		panic(unwind) // the dead receive nothing
	}
	if d < 0 {
		raise("timeout_value", "receive", d.String())
	}
	if from.last != nil && from.removed == p.removed {
		p.passed = from.last
	} else {
		p.passed = nil
	}
	if p.flags&(armed|timedOut) != 0 { // by a receive that a panic of its match ended
		p.disarm()
	}
	for {
		if e := p.scan(match); e != nil {
			if p.flags&(armed|timedOut) != 0 {
				p.disarm()
			}
			if e.special&watches != 0 {
				p.watch(e.ref)
			}
			p.received(e)
			p.w.discard(e)
			p.charge(redReceive)
			return true
		}
		if p.inbox.transit() {
			p.catchUp()
			continue
		}
		if d == 0 || p.has(timedOut) { // it was over while match was preempted
			p.flags &^= timedOut
			p.passed = nil
			p.charge(redReceive)
			return false
		}
		if p.flushLate() {
			continue
		}
		if d != Forever && !p.has(armed) {
			p.arm(d)
		}
		p.block()
		if p.has(timedOut) { // what has come meanwhile is too late, as on the BEAM (RCV3)
			p.flags &^= timedOut
			p.passed = nil
			p.charge(redReceive)
			return false
		}
	}
}

// scan goes on from where the last scan of this receive ended. A message it returns is out of the mailbox.
func (p *Proc) scan(match func(*Msg) bool) *Msg {
	prev := p.passed
	for prev != p.inbox.border {
		e := p.inbox.behind(prev)
		if match(e) {
			p.passed = nil
			return p.inbox.remove(prev, e)
		}
		prev = e
	}
	p.passed = prev
	return nil
}

// Hibernate waits until the mailbox holds a message, and takes none (RCV5).
func (p *Proc) Hibernate() {
	if !p.acts() {
		panic(unwind)
	}
	p.catchUp()
	p.flags |= hibernating
	for p.inbox.border == nil {
		if p.flushLate() {
			p.catchUp()
			continue
		}
		p.block()
	}
	p.flags &^= hibernating
}

// Doze marks a handler as hibernating until its next message. It changes what Info tells, nothing else.
func (p *Proc) Doze() {
	if p.acts() {
		p.flags |= hibernating
	}
}

// After makes the world call the handler with a TimedOut message if no other has been taken within d. It
// holds for the wait that follows this call of Handle and for no later one.
func (p *Proc) After(d time.Duration) {
	if !p.acts() {
		return
	}
	if d < 0 {
		raise("timeout_value", "receive", d.String())
	}
	x := p.ext()
	if p.has(armed) {
		p.disarm()
	}
	x.waitFor = d
	p.flags &^= waitSet
	if d != Forever {
		p.flags |= waitSet
	}
}

// Only makes the handler take, from now on, no messages but those that match; the others stay in the
// mailbox in their order. With nil it takes all again, oldest first.
func (p *Proc) Only(match func(m *Msg) bool) {
	if !p.acts() {
		return
	}
	p.passed = nil
	p.flags &^= selective
	if match != nil {
		p.flags |= selective
	}
	if match != nil || p.x != nil {
		p.rarely().only = match
	}
}

// Terminate ends the process with reason when the callback that runs now returns. It is what a handler
// says instead of ExitSelf when it can.
func (p *Proc) Terminate(reason Reason) {
	if p.acts() {
		p.reason = reason
		p.flags |= leaving
	}
}

// Become makes the process go on as a handler when its body returns.
func (p *Proc) Become(h Handler) {
	if p.acts() {
		p.handler = h
	}
}
