package suite

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// end is the message that makes a worker end.
type end struct{ Reason sim.Reason }

// work makes the start function of a worker.
func (pl *play) work(b *branch) otp.StartFunc {
	if b.worker == deaf {
		return otp.Special("deaf", func(p *sim.Proc, _ ...any) { pl.beDeaf(p, b) })
	}
	return genserver.Start(nil, func() *member { return &member{pl: pl, node: b.id} })
}

// fault takes what is to happen in a start; ok is false if nothing is.
func (pl *play) fault(node int) (f fault, ok bool) {
	a := &pl.at[node]
	if len(a.arm) == 0 {
		return f, false
	}
	f = a.arm[0]
	a.arm = a.arm[1:]
	return f, true
}

// happen does what does not end the start.
func (pl *play) happen(p *sim.Proc, f fault, node int) {
	switch f.kind {
	case killedInit:
		p.Exit(p.Self(), sim.Kill)
	case tarries:
		p.Sleep(slowTime)
	case killsOther:
		if o := pl.nodes[f.whom]; f.whom != node && o.above == pl.nodes[node].above && !pl.at[f.whom].pid.IsZero() && pl.at[f.whom].sup == pl.at[node].sup {
			p.Exit(pl.at[f.whom].pid, sim.Kill)
		}
	case killsAbove:
		p.Exit(p.Parent(), sim.Kill)
	}
}

// member is a worker that is a gen_server.
type member struct {
	genserver.Base
	pl   *play
	node int
}

func (s *member) kind() worker { return s.pl.nodes[s.node].worker }

func (s *member) Init(p *sim.Proc) genserver.InitResult {
	s.pl.born(p, s.node)
	p.TrapExit(s.kind() == trapping || s.kind() == slow)
	f, ok := s.pl.fault(s.node)
	if !ok {
		return genserver.Ok()
	}
	switch f.kind {
	case failsLate:
		p.Sleep(slowTime)
		return genserver.StopInit(boom)
	case stopsInit:
		return genserver.StopInit(boom)
	case panicsInit:
		panic("boom")
	case ignores:
		return genserver.Ignore()
	case declines:
		return genserver.Fail(boom)
	case diesAtOnce:
		return genserver.Ok().Continue(boom)
	}
	s.pl.happen(p, f, s.node)
	return genserver.Ok()
}

func (s *member) HandleContinue(_ *sim.Proc, reason any) genserver.Result { return s.stop(reason) }

func (s *member) stop(reason any) genserver.Result {
	s.pl.at[s.node].told = true
	return genserver.Stop(reason)
}

func (s *member) HandleInfo(_ *sim.Proc, msg any) genserver.Result {
	if m, ok := msg.(end); ok {
		return s.stop(m.Reason)
	}
	return genserver.NoReply()
}

// Terminate notes in which order it is called (SUP1).
func (s *member) Terminate(p *sim.Proc, reason sim.Reason) {
	a := &s.pl.at[s.node]
	if a.pid == p.Self() {
		a.said = true
	}
	if term.Is(reason, sim.Shutdown) && a.pid == p.Self() && !a.told {
		s.pl.asked(p, s.node)
	}
	if s.kind() == slow {
		p.Sleep(slowTime)
	}
}

// asked looks whether a worker may be asked by its supervisor to end now.
func (pl *play) asked(p *sim.Proc, node int) {
	b := pl.nodes[node]
	if b.spec.Shutdown == supervisor.BrutalKill {
		pl.fail(p.Now(), ruleBrutal, b.name())
	}
	for _, n := range pl.stopping {
		if n == node {
			return
		}
	}
	if b.shared {
		return
	}
	for i, o := range pl.nodes {
		later := o.above == b.above && !b.dynamic && i > node
		if later && pl.at[i].sup == pl.at[node].sup && pl.w.View().Alive(pl.at[i].pid) {
			pl.fail(p.Now(), ruleStopOrder, b.name()+" before "+o.name())
		}
	}
}

// beDeaf is a worker that takes no notice of shutdown.
func (pl *play) beDeaf(p *sim.Proc, b *branch) {
	pl.born(p, b.id)
	p.TrapExit(true)
	f, ok := pl.fault(b.id)
	if ok {
		switch f.kind {
		case failsLate:
			p.Sleep(slowTime)
			otp.InitFail(p, &otp.StartError{Reason: boom})
			return
		case stopsInit, declines:
			otp.InitFail(p, &otp.StartError{Reason: boom})
			return
		case ignores:
			otp.InitFail(p, otp.ErrIgnore)
			return
		case panicsInit:
			panic("boom")
		}
		pl.happen(p, f, b.id)
	}
	otp.InitAck(p, nil)
	if ok && f.kind == diesAtOnce {
		p.ExitSelf(boom)
	}
	for {
		switch m, _ := sim.Any(p); m := m.(type) {
		case end:
			p.ExitSelf(m.Reason)
		case sim.Exit:
			if m.From == p.Parent() && !term.Is(m.Reason, sim.Shutdown) {
				p.ExitSelf(m.Reason)
			}
		}
	}
}
