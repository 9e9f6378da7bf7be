package scenarios

import (
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/application"
)

// This file is what a node of a cluster does before its trees start, and when it is stopped.

// join starts the kernel's processes and connects the node to those that the file says.
func (r *Runner) join(p *sim.Proc, h *host) {
	startKernel(p)
	peers := r.sc.Network.Connect.peers(h.node.Name, r.sc.Nodes)
	if len(peers) == 0 {
		return
	}
	p.TrapExit(true)
	for _, name := range peers { // all at once, for one that does not answer takes as long as its time-out
		self := p.Self()
		p.SpawnOpt("connector", func(p *sim.Proc) {
			p.ConnectNode(sim.Atom(name))
			p.Send(self, connectorDone{})
		}, sim.SpawnOptions{Hidden: true})
	}
	for range peers {
		sim.Recv[connectorDone](p)
	}
	syncKernel(p)
	if again := r.sc.Network.Reconnect; again > 0 {
		p.SpawnOpt("reconnector", func(p *sim.Proc) { reconnect(p, peers, again) }, sim.SpawnOptions{Hidden: true})
	}
}

// connectorDone says that a connector has its answer, whatever it is.
type connectorDone struct{}

// reconnect connects to those that are lost, now and then.
func reconnect(p *sim.Proc, peers []string, every time.Duration) {
	for {
		p.Sleep(every)
		for _, name := range peers {
			if !slices.Contains(p.NodesOf(sim.ConnectedNodes), sim.Atom(name)) {
				p.ConnectNode(sim.Atom(name))
			}
		}
	}
}

// caretaker is the first process of a node without applications, when it has booted.
type caretaker struct{ host *host }

// closing asks it to stop the node.
type closing struct{}

// Handle stops the trees, those started last first, and then the node.
func (c caretaker) Handle(p *sim.Proc, m *sim.Msg) {
	if _, is := m.Body().(closing); !is {
		return
	}
	for i := len(c.host.tops) - 1; i >= 0; i-- {
		top := c.host.tops[i]
		if top.state == down || !p.Alive(top.pid) {
			continue
		}
		p.Exit(top.pid, sim.Shutdown)
		p.Await(sim.Mark{}, func(m *sim.Msg) bool { return otp.IsExit(m, top.pid) }, sim.Forever)
	}
	p.HaltNode("stopped")
}

// stopNode stops a node in good order.
func (r *Runner) stopNode(h *host) {
	if len(h.apps) > 0 {
		r.world.SpawnAt(h.name, "stopper", application.StopNode)
		return
	}
	r.world.Send(h.init, closing{})
}

// A contact is that one node has come to see another, or sees it no more.
type contact struct{ of, other sim.Atom }

// linkChanged notes it.
func (r *Runner) linkChanged(f sim.Fact) {
	about := f.Detail.(sim.Tuple)
	r.pass(f.At)
	c := contact{about[0].(sim.Atom), about[1].(sim.Atom)}
	h := happening{at: f.At, kind: reports.LineNode, text: f.Text, contacts: []contact{c}}
	i := slices.Index(r.contacts, c)
	switch up := f.Text == "nodeup"; {
	case up == (i >= 0): // twice the same
		r.stutters = true
	case up:
		r.contacts = append(r.contacts, c)
	default:
		r.contacts = slices.Delete(r.contacts, i, i+1)
	}
	if len(about) > 2 {
		h.detail = about[2]
	}
	if r.ready || f.Text == "nodedown" {
		r.tell(h)
	}
	wake(r.links)
	r.settle(f.At)
}

// connections ties a fact about connections.
func (b *binder) connections(f Fact) reading {
	r := b.run
	r.links = append(r.links, b.rule)
	for _, h := range r.hosts {
		h.on = append(h.on, b.rule)
	}
	if f.Name == "alternating" {
		return reading{truth: func() bool { return !r.stutters }}
	}
	if f.Name == "meshed" {
		return reading{truth: func() bool {
			for _, one := range r.hosts {
				for _, two := range r.hosts {
					if one.up && two.up && one != two && !one.node.Hidden && !two.node.Hidden && !r.sees(one.name, two.name) {
						return false
					}
				}
			}
			return true
		}}
	}
	one, two := sim.Atom(f.Nodes[0]), sim.Atom(f.Nodes[1])
	return reading{truth: func() bool { return r.sees(one, two) && r.sees(two, one) }}
}

// sees reports whether a node counts another as connected.
func (r *Runner) sees(one, two sim.Atom) bool {
	return slices.Contains(r.world.View().Connected(one), two)
}
