package global_test

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
)

func Example() {
	w := sim.New(sim.Config{
		Nodes: []sim.NodeSpec{{Name: "a"}, {Name: "b"}},
		Boot: func(p *sim.Proc) {
			global.Start(p)
			if p.Node() == "b" {
				return
			}
			p.Spawn("leader", func(p *sim.Proc) {
				p.ConnectNode("b")
				global.Sync(p)
				fmt.Println(global.RegisterName(p, sim.Atom("leader"), p.Self(), nil))
				fmt.Println(sim.Any(p))
			})
		},
	})
	defer w.Close()
	w.Run(time.Minute)
	w.SpawnAt("b", "main", func(p *sim.Proc) {
		fmt.Println(global.Send(p, sim.Atom("leader"), "hello"))
	})
	w.Run(time.Minute)
	// Output:
	// true
	// <a/leader>
	// hello <nil>
}
