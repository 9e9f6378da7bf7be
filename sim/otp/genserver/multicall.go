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
// together. bad lists the nodes without an answer: no such name, no connection, too late, died (GS11).
// Late answers are dropped.
func MultiCall[R any](
	p *sim.Proc, nodes []sim.Atom, name sim.Name, req otp.Request[R], d time.Duration,
) (good []NodeReply[R], bad []sim.Atom) {
	ids := make([]otp.RequestID[R], len(nodes))
	for i, n := range nodes {
		ids[i] = otp.SendRequest(p, term.NameAt{Name: name, Node: n}, req)
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
