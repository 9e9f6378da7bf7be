package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// nearby is what links between nodes of one place are like.
var nearby = netsim.Link{Latency: netsim.Uniform(200*time.Microsecond, 2*time.Millisecond)}

// specs are n nodes, n1 to nN.
func specs(n int) []sim.NodeSpec {
	all := make([]sim.NodeSpec, n)
	for i := range all {
		all[i].Name = sim.Atom(fmt.Sprint("n", i+1))
	}
	return all
}

// Five nodes that do nothing, connected all to all, with ticks each 15 s: how much faster than real time.
func BenchmarkIdleCluster(b *testing.B) {
	w := sim.New(sim.Config{Nodes: specs(5), Link: netsim.Link{Latency: netsim.Fixed(500 * time.Microsecond)},
		Boot: func(p *sim.Proc) {
			p.Spawn("connect", func(p *sim.Proc) {
				for i := range 5 {
					p.ConnectNode(sim.Atom(fmt.Sprint("n", i+1)))
				}
				p.Sleep(1000000 * time.Hour)
			})
		}})
	defer w.Close()
	w.Run(time.Minute)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		w.Run(time.Hour)
	}
	b.ReportMetric(3600*float64(b.N)/b.Elapsed().Seconds(), "x-real-time")
}

type said struct {
	Room, N int
	Text    string
}

// A chat of a thousand sessions on five nodes: rooms pass on what is said to the sessions in them, wherever those are.
func BenchmarkChat(b *testing.B) {
	const nodes, rooms, sessions = 5, 50, 1000
	total := 0
	w := sim.New(sim.Config{Nodes: specs(nodes), Link: nearby, Boot: func(p *sim.Proc) {
		if p.Node() != "n1" {
			return
		}
		for r := range rooms {
			members := make([]sim.PID, 0, sessions/rooms)
			room, _ := p.SpawnHandlerAt(sim.Atom(fmt.Sprint("n", r%nodes+1)), "room",
				sim.HandlerFunc(func(p *sim.Proc, m *sim.Msg) {
					if s, ok := m.Body().(sim.PID); ok {
						members = append(members, s)
						return
					}
					total++
					for _, s := range members {
						p.Send(s, m.Body())
					}
				}), sim.SpawnOptions{NoBlock: true})
			for s := range sessions / rooms {
				session, _ := p.SpawnHandlerAt(sim.Atom(fmt.Sprint("n", (r+s)%nodes+1)), "session",
					sim.HandlerFunc(func(p *sim.Proc, m *sim.Msg) {
						total++
						if v, ok := m.Body().(said); ok && v.N%(sessions/rooms) == s { // whose turn it is speaks next
							p.Send(room, said{r, v.N + 1, "hello"})
						}
					}), sim.SpawnOptions{NoBlock: true})
				p.Send(room, session)
			}
			p.Send(room, said{r, 0, "hello"})
		}
	}})
	defer w.Close()
	w.Run(time.Second)
	b.ReportAllocs()
	b.ResetTimer()
	total = 0
	for total < b.N {
		w.Run(time.Second)
	}
	b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "signals/s")
}

// Short runs, one after the other in one world: three nodes, a second, about a thousand signals.
func BenchmarkShortRuns(b *testing.B) {
	cfg := sim.Config{Nodes: specs(3), Link: nearby, Boot: func(p *sim.Proc) {
		for i := range 4 {
			p.SpawnHandler("w", sim.HandlerFunc(func(p *sim.Proc, m *sim.Msg) {
				if n, ok := m.Body().(int); ok && n > 0 {
					p.Send(m.From(), n-1)
				}
			}), sim.SpawnOptions{NoBlock: true})
			pid, _ := p.SpawnHandler("w", sim.HandlerFunc(func(p *sim.Proc, m *sim.Msg) {
				if n, ok := m.Body().(int); ok && n > 0 {
					p.Send(m.From(), n-1)
				}
			}), sim.SpawnOptions{NoBlock: true})
			p.Register(sim.Name(fmt.Sprint("w", i)), pid)
		}
		p.Spawn("asks", func(p *sim.Proc) {
			for i := range 4 {
				p.Send(term.NameAt{Name: sim.Name(fmt.Sprint("w", i)), Node: sim.Atom(fmt.Sprint("n", p.Rand(3)+1))}, 80)
			}
			for {
				if m, _ := p.Await(sim.Mark{}, func(*sim.Msg) bool { return true }, sim.Forever); m.Body().(int) > 0 {
					p.Send(m.From(), m.Body().(int)-1)
				}
			}
		})
	}}
	w := sim.New(cfg)
	defer w.Close()
	events := uint64(0)
	b.ReportAllocs()
	for i := range b.N {
		cfg.Seed = uint64(i)
		w.Reset(cfg)
		events += w.Run(time.Second).Events
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
	b.ReportMetric(float64(events)/float64(b.N), "facts/run")
}

// A hundred nodes with a hundred processes each connect all to all, fall apart, and are healed; with -short twenty with
// twenty.
func TestHundredNodes(t *testing.T) {
	nodes, each := 100, 100
	if testing.Short() {
		nodes, each = 20, 20
	}
	w := sim.New(sim.Config{Nodes: specs(nodes), Link: nearby, Boot: func(p *sim.Proc) {
		for i := range each {
			p.Spawn("w", func(p *sim.Proc) {
				p.Register(sim.Name(fmt.Sprint("w", i)), p.Self())
				for {
					m, err := sim.Any(p, sim.After(20*time.Second))
					if to, ok := m.(sim.PID); ok {
						p.Monitor(to)
					}
					if err != nil {
						p.Send(term.NameAt{Name: sim.Name(fmt.Sprint("w", i)),
							Node: sim.Atom(fmt.Sprint("n", p.Rand(nodes)+1))}, p.Self())
					}
				}
			})
		}
		p.Spawn("mesh", func(p *sim.Proc) {
			for {
				for i := range nodes {
					p.ConnectNode(sim.Atom(fmt.Sprint("n", i+1)))
				}
				p.Sleep(10 * time.Second)
			}
		})
	}})
	defer w.Close()
	count := func() (n int) {
		for i := range nodes {
			n += len(w.View().Connected(sim.Atom(fmt.Sprint("n", i+1))))
		}
		return n
	}
	w.Run(10 * time.Second)
	if got := count(); got != nodes*(nodes-1) {
		t.Errorf("%d connections", got)
	}
	left := make([]string, nodes/2)
	for i := range left {
		left[i] = fmt.Sprint("n", i+1)
	}
	for range 2 {
		id, err := w.Inject(netsim.Fault{Harm: netsim.Harm{Cut: true}, Where: netsim.Groups(left, []string{netsim.Others})})
		if err != nil {
			t.Fatal(err)
		}
		w.Run(2 * time.Minute)
		if got := count(); got != nodes*(nodes/2-1) {
			t.Errorf("%d connections while it is cut", got)
		}
		w.Heal(id)
		w.Run(20 * time.Second)
		if got := count(); got != nodes*(nodes-1) {
			t.Errorf("%d connections after", got)
		}
	}
}
