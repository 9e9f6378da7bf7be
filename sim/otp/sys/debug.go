package sys

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// DebugReq begins the requests that concern debugging: {debug, {What, Arg}}, or {debug, no_debug}.
const DebugReq sim.Atom = "debug"

// What a debug request is about. Those that have an argument say which.
const (
	TraceDebug      sim.Atom = "trace"      // true or false
	LogDebug        sim.Atom = "log"        // true, false, {true, N}, get or print
	StatisticsDebug sim.Atom = "statistics" // true, false or get
	InstallDebug    sim.Atom = "install"    // {ID, Func, State}
	RemoveDebug     sim.Atom = "remove"     // ID
	NoDebugDebug    sim.Atom = "no_debug"
	GetArg          sim.Atom = "get"
	PrintArg        sim.Atom = "print"
)

// Func is a debug function: it is called for every event of the process that it is installed in, in that
// process, and gives its next state, or Done, which removes it. If it crashes it is removed (SYS4). name is what the
// process is called.
type Func func(p *sim.Proc, state any, e Event, name any) any

// Cross gives the function itself: it is code, and so the same on every node.
func (f Func) Cross() any { return f }

// Done is what a debug function answers that has seen enough.
const Done sim.Atom = "done"

// Trace makes every event of the process a fact of the world's trace, of kind "sys", and a line of its log,
// in OTP's words, or stops that.
func Trace(p *sim.Proc, to sim.Addr, on bool, opts ...otp.CallOpt) error {
	return debug(p, to, TraceDebug, on, opts)
}

// DefaultLog is how many events OTP's log keeps if it is not told.
const DefaultLog = 10

// Log makes the process remember its last n events. What it remembered before it keeps. 0 ends that.
func Log(p *sim.Proc, to sim.Addr, n int, opts ...otp.CallOpt) error {
	if n == 0 {
		return debug(p, to, LogDebug, false, opts)
	}
	return debug(p, to, LogDebug, sim.Tuple{true, n}, opts)
}

// GetLog gives the events that the process remembers, oldest first.
func GetLog(p *sim.Proc, to sim.Addr, opts ...otp.CallOpt) ([]Event, error) {
	v, err := value(ask(p, to, debugging(LogDebug, GetArg), opts))
	events, _ := v.([]Event)
	return events, err
}

// PrintLog writes the events that the process remembers to the world's log.
func PrintLog(p *sim.Proc, to sim.Addr, opts ...otp.CallOpt) error {
	return debug(p, to, LogDebug, PrintArg, opts)
}

// Stats is what Statistics has counted.
type Stats struct {
	Since       time.Duration // when it began
	Now         time.Duration
	Reductions  uint64 // since it began
	MessagesIn  int
	MessagesOut int
}

// Statistics makes the process count its messages, or stops that and forgets.
func Statistics(p *sim.Proc, to sim.Addr, on bool, opts ...otp.CallOpt) error {
	return debug(p, to, StatisticsDebug, on, opts)
}

// GetStatistics gives what was counted; ok is false if nothing was counting.
func GetStatistics(p *sim.Proc, to sim.Addr, opts ...otp.CallOpt) (s Stats, ok bool, err error) {
	v, err := value(ask(p, to, debugging(StatisticsDebug, GetArg), opts))
	s, ok = v.(Stats)
	return s, ok, err
}

// Install installs a debug function under a name. If there is one of that name already, nothing happens.
func Install(p *sim.Proc, to sim.Addr, id any, f Func, state any, opts ...otp.CallOpt) error {
	return debug(p, to, InstallDebug, sim.Tuple{id, f, state}, opts)
}

// Remove removes the debug function of that name.
func Remove(p *sim.Proc, to sim.Addr, id any, opts ...otp.CallOpt) error {
	return debug(p, to, RemoveDebug, id, opts)
}

// NoDebug ends all that the other functions here have begun.
func NoDebug(p *sim.Proc, to sim.Addr, opts ...otp.CallOpt) error {
	return done(ask(p, to, sim.Tuple{DebugReq, NoDebugDebug}, opts))
}

func debugging(what sim.Atom, arg any) sim.Tuple { return sim.Tuple{DebugReq, sim.Tuple{what, arg}} }

func debug(p *sim.Proc, to sim.Addr, what sim.Atom, arg any, opts []otp.CallOpt) error {
	v, err := ask(p, to, debugging(what, arg), opts)
	if err == nil && v != any(OK) {
		return &Failure{v}
	}
	return err
}
