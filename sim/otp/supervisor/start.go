// Package supervisor is Erlang's supervisor: a process that starts other processes, stops them in the
// reverse order, and restarts them when they end, until that happens too often.
//
//	otp.Must(supervisor.StartLink(p, sim.Local("kv_sup"), supervisor.Spec{
//		Intensity: supervisor.Restarts(5, 10*time.Second),
//		Children: []supervisor.Child{
//			{ID: "kv_store", Start: genserver.Start(sim.Local("kv_store"), kv.New)},
//			{ID: "conns", Type: supervisor.Supervisor, Start: supervisor.Start(sim.Local("conns"), conns)},
//		},
//	}))
//
// What it is, is plain data: a Spec. What it does follows OTP's supervisor.erl to the letter, mistakes
// included where a release made them (sim.Compat). A supervisor is a gen_server; while it starts or stops
// a child it does nothing else, and whoever asks it something waits.
//
// The files: spec.go, check.go say what a supervisor may be; child.go, intensity.go, strategy.go decide, and
// have no effects; server.go, request.go, restart.go, shutdown.go, simple.go act; api.go is for clients.
package supervisor

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// Init makes a supervisor's specification, in its own process: when it starts, and again when its code
// changes. The error is otp.ErrIgnore if it chooses not to start; *otp.BadReturn{V} stands for any other
// value V that an Erlang init function may return, and an error of any other kind for {error, Reason}.
type Init func(p *sim.Proc) (Spec, error)

// Option is an option of starting a supervisor.
type Option func(*server)

// Module says what the module of Init is called, for reports and for what a bad Init exits with.
func Module(name sim.Atom) Option { return func(s *server) { s.module = name } }

// Start makes what a supervisor is given for a child that is a supervisor itself: a function that starts
// one, linked, under a name: a sim.Name, a term.Global, a term.Via, or nil for none.
func Start(name sim.Addr, spec Spec, opts ...Option) otp.StartFunc {
	return StartInit(name, always(spec), opts...)
}

// StartInit is Start for a specification that is made anew at each start.
func StartInit(name sim.Addr, init Init, opts ...Option) otp.StartFunc {
	return genserver.Start(name, func() *server { return newServer(name, init, opts) }, role)
}

// StartArgs is StartInit for supervisors that are dynamic children themselves: init is told with what.
func StartArgs(name sim.Addr, init func(p *sim.Proc, args ...any) (Spec, error), opts ...Option) otp.StartFunc {
	return genserver.StartArgs(name, func(args ...any) *server {
		return newServer(name, func(p *sim.Proc) (Spec, error) { return init(p, args...) }, opts)
	}, role)
}

var role = genserver.Role("supervisor")

// StartLink starts a supervisor that is linked to the caller, its parent: when the parent ends, so does it.
func StartLink(p *sim.Proc, name sim.Addr, spec Spec, opts ...Option) (otp.Started, error) {
	return Start(name, spec, opts...)(p)
}

// StartLinkInit is StartLink for a specification that init makes.
func StartLinkInit(p *sim.Proc, name sim.Addr, init Init, opts ...Option) (otp.Started, error) {
	return StartInit(name, init, opts...)(p)
}

func always(spec Spec) Init {
	return func(*sim.Proc) (Spec, error) { return spec, nil }
}

func newServer(name sim.Addr, init Init, opts []Option) *server {
	s := &server{init: init, module: "supervisor", name: name}
	for _, o := range opts {
		o(s)
	}
	return s
}
