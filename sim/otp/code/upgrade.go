package code

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Upgrade takes a node from one version of some modules to another, newer or older, while its processes run: what
// OTP's release handler makes of the instruction update. The processes of the modules are suspended, those above
// before those below; the modules are loaded; the processes change their code; they go on. What they are sent
// meanwhile waits, in order.
//
// Where OTP gives the node up and starts it anew in the old release, an upgrade goes back: if a process does not answer
// in time, or its CodeChange fails, all that was changed gets its old code and its old state, and all go on.
// A process that ends meanwhile is nobody's failure: whoever starts it again starts the new version. Unlike in
// OTP supervisors are not asked for their children, which those cannot answer that are suspended or busy: the node
// knows who runs its modules.
type Upgrade struct {
	Steps []Step // in this order they are loaded
	// Under are the tops of the trees whose processes are upgraded: theirs and all below. None means all
	// processes of the node that run the modules.
	Under []sim.Addr
	Order Order
	Gap   time.Duration // between two processes, unless the order is All
	Extra any           // is handed to each CodeChange
	// Patience is how long a process may take to answer: to be suspended, to change its code. 0 means 5 s, as in OTP.
	Patience time.Duration
	// Brutal says that whoever runs code that is older than the current is killed before and after. Otherwise such
	// processes are a reason not to begin, and in the end are left as they are (soft_purge).
	Brutal bool
}

// Step is a module of an upgrade, and the version that it is to go to.
type Step struct {
	Module *Module
	To     string
}

// Order says which processes are suspended at a time.
type Order string

// The orders. All is the default.
const (
	All     Order = "all"     // all: none runs until all have changed
	Rolling Order = "rolling" // one after the other, those above before those below: old and new run side by side
	Random  Order = "random"  // one after the other, in an order that is drawn
)

// String is the word for it; that of the zero Order is all.
func (o Order) String() string {
	if o == "" {
		o = All
	}
	return string(o)
}

// Report is how an upgrade went.
type Report struct {
	Changed []sim.PID     // those that run the new versions now because their code was changed, in that order
	Took    time.Duration // from the first suspension to the end
}

// The phases in which an upgrade fails.
const (
	Purging    sim.Atom = "purge"       // somebody runs code that is too old: {old_processes, PIDs}
	Suspending sim.Atom = "suspend"     // a process does not answer
	Changing   sim.Atom = "code_change" // a CodeChange has failed, or takes too long
	Locking    sim.Atom = "upgrading"   // the node is being upgraded by somebody else
)

// Failed says why an upgrade has failed. All is as before, unless Stuck says otherwise.
type Failed struct {
	Phase  sim.Atom
	PID    sim.PID // which process it was; zero if none
	Module sim.Atom
	Reason sim.Reason
	// Stuck are processes that run the new version still: they ran it before the upgrade failed, and their way
	// back has failed too. Only a rolling upgrade can leave them. They live.
	Stuck []sim.PID
}

// Error says in which phase, of whom and why.
func (f *Failed) Error() string {
	text := "upgrade: " + f.Term().String()
	if len(f.Stuck) > 0 {
		text += fmt.Sprintf("; %s could not go back", processes(len(f.Stuck)))
	}
	return text
}

// Term is {Phase, PID, Module, Reason}, without what there is not.
func (f *Failed) Term() sim.Tuple {
	t := sim.Tuple{f.Phase}
	if !f.PID.IsZero() {
		t = append(t, f.PID)
	}
	if f.Module != "" {
		t = append(t, f.Module)
	}
	return append(t, f.Reason)
}

func processes(n int) string {
	if n == 1 {
		return "1 process"
	}
	return fmt.Sprint(n, " processes")
}

// ReleaseReport is the report of kind "release" on the process that upgrades: how it has ended.
type ReleaseReport struct {
	Steps []Step
	Order Order
	Done  *Report // nil if it has failed
	Err   error
}

// String says it in a line.
func (r *ReleaseReport) String() string {
	text := "upgrade"
	for _, s := range r.Steps {
		text += fmt.Sprintf(" %v to %s", s.Module, s.To)
	}
	if r.Err != nil {
		return text + " rolled back: " + term.Format(otp.ExitReason(r.Err))
	}
	return fmt.Sprintf("%s, %v: %s in %v", text, r.Order, processes(len(r.Done.Changed)), r.Done.Took)
}

// Run does the upgrade; the caller waits. A node does one at a time. If it fails, the error is a *Failed and all
// is as it was; or an *Error, if there is no such version.
func (u Upgrade) Run(p *sim.Proc) (Report, error) {
	if u.Patience == 0 {
		u.Patience = otp.DefaultTimeout
	}
	j := &job{Upgrade: u, p: p, table: tableOf(p)}
	began := p.Now()
	err := j.run()
	done := Report{Changed: j.changed, Took: p.Now() - began}
	if err != nil {
		done = Report{}
	}
	p.Report("release", p.Self(), &ReleaseReport{u.Steps, u.Order, &done, err})
	return done, err
}
