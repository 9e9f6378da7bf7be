package sim

import (
	"slices"

	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// NodeKind is a kind of nodes, as of Erlang's nodes/1.
type NodeKind uint8

// The kinds.
const (
	VisibleNodes   NodeKind = iota // connected and not hidden
	HiddenNodes                    // connected by a hidden connection
	ConnectedNodes                 // both
	ThisNode
	KnownNodes // all this node has ever been connected to, and itself
)

// NodeUp is the message {nodeup, Node}, or {nodeup, Node, Info} if Info is not nil.
type NodeUp struct {
	Node Atom
	Info []any
}

// NodeDown is the message {nodedown, Node}, or {nodedown, Node, Info} if Info is not nil.
type NodeDown struct {
	Node Atom
	Info []any
}

// NodeMonitor says which nodes MonitorNodes is to tell of, and what about them (NK8). It compares with ==.
type NodeMonitor struct {
	Kind   NodeKind // VisibleNodes, HiddenNodes or ConnectedNodes
	Info   bool     // messages have three parts, as with OTP's options, whatever they are
	Reason bool     // {nodedown_reason, R} is told
	Type   bool     // {node_type, visible | hidden} is told
	ID     bool     // {connection_id, I} is told
}

// nodeWatch is what a process wants to hear of nodes.
type nodeWatch struct {
	one  table[Atom, int]
	many []NodeMonitor
}

// Nodes lists the visible nodes that this one is connected to, in order of their names: nodes().
func (p *Proc) Nodes() []Atom { return p.NodesOf(VisibleNodes) }

// NodesOf lists nodes of a kind, in order of their names. It reads a table.
func (p *Proc) NodesOf(kind NodeKind) []Atom {
	p.budget -= redOther
	p.poll()
	return p.w.nodesOf(p.node, kind)
}

func (w *World) nodesOf(n *Node, kind NodeKind) []Atom {
	var names []Atom
	if kind == ThisNode || kind == KnownNodes {
		names = append(names, n.home.Node)
	}
	for _, k := range n.peers {
		if k != nil && k.state == up && k.is(kind) || k != nil && kind == KnownNodes && k.life > 0 {
			names = append(names, k.name(w))
		}
	}
	slices.Sort(names)
	return names
}

// is whether a connected node is of a kind.
func (k *peer) is(kind NodeKind) bool {
	switch kind {
	case VisibleNodes:
		return !k.hidden
	case HiddenNodes:
		return k.hidden
	case ConnectedNodes:
		return true
	}
	return false
}

// peerNamed is the node's view of a node of that name; nil if the world has none, or it is the process's own.
func (p *Proc) peerNamed(name Atom) *peer {
	n := p.w.node(name)
	if n == nil || n.home.Index == p.node.home.Index {
		return nil
	}
	return p.node.peerOf(n.home.Index)
}

// ConnectNode connects to a node, if need be, and reports whether it is connected: net_kernel:connect_node (NK4).
// It waits for that.
func (p *Proc) ConnectNode(name Atom) bool {
	if !p.acts() {
		return false
	}
	p.charge(redOther)
	if name == p.Node() {
		return true
	}
	k := p.peerNamed(name)
	if k == nil {
		return false
	}
	if k.state == up {
		return true
	}
	if k.state == disconnected {
		p.w.connect(k)
	}
	return p.await(func(number int64) { k.waiters = append(k.waiters, waiterFor{p.id, number}) }) == true
}

// await waits for the answer to a question that ask puts, under a number. The answer may be there at once.
func (p *Proc) await(ask func(number int64)) any {
	x := p.rarely()
	p.refs++
	x.awaiting, x.answered = uint64(p.refs), false
	ask(int64(p.refs))
	p.catchUp()
	return p.answer()
}

// DisconnectNode ends the connection to a node, and reports whether there was one: erlang:disconnect_node (NK4). When
// it returns, the process has handled what it is told of that: it may not return at all.
func (p *Proc) DisconnectNode(name Atom) bool {
	if !p.acts() {
		return false
	}
	p.charge(redOther)
	k := p.peerNamed(name)
	if k == nil || k.state == disconnected {
		return false
	}
	p.w.hangUp(k, hungUp)
	p.catchUp()
	return true
}

// ConnectionID is the number of the connection to a node: each is numbered when it begins. 0 if they are not
// connected.
func (p *Proc) ConnectionID(name Atom) uint64 {
	p.poll()
	if k := p.peerNamed(name); k != nil && k.state == up {
		return k.id
	}
	return 0
}

// Creation says which life of a node, from 1, this one is connected to, or is; 0 if they are not connected.
func (p *Proc) Creation(name Atom) uint32 {
	p.poll()
	if name == p.Node() {
		return p.node.home.Creation
	}
	if k := p.peerNamed(name); k != nil && k.state == up {
		return k.life
	}
	return 0
}

// SetCookie makes this node use a cookie with one other: erlang:set_cookie/2 (NK5).
func (p *Proc) SetCookie(node, cookie Atom) {
	if !p.acts() {
		return
	}
	if p.node.cookies == nil {
		p.node.cookies = map[Atom]Atom{}
	}
	p.node.cookies[node] = cookie
	p.charge(redOther)
}

// IsHere reports whether a process lives, or lived, on this node, in whatever life of it: node(Pid) == node().
func (p *Proc) IsHere(pid PID) bool {
	id := pid.Identity()
	return id != nil && (id.Home == p.id.Home || id.Home.Node == p.id.Home.Node)
}

// IsLocal reports whether a process lives, or lived, on this node in the life of it that this process belongs to. One
// that is here and not local has gone down with the node.
func (p *Proc) IsLocal(pid PID) bool { return !pid.IsZero() && pid.Identity().Home == p.id.Home }

// MonitorNode asks to be told once, by a NodeDown, when the connection to a node is lost or cannot be made; it is
// made if need be. Each call counts: so many calls, so many messages. With false one call is taken back (NMN1).
func (p *Proc) MonitorNode(name Atom, on bool) {
	if !p.acts() {
		return
	}
	p.charge(redOther)
	one := &p.nodeWatch().one
	had := one.at(name)
	switch {
	case !on && had == nil:
	case !on && *had == 1:
		one.remove(name)
	case !on:
		*had--
	case had == nil:
		one.put(name, 1)
	default:
		*had++
	}
	if !on || name == p.Node() {
		return
	}
	if k := p.peerNamed(name); k == nil || !p.w.ensure(k) {
		p.w.deliver(p, nil, Ref{}, NodeDown{Node: name})
		p.MonitorNode(name, false)
	}
}

// MonitorNodes asks to be told of every node that is connected or lost from now on; each call counts. With false
// all calls with the same options are taken back (NK8).
func (p *Proc) MonitorNodes(on bool, o NodeMonitor) {
	if !p.acts() {
		return
	}
	o.Info = o.Info || o.Reason || o.Type || o.ID
	watch := p.nodeWatch()
	if on {
		watch.many = append(watch.many, o)
	} else {
		watch.many = slices.DeleteFunc(watch.many, func(has NodeMonitor) bool { return has == o })
	}
	p.charge(redOther)
}

func (p *Proc) nodeWatch() *nodeWatch {
	x := p.rarely()
	if x.nodes == nil {
		x.nodes = new(nodeWatch)
		p.goDistant()
	}
	return x.nodes
}

// goDistant notes that what becomes of connections matters to the process.
func (p *Proc) goDistant() {
	p.ext()
	if !p.has(distant) {
		p.flags |= distant
		p.node.distant = append(p.node.distant, p)
	}
}

func (n *Node) forgetDistant(p *Proc) {
	if i := slices.Index(n.distant, p); i >= 0 {
		n.distant = slices.Delete(n.distant, i, i+1)
	}
}

// tellNodeUp tells those who watch nodes.
func (w *World) tellNodeUp(k *peer) {
	for _, p := range k.of.distant {
		if p.x.nodes == nil {
			continue
		}
		for _, o := range p.x.nodes.many {
			if k.is(o.Kind) {
				w.deliver(p, nil, Ref{}, NodeUp{Node: k.name(w), Info: o.info(k, nil)})
			}
		}
	}
}

// info is the third part of a message about a node.
func (o NodeMonitor) info(k *peer, why any) []any {
	if !o.Info {
		return nil
	}
	list := []any{}
	if o.Type {
		kind := Atom("visible")
		if k.hidden {
			kind = "hidden"
		}
		list = append(list, Tuple{Atom("node_type"), kind})
	}
	if o.ID {
		list = append(list, Tuple{Atom("connection_id"), int(k.id)})
	}
	if o.Reason && why != nil {
		list = append(list, Tuple{Atom("nodedown_reason"), why})
	}
	return list
}

// tellNodeDown tells each process that it matters to that a connection is over, or could not be made: first what it
// is linked to, then what it monitors, then who watches nodes (NK9).
func (w *World) tellNodeDown(k *peer, why Atom, was bool) {
	for _, p := range slices.Clone(k.of.distant) {
		watches := p.x.nodes != nil && !w.untold(why)
		late := w.holdLate(p, k)
		if watches && w.makes(mutant.NodeDownFirst) {
			w.tellWatcher(p, k, why, was)
			watches = false
		}
		w.cutTransit(p, k)
		if !w.makes(mutant.LinksKept) {
			w.cutLinks(p, k)
		}
		if !w.makes(mutant.MonitorsKept) && !w.makes(mutant.UpBeforeDown) {
			w.cutMonitors(p, k)
		}
		w.cutRequests(p, k)
		if watches {
			w.tellWatcher(p, k, why, was)
		}
		for _, m := range late {
			p.inbox.push(m)
		}
	}
}

// untold reports whether watchers are not told, by mistake, that a connection is over.
func (w *World) untold(why Atom) bool {
	return why == connectionClosed && w.makes(mutant.NodeDownUntold)
}

// holdLate takes messages that have come over a connection that is over off the road, by mistake.
func (w *World) holdLate(p *Proc, k *peer) (late []*Msg) {
	if !w.makes(mutant.LateMessages) {
		return late
	}
	for prev := p.inbox.border; prev != p.inbox.tail; {
		if m := p.inbox.behind(prev); m.kind == message && m.from != nil && m.from.Home.Index == k.to {
			late = append(late, p.inbox.remove(prev, m))
		} else {
			prev = m
		}
	}
	return late
}

func (w *World) tellWatcher(p *Proc, k *peer, why Atom, was bool) {
	name := k.name(w)
	if times := p.x.nodes.one.at(name); times != nil {
		for range *times {
			w.deliver(p, nil, Ref{}, NodeDown{Node: name})
		}
		p.x.nodes.one.remove(name)
	}
	if !was {
		return
	}
	for _, o := range p.x.nodes.many {
		if k.is(o.Kind) {
			w.deliver(p, nil, Ref{}, NodeDown{Node: name, Info: o.info(k, why)})
		}
	}
}

// cutTransit sees to it that what has come over a connection that is over, and has not been handled, makes no link or
// monitor that nobody would ever end.
func (w *World) cutTransit(p *Proc, k *peer) {
	for m := range p.inTransit {
		if m.from == nil || m.from.Home.Index != k.to {
			continue
		}
		switch {
		case m.kind == monitorSignal:
			m.kind = demonitorSignal
		case m.kind == linkSignal:
			w.signal(linkExit, m.from, p, Ref{}, m.word, term.NoConnection) // behind it
		case m.kind == spawnReplySignal:
			w.cutReply(p, m)
		case m.kind == message && m.special&watches != 0:
			m.special &^= watches
			if m.special == 0 {
				p.signals--
				p.arrived++
			}
		}
	}
	for m := range p.mailbox {
		if m.special&watches != 0 && m.from.Home.Index == k.to {
			m.special &^= watches
		}
	}
	if !p.asked.IsZero() && p.asked.Owner().Identity().Home.Index == k.to {
		p.asked = Ref{}
	}
}

// cutLinks sends the exit signals of links over a connection that is over. They are ignored if the link was made
// anew over a later one meanwhile (LNK7).
func (w *World) cutLinks(p *Proc, k *peer) {
	var cut []*term.Identity
	for i := 0; i < p.x.links.len(); {
		e := &p.x.links.entries[i]
		switch {
		case e.key.Home.Index != k.to || e.key.Home.Index == p.node.home.Index:
		case e.val.active:
			cut = append(cut, e.key)
		default: // nobody will acknowledge that it is unlinked
			p.x.links.remove(e.key)
			continue
		}
		i++
	}
	for i := range cut {
		j := i + w.fanout(p, len(cut)-i)
		cut[i], cut[j] = cut[j], cut[i]
		w.signal(linkExit, cut[i], p, Ref{}, int64(p.x.links.at(cut[i]).conn), term.NoConnection)
	}
}

// cutMonitors forgets who monitors p over a connection that is over, and tells p of what it monitored.
func (w *World) cutMonitors(p *Proc, k *peer) {
	for i := 0; i < p.x.watchers.len(); {
		if ref := p.x.watchers.entries[i].key; ref.Owner().Identity().Home.Index == k.to {
			p.x.watchers.remove(ref)
			delete(k.of.watched, ref)
			continue
		}
		i++
	}
	var cut []uint64
	for _, e := range p.x.monitors.all() {
		if e.val.at(w) == k.to {
			cut = append(cut, e.key)
		}
	}
	for i := range cut {
		j := i + w.fanout(p, len(cut)-i)
		cut[i], cut[j] = cut[j], cut[i]
		w.signal(downSignal, p.x.monitors.at(cut[i]).target, p, term.NewRef(p.id, cut[i]), 0, term.NoConnection)
		if w.makes(mutant.NoConnTwice) {
			w.signal(downSignal, p.x.monitors.at(cut[i]).target, p, term.NewRef(p.id, cut[i]), 0, term.NoConnection)
		}
	}
}

// at is the index of the node that a monitor is on; -1 if that is nowhere.
func (m *monitor) at(w *World) int32 {
	if m.target != nil {
		return m.target.Home.Index
	}
	if m.said != nil {
		if far, is := m.said.object.(term.NameAt); is {
			if n := w.node(far.Node); n != nil {
				return n.home.Index
			}
		}
	}
	return -1
}

// Connected lists the nodes that a node is connected to, in order of their names, as far as it knows.
func (v View) Connected(node Atom) []Atom {
	if n := v.w.node(node); n != nil {
		return v.w.nodesOf(n, ConnectedNodes)
	}
	return nil
}

// Shared is what a node's processes have kept under key by Share; nil if nothing.
func (v View) Shared(node Atom, key string) any {
	if n := v.w.node(node); n != nil {
		return n.shared[key]
	}
	return nil
}
