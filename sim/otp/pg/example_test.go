package pg_test

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/pg"
)

// Three workers on two nodes are in a group. The nodes lose each other, and meet again.
func Example() {
	work := func(p *sim.Proc) {
		pg.Join(p, pg.Default, "workers", p.Self())
		p.Sleep(sim.Forever)
	}
	w := sim.New(sim.Config{
		Nodes: []sim.NodeSpec{{Name: "a"}, {Name: "b"}},
		Boot: func(p *sim.Proc) {
			pg.Start(p, pg.Default)
			p.Spawn("worker", work)
			if p.Node() == "b" {
				p.Spawn("worker", work)
			}
		},
	})
	defer w.Close()
	w.SpawnAt("a", "look", func(p *sim.Proc) {
		look := func(when string) {
			p.Sleep(time.Second)
			fmt.Println(when, len(pg.Members(p, pg.Default, "workers")))
		}
		look("alone:")
		p.ConnectNode("b")
		look("connected:")
		p.DisconnectNode("b")
		look("apart:")
		p.ConnectNode("b")
		look("again:")
	})
	w.Run(time.Minute)
	// Output:
	// alone: 1
	// connected: 3
	// apart: 1
	// again: 3
}
