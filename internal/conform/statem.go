package conform

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// statemOperations are those of gen_statem and its clients.
var statemOperations = map[string]operation{
	"start_statem": (*actor).startStatem,
	"sm_call":      (*actor).statemCall,
	"sm_cast":      func(a *actor, o Op) any { otp.Cast(a.p, a.to(o), a.term(o, "event")); return ok },
	"sm_stop":      (*actor).stop,
}

type statemStart = func(*sim.Proc, sim.Addr, func() genstatem.Machine[term.Atom], ...genstatem.Option) (otp.Started, error)

var statemStarts = map[string]statemStart{
	"start_link":    genstatem.StartLink[term.Atom, genstatem.Machine[term.Atom]],
	"start":         genstatem.StartAlone[term.Atom, genstatem.Machine[term.Atom]],
	"start_monitor": genstatem.StartMonitor[term.Atom, genstatem.Machine[term.Atom]],
}

// startStatem starts a scripted machine. It is to do as OTP does, not as OTP says.
func (a *actor) startStatem(o Op) any {
	as := o.text("as")
	start, known := statemStarts[o.textOr("kind", "start_link")]
	if !known {
		o.wrong("knows no such kind")
	}
	build := func() genstatem.Machine[term.Atom] { return newMachine(a.s, as, o.object("machine")) }
	started, err := start(a.p, a.serverName(o), build, genstatem.Role(as), genstatem.AsOTP())
	if err == nil && o.has("ref") {
		a.s.bind(o.text("ref"), started.Ref)
	}
	return startResult(started, err)
}

func (a *actor) statemCall(o Op) any {
	v, err := genstatem.CallAny(a.p, a.to(o), a.term(o, "event"), otp.Within(o.span("timeout", sim.Forever)))
	if err != nil {
		return exitOf(err)
	}
	return term.Tuple{ok, v}
}
