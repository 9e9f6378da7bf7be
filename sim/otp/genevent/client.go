package genevent

import (
	"errors"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Error is what a manager answers that did not do, or a handler that could not do, what was asked: Reason
// is bad_module or module_not_found if there is no such handler, what Init answered instead of Ok, or
// {'EXIT', R} if a callback crashed.
type Error struct{ Reason any }

// Error prints the reason.
func (e *Error) Error() string { return "gen_event: " + term.Format(e.Reason) }

// Is matches ErrNoHandler.
func (e *Error) Is(target error) bool {
	return target == ErrNoHandler && (term.Is(e.Reason, badModule) || term.Is(e.Reason, moduleNotFound))
}

// ErrNoHandler says that the manager has no handler of that name.
var ErrNoHandler = errors.New("no such handler")

const (
	badModule      sim.Atom = "bad_module"
	moduleNotFound sim.Atom = "module_not_found"
)

// failure is an answer that becomes an Error at the client.
type failure struct{ reason any }

// ask sends a request and waits for its answer as long as it takes. If there is none, the error is an *otp.CallError.
func ask(p *sim.Proc, to sim.Addr, tag *sim.Tag, req any) (any, error) {
	v, reason, ok := otp.Ask(p, to, tag, req, sim.Forever)
	if !ok {
		return nil, &otp.CallError{Reason: reason, To: to, Req: req}
	}
	return answer(v)
}

func answer(v any) (any, error) {
	if f, failed := v.(failure); failed {
		return nil, &Error{f.reason}
	}
	return v, nil
}

func done(_ any, err error) error { return err }

// AddHandler installs a handler as the newest. new is called in the manager, where Init runs. If Init does not
// answer Ok, or crashes, the handler is not installed, and the error is an *Error (EV2).
func AddHandler[H Handler](p *sim.Proc, to sim.Addr, id ID, new func() H) error {
	return done(ask(p, to, requestTag, &addHandler{ID: id, New: func() Handler { return new() }}))
}

// AddSupHandler is AddHandler for a handler that belongs to the calling process: the two processes are linked
// from then on, even if Init fails; the handler is removed when the caller ends, and the caller is sent a
// HandlerExit when the handler goes (EV2, EV7).
func AddSupHandler[H Handler](p *sim.Proc, to sim.Addr, id ID, new func() H) error {
	return done(ask(p, to, requestTag, &addHandler{ID: id, New: func() Handler { return new() }, Owner: p.Self()}))
}

// DeleteHandler removes a handler. Its Terminate is called with args, and what that returns is the value. If
// Terminate crashes, the handler is gone too, and the error is an *Error with {'EXIT', R} (EV5).
func DeleteHandler(p *sim.Proc, to sim.Addr, id ID, args any) (any, error) {
	return ask(p, to, requestTag, &deleteHandler{id, args})
}

// SwapHandler puts a handler in the place of another, and keeps its owner if it has one. The old one's
// Terminate is called with args; if there is no such handler the new one is installed all the same (EV6). An
// *Error says why the new one did not start; the old one is gone.
func SwapHandler[H Handler](p *sim.Proc, to sim.Addr, old ID, args any, id ID, new func() H) error {
	return done(ask(p, to, requestTag, &swapHandler{Old: old, Args: args, ID: id, New: func() Handler { return new() }}))
}

// SwapSupHandler is SwapHandler for a new handler that belongs to the calling process.
func SwapSupHandler[H Handler](p *sim.Proc, to sim.Addr, old ID, args any, id ID, new func() H) error {
	return done(ask(p, to, requestTag, &swapHandler{
		Old: old, Args: args, ID: id, New: func() Handler { return new() }, Owner: p.Self(),
	}))
}

// WhichHandlers lists the handlers, newest first.
func WhichHandlers(p *sim.Proc, to sim.Addr) ([]ID, error) {
	v, err := ask(p, to, requestTag, whichHandlers{})
	ids, _ := v.([]ID)
	return ids, err
}

// Notify sends an event and does not wait. To the dead it does nothing; to a local name that nobody has it
// panics with badarg, as a send does (EV3).
func Notify(p *sim.Proc, to sim.Addr, event any) {
	switch to.(type) {
	case term.Global, term.Via:
		pid, ok := otp.Whereis(p, to)
		if !ok {
			return
		}
		to = pid
	}
	p.SendTagged(to, notifyTag, sim.Ref{}, 0, event)
}

// SyncNotify sends an event and waits until all handlers have handled it.
func SyncNotify(p *sim.Proc, to sim.Addr, event any) error {
	return done(ask(p, to, syncTag, event))
}

// Call asks one handler. The error is an *otp.CallError if the manager does not answer, and an *Error if
// there is no such handler, or if it failed: then it is gone (EV4, EV8).
func Call[R any](p *sim.Proc, to sim.Addr, id ID, req otp.Request[R], opts ...otp.CallOpt) (R, error) {
	return typed[R](CallAny(p, to, id, req, opts...))
}

// CallAny is Call for requests that do not say what they return.
func CallAny(p *sim.Proc, to sim.Addr, id ID, req any, opts ...otp.CallOpt) (any, error) {
	d, given := otp.Patience(opts)
	v, reason, ok := otp.Ask(p, to, requestTag, &call{id, req}, d)
	if ok {
		return answer(v)
	}
	args := []any{to, id.Term(), req}
	if given {
		args = append(args, otp.Millis(d))
	}
	return nil, &otp.CallError{Reason: reason, To: to, Req: req, Call: otp.MFA{Module: "gen_event", Function: sim.Atom("call"), Args: args}}
}
