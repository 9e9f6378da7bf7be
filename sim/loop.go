package sim

import (
	"time"

	"github.com/bedlam-sim/bedlam/internal/coro"
	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// A worker is a stack. The loop that runs processes runs on one; where a process waits in the middle of its
// code, its stack stays with it, and the loop goes on on top of that very stack: when the process is
// next, the loop returns into it, at no cost. Only code that cannot block may run on an occupied stack,
// for a process buried under another that waits could not go on; everything else is handed to a free worker.
type worker struct {
	slot    *coro.Slot // where its goroutine is parked; nil while it runs
	home    *coro.Slot // the slot it was made with: whoever is parked there goes on when it ends
	resting bool       // it is in the pool: its stack holds no process
}

// switchTo parks the running worker and runs k. It returns when somebody switches back.
func (w *World) switchTo(k *worker) {
	w.change(k)
	if w.probe != nil {
		w.probed()
	}
}

// probed is for those who are switched to only to tell where they are: they are parked as before, until they are meant.
// See View.Stack.
func (w *World) probed() {
	for w.probe != nil {
		w.probe.pcs = callers()
		w.change(w.probe.from)
	}
}

// change is switchTo for those who ask where others are.
func (w *World) change(k *worker) {
	s := k.slot
	w.worker.slot, k.slot, w.worker = s, nil, k
	s.Switch()
}

// idleWorker takes a free worker from the pool, or makes one.
func (w *World) idleWorker() *worker {
	if n := len(w.idle); n > 0 {
		k := w.idle[n-1]
		w.idle = w.idle[:n-1]
		k.resting = false
		return k
	}
	k := new(worker)
	k.home = coro.New(func() { w.work(k) })
	k.slot = k.home
	w.workers = append(w.workers, k)
	return k
}

// work is the life of a worker.
func (w *World) work(k *worker) {
	defer w.retire(k) // deferred, so that it is done on runtime.Goexit too
	w.loop(nil)
}

// retire hands on to whoever is parked where the worker began: that goroutine runs when this one ends.
func (w *World) retire(k *worker) {
	for i, o := range w.workers {
		if o == k {
			w.workers = append(w.workers[:i], w.workers[i+1:]...)
			break
		}
	}
	if w.root.slot == k.home {
		w.root.slot, w.worker = nil, &w.root
		return
	}
	for _, o := range w.workers {
		if o.slot == k.home {
			o.slot, w.worker = nil, o
			return
		}
	}
}

// loop runs processes until owner, whose stack it stands on, is next. A loop without an owner ends only
// with the world.
func (w *World) loop(owner *Proc) {
	for w.turn(owner) {
	}
}

// turn is loop up to the first panic, after which there is more to do.
func (w *World) turn(owner *Proc) (again bool) {
	again = true
	defer func() {
		if again { // by a panic, or runtime.Goexit
			again = w.caught(recover())
		}
	}()
	p := w.handed
	w.handed = nil
	for {
		if p == nil {
			p = w.next()
		}
		var k *worker // who is to run it, if we are not
		switch {
		case p == nil:
			if !w.closing {
				w.leave()
			}
		case p == owner:
			return false
		case p.stack != nil:
			if owner == nil {
				w.pool(w.worker)
			}
			k = p.stack
		case owner != nil && p.flags&noBlock == 0:
			k = w.idleWorker()
		default:
			w.run(p)
		}
		if k != nil { // what switchTo does, but each frame between here and there costs when we are switched back to
			w.handed = p
			w.change(k)
			if w.probe != nil {
				w.probed()
			}
		}
		if w.lost {
			w.leave()
		}
		for w.closing {
			if owner != nil || w.final {
				return false
			}
			w.pool(w.worker)
			w.switchTo(&w.root)
		}
		// Whoever switched back to us may have left a process for us to run.
		if p = w.handed; p != nil {
			w.handed = nil
		}
	}
}

// pool lays a worker whose stack holds no process aside for later.
func (w *World) pool(k *worker) {
	k.resting = true
	w.idle = append(w.idle, k)
}

// leave stops the loop: the caller of Run goes on, and the loop from here when Run is called again.
func (w *World) leave() {
	w.left = w.worker
	w.switchTo(&w.root)
}

// next is the process to run now; nil if the run must stop. Timers that are due fire first.
func (w *World) next() *Proc {
	for !w.closing && w.stop == 0 {
		now := w.sched.Now()
		if now >= w.limit {
			w.stop = StopTime
			return nil
		}
		if now >= w.firstWait {
			w.startWaits()
		}
		if w.sched.Due() {
			w.fire(w.sched.Pop().(*timer))
			continue
		}
		t, ok := w.sched.Next()
		if !ok {
			w.rest()
			continue
		}
		p := w.procs[t]
		if p.flags&noBlock != 0 && w.sched.SparesSlices() {
			p.begin(undrawn)
		} else {
			p.begin(w.sched.Slice(t))
		}
		if w.paused > 0 && p.node.paused {
			p.node.setAside(p)
			continue
		}
		p.state = running
		w.current = p
		return p
	}
	return nil
}

// rest lets time pass until a timer is due, for nobody can run; or it stops the run.
func (w *World) rest() {
	w.current = nil
	if w.settling {
		w.stop = StopQuiet
		return
	}
	w.startWaits()
	if w.sched.Timers() == w.ticking && !w.passing && w.calm() {
		w.stop = StopIdle
		return
	}
	now := w.sched.Now()
	if w.sched.Advance(w.limit); w.sched.Now()-now >= lull {
		w.sched.Progress()
	}
}

// lull is for how long all must wait that it counts: what nodes that are busy with each other wait in between is less.
const lull = scheduler.Time(100 * time.Microsecond)

// run runs a process that has no stack: from its beginning, or a handler's next messages.
func (w *World) run(p *Proc) {
	if p.signals == 0 {
		p.arrive()
	} else if p.handleSignals(); p.flags&exiting != 0 { // ended before its first slice, or while it had no code to unwind
		w.finish(p)
		return
	}
	if p.body != nil {
		w.runBody(p)
	}
	if p.handler != nil && p.state == running {
		w.serve(p)
	}
}

func (w *World) runBody(p *Proc) {
	body := p.body
	p.body = nil
	p.flags |= begun
	body(p)
	if p.handler != nil && p.flags&(exiting|leaving) == 0 { // Become
		p.watchAsked()
		return
	}
	if p.flags&(exiting|leaving) == 0 {
		p.reason = Normal
	}
	w.finish(p)
}

// serve gives a handler its messages until it has none left or its slice ends.
func (w *World) serve(p *Proc) {
	if p.flags&begun == 0 {
		p.flags |= begun
		if s, ok := p.handler.(Starter); ok {
			s.Start(p)
			if p.flags&(exiting|leaving) != 0 {
				w.finish(p)
				return
			}
		}
		p.watchAsked()
	}
	for {
		m := p.nextMessage()
		if m == nil {
			if !p.inbox.transit() && !p.flushLate() {
				break
			}
			p.handleSignals()
			if p.flags&exiting != 0 {
				w.finish(p)
				return
			}
			continue
		}
		p.budget -= redReceive
		p.flags &^= hibernating
		if m.special&watches != 0 {
			p.asked = m.ref
		}
		p.handler.Handle(p, m)
		p.watchAsked()
		w.discard(m)
		if p.flags&(exiting|leaving) != 0 {
			w.finish(p)
			return
		}
		if p.inbox.empty() && !p.impatient() && !p.flushLate() {
			break // as for most messages: it is the only one
		}
		if p.spent() {
			p.endSlice()
			p.enqueue()
			return
		}
	}
	p.endSlice()
	p.state = waiting
	if p.flags&(waitSet|armed) == waitSet {
		p.arm(p.x.waitFor)
	}
}

// impatient is whether a handler waits for no time at all: it is never without something to do.
func (p *Proc) impatient() bool { return p.has(waitSet) && p.x.waitFor == 0 }

// nextMessage takes the message that a handler is to be called with; nil if it must wait.
func (p *Proc) nextMessage() *Msg {
	var m *Msg
	if p.flags&(waitSet|timedOut) == waitSet|timedOut { // what has come meanwhile is too late, as on the BEAM (RCV3)
		p.flags &^= waitSet | timedOut
		m = p.w.envelope()
		m.fill(nil, TimedOut, Ref{}, 0, nil)
		return m
	}
	if p.flags&selective != 0 {
		m = p.scan(p.x.only)
	} else if p.inbox.border != nil {
		m = p.inbox.remove(nil, p.inbox.head)
	}
	if m != nil {
		if p.flags&(waitSet|armed) != 0 {
			p.flags &^= waitSet
			p.disarm()
		}
		p.received(m)
		return m
	}
	if p.has(waitSet) && !p.inbox.transit() && (p.has(timedOut) || p.x.waitFor == 0) {
		p.flags &^= waitSet | timedOut
		m = p.w.envelope()
		m.fill(nil, TimedOut, Ref{}, 0, nil)
	}
	return m
}

// received notes that a message has left the mailbox.
func (p *Proc) received(m *Msg) {
	p.mail--
	p.removed++
	var sender uint64
	if m.from != nil {
		sender = m.from.Serial
	}
	p.w.log.Note(int64(p.w.sched.Now()), trace.Receive, p.serial, sender, uint64(m.word))
	if p.w.eyes != nil {
		p.w.eyes.taken(m, p)
	}
}

// block ends the slice and waits until the process is scheduled in; then its signals have been handled.
func (p *Proc) block() { p.park(true) }

// preempt lets others run; the process goes to the end of its queue. A handler that never blocks is not
// interrupted: what it owes is taken from the time of the world all the same.
func (p *Proc) preempt() { p.park(false) }

// park ends the slice, leaves the process's code where it is and runs others until the process is next. It is all of
// block and preempt, so that there is one frame less to go back through when the stack is switched to.
func (p *Proc) park(blocks bool) {
	w := p.w
	if blocks && p.has(noBlock) {
		raise("badarg", "receive", "this handler was spawned with NoBlock")
	}
	p.endSlice()
	if blocks {
		p.state = waiting
		p.flags |= blocked
	} else {
		p.enqueue()
	}
	p.watchAsked()
	p.stack = w.worker
	w.loop(p)
	p.stack = nil
	if w.closing {
		w.current = p
		p.flags |= exiting
		panic(unwind)
	}
	p.flags &^= blocked
	if p.flags&exiting != 0 { // it lingers: what has come is answered as for the dead
		panic(unwind)
	}
	p.catchUp()
}

// endSlice accounts for what the running process has used: time passes.
func (p *Proc) endSlice() {
	p.flushLate()
	used := p.slice - p.budget
	if used < 1 {
		used = 1
	}
	w := p.w
	p.reds += uint64(used)
	p.slice = p.budget
	cost := w.cost
	if w.uneven {
		cost = p.node.cost
	}
	w.sched.Spend(scheduler.Time(used) * cost)
	w.log.Note(int64(w.sched.Now()), trace.Slice, p.serial, 0, uint64(used))
	if w.eyes != nil {
		w.eyes.sliceEnded(p)
	}
	if w.log.Count() >= w.eventLimit && w.stop == 0 {
		w.stop = StopEvents
	}
	if w.sched.Stalled() > w.patience && w.stop == 0 {
		w.stop = StopLivelock
	}
}

// caught deals with a panic that came out of the running process's code, and reports whether the loop has
// more to do.
func (w *World) caught(v any) (again bool) {
	p := w.current
	switch {
	case v == nil: // runtime.Goexit: the test that runs us has failed; this goroutine is going
		w.lost = true
		return false
	case w.closing:
		return true
	case p == nil:
		w.fatal = &Broken{v, term.Callers(3)}
		w.stop = StopAbandoned
		return true
	case w.abandons(v):
		w.fatal = v
		w.stop = StopAbandoned
		return true
	case v == any(unwind):
	default:
		crash := &term.Crash{Err: errorOf(v), Stack: term.Callers(3)}
		p.reason = crash
		w.noteCrash(p)
		if p == p.node.first {
			w.crash, w.stop = crash, StopCrashed
		}
	}
	w.finish(p)
	return true
}

// Broken is what Run panics with if the world itself panicked: a mistake of this package.
type Broken struct {
	Value any
	Stack term.Stack
}

// Error tells what and where.
func (b *Broken) Error() string {
	return "sim is broken: " + term.Format(b.Value) + "\n" + b.Stack.String()
}

// abandons reports whether a panic is the test harness's own: it ends the run, not the process. A draw that
// was asked twice is a mistake of the machinery and none of the program's.
func (w *World) abandons(v any) bool {
	if _, twice := v.(*choice.AskedTwice); twice {
		return true
	}
	return w.cfg.Abandon != nil && w.cfg.Abandon(v)
}

// errorOf is what of a panic goes into the exit reason: the reason of an Error, else the value itself.
func errorOf(v any) any {
	if e, ok := v.(*Error); ok {
		return e.Reason
	}
	return v
}
