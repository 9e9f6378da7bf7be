package genevent

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// installed is a handler in its manager. Its methods survive what the user's code does.
type installed struct {
	id    ID
	impl  Handler
	owner sim.PID // whom it belongs to; zero: nobody
}

// callback is which of a handler's callbacks is meant.
type callback uint8

const (
	onEvent callback = iota
	onCall
	onInfo
)

// begin makes the handler and calls its Init.
func (h *installed) begin(p *sim.Proc, new func() Handler, before Predecessor) (r Result) {
	why, ok := otp.Try(p, func() {
		h.impl = new()
		r = h.impl.Init(p, before)
	})
	if !ok {
		return exited(why)
	}
	if r.kind == stays && !r.replies {
		return r
	}
	return Bad(r.Term())
}

// callback calls the user's code.
func (h *installed) callback(p *sim.Proc, what callback, arg any) (r Result) {
	if why, ok := otp.Try(p, func() { r = h.ask(p, what, arg) }); !ok {
		return exited(why)
	}
	return r
}

// ask is callback without a guard.
func (h *installed) ask(p *sim.Proc, what callback, arg any) Result {
	switch what {
	case onEvent:
		return h.impl.HandleEvent(p, arg)
	case onCall:
		return h.impl.HandleCall(p, arg)
	}
	return h.impl.HandleInfo(p, arg)
}

// end calls the handler's Terminate. If that crashes, ok is false and what is left is {'EXIT', R}.
func (h *installed) end(p *sim.Proc, arg any) (left any, ok bool) {
	why, ok := otp.Try(p, func() { left = h.impl.Terminate(p, arg) })
	if !ok {
		return exited(why).value, false
	}
	return left, true
}

// exited is what Erlang's catch makes of a crash.
func exited(why sim.Reason) Result { return Bad(sim.Tuple{exitWord, why}) }
