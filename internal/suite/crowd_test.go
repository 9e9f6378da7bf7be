package suite

import (
	"testing"

	"github.com/bedlam-sim/bedlam/sim"
)

// GS1: a server has its name before its init is over. Who kills it by that name may strike in its init; then the starter
// hears that it was killed. The model once knew no kill there.
func TestProcesses_GS1_killedInStart(t *testing.T) {
	inStart := 0
	for seed := range uint64(2000) {
		c := &crowd{}
		w := sim.New(sim.Config{Seed: seed, Observer: c, Boot: func(p *sim.Proc) {
			p.Put("crowd", c)
			p.Spawn("killer", func(p *sim.Proc) {
				for range 50 {
					if pid, there := p.Whereis(serverName); there {
						c.struck++
						p.Exit(pid, sim.Kill)
						return
					}
					p.Yield()
				}
			})
			if killedInStart(startServer(p, initFine)) {
				inStart++
			}
		}})
		w.Run(sim.Forever)
		w.Close()
		if c.signature != "" {
			t.Fatalf("seed %d: %s: %s", seed, c.signature, c.detail)
		}
	}
	if inStart == 0 {
		t.Error("no server was killed in its start")
	}
}
