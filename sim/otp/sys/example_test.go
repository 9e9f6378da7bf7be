package sys_test

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
)

// lamp is on or off.
type lamp struct {
	genserver.Base
	on bool
}

func (l *lamp) State() any         { return l.on }
func (l *lamp) SetState(state any) { l.on = state.(bool) }

func (l *lamp) HandleCast(_ *sim.Proc, msg any) genserver.Result {
	l.on = msg.(bool)
	return genserver.NoReply()
}

// A suspended server lets its casts wait.
func Example() {
	w := sim.New(sim.Config{Boot: func(p *sim.Proc) {
		started, _ := genserver.StartLink(p, nil, func() *lamp { return &lamp{} })
		sys.Suspend(p, started.PID)
		otp.Cast(p, started.PID, true)
		fmt.Println(sys.GetState(p, started.PID))
		sys.Resume(p, started.PID)
		fmt.Println(sys.GetState(p, started.PID))
		fmt.Println(sys.ReplaceState(p, started.PID, func(on any) any { return !on.(bool) }))
	}})
	defer w.Close()
	w.Run(time.Second)
	// Output:
	// false <nil>
	// true <nil>
	// false <nil>
}
