package gentcp_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/gentcp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// How much of what was sent last over distribution is lost with the sender does not depend on how many TCP connections
// there have been between the two nodes: each connection's end is drawn by its own identity.
func TestConnect_movesNobody(t *testing.T) {
	arrived := func(seed uint64, connections int) (n int) {
		w := sim.New(sim.Config{
			Seed: seed, ReductionCost: sim.Free, Nodes: []sim.NodeSpec{{Name: "a"}, {Name: "b"}},
			Link: netsim.Link{Latency: netsim.Fixed(10 * time.Millisecond)},
		})
		defer w.Close()
		w.SpawnAt("b", "ear", func(p *sim.Proc) {
			p.Register("ear", p.Self())
			for {
				sim.Any(p)
				n++
			}
		})
		w.SpawnAt("b", "acceptor", func(p *sim.Proc) {
			l, _ := gentcp.Listen(p, 7)
			for {
				gentcp.Accept(p, l, sim.Forever)
			}
		})
		w.SpawnAt("a", "client", func(p *sim.Proc) {
			for range connections {
				if s, err := gentcp.Connect(p, "b", 7, time.Second); err != nil {
					t.Error(err)
				} else {
					gentcp.Close(p, s)
				}
			}
		})
		w.SpawnAt("a", "mouth", func(p *sim.Proc) {
			p.Sleep(time.Second)
			p.ConnectNode("b")
			p.Sleep(2*time.Second - time.Millisecond - p.Now())
			for range 20 {
				p.Send(term.NameAt{Name: "ear", Node: "b"}, 1)
			}
		})
		w.Run(2 * time.Second)
		w.HaltNode("a", "test")
		w.Run(time.Minute)
		return n
	}
	counts := map[int]bool{}
	for seed := range uint64(50) {
		want := arrived(seed, 0)
		counts[want] = true
		for n := range 3 {
			if got := arrived(seed, n); got != want {
				t.Errorf("seed %d: %d arrived, and %d beside %d TCP connections", seed, want, got, n)
			}
		}
	}
	if len(counts) < 5 {
		t.Errorf("the numbers that arrived are always among %v: nothing was drawn", counts)
	}
}
