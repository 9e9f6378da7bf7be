package rpc

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// answer is the reason with which the process of a call ends when the function is through.
type answer struct {
	Value any
	Kind  Kind // if Failed
	// Failed says that Value is the reason of a crash or an exit.
	Failed bool
}

// IsAnswer marks a reason with which a process ends that has done what it was asked.
func (answer) IsAnswer() {}

// apply runs a function and says what came of it.
func apply(p *sim.Proc, f func(p *sim.Proc) any) answer {
	var v any
	why, ok := otp.Try(p, func() { v = f(p) })
	switch _, crash := why.(*term.Crash); {
	case ok:
		return answer{Value: v}
	case crash:
		return answer{Value: why, Kind: Crashed, Failed: true}
	}
	return answer{Value: why, Kind: Exited, Failed: true}
}

// errorOf is the error of a failure; nil if there is none.
func (a answer) errorOf(node sim.Atom) error {
	if !a.Failed {
		return nil
	}
	return &Error{Node: node, Kind: a.Kind, Reason: a.Value}
}

// request has a process on a node run a function, and does not wait. The process does not outlive the function.
func request(p *sim.Proc, node sim.Atom, f func(p *sim.Proc) any) sim.Ref {
	return p.SpawnRequest(node, "erpc", func(p *sim.Proc) { p.ExitSelf(apply(p, f)) },
		sim.SpawnOptions{Monitor: true, ErrorOnly: true})
}

// isAnswer is whether a message ends the wait for what a request comes to.
func isAnswer(m *sim.Msg, ref sim.Ref) bool {
	if otp.IsDown(m, ref) {
		return true
	}
	reply, is := m.Body().(sim.SpawnReply)
	return is && m.Tag() == nil && reply.Ref == ref
}

// take takes the answer out of such a message.
func take(m any, node sim.Atom) (any, error) {
	var reason sim.Reason
	switch m := m.(type) {
	case sim.Down:
		reason = m.Reason
	case sim.SpawnReply:
		reason = m.Reason
	}
	if a, is := reason.(answer); is {
		return a.Value, a.errorOf(node)
	}
	if term.Is(reason, noConnection) {
		return nil, &Error{Node: node, Kind: Disconnected}
	}
	return nil, &Error{Node: node, Kind: Signalled, Reason: reason}
}

// await waits for an answer, at most d. ok is false if there is none.
func await(p *sim.Proc, from sim.Mark, ref sim.Ref, node sim.Atom, d time.Duration) (v any, err error, ok bool) {
	m, ok := p.Await(from, func(m *sim.Msg) bool { return isAnswer(m, ref) }, d)
	if ok {
		v, err = take(m.Value(), node)
	}
	return v, err, ok
}

// finish waits for an answer, at most d, and then gives the request up. An answer that is there already counts.
func finish(p *sim.Proc, from sim.Mark, ref sim.Ref, node sim.Atom, d time.Duration) (any, error) {
	v, err, ok := await(p, from, ref, node, d)
	if !ok && !p.AbandonSpawn(ref) && !p.Demonitor(ref) {
		v, err, ok = await(p, from, ref, node, 0)
	}
	if !ok {
		return nil, &Error{Node: node, Kind: TimedOut}
	}
	return v, err
}

// patience is how long a call may take: for ever, if it was not told.
func patience(opts []otp.CallOpt) time.Duration {
	if d, given := otp.Patience(opts); given {
		return d
	}
	return sim.Forever
}

// ECall has a function run on a node and waits for what it returns, for ever unless otp.Within says how long:
// erpc:call. The error is an *Error. What cannot cross between nodes is no answer: the process ends with
// {cannot_cross, Why}, and that is Signalled.
func ECall[R any](p *sim.Proc, node sim.Atom, f func(p *sim.Proc) R, opts ...otp.CallOpt) (R, error) {
	d := patience(opts)
	if node == p.Node() && d == sim.Forever {
		a := apply(p, untyped(f))
		return typed[R](a.Value, a.errorOf(node))
	}
	mark := p.Mark()
	ref := request(p, node, untyped(f))
	return typed[R](finish(p, mark, ref, node, d))
}

// Cast has a function run on a node, and hears nothing of it: erpc:cast and rpc:cast.
func Cast(p *sim.Proc, node sim.Atom, f func(p *sim.Proc)) {
	ref := p.SpawnRequest(node, "erpc", f, sim.SpawnOptions{ErrorOnly: true})
	p.AbandonSpawn(ref)
}

// Result is what a call to one of several nodes came to.
type Result[R any] struct {
	Node  sim.Atom
	Value R
	Err   error
}

// EMultiCall is ECall to several nodes at once, with one time-out for all: erpc:multicall. The results are in the order
// of the nodes.
func EMultiCall[R any](p *sim.Proc, nodes []sim.Atom, f func(p *sim.Proc) R, opts ...otp.CallOpt) []Result[R] {
	d, mark, began := patience(opts), p.Mark(), p.Now()
	refs := make([]sim.Ref, len(nodes))
	for i, n := range nodes {
		refs[i] = request(p, n, untyped(f))
	}
	results := make([]Result[R], len(nodes))
	for i, n := range nodes {
		v, err := typed[R](finish(p, mark, refs[i], n, left(p, began, d)))
		results[i] = Result[R]{n, v, err}
	}
	return results
}

// EMultiCast is Cast to several nodes: erpc:multicast.
func EMultiCast(p *sim.Proc, nodes []sim.Atom, f func(p *sim.Proc)) {
	for _, n := range nodes {
		Cast(p, n, f)
	}
}

func untyped[R any](f func(p *sim.Proc) R) func(p *sim.Proc) any {
	return func(p *sim.Proc) any { return f(p) }
}

func typed[R any](v any, err error) (R, error) {
	r, _ := v.(R)
	if err != nil {
		var none R
		return none, err
	}
	return r, nil
}
