package sim

import (
	"cmp"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// timer is something that will happen at a time: a message is sent, a wait ends, or the world does something.
type timer struct {
	alarm      scheduler.Timer
	dest       *Proc // whom it sends to or wakes; it is dropped when that process ends
	prev, next *timer
	name       Name // the destination if it is a name: resolved when the timer fires (TMR2)
	node       *Node
	ref        Ref
	msg        any
	act        func()
	cargo      *parcel
	gen        uint32
	use        timerUse
}

type timerUse uint8

const (
	spareTimer   timerUse = iota
	sendsMsg              // SendAfter
	sendsTimeout          // StartTimer
	endsWait              // a receive or a handler's After
	acts                  // the world's own
	lands                 // a parcel comes to the end of its way
	ticks                 // a node looks after its connections
)

// Timer is a timer that was started. It is a comparable value; the zero Timer is none.
type Timer struct {
	t   *timer
	gen uint32
	ref Ref
}

// Ref is the reference of the timer: the one in the Timeout message of StartTimer.
func (t Timer) Ref() Ref { return t.ref }

// String prints the timer's reference.
func (t Timer) String() string { return t.ref.String() }

// SendAfter sends msg after d. A timer to a PID ends with that process; a name is resolved when the timer
// fires (TMR1, TMR2). Even a timer of 0 fires later than now (TMR4).
func (p *Proc) SendAfter(d time.Duration, to Addr, msg any) Timer {
	return p.startTimer(sendsMsg, d, to, msg)
}

// StartTimer is SendAfter with a Timeout message that carries the timer's reference and msg (TMR1).
func (p *Proc) StartTimer(d time.Duration, to Addr, msg any) Timer {
	return p.startTimer(sendsTimeout, d, to, msg)
}

func (p *Proc) startTimer(use timerUse, d time.Duration, to Addr, msg any) Timer {
	if !p.acts() {
		return Timer{}
	}
	if d < 0 {
		raise("badarg", "send_after", d.String())
	}
	t := p.w.newTimer(use)
	t.msg = msg
	t.ref = p.MakeRef()
	switch to := to.(type) {
	case PID:
		if p.elsewhere(to.Identity()) {
			p.w.freeTimer(t)
			raise("badarg", "send_after", "a timer needs a process or a name of this node")
		}
		q := p.w.alive(to.Identity())
		if q == nil { // nobody will ever hear it
			made := Timer{t, t.gen, t.ref}
			p.w.freeTimer(t)
			return made
		}
		t.dest = q
		q.addTimer(t)
	case Name:
		t.name, t.node = to, p.node
	default:
		p.w.freeTimer(t)
		raise("badarg", "send_after", "a timer needs a process or a name of this node")
	}
	made := Timer{t, t.gen, t.ref}
	p.w.start(t, d, p.id.Key+t.ref.N()*oddly)
	p.charge(redOther)
	return made
}

// CancelTimer stops a timer and tells how long it had to go. ok is false if it had fired or was stopped
// before; a message it sent stays where it is (TMR3).
func (p *Proc) CancelTimer(t Timer) (left time.Duration, ok bool) {
	if !p.acts() || t.t == nil || t.t.gen != t.gen {
		return 0, false
	}
	l, _ := p.w.sched.Cancel(t.t.alarm)
	if t.t.dest != nil {
		t.t.dest.removeTimer(t.t)
	}
	p.w.freeTimer(t.t)
	p.charge(redOther)
	return time.Duration(l), true
}

// ReadTimer tells how long a timer has to go. ok is false if it has fired or was stopped.
func (p *Proc) ReadTimer(t Timer) (left time.Duration, ok bool) {
	p.poll()
	if t.t == nil || t.t.gen != t.gen {
		return 0, false
	}
	l, ok := p.w.sched.Left(t.t.alarm)
	return time.Duration(l), ok
}

// arm limits the present wait.
func (p *Proc) arm(d time.Duration) {
	p.flags = p.flags&^timedOut | armed
	w := p.w
	p.ext().waits++
	if w.waiting == maxWaits {
		w.startWaits()
	}
	k := &w.waits[w.waiting]
	w.waiting++
	w.waitNumber++
	k.when, k.number, k.p = w.after(d), w.waitNumber, p
	p.waitAt = int32(w.waiting)
	w.firstWait = min(w.firstWait, k.when)
}

// disarm ends the limit.
func (p *Proc) disarm() {
	was := p.flags
	p.flags &^= timedOut | armed
	if was&armed == 0 {
		return
	}
	if p.waitAt == 0 {
		p.w.sched.Cancel(p.x.wait.alarm)
		return
	}
	w, i := p.w, p.waitAt-1
	w.waiting--
	if last := int32(w.waiting); i != last {
		w.waits[i] = w.waits[last]
		w.waits[i].p.waitAt = i + 1
	}
	p.waitAt = 0
}

// wait is a limited wait whose timer has not been started. Most limits are those of calls and end within
// a few slices: their timers are started only when the world could otherwise miss one.
type wait struct {
	when   scheduler.Time
	number uint64 // in which order they began
	p      *Proc
}

// maxWaits is how many waits may go without a timer.
const maxWaits = 64

// never is when the first of no waits ends.
const never = scheduler.Time(Forever)

// startWaits starts the timers of all waits that have none, the oldest first.
func (w *World) startWaits() {
	waits := w.waits[:w.waiting]
	slices.SortFunc(waits, func(a, b wait) int { return cmp.Compare(a.number, b.number) })
	for _, v := range waits {
		x := v.p.x
		if x.wait == nil {
			x.wait = w.newTimer(endsWait)
			x.wait.dest = v.p
		}
		v.p.waitAt = 0
		x.wait.alarm = w.sched.NotBefore(v.when, x.wait, ^v.p.id.Key+x.waits*oddly)
	}
	w.waiting, w.firstWait = 0, never
}

// oddly spreads the numbers of a process's timers, whose identities must differ: ties are drawn by them.
const oddly = 0x9e3779b97f4a7c15

func (w *World) start(t *timer, d time.Duration, id uint64) {
	t.alarm = w.sched.NotBefore(w.after(d), t, id)
}

// after is the time d from now.
func (w *World) after(d time.Duration) scheduler.Time {
	now := w.sched.Now()
	if when := now + scheduler.Time(d); when >= now {
		return when
	}
	return never
}

// fire does what a timer is for. Only those of processes are progress: ticks, and what goes on under a connection, are
// there whatever processes do.
func (w *World) fire(t *timer) {
	switch t.use {
	case endsWait:
		w.sched.Progress()
		p := t.dest
		w.note(trace.Timer, p.id, nil, 0)
		p.flags = p.flags&^armed | timedOut
		if p.state == waiting {
			p.enqueue()
		}
	case lands:
		k := t.cargo
		w.freeTimer(t)
		w.land(k)
	case ticks:
		n, act := t.node, t.act
		w.freeTimer(t)
		if act != nil {
			w.ticking--
			act()
		} else {
			w.ticked(n)
		}
	case acts:
		act := t.act
		w.freeTimer(t)
		act()
	default:
		w.fireMessage(t)
	}
}

func (w *World) fireMessage(t *timer) {
	w.sched.Progress()
	q := t.dest
	if q != nil {
		q.removeTimer(t)
	} else {
		q = t.node.names[t.name]
	}
	tag, ref, msg := (*Tag)(nil), t.ref, t.msg
	if t.use == sendsTimeout {
		tag = TimeoutTag
	}
	w.freeTimer(t)
	if q == nil {
		w.note(trace.Timer, nil, nil, ref.N())
		return
	}
	w.note(trace.Timer, q.id, nil, ref.N())
	w.deliver(q, tag, ref, msg)
}

// at makes the world do something at a time.
func (w *World) at(when time.Duration, key string, act func()) { w.atID(when, choice.ID(key), act) }

func (w *World) atID(when time.Duration, id uint64, act func()) *timer {
	t := w.newTimer(acts)
	t.act = act
	t.alarm = w.sched.At(max(scheduler.Time(when), w.sched.Now()), t, id)
	return t
}

// cancel stops a timer of the world's own.
func (w *World) cancel(t *timer) {
	w.sched.Cancel(t.alarm)
	w.freeTimer(t)
}

// time is now, as netsim says it.
func (w *World) time() time.Duration { return time.Duration(w.sched.Now()) }

const timersAtOnce = 64

func (w *World) newTimer(use timerUse) *timer {
	if w.spareTimers == nil {
		chunk := make([]timer, timersAtOnce)
		for i := range chunk {
			chunk[i].next = w.spareTimers
			w.spareTimers = &chunk[i]
		}
	}
	t := w.spareTimers
	w.spareTimers = t.next
	t.next = nil
	t.use = use
	return t
}

func (w *World) freeTimer(t *timer) {
	t.gen++ // whoever still holds it holds a timer that is over
	t.use, t.dest, t.prev, t.name, t.node, t.ref, t.msg, t.act, t.cargo = spareTimer, nil, nil, "", nil, Ref{}, nil, nil, nil
	t.next = w.spareTimers
	w.spareTimers = t
}

func (p *Proc) addTimer(t *timer) {
	x := p.ext()
	if t.next = x.timers; t.next != nil {
		t.next.prev = t
	}
	x.timers = t
}

func (p *Proc) removeTimer(t *timer) {
	if t.prev != nil {
		t.prev.next = t.next
	} else {
		p.x.timers = t.next
	}
	if t.next != nil {
		t.next.prev = t.prev
	}
	t.prev, t.next = nil, nil
}

// dropTimers stops every timer that would send to p or wake it.
func (w *World) dropTimers(p *Proc) {
	p.disarm()
	if p.x.wait != nil {
		w.freeTimer(p.x.wait)
		p.x.wait = nil
	}
	for t := p.x.timers; t != nil; {
		next := t.next
		w.sched.Cancel(t.alarm)
		w.freeTimer(t)
		t = next
	}
	p.x.timers = nil
}
