package sim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
)

// I2: whenever a connection ends after a SpawnRequest was sent, even if the answer has arrived and is not handled, its
// monitor and its link fire, or it is answered with noconnection.
func TestSpawnRequest_I2_cutAtAnyTime(t *testing.T) {
	unhandled := 0
	for cut := range 100 {
		at := 6*time.Millisecond - 20*time.Microsecond + time.Duration(cut)*400*time.Nanosecond
		c := newCluster(t, "a b", func(cfg *sim.Config) { cfg.Policy = scheduler.FIFO{} })
		c.on("a", func(p *sim.Proc) {
			p.TrapExit(true)
			p.ConnectNode("b")
			p.SpawnRequest("b", "kid", func(p *sim.Proc) { p.Sleep(sim.Forever) },
				sim.SpawnOptions{Monitor: true, Link: true, ErrorOnly: true})
			c.hears(p)
		})
		for range 4 {
			c.on("a", func(p *sim.Proc) {
				for p.Now() < at {
					p.Reductions(20)
					p.Yield()
				}
				p.DisconnectNode("b")
			})
		}
		c.Run(time.Second)
		text := strings.Join(c.heard, " ")
		if replied := strings.Contains(text, "SpawnReply"); replied == (len(c.heard) == 2) {
			t.Errorf("cut at %v: heard %q", at, c.heard)
		} else if !replied {
			unhandled++
		}
	}
	if unhandled == 0 || unhandled == 100 {
		t.Errorf("%d of 100 cuts came after the answer: this tests nothing", unhandled)
	}
}

// A request that was given up is not answered, and its process is not monitored.
func TestAbandonSpawn(t *testing.T) {
	c := newCluster(t, "a b")
	c.on("a", func(p *sim.Proc) {
		ref := p.SpawnRequest("b", "kid", func(p *sim.Proc) {}, sim.SpawnOptions{Monitor: true})
		c.hear(p, "%v %v", p.AbandonSpawn(ref), p.AbandonSpawn(ref))
		ref = p.SpawnRequest("nowhere", "kid", func(p *sim.Proc) {}, sim.SpawnOptions{Monitor: true})
		p.AbandonSpawn(ref)
		c.hears(p)
	})
	c.Run(time.Second)
	c.want("a 0s: true false")
}
