package application

import (
	"errors"
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// runPhases runs the start phases of an application in their order, each for the application itself and
// then, if it wants that, for those that it includes (APP7).
func runPhases(p *sim.Proc, a *App, typ StartType) sim.Reason {
	for _, phase := range a.Phases {
		if reason := runPhase(p, a, phase.Name, typ); reason != nil {
			return reason
		}
	}
	return nil
}

// runPhase runs a phase of one application. That it has no such phase is no error; that it has none at all
// is, when the one that includes it has.
func runPhase(p *sim.Proc, a *App, name sim.Atom, typ StartType) sim.Reason {
	if a.Phases == nil {
		return sim.Tuple{sim.Atom("start_phases_undefined"), a.Name}
	}
	i := slices.IndexFunc(a.Phases, func(x Phase) bool { return x.Name == name })
	if i >= 0 {
		if reason := callPhase(p, a, a.Phases[i], typ); reason != nil {
			return reason
		}
	}
	if !a.PhasesOfIncluded {
		return nil
	}
	for _, name2 := range a.Included {
		included := tableOf(p).loaded[name2]
		if included == nil || included.library() { // OTP crashes there, and takes that for done
			continue
		}
		if reason := runPhase(p, included, name, typ); reason != nil {
			return reason
		}
	}
	return nil
}

// callPhase calls the application's code.
func callPhase(p *sim.Proc, a *App, phase Phase, typ StartType) sim.Reason {
	call := a.call("start_phase", phase.Name, typ.Term(), phase.Args)
	var err error
	why, ok := otp.Try(p, func() {
		if a.StartPhase == nil {
			panic(&sim.Error{Reason: "undef", Op: "start_phase", Detail: a.Name.String() + " has no StartPhase"})
		}
		err = a.StartPhase(p, phase.Name, typ, phase.Args)
	})
	var bad *otp.BadReturn
	switch {
	case !ok:
		return badPhase(call, sim.Tuple{exitWord, why})
	case errors.As(err, &bad):
		return badPhase(call, bad.Value)
	case err != nil:
		return sim.Tuple{otp.ExitReason(err), call}
	}
	return nil
}

func badPhase(call sim.Tuple, v any) sim.Reason {
	return sim.Tuple{sim.Atom("bad_return_value"), sim.Tuple{call, v}}
}
