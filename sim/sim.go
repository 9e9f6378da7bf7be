// Package sim is a BEAM in miniature: a world of processes with mailboxes, selective receive, links,
// monitors, names and timers, in which one seed decides everything that Erlang leaves open.
//
// A World runs on one goroutine at a time. Code of the user's sees *Proc, its own process, and values;
// it never sees the World. What the machine does in which order is the scheduler's and chance's affair;
// sim knows no behaviours (sim/otp), no faults (sim/fault) and no files (scenarios).
//
// Rules that everything here keeps:
//   - one road for all signals, so that Erlang's order of signals between two processes holds by construction;
//   - a signal acts when its receiver handles it, not when it is sent;
//   - Proc methods are called by the process's own code only; those that change the world do nothing for the dead;
//   - running costs reductions, reductions cost time, and nothing else makes time pass but a timer.
//
// Ids such as REG3 are rules of OTP: otp/RULES.md says what each means.
package sim

import (
	"github.com/bedlam-sim/bedlam/sim/term"
)

// The words of package term, for those who import only sim.
type (
	PID    = term.PID
	Ref    = term.Ref
	Atom   = term.Atom
	Tuple  = term.Tuple
	Reason = term.Reason
	Addr   = term.Addr
	Name   = term.Name
	NameAt = term.NameAt
	Global = term.Global
)

// Reasons that mean something to the machinery.
const (
	Normal   = term.Normal
	Shutdown = term.Shutdown
	Kill     = term.Kill
	Killed   = term.Killed
	NoProc   = term.NoProc
)

// Local is the address of a process registered on the same node.
func Local(name string) Name { return Name(name) }

// Compat is which OTP release to behave like where releases differ (the last table of otp/RULES.md).
type Compat uint8

// The releases.
const (
	OTP27 Compat = iota // the default
	OTP25
)

// Error is what a Proc method panics with where Erlang raises an error: a bad argument, a link to a
// process that is not there. Uncaught it ends the process with {Reason, Stack}.
type Error struct {
	Reason Atom   // badarg, noproc, timeout_value…
	Op     string // what was asked, such as register
	Detail string // what was wrong with it
}

// Error says what was asked and what was wrong.
func (e *Error) Error() string {
	s := e.Op + ": " + string(e.Reason)
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	return s
}

func raise(reason Atom, op, detail string) { panic(&Error{reason, op, detail}) }
