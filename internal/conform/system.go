package conform

import (
	"errors"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// sysOperations are those of sys.
var sysOperations = map[string]operation{
	"sys_suspend":       func(a *actor, o Op) any { return sysResult(ok, sys.Suspend(a.p, a.to(o), within(o))) },
	"sys_resume":        func(a *actor, o Op) any { return sysResult(ok, sys.Resume(a.p, a.to(o), within(o))) },
	"sys_get_state":     (*actor).sysGetState,
	"sys_replace_state": (*actor).sysReplaceState,
	"sys_get_status":    (*actor).sysGetStatus,
	"sys_terminate":     (*actor).sysTerminate,
	"sys_change_code":   (*actor).sysChangeCode,
}

func within(o Op) otp.CallOpt { return otp.Within(o.span("timeout", otp.DefaultTimeout)) }

// sysResult is what a function of sys gives. It exits if there is no answer, and raises an error if the
// process says that something went wrong.
func sysResult(v any, err error) any {
	var fail *sys.Failure
	switch {
	case err == nil:
		return v
	case errors.As(err, &fail):
		return exception{"error", fail.Reason}
	}
	return exitOf(err)
}

func (a *actor) sysGetState(o Op) any { return sysResult(sys.GetState(a.p, a.to(o), within(o))) }

// sysReplaceState puts another state in place; without one, the fun crashes. If there is no answer, sys says
// {sys, Request, [To, Timeout]} where it means to name the function.
func (a *actor) sysReplaceState(o Op) any {
	replace := func(any) any { panic(term.Atom("bad_fun")) }
	if o.has("state") {
		state := a.term(o, "state")
		replace = func(any) any { return state }
	}
	to := a.to(o)
	v, err := sys.ReplaceState(a.p, to, replace, within(o))
	var call *otp.CallError
	if !errors.As(err, &call) {
		return sysResult(v, err)
	}
	d := o.span("timeout", otp.DefaultTimeout)
	if d != sim.Forever {
		d *= oracleScale
	}
	request := term.Tuple{sys.ReplaceStateReq, closure{}}
	return exception{"exit", term.Tuple{call.Reason, term.Tuple{term.Atom("sys"), request, []any{to, otp.Millis(d)}}}}
}

func (a *actor) sysGetStatus(o Op) any {
	s, err := sys.GetStatus(a.p, a.to(o), within(o))
	return sysResult(term.Tuple{s.PID, s.Behaviour, s.Sys}, err)
}

func (a *actor) sysTerminate(o Op) any {
	return sysResult(ok, sys.Terminate(a.p, a.to(o), a.term(o, "reason"), within(o)))
}

// sysChangeCode answers {error, R} where other functions raise.
func (a *actor) sysChangeCode(o Op) any {
	module := term.Atom(o.textOr("module", "o_srv"))
	err := sys.ChangeCode(a.p, a.to(o), module, term.Atom("vsn1"), a.term(o, "extra"), within(o))
	var fail *sys.Failure
	if errors.As(err, &fail) {
		return term.Tuple{sys.Error, fail.Reason}
	}
	return sysResult(ok, err)
}
