package otp

import (
	"errors"
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// The words that calls and starts fail with.
const (
	timeout        sim.Atom = "timeout"
	callingSelf    sim.Atom = "calling_self"
	nodeDown       sim.Atom = "nodedown"
	badReply       sim.Atom = "bad_reply"
	alreadyStarted sim.Atom = "already_started"
	atomOK         sim.Atom = "ok"
	badReturnValue sim.Atom = "bad_return_value"
	infinity       sim.Atom = "infinity"
	terminate      sim.Atom = "terminate"
)

// What a failed call may be asked to be, by errors.Is.
var (
	ErrTimeout     = sim.ErrTimeout // no answer in time
	ErrNoProc      = errors.New("noproc")
	ErrCallingSelf = errors.New("calling_self")
	ErrNodeDown    = errors.New("nodedown")
)

// MFA is a call as exit reasons and reports name it: {Module, Function, Arguments}.
type MFA struct {
	Module   sim.Atom
	Function any // an atom; for some requests of package sys the whole request
	Args     []any
}

// IsZero reports whether it names no call.
func (c MFA) IsZero() bool { return c.Module == "" }

// Term is {Module, Function, Args}.
func (c MFA) Term() sim.Tuple { return sim.Tuple{c.Module, c.Function, c.Args} }

// String prints {Module,Function,Args}.
func (c MFA) String() string { return c.Term().String() }

// callSite is what a gen_server call is called; the time-out is part of it if it was given.
func callSite(to sim.Addr, req any, d time.Duration, given bool) MFA {
	args := []any{to, req}
	if given {
		args = append(args, Millis(d))
	}
	return MFA{"gen_server", sim.Atom("call"), args}
}

// Millis is a time-out as Erlang has it: a number of milliseconds, or infinity.
func Millis(d time.Duration) any {
	if d == sim.Forever {
		return infinity
	}
	return int(d / time.Millisecond)
}

// CallError says why a call has no answer.
type CallError struct {
	Reason sim.Reason // timeout, noproc, calling_self, {nodedown, Node}, or what the server ended with
	To     any        // whom it was for
	Req    any        // what was asked
	Call   MFA        // what Erlang would put beside the reason; zero if nothing
}

// Error says who failed to answer what, and why.
func (e *CallError) Error() string {
	return fmt.Sprintf("call %s %s: %s", term.Format(e.To), term.Format(e.Req), term.Format(e.Reason))
}

// Exit is the reason with which a process exits that cannot do without the answer: {Reason, CALL}.
func (e *CallError) Exit() sim.Reason {
	if e.Call.IsZero() {
		return e.Reason
	}
	return sim.Tuple{e.Reason, e.Call}
}

// Is matches ErrTimeout, ErrNoProc, ErrCallingSelf and ErrNodeDown by the reason.
func (e *CallError) Is(target error) bool {
	switch target {
	case ErrTimeout:
		return term.Is(e.Reason, timeout)
	case ErrNoProc:
		return term.Is(e.Reason, sim.NoProc)
	case ErrCallingSelf:
		return term.Is(e.Reason, callingSelf)
	case ErrNodeDown:
		t, ok := e.Reason.(sim.Tuple)
		return ok && len(t) == 2 && t[0] == any(nodeDown)
	}
	return false
}

// Unwrap is the reason, if that is an error itself: a *term.Crash, say.
func (e *CallError) Unwrap() error {
	err, _ := e.Reason.(error)
	return err
}

// ExitReason is what a process exits with for want of what an error of this package denied it.
func ExitReason(err error) sim.Reason {
	var call *CallError
	var start *StartError
	switch {
	case errors.As(err, &call):
		return call.Exit()
	case errors.As(err, &start):
		return start.Reason
	}
	return err
}
