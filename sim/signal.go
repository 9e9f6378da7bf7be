package sim

import (
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// Send sends msg to a process, an alias or a name: Erlang's !. Sending to the dead is no error; sending to
// a local name that nobody has panics with badarg, as in Erlang (REG3).
func (p *Proc) Send(to Addr, msg any) {
	if !p.acts() {
		return
	}
	if pid, ok := to.(PID); ok { // by far the most common
		p.w.deliver(p.id, pid.Identity(), nil, Ref{}, 0, msg)
		p.charge(redSend)
		return
	}
	p.SendTagged(to, nil, Ref{}, 0, msg)
}

// SendTagged sends a message with a tag, a reference and a number of its own beside its body: what
// behaviours are made of. The receiver's handler finds them by Tag, Ref, Word and Body.
func (p *Proc) SendTagged(to Addr, tag *Tag, ref Ref, word int64, body any) {
	if !p.acts() {
		return
	}
	switch to := to.(type) {
	case PID:
		p.w.deliver(p.id, to.Identity(), tag, ref, word, body)
	case Ref:
		p.w.deliverAlias(p.id, to, tag, ref, word, body)
	case Name:
		q := p.node.names[to]
		if q == nil {
			raise("badarg", "send", "nobody is called "+to.String())
		}
		p.w.deliver(p.id, q.id, tag, ref, word, body)
	case term.NameAt:
		if q := p.lookupAt(to); q != nil {
			p.w.deliver(p.id, q.id, tag, ref, word, body)
		}
	case nil:
		raise("badarg", "send", "no address")
	default:
		raise("badarg", "send", "this node cannot resolve "+to.Address())
	}
	p.charge(redSend)
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
	if at.Node != p.node.name {
		return nil
	}
	return p.node.names[at.Name]
}

// deliver puts a message on the road to a process.
func (w *World) deliver(from, to *term.Identity, tag *Tag, ref Ref, word int64, body any) {
	q := w.alive(to)
	if q == nil {
		w.dropped(from, to)
		return
	}
	m := w.envelope()
	m.from = from
	m.tag = tag
	m.ref = ref
	m.word = word
	m.body = body
	if w.check != nil {
		w.check.sent(m, q)
	}
	var sender uint64
	if from != nil {
		sender = from.Serial
	}
	w.log.Note(int64(w.sched.Now()), trace.Send, sender, q.serial, uint64(word))
	if w.log.Keeping() {
		w.log.Detail(w.text(m))
	}
	q.transit.push(m)
	q.arrived++
	if q.state == waiting {
		q.enqueue()
	}
}

// deliverAlias sends by way of an alias. Whether the alias still stands is asked when the message is
// handled, not now (ALI1).
func (w *World) deliverAlias(from *term.Identity, to Ref, tag *Tag, ref Ref, word int64, body any) {
	owner := to.Owner().Identity()
	q := w.alive(owner)
	if q == nil {
		w.dropped(from, owner)
		return
	}
	m := w.envelope()
	m.from = from
	m.tag = tag
	m.ref = ref
	m.word = word
	m.body = body
	m.viaAlias = true
	m.alias = to.N()
	if w.check != nil {
		w.check.sent(m, q)
	}
	w.note(trace.Send, from, owner, uint64(word))
	if w.log.Keeping() {
		w.log.Detail(w.text(m))
	}
	q.transit.push(m)
	q.signals++
	if q.state == waiting {
		q.enqueue()
	}
}

func (w *World) dropped(from, to *term.Identity) {
	w.note(trace.Drop, from, to, 0)
}

// signal puts a signal that is not a message on the road to a living process.
func (w *World) signal(kind signalKind, from *term.Identity, q *Proc, ref Ref, word int64, body any) {
	m := w.envelope()
	m.kind = kind
	m.from = from
	m.ref = ref
	m.word = word
	m.body = body
	w.note(signalFacts[kind], from, q.id, uint64(kind)<<56|uint64(word))
	q.transit.push(m)
	q.signals++
	if q.state == waiting {
		q.enqueue()
	}
}

// signalFacts are the facts that sending a signal is.
var signalFacts = [signalKinds]trace.Kind{
	exitSignal: trace.Signal, linkExit: trace.Signal, linkSignal: trace.Link, unlinkSignal: trace.Unlink,
	unlinkAck: trace.Signal, monitorSignal: trace.Monitor, demonitorSignal: trace.Demonitor, downSignal: trace.Signal,
	askAlive: trace.Signal, askInfo: trace.Signal, answer: trace.Signal,
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
		if p.arrived != 0 {
			p.mailbox.append(&p.transit)
			p.mail += p.arrived
			p.arrived = 0
		}
		return
	}
	for p.transit.head != nil {
		m := p.transit.pop()
		if m.kind == message && !m.viaAlias {
			p.arrived--
			p.mail++
			p.mailbox.push(m)
			continue
		}
		p.signals--
		p.handle(m)
		if p.flags&exiting != 0 {
			return
		}
	}
}

// handle lets one signal act.
func (p *Proc) handle(m *Msg) {
	w := p.w
	switch m.kind {
	case message:
		if !p.throughAlias(m.alias) {
			w.dropped(m.from, p.id)
			break
		}
		m.viaAlias = false
		p.keep(m)
		return
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
		if p.x != nil {
			p.x.watchers.remove(m.ref)
		}
	case downSignal:
		if p.downArrived(m) {
			return
		}
	case askAlive:
		w.reply(m, true)
	case askInfo:
		w.reply(m, p.inspect())
	case answer:
		if uint64(m.word) == p.x.awaiting {
			p.x.answered, p.x.answer = true, m.body
		}
	}
	w.discard(m)
}

// keep puts an envelope into the mailbox.
func (p *Proc) keep(m *Msg) {
	m.kind = message
	p.mailbox.push(m)
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
	x := p.ext()
	p.refs++
	x.awaiting, x.answered = uint64(p.refs), false
	p.w.signal(kind, p.id, q, Ref{}, int64(p.refs), nil)
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
	q := p.w.alive(pid.Identity())
	if q == nil || q == p {
		p.charge(redOther)
		return q == p
	}
	if q.transit.head == nil || p.has(noBlock) {
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
	q := p.w.alive(pid.Identity())
	switch {
	case q == nil:
		return Info{}, false
	case q == p:
		p.handleSignals() // a process that asks about itself handles its signals first
		p.dieIfExiting()
		return *p.inspect(), true
	case q.transit.head == nil || p.has(noBlock):
		p.charge(redOther)
		return *q.inspect(), true
	}
	got, _ := p.ask(askInfo, q).(*Info)
	if got == nil {
		return Info{}, false
	}
	return *got, true
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
