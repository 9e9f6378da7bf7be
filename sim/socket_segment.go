package sim

import (
	"github.com/bedlam-sim/bedlam/sim/choice"
)

// segment is what travels on the wire of a connection.
type segment struct {
	next  *segment
	kind  segmentKind
	bytes []byte
	acked uint64 // so much of what the other end has sent is here,
	limit uint64 // and so much it may send
	port  int    // to which it asks to connect
	from  int    // from which
}

type segmentKind uint8

const (
	askSegment segmentKind = iota + 1
	welcomeSegment
	refuseSegment
	dataSegment
	byeSegment // no more will be sent
	ackSegment
	probeSegment // are you there?
)

// Two streams of draws: how often it is acknowledged moves no draw of what is sent.
var (
	dataStream = choice.ID("tcp", "data")
	ackStream  = choice.ID("tcp", "ack")
)

func (w *World) newSegment(kind segmentKind) *segment {
	g := w.tcp.spare
	if g == nil {
		return &segment{kind: kind}
	}
	w.tcp.spare = g.next
	*g = segment{kind: kind, bytes: g.bytes[:0]}
	return g
}

func (w *World) freeSegment(g *segment) {
	g.next = w.tcp.spare
	w.tcp.spare = g
}

// put puts a segment on the wire, now.
func (s *Socket) put(g *segment) {
	w, c := s.w, s.wire
	g.acked, g.limit = s.got, s.taken+uint64(s.o.RecBuf)
	if s.gotBye {
		g.acked++
	}
	g.limit = max(g.limit, s.told)
	s.told, s.owesAck = g.limit, false
	stream := dataStream
	switch g.kind {
	case askSegment:
		g.port, g.from = s.there.Port, s.here.Port
	case ackSegment, probeSegment:
		stream = ackStream
	}
	k := w.newParcel()
	k.step, k.data, k.size = tcpStep, g, int32(segmentHead+len(g.bytes))
	w.send(c, s.side, k, stepKinds[tcpStep], stream)
	if c.way[1-s.side].over {
		s.stranger()
	}
}

// talks reports whether the wire takes anything from this end.
func (s *Socket) talks() bool { return s.wire != nil && !s.wire.way[s.side].over }

// push sends of what is written as much as the other end has room for. How it is cut into segments, and whether
// something small waits for more, is drawn: a stream has no borders between messages.
func (s *Socket) push() {
	if s.state != SocketOpen || s.byeSent {
		return
	}
	if s.severed && (s.out.len() > 0 || s.bye) {
		s.refusedByPeer()
		return
	}
	for s.talks() && s.out.len() > 0 && s.sent < s.limit && !s.waitsForMore() {
		n := min(s.out.len(), int(min(s.limit-s.sent, segmentMax)))
		g := s.w.newSegment(dataSegment)
		g.bytes = s.out.pop(g.bytes, s.cut(n))
		s.emit(g)
	}
	if s.talks() && s.out.len() == 0 && s.bye && !s.byeSent {
		s.byeSent = true
		s.emit(s.w.newSegment(byeSegment))
	}
	s.tend()
}

// emit sends a segment that is to be acknowledged, by way of the toxics that lie in wait.
func (s *Socket) emit(g *segment) {
	w := s.w
	if s.sent == s.acked {
		s.since = w.time()
	}
	s.sent += g.length()
	if len(w.tcp.toxics) == 0 && s.gate.held == 0 {
		s.put(g)
		return
	}
	w.intoxicate(s, g)
}

// length is what a segment counts for.
func (g *segment) length() uint64 {
	if g.kind == byeSegment {
		return 1
	}
	return uint64(len(g.bytes))
}

// cut draws how many of n bytes are in the next segment: most often all.
func (s *Socket) cut(n int) int {
	if n < 2 {
		return n
	}
	const whole = 3 // of four
	a := s.w.chance.Choose(s.draw("cut"), (whole+1)*(n-1))
	if a < whole*(n-1) {
		return n
	}
	return a - whole*(n-1) + 1
}

// waitsForMore is Nagle's algorithm: what is small waits while something is not acknowledged. Other things may send it
// at once all the same, so that whether it does is drawn.
func (s *Socket) waitsForMore() bool {
	if s.o.NoDelay || s.bye || s.out.len() >= nagleBelow || s.sent == s.acked {
		s.nagling = false
		return false
	}
	if !s.nagling {
		s.nagling = s.w.chance.Choose(s.draw("nagle"), 2) == 1
	}
	return s.nagling
}

func (s *Socket) draw(what string) choice.Key {
	s.cuts++
	return choice.Key{Domain: choice.Latency, ID: choice.Child(s.key, what, 0), N: s.cuts}
}
