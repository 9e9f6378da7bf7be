package supervisor

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// What a window counts now is one less than what a restart now would make it.
func TestCount(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		in := Restarts(1+r.IntN(5), time.Duration(1+r.IntN(4))*time.Second)
		var w window
		now := time.Duration(0)
		for range 50 {
			now += time.Duration(r.IntN(1500)) * time.Millisecond
			got := w.count(now, in)
			if r.IntN(2) == 0 {
				w.add(now, in)
				if got != w.total-1 {
					t.Fatalf("%v at %v: %d, and with one more %d", in, now, got, w.total)
				}
			}
		}
	}
}

// Only supervisors have a status.
func TestInspectOthers(t *testing.T) {
	w := sim.New(sim.Config{Boot: func(p *sim.Proc) {
		p.Spawn("body", func(p *sim.Proc) { p.Sleep(time.Hour) })
	}})
	defer w.Close()
	w.Run(time.Second)
	for _, pid := range append(w.View().Processes(), sim.PID{}) {
		if st, ok := Inspect(w.View(), pid); ok {
			t.Errorf("%v is %v", pid, st)
		}
	}
}
