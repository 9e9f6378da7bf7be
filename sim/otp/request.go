package otp

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// RequestID is a request that is under way: a call whose answer is fetched later (GC7). It is a comparable value.
type RequestID[R any] struct {
	ref sim.Ref
	to  sim.Addr
}

// Ref is the request's reference.
func (id RequestID[R]) Ref() sim.Ref { return id.ref }

// Ends reports whether a message ends the wait for the answer.
func (id RequestID[R]) Ends(m *sim.Msg) bool { return isOutcome(m, id.ref) }

// Check is CheckResponse.
func (id RequestID[R]) Check(p *sim.Proc, msg any) (r R, ok bool, err error) {
	return CheckResponse(p, msg, id)
}

// Abandon gives the request up: a late answer is dropped.
func (id RequestID[R]) Abandon(p *sim.Proc) { p.Demonitor(id.ref, sim.Flush()) }

// SendRequest sends a request and does not wait. The answer is fetched with WaitResponse, ReceiveResponse
// or CheckResponse.
func SendRequest[R any](p *sim.Proc, to sim.Addr, req Request[R]) RequestID[R] {
	return RequestID[R]{send(p, to, CallTag, req), to}
}

// SendRequestAny is SendRequest for requests that do not say what they return.
func SendRequestAny(p *sim.Proc, to sim.Addr, req any) RequestID[any] {
	return RequestID[any]{send(p, to, CallTag, req), to}
}

// SendRequestTagged is SendRequestAny under a tag, for servers that know their requests by another than CallTag.
func SendRequestTagged(p *sim.Proc, to sim.Addr, tag *sim.Tag, req any) RequestID[any] {
	return RequestID[any]{send(p, to, tag, req), to}
}

// SendRequestPlain is SendRequest whose answer goes to the process itself, not to an alias: one that comes after the
// request has failed is a ReplyMsg in the mailbox. OTP did so where it waits for ever, before it had aliases.
func SendRequestPlain[R any](p *sim.Proc, to sim.Addr, req Request[R]) RequestID[R] {
	return RequestID[R]{sendAs(p, to, CallTag, req, true), to}
}

func send(p *sim.Proc, to sim.Addr, tag *sim.Tag, req any) sim.Ref {
	return sendAs(p, to, tag, req, false)
}

func sendAs(p *sim.Proc, to sim.Addr, tag *sim.Tag, req any, plain bool) sim.Ref {
	at, _, ok := resolve(p, to)
	if !ok { // the answer is what a monitor would have said
		ref := p.MakeRef()
		p.Send(p.Self(), sim.Down{Ref: ref, Object: to, Reason: sim.NoProc})
		return ref
	}
	from := Tag{Ref: monitor(p, at, plain), Plain: plain}
	p.SendTaggedNoConnect(at, tag, from.Ref, from.word(), req)
	return from.Ref
}

// WaitResponse waits for the answer at most d. If it gives up with ErrTimeout the request stands: one may
// wait again.
func WaitResponse[R any](p *sim.Proc, id RequestID[R], d time.Duration) (R, error) {
	m, ok := awaitOutcome(p, id.ref, d)
	if !ok {
		var none R
		return none, ErrTimeout
	}
	return response(p, &m, id)
}

// ReceiveResponse waits for the answer at most d. If it gives up with ErrTimeout the request is abandoned:
// a late answer is dropped.
func ReceiveResponse[R any](p *sim.Proc, id RequestID[R], d time.Duration) (R, error) {
	m, ok := awaitOutcome(p, id.ref, d)
	if !ok {
		p.Demonitor(id.ref, sim.Flush())
		m, ok = p.Await(sim.Mark{}, func(m *sim.Msg) bool { return isReply(m, id.ref) }, 0)
	}
	if !ok {
		var none R
		return none, ErrTimeout
	}
	return response(p, &m, id)
}

// CheckResponse asks whether a message that was received is the answer. ok is false if it is something else.
func CheckResponse[R any](p *sim.Proc, msg any, id RequestID[R]) (r R, ok bool, err error) {
	switch m := msg.(type) {
	case ReplyMsg:
		if m.Tag.Ref == id.ref {
			p.Demonitor(id.ref, sim.Flush())
			r, err = answerAs[R](m.Reply, id.to, nil)
			return r, true, err
		}
	case sim.Down:
		if m.Ref == id.ref {
			return r, true, &CallError{Reason: m.Reason, To: m.Object}
		}
	}
	return r, false, nil
}

func awaitOutcome(p *sim.Proc, ref sim.Ref, d time.Duration) (sim.Msg, bool) {
	return p.Await(sim.Mark{}, func(m *sim.Msg) bool { return isOutcome(m, ref) }, d)
}

func response[R any](p *sim.Proc, m *sim.Msg, id RequestID[R]) (R, error) {
	v, reason, ok := outcome(m)
	if !ok {
		var none R
		return none, &CallError{Reason: reason, To: objectOf(m)}
	}
	p.Demonitor(id.ref, sim.Flush())
	return answerAs[R](v, id.to, nil)
}

// objectOf is what a down message is about.
func objectOf(m *sim.Msg) sim.Addr {
	if d, ok := m.Body().(sim.Down); ok && m.Tag() == nil {
		at, _ := d.Object.(sim.Addr)
		return at
	}
	return m.From()
}
