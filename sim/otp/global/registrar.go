package global

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// registrar is the body of the_registrar: one change after the other, each under the lock `global` (GLB3).
func registrar(p *sim.Proc) {
	for {
		switch m, _ := sim.Any(p); t := m.(type) {
		case transaction:
			tables := here(p)
			tables.registering, tables.since = true, p.Now()
			id := Lock{theLock, p.Self()}
			nodes := lockKnown(p, id)
			done := t.do(p, nodes)
			releaseAll(p, id, nodes)
			tables.registering = false
			if !t.from.PID.IsZero() {
				otp.Reply(p, t.from, done)
			}
		default:
			p.Report("warning", p.Self(), sim.Tuple{sim.Atom("unexpected_message"), m})
		}
	}
}

// lockKnown sets the lock on this node and all that are known, the greatest first, and tries until it has it, and
// nobody has become known meanwhile.
func lockKnown(p *sim.Proc, id Lock) []sim.Atom {
	for times := 0; ; times++ {
		known := askKnown(p)
		nodes := append([]sim.Atom{p.Node()}, known...)
		first := []sim.Atom{boss(nodes)}
		if setOn(p, id, first) {
			if setOn(p, id, nodes) && len(without(askKnown(p), known...)) == 0 {
				return nodes
			}
			if here(p).bugs.has(bugLeftover) {
				nodes = first
			}
			DelLock(p, id, nodes)
		}
		randomSleep(p, times)
	}
}

func askKnown(p *sim.Proc) []sim.Atom {
	return otp.MustCall(p, serverName, getKnown{}, otp.Within(sim.Forever))
}

// sync waits until we have the same names as the nodes, or they are down.
func (s *server) sync(p *sim.Proc, nodes []sim.Atom, from otp.From) {
	nodes = slices.DeleteFunc(slices.Clone(nodes), func(n sim.Atom) bool { return n == p.Node() || s.peer(n).synced })
	pid, _ := p.SpawnOpt("syncer", func(p *sim.Proc) {
		for _, n := range nodes {
			p.MonitorNode(n, true)
		}
		for len(nodes) > 0 {
			n, _ := sim.Receive(p, settled)
			nodes = without(nodes, n)
			p.MonitorNode(n, false)
		}
		otp.Reply(p, from, true)
	}, sim.SpawnOptions{Link: true, Hidden: true})
	s.syncers = append(s.syncers, pid)
}

// settled is whether a message says that there is no waiting for a node any more, and for which.
func settled(m any) (sim.Atom, bool) {
	switch m := m.(type) {
	case sim.NodeDown:
		return m.Node, true
	case synced:
		return m.node, true
	}
	return "", false
}

func (s *server) tellSyncers(p *sim.Proc, node sim.Atom) {
	for _, pid := range s.syncers {
		p.Send(pid, synced{node})
	}
}

// Sync waits until this node knows the names of all nodes that it is connected to, or those are down (GLB12).
func Sync(p *sim.Proc) {
	otp.MustCall(p, serverName, syncCall{nodes: p.Nodes()}, otp.Within(sim.Forever))
}
