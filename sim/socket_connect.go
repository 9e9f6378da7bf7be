package sim

import (
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim/choice"
)

// door is what a socket that listens has: those who have asked, and those who have connected and wait to be accepted.
type door struct {
	backlog int
	asked   []*Socket
	waiting []*Socket
}

// Dial begins to connect to a port of a node: State tells what became of it, when the driver is called. Who does not
// answer is given up after 127 seconds, as Linux does, with etimedout. It returns nil if the world has no such node.
func (p *Proc) Dial(node Atom, port int, o SocketOptions, d Driver) *Socket {
	w := p.w
	n := w.node(node)
	if !p.acts() || n == nil {
		return nil
	}
	s := p.newSocket(o, d)
	s.state = SocketConnecting
	s.here.Port, s.there = p.node.freePort(), Endpoint{node, port}
	w.reach(s, n)
	w.noteSocket(s, "connect")
	s.ask()
	return s
}

// reach opens a wire from s to a node.
func (w *World) reach(s *Socket, n *Node) {
	from, to := netsim.Node(s.of.home.Index), netsim.Node(n.home.Index)
	far := to
	if from == to {
		far = netsim.Self(to)
	}
	s.wire = w.openWire(s, from, to, far, choice.Child(s.key, "wire", 0))
}

// ask asks to be let in, again and again until there is an answer.
func (s *Socket) ask() {
	w := s.w
	if c := s.wire; w.net.InFlight(c.conn, c.way[0].from) == 0 && len(c.way[0].backlog) == 0 {
		s.put(w.newSegment(askSegment))
	}
	wait := time.Second << s.tries
	s.tries++
	w.atID(w.time()+wait, choice.Child(s.key, "ask", uint32(s.tries)), func() {
		w.whenAwake(s.of, func() {
			switch {
			case s.state != SocketConnecting:
			case s.tries > synRetries:
				s.fail("etimedout")
			default:
				s.ask()
			}
		})
	})
}

// knockTCP is the first parcel of a connection: somebody asks to be let in.
func (w *World) knockTCP(n *Node, c *wire, side int, k *parcel) {
	g := k.data.(*segment)
	k.data = nil
	defer w.freeSegment(g)
	if g.kind != askSegment {
		w.closeWire(c, side)
		return
	}
	l := n.ports.listening[g.port]
	switch {
	case n.first == nil || l == nil:
		c.ends[side] = &doorstep{n: n, c: c, side: side}
		no := w.newParcel()
		no.step, no.data, no.size = tcpStep, w.newSegment(refuseSegment), segmentHead
		w.send(c, side, no, stepKinds[tcpStep], ackStream)
	case len(l.door.asked)+len(l.door.waiting) > l.door.backlog: // it will ask again
	default:
		s := w.newSocket(n, choice.Child(c.id, "accepted", 0), nil, l.o, nil)
		s.state, s.lobby, s.wire, s.side = SocketArriving, l, c, side
		s.here, s.there = l.here, Endpoint{w.nodes[host(c.way[1-side].from)].home.Node, g.from}
		s.limit = g.limit
		l.door.asked = append(l.door.asked, s)
		c.ends[side] = s
		s.since = w.time()
		s.put(w.newSegment(welcomeSegment))
		s.tend()
	}
}

// come lets who has taken the last step wait to be accepted.
func (s *Socket) come() {
	l := s.lobby
	l.door.asked = without(l.door.asked, s)
	l.door.waiting = append(l.door.waiting, s)
	s.state = SocketOpen
	l.changed()
}

// Accept takes the first of those who wait, for a process and with a driver of its own; nil if nobody waits, or
// the process is not alive.
func (s *Socket) Accept(owner PID, d Driver) *Socket {
	q := s.alive(owner)
	if q == nil || s.door == nil || len(s.door.waiting) == 0 {
		return nil
	}
	a := s.door.waiting[0]
	s.door.waiting = slices.Delete(s.door.waiting, 0, 1)
	a.lobby, a.driver = nil, d
	a.own(q)
	s.w.noteSocket(a, "accept")
	return a
}

func without(list []*Socket, s *Socket) []*Socket {
	if i := slices.Index(list, s); i >= 0 {
		return slices.Delete(list, i, i+1)
	}
	return list
}
