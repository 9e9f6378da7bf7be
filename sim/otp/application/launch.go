package application

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// outcome is what the controller is told, by a cast, when a start has ended.
type outcome struct {
	name   sim.Atom
	master sim.PID    // zero for a library
	reason sim.Reason // nil if it runs
	early  bool       // it did not even begin
}

// String prints the outcome as OTP's message.
func (o outcome) String() string {
	var res any = sim.Tuple{okWord, term.Undefined}
	switch {
	case o.early:
		res = sim.Tuple{sim.Atom("info"), o.reason}
	case o.reason != nil:
		res = sim.Tuple{sim.Atom("error"), o.reason}
	case !o.master.IsZero():
		res = sim.Tuple{okWord, o.master}
	}
	return printed("application_started", o.name, res)
}

func tell(p *sim.Proc, o outcome) { otp.Cast(p, Controller, o) }

// launch starts an application's master; the controller does not wait. Before OTP 27 a process stood
// between the two while it started.
func (c *controller) launch(p *sim.Proc, a *App) {
	if p.Compat() != sim.OTP25 {
		if !c.settled(p, a) {
			c.starting[a.Name].master, _ = p.SpawnHandler(string(a.Name), newMaster(a, p.Self()), sim.SpawnOptions{Link: true})
		}
		return
	}
	ac := p.Self()
	settled := c.settledBy(a)
	p.SpawnLink(string(a.Name)+"_starter", func(p *sim.Proc) {
		p.TrapExit(true)
		if settled != nil {
			tell(p, *settled)
			return
		}
		started, err := otp.StartHandler(p, string(a.Name), newMaster(a, ac), otp.StartOptions{Link: true})
		o := outcome{name: a.Name, master: started.PID}
		if err != nil {
			o.reason = otp.ExitReason(err)
		}
		tell(p, o)
	})
}

// settled tells the outcome of a start that needs no master.
func (c *controller) settled(p *sim.Proc, a *App) bool {
	o := c.settledBy(a)
	if o != nil {
		tell(p, *o)
	}
	return o != nil
}

// settledBy is the outcome of a start that needs no master, nil if it needs one: a library has started as
// soon as it is asked for, and nothing starts unless what it depends on runs.
func (c *controller) settledBy(a *App) *outcome {
	if a.library() {
		return &outcome{name: a.Name}
	}
	for _, dep := range a.required() {
		if !c.isRunning(dep) {
			return &outcome{name: a.Name, reason: about(ErrNotRunning, dep).Reason, early: true}
		}
	}
	return nil
}
