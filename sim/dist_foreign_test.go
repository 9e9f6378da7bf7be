package sim_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// SPW2: the process that stands for one that could not be spawned is a process of this node, which ends at once: who is
// quick may still link to it, or end it for a reason of his own. Recordings of OTP 25 show both.
func TestSpawnAt_SPW2_livesForAMoment(t *testing.T) {
	c := newCluster(t, "a b", func(cfg *sim.Config) { cfg.Nodes[1].Down = true })
	c.on("a", func(p *sim.Proc) {
		quick, _ := p.SpawnAt("b", "kid", func(p *sim.Proc) {}, sim.SpawnOptions{Monitor: true})
		p.Exit(quick, sim.Atom("quick"))
		m, _ := sim.Recv[sim.Down](p)
		c.hear(p, "%v", m.Reason)
		p.TrapExit(true)
		dead, _ := p.SpawnAt("b", "kid", func(p *sim.Proc) {}, sim.SpawnOptions{})
		p.Link(dead)
		e, _ := sim.Recv[sim.Exit](p)
		c.hear(p, "%v", e.Reason)
	})
	c.Run(time.Second)
	c.want("a 2ms: quick", "a 4ms: noconnection")
}

// MON4: a reference of another node cannot be demonitored.
func TestDemonitor_MON4_ofAnotherNode(t *testing.T) {
	c := newCluster(t, "a b")
	c.on("b", func(p *sim.Proc) {
		p.Register("b", p.Self())
		ref, _ := sim.Recv[sim.Ref](p)
		defer func() { c.hear(p, "%v", recover()) }()
		p.Demonitor(ref, sim.Flush())
	})
	c.on("a", func(p *sim.Proc) {
		p.ConnectNode("b")
		p.Send(term.NameAt{Name: "b", Node: "b"}, p.Monitor(p.Self()))
	})
	c.Run(time.Second)
	c.want("b 5ms: demonitor: badarg: a reference of another node")
}

// EXT8: who disconnects from the node of a process that it is linked to hears of that before the call returns.
func TestDisconnectNode_EXT8_itself(t *testing.T) {
	c := newCluster(t, "a b")
	c.on("a", func(p *sim.Proc) {
		p.SpawnAt("b", "kid", func(p *sim.Proc) { p.Sleep(sim.Forever) }, sim.SpawnOptions{Link: true})
		p.DisconnectNode("b")
		c.hear(p, "lives on")
	})
	c.Run(time.Second)
	c.want()
}

// NK3, EXT8: a process that ends because it has lost its links does not connect anew to tell so over the other ones.
func TestExit_NK3_doesNotConnect(t *testing.T) {
	c := newCluster(t, "a b")
	c.on("a", func(p *sim.Proc) {
		for range 2 {
			p.SpawnAt("b", "kid", func(p *sim.Proc) { p.Sleep(sim.Forever) }, sim.SpawnOptions{Link: true, Monitor: true})
		}
		p.SpawnAt("b", "boss", func(q *sim.Proc) {
			for range 2 {
				q.SpawnAt("a", "kid", func(p *sim.Proc) { p.Sleep(sim.Forever) }, sim.SpawnOptions{Link: true, Monitor: true})
			}
			q.Sleep(sim.Forever)
		}, sim.SpawnOptions{})
		p.Sleep(100 * time.Millisecond)
		p.DisconnectNode("b")
	})
	c.Run(time.Second)
	if up := c.View().Connected("a"); len(up) != 0 {
		t.Errorf("a is connected to %v again", up)
	}
}
