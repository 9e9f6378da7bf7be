package sim

import (
	"slices"

	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// peer is one node's view of another: whether they are connected, as far as it knows (NK1). The other's view may differ.
//
// A handshake has four steps: the node that connects sends its name, the other its status, then proof of the cookie
// goes there and back. Who accepts counts the connection as up at the third step, who connects at the fourth.
type peer struct {
	of      *Node
	to      int32 // the other's index
	state   peerState
	mine    bool // pending: we connect
	hidden  bool // one of the two is hidden
	barred  bool // ConnectOnce, and once is over
	tried   bool // there was an attempt to connect, or a connection
	wire    *wire
	side    int    // our end of it
	id      uint64 // its number among the node's connections
	life    uint32 // which life of the other node is at the other end; 0: not known yet
	setup   *timer // ends the present step of the handshake
	queue   []*parcel
	waiters []waiterFor // processes that wait to be told
	crowd   []waiterFor // processes that wait for room
	wrote   bool        // since the last tick
	read    bool
	silent  int // ticks since it was last read
}

type peerState uint8

const (
	disconnected peerState = iota
	pending
	up
)

// waiterFor is a process that has asked for a connection.
type waiterFor struct {
	who    *term.Identity
	number int64
}

// step is what a parcel is that is no signal.
type step uint8

const (
	signalling step = iota
	sendName
	sendStatus
	sendAlive
	sendChallenge
	sendAck
	tick
	tcpStep // of a socket's connection
)

var stepKinds = [...]string{"", "name", "status", "alive", "challenge", "ack", "tick", "tcp"}

// greeting is what a step of the handshake says.
type greeting struct {
	life   uint32
	hidden bool
	cookie Atom
	status status
}

// status is the answer to a name (NK2).
type status uint8

const (
	ok status = iota
	simultaneous
	refused // nok: we are connecting to you, and our name is the greater
	alive   // we are connected with you: do you know better?
)

// Why connections end.
const (
	connectionClosed = Atom("connection_closed")
	hungUp           = Atom("disconnect")
	netTickTimeout   = Atom("net_tick_timeout")
	setupFailed      = Atom("connection_setup_failed")
)

// peerOf is the node's view of the node of an index.
func (n *Node) peerOf(i int32) *peer {
	for int(i) >= len(n.peers) {
		n.peers = append(n.peers, nil)
	}
	if n.peers[i] == nil {
		n.peers[i] = &peer{of: n, to: i}
	}
	return n.peers[i]
}

// known is peerOf without making one.
func (n *Node) known(i int32) *peer {
	if int(i) < len(n.peers) {
		return n.peers[i]
	}
	return nil
}

func (k *peer) node() *Node { return k.of }

// name is the other node's name.
func (k *peer) name(w *World) Atom { return w.nodes[k.to].home.Node }

// cookieFor is the cookie that a node uses with another.
func (n *Node) cookieFor(other Atom) Atom {
	if c, special := n.cookies[other]; special {
		return c
	}
	return n.spec.Cookie
}

// mayConnect is whether a signal may connect (NK3).
func (k *peer) mayConnect() bool {
	switch k.of.spec.Kernel.AutoConnect {
	case ConnectNever:
		return false
	case ConnectOnce:
		return !k.barred
	}
	return true
}

// connect begins to connect.
func (w *World) connect(k *peer) {
	k.begin(w)
	k.mine = true
	k.wire, k.side = w.open(k, k.to), 0
	w.greet(k, sendName, greeting{life: k.of.home.Creation, hidden: k.of.spec.Hidden})
}

// begin makes the connection pending.
func (k *peer) begin(w *World) {
	k.of.connections++
	k.state, k.id, k.life, k.mine, k.tried = pending, k.of.connections, 0, false, true
	k.wrote, k.read, k.silent = false, false, 0
}

// greet sends a step of the handshake and waits for the next.
func (w *World) greet(k *peer, s step, g greeting) {
	c := w.newParcel()
	c.step, c.data, c.size = s, g, 40
	w.limitStep(k)
	w.send(k.wire, k.side, c, stepKinds[s], k.wire.id+uint64(s))
}

// limitStep limits how long the present step of a handshake may take (NK6).
func (w *World) limitStep(k *peer) {
	w.dropSetup(k)
	k.setup = w.atID(w.time()+k.of.spec.Kernel.setup(), choice.Child(k.wire.id, "setup", uint32(k.side)), func() {
		k.setup = nil
		w.whenAwake(k.of, func() {
			if k.state == pending {
				w.hangUp(k, setupFailed)
			}
		})
	})
}

func (w *World) dropSetup(k *peer) {
	if k.setup != nil {
		w.cancel(k.setup)
		k.setup = nil
	}
}

// whenAwake does something at once, or when a node that stands still goes on.
func (w *World) whenAwake(n *Node, act func()) {
	if n.paused {
		n.late = append(n.late, act)
		return
	}
	act()
}

// knock is the first parcel on a wire that nobody listens to at this end.
func (w *World) knock(c *wire, side int, k *parcel) {
	n := w.nodes[host(c.way[side].from)]
	switch g, is := k.data.(greeting); {
	case n.first == nil && n.dark:
		w.vanish(c, side)
	case k.step == tcpStep:
		w.knockTCP(n, c, side, k)
	case n.first != nil && is && k.step == sendName:
		w.accept(n, c, side, g)
	default:
		w.closeWire(c, side)
	}
}

// accept answers a node that connects.
func (w *World) accept(n *Node, c *wire, side int, g greeting) {
	k := n.peerOf(int32(c.way[1-side].from))
	st := ok
	switch {
	case k.state == up: // the other has lost it, and we do not know yet; or it has thought better of this one
		w.turnAway(n, c, side, &g, alive)
		return
	case k.state == pending && k.mine && n.home.Node > k.name(w): // ours wins
		w.turnAway(n, c, side, nil, refused)
		return
	case k.state == pending: // theirs does, or is newer
		if k.mine {
			st = simultaneous
		}
		w.dropSetup(k)
		w.closeWire(k.wire, k.side)
		k.mine = false
	}
	if k.state == disconnected {
		k.begin(w)
	}
	c.ends[side] = k
	k.wire, k.side, k.life = c, side, g.life
	k.hidden = g.hidden || n.spec.Hidden
	w.greet(k, sendStatus, greeting{life: n.home.Creation, hidden: n.spec.Hidden, status: st})
}

// doorstep is our end of a wire that we do not take, or not yet.
type doorstep struct {
	n    *Node
	c    *wire
	side int
	g    *greeting // of one who may know better than we that the old connection is over; nil if we refuse
}

func (d *doorstep) node() *Node { return d.n }
func (d *doorstep) room(*World) {}

// ended: the other has read our answer, or is gone.
func (d *doorstep) ended(*World, Atom) { d.leave() }

func (d *doorstep) leave() {
	d.n.doorsteps = slices.DeleteFunc(d.n.doorsteps, func(o *doorstep) bool { return o == d })
}

// arrived: the other insists.
func (d *doorstep) arrived(w *World, c *parcel) {
	if d.g == nil || c.step != sendAlive {
		return
	}
	d.leave()
	if k := d.n.peerOf(int32(d.c.way[1-d.side].from)); k.state == up {
		w.hangUp(k, connectionClosed)
	}
	w.accept(d.n, d.c, d.side, *d.g)
}

// turnAway answers a node that connects with something else than yes.
func (w *World) turnAway(n *Node, c *wire, side int, g *greeting, st status) {
	d := &doorstep{n, c, side, g}
	n.doorsteps = append(n.doorsteps, d)
	c.ends[side] = d
	k := w.newParcel()
	k.step, k.data, k.size = sendStatus, greeting{status: st}, 40
	w.send(c, side, k, stepKinds[sendStatus], c.id+uint64(sendStatus))
}

// arrived is what is done with what comes from the other node.
func (k *peer) arrived(w *World, c *parcel) {
	k.read = true
	switch c.step {
	case signalling:
		w.farArrived(k, c)
	case sendStatus:
		g := c.data.(greeting)
		if g.status == refused { // the other's own attempt is on its way
			w.dropSetup(k)
			w.closeWire(k.wire, k.side)
			w.limitStep(k)
			return
		}
		if g.status == alive { // we know better
			w.greet(k, sendAlive, greeting{})
			return
		}
		k.life, k.hidden = g.life, g.hidden || k.of.spec.Hidden
		w.greet(k, sendChallenge, greeting{cookie: k.of.cookieFor(k.name(w))})
	case sendChallenge:
		g := c.data.(greeting)
		if g.cookie != k.of.cookieFor(k.name(w)) {
			w.hangUp(k, setupFailed)
			return
		}
		w.greet(k, sendAck, greeting{})
		w.connected(k)
	case sendAck:
		w.connected(k)
	}
}

// connected makes a connection count as up.
func (w *World) connected(k *peer) {
	w.dropSetup(k)
	k.state = up
	k.wrote, k.read, k.silent = true, true, 0
	w.noteNode(k, "nodeup", nil)
	w.startTicking(k.of)
	w.tellNodeUp(k)
	if w.makes(mutant.UpBeforeDown) {
		for _, p := range k.of.distant {
			w.cutMonitors(p, k)
		}
	}
	w.answerWaiters(k, true)
	queue := k.queue
	k.queue = nil
	for i, c := range queue {
		if k.state != up { // a queued signal has broken it
			for _, rest := range queue[i:] {
				w.lose(rest)
			}
			return
		}
		w.sendOn(k, c)
	}
}

// hangUp ends a connection, or an attempt, as this node wants it.
func (w *World) hangUp(k *peer, why Atom) {
	w.closeWire(k.wire, k.side)
	k.ended(w, why)
}

// ended is what is done when a connection, or an attempt, is over for this node: those who have links and monitors
// over it hear of it, then those who watch nodes (NK9).
func (k *peer) ended(w *World, why Atom) {
	was := k.state
	if was == disconnected {
		return
	}
	w.dropSetup(k)
	k.state, k.wire = disconnected, nil
	k.barred = was == up || k.barred
	for _, c := range k.queue {
		w.lose(c)
	}
	k.queue = nil
	w.wakeCrowd(k)
	if was == up {
		w.noteNode(k, "nodedown", why)
		w.stopTicking(k.of)
	}
	w.tellNodeDown(k, why, was == up)
	w.answerWaiters(k, false)
}

// noteNode takes the fact that a node's view of another has changed.
func (w *World) noteNode(k *peer, what string, why any) {
	w.note(trace.Node, nil, nil, choice.ID(what)^uint64(k.of.home.Index)<<20^uint64(k.to))
	if w.log.Keeping() || w.cfg.Observer != nil {
		about := Tuple{k.of.home.Node, k.name(w)}
		if why != nil {
			about = append(about, why)
		}
		w.tellText(trace.Node, nil, nil, what, about)
	}
}

func (w *World) answerWaiters(k *peer, connected bool) {
	waiters := k.waiters
	k.waiters = nil
	for _, a := range waiters {
		if p := w.alive(a.who); p != nil {
			w.signal(answer, nil, p, Ref{}, a.number, connected)
		}
	}
}

// dropPeers ends all connections of a node that goes down.
func (w *World) dropPeers(n *Node) {
	w.dropTick(n)
	for _, d := range n.doorsteps {
		w.leaveWire(n, d.c, d.side)
	}
	n.doorsteps = nil
	for _, k := range n.peers {
		if k == nil || k.state == disconnected {
			continue
		}
		w.dropSetup(k)
		c := k.wire
		k.state, k.wire = disconnected, nil
		for _, q := range k.queue {
			w.lose(q)
		}
		k.queue, k.waiters, k.crowd = nil, nil, nil
		w.leaveWire(n, c, k.side)
	}
}

// leaveWire ends a wire of a node that goes down: its operating system tells the other end, if it has power.
func (w *World) leaveWire(n *Node, c *wire, side int) {
	if n.dark {
		w.vanish(c, side)
	} else {
		w.closeWire(c, side)
	}
}
