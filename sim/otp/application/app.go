// Package application is Erlang's application: a part of a node that is loaded, started and stopped as a
// whole, after what it depends on and before what depends on it.
//
//	var KV = application.App{
//		Name: "kv",
//		Deps: []sim.Atom{"logger"},
//		Env:  application.Env{"shards": 4},
//		Start: func(p *sim.Proc, _ application.StartType, _ any) (otp.Started, error) {
//			return supervisor.StartLink(p, sim.Local("kv_sup"), tree)
//		},
//	}
//
//	w := sim.New(sim.Config{Boot: application.Release{Apps: []application.Item{{App: Logger}, {App: KV}}}.Boot})
//
// A Release is what a node is made of; its Boot is the node's boot function, so that a node which went down
// starts its applications again. If an application ends, its Type decides what becomes of the node (APP3).
//
// The processes are OTP's (APP2): the application controller, called application_controller; for each
// application a master, which is the group leader of all its processes and linked to the controller; and
// below it the process that has run Start and is the parent of the top supervisor, here called x. A
// stopped application leaves nothing behind: whoever has its master as group leader is killed (APP4).
//
// It does not know distributed applications (takeover, failover, permit), files, or input and output.
package application

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// App says what an application is: the content of its .app file and its callbacks. It is plain data; once
// it is loaded nothing in it may be changed.
type App struct {
	Name        sim.Atom
	Description string
	Vsn         string
	Deps        []sim.Atom // must be started before it, in this order
	Optional    []sim.Atom // those of Deps that need not be there at all
	Included    []sim.Atom // loaded with it and not started: it starts their processes itself
	Registered  []sim.Name // names its processes take: for people
	Env         Env
	Module      sim.Atom // what its callbacks are called in reasons; "" is Name with _app behind it
	Args        any      // is handed to Start

	// Start starts the top supervisor, linked to p, and returns it; what Started.Info says is the state that
	// PrepStop and Stop are given. If Start is nil the application has no processes: it is a library.
	Start func(p *sim.Proc, typ StartType, args any) (otp.Started, error)
	// PrepStop is called before the top supervisor is stopped, or when it has ended by itself. What it
	// returns is the state for Stop. It may be nil.
	PrepStop func(p *sim.Proc, state any) any
	// Stop is called when the top supervisor has ended. It may be nil.
	Stop func(p *sim.Proc, state any)

	// Phases are run in order after Start, before the application counts as started.
	Phases []Phase
	// StartPhase runs one. An error ends the start: an *otp.StartError, *otp.BadReturn or any other.
	StartPhase func(p *sim.Proc, phase sim.Atom, typ StartType, args any) error
	// PhasesOfIncluded makes each phase run for the included applications too that have it: what the module
	// application_starter does in OTP.
	PhasesOfIncluded bool

	MaxTime time.Duration // how long it runs at most, then it ends normally (maxT); 0: for ever
}

// Env is an application's environment: parameters with their values.
type Env map[sim.Atom]any

// Phase is a start phase.
type Phase struct {
	Name sim.Atom
	Args any
}

// Type says what the end of an application is to the node (APP3).
type Type string

// The types. Where none is given, Start takes Temporary and a Release takes Permanent, as in OTP.
const (
	Permanent Type = "permanent" // the node goes down, whatever the reason
	Transient Type = "transient" // the node goes down unless the reason is normal
	Temporary Type = "temporary" // it is reported, and that is all

	LoadOnly Type = "load" // in a Release: it is loaded and not started
	OnPath   Type = "none" // in a Release: it is not even loaded, but can be, by its name
)

// String is OTP's word for the type; that of the zero Type is temporary.
func (t Type) String() string {
	if t == "" {
		t = Temporary
	}
	return string(t)
}

// StartType is why an application is started. The zero value says: because somebody asked.
type StartType struct {
	Word sim.Atom // "" for normal, or takeover, or failover
	Node sim.Atom // from which node
}

// Term is normal, or {Word, Node}.
func (t StartType) Term() any {
	if t.Word == "" {
		return sim.Normal
	}
	return sim.Tuple{t.Word, t.Node}
}

// file is the content of its .app file, as far as it is plain: {application, Name, Keys}.
func (a *App) file() sim.Tuple {
	keys := []any{sim.Tuple{sim.Atom("description"), a.Description}, sim.Tuple{sim.Atom("vsn"), a.Vsn}}
	for _, k := range []struct {
		key   sim.Atom
		names []sim.Atom
	}{{"applications", a.Deps}, {"optional_applications", a.Optional}, {"included_applications", a.Included}} {
		names := make([]any, len(k.names))
		for i, name := range k.names {
			names[i] = name
		}
		keys = append(keys, sim.Tuple{k.key, names})
	}
	return sim.Tuple{applicationWord, a.Name, keys}
}

// library reports whether the application has no processes.
func (a *App) library() bool { return a.Start == nil }

// module is what the callbacks are called.
func (a *App) module() sim.Atom {
	if a.Module != "" {
		return a.Module
	}
	return a.Name + "_app"
}

// call is one of the callbacks as reasons name it. Nothing is an empty list there.
func (a *App) call(function sim.Atom, args ...any) sim.Tuple {
	for i, arg := range args {
		if arg == nil {
			args[i] = []any{}
		}
	}
	return otp.MFA{Module: a.module(), Function: function, Args: args}.Term()
}

// required lists what must have been started before the application.
func (a *App) required() []sim.Atom {
	var deps []sim.Atom
	for _, d := range a.Deps {
		if !contains(a.Optional, d) {
			deps = append(deps, d)
		}
	}
	return deps
}
