package conform

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/application"
	"github.com/bedlam-sim/bedlam/sim/otp/netkernel"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// bootOf is what the nodes of a case begin with.
func bootOf(c *Case, s *stage) sim.Body {
	boot := func(*sim.Proc) {}
	if c.Domain == "app" {
		boot = application.Release{Apps: []application.Item{{App: s.kernel()}}}.Boot
	}
	if !isCluster(c) {
		return boot
	}
	return func(p *sim.Proc) {
		if err := netkernel.Kernel(p); err != nil {
			panic(err)
		}
		boot(p)
	}
}

// kernel is an application that never stops. Where the recordings come from, the driver's own connection to
// a node kept kernel from stopping: a node that was about to stop had stopped all else, and was killed then.
func (s *stage) kernel() application.App {
	return application.App{
		Name: "kernel",
		Start: func(p *sim.Proc, _ application.StartType, _ any) (otp.Started, error) {
			return otp.Start(p, "kernel_sup", func(p *sim.Proc) {
				otp.InitAck(p, nil)
				p.Sleep(sim.Forever)
			}, otp.StartOptions{Link: true})
		},
		PrepStop: func(p *sim.Proc, _ any) any {
			s.dying = append(s.dying, p.Node())
			p.Sleep(sim.Forever)
			return nil
		},
	}
}

// seeOff kills nodes that are about to stop, and reports whether there were any.
func (d *driver) seeOff() bool {
	dying := d.stage.dying
	d.stage.dying = nil
	for _, node := range dying {
		d.halt(node)
	}
	return dying != nil
}

// nodeStep performs a step of the driver's about the nodes, if it is one.
func (d *driver) nodeStep(o Op) bool {
	switch o.name() {
	case "stop_node":
		d.stopNode(o)
	case "start_node":
		if d.world.BootNode(hostOf(d.node(o))) && d.cluster {
			d.pass(bootTime)
		}
	case "new_proc":
		d.newPuppet(o.text("as"), d.node(o))
	case "partition":
		d.partition(o)
	case "heal":
		d.heal()
	default:
		return false
	}
	return true
}

// stopNode: where the recordings come from, nothing is heard any more of what a node does that stops in an orderly way.
func (d *driver) stopNode(o Op) {
	node := hostOf(d.node(o))
	if o.textOr("how", "halt") == "stop" && d.c.Domain == "app" {
		d.unheard = d.stage.on(node)
		d.world.SpawnAt(node, "stopper", application.StopNode)
		return
	}
	d.halt(node)
}

// on is who is on a node.
func (s *stage) on(node sim.Atom) map[string]bool {
	names := map[string]bool{}
	for pid, role := range s.living {
		if pid.Node() == node {
			names[role.name] = true
		}
	}
	return names
}

// heard is what is known of a step in which a node has stopped: that those on it are gone, and what others did.
func (d *driver) heard(events []event) (heard []event) {
	for _, e := range events {
		switch e.kind {
		case hasDied:
			if d.unheard[e.who] {
				e.value = term.Atom("node_down")
			}
		case hasLogged:
			if d.unheard[e.who] || !d.book.living[e.who] { // itself, or an application of its
				continue
			}
		case hasResult, isDone:
			if d.unheard[d.book.by(e.step)] {
				continue
			}
		}
		heard = append(heard, e)
	}
	return heard
}

func (d *driver) halt(node sim.Atom) {
	d.world.HaltNode(node, "stop_node")
	d.stage.layGhosts(node)
}

// newPuppet starts a puppet on a node.
func (d *driver) newPuppet(name, node string) {
	host := localNode
	if node != "" {
		host = hostOf(node)
	}
	d.world.SpawnAt(host, name, d.stage.puppet(name, nil, nil))
}

// firstNode is where puppets are that no place is said of; "" if the case names no nodes.
func (d *driver) firstNode() string {
	if len(d.c.Nodes) == 0 {
		return ""
	}
	return d.c.Nodes[0]
}

// node is the name of the node that a step is about.
func (d *driver) node(o Op) string {
	name := o.text("node")
	if !slices.Contains(d.c.Nodes, name) {
		o.wrong("there is no such node")
	}
	return name
}
