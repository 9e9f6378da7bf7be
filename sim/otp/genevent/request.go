package genevent

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// RequestID is a Call that is under way: its answer is fetched later (GC7). It is a comparable value, and fits into otp.Requests.
type RequestID[R any] struct{ under otp.RequestID[any] }

// Ref is the request's reference.
func (id RequestID[R]) Ref() sim.Ref { return id.under.Ref() }

// Ends reports whether a message ends the wait for the answer.
func (id RequestID[R]) Ends(m *sim.Msg) bool { return id.under.Ends(m) }

// Check is CheckResponse.
func (id RequestID[R]) Check(p *sim.Proc, msg any) (r R, ok bool, err error) {
	return CheckResponse(p, msg, id)
}

// Abandon gives the request up: a late answer is dropped.
func (id RequestID[R]) Abandon(p *sim.Proc) { id.under.Abandon(p) }

// SendRequest asks one handler and does not wait: gen_event:send_request. The answer is fetched with WaitResponse,
// ReceiveResponse or CheckResponse, whose errors are those of Call and otp.ErrTimeout.
func SendRequest[R any](p *sim.Proc, to sim.Addr, id ID, req otp.Request[R]) RequestID[R] {
	return RequestID[R]{otp.SendRequestTagged(p, to, requestTag, &call{id, req})}
}

// SendRequestAny is SendRequest for requests that do not say what they return.
func SendRequestAny(p *sim.Proc, to sim.Addr, id ID, req any) RequestID[any] {
	return RequestID[any]{otp.SendRequestTagged(p, to, requestTag, &call{id, req})}
}

// WaitResponse waits for the answer at most d. If it gives up with otp.ErrTimeout the request stands: one may wait again.
func WaitResponse[R any](p *sim.Proc, id RequestID[R], d time.Duration) (R, error) {
	return typed[R](answered(otp.WaitResponse(p, id.under, d)))
}

// ReceiveResponse waits for the answer at most d. If it gives up with otp.ErrTimeout the request is abandoned: a late answer is
// dropped.
func ReceiveResponse[R any](p *sim.Proc, id RequestID[R], d time.Duration) (R, error) {
	return typed[R](answered(otp.ReceiveResponse(p, id.under, d)))
}

// CheckResponse asks whether a message that was received is the answer. ok is false if it is something else.
func CheckResponse[R any](p *sim.Proc, msg any, id RequestID[R]) (r R, ok bool, err error) {
	v, ok, err := otp.CheckResponse(p, msg, id.under)
	if ok {
		r, err = typed[R](answered(v, err))
	}
	return r, ok, err
}

// answered is the answer that a response has brought, if one has come.
func answered(v any, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return answer(v)
}

// typed makes of an answer what a handler was asked for.
func typed[R any](v any, err error) (R, error) {
	r, ok := v.(R)
	if err == nil && !ok && v != nil {
		err = &Error{sim.Tuple{sim.Atom("bad_reply"), v}}
	}
	return r, err
}
