package sim

import (
	"cmp"
	"slices"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// Close ends the socket for its processes. What was written is still sent, and then the end of it; but if something
// has come that nobody will read, the other end is told at once that all is over, as Linux does.
func (s *Socket) Close() {
	if s.closed {
		return
	}
	s.w.noteSocket(s, "close")
	s.disown()
	delete(s.of.ports.byID, s.id.N)
	s.closed = true
	switch {
	case s.state == SocketListening:
		s.shut()
	case s.state == SocketOpen && s.in.len() == 0 && s.wire != nil:
		s.bye = true
		s.push()
		s.tend()
		s.w.settle(s)
	default:
		s.reset()
	}
}

// Reset ends the socket, and tells the other end that all is over: what it was sent and has not read may be lost.
func (s *Socket) Reset() {
	if !s.closed {
		s.in.keep(0)
		if s.state == SocketOpen {
			s.reset()
		}
		s.Close()
	}
}

// shut sends those away who wait at a door.
func (s *Socket) shut() {
	delete(s.of.ports.listening, s.here.Port)
	for _, a := range append(s.door.asked, s.door.waiting...) {
		a.reset()
		delete(a.of.ports.byID, a.id.N)
	}
	*s.door = door{}
	s.over("")
}

// reset ends the wire, if there is one, so that the other end is told.
func (s *Socket) reset() {
	if c := s.wire; c != nil {
		s.wire = nil
		s.w.closeWire(c, s.side)
	}
	s.over("")
}

// over makes a socket one that is over.
func (s *Socket) over(why Atom) {
	s.state, s.wire = SocketOver, nil
	if s.why == "" {
		s.why = why
	}
	s.out.keep(0)
	s.unwatch()
	s.w.forgetSocket(s)
}

// fail ends a socket whose other end does not answer, or not as one would like. Of a connection that is given up the
// other end is not told, as with Linux: it will be when it sends (see stranger).
func (s *Socket) fail(why Atom) {
	if c := s.wire; c != nil {
		s.wire = nil
		if s.state == SocketOpen {
			s.w.vanish(c, s.side)
		} else {
			s.w.closeWire(c, s.side)
		}
	}
	s.over(why)
	s.w.noteSocket(s, "error")
	s.changed()
}

// ended is what is done when the wire is over and this end did not want it.
func (s *Socket) ended(w *World, _ Atom) {
	s.wire = nil
	switch s.state {
	case SocketConnecting:
		s.fail("econnrefused")
	case SocketArriving:
		s.lobby.door.asked = without(s.lobby.door.asked, s)
		delete(s.of.ports.byID, s.id.N)
		s.over("")
	case SocketOpen:
		s.refusedByPeer()
	}
}

// stranger is what comes of sending to an end that has forgotten the connection, or was booted since: its node answers
// that it knows of none, if it is there and can be reached.
func (s *Socket) stranger() {
	w, c := s.w, s.wire
	here, there := c.way[s.side].from, c.way[1-s.side].from
	a, b := netsim.Node(host(here)), netsim.Node(host(there))
	if n := w.nodes[b]; n.first == nil && n.dark || !w.net.Reachable(a, b) || !w.net.Reachable(b, a) {
		return
	}
	d := w.net.Link(a, b).Latency.Least() + w.net.Link(b, a).Latency.Least()
	s.watches++
	w.atID(w.time()+d, choice.Child(s.key, "stranger", uint32(s.watches)), func() {
		w.whenAwake(s.of, func() {
			if s.wire == c && s.talks() {
				w.vanish(c, s.side)
				s.ended(w, connectionClosed)
			}
		})
	})
}

// refusedByPeer ends a connection that the other end has reset.
func (s *Socket) refusedByPeer() { s.fail("econnreset") }

// room: nobody waits for the queue of the net; what limits a sender is its window.
func (s *Socket) room(*World) {}

// settle takes down a connection both of whose ends have said all and heard all.
func (w *World) settle(s *Socket) {
	c := s.wire
	if c == nil || !s.finished() {
		return
	}
	o, _ := c.ends[1-s.side].(*Socket)
	if o == nil || !o.finished() {
		return
	}
	for _, e := range [...]*Socket{s, o} {
		e.wire = nil
		e.unwatch()
		w.forgetSocket(e)
		w.vanish(c, e.side)
	}
}

func (s *Socket) finished() bool { return s.byeSent && s.acked == s.sent && s.gotBye }

func (w *World) forgetSocket(s *Socket) {
	if s.at < 0 {
		return
	}
	last := len(w.tcp.sockets) - 1
	end := w.tcp.sockets[last]
	w.tcp.sockets[s.at], end.at = end, s.at
	w.tcp.sockets[last] = nil
	w.tcp.sockets = w.tcp.sockets[:last]
	s.at = -1
}

// closeSockets closes what belonged to a process that has ended, in the order in which it was made.
func (w *World) closeSockets(x *extra) {
	for _, s := range x.ownSockets() {
		s.Close()
		if s.driver != nil { // there may be others who wait for it
			s.driver.Ready(s)
		}
	}
}

func (x *extra) ownSockets() []*Socket {
	list := make([]*Socket, 0, x.sockets.len())
	for _, e := range x.sockets.entries {
		list = append(list, e.key)
	}
	sortSockets(list)
	return list
}

// sortSockets puts sockets into the order of their nodes and of when they were made.
func sortSockets(list []*Socket) {
	slices.SortFunc(list, func(a, b *Socket) int {
		return cmp.Or(cmp.Compare(a.of.home.Index, b.of.home.Index), cmp.Compare(a.id.Life, b.id.Life),
			cmp.Compare(a.id.N, b.id.N))
	})
}

// haltSockets is what becomes of the sockets of a node that goes down: its operating system closes them and sends
// what it was given, or, if the power is cut, they are gone and nobody is told.
func (w *World) haltSockets(n *Node) {
	var list []*Socket
	for _, s := range w.tcp.sockets {
		if s.of.home.Index == n.home.Index {
			list = append(list, s)
		}
	}
	sortSockets(list)
	for _, s := range list {
		s.driver = nil
		switch {
		case n.dark:
			if c := s.wire; c != nil {
				w.vanish(c, s.side)
			}
			s.closed = true
			s.over("")
		default:
			s.Forget()
			s.Close()
		}
	}
	n.ports = ports{}
}

// noteSegment takes the fact that a part of a stream has come.
func (w *World) noteSegment(s *Socket, k *parcel) { w.note(trace.Arrive, nil, s.owner, k.seq) }

// halfOpen reports whether there is a connection that only one end still believes in, and which waits for the other.
func (w *World) halfOpen() bool {
	return slices.ContainsFunc(w.tcp.sockets, (*Socket).half)
}

func (s *Socket) node() *Node { return s.of }
