package netsim

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// two is a net of a and b with one connection.
func two(t testing.TB, source *choice.Source, link string) (*Net, Conn) {
	t.Helper()
	k, err := ParseLink(link)
	if err != nil {
		t.Fatal(err)
	}
	n := New(source)
	n.SetAll(k)
	return n, n.Open(n.Add("a"), n.Add("b"), 0)
}

func injectText(t testing.TB, n *Net, text string) FaultID {
	t.Helper()
	f, err := ParseFault(text)
	if err != nil {
		t.Fatal(err)
	}
	id, _, err := n.Inject(f)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

const ms = time.Millisecond

func TestRoute_dull(t *testing.T) {
	n, c := two(t, nil, "latency=2ms..5ms jitter=0..1ms loss=30%")
	for i, want := range []time.Duration{2 * ms, 2*ms + 1, 2*ms + 2, 5 * ms} {
		now := time.Duration(i / 3 * 3 * int(ms))
		if v := n.Route(now, c, 0, Packet{}); v != (Verdict{want, uint64(i), Travels}) {
			t.Errorf("signal %d: %v", i, v)
		}
	}
	if n.InFlight(c, 0) != 4 || n.InFlight(c, 1) != 0 {
		t.Error(n.InFlight(c, 0), n.InFlight(c, 1))
	}
}

// Each direction is a link of its own.
func TestRoute_asymmetric(t *testing.T) {
	n, c := two(t, nil, "latency=1ms")
	n.Set(0, 1, Link{Latency: Fixed(7 * ms)})
	if there, back := n.Route(0, c, 0, Packet{}).At, n.Route(0, c, 1, Packet{}).At; there != 7*ms || back != ms {
		t.Error(there, back)
	}
}

// A slow wire makes queues, and connections share it; a full queue takes nothing more until there is room.
func TestRoute_bandwidth(t *testing.T) {
	n, c := two(t, nil, "latency=1ms bandwidth=1MB/s queue=3kB")
	d := n.Open(0, 1, 0)
	for i, want := range []Verdict{
		{2 * ms, 0, Travels}, {3 * ms, 0, Travels}, {4 * ms, 1, Travels}, {ms, 0, Full}, {5 * ms, 2, Travels},
	} {
		now := time.Duration(0)
		if i == 4 {
			now = ms
		}
		if v := n.Route(now, []Conn{c, d}[i%2], 0, Packet{Size: 1000}); v != want {
			t.Errorf("signal %d: %v, want %v", i, v, want)
		}
	}
	if v := n.Route(time.Second, c, 0, Packet{Size: 1e6}); v.Fate != Travels || v.At != 2*time.Second+ms {
		t.Errorf("one larger than the queue finds it empty: %v", v)
	}
}

// A packet lost is a delay; too many are a broken connection, and what is sent after is lost too.
func TestRoute_loss(t *testing.T) {
	losses := []uint64{0, lossGrain - 1, 0, lossGrain - lossGrain/4, lossGrain/2 - 1}
	i := 0
	source := choice.From(func(k choice.Key, of uint64) uint64 {
		if k.Domain != choice.Fault {
			return 0
		}
		i++
		return losses[i-1]
	})
	n, c := two(t, source, "latency=1ms loss=50% retries=2 rto=10ms")
	if v := n.Route(0, c, 0, Packet{}); v.At != ms {
		t.Error(v)
	}
	if v := n.Route(0, c, 1, Packet{}); v.Fate != Broken || v.At != 71*ms {
		t.Error("three lost of three:", v)
	}
	if v := n.Route(0, c, 1, Packet{}); v.Fate != Lost {
		t.Error("after that:", v)
	}
	if v := n.Route(0, c, 0, Packet{}); v.Fate != Travels {
		t.Error("the other direction does not know:", v)
	}
	if v := n.Route(time.Second, c, 0, Packet{}); v.At != time.Second+31*ms {
		t.Error("two lost:", v)
	}
	if v := n.Route(2*time.Second, c, 0, Packet{}); v.At != 2*time.Second+ms {
		t.Error("none lost:", v)
	}
	if tr := n.Traffic(); tr.Retransmitted != 4 || tr.Broken != 1 || tr.Lost != 1 {
		t.Errorf("%+v", tr)
	}
}

// A jam holds, and what it held arrives in order, before what was sent after and behind what was under way.
func TestJam(t *testing.T) {
	n, c := two(t, nil, "latency=5ms")
	before := n.Route(0, c, 0, Packet{})
	late := n.Route(9*ms, c, 0, Packet{})
	id := injectText(t, n, "jam at oneway(a -> b)")
	if !n.Reachable(0, 1) {
		t.Error("jammed is not parted")
	}
	one := n.Route(10*ms, c, 0, Packet{})
	if v := n.Route(10*ms, c, 1, Packet{}); v.Fate != Travels {
		t.Error("one way only:", v)
	}
	stuck := n.Arrive(before.At, c, 0, before.Seq, 0)
	if one.Fate != Held || stuck.Fate != Held {
		t.Fatal(one, stuck)
	}
	lanes := n.Heal(id)
	if !slices.Equal(lanes, []Lane{{c, 0}}) {
		t.Fatal(lanes)
	}
	now := 11 * ms
	r0, r2 := n.Resume(now, c, 0, stuck.Seq, 0), n.Resume(now, c, 0, one.Seq, 0)
	after := n.Route(now, c, 0, Packet{})
	if v := n.Arrive(late.At, c, 0, late.Seq, 0); v.Fate != Travels || v.At <= after.At {
		t.Errorf("sent second, it came up first: %v", v)
	}
	if v := n.Arrive(r0.At, c, 0, r0.Seq, 0); v.Fate != Arrives || r0.At != 16*ms || r2.At != 16*ms+1 {
		t.Error(v, r0, r2)
	}
}

// A jam fills queues, and its heal names the lane.
func TestJam_full(t *testing.T) {
	n, c := two(t, nil, "queue=1kB")
	id := injectText(t, n, "cut at groups(a | b)")
	if v := n.Route(0, c, 0, Packet{Size: 5000}); v.Fate != Held {
		t.Error("an empty queue takes anything:", v)
	}
	if v := n.Route(0, c, 0, Packet{Size: 1}); v.Fate != Full || v.At != Never {
		t.Error(v)
	}
	if lanes := n.Heal(id); len(lanes) != 1 {
		t.Error(lanes)
	}
}

// NK12: "Lost connection loses any suffix of signals in flight per direction independently."
func TestBreak_anySuffix(t *testing.T) {
	seen := map[[2]int]bool{}
	for seed := range uint64(2000) {
		n, c := two(t, choice.New(seed), "latency=1ms")
		for range 3 {
			n.Route(0, c, 0, Packet{})
			n.Route(0, c, 1, Packet{})
		}
		notices := n.Break(0, c)
		if notices[0].To != 0 || notices[1].To != 1 || notices[0].Fate != Travels {
			t.Fatal(notices)
		}
		seen[[2]int{notices[0].Lost, notices[1].Lost}] = true
	}
	if len(seen) != 16 {
		t.Errorf("%d of 16 ways to lose", len(seen))
	}
	n, c := two(t, nil, "latency=1ms")
	n.Route(0, c, 0, Packet{})
	if v := n.Break(0, c); v[1].Lost != 0 || v[1].At <= ms || v[0].At != 0 {
		t.Error("dull:", v)
	}
}

// A reset breaks what is open across it, in order of the ends, and refuses what is new.
func TestReset(t *testing.T) {
	n := New(nil)
	for _, name := range []string{"a", "b", "c"} {
		n.Add(name)
	}
	bc, ca, ab := n.Open(1, 2, 0), n.Open(2, 0, 0), n.Open(0, 1, 0)
	f, _ := ParseFault("reset at oneway(a -> others)")
	id, broken, err := n.Inject(f)
	if err != nil || !slices.Equal(broken, []Conn{ab, ca}) {
		t.Error(broken, err)
	}
	if v := n.Route(0, bc, 1, Packet{}); v.Fate != Travels {
		t.Error(v)
	}
	fresh := n.Open(0, 1, 0)
	if v := n.Route(5, fresh, 0, Packet{}); v.Fate != Broken || v.At != 5 {
		t.Error(v)
	}
	n.Heal(id)
	if v := n.Route(5, n.Open(0, 1, 0), 0, Packet{}); v.Fate != Travels {
		t.Error(v)
	}
}

// dumb is Route said simply, for links without cuts: one lane, all faults in a list.
type dumb struct {
	source     *choice.Source
	id         uint64
	link       Link
	faults     []Fault
	salts      []uint64
	last, busy time.Duration
	sent       uint64
}

func (d *dumb) route(now time.Duration, size int) (at time.Duration, broken bool) {
	draw := func(x Delay, salt uint64) time.Duration {
		return x.Draw(d.source, choice.Key{Domain: choice.Latency, ID: d.id ^ salt, N: d.sent})
	}
	flight := draw(d.link.Latency, 0)
	if d.link.Jitter != (Delay{}) {
		flight += draw(d.link.Jitter, jitterSalt)
	}
	slow, loss, rate := time.Duration(1), d.link.Loss, d.link.Bandwidth
	for i, f := range d.faults {
		if f.Harm.Latency != (Delay{}) {
			flight += draw(f.Harm.Latency, d.salts[i])
		}
		slow *= time.Duration(max(1, f.Harm.Slow))
		loss = min(All, loss+f.Harm.Loss)
		if r := f.Harm.Bandwidth; r != 0 && (rate == 0 || r < rate) {
			rate = r
		}
	}
	flight *= slow
	retries, wait := 15, 200*ms
	if d.link.Retries != 0 {
		retries = d.link.Retries
	}
	answer := uint64(0)
	if loss > 0 {
		answer = uint64(d.source.Choose(choice.Key{Domain: choice.Fault, ID: d.id, N: d.sent}, lossGrain))
	}
	likely := uint64(lossGrain)
	for try := 0; ; try++ {
		likely = likely * uint64(loss) / uint64(All)
		if lossGrain-1-answer >= min(likely, lossGrain-1) {
			break
		}
		flight += wait
		if wait = min(2*wait, 2*time.Minute); try == retries {
			return now + flight, true
		}
	}
	off := now
	if rate != 0 {
		d.busy = max(now, d.busy) + time.Duration(size)*time.Second/time.Duration(rate)*slow
		off = d.busy
	}
	d.last = max(off+flight, d.last+1)
	d.sent++
	return d.last, false
}

// Route is what its dumb twin says.
func TestRoute_twin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		delay := rapid.SampledFrom([]Delay{{}, Fixed(ms), Uniform(0, 3*ms), Exponential(2 * ms), LogNormal(ms, 9*ms),
			Bimodal(Fixed(ms), Exponential(ms*100), 100_000)})
		rate := rapid.SampledFrom([]Rate{0, 1e6, 1e9, 125_000})
		share := rapid.SampledFrom([]Share{0, 1, 10_000, 500_000, All})
		k := Link{Latency: delay.Draw(t, "latency"), Jitter: delay.Draw(t, "jitter"), Bandwidth: rate.Draw(t, "bandwidth"),
			Loss: share.Draw(t, "loss"), Retries: rapid.IntRange(0, 3).Draw(t, "retries")}
		seed := rapid.Uint64().Draw(t, "seed")
		n := New(choice.New(seed))
		n.SetAll(k)
		c := n.Open(n.Add("a"), n.Add("b"), 0)
		twin := &dumb{source: choice.New(seed), id: choice.ID("link", "a", "b"), link: k, last: -1}
		for i := range rapid.IntRange(0, 3).Draw(t, "faults") {
			f := Fault{"f", Harm{Slow: rapid.IntRange(1, 5).Draw(t, "slow"), Latency: delay.Draw(t, "more"),
				Loss: share.Draw(t, "loss") / 2, Bandwidth: rate.Draw(t, "rate")},
				OneWay([]string{"a"}, []string{"b"})}
			if _, _, err := n.Inject(f); err != nil {
				t.Fatal(err)
			}
			twin.faults = append(twin.faults, f)
			twin.salts = append(twin.salts, choice.Child(choice.ID("fault", "f"), "injection", uint32(i)))
		}
		now := time.Duration(0)
		for range rapid.IntRange(1, 20).Draw(t, "signals") {
			now += time.Duration(rapid.IntRange(0, 5e6).Draw(t, "pause"))
			size := rapid.IntRange(0, 3000).Draw(t, "size")
			v := n.Route(now, c, 0, Packet{Size: size})
			at, broken := twin.route(now, size)
			if v.At != at || (v.Fate == Broken) != broken {
				t.Fatalf("%v, its twin says %v %v", v, at, broken)
			}
			if broken {
				return
			}
		}
	})
}

// Adding nodes, links, connections, or signals with identities of their own moves no draw of others.
func TestRoute_drawsStay(t *testing.T) {
	run := func(more bool) (ats []time.Duration) {
		n := New(choice.New(5))
		n.SetAll(Link{Latency: Uniform(0, time.Second), Jitter: Uniform(0, ms), Loss: 10_000})
		if more {
			n.Add("x")
		}
		a, b := n.Add("a"), n.Add("b")
		c := n.Open(a, b, 0)
		for i := range uint64(50) {
			now := time.Duration(i) * time.Hour // so that order moves nothing
			if more {
				x, _ := n.Node("x")
				n.Route(now, n.Open(x, b, 0), x, Packet{})
				n.Route(now, c, b, Packet{})
				n.Route(now, c, a, Packet{ID: 77, N: i})
				now += time.Minute
			}
			ats = append(ats, n.Route(now, c, a, Packet{ID: 99, N: i}).At-now)
		}
		return ats
	}
	if alone, crowded := run(false), run(true); !slices.Equal(alone, crowded) {
		t.Errorf("%v\n%v", alone, crowded)
	}
}

// No key is asked twice, whatever happens.
func TestKeysAreUnique(t *testing.T) {
	source := choice.New(3)
	source.Unique() // it panics
	n := New(source)
	n.SetAll(Link{Latency: Exponential(ms), Jitter: Exponential(ms), Loss: 300_000, Retries: 1, RTO: ms})
	for _, name := range fiveNodes {
		n.Add(name)
	}
	if _, err := n.AddRule(Rule{Kind: "k", Action: DelayIt, Delay: Exponential(ms)}); err != nil {
		t.Fatal(err)
	}
	add := "f: latency=exp(1ms) at groups(a | others)"
	for i := range 40 {
		now := time.Duration(i) * time.Second
		one, other := injectText(t, n, add), injectText(t, n, add)
		c, d := n.Open(Node(i%5), Node((i+1)%5), 0), n.Open(Node(i%5), Node(i%5), 0)
		for range 10 {
			n.Route(now, c, Node(i%5), Packet{Kind: "k"})
			n.Route(now, c, Node((i+1)%5), Packet{})
			n.Route(now, d, Node(i%5), Packet{})
			n.Route(now, d, Self(Node(i%5)), Packet{})
		}
		jam := injectText(t, n, "jam at isolate(a)")
		e := n.Open(0, 1, 0)
		held := n.Route(now, e, 0, Packet{})
		n.Heal(jam)
		n.Resume(now, e, 0, held.Seq, 0)
		n.Close(now, c, Node(i%5))
		n.Vanish(now, d, Node(i%5))
		n.Break(now, e)
		n.Break(now, d)
		n.Heal(one)
		n.Heal(other)
	}
}

// What seeds mean is frozen.
func TestGolden_route(t *testing.T) {
	k, _ := ParseLink("latency=lognormal(p50=2ms,p99=25ms) jitter=0..1ms bandwidth=1MB/s queue=64KiB loss=3% retries=3")
	n := New(choice.New(42))
	n.SetAll(k)
	for _, name := range fiveNodes {
		n.Add(name)
	}
	h := hash(14695981039346656037)
	for i := range 2000 {
		now := time.Duration(i) * ms
		a := Node(i % 5)
		c := n.Open(a, Node(i/5%5), 0)
		for j := range 5 {
			v := n.Route(now, c, a, Packet{Size: i % 700})
			h.note(uint64(v.At), v.Seq, uint64(v.Fate))
			if j == 2 {
				for _, notice := range n.Break(now, c) {
					h.note(uint64(notice.At), uint64(notice.Lost))
				}
			}
		}
	}
	if h != goldenRoute {
		t.Errorf("hash is %#x, want %#x", uint64(h), uint64(goldenRoute))
	}
}

// In the steady state nothing is allocated.
func TestAlloc(t *testing.T) {
	for _, l := range benchLinks {
		k, err := ParseLink(l.link)
		if err != nil {
			t.Fatal(err)
		}
		n, conns := mesh(3, k)
		if _, err := n.AddRule(Rule{Kind: "x", Action: Drop, When: func(p Packet) bool { return p.Body != nil }}); err != nil {
			t.Fatal(err)
		}
		now := time.Duration(0)
		allocs := testing.AllocsPerRun(1000, func() {
			now += time.Second
			v := n.Route(now, conns[0], 1, Packet{Size: 40, Kind: "x"})
			n.Arrive(v.At, conns[0], 1, v.Seq, 40)
			c := n.Open(0, 1, 0)
			n.Close(now, c, 0)
			n.Close(now, c, 1)
			n.Arrive(now, c, 0, 0, 0)
		})
		if allocs > 0 {
			t.Errorf("%s: %v allocations", l.name, allocs)
		}
	}
}

// A Net that was Reset is as new.
func TestReset_inPlace(t *testing.T) {
	run := func(n *Net) (h hash) {
		for _, name := range []string{"a", "b", "c"} {
			n.Add(name)
		}
		n.SetAll(Link{Latency: Exponential(ms)})
		id := injectText(t, n, "cut at groups(a | b)")
		c := n.Open(0, 2, 0)
		for range 20 {
			h.note(uint64(n.Route(0, c, 0, Packet{}).At))
		}
		n.Heal(id)
		h.note(uint64(len(n.Efficacy())), uint64(n.Nodes()), n.Traffic().Routed)
		return h
	}
	n := New(choice.New(1))
	first := run(n)
	stale := n.Open(0, 1, 0)
	n.Reset(choice.New(1))
	if second := run(n); first != second {
		t.Error("Reset is not as New")
	}
	if n.Alive(stale, 0) {
		t.Error("a connection outlives Reset")
	}
}

func TestPanics(t *testing.T) {
	n, c := two(t, nil, "latency=1ms")
	for name, f := range map[string]func(){
		"a name twice":        func() { n.Add("a") },
		"no name":             func() { n.Add("a b") },
		"a stranger":          func() { n.Route(0, c, 7, Packet{}) },
		"no connection":       func() { n.Route(0, Conn{}, 0, Packet{}) },
		"resume of nothing":   func() { n.Resume(0, c, 0, 0, 0) },
		"no such fault":       func() { n.Heal(9) },
		"no such rule":        func() { n.RemoveRule(0) },
		"impossible link":     func() { n.SetAll(Link{Loss: -1}) },
		"impossible delay":    func() { Uniform(5, 1) },
		"ended twice":         func() { n.Close(0, c, 0); n.Close(0, c, 0) },
		"sent after the end":  func() { n.Route(0, c, 0, Packet{}) },
		"choice of choices":   func() { d := Bimodal(Fixed(1), Fixed(2), 5); Bimodal(d, Fixed(1), 5) },
		"quantile beyond":     func() { Fixed(1).Quantile(Grain) },
		"share beyond":        func() { Bimodal(Fixed(1), Fixed(2), All+1) },
		"quantile before all": func() { Fixed(1).Quantile(-1) },
	} {
		if name == "sent after the end" {
			if n.Alive(c, 0) {
				n.Close(0, c, 0)
			}
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

// What survives a break was past all cuts, and so is the news of it.
func TestBreak_throughACut(t *testing.T) {
	n, c := two(t, nil, "latency=1ms")
	v := n.Route(0, c, 0, Packet{})
	injectText(t, n, "reset at groups(a | b)")
	news := n.Break(0, c)[1]
	if got := n.Arrive(v.At, c, 0, v.Seq, 0); got.Fate != Arrives {
		t.Error(got)
	}
	if got := n.Arrive(news.At, c, 0, news.Seq, 0); got.Fate != Ends || n.Alive(c, 1) || !n.Alive(c, 0) {
		t.Error(got)
	}
	// A connection that was refused: its sender closes it, and the other end hears.
	d := n.Open(0, 1, 0)
	n.Route(0, d, 0, Packet{})
	news = n.Close(0, d, 0)[1]
	if got := n.Arrive(news.At, d, 0, news.Seq, 0); got.Fate != Ends {
		t.Error(news, got)
	}
}

// A silent cut keeps the news of the end too.
func TestClose_behindACut(t *testing.T) {
	n, c := two(t, nil, "latency=1ms")
	id := injectText(t, n, "cut at groups(a | b)")
	n.Route(0, c, 0, Packet{})
	v := n.Close(0, c, 0)
	if v[1].Fate != Held || v[1].Lost != 1 || v[0].Fate != Ends {
		t.Fatal(v)
	}
	if lost := n.Route(0, c, 1, Packet{}); lost.Fate != Lost {
		t.Error("the other end sends into the void:", lost)
	}
	if lanes := n.Heal(id); !slices.Equal(lanes, []Lane{{c, 0}}) {
		t.Fatal(lanes)
	}
	news := n.Resume(ms, c, 0, v[1].Seq, 0)
	if got := n.Arrive(news.At, c, 0, news.Seq, 0); got.Fate != Ends || got.At != 2*ms {
		t.Error(got)
	}
}

// One that comes up before its turn waits with those before it, if they are held: it would come up again
// for ever.
func TestArrive_behindWhatIsHeld(t *testing.T) {
	n, c := two(t, nil, "latency=1ms")
	one, two := n.Route(0, c, 0, Packet{}), n.Route(0, c, 0, Packet{})
	id := injectText(t, n, "jam at groups(a | b)")
	n.Arrive(one.At, c, 0, one.Seq, 0)
	n.Heal(id)
	if v := n.Arrive(two.At, c, 0, two.Seq, 0); v.Fate != Held {
		t.Error(v)
	}
}

// Settings and faults stay where they are as the net grows, and settings may change under a fault.
func TestNet_grows(t *testing.T) {
	n, c := two(t, nil, "latency=1ms")
	n.Set(0, 1, Link{Latency: Fixed(2 * ms)})
	id := injectText(t, n, "slow=10 at groups(a | b)")
	for i := range 100 {
		n.Add(fmt.Sprint(i))
	}
	if n.Link(0, 1).Latency != Fixed(2*ms) || n.Link(1, 0).Latency != Fixed(ms) || n.Link(50, 60).Latency != Fixed(ms) {
		t.Error(n.Link(0, 1), n.Link(1, 0))
	}
	n.Set(0, 1, Link{Latency: Fixed(3 * ms)})
	if v := n.Route(0, c, 0, Packet{}); v.At != 30*ms {
		t.Error(v)
	}
	if v := n.Route(0, n.Open(0, 1, 0), 0, Packet{}); v.At != 30*ms {
		t.Error(v)
	}
	n.SetAll(Link{Latency: Fixed(4 * ms)})
	if v := n.Route(ms, c, 1, Packet{}); v.At != 41*ms {
		t.Error(v)
	}
	n.Heal(id)
	if v := n.Route(ms*50, c, 1, Packet{}); v.At != 54*ms || n.Link(70, 80).Latency != Fixed(4*ms) {
		t.Error(v)
	}
}
