package scenarios

import (
	"errors"
	"fmt"
	"slices"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/code"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// modules are the programs that some fault upgrades, as package code knows them. All others are started without
// it, as if there were no code that could change.
func (r *Runner) modules() map[string]*code.Module {
	all := map[string]*code.Module{}
	for _, f := range r.sc.Faults {
		for _, kid := range f.Targets {
			if f.Kind == UpgradeCode && all[kid.Start] == nil {
				all[kid.Start] = moduleOf(kid.Start, r.program(kid))
			}
		}
	}
	return all
}

func moduleOf(name string, p Program) *code.Module {
	m := &code.Module{Name: sim.Atom(name)}
	for _, v := range p.Versions {
		m.Versions = append(m.Versions, code.ServerArgs(v.Vsn, func(args ...any) genserver.Server {
			return v.New(args[0].(Setting))
		}))
	}
	return m
}

// upgrade has a process of the node upgrade it.
func (h *harm) upgrade() {
	u := h.fault.Upgrade
	job := code.Upgrade{Order: u.Order, Gap: u.Gap.Draw(h.choose("gap", uint64(h.due))), Patience: u.Timeout, Brutal: u.Brutal}
	for _, name := range u.Modules {
		job.Steps = append(job.Steps, code.Step{Module: h.run.code[name], To: u.To})
	}
	run := func(p *sim.Proc) {
		done, err := job.Run(p)
		h.upgraded(p, done, err)
	}
	var pid sim.PID
	for _, x := range h.run.hosts {
		if x.up && slices.ContainsFunc(h.fault.Targets, func(c *Child) bool { return runsOn(c.nodes(), string(x.name)) }) {
			pid = h.run.spawn(x, "release_handler", run)
		}
	}
	if !pid.IsZero() { // a node is up
		h.injected++
		h.tell("")
	}
	h.run.world.Note(trace.Fault, pid, h.fault.Name, nil)
}

// spawn starts a process from outside on a node.
func (r *Runner) spawn(h *host, role string, body sim.Body) sim.PID {
	if h.node == nil {
		return r.world.Spawn(role, body)
	}
	return r.world.SpawnAt(h.name, role, body)
}

// upgraded notes how an upgrade has ended.
func (h *harm) upgraded(p *sim.Proc, done code.Report, err error) {
	h.run.pass(p.Now())
	if err == nil {
		(&occasion{harm: h}).happened(p.Self())
		h.tell(fmt.Sprintf("done, %d changed in %v", len(done.Changed), done.Took))
	} else {
		h.rolledBack++
		wake(h.onBack)
		h.tell("rolled back: " + h.why(err))
	}
	h.run.settle(p.Now())
}

// why says why an upgrade was rolled back.
func (h *harm) why(err error) string {
	var f *code.Failed
	if !errors.As(err, &f) {
		return short(otp.ExitReason(err))
	}
	s := h.run.book.held[f.PID]
	if s == nil {
		return short(f.Term())
	}
	return string(f.Phase) + " of " + s.label + ": " + short(f.Reason)
}

// tell puts a word on the upgrade into the story; none: that it begins.
func (h *harm) tell(text string) {
	h.run.tell(happening{at: h.run.world.View().Now(), kind: reports.LineFault, harm: h, text: text})
}
