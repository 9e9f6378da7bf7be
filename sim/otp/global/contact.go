package global

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// connectionOf is the number of the connection that has come up.
func connectionOf(m sim.NodeUp) uint64 {
	for _, o := range m.Info {
		if t, is := o.(sim.Tuple); is && len(t) == 2 && t[0] == sim.Atom("connection_id") {
			return uint64(t[1].(int))
		}
	}
	return 0
}

// contact is a node as far as we have heard of its connection.
type contact struct {
	node sim.Atom
	conn uint64
}

func (k *peer) contact() contact { return contact{k.node, k.conn} }

// say sends a message to another name server over the connection that it is about, or not at all: if that is over,
// and there is another, which we have not heard of yet, it would be wrong there.
func (c contact) say(p *sim.Proc, tag *sim.Tag, msg any) {
	if c.conn != 0 && p.ConnectionID(c.node) == c.conn {
		p.SendTaggedNoConnect(at(c.node), tag, sim.Ref{}, 0, msg)
	}
}

// castTo is say for the steps of a session.
func (s *server) castTo(p *sim.Proc, k *peer, msg any) {
	if s.bugs.has(bugStale) {
		otp.Cast(p, at(k.node), msg)
		return
	}
	k.contact().say(p, otp.CastTag, msg)
}

// sendTo is say for what would not connect.
func (s *server) sendTo(p *sim.Proc, k *peer, msg any) {
	if s.bugs.has(bugStale) {
		p.SendNoConnect(at(k.node), msg)
		return
	}
	k.contact().say(p, nil, msg)
}

// sayInSync tells a node that we have it from others that we are in sync.
func (s *server) sayInSync(p *sim.Proc, k *peer) {
	if !s.bugs.has(bugStale) {
		s.castTo(p, k, inSync{p.Node()})
	}
}

// contacts is those we share our names with.
func (s *server) contacts() []contact {
	var all []contact
	for _, k := range s.peers {
		if k.known {
			all = append(all, k.contact())
		}
	}
	return all
}

// end ends a session that has reached its aim.
func (s *server) end(p *sim.Proc, k *peer, tell *newNodes, whom []contact) {
	k.pending = false // so that he is not told to cancel
	s.cancel(p, k, k.my, tell, whom)
	k.session = session{}
}
