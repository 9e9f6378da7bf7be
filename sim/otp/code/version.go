package code

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/genevent"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
)

// Version is one version of a module: Server, Machine, Handler, Supervisor and Body make it.
type Version struct {
	Vsn  string
	code any // a maker, a supervisor.Init or a body
}

// maker makes what a process of a behaviour runs; args are those of its start.
type maker[I any] func(args []any) I

// Server is a version of a gen_server's module. new makes an empty server: for a start, and for a change of code.
func Server[S genserver.Server](vsn string, new func() S) Version {
	return Version{vsn, maker[genserver.Server](func([]any) genserver.Server { return new() })}
}

// ServerArgs is Server for servers that are told something at each start, and the same when their code changes.
func ServerArgs[S genserver.Server](vsn string, new func(args ...any) S) Version {
	return Version{vsn, maker[genserver.Server](func(args []any) genserver.Server { return new(args...) })}
}

// Machine is a version of a gen_statem's module. All versions have states of one type. It counts as one with
// state enter calls, whether it has an Enter or not.
func Machine[S comparable, M genstatem.Machine[S]](vsn string, new func() M) Version {
	return Version{vsn, maker[genstatem.Machine[S]](func([]any) genstatem.Machine[S] { return new() })}
}

// MachineArgs is Machine for machines that are told something at each start, and the same when their code changes.
func MachineArgs[S comparable, M genstatem.Machine[S]](vsn string, new func(args ...any) M) Version {
	return Version{vsn, maker[genstatem.Machine[S]](func(args []any) genstatem.Machine[S] { return new(args...) })}
}

// Handler is a version of a gen_event handler's module.
func Handler[H genevent.Handler](vsn string, new func() H) Version {
	return Version{vsn, maker[genevent.Handler](func([]any) genevent.Handler { return new() })}
}

// Supervisor is a version of a supervisor's module. When its code changes, init is asked anew: children keep their
// processes, and none is started or stopped (SUP19).
func Supervisor(vsn string, init supervisor.Init) Version { return Version{vsn, init} }

// Body is a version of a plain process's module. body runs until the process's next qualified call: what it
// returns are the arguments of that, ?MODULE:loop(Args…), which the version answers that is then current. If it
// returns nil the process ends.
func Body(vsn string, body func(p *sim.Proc, args ...any) (next []any)) Version {
	return Version{vsn, loop(body)}
}

type loop func(p *sim.Proc, args ...any) (next []any)

// codeOf is a version's code, which must be of the kind that is asked for.
func codeOf[C any](m *Module, v *Version) C {
	c, ok := v.code.(C)
	if !ok {
		panic(&sim.Error{Reason: undef, Op: string(m.Name), Detail: "version " + v.Vsn + " is the code of another behaviour"})
	}
	return c
}
