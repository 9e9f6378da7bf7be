package rpc

import (
	"errors"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Call has a function run on a node and waits for what it returns, for ever unless otp.Within says how long: rpc:call.
// The error is a *BadRPC.
func Call[R any](p *sim.Proc, node sim.Atom, f func(p *sim.Proc) R, opts ...otp.CallOpt) (R, error) {
	r, err := ECall(p, node, f, opts...)
	return r, badRPC(err)
}

// MultiCall is Call to several nodes at once, with one time-out for all: rpc:multicall. Nodes that were not reached, or
// have not answered in time, are bad; the others' results are in the order of the nodes, with a *BadRPC where the
// function failed.
func MultiCall[R any](
	p *sim.Proc, nodes []sim.Atom, f func(p *sim.Proc) R, opts ...otp.CallOpt,
) (results []Result[R], bad []sim.Atom) {
	for _, r := range EMultiCall(p, nodes, f, opts...) {
		if errors.Is(r.Err, ErrNoConnection) || errors.Is(r.Err, otp.ErrTimeout) {
			bad = append(bad, r.Node)
			continue
		}
		r.Err = badRPC(r.Err)
		results = append(results, r)
	}
	return results, bad
}

// Abcast sends a message to the processes of that name on the nodes: rpc:abcast.
func Abcast(p *sim.Proc, nodes []sim.Atom, name sim.Name, msg any) {
	for _, n := range nodes {
		p.Send(term.NameAt{Name: name, Node: n}, msg)
	}
}

// ServerCall sends {Self, Msg} to a process that knows no calls, on a node, and waits for {Wrapper, Node, Reply}:
// rpc:server_call. If there is no such process, or it ends, or its node is lost, the error is otp.ErrNodeDown.
func ServerCall(p *sim.Proc, node sim.Atom, name sim.Name, wrapper, msg any) (reply any, err error) {
	return ask(p, node, name, wrapper, msg).wait(p)
}

// MultiServerCall is ServerCall to the processes of that name on several nodes at once; what wraps the replies is the
// name: rpc:multi_server_call. Nodes without an answer are bad.
func MultiServerCall(p *sim.Proc, nodes []sim.Atom, name sim.Name, msg any) (replies []Result[any], bad []sim.Atom) {
	asked := make([]question, len(nodes))
	for i, n := range nodes {
		asked[i] = ask(p, n, name, sim.Atom(name), msg)
	}
	for i, n := range nodes {
		if reply, err := asked[i].wait(p); err != nil {
			bad = append(bad, n)
		} else {
			replies = append(replies, Result[any]{Node: n, Value: reply})
		}
	}
	return replies, bad
}

// question is a ServerCall under way.
type question struct {
	mark    sim.Mark
	ref     sim.Ref
	node    sim.Atom
	wrapper any
}

func ask(p *sim.Proc, node sim.Atom, name sim.Name, wrapper, msg any) question {
	to, mark := term.NameAt{Name: name, Node: node}, p.Mark()
	ref := p.Monitor(to)
	p.Send(to, sim.Tuple{p.Self(), msg})
	return question{mark, ref, node, wrapper}
}

func (q question) wait(p *sim.Proc) (reply any, err error) {
	m, _ := p.Await(q.mark, func(m *sim.Msg) bool {
		if otp.IsDown(m, q.ref) {
			return true
		}
		t, is := m.Body().(sim.Tuple)
		return is && m.Tag() == nil && len(t) == 3 && term.Equal(t[0], q.wrapper) && t[1] == any(q.node)
	}, sim.Forever)
	if otp.IsDown(&m, q.ref) {
		return nil, otp.ErrNodeDown
	}
	p.Demonitor(q.ref, sim.Flush())
	return m.Body().(sim.Tuple)[2], nil
}

// BlockCall is Call, but rex runs the function, one after the other: rpc:block_call. The error is a *BadRPC.
func BlockCall[R any](p *sim.Proc, node sim.Atom, f func(p *sim.Proc) R, opts ...otp.CallOpt) (R, error) {
	if len(opts) == 0 {
		opts = []otp.CallOpt{otp.Within(sim.Forever)}
	}
	a, err := otp.Call(p, rexOn(node), block{Code: untyped(f)}, opts...)
	if err == nil {
		v, err := typed[R](a.Value, a.errorOf(node))
		return v, badRPC(err)
	}
	bad := &BadRPC{Node: node, Reason: sim.Tuple{exitWord, otp.ExitReason(err)}}
	switch {
	case errors.Is(err, otp.ErrNodeDown):
		bad.Reason = nodedown
	case errors.Is(err, otp.ErrTimeout):
		bad.Reason = timeout
	}
	var none R
	return none, bad
}

// EvalEverywhere has a function run on all the nodes, and hears nothing of it: rpc:eval_everywhere. Where rex does not
// run nothing happens.
func EvalEverywhere(p *sim.Proc, nodes []sim.Atom, f func(p *sim.Proc)) {
	otp.Abcast(p, nodes, rexName, everywhere{code(untyped(func(p *sim.Proc) any { f(p); return nil }))})
}

// Sbcast sends a message to the processes of that name on the nodes, by way of their rex, and waits until it has
// been sent: rpc:sbcast. bad lists the nodes that were not reached, or where nobody has the name.
func Sbcast(p *sim.Proc, nodes []sim.Atom, name sim.Name, msg any) (good, bad []sim.Atom) {
	ids := make([]otp.RequestID[bool], len(nodes))
	for i, n := range nodes {
		ids[i] = otp.SendRequest(p, rexOn(n), deliver{Name: name, Msg: msg})
	}
	for i, n := range nodes {
		if sent, err := otp.ReceiveResponse(p, ids[i], sim.Forever); err == nil && sent {
			good = append(good, n)
		} else {
			bad = append(bad, n)
		}
	}
	return good, bad
}

// left is what is left of d.
func left(p *sim.Proc, began, d time.Duration) time.Duration {
	if d == sim.Forever {
		return d
	}
	return max(0, d-(p.Now()-began))
}
