package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// amongOthers tries a body twenty times in each of many worlds, in which others spawn and end all the while. It is
// preempted anywhere. It returns whom it was told of, and whom it meant.
func amongOthers(t *testing.T, body func(p *sim.Proc) (got, want sim.PID)) {
	t.Helper()
	for seed := range uint64(300) {
		var got, want sim.PID
		w := sim.New(sim.Config{Seed: seed, Boot: func(p *sim.Proc) {
			for range 3 {
				p.Spawn("other", func(p *sim.Proc) {
					for i := range 200 {
						p.Spawn(fmt.Sprint("passing", i), func(p *sim.Proc) {})
						p.Yield()
					}
				})
			}
			for range 20 {
				if got, want = body(p); got != want {
					return
				}
			}
		}})
		w.Run(time.Second)
		w.Close()
		if got != want {
			t.Fatalf("seed %d: told of %v for %v", seed, got, want)
		}
	}
}

// SPW1: whoever is preempted while it spawns or asks gets an answer about the process that it meant, even if that one has
// ended by then and another has taken its place in the world's memory.
func TestSpawn_SPW1_preempted(t *testing.T) {
	amongOthers(t, func(p *sim.Proc) (got, want sim.PID) {
		got = p.Spawn("child", func(p *sim.Proc) { want = p.Self() })
		for want.IsZero() {
			p.Yield()
		}
		return got, want
	})
}

// The same of Info.
func TestInfo_preempted(t *testing.T) {
	amongOthers(t, func(p *sim.Proc) (got, want sim.PID) {
		want = p.Spawn("child", func(p *sim.Proc) { p.Yield() })
		if info, ok := p.Info(want); ok {
			return info.PID, want
		}
		return want, want
	})
}
