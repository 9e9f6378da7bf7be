package genstatem_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
)

// Events cost no allocation, whatever steps do with up to three actions each.
func TestDispatchAllocatesNothing(t *testing.T) {
	for _, job := range jobs {
		for _, entering := range []bool{false, true} {
			world(t, func(p *sim.Proc) {
				w := &worker{do: job.do}
				m, _ := genstatem.StartLink(p, nil, func() genstatem.Machine[phase] {
					if entering {
						return enteringWorker{w}
					}
					return w
				}, genstatem.NoBlock())
				some := func() {
					for range 10 {
						otp.Cast(p, m.PID, nil)
					}
					p.Sleep(2 * time.Hour) // timers go off
				}
				some()
				if n := testing.AllocsPerRun(100, some); n > 0 {
					t.Errorf("%s, entering %v: %v allocations in 10 events", job.name, entering, n)
				}
			})
		}
	}
}

// Nor do calls: the answer is a small number.
func TestCallAllocatesNothing(t *testing.T) {
	world(t, func(p *sim.Proc) {
		m, _ := genstatem.StartLink(p, nil, (&worker{do: answers}).factory())
		ask := func() { genstatem.Call(p, m.PID, poke{}) }
		ask()
		if n := testing.AllocsPerRun(100, ask); n > 0 {
			t.Errorf("%v allocations in a call", n)
		}
	})
}
