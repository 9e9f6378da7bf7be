package sim

// Write hands over bytes to send, head before data. All are taken: it is the driver's affair to stop when Unsent is
// too much. What is written to a connection that is over is lost.
func (s *Socket) Write(head, data []byte) {
	if s.state != SocketOpen || s.bye || s.why != "" {
		return
	}
	s.out.push(head)
	s.out.push(data)
	s.push()
}

// Unsent is how many bytes have been written and are not known to have arrived.
func (s *Socket) Unsent() int { return s.out.len() + int(s.sent-s.acked) }

// Buffered is how many bytes can be read.
func (s *Socket) Buffered() int { return s.in.len() }

// Read takes n bytes, or as many as there are, and appends them to into. The other end may send as many more.
func (s *Socket) Read(into []byte, n int) []byte {
	n = min(n, s.in.len())
	if n <= 0 {
		return into
	}
	into = s.in.pop(into, n)
	s.taken += uint64(n)
	s.widen()
	return into
}

// widen tells the other end that it may send more, if that is much, or it must not send anything now.
func (s *Socket) widen() {
	if s.state != SocketOpen || !s.talks() || s.gotBye {
		return
	}
	limit := s.taken + uint64(s.o.RecBuf)
	if limit > s.told && (s.told == s.got || limit-s.told >= uint64(s.o.RecBuf/2)) {
		s.put(s.w.newSegment(ackSegment))
	}
}

// Ended reports whether no more will come than Buffered.
func (s *Socket) Ended() bool { return s.gotBye || s.state == SocketOver }

// Shutdown says that no more will be written: the other end reads the end of the stream behind all that was.
func (s *Socket) Shutdown() {
	if s.state == SocketOpen && !s.bye {
		s.bye = true
		s.push()
	}
}

// Forget forgets what has been written and the system has not taken over: what SndBuf has no room for.
func (s *Socket) Forget() { s.out.keep(max(0, s.o.SndBuf-int(s.sent-s.acked))) }

// Queued is how many bytes that is.
func (s *Socket) Queued() int { return max(0, s.Unsent()-s.o.SndBuf) }

// arrived is what is done with a segment.
func (s *Socket) arrived(w *World, k *parcel) {
	g := k.data.(*segment)
	k.data = nil
	s.heard = w.time()
	moved := s.acknowledge(g)
	switch s.state {
	case SocketConnecting:
		s.answered(g)
	case SocketArriving:
		if g.kind != askSegment {
			s.opened()
			s.come()
			s.take(g)
		}
	case SocketOpen:
		s.take(g)
	}
	if g.kind == dataSegment || g.kind == byeSegment {
		w.noteSegment(s, k)
		moved = true
	}
	w.freeSegment(g)
	s.push()
	if moved {
		s.changed()
	}
	if s.owesAck && s.talks() {
		s.put(w.newSegment(ackSegment))
	}
	w.settle(s)
}

// acknowledge reads what a segment says of what this end has sent. It reports whether that is news.
func (s *Socket) acknowledge(g *segment) bool {
	news := g.acked > s.acked || g.limit > s.limit
	if s.probing || news {
		s.probing, s.since = false, s.w.time()
	}
	moved := g.acked > s.acked
	s.acked, s.limit = max(s.acked, g.acked), max(s.limit, g.limit)
	return moved
}

// answered is what comes of an answer to who wants to connect.
func (s *Socket) answered(g *segment) {
	switch g.kind {
	case welcomeSegment:
		s.state = SocketOpen
		s.owesAck = true
		s.opened()
		s.changed()
	case refuseSegment:
		s.fail("econnrefused")
	}
}

// opened is what is done when a connection stands for one end.
func (s *Socket) opened() {
	if len(s.w.tcp.toxics) > 0 && s.side == 0 {
		s.w.awaitToxics(s)
	}
	s.tend()
}

// take takes what a segment brings.
func (s *Socket) take(g *segment) {
	switch g.kind {
	case dataSegment:
		if s.closed { // nobody will read it: as Linux answers
			s.reset()
			return
		}
		s.in.push(g.bytes)
		s.got += uint64(len(g.bytes))
		s.owesAck = true
	case byeSegment:
		s.gotBye, s.owesAck = true, true
	case probeSegment:
		s.owesAck = true
	}
}
