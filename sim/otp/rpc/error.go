package rpc

import (
	"errors"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// The words.
const (
	noConnection = term.NoConnection

	timeout  sim.Atom = "timeout"
	nodedown sim.Atom = "nodedown"
	exitWord sim.Atom = "EXIT"
)

// ErrNoConnection says that the node could not be reached, or was lost before it had answered.
var ErrNoConnection = errors.New("noconnection")

// Kind is how a call failed.
type Kind uint8

// The kinds. What Erlang's erpc raises for each is beside it.
const (
	Crashed      Kind = iota // error:{exception, Reason, Stack}: the function panicked; Reason is a *term.Crash
	Exited                   // exit:{exception, Reason}: the function called ExitSelf
	Signalled                // exit:{signal, Reason}: somebody, or a link, ended the process
	Disconnected             // error:{erpc, noconnection}
	TimedOut                 // error:{erpc, timeout}; the function may still run
)

// Error is why ECall and its like have no answer.
type Error struct {
	Node   sim.Atom
	Kind   Kind
	Reason sim.Reason // nil if Disconnected or TimedOut
}

// Term is what Erlang raises.
func (e *Error) Term() sim.Tuple {
	switch e.Kind {
	case Signalled:
		return sim.Tuple{sim.Atom("signal"), e.Reason}
	case Disconnected:
		return sim.Tuple{sim.Atom("erpc"), noConnection}
	case TimedOut:
		return sim.Tuple{sim.Atom("erpc"), timeout}
	}
	return sim.Tuple{sim.Atom("exception"), e.Reason}
}

// Error says which node failed, and how.
func (e *Error) Error() string { return "erpc " + e.Node.String() + ": " + term.Format(e.Term()) }

// Is matches ErrNoConnection and otp.ErrTimeout.
func (e *Error) Is(target error) bool {
	return target == ErrNoConnection && e.Kind == Disconnected || target == otp.ErrTimeout && e.Kind == TimedOut
}

// Unwrap is the reason, if that is an error itself: a *term.Crash.
func (e *Error) Unwrap() error {
	err, _ := e.Reason.(error)
	return err
}

// BadRPC is why Call and its like have no answer: {badrpc, Reason}.
type BadRPC struct {
	Node   sim.Atom
	Reason sim.Reason // nodedown, timeout, or {'EXIT', R}: the function, or its process, ended with R
}

// Term is {badrpc, Reason}.
func (e *BadRPC) Term() sim.Tuple { return sim.Tuple{sim.Atom("badrpc"), e.Reason} }

// Error says which node failed, and how.
func (e *BadRPC) Error() string { return "rpc " + e.Node.String() + ": " + term.Format(e.Reason) }

// Is matches otp.ErrNodeDown and otp.ErrTimeout.
func (e *BadRPC) Is(target error) bool {
	return target == otp.ErrNodeDown && e.Reason == any(nodedown) || target == otp.ErrTimeout && e.Reason == any(timeout)
}

// Exit is the reason in {'EXIT', R}, if that is what it is.
func (e *BadRPC) Exit() (reason sim.Reason, ok bool) {
	t, ok := e.Reason.(sim.Tuple)
	if !ok || len(t) != 2 || t[0] != any(exitWord) {
		return nil, false
	}
	return t[1], true
}

// badRPC is how rpc tells what erpc knows more exactly.
func badRPC(err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	bad := &BadRPC{Node: e.Node, Reason: sim.Tuple{exitWord, e.Reason}}
	switch e.Kind {
	case Disconnected:
		bad.Reason = nodedown
	case TimedOut:
		bad.Reason = timeout
	}
	return bad
}
