package genstatem

import (
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/internal/gen"
)

// Option is an option of starting a machine.
type Option func(*spec)

// spec says how machines are started. One spec serves all that are started alike.
type spec struct {
	gen.Spec
	asOTP bool
	cover *Coverage
}

// Timeout limits the time that Init may take: then the process is killed and the start fails with timeout.
func Timeout(d time.Duration) Option { return func(s *spec) { s.Timeout = d } }

// HibernateAfter makes the machine hibernate when no message has come for d.
func HibernateAfter(d time.Duration) Option { return func(s *spec) { s.HibernateAfter = d } }

// Priority sets the process's priority.
func Priority(l scheduler.Priority) Option { return func(s *spec) { s.Priority = l } }

// NoBlock promises that no callback ever waits: none calls, sleeps, receives or starts a process. Such a
// machine is the fastest there is; one that breaks the promise crashes.
func NoBlock() Option { return func(s *spec) { s.NoBlock = true } }

// Role says what the machine is called in paths, if it has no local name and its supervisor does not say.
func Role(role string) Option { return func(s *spec) { s.Role = role } }

// Cover makes the machine count in c what events come in which states.
func Cover(c *Coverage) Option { return func(s *spec) { s.cover = c } }

// AsOTP makes the machine do as OTP really does, up to 27 at least, where that is not as OTP's manual says:
// a time-out of 0 that is set anew, with a time, before it has gone off, is lost. When the time has passed
// the machine gets an InfoEvent {timeout, Ref, Type} in its stead (SM7).
func AsOTP() Option { return func(s *spec) { s.asOTP = true } }

// Start makes what a supervisor is given for a child: a function that starts a machine, linked, under a
// name: a sim.Name, a term.Global, a term.Via, or nil for none. new is called in the new process.
// To stop a machine, see otp.Stop.
func Start[S comparable, M Machine[S]](name sim.Addr, new func() M, opts ...Option) otp.StartFunc {
	return start[S, M](name, func([]any) Machine[S] { return new() }, opts, false)
}

// StartArgs is Start for machines that are told something at each start: args is what the supervisor was
// given for this child (supervisor.StartChild).
func StartArgs[S comparable, M Machine[S]](name sim.Addr, new func(args ...any) M, opts ...Option) otp.StartFunc {
	return start[S, M](name, func(args []any) Machine[S] { return new(args...) }, opts, true)
}

func start[S comparable, M Machine[S]](
	name sim.Addr, new func(args []any) Machine[S], opts []Option, takesArgs bool,
) otp.StartFunc {
	s := specOf[M](name, opts)
	return func(p *sim.Proc, extra ...any) (otp.Started, error) {
		if len(extra) > 0 && !takesArgs {
			panic(&sim.Error{Reason: "undef", Op: "start_link", Detail: "this machine takes no arguments: see StartArgs"})
		}
		return run(p, s, gen.Linked, func() Machine[S] { return new(extra) })
	}
}

// StartLink starts a machine that is linked to the caller, gen_statem:start_link: if either ends abnormally,
// so does the other, unless it traps exits; if the caller ends, a machine that traps exits terminates.
func StartLink[S comparable, M Machine[S]](p *sim.Proc, name sim.Addr, new func() M, opts ...Option) (otp.Started, error) {
	return run(p, specOf[M](name, opts), gen.Linked, func() Machine[S] { return new() })
}

// StartAlone starts a machine that is tied to nobody: gen_statem:start.
func StartAlone[S comparable, M Machine[S]](p *sim.Proc, name sim.Addr, new func() M, opts ...Option) (otp.Started, error) {
	return run(p, specOf[M](name, opts), gen.Alone, func() Machine[S] { return new() })
}

// StartMonitor starts a machine that the caller monitors under Started.Ref: gen_statem:start_monitor.
func StartMonitor[S comparable, M Machine[S]](p *sim.Proc, name sim.Addr, new func() M, opts ...Option) (otp.Started, error) {
	return run(p, specOf[M](name, opts), gen.Monitored, func() Machine[S] { return new() })
}

func specOf[M any](name sim.Addr, opts []Option) *spec {
	s := &spec{Spec: gen.Spec{Behaviour: "gen_statem", Name: name, Role: gen.RoleOf[M]()}}
	for _, o := range opts {
		o(s)
	}
	return s
}

func run[S comparable](p *sim.Proc, s *spec, tie gen.Tie, new func() Machine[S]) (otp.Started, error) {
	return s.Start(p, tie, process(s, tie, &unborn[S]{new: new}))
}

func process[S comparable](s *spec, tie gen.Tie, impl Machine[S]) *machine[S] {
	return &machine[S]{Core: gen.NewCore(&s.Spec, tie), spec: s, impl: impl}
}

// unborn stands for a machine until its process makes it.
type unborn[S comparable] struct {
	Base[S]
	new func() Machine[S]
}

// Init is never called.
func (u *unborn[S]) Init(*sim.Proc) Step[S] { return u.Bad(nil) }

// HandleEvent is never called.
func (u *unborn[S]) HandleEvent(*sim.Proc, S, Event) Step[S] { return u.Bad(nil) }
