package sim

import (
	"errors"
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// ToxicKind is a way to harm connections of sockets, and those alone: Toxiproxy's words for them.
type ToxicKind uint8

// The kinds. What Toxiproxy has no word for is marked.
const (
	LatencyToxic   ToxicKind = iota + 1 // all takes Delay longer, and up to Jitter more or less
	JitterToxic                         // all takes up to Jitter longer (ours)
	SlowToxic                           // the latency of the link is Times as long (ours)
	BandwidthToxic                      // Rate is all that gets through
	SlowCloseToxic                      // the end of a stream is told Delay late
	TimeoutToxic                        // nothing gets through; after Delay the connection is closed, or never if that is 0
	ResetPeerToxic                      // once something is sent, the connection is reset, Delay after
	SlicerToxic                         // what is sent comes in slices of about Size bytes, Vary more or less, Delay apart
	LimitDataToxic                      // the connection is closed when Size bytes have got through
)

var toxicWords = [...]string{
	LatencyToxic: "latency", JitterToxic: "jitter", SlowToxic: "slow", BandwidthToxic: "bandwidth", SlowCloseToxic: "slow_close",
	TimeoutToxic: "timeout", ResetPeerToxic: "reset_peer", SlicerToxic: "slicer", LimitDataToxic: "limit_data",
}

// String is the kind's word.
func (k ToxicKind) String() string {
	if int(k) < len(toxicWords) && toxicWords[k] != "" {
		return toxicWords[k]
	}
	return fmt.Sprintf("toxic%d", uint8(k))
}

// ToxicStream is which direction of a connection a toxic is in.
type ToxicStream uint8

// The directions.
const (
	BothStreams ToxicStream = iota
	Upstream                // from who connected to who listens
	Downstream              // back
)

// Toxic is a harm to the connections of sockets, until it is removed. Which of its fields count is a matter of its
// kind. Toxics compare with ==, and ParseToxic reads what String prints.
type Toxic struct {
	Kind   ToxicKind
	Delay  time.Duration
	Jitter time.Duration
	Times  int
	Rate   netsim.Rate
	Size   netsim.Size
	Vary   netsim.Size

	At       Endpoint // where those listen that it concerns; no node: any, port 0: any
	From     Atom     // from which node they connected; "": any
	Stream   ToxicStream
	Toxicity netsim.Share // how many of the connections it concerns, each direction for itself; 0: all
}

// ToxicID names a toxic that was added. The zero ToxicID names none.
type ToxicID uint32

// toxic is a Toxic at work.
type toxic struct {
	Toxic
	id   ToxicID
	key  uint64
	took uint64
}

// gate is one direction of a connection, as toxics see it.
type gate struct {
	last   time.Duration // when the latest piece leaves
	held   int           // pieces that have not left: one may be due and others' timers fire first
	pieces uint64
	doses  []dose
}

// dose is what a toxic has done to one direction.
type dose struct {
	id      ToxicID
	hit     bool // it concerns this connection
	dying   bool // it has begun to end it
	busy    time.Duration
	passed  int64
	draws   uint64
	touched bool
}

// piece is part of what is sent, and when it leaves.
type piece struct {
	g  *segment
	at time.Duration
}

// AddToxic harms connections, those that stand as well as those to come, until RemoveToxic.
func (w *World) AddToxic(t Toxic) (ToxicID, error) {
	if err := t.check(); err != nil {
		return 0, err
	}
	if t.At.Node != "" && w.node(t.At.Node) == nil || t.From != "" && w.node(t.From) == nil {
		return 0, errors.New("toxic " + t.String() + ": there is no such node")
	}
	w.tcp.toxicID++
	x := &toxic{Toxic: t, id: w.tcp.toxicID}
	x.key = choice.Child(choice.ID("toxic", t.String()), "", uint32(x.id))
	w.tcp.toxics = append(w.tcp.toxics, x)
	w.noteNodeFact("toxic", t.String())
	for _, s := range w.dialled() {
		w.await(x, s)
	}
	return x.id, nil
}

// RemoveToxic takes a toxic back. What it has held up comes when it would have. To remove it twice is to remove
// it once.
func (w *World) RemoveToxic(id ToxicID) {
	for i, x := range w.tcp.toxics {
		if x.id == id {
			w.tcp.toxics = append(w.tcp.toxics[:i:i], w.tcp.toxics[i+1:]...)
			w.noteNodeFact("toxic over", x.String())
			return
		}
	}
}

// ToxicTook is how often a toxic that is at work has had an effect.
func (w *World) ToxicTook(id ToxicID) uint64 {
	if x := w.toxic(id); x != nil {
		return x.took
	}
	return 0
}

func (w *World) toxic(id ToxicID) *toxic {
	for _, x := range w.tcp.toxics {
		if x.id == id {
			return x
		}
	}
	return nil
}

// dialled are the ends of connections that have asked for them, in a stable order.
func (w *World) dialled() []*Socket {
	var list []*Socket
	for _, s := range w.tcp.sockets {
		if s.state == SocketOpen && s.side == 0 && s.wire != nil {
			list = append(list, s)
		}
	}
	sortSockets(list)
	return list
}

// concerns reports whether a toxic is in the way of what s sends.
func (x *toxic) concerns(s *Socket) bool {
	client, server := s.here, s.there
	if s.side == 1 {
		client, server = server, client
	}
	return (x.At.Node == "" || x.At.Node == server.Node) && (x.At.Port == 0 || x.At.Port == server.Port) &&
		(x.From == "" || x.From == client.Node) &&
		(x.Stream == BothStreams || (x.Stream == Upstream) == (s.side == 0))
}

// dose is what a toxic has done to what s sends; nil if it does not concern it.
func (w *World) dose(x *toxic, s *Socket) *dose {
	for i := range s.gate.doses {
		if d := &s.gate.doses[i]; d.id == x.id {
			if d.hit {
				return d
			}
			return nil
		}
	}
	hit := x.concerns(s)
	if hit && x.Toxicity != 0 && x.Toxicity != netsim.All {
		hit = w.chance.Chance(choice.Key{Domain: choice.Fault, ID: s.wire.id ^ x.key ^ uint64(s.side+1)<<1},
			int(x.Toxicity), int(netsim.All))
	}
	s.gate.doses = append(s.gate.doses, dose{id: x.id, hit: hit})
	return w.dose(x, s)
}

// drawDose draws one of n for a toxic.
func (w *World) drawDose(x *toxic, s *Socket, d *dose, n int64) int64 {
	if n < 2 {
		return 0
	}
	d.draws++
	k := choice.Key{Domain: choice.Fault, ID: s.wire.id ^ x.key ^ uint64(s.side+1)<<1, N: d.draws}
	return int64(w.chance.Choose(k, int(n)))
}

// around draws what is at most vary more or less than mid; the dull answer is mid.
func (w *World) around(x *toxic, s *Socket, d *dose, mid, vary int64) int64 {
	a := w.drawDose(x, s, d, 2*vary+1) // mid, mid+1, mid-1, mid+2…
	if a%2 == 1 {
		return mid + (a+1)/2
	}
	return max(0, mid-a/2)
}

// tookToxic counts an effect, and takes the first on a stream as a fact.
func (w *World) tookToxic(x *toxic, s *Socket, d *dose) {
	x.took++
	if !d.touched {
		d.touched = true
		w.noteText(trace.Took, nil, s.owner, "toxic "+x.Kind.String(), nil)
	}
}

// intoxicate sends a segment by way of the toxics, oldest first.
func (w *World) intoxicate(s *Socket, g *segment) {
	w.tcp.pieces = append(w.tcp.pieces[:0], piece{g, w.time()})
	for _, x := range w.tcp.toxics {
		if d := w.dose(x, s); d != nil {
			x.apply(w, s, d)
		}
	}
	for _, c := range w.tcp.pieces {
		w.depart(s, c)
	}
}

// apply does to the pieces what the toxic does.
func (x *toxic) apply(w *World, s *Socket, d *dose) {
	switch x.Kind {
	case SlicerToxic:
		w.slice(x, s, d)
	case TimeoutToxic:
		w.swallow(x, s, d, 0)
	case ResetPeerToxic:
		if w.swallow(x, s, d, 0) && !d.dying {
			d.dying = true
			w.doom(x, s, w.breakWire)
		}
	case LimitDataToxic:
		if w.swallow(x, s, d, int64(x.Size)) && !d.dying {
			d.dying = true
			w.doom(x, s, w.sever)
		}
	default:
		for i := range w.tcp.pieces {
			x.delay(w, s, d, &w.tcp.pieces[i])
		}
	}
}

// delay makes a piece leave later.
func (x *toxic) delay(w *World, s *Socket, d *dose, c *piece) {
	was := c.at
	switch x.Kind {
	case LatencyToxic:
		c.at += time.Duration(w.around(x, s, d, int64(x.Delay), int64(x.Jitter)))
	case JitterToxic:
		c.at += time.Duration(w.drawDose(x, s, d, int64(x.Jitter)+1))
	case SlowToxic:
		k := w.net.Link(netsim.Node(s.here.index(w)), netsim.Node(s.there.index(w)))
		one := k.Latency.Quantile(netsim.Grain/2) + k.Jitter.Quantile(netsim.Grain/2)
		c.at += min(one, time.Hour) * time.Duration(x.Times-1)
	case BandwidthToxic:
		d.busy = max(d.busy, c.at) + onWire(len(c.g.bytes), x.Rate)
		d.busy = min(d.busy, farthest)
		c.at = d.busy
	case SlowCloseToxic:
		if c.g.kind == byeSegment {
			c.at += x.Delay
		}
	}
	if c.at = min(c.at, farthest); c.at > was {
		w.tookToxic(x, s, d)
	}
}

// farthest is later than any run gets, and leaves room for sums.
const farthest = time.Duration(1 << 61)

// onWire is how long so many bytes take at a rate.
func onWire(n int, r netsim.Rate) time.Duration {
	const second = int64(time.Second)
	whole, rest := int64(n)/int64(r), int64(n)%int64(r)
	d := time.Duration(whole) * time.Second
	if rest <= (1<<63-1)/second {
		return d + time.Duration(rest*second/int64(r))
	}
	return d + time.Duration(rest/(int64(r)/second))
}

// index is the index of the node that an endpoint is at.
func (e Endpoint) index(w *World) int32 { return w.node(e.Node).home.Index }

// slice cuts the pieces into smaller ones.
func (w *World) slice(x *toxic, s *Socket, d *dose) {
	var cut []piece
	for _, c := range w.tcp.pieces {
		at := c.at
		for n := 0; ; n++ {
			size := int(max(1, w.around(x, s, d, int64(x.Size), int64(x.Vary))))
			if n > 0 {
				at = min(at+x.Delay, farthest)
			}
			if size >= len(c.g.bytes) {
				cut = append(cut, piece{c.g, at})
				break
			}
			g := w.newSegment(dataSegment)
			g.bytes = append(g.bytes, c.g.bytes[:size]...)
			c.g.bytes = c.g.bytes[:copy(c.g.bytes, c.g.bytes[size:])]
			cut = append(cut, piece{g, at})
			w.tookToxic(x, s, d)
		}
	}
	w.tcp.pieces = append(w.tcp.pieces[:0], cut...)
}

// swallow lets so many bytes pass, in all; the rest is acknowledged as if it had arrived, and lost. It reports whether
// something was.
func (w *World) swallow(x *toxic, s *Socket, d *dose, pass int64) (some bool) {
	kept := w.tcp.pieces[:0]
	for _, c := range w.tcp.pieces {
		n := int64(len(c.g.bytes))
		room := pass - d.passed
		switch {
		case n <= room && (n > 0 || pass > 0 && !d.dying):
			d.passed += n
			kept = append(kept, c)
			continue
		case room > 0 && n > 0:
			d.passed += room
			g := w.newSegment(dataSegment)
			g.bytes = append(g.bytes, c.g.bytes[:room]...)
			c.g.bytes = c.g.bytes[room:]
			kept = append(kept, piece{g, c.at})
		}
		s.sent -= c.g.length()
		if c.g.kind == byeSegment {
			s.sent++ // nobody says that the end has arrived
		}
		w.freeSegment(c.g)
		w.tookToxic(x, s, d)
		some = true
	}
	w.tcp.pieces = kept
	return some
}

// depart lets a piece leave when its time has come, behind those before it.
func (w *World) depart(s *Socket, c piece) {
	now := w.time()
	if c.at <= now && s.gate.held == 0 {
		s.put(c.g)
		return
	}
	c.at = max(c.at, s.gate.last+1, now)
	s.gate.last = c.at
	s.gate.pieces++
	s.gate.held++
	wire := s.wire
	w.atID(c.at, choice.Child(s.key, "piece", 0)+s.gate.pieces*oddly, func() {
		s.gate.held--
		if s.wire == wire && s.talks() {
			s.put(c.g)
		} else {
			w.freeSegment(c.g)
		}
	})
}

// awaitToxics lets those toxics begin that wait for nothing but a connection.
func (w *World) awaitToxics(s *Socket) {
	for _, x := range w.tcp.toxics {
		w.await(x, s)
	}
}

func (w *World) await(x *toxic, s *Socket) {
	if x.Kind != TimeoutToxic || x.Delay == 0 {
		return
	}
	for _, end := range s.wire.ends {
		if e, is := end.(*Socket); is && w.dose(x, e) != nil {
			w.doom(x, e, w.sever)
			return
		}
	}
}

// doom ends a connection when the toxic's delay is over, unless the toxic is gone by then.
func (w *World) doom(x *toxic, s *Socket, how func(*wire)) {
	c, d := s.wire, x.Delay
	if x.Kind == LimitDataToxic {
		d = 0
	}
	w.atID(w.time()+d, choice.Child(s.key, "doom", uint32(x.id)), func() {
		if w.toxic(x.id) != nil && w.wires[c.conn] == c && !c.way[0].over && !c.way[1].over {
			if d := w.dose(x, s); d != nil {
				w.tookToxic(x, s, d)
			}
			how(c)
		}
	})
}

// sever closes a connection from between its ends: each reads the end of what the other has sent, and finds the
// connection reset when it sends.
func (w *World) sever(c *wire) {
	ends := c.ends
	w.vanish(c, 0)
	w.vanish(c, 1)
	for _, end := range ends {
		if s, is := end.(*Socket); is {
			s.wire, s.severed, s.gotBye = nil, true, true
			s.unwatch()
			switch {
			case s.state == SocketConnecting, s.state == SocketArriving:
				s.ended(w, "")
			case s.closed:
				s.over("")
			default:
				s.changed()
			}
		}
	}
}

// check says what is wrong with a toxic.
func (t Toxic) check() error {
	wrong := func(what string) error { return errors.New("toxic " + t.Kind.String() + ": " + what) }
	if t.Kind < LatencyToxic || t.Kind > LimitDataToxic {
		return errors.New("there is no such kind of toxic")
	}
	const longest = 365 * 24 * time.Hour
	switch {
	case t.Delay < 0 || t.Jitter < 0 || t.Delay > longest || t.Jitter > longest:
		return wrong("a time is from 0s to a year")
	case t.Jitter > t.Delay && t.Kind == LatencyToxic:
		return wrong("what it varies by is at most what it is")
	case t.Kind == LatencyToxic && t.Delay == 0, t.Kind == JitterToxic && t.Jitter == 0, t.Kind == SlowCloseToxic && t.Delay == 0:
		return wrong("0s is no delay")
	case t.Kind == SlowToxic && (t.Times < 2 || t.Times > 1_000_000):
		return wrong("it wants how many times, from 2 to a million")
	case t.Kind == BandwidthToxic && t.Rate <= 0:
		return wrong("it wants a rate")
	case (t.Kind == SlicerToxic || t.Kind == LimitDataToxic) && (t.Size <= 0 || t.Size > 1<<40):
		return wrong("it wants a size of at least a byte and at most a terabyte")
	case t.Vary < 0 || t.Vary > 0 && t.Vary >= t.Size:
		return wrong("the size varies by less than it is")
	case t.At.Port < 0 || t.At.Port >= 1<<16:
		return wrong("ports are from 1 to 65535")
	case !plainNode(t.At.Node) || !plainNode(t.From):
		return wrong("that is no name of a node")
	case t.Stream > Downstream:
		return wrong("there is no such stream")
	case t.Toxicity < 0 || t.Toxicity > netsim.All:
		return wrong("a toxicity is from 0 to all")
	}
	return nil
}
