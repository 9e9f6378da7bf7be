package sys_test

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
)

// Look at what a process does, and at its state, while it runs.
func ExampleTrace() {
	w := sim.New(sim.Config{
		Boot: func(p *sim.Proc) {
			s := sim.Local("counter")
			genserver.StartLink(p, s, newServer)
			p.Spawn("main", func(p *sim.Proc) {
				sys.Trace(p, s, true)
				otp.Cast(p, s, "hello")
				otp.CallAny(p, s, add)
				state, _ := sys.GetState(p, s)
				fmt.Println("state:", state)
			})
		},
		Log: func(l sim.Line) { fmt.Println(l.Text) },
	})
	defer w.Close()
	w.Run(time.Minute)
	// Output:
	// *DBG* counter got cast "hello"
	// *DBG* counter new state 1
	// *DBG* counter got call add from <local/main>
	// *DBG* counter sent 2 to <local/main>, new state 2
	// state: 2
}
