package global

import (
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// A cluster in which two nodes have lost each other and a third sees both is one whose names cannot be the same
// everywhere. So who loses a node tells all others, and they let go of it too: what is left are parts in which all
// are connected to all (POP1).

// loss is a connection that a node has told to have lost.
type loss struct{ a, b sim.Atom }

// report is what is remembered of it, so that what others pass on is told once.
type report struct {
	creation uint32
	op       int
	until    time.Duration
}

// memory is how long.
const memory = time.Hour

func (s *server) preventsOverlap(p *sim.Proc) bool {
	k := p.Kernel()
	return !k.NoConnectAll && !k.AllowOverlap
}

// tellLoss tells all others that we have lost a node, or have let go of it.
func (s *server) tellLoss(p *sim.Proc, node sim.Atom, how parting) {
	if !s.preventsOverlap(p) {
		return
	}
	s.ops++
	s.multicast(p, lostConnection{A: p.Node(), B: node, Creation: p.Creation(p.Node()), Op: s.ops, Removed: how == removed}, node)
}

// multicast sends a message to all nodes that are known, or about to be, but one.
func (s *server) multicast(p *sim.Proc, msg any, but sim.Atom) {
	for _, k := range s.peers {
		if (k.known || k.pending) && k.node != but {
			s.sendTo(p, k, msg)
		}
	}
}

// lostConnection hears that A has lost B, passes it on, and lets go of B, or of A if we are B.
func (s *server) lostConnection(p *sim.Proc, m lostConnection) {
	if !s.preventsOverlap(p) {
		return
	}
	key := loss{m.A, m.B}
	if old, told := s.losses[key]; told && old.until > p.Now() && old.creation == m.Creation && m.Op <= old.op {
		return
	}
	if !m.Removed {
		s.multicast(p, m, m.A)
	}
	s.losses[key] = report{m.Creation, m.Op, p.Now() + memory}
	k := s.peer(m.B)
	if m.B == p.Node() {
		k = s.peer(m.A)
	}
	if !k.known && !k.pending {
		return
	}
	claimed := k.known && m.B != p.Node() && !s.bugs.has(bugStale)
	s.sendTo(p, k, removeConnection{p.Node()})
	s.warn(p, "requested disconnect from", k.node)
	s.nodeDown(p, k, removed)
	if claimed {
		s.tellLoss(p, k.node, removed)
	}
}

// claim is our word that we know nodes.
func (s *server) claim(p *sim.Proc, nodes []sim.Atom) Claim {
	return Claim{Node: p.Node(), Nodes: nodes, Op: s.ops, Creation: p.Creation(p.Node())}
}

// stillKnown is the nodes of a claim but those that its sender has told to have lost since: that may come by way of
// others, and be heard first.
func (s *server) stillKnown(c Claim) []sim.Atom {
	if s.bugs.has(bugStale) {
		return c.Nodes
	}
	return slices.DeleteFunc(slices.Clone(c.Nodes), func(n sim.Atom) bool {
		r := s.losses[loss{c.Node, n}]
		return r.creation == c.Creation && r.op > c.Op
	})
}

// forgive believes no more that the sender of a claim has lost us, if that was before.
func (s *server) forgive(p *sim.Proc, c Claim) {
	key := loss{c.Node, p.Node()}
	if r := s.losses[key]; !s.bugs.has(bugStale) && (r.creation != c.Creation || r.op < c.Op) {
		s.losses[key] = report{c.Creation, c.Op, p.Now() + memory}
	}
}

// removeConnection hears that a node wants to be disconnected.
func (s *server) removeConnection(p *sim.Proc, k *peer) {
	if !k.known && !k.pending && (s.bugs.has(bugStandoff) || !k.up) {
		return
	}
	if s.bugs.has(bugStale) || p.ConnectionID(k.node) == k.conn {
		p.DisconnectNode(k.node)
	}
	s.nodeDown(p, k, removed)
	s.warn(p, "disconnected", k.node)
}

// warn reports what is done so that partitions do not overlap.
func (s *server) warn(p *sim.Proc, what sim.Atom, node sim.Atom) {
	p.Report("warning", p.Self(), sim.Tuple{sim.Atom("prevent_overlapping_partitions"), what, node})
}

// disconnect takes the node out of the cluster without making the others take each other for lost.
func (s *server) disconnect(p *sim.Proc) []sim.Atom {
	nodes := s.those(func(k *peer) bool { return k.up })
	for _, n := range nodes {
		p.DisconnectNode(n)
	}
	for _, n := range nodes {
		sim.Receive(p, func(m any) (sim.NodeDown, bool) { d, is := m.(sim.NodeDown); return d, is && d.Node == n })
		s.disconnected(p, s.peer(n), ignored)
	}
	return nodes
}
