package genevent

import (
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/internal/gen"
)

// Option is an option of starting a manager.
type Option func(*gen.Spec)

// HibernateAfter makes the manager hibernate when no message has come for d.
func HibernateAfter(d time.Duration) Option { return func(s *gen.Spec) { s.HibernateAfter = d } }

// Priority sets the process's priority.
func Priority(l scheduler.Priority) Option { return func(s *gen.Spec) { s.Priority = l } }

// NoBlock promises that no handler ever waits: none calls, sleeps, receives or starts a process. Such a
// manager is the fastest there is; a handler that breaks the promise crashes.
func NoBlock() Option { return func(s *gen.Spec) { s.NoBlock = true } }

// Role says what the manager is called in paths, if it has no local name and its supervisor does not say.
func Role(role string) Option { return func(s *gen.Spec) { s.Role = role } }

// Start makes what a supervisor is given for a child: a function that starts a manager, linked, under a
// name: a sim.Name, a term.Global, a term.Via, or nil for none. To stop a manager, see otp.Stop.
func Start(name sim.Addr, opts ...Option) otp.StartFunc {
	spec := specOf(name, opts)
	return func(p *sim.Proc, extra ...any) (otp.Started, error) {
		if len(extra) > 0 {
			panic(&sim.Error{Reason: "undef", Op: "start_link", Detail: "an event manager takes no arguments"})
		}
		return run(p, spec, gen.Linked)
	}
}

// StartLink starts a manager that is linked to the caller: when the caller ends, for whatever reason, so
// does the manager (EV8).
func StartLink(p *sim.Proc, name sim.Addr, opts ...Option) (otp.Started, error) {
	return run(p, specOf(name, opts), gen.Linked)
}

// StartAlone starts a manager that is tied to nobody: gen_event:start.
func StartAlone(p *sim.Proc, name sim.Addr, opts ...Option) (otp.Started, error) {
	return run(p, specOf(name, opts), gen.Alone)
}

// StartMonitor starts a manager that the caller monitors under Started.Ref: gen_event:start_monitor.
func StartMonitor(p *sim.Proc, name sim.Addr, opts ...Option) (otp.Started, error) {
	return run(p, specOf(name, opts), gen.Monitored)
}

func specOf(name sim.Addr, opts []Option) *gen.Spec {
	spec := &gen.Spec{Behaviour: "gen_event", Name: name}
	for _, o := range opts {
		o(spec)
	}
	return spec
}

func run(p *sim.Proc, spec *gen.Spec, tie gen.Tie) (otp.Started, error) {
	return spec.Start(p, tie, &manager{Core: gen.NewCore(spec, tie)})
}
