package supervisor

import (
	"fmt"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Report is what a supervisor tells about a child: the body of reports of the kinds "supervisor" and
// "progress".
type Report struct {
	Supervisor any // its name, or its PID if it has none
	Reason     sim.Reason
	Child      *Child // whom it is about: not to be changed
	PID        sim.PID
	Several    []sim.PID // instead of PID, if it is about several dynamic children that ended alike
	Context    Context
}

// Context says what a report is about.
type Context uint8

// The contexts: OTP's error contexts, and the report that all went well.
const (
	Progress        Context = iota // a child was started
	StartError                     // a child could not be started
	ChildTerminated                // a child ended by itself, and not as it should
	GivingUp                       // too many restarts: the supervisor ends
	ShutdownError                  // a child that was stopped ended in another way than it should
)

// String is OTP's word for the context.
func (c Context) String() string {
	return [...]string{"progress", "start_error", "child_terminated", "shutdown", "shutdown_error"}[c]
}

func (s *server) newReport(what Context, reason sim.Reason, spec *Child, pid sim.PID) *Report {
	return &Report{Supervisor: s.name, Context: what, Reason: reason, Child: spec, PID: pid}
}

// report tells the world about a child.
func (s *server) report(p *sim.Proc, what Context, reason sim.Reason, spec *Child, pid sim.PID) {
	kind := "supervisor"
	if what == Progress {
		kind = "progress"
	}
	var body any // if nobody looks at it, the fact is the same
	if p.Reporting() {
		body = s.newReport(what, reason, spec, pid)
	}
	p.Report(kind, pid, body)
}

// String prints the report in the form of OTP's log.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "    supervisor: %s\n", supervisorName(r.Supervisor))
	if r.Context == Progress {
		fmt.Fprintf(&b, "    started: %s\n", r.offender())
		return b.String()
	}
	fmt.Fprintf(&b, "    errorContext: %s\n", r.Context)
	fmt.Fprintf(&b, "    reason: %s\n", term.Format(r.Reason))
	fmt.Fprintf(&b, "    offender: %s\n", r.offender())
	return b.String()
}

func supervisorName(v any) string {
	if name, ok := v.(sim.Name); ok {
		return "{local," + name.String() + "}"
	}
	return term.Format(v)
}

// offender is the child as OTP's list of pairs.
func (r *Report) offender() string {
	c := r.Child
	who := term.Tuple{term.Atom("pid"), pidTerm(r.PID)}
	if r.Several != nil {
		who = term.Tuple{term.Atom("nb_children"), len(r.Several)}
	}
	return term.Format([]any{
		who,
		term.Tuple{term.Atom("id"), term.Atom(c.ID)},
		term.Tuple{term.Atom("restart_type"), term.Atom(c.Restart)},
		term.Tuple{term.Atom("significant"), c.Significant},
		term.Tuple{term.Atom("shutdown"), c.Shutdown.term()},
		term.Tuple{term.Atom("child_type"), term.Atom(c.Type)},
	})
}

func pidTerm(pid sim.PID) any {
	if pid.IsZero() {
		return term.Undefined
	}
	return pid
}

// term is the shutdown as OTP has it: an atom or a number of milliseconds.
func (s Shutdown) term() any {
	switch s {
	case Infinity, BrutalKill, 0:
		return term.Atom(s.String())
	}
	return inUnits(s.patience(), time.Millisecond)
}
