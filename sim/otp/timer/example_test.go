package timer_test

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/timer"
)

func Example() {
	w := sim.New(sim.Config{Boot: func(p *sim.Proc) {
		p.Spawn("watch", func(p *sim.Proc) {
			ticks := timer.SendInterval(p, time.Second, p.Self(), "tick")
			timer.SendAfter(p, 3500*time.Millisecond, p.Self(), "enough")
			for {
				m, _ := sim.Recv[string](p)
				fmt.Println(p.Now().Round(time.Millisecond), m)
				if m == "enough" {
					timer.Cancel(p, ticks)
					return
				}
			}
		})
	}})
	defer w.Close()
	w.Run(time.Minute)
	// Output:
	// 1s tick
	// 2s tick
	// 3s tick
	// 3.5s enough
}
