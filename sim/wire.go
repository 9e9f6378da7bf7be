package sim

import (
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// wire is an open connection of the net: netsim decides what becomes of what is sent on it, and the wire keeps
// what netsim does not, until it is decided.
type wire struct {
	conn netsim.Conn
	id   uint64 // stable: of the two nodes, and its number among those between them
	ends [2]wireEnd
	way  [2]way // what is sent from either end
}

// way is one direction of a wire.
type way struct {
	from    netsim.Node
	held    []*parcel         // a cut holds them
	backlog []*parcel         // the queue is full
	again   bool              // a timer will try the backlog
	sent    map[uint64]uint64 // how many of each stream
	over    bool              // the end it goes out from knows that the wire is over
}

// wireEnd is who listens at an end of a wire.
type wireEnd interface {
	arrived(w *World, k *parcel) // something has come; the parcel is given back by the caller
	ended(w *World, why Atom)    // the wire is over for this end, which did not want it
	room(w *World)               // all that waited for the queue is on its way
	node() *Node                 // where it is
}

// parcel is something under way between two nodes.
type parcel struct {
	next *parcel
	wire *wire
	msg  *Msg           // a signal
	to   *term.Identity // whom it is for,
	name Name           // or what that one is called
	data any            // what it is, if it is no signal
	seq  uint64
	id   uint64 // its stream,
	n    uint64 // and its number there
	size int32
	side uint8  // the end it was sent from
	went uint32 // how often a timer was set for it: each has a draw of its own
	step step
}

// foundNet makes the net of a world of several nodes.
func (w *World) foundNet(specs []NodeSpec) {
	if w.spareNet == nil {
		w.spareNet = netsim.New(w.chance)
	} else {
		w.spareNet.Reset(w.chance)
	}
	w.net = w.spareNet
	w.net.SetAll(w.cfg.Link)
	for _, s := range specs {
		v := w.net.Add(string(s.Name))
		if w.cfg.Link != (netsim.Link{}) {
			w.net.Set(v, v, netsim.Link{}) // no way is shorter than that to oneself
		}
	}
	w.wires = make(map[netsim.Conn]*wire)
	w.opened = make(map[[2]netsim.Node]uint64)
}

// open opens a wire from end a to node b, where nobody listens yet.
func (w *World) open(a wireEnd, b int32) *wire {
	from, to := netsim.Node(a.node().home.Index), netsim.Node(b)
	w.opened[[2]netsim.Node{from, to}]++
	return w.openWire(a, from, to, to, choice.Child(choice.ID(w.net.Name(from), w.net.Name(to)), "wire", uint32(w.opened[[2]netsim.Node{from, to}])))
}

// openWire opens a wire of an identity of its own. far is what the net calls its second end.
func (w *World) openWire(a wireEnd, from, to, far netsim.Node, id uint64) *wire {
	c := &wire{conn: w.net.Open(from, to, id), id: id, ends: [2]wireEnd{a}}
	c.way[0].from, c.way[1].from = from, far
	w.wires[c.conn] = c
	return c
}

// host is the index of the node that an end is at.
func host(end netsim.Node) int32 { return int32(min(end, netsim.Self(end))) }

// send sends a parcel from one end of a wire. stream names those like it, of which each has a number.
func (w *World) send(c *wire, side int, k *parcel, kind string, stream uint64) {
	k.wire, k.side = c, uint8(side)
	out := &c.way[side]
	if out.sent == nil {
		out.sent = make(map[uint64]uint64)
	}
	out.sent[stream]++
	k.id, k.n = stream, out.sent[stream]
	if len(out.backlog) > 0 {
		out.backlog = append(out.backlog, k)
		return
	}
	w.route(k, kind)
}

// route asks the net what becomes of a parcel. It reports whether the net has taken it.
func (w *World) route(k *parcel, kind string) bool {
	c, side := k.wire, k.side
	out := &c.way[side]
	// One connection's streams are not another's: the connection's own number goes into theirs.
	v := w.net.Route(w.time(), c.conn, out.from, netsim.Packet{Size: int(k.size), Kind: kind, Body: k.body(), ID: mix(k.id, c.id), N: k.n})
	k.seq = v.Seq
	switch v.Fate {
	case netsim.Travels:
		w.travel(k, scheduler.Time(v.At))
	case netsim.Held:
		out.held = append(out.held, k)
	case netsim.Full:
		out.backlog = append(out.backlog, k)
		if v.At != netsim.Never && !out.again {
			out.again = true
			k.went++
			w.atID(v.At, (c.id+uint64(side)^k.n*oddly)+uint64(k.went-1)<<32, func() { w.retry(c, int(side)) })
		}
		return false
	case netsim.Lost:
		w.lose(k)
	case netsim.Broken:
		w.lose(k)
		w.breakAt(c, int(side), v)
	}
	return true
}

// body is what rules are shown.
func (k *parcel) body() any {
	if k.msg != nil {
		return k.msg.body
	}
	return k.data
}

// travel lets a parcel arrive at a time.
func (w *World) travel(k *parcel, at scheduler.Time) {
	t := w.newTimer(lands)
	t.cargo = k
	k.went++
	t.alarm = w.sched.At(at, t, k.wire.id+uint64(k.side)+k.id+k.n*oddly+uint64(k.went-1)<<32)
}

// breakAt ends a wire for the end that has found it broken, when it finds it.
func (w *World) breakAt(c *wire, side int, v netsim.Verdict) {
	act := func() {
		if !c.way[side].over && w.net.Alive(c.conn, c.way[side].from) {
			end := c.ends[side]
			w.closeWire(c, side)
			end.ended(w, connectionClosed)
		}
	}
	w.atID(v.At, ^c.id-uint64(side), act) // even if that is now: who sends must not find itself cut off while it does
}

// land is what is done with a parcel whose time has come.
func (w *World) land(k *parcel) {
	c := k.wire
	far := 1 - k.side
	n := w.nodes[host(c.way[far].from)]
	if n.paused {
		n.late = append(n.late, func() { w.land(k) })
		return
	}
	v := w.net.Arrive(w.time(), c.conn, c.way[k.side].from, k.seq, int(k.size))
	switch v.Fate {
	case netsim.Arrives:
		w.arrived(c, int(far), k)
		w.freeParcel(k)
	case netsim.Travels:
		w.travel(k, scheduler.Time(v.At))
	case netsim.Held:
		c.way[k.side].held = append(c.way[k.side].held, k)
	case netsim.Ends:
		w.freeParcel(k)
		w.overFor(c, int(far))
	default:
		w.lose(k)
	}
}

// arrived gives a parcel to who listens, if there is somebody.
func (w *World) arrived(c *wire, side int, k *parcel) {
	if end := c.ends[side]; end != nil {
		end.arrived(w, k)
		return
	}
	w.knock(c, side, k)
}

// overFor tells an end that its wire is over.
func (w *World) overFor(c *wire, side int) {
	end := c.ends[side]
	c.way[side].over = true
	c.ends[side] = nil
	w.forgetWire(c)
	if end != nil {
		end.ended(w, connectionClosed)
	}
}

// closeWire ends a wire as the process does that has one end of it: the other is told.
func (w *World) closeWire(c *wire, side int) { w.endWire(c, side, w.net.Close) }

// vanish ends a wire as a power cut does.
func (w *World) vanish(c *wire, side int) { w.endWire(c, side, w.net.Vanish) }

func (w *World) endWire(c *wire, side int, how func(now time.Duration, c netsim.Conn, by netsim.Node) [2]netsim.Notice) {
	if c.way[side].over || !w.net.Alive(c.conn, c.way[side].from) {
		return
	}
	c.way[side].over = true
	c.ends[side] = nil
	notices := how(w.time(), c.conn, c.way[side].from)
	w.drop(c)
	w.notify(c, notices)
	w.forgetWire(c)
}

// breakWire ends a wire from outside for both its ends.
func (w *World) breakWire(c *wire) {
	notices := w.net.Break(w.time(), c.conn)
	w.drop(c)
	w.notify(c, notices)
}

// drop forgets what the wire holds: at its end all of that is lost.
func (w *World) drop(c *wire) {
	for i := range c.way {
		out := &c.way[i]
		for _, k := range out.held {
			w.lose(k)
		}
		for _, k := range out.backlog {
			w.lose(k)
		}
		out.held, out.backlog = nil, nil
	}
}

const noticeStream = 0x6e_6f_74_69_63_65

// notify sends the notices of a wire's end.
func (w *World) notify(c *wire, notices [2]netsim.Notice) {
	for _, v := range notices {
		side := 0
		if c.way[1].from == v.To {
			side = 1
		}
		switch v.Fate {
		case netsim.Travels, netsim.Held:
			k := w.newParcel()
			k.wire, k.side, k.seq, k.id, k.n = c, uint8(1-side), v.Seq, noticeStream, uint64(side)
			if v.Fate == netsim.Held {
				c.way[1-side].held = append(c.way[1-side].held, k)
			} else {
				w.travel(k, scheduler.Time(v.At))
			}
		case netsim.Ends:
			if !c.way[side].over {
				w.overFor(c, side)
			}
		}
	}
}

// forgetWire forgets a wire that is over for both its ends.
func (w *World) forgetWire(c *wire) {
	if c.way[0].over && c.way[1].over {
		delete(w.wires, c.conn)
	}
}

// resumeLanes lets go on what was held on lanes that are free again, and those who wait for room.
func (w *World) resumeLanes(lanes []netsim.Lane) {
	for _, l := range lanes {
		c := w.wires[l.Conn]
		if c == nil {
			continue
		}
		side := 0
		if c.way[0].from != l.From {
			side = 1
		}
		held := c.way[side].held
		c.way[side].held = nil
		for _, k := range held {
			w.resumeParcel(k)
		}
		w.retry(c, side)
	}
}

func (w *World) resumeParcel(k *parcel) {
	out := &k.wire.way[k.side]
	v := w.net.Resume(w.time(), k.wire.conn, out.from, k.seq, int(k.size))
	switch v.Fate {
	case netsim.Travels:
		w.travel(k, scheduler.Time(v.At))
	case netsim.Held:
		out.held = append(out.held, k)
	default:
		w.lose(k)
	}
}

// retry sends what waited because the queue was full.
func (w *World) retry(c *wire, side int) {
	out := &c.way[side]
	out.again = false
	if out.over || len(out.backlog) == 0 {
		return
	}
	waiting := out.backlog
	out.backlog = nil
	for i, k := range waiting {
		if !w.route(k, k.kind()) {
			out.backlog = append(out.backlog, waiting[i+1:]...)
			return
		}
		if out.over {
			return
		}
	}
	if end := c.ends[side]; end != nil {
		end.room(w)
	}
}

// lose forgets a parcel that nobody will ever see.
func (w *World) lose(k *parcel) {
	if k.msg != nil {
		w.dropped(k.msg.from, k.to)
		w.discard(k.msg)
		k.msg = nil
	}
	w.freeParcel(k)
}

func (w *World) newParcel() *parcel {
	k := w.spareParcels
	if k == nil {
		return new(parcel)
	}
	w.spareParcels = k.next
	*k = parcel{}
	return k
}

func (w *World) freeParcel(k *parcel) {
	k.msg, k.to, k.data, k.wire = nil, nil, nil, nil
	k.next = w.spareParcels
	w.spareParcels = k
}
