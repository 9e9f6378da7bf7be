package programs

import (
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genevent"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// An event manager with a handler that crashes, its owner, who installs it again, and an auditor, who knows
// how many events there were.

func init() {
	text := []scenarios.Param{{Name: "text", Type: scenarios.TextType, Default: "something happened", About: "what happened"}}
	all["events.Manager"] = scenarios.Program{
		About: "An event manager, a gen_event. It has no handlers at first.",
		Requests: []scenarios.Request{
			{Name: "event", Call: true, Cast: true, About: "tells all handlers; a call waits until they have handled it", Params: text,
				Message: func(a scenarios.Args) any { return eventText(arg[string](a, "text")) }},
			{Name: "written", Call: true, About: "asks the logger how many lines it has written since it was installed", Handler: eventLogger,
				Message: func(scenarios.Args) any { return eventCount{} }},
			{Name: "seen", Call: true, About: "asks the tally how many events there were", Handler: eventTally,
				Message: func(scenarios.Args) any { return eventCount{} }},
		},
		Kind:  scenarios.EventsKind,
		Start: func(name sim.Addr, _ scenarios.Setting) otp.StartFunc { return genevent.Start(name) },
	}
	all["events.Owner"] = scenarios.Program{
		About: "Installs two handlers: a tally, which counts, and a logger, which crashes now and then. The logger " +
			"is its own: it hears of its end, and installs it again. It exits with tally_gone if a crash of the logger " +
			"takes the tally along.",
		Params: []scenarios.Param{
			{Name: "manager", Type: scenarios.ProcessType, Required: true, About: "where"},
			{Name: "crash", Type: scenarios.PercentType, Default: "5%", About: "how many of the events crash the logger"},
			{Name: "pause", Type: scenarios.DrawnType, Default: "100ms..200ms", About: "how long after its end the " +
				"logger is installed again"},
		},
		New: func(s scenarios.Setting) genserver.Server {
			return &eventOwner{setting: s, crash: arg[scenarios.Percent](s.Args, "crash"), pause: arg[scenarios.Drawn](s.Args, "pause")}
		},
	}
	all["events.Auditor"] = scenarios.Program{
		About: "Tells a manager of events and counts them; if the tally has not seen each of them it exits with events_lost.",
		Params: []scenarios.Param{
			{Name: "manager", Type: scenarios.ProcessType, Required: true, About: "which"},
			{Name: "every", Type: scenarios.DurationType, Default: "100ms", Least: 1, About: "how often"},
		},
		New: func(s scenarios.Setting) genserver.Server {
			return &eventAuditor{setting: s, every: arg[time.Duration](s.Args, "every")}
		},
	}
}

// The handlers.
var (
	eventTally  = genevent.Module("tally")
	eventLogger = genevent.Module("logger")
)

type (
	eventText  string
	eventAudit struct{} // an event of the auditor's
	eventCount struct{ otp.Returns[int64] }
	// auditCount asks how many of the auditor's own events there were.
	auditCount struct{ otp.Returns[int64] }
)

// tally counts events.
type tally struct {
	genevent.Base
	n, audits int64
}

// HandleEvent counts.
func (t *tally) HandleEvent(_ *sim.Proc, event any) genevent.Result {
	t.n++
	if _, audit := event.(eventAudit); audit {
		t.audits++
	}
	return genevent.Ok()
}

// HandleCall answers how many there were.
func (t *tally) HandleCall(p *sim.Proc, req any) genevent.Result {
	switch r := req.(type) {
	case eventCount:
		return genevent.Reply(r, t.n)
	case auditCount:
		return genevent.Reply(r, t.audits)
	}
	return t.Base.HandleCall(p, req)
}

// logger writes events down, and crashes now and then.
type logger struct {
	genevent.Base
	crash scenarios.Percent
	lines int64
}

// HandleEvent writes an event down.
func (l *logger) HandleEvent(p *sim.Proc, event any) genevent.Result {
	if chance(p, l.crash) {
		panic(&sim.Error{Reason: "enospc", Op: "write"})
	}
	l.lines++
	return genevent.Ok()
}

// HandleCall answers how many lines there are.
func (l *logger) HandleCall(p *sim.Proc, req any) genevent.Result {
	if r, known := req.(eventCount); known {
		return genevent.Reply(r, l.lines)
	}
	return l.Base.HandleCall(p, req)
}

// eventOwner is linked to the manager by its handler: they live and die together.
type eventOwner struct {
	genserver.Base
	setting scenarios.Setting
	crash   scenarios.Percent
	pause   scenarios.Drawn
}

// Init installs both handlers.
func (s *eventOwner) Init(p *sim.Proc) genserver.InitResult {
	manager := s.setting.Address("manager")
	if manager == nil {
		return genserver.StopInit(sim.NoProc)
	}
	if err := genevent.AddHandler(p, manager, eventTally, func() *tally { return &tally{} }); err != nil {
		return genserver.StopInit(otp.ExitReason(err))
	}
	if err := s.install(p, manager); err != nil {
		return genserver.StopInit(otp.ExitReason(err))
	}
	return genserver.Ok()
}

// install installs the logger.
func (s *eventOwner) install(p *sim.Proc, manager sim.Addr) error {
	crash := s.crash
	return genevent.AddSupHandler(p, manager, eventLogger, func() *logger { return &logger{crash: crash} })
}

// HandleInfo hears of the logger's end, and installs it again after a while.
func (s *eventOwner) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	manager := s.setting.Address("manager")
	switch m := msg.(type) {
	case genevent.HandlerExit:
		p.Trace("the logger is gone", m.Reason)
		p.SendAfter(s.pause.Draw(p.Rand), p.Self(), tick)
		return genserver.NoReply()
	case sim.Atom:
		if m != tick || manager == nil {
			break
		}
		if left, err := genevent.WhichHandlers(p, manager); err != nil || len(left) != 1 || left[0] != eventTally {
			return genserver.Stop(sim.Atom("tally_gone"))
		}
		if err := s.install(p, manager); err != nil {
			return genserver.Stop(otp.ExitReason(err))
		}
		return genserver.NoReply()
	}
	return s.Base.HandleInfo(p, msg)
}

type eventAuditor struct {
	genserver.Base
	setting scenarios.Setting
	every   time.Duration
	told    int64
}

// Init finds out where the tally stands.
func (s *eventAuditor) Init(p *sim.Proc) genserver.InitResult {
	manager := s.setting.Address("manager")
	if manager == nil {
		return genserver.StopInit(sim.NoProc)
	}
	n, err := genevent.Call(p, manager, eventTally, auditCount{})
	if err != nil {
		return genserver.StopInit(otp.ExitReason(err))
	}
	s.told = n
	p.SendAfter(s.every, p.Self(), tick)
	return genserver.Ok()
}

// HandleInfo tells of one more event, and looks whether the tally has heard of it.
func (s *eventAuditor) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	manager := s.setting.Address("manager")
	if msg != any(tick) || manager == nil {
		return s.Base.HandleInfo(p, msg)
	}
	if err := genevent.SyncNotify(p, manager, eventAudit{}); err != nil {
		return genserver.Stop(otp.ExitReason(err))
	}
	s.told++
	n, err := genevent.Call(p, manager, eventTally, auditCount{})
	switch {
	case err != nil:
		return genserver.Stop(otp.ExitReason(err))
	case n != s.told:
		return genserver.Stop(sim.Atom("events_lost"))
	}
	p.SendAfter(s.every, p.Self(), tick)
	return genserver.NoReply()
}
