package sim

import (
	"math/bits"
	"reflect"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// signalSize is about how many bytes a signal takes besides the body of a message.
const signalSize = 32

// isFar reports whether a process belongs to another node than p's, or to another life of its own.
func (p *Proc) isFar(id *term.Identity) bool { return id.Home != p.id.Home }

// near is a process of p's own node that lives; nil if it does not, or is of another node.
func (p *Proc) near(id *term.Identity) *Proc {
	if id == nil || id.Home != p.id.Home {
		return nil
	}
	q, _ := id.Holder.(*Proc)
	return q
}

// elsewhere reports whether a process is to be reached over the net: those of an earlier life of p's own node
// are dead, and no net is needed to know that.
func (p *Proc) elsewhere(id *term.Identity) bool {
	return id != nil && id.Home != p.id.Home && id.Home.Index != p.id.Home.Index
}

// sendFar sends a message to a process of another node, or to whoever has a name there. It reports whether it
// could set out.
func (p *Proc) sendFar(to *term.Identity, at term.NameAt, m *Msg) bool {
	w := p.w
	there := w.peerTo(p.node, to, at.Node)
	if there == nil {
		w.dropped(p.id, to)
		w.discard(m)
		return false
	}
	body, size, err := w.copier.Copy(m.body)
	if err != nil {
		w.discard(m)
		raise("badarg", "send", err.Error())
	}
	m.body = body
	w.note(trace.Send, p.id, to, uint64(m.word))
	if w.log.Keeping() {
		w.log.Detail(w.text(m))
	}
	k := w.newParcel()
	k.msg, k.to, k.name, k.size = m, to, at.Name, int32(min(size+signalSize, 1<<30))
	set := w.dispatch(p.node, there, k)
	if set && there.state == up && len(there.wire.way[there.side].backlog) > 0 && !p.has(noBlock) && p.flags&exiting == 0 {
		p.suspend(there)
	}
	return set
}

// suspend stops a process until there is room on a busy connection (SIG6).
func (p *Proc) suspend(k *peer) {
	p.await(func(number int64) { k.crowd = append(k.crowd, waiterFor{p.id, number}) })
}

// room wakes those who waited for it.
func (k *peer) room(w *World) { w.wakeCrowd(k) }

func (w *World) wakeCrowd(k *peer) {
	crowd := k.crowd
	k.crowd = nil
	for _, a := range crowd {
		if p := w.alive(a.who); p != nil {
			w.signal(answer, nil, p, Ref{}, a.number, true)
		}
	}
}

// peerTo is a node's view of the node that a process lives on, or of one of that name; nil if there is none.
func (w *World) peerTo(n *Node, to *term.Identity, name Atom) *peer {
	if to != nil {
		return n.peerOf(to.Home.Index)
	}
	if there := w.node(name); there != nil {
		return n.peerOf(there.home.Index)
	}
	return nil
}

// ensure begins to connect if need be, and reports whether a signal may be sent (NK3).
func (w *World) ensure(k *peer) bool {
	if k.state == disconnected {
		if !k.mayConnect() {
			return false
		}
		w.connect(k)
	}
	return true
}

// dispatch sends a parcel to another node, or keeps it until they are connected. It reports false if they will
// not be: then the sender has been told, by the parcel's kind.
func (w *World) dispatch(n *Node, there *peer, k *parcel) bool {
	if there == nil || there.state == disconnected && !k.msg.connects() || !w.ensure(there) {
		w.undeliverable(k)
		return false
	}
	if there.state == pending {
		there.queue = append(there.queue, k)
		return true
	}
	w.sendOn(there, k)
	return true
}

// connects is whether a signal begins a connection, if there is none (NK3). What only ends something, or answers, does not:
// what it is about went with the connection that was.
func (m *Msg) connects() bool {
	switch m.kind {
	case message, exitSignal, linkSignal, monitorSignal, spawnSignal:
		return true
	}
	return false
}

// sendOn sends a parcel on a connection that is up.
func (w *World) sendOn(there *peer, k *parcel) {
	there.wrote = true
	w.send(there.wire, there.side, k, k.kind(), w.stream(k))
}

// kind is the word by which rules know a parcel: that of its tag, if its message has one.
func (k *parcel) kind() string {
	switch {
	case k.msg == nil:
		return stepKinds[k.step]
	case k.msg.kind != message:
		return farKinds[k.msg.kind]
	case k.msg.tag != nil:
		return k.msg.tag.name
	}
	return "message"
}

var farKinds = [signalKinds]string{
	exitSignal: "exit", linkExit: "link_exit", linkSignal: "link", unlinkSignal: "unlink", unlinkAck: "unlink_ack",
	monitorSignal: "monitor", demonitorSignal: "demonitor", downSignal: "down", spawnSignal: "spawn", spawnReplySignal: "spawn_reply",
}

// stream is the stable identity of those signals that are of one kind and go from one process to another.
func (w *World) stream(k *parcel) uint64 {
	m := k.msg
	if m == nil {
		return tickStream
	}
	h := uint64(m.kind) + 1
	switch {
	case m.kind != message:
	case m.tag != nil:
		h ^= m.tag.id
	default:
		h ^= w.typeID(m.body)
	}
	if m.from != nil {
		h = mix(h, m.from.Key)
	}
	if k.to != nil {
		return mix(h, k.to.Key)
	}
	return mix(h, choice.ID(string(k.name)))
}

func mix(h, v uint64) uint64 {
	hi, lo := bits.Mul64(h^v^oddly, oddly)
	return hi ^ bits.RotateLeft64(lo, 29) ^ v
}

// typeID is a stable number of a value's type.
func (w *World) typeID(v any) uint64 {
	t := reflect.TypeOf(v)
	if t == nil {
		return 0
	}
	id, known := w.types[t]
	if !known {
		id = choice.ID(t.String())
		if w.types == nil {
			w.types = map[reflect.Type]uint64{}
		}
		w.types[t] = id
	}
	return id
}

// undeliverable tells a sender that its signal had nowhere to go, as OTP does: links and monitors hear noconnection,
// all else is lost without a word.
func (w *World) undeliverable(k *parcel) {
	m := k.msg
	if p := w.alive(m.from); p != nil {
		switch {
		case m.kind == monitorSignal, m.special&watches != 0:
			w.signal(downSignal, k.to, p, m.ref, 0, term.NoConnection)
		case m.kind == spawnSignal:
			w.signal(spawnReplySignal, nil, p, m.ref, 0, &spawned{why: term.NoConnection})
		}
	}
	w.lose(k)
}

// emit sends a signal from a process, dead or alive, to another wherever that is.
func (w *World) emit(n *Node, kind signalKind, from, to *term.Identity, ref Ref, word int64, body any) {
	if to.Home == &n.home {
		if q, _ := to.Holder.(*Proc); q != nil {
			w.signal(kind, from, q, ref, word, body)
		}
		return
	}
	if to.Home.Index == n.home.Index {
		return
	}
	w.emitFar(n, kind, from, to, term.NameAt{}, ref, word, body)
}

// emitFar is emit to another node, to a process or to whoever has a name there.
func (w *World) emitFar(n *Node, kind signalKind, from, to *term.Identity, at term.NameAt, ref Ref, word int64, body any) {
	size := 0
	if kind != spawnSignal && kind != spawnReplySignal && body != nil { // those hold code
		copied, s, err := w.copier.Copy(body)
		if err != nil { // an exit reason that cannot cross: the other node is told what it was
			copied, s = Tuple{Atom("cannot_cross"), err.Error()}, 64
		}
		body, size = copied, s
	}
	m := w.envelope()
	m.kind = kind
	m.fill(from, nil, ref, word, body)
	w.note(signalFacts[kind], from, to, uint64(kind)<<56|uint64(word))
	if body != nil && w.log.Keeping() {
		w.log.Detail(term.Format(body))
	}
	k := w.newParcel()
	k.msg, k.to, k.name, k.size = m, to, at.Name, int32(min(size+signalSize, 1<<30))
	w.dispatch(n, w.peerTo(n, to, at.Node), k)
}

// farArrived takes a signal that has come from another node to its receiver, or answers for the dead.
func (w *World) farArrived(there *peer, k *parcel) {
	m, n := k.msg, there.of
	k.msg = nil
	if m.kind == spawnSignal {
		w.note(trace.Arrive, m.from, nil, k.seq)
		w.spawnFrom(there, m)
		w.discard(m)
		return
	}
	if m.kind == demonitorSignal && k.to == nil {
		k.to = n.watched[m.ref]
		delete(n.watched, m.ref)
	}
	to, q := k.to, (*Proc)(nil)
	switch {
	case to == nil:
		if q = n.names[k.name]; q != nil {
			to = q.id
		}
	case to.Home == &n.home:
		q, _ = to.Holder.(*Proc)
	}
	w.note(trace.Arrive, m.from, to, k.seq)
	if q == nil {
		w.answerFar(n, m, to)
		w.discard(m)
		return
	}
	switch m.kind {
	case linkSignal, linkExit, spawnReplySignal:
		q.goDistant()
		m.word = int64(there.id)
	case monitorSignal:
		q.goDistant()
		if k.to == nil {
			if n.watched == nil {
				n.watched = map[Ref]*term.Identity{}
			}
			n.watched[m.ref] = q.id
		}
	}
	if m.special&watches != 0 {
		q.goDistant()
	}
	w.postFar(q, m)
}

// postFar puts a signal from another node on the last of its road.
func (w *World) postFar(q *Proc, m *Msg) {
	if m.kind == message && w.tells {
		w.told(m, q)
	}
	q.inbox.push(m)
	if m.kind == message && m.special == 0 {
		q.arrived++
	} else {
		q.signals++
	}
	if q.state == waiting {
		q.enqueue()
	} else if w.races && q.state == queued {
		w.sched.Raced(q.task)
	}
}

// answerFar answers a signal from another node for a process that is dead, or a name that nobody has.
func (w *World) answerFar(n *Node, m *Msg, to *term.Identity) {
	switch {
	case m.kind == message && m.special&watches == 0:
		w.dropped(m.from, to)
	case m.kind == message, m.kind == monitorSignal:
		w.emit(n, downSignal, to, m.from, m.ref, 0, NoProc)
	case m.kind == linkSignal:
		w.emit(n, linkExit, to, m.from, Ref{}, 0, NoProc)
	case m.kind == unlinkSignal:
		w.emit(n, unlinkAck, to, m.from, Ref{}, m.word, nil)
	case m.kind == spawnReplySignal:
		w.orphaned(n, m.body.(*spawned), to)
	}
}

// linkFar is Link with a process of another node: it never fails at once (LNK3, LNK4).
func (p *Proc) linkFar(id *term.Identity) {
	p.goDistant()
	w, x := p.w, p.x
	k := p.node.peerOf(id.Home.Index)
	connects := w.ensure(k)
	if l := x.links.at(id); l != nil && l.active && l.conn == k.id && connects {
		return
	}
	x.links.put(id, link{active: true, conn: k.id})
	if !connects {
		w.signal(linkExit, id, p, Ref{}, int64(k.id), term.NoConnection)
		return
	}
	w.emit(p.node, linkSignal, p.id, id, Ref{}, 0, nil)
}

// Crosses tells why a value cannot be sent to another node: a *term.CannotCross; nil if it can.
func (p *Proc) Crosses(v any) error {
	_, _, err := p.w.copier.Copy(v)
	return err
}

// SendNoConnect is Send for those who do not want to connect for it: if the node of the address is neither connected
// nor about to be, nothing is sent, and it reports false: erlang:send with noconnect (REG4).
func (p *Proc) SendNoConnect(to Addr, msg any) (sent bool) {
	return p.SendTaggedNoConnect(to, nil, Ref{}, 0, msg)
}

// SendTaggedNoConnect is SendTagged for those who do not want to connect for it.
func (p *Proc) SendTaggedNoConnect(to Addr, tag *Tag, ref Ref, word int64, body any) (sent bool) {
	if !p.acts() {
		return false
	}
	if far, k := p.farPeer(to); far && (k == nil || k.state == disconnected) {
		p.charge(redOther)
		return false
	}
	p.SendTagged(to, tag, ref, word, body)
	return true
}

// farPeer is the view of the node that an address is on; far is false if that is one's own.
func (p *Proc) farPeer(to Addr) (far bool, k *peer) {
	var id *term.Identity
	switch to := to.(type) {
	case PID:
		id = to.Identity()
	case Ref:
		id = to.Owner().Identity()
	case term.NameAt:
		return to.Node != p.Node(), p.peerNamed(to.Node)
	}
	if !p.elsewhere(id) {
		return false, nil
	}
	return true, p.node.peerOf(id.Home.Index)
}
