// Package gen is what the behaviours have in common, seen from inside: how their processes start and take
// their names, how they sort what they receive, how they answer package sys, how they report their end.
//
// A behaviour is a sim.Handler that embeds a Core. The clients' side of the same protocol is package otp.
package gen

import (
	"time"

	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Spec says how a behaviour's processes are started. One Spec serves all that are started alike.
type Spec struct {
	Behaviour      sim.Atom // gen_server…
	Name           sim.Addr // to register; nil: none
	Role           string   // what it is for its parent, if neither the name nor otp.As says
	Timeout        time.Duration
	HibernateAfter time.Duration // how long it waits for a message before it hibernates; 0: it does not
	Priority       scheduler.Priority
	NoBlock        bool
}

// Tie is how a started process is tied to its starter.
type Tie uint8

// The ties: start_link, start, start_monitor.
const (
	Linked Tie = iota
	Alone
	Monitored
)

// Start starts a process for a handler that embeds a Core made with NewCore for the same tie. If the name
// is taken already nothing is started (GST1).
func (s *Spec) Start(p *sim.Proc, tie Tie, h sim.Handler) (otp.Started, error) {
	if s.Name != nil {
		if pid, taken := otp.Whereis(p, s.Name); taken {
			return otp.Started{}, otp.AlreadyStarted(pid)
		}
	}
	return otp.StartHandler(p, s.role(p), h, otp.StartOptions{
		Link: tie == Linked, Monitor: tie == Monitored,
		Timeout: s.Timeout, Priority: s.Priority, NoBlock: s.NoBlock,
	})
}

// role is what the process is called in paths: its local name, or what the starter says, or what the behaviour says.
func (s *Spec) role(p *sim.Proc) string {
	if local, ok := s.Name.(sim.Name); ok {
		return string(local)
	}
	if role := otp.Role(p); role != "" {
		return role
	}
	if s.Role != "" {
		return s.Role
	}
	return string(s.Behaviour)
}

// Core is the part of a behaviour's process that all behaviours have. It is small: there are many.
type Core struct {
	Spec      *Spec
	Parent    sim.PID // whose end is our end: the starter, or the process itself if it was started alone
	alone     bool
	suspended bool
	debugged  bool // package sys has something switched on
}

// NewCore makes the core of a process that is to be started.
func NewCore(s *Spec, tie Tie) Core { return Core{Spec: s, alone: tie == Alone} }

// Begin is the first thing the new process does: it takes its name. If the name is taken by now it tells
// the starter and ends, and Begin returns false.
func (c *Core) Begin(p *sim.Proc) bool {
	c.Parent = p.Parent()
	if c.alone {
		c.Parent = p.Self()
	}
	if c.Spec.Name == nil {
		return true
	}
	if holder, ok := otp.Register(p, c.Spec.Name); !ok {
		otp.InitFail(p, otp.AlreadyStarted(holder))
		p.Terminate(sim.Normal)
		return false
	}
	return true
}

// Decline ends a process that did not start and is not to blame: ignore, {error, R}. The name is free before the
// starter hears of it (GST2).
func (c *Core) Decline(p *sim.Proc, why error) {
	if p.Mutant().Is(mutant.IgnoreStarted) {
		otp.InitAck(p, nil)
		p.Sleep(time.Millisecond)
		p.Terminate(sim.Normal)
		return
	}
	c.releaseName(p)
	otp.InitFail(p, why)
	p.Terminate(sim.Normal)
}

// Abort ends a process whose init failed: it exits with reason, which is what the starter is told. Before
// OTP 26 the starter was told first, and might go on while the process was still there.
func (c *Core) Abort(p *sim.Proc, reason sim.Reason) {
	c.releaseName(p)
	c.exitUnstarted(p, reason)
}

// AbortTelling is Abort where the starter is told something else than what the process exits with.
func (c *Core) AbortTelling(p *sim.Proc, told, reason sim.Reason) {
	c.releaseName(p)
	otp.InitFail(p, &otp.StartError{Reason: told})
	otp.ReportCrash(p, reason)
	p.Terminate(reason)
}

// AbortBadReturn is Abort with {bad_return_value, V}. Before OTP 26 the name was not released first.
func (c *Core) AbortBadReturn(p *sim.Proc, v any) {
	if p.Compat() != sim.OTP25 {
		c.releaseName(p)
	}
	c.exitUnstarted(p, BadReturn(v))
}

func (c *Core) exitUnstarted(p *sim.Proc, reason sim.Reason) {
	if p.Compat() == sim.OTP25 {
		otp.InitFail(p, &otp.StartError{Reason: reason})
		if p.Rand(2) == 1 { // OTP 25 could be preempted here, and its starter be gone before it
			p.Yield()
		}
	}
	otp.ReportCrash(p, reason)
	p.Terminate(reason)
}

// BadReturn is the reason of a process whose callback returned what it may not.
func BadReturn(v any) sim.Reason { return sim.Tuple{sim.Atom("bad_return_value"), v} }

func (c *Core) releaseName(p *sim.Proc) {
	if c.Spec.Name != nil {
		otp.Unregister(p, c.Spec.Name)
	}
}

// Name is how reports call the process: its name, or its PID.
func (c *Core) Name(p *sim.Proc) any {
	if c.Spec.Name != nil {
		return c.Spec.Name
	}
	return p.Self()
}

// Exit ends the process with reason, and reports that unless it is an orderly end (GS7).
func (c *Core) Exit(p *sim.Proc, reason sim.Reason) {
	otp.ReportCrash(p, reason)
	p.Terminate(reason)
}

// Report reports that the behaviour gives up, unless that is an orderly end.
func (c *Core) Report(p *sim.Proc, reason sim.Reason, during Event, state any) {
	if term.Orderly(reason) {
		return
	}
	p.Report("terminate", p.Self(), otp.TerminateReport{
		Behaviour: c.Spec.Behaviour, Name: c.Name(p), Last: c.last(during), Client: during.From.PID,
		State: state, Reason: reason,
	})
}
