package genserver

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// NodeReply is one node's answer to MultiCall.
type NodeReply[R any] struct {
	Node  sim.Atom
	Reply R
}

// MultiCall calls the servers of that name on all the nodes at once and waits at most d for them all
// together. bad lists the nodes without an answer: no such name, no connection, too late, died (GS11). Both lists
// are in the order of the nodes; otp.Everywhere lists those that gen_server:multi_call/2 means.
//
// Late answers are dropped. OTP 25 has another process do the calls, if there is a time-out, and that is who the
// servers see; if there is none, the answer of a node that was lost, and is back, may be left in the mailbox.
func MultiCall[R any](
	p *sim.Proc, nodes []sim.Atom, name sim.Name, req otp.Request[R], d time.Duration,
) (good []NodeReply[R], bad []sim.Atom) {
	switch {
	case p.Compat() != sim.OTP25:
		return multiCall(p, nodes, name, req, d, otp.SendRequest[R])
	case d == sim.Forever:
		return multiCall(p, nodes, name, req, d, otp.SendRequestPlain[R])
	}
	type result struct {
		good []NodeReply[R]
		bad  []sim.Atom
	}
	_, ref := p.SpawnMonitor("middleman", func(p *sim.Proc) {
		good, bad := multiCall(p, nodes, name, req, d, otp.SendRequestPlain[R])
		p.ExitSelf(result{good, bad})
	})
	m, _ := p.Await(sim.Mark{}, func(m *sim.Msg) bool { return otp.IsDown(m, ref) }, sim.Forever)
	r, ok := m.Value().(sim.Down).Reason.(result)
	if !ok { // somebody has killed it
		p.ExitSelf(m.Value().(sim.Down).Reason)
	}
	return r.good, r.bad
}

// multiCall sends all requests, and then waits for one answer after the other.
func multiCall[R any](
	p *sim.Proc, nodes []sim.Atom, name sim.Name, req otp.Request[R], d time.Duration,
	send func(p *sim.Proc, to sim.Addr, req otp.Request[R]) otp.RequestID[R],
) (good []NodeReply[R], bad []sim.Atom) {
	ids := make([]otp.RequestID[R], len(nodes))
	for i, n := range nodes {
		ids[i] = send(p, term.NameAt{Name: name, Node: n}, req)
	}
	began := p.Now()
	for i, n := range nodes {
		left := d
		if d != sim.Forever {
			left = max(0, d-(p.Now()-began))
		}
		if r, err := otp.ReceiveResponse(p, ids[i], left); err == nil {
			good = append(good, NodeReply[R]{n, r})
		} else {
			bad = append(bad, n)
		}
	}
	return good, bad
}
