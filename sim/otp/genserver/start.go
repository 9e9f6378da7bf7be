package genserver

import (
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/internal/gen"
)

// Option is an option of starting a server.
type Option func(*gen.Spec)

// Timeout limits the time that Init may take: then the process is killed and the start fails with timeout.
func Timeout(d time.Duration) Option { return func(s *gen.Spec) { s.Timeout = d } }

// HibernateAfter makes the server hibernate when no message has come for d.
func HibernateAfter(d time.Duration) Option { return func(s *gen.Spec) { s.HibernateAfter = d } }

// Priority sets the process's priority.
func Priority(l scheduler.Priority) Option { return func(s *gen.Spec) { s.Priority = l } }

// NoBlock promises that no callback ever waits: none calls, sleeps, receives or starts a process. Such a
// server is the fastest there is; one that breaks the promise crashes.
func NoBlock() Option { return func(s *gen.Spec) { s.NoBlock = true } }

// Role says what the server is called in paths, if it has no local name and its supervisor does not say.
func Role(role string) Option { return func(s *gen.Spec) { s.Role = role } }

// Start makes what a supervisor is given for a child: a function that starts a server, linked, under a
// name: a sim.Name, a term.Global, a term.Via, or nil for none. new is called in the new process.
// To stop a server, see otp.Stop.
func Start[S Server](name sim.Addr, new func() S, opts ...Option) otp.StartFunc {
	return start(specOf(name, gen.RoleOf[S](), opts), func() Server { return new() }, nil)
}

// StartArgs is Start for servers that are told something at each start: args is what the supervisor was
// given for this child (supervisor.StartChild).
func StartArgs[S Server](name sim.Addr, new func(args ...any) S, opts ...Option) otp.StartFunc {
	return start(specOf(name, gen.RoleOf[S](), opts), func() Server { return new() }, func(args []any) Server { return new(args...) })
}

// start makes the function; withArgs is nil if the server takes no arguments.
func start(spec *gen.Spec, new func() Server, withArgs func(args []any) Server) otp.StartFunc {
	return func(p *sim.Proc, extra ...any) (otp.Started, error) {
		whole := new
		if len(extra) > 0 {
			if withArgs == nil {
				panic(&sim.Error{Reason: "undef", Op: "start_link", Detail: "this server takes no arguments: see StartArgs"})
			}
			whole = func() Server { return withArgs(extra) }
		}
		return spec.Start(p, gen.Linked, newServer(spec, gen.Linked, whole))
	}
}

// StartLink starts a server that is linked to the caller, gen_server:start_link: if either ends abnormally, so
// does the other, unless it traps exits; if the caller ends, a server that traps exits terminates.
func StartLink[S Server](p *sim.Proc, name sim.Addr, new func() S, opts ...Option) (otp.Started, error) {
	return run(p, specOf(name, gen.RoleOf[S](), opts), gen.Linked, func() Server { return new() })
}

// StartAlone starts a server that is tied to nobody: gen_server:start.
func StartAlone[S Server](p *sim.Proc, name sim.Addr, new func() S, opts ...Option) (otp.Started, error) {
	return run(p, specOf(name, gen.RoleOf[S](), opts), gen.Alone, func() Server { return new() })
}

// StartMonitor starts a server that the caller monitors under Started.Ref: gen_server:start_monitor.
func StartMonitor[S Server](p *sim.Proc, name sim.Addr, new func() S, opts ...Option) (otp.Started, error) {
	return run(p, specOf(name, gen.RoleOf[S](), opts), gen.Monitored, func() Server { return new() })
}

func specOf(name sim.Addr, role string, opts []Option) *gen.Spec {
	spec := &gen.Spec{Behaviour: "gen_server", Name: name, Role: role}
	for _, o := range opts {
		o(spec)
	}
	return spec
}

func run(p *sim.Proc, spec *gen.Spec, tie gen.Tie, new func() Server) (otp.Started, error) {
	return spec.Start(p, tie, newServer(spec, tie, new))
}

// newServer makes a server whose process is yet to be started.
func newServer(spec *gen.Spec, tie gen.Tie, new func() Server) *server {
	return &server{Core: gen.NewCore(spec, tie), impl: unborn{new: new}}
}

// unborn stands for a server until its process makes it.
type unborn struct {
	Base
	new func() Server
}
