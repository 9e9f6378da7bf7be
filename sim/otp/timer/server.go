package timer

import (
	"errors"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
)

// Server is the name of the process that keeps the timers.
const Server sim.Name = "timer_server"

// kernel is the name of the supervisor that it belongs under.
const kernel sim.Name = "kernel_sup"

// Start starts the timer_server, if there is none. It is not necessary: the first timer does.
func Start(p *sim.Proc) {
	if _, err := startServer(p); err != nil {
		if _, running := otp.IsAlreadyStarted(err); !running {
			p.ExitSelf(otp.ExitReason(err))
		}
	}
}

func startServer(p *sim.Proc) (otp.Started, error) {
	if _, ok := p.Whereis(kernel); !ok {
		return genserver.StartAlone(p, Server, newServer, genserver.NoBlock())
	}
	started, err := supervisor.StartChild(p, kernel, supervisor.Child{
		ID: string(Server), Shutdown: supervisor.After(time.Second),
		Start: genserver.Start(Server, newServer, genserver.NoBlock()),
	})
	if errors.Is(err, supervisor.ErrAlreadyPresent) {
		return supervisor.RestartChild(p, kernel, string(Server))
	}
	return started, err
}

// The requests. Their answer is the timer.
type (
	start struct {
		job    job
		at     time.Duration // when it is first due
		every  time.Duration
		target sim.Addr // whose end ends it; nil: it is due once
		waits  bool     // for the job to be done before it goes on
	}
	cancel struct{ ref sim.Ref }
)

// String prints the request.
func (r start) String() string {
	what := sim.Atom("apply_once")
	switch {
	case r.waits:
		what = "apply_repeatedly"
	case r.target != nil:
		what = "apply_interval"
	}
	return sim.Tuple{what, r.at, r.job}.String()
}

// String prints the request.
func (r cancel) String() string { return sim.Tuple{sim.Atom("cancel"), r.ref}.String() }

// request asks the timer_server, which may have to be started first.
func request(p *sim.Proc, req any) sim.Ref {
	v, err := otp.CallAny(p, Server, req, otp.Within(sim.Forever))
	if errors.Is(err, otp.ErrNoProc) {
		Start(p)
		v, err = otp.CallAny(p, Server, req, otp.Within(sim.Forever))
	}
	if err != nil {
		p.ExitSelf(otp.ExitReason(err))
	}
	return v.(sim.Ref)
}

// alarm is a timer as the timer_server keeps it.
type alarm struct {
	start
	ref   sim.Ref   // its name: of the timer, or of the monitor of the target
	timer sim.Timer // that runs now
	busy  sim.Ref   // the monitor of the job that it waits for
}

// server is the timer_server.
type server struct {
	genserver.Base
	alarms map[sim.Ref]*alarm // by all their references
}

func newServer() *server { return &server{alarms: map[sim.Ref]*alarm{}} }

// Init makes it hear of its supervisor's end.
func (s *server) Init(p *sim.Proc) genserver.InitResult {
	p.TrapExit(true)
	return genserver.Ok()
}

// HandleCall starts or cancels a timer.
func (s *server) HandleCall(p *sim.Proc, req any, _ otp.From) genserver.Result {
	switch req := req.(type) {
	case start:
		return genserver.ReplyAny(s.start(p, req))
	case cancel:
		if a := s.alarms[req.ref]; a != nil {
			s.end(p, a)
		}
		return genserver.ReplyAny(req.ref)
	}
	return genserver.NoReply()
}

// HandleCast ignores what it is not asked.
func (s *server) HandleCast(*sim.Proc, any) genserver.Result { return genserver.NoReply() }

// HandleInfo hears that a timer is due, that a job is done, that a target has ended.
func (s *server) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	switch msg := msg.(type) {
	case sim.Timeout:
		ref, repeats := msg.Msg.(sim.Ref)
		if !repeats {
			ref = msg.Ref
		}
		if a := s.alarms[ref]; a != nil {
			s.due(p, a)
		}
	case sim.Down:
		switch a := s.alarms[msg.Ref]; {
		case a == nil:
		case msg.Ref == a.busy:
			s.forget(&a.busy)
			s.next(p, a)
		default:
			s.end(p, a)
		}
	}
	return genserver.NoReply()
}

// start begins a timer and gives it its name.
func (s *server) start(p *sim.Proc, req start) sim.Ref {
	a := &alarm{start: req}
	if req.target != nil {
		a.ref = p.Monitor(req.target)
		s.arm(p, a)
	} else {
		a.timer = p.StartTimer(max(0, a.at-p.Now()), p.Self(), nil)
		a.ref = a.timer.Ref()
	}
	s.alarms[a.ref] = a
	return a.ref
}

// arm starts the machinery's timer for the next time. Its message says whose it is.
func (s *server) arm(p *sim.Proc, a *alarm) {
	a.timer = p.StartTimer(max(0, a.at-p.Now()), p.Self(), a.ref)
}

// due does the job, and sees to the next time.
func (s *server) due(p *sim.Proc, a *alarm) {
	switch long, isApply := a.job.(apply); {
	case a.target == nil:
		delete(s.alarms, a.ref)
		a.job.do(p)
	case a.waits && isApply:
		a.busy = long.begin(p)
		s.alarms[a.busy] = a
	default:
		a.job.do(p)
		s.next(p, a)
	}
}

// next sets the timer for the time after the last: late or not, there is no drift.
func (s *server) next(p *sim.Proc, a *alarm) {
	a.at += a.every
	s.arm(p, a)
}

// end stops a timer.
func (s *server) end(p *sim.Proc, a *alarm) {
	p.CancelTimer(a.timer)
	delete(s.alarms, a.ref)
	if a.target != nil {
		p.Demonitor(a.ref, sim.Flush())
	}
	if !a.busy.IsZero() {
		p.Demonitor(a.busy, sim.Flush())
		s.forget(&a.busy)
	}
}

func (s *server) forget(ref *sim.Ref) {
	delete(s.alarms, *ref)
	*ref = sim.Ref{}
}
