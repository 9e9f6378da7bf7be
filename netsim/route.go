package netsim

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// A Packet is what a Net wants to know of a signal. The zero Packet is one without a size.
type Packet struct {
	Size int    // in bytes: what it costs of the bandwidth and of queues
	Kind string // for rules
	Body any    // for rules that look into it; nobody keeps it

	// ID and N are the identity of the stream of signals that this is one of (from whom,
	// to whom, of which type) and its number there, so that no other stream moves
	// its draws. No two signals on one link may have the same ones. If ID is 0 it counts
	// by its connection: then a signal more on the connection moves the draws of
	// those after it there.
	ID, N uint64
}

// Route says what becomes of a signal that is sent on c from that end, now. It panics
// if that end knows already that c is over.
func (n *Net) Route(now time.Duration, c Conn, from Node, p Packet) Verdict {
	k := n.at(c)
	side := k.side(from)
	l := &k.lanes[side]
	w := &n.links[l.link]
	n.traffic.Routed++
	if l.mute || l.deaf || len(n.rules) > 0 || !w.now.plain {
		return n.routeOddly(now, k, side, w, &p)
	}
	d := w.now.latency.draw(n.source, draw(w, l, &p))
	return l.depart(later(now, d))
}

// draw is the key of a signal's latency, and with another domain or salt of what else
// is drawn for it.
func draw(w *link, l *lane, p *Packet) choice.Key {
	if p.ID != 0 {
		return choice.Key{Domain: choice.Latency, ID: w.id ^ p.ID, N: p.N}
	}
	return choice.Key{Domain: choice.Latency, ID: w.id, N: l.ordinal | l.sent}
}

// routeOddly is Route where more than a latency is in question.
func (n *Net) routeOddly(now time.Duration, k *conn, side int, w *link, p *Packet) Verdict {
	l := &k.lanes[side]
	if k.ended[side] {
		panic("netsim: a signal is sent on a connection that is over for its sender")
	}
	if l.mute || l.deaf {
		n.traffic.Lost++
		return Verdict{At: now, Fate: Lost}
	}
	key := draw(w, l, p)
	more, drop := n.ruled(w, p, key)
	switch {
	case drop:
		return n.doom(now, l)
	case w.now.blocked:
		return n.blocked(now, l, w, p.Size)
	}
	if until, full := w.full(now, p.Size); full {
		n.traffic.Full++
		return Verdict{At: until, Fate: Full}
	}
	d, tries := n.flight(w, key, p.Size)
	if tries > int(w.now.retries) {
		return n.doom(later(now, d), l)
	}
	return l.depart(later(w.wire(now, p.Size), min(d+more, longest)))
}

// blocked says what becomes of a signal sent where nothing gets through.
func (n *Net) blocked(now time.Duration, l *lane, w *link, size int) Verdict {
	w.credit(blocking)
	if w.now.reset {
		return n.doom(now, l)
	}
	if q := w.now.queue; q > 0 && l.waiting > 0 && l.waiting+int64(size) > q {
		n.traffic.Full++
		return Verdict{At: Never, Fate: Full}
	}
	v := Verdict{At: now, Seq: l.sent, Fate: Held}
	l.sent++
	l.pending++
	l.hold(v.Seq, size)
	n.traffic.Held++
	return v
}

// flight draws how long a signal is under way once it is off the wire, and how often it is
// lost before.
func (n *Net) flight(w *link, key choice.Key, size int) (d time.Duration, tries int) {
	p := w.now
	var e effect
	d = p.latency.draw(n.source, key)
	for i := range p.extras {
		x := &p.extras[i]
		more := x.law.draw(n.source, choice.Key{Domain: choice.Latency, ID: key.ID ^ x.salt, N: key.N})
		if d = min(d+more, longest); more > 0 && x.fault {
			e |= delaying
		}
	}
	if p.tries[0] > 0 {
		answer := uint32(n.source.Choose(choice.Key{Domain: choice.Fault, ID: key.ID, N: key.N}, lossGrain))
		tries = p.lost(answer)
		n.traffic.Retransmitted += uint64(min(tries, int(p.retries)))
		if p.harmed && tries > w.base.lost(answer) {
			e |= losing
		}
	}
	if p.harmed {
		w.credit(e | w.slower(d, size))
	}
	return min(p.slowed(d)+p.waits[tries], longest), tries
}

// slower says in which ways a signal takes longer than without faults.
func (w *link) slower(d time.Duration, size int) (e effect) {
	if w.now.slow > 1 && (d > 0 || w.now.onWire(int64(size)) > 0) {
		e = slowing
	}
	if w.now.cost != w.base.cost && w.now.onWire(int64(size)) > 0 {
		e |= throttling
	}
	return e
}

// doom ends a lane whose sender will give up: what it sends until it notices is lost too.
func (n *Net) doom(at time.Duration, l *lane) Verdict {
	l.mute = true
	l.cut = l.sent
	n.traffic.Broken++
	return Verdict{At: at, Fate: Broken}
}

// wire puts a packet on the wire, behind what is on it, and says when it is off.
func (w *link) wire(now time.Duration, size int) time.Duration {
	if w.now.cost == 0 {
		return now
	}
	w.busy = later(max(now, w.busy), w.now.onWire(int64(size)))
	return w.busy
}

// full says whether a packet has no room in the queue before the wire, and until when. One
// that finds the queue empty has room, whatever its size.
func (w *link) full(now time.Duration, size int) (until time.Duration, full bool) {
	p := w.now
	if p.queue == 0 || p.cost == 0 || w.busy <= now {
		return 0, false
	}
	room := p.onWire(max(0, p.queue-int64(size)))
	return w.busy - room, w.busy-now > room
}

// Arrive says what becomes of a signal whose time has come: it Arrives, or Ends the connection for
// its receiver, or Travels on because its turn has not come, or is Held by what has happened to the link since, or
// Lost because the connection has.
func (n *Net) Arrive(now time.Duration, c Conn, from Node, seq uint64, size int) Verdict {
	k := n.at(c)
	side := k.side(from)
	l := &k.lanes[side]
	w := &n.links[l.link]
	if seq == l.arrived && seq < l.cut && (!w.now.blocked || l.gone) {
		l.arrived++
		l.pending--
		n.traffic.Arrived++
		return Verdict{now, seq, Arrives}
	}
	return n.arriveOddly(now, c, k, side, seq, size)
}

func (n *Net) arriveOddly(now time.Duration, c Conn, k *conn, side int, seq uint64, size int) Verdict {
	l := &k.lanes[side]
	w := &n.links[l.link]
	next := l.arrived
	if seq == l.notice && next == l.cut {
		next = seq
	}
	switch {
	case l.deaf || seq >= l.cut && seq != l.notice:
		l.pending--
		n.traffic.Lost++
		n.settle(c, k)
		return Verdict{now, seq, Lost}
	case !l.gone && (w.now.blocked || l.holds > 0 && seq != next):
		if w.now.blocked {
			w.credit(blocking)
		}
		l.hold(seq, size)
		n.traffic.Held++
		return Verdict{now, seq, Held}
	case seq != next:
		// One that was sent before it was held, and is on its way again: behind it.
		l.last = max(now, l.last) + 1
		return Verdict{l.last, seq, Travels}
	}
	l.pending-- // the notice
	k.leave(now, 1-side)
	n.settle(c, k)
	return Verdict{now, seq, Ends}
}

// Resume sends on what was held, when Heal has named its lane. The caller resumes all that it holds of a
// lane at once, in the order in which it was held. If the link is blocked again it is Held again, and if the connection
// has ended since, Lost.
func (n *Net) Resume(now time.Duration, c Conn, from Node, seq uint64, size int) Verdict {
	k := n.at(c)
	l := &k.lanes[k.side(from)]
	w := &n.links[l.link]
	if l.holds == 0 {
		panic("netsim: a signal is resumed that is not held")
	}
	if w.now.blocked {
		return Verdict{now, seq, Held}
	}
	l.holds--
	l.waiting -= int64(size)
	if l.holds == 0 {
		l.held = none
	}
	key := l.key(choice.Latency, w.id, resumeSalt, l.resumed)
	l.resumed++
	flight := w.now.slowed(w.now.latency.draw(n.source, key))
	l.last = max(later(w.wire(now, size), flight), l.last+1)
	return Verdict{l.last, seq, Travels}
}
