package rpc_test

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/rpc"
)

func Example() {
	w := sim.New(sim.Config{Nodes: []sim.NodeSpec{{Name: "a"}, {Name: "b"}}})
	defer w.Close()
	w.SpawnAt("a", "main", func(p *sim.Proc) {
		nodes, err := rpc.Call(p, "b", func(p *sim.Proc) []sim.Atom { return p.Nodes() })
		fmt.Println(nodes, err)

		_, err = rpc.Call(p, "b", func(p *sim.Proc) int { p.Sleep(time.Hour); return 1 }, otp.Within(time.Second))
		fmt.Println(err)

		_, err = rpc.Call(p, "c", func(*sim.Proc) int { return 1 })
		fmt.Println(err)
	})
	w.Run(time.Minute)
	// Output:
	// [a] <nil>
	// rpc b: timeout
	// rpc c: nodedown
}
