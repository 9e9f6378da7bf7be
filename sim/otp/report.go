package otp

import "github.com/bedlam-sim/bedlam/sim"

// CrashReport is the body of a report of kind "crash": a process that was started by this package, or by a
// behaviour, ended for a reason that is not normal, shutdown or {shutdown, _} (PL3).
type CrashReport struct {
	PID       sim.PID
	Name      any // its name, if it had one
	Reason    sim.Reason
	Ancestors []sim.PID // who started it, who started that one, and so on
}

// TerminateReport is the body of a report of kind "terminate": a behaviour gives up (GS7).
type TerminateReport struct {
	Behaviour sim.Atom // gen_server, gen_statem…
	Name      any      // its name or PID
	Last      any      // the message it was handling; nil if none
	State     any
	Reason    sim.Reason
	Client    sim.PID // who had asked, if the last message was a call
}

// Ancestors lists who started a process, who started that one, and so on.
func Ancestors(pid sim.PID) []sim.PID {
	var up []sim.PID
	for q := parentOf(pid); !parentOf(q).IsZero(); q = parentOf(q) { // a node's first process counts for nothing
		up = append(up, q)
	}
	return up
}
