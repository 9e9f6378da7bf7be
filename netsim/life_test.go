package netsim

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// world is a caller of a Net, as dumb as can be: lists that are searched. It keeps the
// books of every signal, and so tells whether what the Net promises is true.
type world struct {
	t      *rapid.T
	n      *Net
	count  map[Fate]int
	now    time.Duration
	timers []timer
	conns  []*twinConn
	faults []injected // active ones
}

type timer struct {
	at   time.Duration
	c    *twinConn
	side int
	seq  uint64
}

type injected struct {
	id    FaultID
	fault Fault
}

type twinConn struct {
	conn  Conn
	ends  [2]Node
	ended [2]bool
	lanes [2]twinLane
}

type twinLane struct {
	sent    []time.Duration // by number
	sizes   []int
	notices []uint64
	held    []uint64
	arrived []uint64
	last    time.Duration // arrival
	lost    int           // said to be, in notices
	stray   bool          // broken: cuts do not stop it any more
	over    bool          // a notice of it has arrived, or its receiver is gone
}

func newWorld(t *rapid.T, seed uint64, k Link) *world {
	w := &world{t: t, n: New(choice.New(seed)), count: map[Fate]int{}}
	w.n.SetAll(k)
	for _, name := range fiveNodes {
		w.n.Add(name)
	}
	return w
}

// covers says whether a fault is on an edge, by looking through its list.
func (w *world) covers(f Fault, from, to Node) bool {
	edges, err := f.Where.Edges(fiveNodes)
	if err != nil {
		w.t.Fatal(err)
	}
	return slices.Contains(edges, Edge{from, to})
}

func (w *world) any(from, to Node, of func(Harm) bool) bool {
	return slices.ContainsFunc(w.faults, func(i injected) bool { return of(i.fault.Harm) && w.covers(i.fault, from, to) })
}

func (w *world) link(c *twinConn, side int) (from, to Node) {
	return host(c.ends[side]), host(c.ends[1-side])
}

func (w *world) blocked(c *twinConn, side int) bool {
	from, to := w.link(c, side)
	return w.any(from, to, Harm.blocks)
}

func (w *world) open(a, b Node) {
	c := &twinConn{conn: w.n.Open(a, b, 0), ends: [2]Node{a, b}}
	if a == b {
		c.ends[1] = Self(b)
	}
	c.lanes[0].last, c.lanes[1].last = -1, -1
	w.conns = append(w.conns, c)
}

func (w *world) send(c *twinConn, side, size int) {
	if c.ended[side] {
		return
	}
	v := w.n.Route(w.now, c.conn, c.ends[side], Packet{Size: size})
	l := &c.lanes[side]
	w.count[v.Fate]++
	switch v.Fate {
	case Travels:
		w.accept(l, v, size)
		w.schedule(c, side, v)
	case Held:
		if !w.blocked(c, side) {
			w.t.Fatalf("%v, but nothing blocks", v)
		}
		w.accept(l, v, size)
		l.held = append(l.held, v.Seq)
	case Broken:
		w.timers = append(w.timers, timer{v.At, c, side, none})
		w.sort()
	case Lost, Full:
		if v.At < w.now {
			w.t.Fatalf("%v at %v", v, w.now)
		}
	default:
		w.t.Fatalf("Route answers %v", v)
	}
	if v.Fate == Travels && w.blocked(c, side) {
		w.t.Fatalf("%v through a cut", v)
	}
}

func (w *world) accept(l *twinLane, v Verdict, size int) {
	if v.Seq != uint64(len(l.sent)) {
		w.t.Fatalf("number %d, want %d", v.Seq, len(l.sent))
	}
	l.sent = append(l.sent, w.now)
	l.sizes = append(l.sizes, size)
}

func (w *world) schedule(c *twinConn, side int, v Verdict) {
	if v.At < w.now {
		w.t.Fatalf("%v goes into the past: it is %v", v, w.now)
	}
	w.timers = append(w.timers, timer{v.At, c, side, v.Seq})
	w.sort()
}

func (w *world) sort() {
	slices.SortStableFunc(w.timers, func(a, b timer) int { return int(min(1, max(-1, a.at-b.at))) })
}

// advance lets time pass, and what is due come up.
func (w *world) advance(until time.Duration) {
	for steps := 0; len(w.timers) > 0 && w.timers[0].at <= until; steps++ {
		if steps > 100_000 {
			w.t.Fatal("no end of it")
		}
		one := w.timers[0]
		w.timers = w.timers[1:]
		w.now = max(w.now, one.at)
		w.pop(one)
	}
	w.now = max(w.now, until)
}

func (w *world) pop(one timer) {
	c := one.c
	if one.seq == none { // its sender gives up
		if w.n.Alive(c.conn, c.ends[one.side]) != !c.ended[one.side] {
			w.t.Fatal("Alive is wrong")
		}
		w.end(c, one.side, w.n.Close)
		return
	}
	blocked := w.blocked(c, one.side)
	w.settle(c, one.side, w.n.Arrive(w.now, c.conn, c.ends[one.side], one.seq, c.lanes[one.side].sizes[one.seq]), blocked)
}

// settle does as Arrive or Resume have said.
func (w *world) settle(c *twinConn, side int, v Verdict, blocked bool) {
	l := &c.lanes[side]
	w.count[v.Fate]++
	switch v.Fate {
	case Travels:
		w.schedule(c, side, v)
	case Held:
		l.held = append(l.held, v.Seq)
	case Arrives, Ends:
		if blocked && !l.stray {
			w.t.Fatalf("%v arrives through a cut", v)
		}
		if l.over {
			w.t.Fatalf("%v after the end", v)
		}
		if v.Fate == Ends {
			if len(l.held) > 0 {
				w.t.Fatalf("the end has come, and %v are held", l.held)
			}
			l.over, c.ended[1-side] = true, true
			break
		}
		if w.now <= l.last || w.now < l.sent[v.Seq] || v.Seq != uint64(len(l.arrived)) {
			w.t.Fatalf("%v arrives at %v, after %d others, the last at %v, and was sent at %v", v, w.now,
				len(l.arrived), l.last, l.sent[v.Seq])
		}
		l.last = w.now
		l.arrived = append(l.arrived, v.Seq)
	case Lost:
	default:
		w.t.Fatalf("Arrive answers %v", v)
	}
}

// end ends c for one side, by Close, Vanish or Break, if it does not know already.
func (w *world) end(c *twinConn, side int, how func(time.Duration, Conn, Node) [2]Notice) {
	if c.ended[side] {
		return
	}
	w.told(c, how(w.now, c.conn, c.ends[side]))
}

// told forgets what is held, and heeds the notices.
func (w *world) told(c *twinConn, notices [2]Notice) {
	for _, v := range notices {
		side := 0 // of the lane to v.To
		if v.To == c.ends[0] {
			side = 1
		}
		l := &c.lanes[side]
		l.lost += v.Lost
		l.held = nil
		switch v.Fate {
		case Ends:
			c.ended[1-side], l.over = true, true
		case Travels:
			l.stray = l.stray || w.blocked(c, side)
			w.accept(l, v.Verdict, 0)
			l.notices = append(l.notices, v.Seq)
			w.schedule(c, side, v.Verdict)
		case Held:
			l.held = []uint64{v.Seq}
			w.accept(l, v.Verdict, 0)
			l.notices = append(l.notices, v.Seq)
		}
	}
}

func (w *world) inject(f Fault) {
	id, broken, err := w.n.Inject(f)
	if err != nil {
		w.t.Fatal(err)
	}
	w.faults = append(w.faults, injected{id, f})
	for _, conn := range slices.Clone(broken) {
		i := slices.IndexFunc(w.conns, func(c *twinConn) bool { return c.conn == conn })
		w.breakUp(w.conns[i])
	}
	w.check()
}

func (w *world) breakUp(c *twinConn) {
	if c.ended[0] && c.ended[1] {
		return
	}
	notices := w.n.Break(w.now, c.conn)
	for i, v := range notices {
		if v.Fate == Travels {
			c.lanes[1-i].stray = true
		}
	}
	w.told(c, notices)
}

func (w *world) heal(i int) {
	one := w.faults[i]
	w.faults = slices.Delete(w.faults, i, i+1)
	lanes := slices.Clone(w.n.Heal(one.id))
	if w.n.Active(one.id) {
		w.t.Fatal("a healed fault is active")
	}
	for _, lane := range lanes {
		j := slices.IndexFunc(w.conns, func(c *twinConn) bool { return c.conn == lane.Conn })
		c := w.conns[j]
		side := slices.Index(c.ends[:], lane.From)
		l := &c.lanes[side]
		if len(l.held) == 0 || w.blocked(c, side) {
			w.t.Fatalf("%v was set free, but holds %v", lane, l.held)
		}
		w.resume(c, side)
	}
	w.check()
}

func (w *world) resume(c *twinConn, side int) {
	l := &c.lanes[side]
	held := l.held
	l.held = nil
	for _, seq := range held {
		w.settle(c, side, w.n.Resume(w.now, c.conn, c.ends[side], seq, l.sizes[seq]), w.blocked(c, side))
	}
}

// check compares what is cut, and that nothing is left held that could go.
func (w *world) check() {
	for a := range Node(len(fiveNodes)) {
		for b := range Node(len(fiveNodes)) {
			if got, want := w.n.Reachable(a, b), !w.any(a, b, Harm.parts); got != want {
				w.t.Fatalf("%d to %d: reachable is %v", a, b, got)
			}
		}
	}
	for _, c := range w.conns {
		for side := range c.lanes {
			if len(c.lanes[side].held) > 0 && !w.blocked(c, side) {
				w.t.Fatalf("forgotten: %v", c.lanes[side].held)
			}
		}
	}
}

// finish heals everything, lets all arrive, ends what is open, and balances the books.
func (w *world) finish() {
	for len(w.faults) > 0 {
		w.heal(0)
	}
	w.advance(Never)
	for _, c := range w.conns {
		for side := range c.lanes {
			l := &c.lanes[side]
			if !c.ended[0] && !c.ended[1] && len(l.arrived) != len(l.sent) {
				w.t.Fatalf("a hole: %d sent, %d arrived on a connection that is open", len(l.sent), len(l.arrived))
			}
		}
	}
	for _, c := range w.conns {
		for side := range c.ended {
			w.end(c, side, w.n.Close)
		}
	}
	w.advance(Never)
	for i, c := range w.conns {
		for side := range c.lanes {
			l := &c.lanes[side]
			if len(l.sent)-len(l.notices) != len(l.arrived)+l.lost {
				w.t.Fatalf("connection %d from %d: sent %d and %d notices, arrived %d, lost %d", i, side, len(l.sent),
					len(l.notices), len(l.arrived), l.lost)
			}
		}
		if w.n.Alive(c.conn, c.ends[0]) {
			w.t.Fatal("it lives")
		}
	}
	if len(w.n.free) != len(w.n.conns) {
		w.t.Fatalf("%d of %d connections were freed", len(w.n.free), len(w.n.conns))
	}
	for i := range w.n.links {
		if k := &w.n.links[i]; k.now != k.base || len(k.faults) != 0 {
			w.t.Fatal("a link is not as it was")
		}
	}
}

// step does one thing.
func (w *world) step() {
	t := w.t
	pick := func() *twinConn { return w.conns[rapid.IntRange(0, len(w.conns)-1).Draw(t, "conn")] }
	side := rapid.IntRange(0, 1).Draw(t, "side")
	switch op := rapid.IntRange(0, 19).Draw(t, "op"); {
	case op == 0 || len(w.conns) == 0:
		node := rapid.Uint32Range(0, 4)
		w.open(Node(node.Draw(t, "a")), Node(node.Draw(t, "b")))
	case op == 1:
		w.inject(Fault{"f", genHarm().Draw(t, "harm"), genPartition(fiveNodes).Draw(t, "where")})
	case op == 2:
		if len(w.faults) > 0 {
			w.heal(rapid.IntRange(0, len(w.faults)-1).Draw(t, "fault"))
		}
	case op == 3:
		w.end(pick(), side, w.n.Close)
	case op == 4:
		w.end(pick(), side, w.n.Vanish)
	case op == 5:
		w.breakUp(pick())
	case op < 10:
		w.advance(w.now + time.Duration(rapid.IntRange(0, 2000).Draw(t, "µs"))*time.Microsecond)
	default:
		c := pick()
		for range rapid.IntRange(1, 4).Draw(t, "times") {
			w.send(c, side, rapid.IntRange(0, 2000).Draw(t, "size"))
		}
	}
}

// Whatever happens: what arrives is in order and not in the past, no cut lets anything through, a
// live connection has no hole, of an ended one a suffix is lost and the numbers are right, and all is as it was
// in the end.
func TestLife(t *testing.T) {
	fates := map[Fate]int{}
	for _, link := range []string{"latency=0..1ms", "latency=1ms", "latency=0s",
		"latency=exp(300us) jitter=0..1ms bandwidth=1MB/s queue=4kB loss=20% retries=2 rto=300us"} {
		k, err := ParseLink(link)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(link, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				w := newWorld(t, rapid.Uint64().Draw(t, "seed"), k)
				for range rapid.IntRange(0, 100).Draw(t, "steps") {
					w.step()
				}
				w.finish()
				for f, n := range w.count {
					fates[f] += n
				}
			})
		})
	}
	for f := range Fate(len(fateNames)) {
		if fates[f] == 0 {
			t.Errorf("nothing was ever %v: %v", f, fates)
		}
	}
}
