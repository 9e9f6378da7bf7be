package conform

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/application"
)

// nodeOf is the node that a case runs on, and what it is called there; of several it cannot be said yet.
func nodeOf(c *Case) (name string, node sim.Atom, err error) {
	switch len(c.Nodes) {
	case 0:
		return "local", localNode, nil
	case 1:
		return c.Nodes[0], sim.Atom(c.Nodes[0] + "@localhost"), nil
	}
	return "", "", &CaseError{c.Name, "cases of several nodes are not run yet"}
}

// bootOf is what the node of a case begins with.
func bootOf(c *Case, s *stage) sim.Body {
	if c.Domain == "app" {
		return application.Release{Apps: []application.Item{{App: s.kernel()}}}.Boot
	}
	return nil
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
			s.dying = true
			p.Sleep(sim.Forever)
			return nil
		},
	}
}

// seeOff kills a node that is about to stop, and reports whether there was one.
func (d *driver) seeOff() bool {
	was := d.stage.dying
	if d.stage.dying = false; was {
		_, node, _ := nodeOf(d.c)
		d.world.HaltNode(node, "kill")
	}
	return was
}

// nodeStep performs a step of the driver's about the node, if it is one.
func (d *driver) nodeStep(o Op) bool {
	switch o.name() {
	case "stop_node":
		if o.textOr("how", "halt") == "stop" {
			d.world.Spawn("stopper", application.StopNode)
		} else {
			d.world.HaltNode(d.node(o), "stop_node")
		}
	case "start_node":
		d.world.BootNode(d.node(o))
	case "new_proc":
		name := o.text("as")
		d.world.Spawn(name, d.stage.puppet(name, nil, nil))
	default:
		return false
	}
	return true
}

func (d *driver) node(o Op) sim.Atom {
	node, ok := d.stage.things[o.text("node")].(sim.Atom)
	if !ok {
		o.wrong("there is no such node")
	}
	return node
}
