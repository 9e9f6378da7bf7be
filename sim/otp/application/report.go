package application

import (
	"fmt"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Report is what is told about an application: the body of reports of the kind "progress", when it has
// started, and "application", when it has ended, did not start, or could not prepare to stop.
type Report struct {
	Application sim.Atom
	Node        sim.Atom   // where it started
	Reason      sim.Reason // why it ended; stopped, if somebody stopped it
	Type        Type       // of an application that has ended
	PrepStop    sim.Tuple  // the callback that crashed with Reason
}

func reportExit(p *sim.Proc, name sim.Atom, reason sim.Reason, typ Type) {
	p.Report("application", p.Self(), &Report{Application: name, Reason: reason, Type: typ})
}

// String prints the report in the form of OTP's log.
func (r *Report) String() string {
	switch {
	case r.PrepStop != nil:
		return fmt.Sprintf("    application_master: shutdown_error\n    %s: {%s,%s}\n    error_info: %s\n",
			term.Format(r.PrepStop[0]), term.Format(r.PrepStop[1]), term.Format(r.PrepStop[2]), term.Format(r.Reason))
	case r.Reason == nil:
		return fmt.Sprintf("    application: %s\n    started_at: %s\n", r.Application, r.Node)
	}
	return fmt.Sprintf("    application: %s\n    exited: %s\n    type: %s\n", r.Application, term.Format(r.Reason), r.Type)
}
