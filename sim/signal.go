package sim

import (
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// Send sends msg to a process, an alias or a name: Erlang's !. Sending to the dead is no error; sending to
// a local name that nobody has panics with badarg, as in Erlang (REG3).
func (p *Proc) Send(to Addr, msg any) { p.SendTagged(to, nil, Ref{}, 0, msg) }

// SendTagged sends a message with a tag, a reference and a number of its own beside its body: what
// behaviours are made of. The receiver's handler finds them by Tag, Ref, Word and Body.
func (p *Proc) SendTagged(to Addr, tag *Tag, ref Ref, word int64, body any) {
	if !p.acts() {
		return
	}
	var q *Proc
	pid, ok := to.(PID)
	if ok { // by far the most common
		id := pid.Identity()
		if id != nil && p.isFar(id) {
			p.sendTo(id, term.NameAt{}, tag, ref, word, body)
			return
		}
		q = p.w.alive(id)
	} else if at, far := to.(term.NameAt); far && at.Node != p.node.home.Node {
		p.sendTo(nil, at, tag, ref, word, body)
		return
	} else if alias, ok := to.(Ref); ok {
		m := p.w.envelope()
		m.fill(p.id, tag, ref, word, body)
		p.postAlias(alias, m)
		return
	} else {
		q = p.resolve(to)
	}
	if q == nil {
		p.w.dropped(p.id, pid.Identity())
	} else {
		m := p.w.envelope()
		m.fill(p.id, tag, ref, word, body)
		q.arrived++
		p.w.post(p.serial, q, m)
	}
	p.charge(redSend)
}

// sendTo is SendTagged to another node.
func (p *Proc) sendTo(id *term.Identity, at term.NameAt, tag *Tag, ref Ref, word int64, body any) {
	p.budget -= redSend // before it might wait: it must not be charged twice, or late
	if id != nil && !p.elsewhere(id) {
		p.w.dropped(p.id, id)
	} else {
		m := p.w.envelope()
		m.fill(p.id, tag, ref, word, body)
		p.sendFar(id, at, m)
	}
	p.charge(0)
}

// resolve finds who has a name now; nil if nobody that can be reached has it.
func (p *Proc) resolve(to Addr) *Proc {
	switch to := to.(type) {
	case Name:
		if q := p.node.names[to]; q != nil {
			return q
		}
		raise("badarg", "send", "nobody is called "+to.String())
	case term.NameAt:
		return p.lookupAt(to)
	case nil:
		raise("badarg", "send", "no address")
	}
	raise("badarg", "send", "this node cannot resolve "+to.Address())
	return nil
}

// SendAlias is SendTagged to an alias without the cost of making it an Addr: replies are made of it. The
// message carries the alias as its reference. A reply to the Request that is being handled settles it: the
// monitor on this process ends with the reply.
func (p *Proc) SendAlias(to Ref, tag *Tag, word int64, body any) {
	if !p.acts() {
		return
	}
	m := p.w.envelope()
	m.fill(p.id, tag, to, word, body)
	if to == p.asked {
		p.asked = Ref{}
		m.special = settled
	}
	p.postAlias(to, m)
}

// postAlias sends a message by way of an alias. Whether that still stands is asked when the message is handled,
// not now (ALI1).
func (p *Proc) postAlias(to Ref, m *Msg) {
	owner := to.Owner().Identity()
	m.special |= viaAlias
	m.alias = to.N()
	if q := p.near(owner); q != nil {
		q.signals++
		p.w.post(p.serial, q, m)
	} else if p.elsewhere(owner) {
		p.sendFar(owner, term.NameAt{}, m)
	} else {
		p.w.discard(m)
		if owner == nil {
			raise("badarg", "send", "no alias")
		}
		p.w.dropped(p.id, owner)
	}
	p.charge(redSend)
}

// Request sends a message and monitors its receiver, in one signal: a call begins with it. The reference
// is the monitor's, and an alias, both until Demonitor. If the receiver answers by SendAlias while it handles
// the message, that reply tells that it has forgotten the monitor, and Demonitor is due no signal any more.
func (p *Proc) Request(to PID, tag *Tag, word int64, body any) Ref {
	if !p.acts() {
		return Ref{}
	}
	id, ref := to.Identity(), p.MakeRef()
	p.ext().monitors.add(ref.N(), monitor{target: id, alias: withMonitor})
	m := p.w.envelope()
	m.fill(p.id, tag, ref, word, body)
	m.special = watches
	if q := p.near(id); q != nil {
		p.flushLate()
		q.signals++
		p.w.post(p.serial, q, m)
	} else if p.elsewhere(id) {
		p.goDistant()
		p.sendFar(id, term.NameAt{}, m)
	} else {
		p.w.discard(m)
		p.tellLate(id, ref)
	}
	p.charge(redSend)
	return ref
}

// Reach resolves an address to the process that a request would go to now: the PID itself, or the holder
// of a name on this node. ok is false if nobody holds the name.
func (p *Proc) Reach(to Addr) (pid PID, ok bool) {
	switch to := to.(type) {
	case PID:
		return to, !to.IsZero()
	case Name:
		return p.Whereis(to)
	case term.NameAt:
		if q := p.lookupAt(to); q != nil {
			return q.Self(), true
		}
	case Ref:
		return to.Owner(), !to.IsZero()
	}
	return PID{}, false
}

// lookupAt finds a name on a node that can be reached without a signal: our own.
func (p *Proc) lookupAt(at term.NameAt) *Proc {
	if at.Node != p.node.home.Node {
		return nil
	}
	return p.node.names[at.Name]
}

// deliver sends a plain message that no process has sent: a timer's, or one from outside.
func (w *World) deliver(q *Proc, tag *Tag, ref Ref, body any) {
	m := w.envelope()
	m.fill(nil, tag, ref, 0, body)
	q.arrived++
	w.post(0, q, m)
}

// post puts a message on the road to a process.
func (w *World) post(sender uint64, q *Proc, m *Msg) {
	w.log.Note(int64(w.sched.Now()), trace.Send, sender, q.serial, uint64(m.word))
	if w.tells {
		w.told(m, q)
	}
	q.inbox.push(m)
	if q.state == waiting {
		q.enqueue()
	} else if w.races && q.state == queued {
		w.sched.Raced(q.task)
	}
}

// told is what is done with a message in a world that renders or checks them.
func (w *World) told(m *Msg, q *Proc) {
	if w.eyes != nil {
		w.eyes.sent(m, q)
	}
	if w.log.Keeping() {
		w.log.Detail(w.text(m))
	}
}

func (w *World) dropped(from, to *term.Identity) {
	w.note(trace.Drop, from, to, 0)
}

// signal puts a signal that is not a message on the road to a living process.
func (w *World) signal(kind signalKind, from *term.Identity, q *Proc, ref Ref, word int64, body any) {
	m := w.envelope()
	m.kind = kind
	m.fill(from, nil, ref, word, body)
	w.note(signalFacts[kind], from, q.id, uint64(kind)<<56|uint64(word))
	if body != nil && w.log.Keeping() {
		w.log.Detail(term.Format(body))
	}
	q.inbox.push(m)
	q.signals++
	if q.state == waiting {
		q.enqueue()
	} else if w.races && q.state == queued {
		w.sched.Raced(q.task)
	}
}

// signalFacts are the facts that sending a signal is.
var signalFacts = [signalKinds]trace.Kind{
	exitSignal: trace.Signal, linkExit: trace.Signal, linkSignal: trace.Link, unlinkSignal: trace.Unlink,
	unlinkAck: trace.Signal, monitorSignal: trace.Monitor, demonitorSignal: trace.Demonitor, downSignal: trace.Signal,
	askAlive: trace.Signal, askInfo: trace.Signal, answer: trace.Signal, spawnSignal: trace.Signal, spawnReplySignal: trace.Signal,
}

// enqueue makes the process runnable.
func (p *Proc) enqueue() {
	p.state = queued
	p.w.sched.Ready(p.task, p.level)
}

// handleSignals lets every signal in transit act: messages move to the mailbox in their order, the rest
// does what it does. It stops when one of them ends the process; terminate deals with what is left.
func (p *Proc) handleSignals() {
	if p.signals == 0 {
		p.arrive()
		return
	}
	for p.inbox.transit() {
		m := p.inbox.behind(p.inbox.border)
		switch {
		case m.kind != message:
			p.signals--
			p.handle(p.inbox.remove(p.inbox.border, m))
			if p.flags&exiting != 0 {
				return
			}
			continue
		case m.special == 0:
			p.arrived--
		default:
			p.signals--
			if m.special&viaAlias != 0 && !p.throughAlias(m) {
				p.w.dropped(m.from, p.id)
				p.w.discard(p.inbox.remove(p.inbox.border, m))
				continue
			}
		}
		p.inbox.accept(m)
		p.mail++
	}
}

// catchUp is handleSignals for a process with a stack, which is unwound if one of them ends it.
func (p *Proc) catchUp() {
	p.handleSignals()
	if p.flags&exiting != 0 {
		panic(unwind)
	}
}

// arrive is handleSignals if there are only plain messages.
func (p *Proc) arrive() {
	if p.arrived != 0 {
		p.inbox.acceptAll()
		p.mail += p.arrived
		p.arrived = 0
	}
}

// handle lets one signal act that is no message.
func (p *Proc) handle(m *Msg) {
	w := p.w
	switch m.kind {
	case exitSignal, linkExit:
		if p.exitArrived(m) {
			return
		}
	case linkSignal:
		p.linkArrived(m)
	case unlinkSignal:
		p.unlinkArrived(m)
	case unlinkAck:
		p.unlinkAcked(m)
	case monitorSignal:
		p.ext().watchers.put(m.ref, struct{}{})
	case demonitorSignal:
		p.unwatch(m.ref)
	case downSignal:
		if p.downArrived(m) {
			return
		}
	case askAlive:
		w.reply(m, true)
	case askInfo:
		w.reply(m, p.inspect())
	case spawnReplySignal:
		p.spawnReplied(m)
	case answer:
		if uint64(m.word) == p.x.awaiting {
			p.x.answered, p.x.answer = true, m.body
		}
	}
	w.discard(m)
}

// keep puts the envelope of a signal that has been handled into the mailbox.
func (p *Proc) keep(m *Msg) {
	m.kind = message
	p.inbox.enter(m)
	p.mail++
}

// reply answers a question that a process waits for.
func (w *World) reply(m *Msg, value any) {
	if asker := w.alive(m.from); asker != nil {
		w.signal(answer, nil, asker, Ref{}, m.word, value)
	}
}

// ask sends a question and waits until it is answered or its receiver is gone, like a BIF that waits for
// all earlier signals to be handled (SIG3, SIG4).
func (p *Proc) ask(kind signalKind, q *Proc) any {
	x := p.rarely()
	p.refs++
	x.awaiting, x.answered = uint64(p.refs), false
	p.w.signal(kind, p.id, q, Ref{}, int64(p.refs), nil)
	return p.answer()
}

// answer waits for the answer to the question that was asked last.
func (p *Proc) answer() any {
	x := p.x
	for !x.answered {
		p.block()
	}
	v := x.answer
	x.answer = nil
	return v
}

// Alive reports whether a process is alive once it has handled all that this process has sent it.
func (p *Proc) Alive(pid PID) bool {
	if !p.acts() {
		return false
	}
	p.mustBeHere(pid, "is_process_alive")
	q := p.w.alive(pid.Identity())
	if q == nil || q == p {
		p.charge(redOther)
		return q == p
	}
	if !q.inbox.transit() || p.has(noBlock) {
		p.charge(redOther)
		return true
	}
	return p.ask(askAlive, q) == true
}

// Info looks at a process once it has handled all that this process has sent it. ok is false if it is dead.
func (p *Proc) Info(pid PID) (info Info, ok bool) {
	if !p.acts() {
		return Info{}, false
	}
	p.mustBeHere(pid, "process_info")
	q := p.w.alive(pid.Identity())
	switch {
	case q == nil:
		return Info{}, false
	case q == p:
		p.catchUp() // a process that asks about itself handles its signals first
		return *p.inspect(), true
	case !q.inbox.transit() || p.has(noBlock):
		info = *q.inspect() // before others run: when they have, q may be somebody else
		p.charge(redOther)
		return info, true
	}
	got, _ := p.ask(askInfo, q).(*Info)
	if got == nil {
		return Info{}, false
	}
	return *got, true
}

// mustBeHere raises badarg for a process of another node: these questions are for one's own.
func (p *Proc) mustBeHere(pid PID, op string) {
	if p.elsewhere(pid.Identity()) {
		raise("badarg", op, pid.String()+" is on another node")
	}
}

// alive is the process that an identity belongs to, nil if it has ended.
func (w *World) alive(id *term.Identity) *Proc {
	if id == nil {
		return nil
	}
	p, _ := id.Holder.(*Proc)
	return p
}

// note takes a fact about processes.
func (w *World) note(kind trace.Kind, subject, object *term.Identity, word uint64) {
	var s, o uint64
	if subject != nil {
		s = subject.Serial
	}
	if object != nil {
		o = object.Serial
	}
	w.log.Note(int64(w.sched.Now()), kind, s, o, word)
}
