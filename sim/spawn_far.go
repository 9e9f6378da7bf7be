package sim

import (
	"github.com/bedlam-sim/bedlam/sim/term"
)

// SpawnReply is the message {spawn_reply, Ref, ok, PID}, or {spawn_reply, Ref, error, Reason}: what became of a SpawnRequest.
type SpawnReply struct {
	Ref    Ref
	PID    PID
	Reason Reason // nil if the process was spawned
}

// spawnRequest is a request that has not been answered.
type spawnRequest struct {
	to     int32
	quiet  bool // the answer is for SpawnAt, which waits
	link   bool
	watch  bool
	errors bool // only a failure is answered
	tag    any
	number int64
}

// order is what a request says: what to spawn. Code is the same on every node, so that it need not travel.
type order struct {
	role    *string
	ordinal uint32
	body    Body
	handler Handler
	opts    SpawnOptions
	leader  PID
}

// spawned is the answer to a request.
type spawned struct {
	id   *term.Identity
	link bool
	why  Reason
}

// SpawnAt is SpawnOpt on another node: it waits for the answer. If the node cannot be reached the PID is of a
// process that never lived, and links and monitors tell noconnection (SPW2).
func (p *Proc) SpawnAt(node Atom, role string, body Body, o SpawnOptions) (PID, Ref) {
	return p.spawnAt(node, role, body, nil, o)
}

// SpawnHandlerAt is SpawnHandler on another node.
func (p *Proc) SpawnHandlerAt(node Atom, role string, h Handler, o SpawnOptions) (PID, Ref) {
	return p.spawnAt(node, role, nil, h, o)
}

func (p *Proc) spawnAt(node Atom, role string, body Body, h Handler, o SpawnOptions) (PID, Ref) {
	if !p.acts() {
		return PID{}, Ref{}
	}
	if node == p.Node() {
		return p.spawn(role, body, h, &o)
	}
	if p.has(noBlock) {
		raise("badarg", "spawn", "this handler was spawned with NoBlock")
	}
	var ref Ref
	reply, _ := p.await(func(number int64) { ref = p.request(node, role, body, h, o, true, number) }).(*spawned)
	if reply.why != nil {
		return p.stillborn(role, o)
	}
	if !o.Monitor {
		ref = Ref{}
	}
	return term.NewPID(reply.id), ref
}

// SpawnRequest asks another node to spawn a process and does not wait: a SpawnReply will come. With Monitor its
// reference is that of the monitor too.
func (p *Proc) SpawnRequest(node Atom, role string, body Body, o SpawnOptions) Ref {
	if !p.acts() {
		return Ref{}
	}
	if node == p.Node() {
		pid, ref := p.spawn(role, body, nil, &o)
		if ref.IsZero() {
			ref = p.MakeRef()
		}
		if !o.ErrorOnly {
			p.w.deliver(p, nil, Ref{}, SpawnReply{Ref: ref, PID: pid})
		}
		return ref
	}
	return p.request(node, role, body, nil, o, false, 0)
}

// AbandonSpawn gives a SpawnRequest up: no SpawnReply will come, and the process, if it is spawned, is not monitored;
// if it was to be linked, it ends. It reports whether the answer was still to come: spawn_request_abandon.
func (p *Proc) AbandonSpawn(ref Ref) (was bool) {
	if !p.acts() {
		return false
	}
	p.charge(redOther)
	return p.x != nil && ref.Owner() == p.Self() && p.x.requests.remove(ref.N())
}

func (p *Proc) request(node Atom, role string, body Body, h Handler, o SpawnOptions, quiet bool, number int64) Ref {
	w, ref := p.w, p.MakeRef()
	name, ordinal := p.nextOrdinal(role)
	p.goDistant()
	r := spawnRequest{to: -1, quiet: quiet, link: o.Link, watch: o.Monitor, errors: o.ErrorOnly, tag: o.DownTag, number: number}
	if n := w.node(node); n != nil {
		r.to = n.home.Index
	}
	p.rarely().requests.put(ref.N(), r)
	w.emitFar(p.node, spawnSignal, p.id, nil, term.NameAt{Node: node}, ref, 0,
		&order{role: name, ordinal: ordinal, body: body, handler: h, opts: o, leader: p.GroupLeader()})
	p.charge(redSpawn)
	return ref
}

// stillborn spawns what SpawnAt says it has spawned where it could not: a process of this node that ends at once. OTP
// does so too: who is quick finds it alive.
func (p *Proc) stillborn(role string, o SpawnOptions) (PID, Ref) {
	return p.spawn(role, func(q *Proc) { q.ExitSelf(term.NoConnection) }, nil, &o)
}

// spawnFrom spawns what another node has asked for. The answer goes ahead of everything that the process will say.
func (w *World) spawnFrom(there *peer, m *Msg) {
	n, o := there.of, m.body.(*order)
	q := w.newProc(n, m.from, o.role, o.ordinal, &o.opts)
	q.body, q.handler = o.body, o.handler
	if !o.leader.IsZero() {
		q.ext().leader = o.leader
	}
	if o.opts.Link {
		q.goDistant()
		q.x.links.put(m.from, link{active: true, conn: there.id})
	}
	if o.opts.Monitor {
		q.goDistant()
		q.watch(m.ref)
	}
	w.emit(n, spawnReplySignal, q.id, m.from, m.ref, 0, &spawned{id: q.id, link: o.opts.Link})
	q.enqueue()
}

// spawnReplied is what the spawner does with the answer; word is the connection that it came on.
func (p *Proc) spawnReplied(m *Msg) {
	r, s := spawnRequest{}, m.body.(*spawned)
	if p.x != nil {
		if has := p.x.requests.at(m.ref.N()); has != nil {
			r = *has
			p.x.requests.remove(m.ref.N())
		} else {
			p.w.orphaned(p.node, s, p.id)
			return
		}
	}
	if s.why == nil {
		if r.link {
			p.x.links.put(s.id, link{active: true, conn: uint64(m.word)})
		}
		if r.watch {
			mon := monitor{target: s.id}
			if r.tag != nil {
				mon.says().tag = r.tag
			}
			p.x.monitors.add(m.ref.N(), mon)
		}
	}
	if r.quiet {
		if uint64(r.number) == p.x.awaiting {
			p.x.answered, p.x.answer = true, s
		}
		return
	}
	if r.errors && s.why == nil {
		return
	}
	reply := SpawnReply{Ref: m.ref, Reason: s.why, PID: term.NewPID(s.id)}
	p.w.deliver(p, nil, Ref{}, reply)
}

// cutReply ends, behind it, what an answer is yet to make that has come over a connection that is over.
func (w *World) cutReply(p *Proc, m *Msg) {
	r := p.x.requests.at(m.ref.N())
	if r == nil {
		return
	}
	if r.link {
		w.signal(linkExit, m.from, p, Ref{}, m.word, term.NoConnection)
	}
	if r.watch {
		w.signal(downSignal, m.from, p, m.ref, 0, term.NoConnection)
	}
}

// orphaned lets a process end that was spawned with a link to one that is dead (SPW3).
func (w *World) orphaned(n *Node, s *spawned, parent *term.Identity) {
	if s.link && s.why == nil {
		w.emit(n, linkExit, parent, s.id, Ref{}, 0, NoProc)
	}
}

// cutRequests answers what a process has asked of a node that the connection to is over (SPW3).
func (w *World) cutRequests(p *Proc, k *peer) {
	for i := range p.x.requests.entries {
		if e := &p.x.requests.entries[i]; e.val.to == k.to {
			w.signal(spawnReplySignal, nil, p, term.NewRef(p.id, e.key), 0, &spawned{why: term.NoConnection})
		}
	}
}
