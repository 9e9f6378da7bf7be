package netsim

import (
	"fmt"
	"math"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Conn names a connection between two nodes, or of one with itself. The zero Conn names none, and one
// that has ended for both its ends, and all of whose signals have come up, names none any more.
type Conn struct{ index, serial uint32 }

// Lane names one direction of a connection: from which of its ends. Of a connection of a node with
// itself it is the way there, and the way back is what Self says.
type Lane struct {
	Conn Conn
	From Node
}

// conn is a connection: its lanes go from its first end and from its second.
type conn struct {
	lanes  [2]lane
	ends   [2]Node // as callers name them
	ended  [2]bool // which of them has noticed that it is over
	serial uint32
	open   bool
}

// lane is one direction of a connection.
type lane struct {
	last    time.Duration // when the latest arrives; -1: there was none
	sent    uint64        // the next signal's number
	arrived uint64        // the number of the next to arrive
	cut     uint64        // from here on all are lost
	held    uint64        // the least number held, or whatever is less; none if nothing is
	notice  uint64        // the number of the notice of its end, or none
	id      uint64        // by which its draws are keyed; 0: by its ordinal
	ordinal uint64        // its number among the connections of its link, as it stands in keys
	resumed uint64        // how many signals were resumed on it
	waiting int64         // bytes held
	holds   int32         // signals held
	pending int32         // signals that have neither arrived nor come up as lost, held ones too
	link    uint32
	mute    bool // nothing is sent any more
	deaf    bool // nothing is received any more
	closed  bool // the end has been drawn: from cut on everything is lost, but the notice
	gone    bool // broken from outside: what still arrives was past all cuts
}

// none is no number of a signal.
const none uint64 = math.MaxUint64

// Where the number of a signal ends and that of its connection begins: so many signals on one
// connection, and 2^20 connections on one link, before the domain's byte.
const ordinalShift = 36

// Open opens a connection. Whether the other end hears of it depends on what is sent on it. What is drawn for it, and
// not for a signal, is keyed by its identity, id: then no other connection of the same nodes moves it. No two connections
// may have the same. One without, whose id is 0, goes by its number among the connections of its link.
func (n *Net) Open(a, b Node, id uint64) Conn {
	var i uint32
	if last := len(n.free) - 1; last >= 0 {
		i = n.free[last]
		n.free = n.free[:last]
	} else {
		i = uint32(len(n.conns))
		n.conns = append(n.conns, conn{serial: 1})
	}
	k := &n.conns[i]
	*k = conn{ends: [2]Node{a, b}, serial: k.serial, open: true}
	if a == b {
		k.ends[1] = Self(b)
	}
	k.lanes[0] = n.lane(a, b)
	k.lanes[1] = n.lane(b, a)
	if id != 0 {
		k.lanes[0].id, k.lanes[1].id = choice.Child(id, "first", 0), choice.Child(id, "back", 0)
	}
	return Conn{i, k.serial}
}

// lane is a new lane of a link.
func (n *Net) lane(from, to Node) lane {
	i := n.link(from, to)
	w := &n.links[i]
	w.opened++
	return lane{last: -1, cut: none, held: none, notice: none, ordinal: (w.opened - 1) << ordinalShift, link: i}
}

// key is the key of a draw for a lane itself.
func (l *lane) key(d choice.Domain, link, salt, n uint64) choice.Key {
	if l.id != 0 {
		return choice.Key{Domain: d, ID: link ^ salt ^ l.id, N: n}
	}
	return choice.Key{Domain: d, ID: link ^ salt, N: l.ordinal | n}
}

// at is the connection that c names. It panics if there is none: whoever asks has not heard
// of the end, or did not listen.
func (n *Net) at(c Conn) *conn {
	if int(c.index) >= len(n.conns) || n.conns[c.index].serial != c.serial || !n.conns[c.index].open {
		panic("netsim: there is no such connection (any more)")
	}
	return &n.conns[c.index]
}

// Self is the second end of a connection of a node with itself, in whatever asks for a Node
// of a connection.
func Self(v Node) Node { return ^v }

// side says which end of k v is: 0 or 1.
func (k *conn) side(v Node) int {
	if v == k.ends[0] {
		return 0
	}
	if v != k.ends[1] {
		k.miss(v)
	}
	return 1
}

func (k *conn) miss(v Node) {
	panic(fmt.Sprintf("netsim: node %d is no end of this connection, but %d and %d are", v, k.ends[0], k.ends[1]))
}

// host is the node that an end is of.
func host(end Node) Node { return min(end, Self(end)) }

// Alive says whether c is open as far as v knows.
func (n *Net) Alive(c Conn, v Node) bool {
	if int(c.index) >= len(n.conns) || n.conns[c.index].serial != c.serial || !n.conns[c.index].open {
		return false
	}
	k := &n.conns[c.index]
	return !k.ended[k.side(v)]
}

// Ends are the nodes between which c was opened.
func (n *Net) Ends(c Conn) (a, b Node) {
	k := n.at(c)
	return k.ends[0], host(k.ends[1])
}

// InFlight is the number of signals that were sent from there and have neither arrived nor come
// up as lost, with those held.
func (n *Net) InFlight(c Conn, from Node) int {
	k := n.at(c)
	return int(k.lanes[k.side(from)].pending)
}

// A Notice is how one end of a connection learns that it is over. If its Fate is
// Ends it knows at once; if it is Lost it knows already, or never will but by its own ticks; else it is a signal
// like others, for Arrive to settle.
type Notice struct {
	To   Node
	Lost int // so many signals to this end are lost that were under way or held; those held do not come up again
	Verdict
}

// Close ends c as its end by wants it, or as its process on by dies: the other end is told. What is on its way to
// by is lost, and some of what by sent last, drawn; whatever of it arrives does so before the notice.
// It panics if by knows already that c is over.
//
// All that the caller holds of c, on both lanes, is lost at each Close, Vanish or Break: it must forget it. What is
// under way must still come up in Arrive.
func (n *Net) Close(now time.Duration, c Conn, by Node) [2]Notice {
	k := n.at(c)
	side := k.mustLive(by)
	other := 1 - side
	notices := [2]Notice{k.leave(now, side), {To: k.ends[other], Verdict: Verdict{At: now, Fate: Lost}}}
	out := &k.lanes[side]
	notices[1].Lost = n.truncate(out)
	if !out.deaf {
		notices[1].Verdict = n.tell(now, out)
	}
	n.settle(c, k)
	return notices
}

// Vanish ends c for v as a power cut does: nobody is told, and the other end sends into the void until
// it notices by itself. Everything on the way to v is lost, and of what v sent some suffix.
func (n *Net) Vanish(now time.Duration, c Conn, v Node) [2]Notice {
	k := n.at(c)
	side := k.mustLive(v)
	notices := [2]Notice{k.leave(now, side), {To: k.ends[1-side], Verdict: Verdict{At: now, Fate: Lost}}}
	notices[1].Lost = n.truncate(&k.lanes[side])
	n.settle(c, k)
	return notices
}

// Break ends c from outside, for both its ends: each is told when what still arrives has arrived, and some
// suffix of what was under way is lost, in each direction for itself. No cut stops what still arrives.
func (n *Net) Break(now time.Duration, c Conn) [2]Notice {
	k := n.at(c)
	var notices [2]Notice
	for side := range k.lanes {
		notices[1-side] = n.breakLane(now, k, side)
	}
	n.settle(c, k)
	return notices
}

// breakLane breaks the lane from side, and gives the notice for its other end. If that has been
// sent a notice before, by Close, this one takes its place.
func (n *Net) breakLane(now time.Duration, k *conn, side int) Notice {
	l := &k.lanes[side]
	v := Notice{To: k.ends[1-side], Lost: n.truncate(l), Verdict: Verdict{At: now, Fate: Lost}}
	if !l.deaf {
		l.gone = true
		v.Verdict = l.depart(now)
		l.notice = v.Seq
	}
	return v
}

func (k *conn) mustLive(v Node) (side int) {
	if side = k.side(v); k.ended[side] {
		panic("netsim: a connection is ended that is over already for this end")
	}
	return side
}

// leave ends k for one side: it sends nothing and hears nothing from now on.
func (k *conn) leave(now time.Duration, side int) Notice {
	k.ended[side] = true
	k.lanes[side].mute = true
	in := &k.lanes[1-side]
	lost := in.alive()
	in.deaf = true
	in.cut = in.arrived
	in.drop()
	return Notice{To: k.ends[side], Lost: lost, Verdict: Verdict{At: now, Fate: Ends}}
}

// truncate ends what is sent on l: it draws how much of the last is lost, and says how
// much that is in all. Of what is held nothing is left.
func (n *Net) truncate(l *lane) (lost int) {
	l.mute = true
	if l.deaf {
		return 0
	}
	alive := l.alive()
	last := min(l.sent, l.cut, l.held)
	if some := last - l.arrived; some > 0 && !l.closed {
		last -= uint64(n.source.Choose(l.key(choice.Fault, n.links[l.link].id, endSalt, 0), int(some)+1))
	}
	l.closed = true
	l.cut = last
	l.drop()
	return alive - l.alive()
}

// alive is how many signals on l may still arrive, without the notice.
func (l *lane) alive() int {
	if l.closed || l.deaf {
		return int(l.cut - l.arrived)
	}
	return int(l.pending)
}

// drop forgets what is held.
func (l *lane) drop() {
	l.pending -= l.holds
	l.holds, l.waiting, l.held = 0, 0, none
}

// hold notes that a signal is held.
func (l *lane) hold(seq uint64, size int) {
	l.holds++
	l.waiting += int64(size)
	l.held = min(l.held, seq)
}

// depart numbers a signal that is to arrive at a time, or as soon after it as the order allows.
func (l *lane) depart(at time.Duration) Verdict {
	at = max(at, l.last+1)
	v := Verdict{At: at, Seq: l.sent}
	l.last = at
	l.sent++
	l.pending++
	return v
}

// tell sends the notice of the end behind everything else.
func (n *Net) tell(now time.Duration, l *lane) Verdict {
	w := &n.links[l.link]
	v := l.depart(later(now, w.now.slowed(w.now.latency.main.quantile(0))))
	l.notice = v.Seq
	switch {
	case w.now.reset:
		l.gone = true // a reset answers
	case w.now.blocked:
		l.hold(v.Seq, 0)
		w.credit(blocking)
		v.At, v.Fate = now, Held
	}
	return v
}

// settle frees k when nobody will ask for it any more.
func (n *Net) settle(c Conn, k *conn) {
	if k.ended == [2]bool{true, true} && k.lanes[0].pending == 0 && k.lanes[1].pending == 0 {
		*k = conn{serial: k.serial + 1}
		n.free = append(n.free, c.index)
	}
}
