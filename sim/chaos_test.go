package sim_test

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/term"
)

var (
	chaosRuns = flag.Uint64("seeds", 300, "how many random clusters TestChaos runs")
	chaosFrom = flag.Uint64("from", 0, "the seed of the first of them")
)

// chaos is a random cluster in which everything breaks, and what must hold all the same.
type chaos struct {
	*sim.World
	seed   uint64
	nodes  []sim.Atom
	names  []string
	wrong  []string
	draws  uint64
	faults []netsim.FaultID
	calm   bool // nobody begins anything any more
}

func (c *chaos) draw(n int) int {
	c.draws++
	return c.Choose(choice.Key{Domain: choice.Plan, ID: 77, N: c.draws}, n)
}

func (c *chaos) fail(format string, args ...any) {
	if len(c.wrong) < 5 {
		c.wrong = append(c.wrong, fmt.Sprintf("seed %d at %v: ", c.seed, c.View().Now())+fmt.Sprintf(format, args...))
	}
}

type numbered struct{ N int }
type question struct {
	From sim.PID
	N    int
}

const chaosWorkers = 3

func (c *chaos) boot(p *sim.Proc) {
	for i := range chaosWorkers {
		p.Spawn(fmt.Sprint("keeper", i), func(p *sim.Proc) {
			for {
				_, ref := p.SpawnMonitor("worker", func(p *sim.Proc) { c.work(p, sim.Name(fmt.Sprint("w", i))) })
				sim.Receive(p, func(m any) (bool, bool) { d, is := m.(sim.Down); return true, is && d.Ref == ref })
				p.Sleep(50 * time.Millisecond)
			}
		})
	}
	p.Spawn("watcher", c.watch)
}

// watch: I9, nodeup and nodedown of a node alternate.
func (c *chaos) watch(p *sim.Proc) {
	up := map[sim.Atom]bool{}
	p.MonitorNodes(true, sim.NodeMonitor{Kind: sim.ConnectedNodes})
	for {
		switch m, _ := sim.Any(p); m := m.(type) {
		case sim.NodeUp:
			if up[m.Node] {
				c.fail("I9: %v heard twice that %v is up", p.Node(), m.Node)
			}
			up[m.Node] = true
		case sim.NodeDown:
			if !up[m.Node] {
				c.fail("I9: %v heard that %v is down and not that it was up", p.Node(), m.Node)
			}
			up[m.Node] = false
		}
	}
}

// work does anything to anybody.
func (c *chaos) work(p *sim.Proc, name sim.Name) {
	p.Register(name, p.Self())
	p.TrapExit(p.Rand(2) == 0)
	var known []sim.PID
	var refs []sim.Ref
	last := map[sim.PID]int{}
	sent := map[sim.PID]int{}
	ended := map[sim.Ref]bool{}
	heard := func(m any) {
		switch m := m.(type) {
		case numbered, question, answerTo:
		case sim.Down:
			if ended[m.Ref] {
				c.fail("I2: %v had a second down, or one after demonitor with flush: %v", p.Self(), term.Format(m))
			}
			ended[m.Ref] = true
			refs = slices.DeleteFunc(refs, func(r sim.Ref) bool { return r == m.Ref })
		}
	}
	anybody := func() sim.PID {
		if len(known) == 0 {
			return p.Self()
		}
		return known[p.Rand(len(known))]
	}
	for {
		// What has come.
		for {
			var from sim.PID
			var got any
			m, ok := p.Await(sim.Mark{}, func(m *sim.Msg) bool { return true }, time.Duration(p.Rand(3))*10*time.Millisecond)
			if !ok && c.calm {
				p.Hibernate()
				continue
			}
			if !ok {
				break
			}
			from, got = m.From(), m.Value()
			if !from.IsZero() && !slices.Contains(known, from) {
				known = append(known, from)
			}
			switch v := got.(type) {
			case numbered: // I1
				if v.N <= last[from] {
					c.fail("I1: %v got %d after %d from %v", p.Self(), v.N, last[from], from)
				}
				last[from] = v.N
			case question:
				p.Send(v.From, answerTo{v.N})
			default:
				heard(got)
			}
		}
		there := term.NameAt{Name: sim.Name(fmt.Sprint("w", p.Rand(chaosWorkers))), Node: c.nodes[p.Rand(len(c.nodes))]}
		who := anybody()
		switch p.Rand(16) {
		case 0, 1, 2:
			p.Send(there, question{p.Self(), 0})
		case 3, 4, 5:
			sent[who]++
			p.Send(who, numbered{sent[who]})
		case 6, 7:
			if p.IsLocal(who) && !p.Alive(who) {
				break
			}
			p.Link(who)
		case 8:
			p.Unlink(who)
		case 9:
			refs = append(refs, p.Monitor(who))
		case 10:
			refs = append(refs, p.Monitor(there))
		case 11:
			if len(refs) > 0 {
				i := p.Rand(len(refs))
				p.Demonitor(refs[i], sim.Flush())
				ended[refs[i]] = true
				refs = slices.Delete(refs, i, i+1)
			}
		case 12: // I5: a call has one outcome
			ref := p.Monitor(who, sim.AliasDemonitor())
			p.Send(who, question{p.Self(), 1})
			sim.Receive(p, func(m any) (bool, bool) {
				switch m := m.(type) {
				case answerTo:
					return true, true
				case sim.Down:
					return true, m.Ref == ref
				}
				return false, false
			}, sim.After(time.Duration(p.Rand(200))*time.Millisecond))
			p.Demonitor(ref, sim.Flush())
			ended[ref] = true
		case 13:
			p.SpawnAt(c.nodes[p.Rand(len(c.nodes))], "kid", func(p *sim.Proc) {
				p.Sleep(time.Duration(p.Rand(1000)) * time.Millisecond)
			}, sim.SpawnOptions{Link: p.Rand(2) == 0, Monitor: false})
		case 14:
			switch p.Rand(3) {
			case 0:
				p.ConnectNode(there.Node)
			case 1:
				p.DisconnectNode(there.Node)
			default:
				p.Exit(who, sim.Atom("boom"))
			}
		case 15:
			if p.Rand(10) == 0 {
				p.ExitSelf(sim.Atom("bored"))
			}
		}
	}
}

type answerTo struct{ N int }

// harm lets something break, or heals something.
func (c *chaos) harm() {
	node := c.nodes[c.draw(len(c.nodes))]
	other := c.nodes[c.draw(len(c.nodes))]
	var h netsim.Harm
	switch c.draw(16) {
	case 0:
		c.HaltNode(node, "chaos")
		return
	case 1:
		c.CutPower(node, "chaos")
		return
	case 2, 3, 4:
		for _, n := range c.nodes {
			c.BootNode(n)
		}
		return
	case 5:
		c.PauseNode(node)
		return
	case 6, 7:
		c.ResumeNode(node)
		return
	case 8:
		c.Disconnect(node, other)
		return
	case 9, 10, 11:
		if len(c.faults) > 0 {
			i := c.draw(len(c.faults))
			c.Heal(c.faults[i])
			c.faults = slices.Delete(c.faults, i, i+1)
		}
		return
	case 12:
		h.Cut = true
	case 13:
		h.Reset = true
	case 14:
		h.Jam = true
	default:
		h.Slow, h.Loss = 1+c.draw(50), netsim.Share(c.draw(300_000))
	}
	where := netsim.Isolate(string(node))
	if node != other && c.draw(2) == 0 {
		where = netsim.OneWay([]string{string(node)}, []string{string(other)})
	}
	id, err := c.Inject(netsim.Fault{Harm: h, Where: where})
	if err != nil {
		c.fail("%v", err)
	}
	c.faults = append(c.faults, id)
}

// run lets chaos reign and then, when all is healed, looks at what is left.
func (c *chaos) run() sim.Result {
	for range 20 {
		c.Run(time.Duration(c.draw(1500)) * time.Millisecond)
		c.harm()
	}
	c.HealAll()
	for _, n := range c.nodes {
		c.ResumeNode(n)
		c.BootNode(n)
	}
	c.calm = true
	return c.Run(3 * time.Minute) // so that ticks find what nobody was told
}

func newChaos(seed uint64, keep int) *chaos {
	c := &chaos{seed: seed}
	nodes := 2 + int(seed%6)
	link := netsim.Link{Latency: netsim.LogNormal(time.Millisecond, 20*time.Millisecond), Loss: 1000}
	cfg := sim.Config{Seed: seed, Keep: keep, Link: link}
	if seed%2 == 1 {
		cfg.Policy = scheduler.Portfolio{}
	}
	for i := range nodes {
		name := sim.Atom(string(rune('a' + i)))
		c.nodes = append(c.nodes, name)
		spec := sim.NodeSpec{Name: name, Boot: c.boot, Kernel: sim.Kernel{TickTime: 8 * time.Second}}
		if seed%5 == 0 {
			spec.ReductionCost = time.Duration(i) * 300 * time.Nanosecond
		}
		cfg.Nodes = append(cfg.Nodes, spec)
	}
	c.World = sim.New(cfg)
	return c
}

// I1, I2, I3, I5, I9 in random clusters with every kind of fault, overlapping.
func TestChaos(t *testing.T) {
	runs := *chaosRuns
	if testing.Short() {
		runs = min(runs, 50)
	}
	for seed := *chaosFrom; seed < *chaosFrom+runs; seed++ {
		c := newChaos(seed, 0)
		c.run()
		c.quiet()
		c.Close()
		for _, w := range c.wrong {
			t.Error(w)
		}
		if t.Failed() {
			break
		}
	}
}

// quiet looks at a world that has come to rest: both ends of a link agree that there is one, and nobody waits for a
// word of somebody who is dead (I2, I3, I4).
func (c *chaos) quiet() {
	v := c.View()
	for _, pid := range v.Processes() {
		info, _ := v.Info(pid)
		if n := v.InTransit(pid); n > 0 {
			c.fail("%v has %d signals that it does not handle", pid, n)
		}
		for _, to := range info.Links {
			if other, alive := v.Info(to); !alive {
				c.fail("I4: %v is linked to %v, which is dead", pid, to)
			} else if !slices.Contains(other.Links, pid) {
				c.fail("I3: %v is linked to %v, but not the other way round", pid, to)
			}
		}
		for _, to := range info.Monitors {
			if to, is := to.(sim.PID); is && !v.Alive(to) {
				c.fail("I2: %v monitors %v, which is dead", pid, to)
			}
		}
		for _, by := range info.MonitoredBy {
			if !v.Alive(by) {
				c.fail("%v is monitored by %v, which is dead", pid, by)
			}
		}
	}
	for _, a := range c.nodes {
		for _, b := range v.Connected(a) {
			if !slices.Contains(v.Connected(b), a) {
				c.fail("%v is connected to %v, but not the other way round", a, b)
			}
		}
	}
}

// Same seed, same run, whatever else the process has done.
func TestChaosIsDeterministic(t *testing.T) {
	for seed := range uint64(20) {
		a, b := newChaos(seed, 0), newChaos(seed, 50)
		x, y := a.run(), b.run()
		a.Close()
		b.Close()
		if x.Hash != y.Hash || x.Events != y.Events || x.Now != y.Now {
			t.Errorf("seed %d: %x after %d facts, then %x after %d", seed, x.Hash, x.Events, y.Hash, y.Events)
		}
	}
}

// The hashes of random clusters are those of every other machine, and of every setting of the runtime.
func TestChaosHashes(t *testing.T) {
	const file = "testdata/chaos.txt"
	hashes := func() string {
		var b strings.Builder
		for seed := range uint64(24) {
			c := newChaos(seed, 0)
			res := c.run()
			c.Close()
			fmt.Fprintf(&b, "%d %016x %d\n", seed, res.Hash, res.Events)
		}
		return b.String()
	}
	got := hashes()
	if updating() {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the hashes of clusters have changed. "+
			"If the engine was changed on purpose: go test ./sim -run TestChaosHashes -update\n%s", got)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if again := hashes(); again != got {
		t.Errorf("with one processor and another garbage collection it is another run:\n%s", again)
	}
}
