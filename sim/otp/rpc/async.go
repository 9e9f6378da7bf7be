package rpc

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// Key is a Call that is under way, a promise. It is a comparable value.
type Key[R any] struct{ id RequestID[R] }

// AsyncCall has a function run on a node and does not wait: rpc:async_call. Its outcome is had from Yield or NbYield,
// once, by the same process.
func AsyncCall[R any](p *sim.Proc, node sim.Atom, f func(p *sim.Proc) R) Key[R] {
	return Key[R]{SendRequest(p, node, f)}
}

// Yield waits for the outcome, for ever: rpc:yield. The error is a *BadRPC.
func Yield[R any](p *sim.Proc, key Key[R]) (R, error) {
	r, err := ReceiveResponse(p, key.id, sim.Forever)
	return r, badRPC(err)
}

// NbYield waits for the outcome at most d: rpc:nb_yield, of which nb_yield/1 waits 0. If it gives up with
// otp.ErrTimeout the call goes on, and may be asked for again. Any other error is a *BadRPC.
func NbYield[R any](p *sim.Proc, key Key[R], d time.Duration) (R, error) {
	r, err := WaitResponse(p, key.id, d)
	return r, badRPC(err)
}

// ParallelEval has each of the functions run on one of the nodes, this one and those that it knows, in turn, all at
// once, and waits for them: rpc:parallel_eval. The results are in the order of the functions, with a *BadRPC where one
// failed.
func ParallelEval[R any](p *sim.Proc, fs ...func(p *sim.Proc) R) []Result[R] {
	nodes := append([]sim.Atom{p.Node()}, p.Nodes()...)
	keys := make([]Key[R], len(fs))
	for i, f := range fs {
		keys[i] = AsyncCall(p, nodes[i%len(nodes)], f)
	}
	results := make([]Result[R], len(fs))
	for i, key := range keys {
		r, err := Yield(p, key)
		results[i] = Result[R]{key.id.node, r, err}
	}
	return results
}

// PMap applies a function to each of a list, as ParallelEval does, and gives what it returned, in their order:
// rpc:pmap. If it failed for any, the error is the first's *BadRPC; Erlang's caller exits with badrpc then.
func PMap[A, R any](p *sim.Proc, f func(p *sim.Proc, a A) R, list []A) ([]R, error) {
	fs := make([]func(p *sim.Proc) R, len(list))
	for i, a := range list {
		fs[i] = func(p *sim.Proc) R { return f(p, a) }
	}
	rs := make([]R, 0, len(list))
	for _, r := range ParallelEval(p, fs...) {
		if r.Err != nil {
			return nil, r.Err
		}
		rs = append(rs, r.Value)
	}
	return rs, nil
}

// PInfo tells of a process, on whatever node it lives: rpc:pinfo. ok is false if it has ended. The error is a *BadRPC:
// its node was not reached.
func PInfo(p *sim.Proc, pid sim.PID) (info sim.Info, ok bool, err error) {
	if p.IsLocal(pid) {
		info, ok = p.Info(pid)
		return info, ok, nil
	}
	found, err := Call(p, pid.Node(), func(p *sim.Proc) *sim.Info {
		if info, ok := p.Info(pid); ok {
			return &info
		}
		return nil
	})
	if err != nil || found == nil {
		return sim.Info{}, false, err
	}
	return *found, true, nil
}
