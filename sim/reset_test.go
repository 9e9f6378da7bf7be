package sim_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// A world that is reset for the next seed forgets the one before: a campaign's memory does not grow. Here each run
// leaves behind what runs do: connections that tick, pending timers, parcels under way, processes that wait.
func TestReset_forgets(t *testing.T) {
	cfg := sim.Config{Link: netsim.Link{Latency: netsim.Fixed(time.Millisecond)}, Boot: func(p *sim.Proc) {
		waiter := p.Spawn("waiter", func(p *sim.Proc) { sim.Any(p) })
		p.Monitor(waiter)
		p.SendAfter(time.Hour, waiter, "late")
		for _, n := range []sim.Atom{"a", "b", "c"} {
			p.Send(term.NameAt{Name: "nobody", Node: n}, "hello")
		}
	}}
	for _, n := range []sim.Atom{"a", "b", "c"} {
		cfg.Nodes = append(cfg.Nodes, sim.NodeSpec{Name: n})
	}
	w := sim.New(cfg)
	defer w.Close()
	objects := func(runs int) uint64 {
		for range runs {
			cfg.Seed++
			w.Reset(cfg)
			w.Run(100 * time.Second)
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapObjects
	}
	before := objects(100)
	if after := objects(400); after > before+40 { // not one of ten runs leaves as much as one object
		t.Errorf("400 runs later there are %d objects more", after-before)
	}
}
