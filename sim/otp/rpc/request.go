package rpc

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// RequestID is an ECall that is under way. It is a comparable value, and fits into otp.Requests, which are erpc's reqids.
type RequestID[R any] struct {
	ref  sim.Ref
	node sim.Atom
}

// Ref is the request's reference.
func (id RequestID[R]) Ref() sim.Ref { return id.ref }

// Ends reports whether a message ends the wait for the answer.
func (id RequestID[R]) Ends(m *sim.Msg) bool { return isAnswer(m, id.ref) }

// Check is CheckResponse.
func (id RequestID[R]) Check(_ *sim.Proc, msg any) (r R, ok bool, err error) {
	return CheckResponse(msg, id)
}

// Abandon gives the request up: a late answer is dropped.
func (id RequestID[R]) Abandon(p *sim.Proc) { finish(p, sim.Mark{}, id.ref, id.node, 0) }

// SendRequest has a function run on a node and does not wait: erpc:send_request. What it returns is fetched with
// WaitResponse, ReceiveResponse or CheckResponse, once.
func SendRequest[R any](p *sim.Proc, node sim.Atom, f func(p *sim.Proc) R) RequestID[R] {
	return RequestID[R]{request(p, node, untyped(f)), node}
}

// WaitResponse waits for the answer at most d. If it gives up with otp.ErrTimeout the request stands: one may wait
// again. Any other error is an *Error.
func WaitResponse[R any](p *sim.Proc, id RequestID[R], d time.Duration) (R, error) {
	v, err, ok := await(p, sim.Mark{}, id.ref, id.node, d)
	if !ok {
		err = otp.ErrTimeout
	}
	return typed[R](v, err)
}

// ReceiveResponse waits for the answer at most d, and then abandons the request: a late answer is dropped. The error is
// an *Error.
func ReceiveResponse[R any](p *sim.Proc, id RequestID[R], d time.Duration) (R, error) {
	return typed[R](finish(p, sim.Mark{}, id.ref, id.node, d))
}

// CheckResponse asks whether a message that was received is the answer. ok is false if it is something else.
func CheckResponse[R any](msg any, id RequestID[R]) (r R, ok bool, err error) {
	switch m := msg.(type) {
	case sim.Down:
		ok = m.Ref == id.ref
	case sim.SpawnReply:
		ok = m.Ref == id.ref
	}
	if ok {
		r, err = typed[R](take(msg, id.node))
	}
	return r, ok, err
}
