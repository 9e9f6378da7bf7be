// Package sys talks to any behaviour about itself: it looks at its state, replaces it, suspends it and
// lets it go on, changes its code, ends it. The requests are handled between callbacks, by every behaviour.
//
// And it looks at what the behaviour does: each of its events may be traced, remembered, counted, or given to a
// function that is installed in the process. What is not switched on costs nothing. There is no log_to_file:
// a simulated process has no files.
//
// A process that does not answer within 5 s, or otp.Within, gives a *otp.CallError, as a call does.
package sys

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// The requests, as they travel: atoms, and tuples that begin with one.
const (
	SuspendReq      sim.Atom = "suspend"
	ResumeReq       sim.Atom = "resume"
	GetStateReq     sim.Atom = "get_state"
	GetStatusReq    sim.Atom = "get_status"
	ReplaceStateReq sim.Atom = "replace_state" // {replace_state, func(any) any}
	TerminateReq    sim.Atom = "terminate"     // {terminate, Reason}
	ChangeCodeReq   sim.Atom = "change_code"   // {change_code, Module, OldVsn, Extra}
)

// The answers, beside plain ok and {ok, State}.
const (
	OK        sim.Atom = "ok"
	Error     sim.Atom = "error" // {error, Reason}
	Running   sim.Atom = "running"
	Suspended sim.Atom = "suspended"
)

// Status is what GetStatus tells.
type Status struct {
	PID       sim.PID
	Behaviour sim.Atom // gen_server, gen_statem…
	Module    string   // the type of the user's code
	Sys       sim.Atom // running or suspended
	Parent    sim.PID
	Name      any // its name, or its PID
	State     any
	Debug     []any // what is switched on, newest first: trace, log, statistics, names of debug functions
	Details   any   // what only some behaviours have to tell: a genstatem.Status
}

// Suspend makes the process handle nothing but requests of this package, and its parent's end, until Resume.
// What else it is sent waits in order.
func Suspend(p *sim.Proc, to sim.Addr, opts ...otp.CallOpt) error {
	return done(ask(p, to, SuspendReq, opts))
}

// Resume lets a suspended process go on.
func Resume(p *sim.Proc, to sim.Addr, opts ...otp.CallOpt) error {
	return done(ask(p, to, ResumeReq, opts))
}

// GetState is the process's state: what its State method says if it has one, else the value that holds the
// callbacks, which belongs to the process: look, do not touch.
func GetState(p *sim.Proc, to sim.Addr, opts ...otp.CallOpt) (any, error) {
	return state(p)(ask(p, to, GetStateReq, opts))
}

// Replace makes a new state of the old one. It is code, and so the same on every node.
type Replace func(state any) any

// Cross gives the function itself.
func (f Replace) Cross() any { return f }

// ReplaceState makes the process replace its state by what f makes of it, and returns that. f runs in that
// process; if it panics the state stays as it is, and the error's reason begins with callback_failed.
func ReplaceState(p *sim.Proc, to sim.Addr, f func(state any) any, opts ...otp.CallOpt) (any, error) {
	return state(p)(ask(p, to, sim.Tuple{ReplaceStateReq, Replace(f)}, opts))
}

// GetStatus tells about the process.
func GetStatus(p *sim.Proc, to sim.Addr, opts ...otp.CallOpt) (Status, error) {
	v, err := ask(p, to, GetStatusReq, opts)
	s, _ := v.(Status)
	return s, err
}

// Terminate makes the process terminate with reason. It does not wait for that: otp.Stop does.
func Terminate(p *sim.Proc, to sim.Addr, reason sim.Reason, opts ...otp.CallOpt) error {
	return done(ask(p, to, sim.Tuple{TerminateReq, reason}, opts))
}

// ChangeCode makes a suspended process call its CodeChange. If that fails, or if the process is not
// suspended, the error is a *Failure, and the process goes on with what it had (SYS3).
func ChangeCode(p *sim.Proc, to sim.Addr, module, oldVsn, extra any, opts ...otp.CallOpt) error {
	v, err := ask(p, to, sim.Tuple{ChangeCodeReq, module, oldVsn, extra}, opts)
	if err == nil && v != any(OK) {
		return &Failure{reasonOf(v)}
	}
	return err
}

// Failure says that the process answered {error, Reason}.
type Failure struct{ Reason sim.Reason }

// Error prints the reason.
func (f *Failure) Error() string { return "sys: " + sim.Tuple{Error, f.Reason}.String() }

// ask sends a request of this package and waits for the answer.
func ask(p *sim.Proc, to sim.Addr, req any, opts []otp.CallOpt) (any, error) {
	d, given := otp.Patience(opts)
	v, reason, ok := otp.Ask(p, to, otp.SystemTag, req, d)
	if ok {
		return v, nil
	}
	return nil, &otp.CallError{Reason: reason, To: to, Req: req, Call: site(to, req, d, given)}
}

// site is what Erlang calls the call: {sys, Name, [To | Args]}, where for replace_state and no_debug the whole
// request stands for the name.
func site(to sim.Addr, req any, d time.Duration, given bool) otp.MFA {
	call := otp.MFA{Module: "sys", Function: req, Args: []any{to}}
	if t, ok := req.(sim.Tuple); ok && t[0] != any(ReplaceStateReq) {
		if what, is := t[1].(sim.Tuple); is && t[0] == any(DebugReq) {
			t = what
		}
		if t[0] != any(DebugReq) {
			call.Function = t[0]
			call.Args = append(call.Args, t[1:]...)
		}
	}
	if given {
		call.Args = append(call.Args, otp.Millis(d))
	}
	return call
}

func done(_ any, err error) error { return err }

// value takes {ok, V} apart. {error, R} is what sys raises as an error.
func value(v any, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	if t, ok := v.(sim.Tuple); ok && len(t) == 2 && t[0] == any(OK) {
		return t[1], nil
	}
	return nil, &Failure{reasonOf(v)}
}

// state is value for a state. In OTP 25 one that is {error, R} itself is taken for a failure (SYS2).
func state(p *sim.Proc) func(v any, err error) (any, error) {
	return func(v any, err error) (any, error) {
		v, err = value(v, err)
		if t, ok := v.(sim.Tuple); ok && len(t) == 2 && t[0] == any(Error) && p.Compat() == sim.OTP25 {
			return nil, &Failure{t[1]}
		}
		return v, err
	}
}

func reasonOf(v any) sim.Reason {
	if t, ok := v.(sim.Tuple); ok && len(t) == 2 && t[0] == any(Error) {
		return t[1]
	}
	return v
}
