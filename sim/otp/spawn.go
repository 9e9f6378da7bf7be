package otp

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

func parentOf(pid sim.PID) sim.PID {
	if id := pid.Identity(); id != nil {
		return term.NewPID(id.Parent)
	}
	return sim.PID{}
}

// Spawn is proc_lib:spawn: if the process crashes, there is a crash report.
func Spawn(p *sim.Proc, role string, body sim.Body) sim.PID { return p.Spawn(role, reporting(body)) }

// SpawnLink is Spawn with a link.
func SpawnLink(p *sim.Proc, role string, body sim.Body) sim.PID {
	return p.SpawnLink(role, reporting(body))
}

// reporting runs a body and reports its crash.
func reporting(body sim.Body) sim.Body {
	return func(p *sim.Proc) {
		if reason, ok := Try(p, func() { body(p) }); !ok {
			ReportCrash(p, reason)
			p.ExitSelf(reason)
		}
	}
}

// ReportCrash reports that the calling process ends with reason, unless that is an orderly end.
func ReportCrash(p *sim.Proc, reason sim.Reason) {
	if term.Orderly(reason) {
		return
	}
	self := p.Self()
	p.Report("crash", self, CrashReport{PID: self, Reason: reason, Ancestors: Ancestors(self)})
}

// Try runs f. If f panics, or exits the process, ok is false and reason is what the process would have
// ended with: it goes on. If the process is killed meanwhile, Try does not return.
func Try(p *sim.Proc, f func()) (reason sim.Reason, ok bool) {
	defer Catch(p, &reason, &ok)
	f()
	return nil, true
}

// Catch is Try for code that cannot afford a closure: deferred, with ok set to true by then if nothing went
// wrong, it catches what Try catches and says why.
func Catch(p *sim.Proc, reason *sim.Reason, ok *bool) {
	if *ok {
		return
	}
	v := recover()
	why, ours := p.Caught(v)
	if !ours && v != nil {
		panic(v) // none of the program's
	}
	*reason = why
}
