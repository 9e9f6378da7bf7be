package genserver

import (
	"time"

	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/internal/gen"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
)

// server is the process: it is called for each message.
type server struct {
	gen.Core
	impl Server
	wait time.Duration // for the next message: forever, hibernate, or until timeout
}

// The waits that are not a time.
const (
	forever   = sim.Forever
	hibernate = time.Duration(-1)
)

// Start is the beginning of the process: name, Init, word to the starter, in that order.
func (s *server) Start(p *sim.Proc) {
	if !s.Begin(p) {
		return
	}
	r, why, ok := s.init(p)
	if !ok {
		s.Abort(p, why)
		return
	}
	s.started(p, r)
}

// init makes the user's server and calls its Init, either of which may panic: then ok is false.
func (s *server) init(p *sim.Proc) (r InitResult, why sim.Reason, ok bool) {
	defer otp.Catch(p, &why, &ok)
	s.impl = s.impl.(unborn).new()
	return s.impl.Init(p), nil, true
}

// started does what Init said.
func (s *server) started(p *sim.Proc, r InitResult) {
	switch {
	case r.kind == initOK:
		otp.InitAck(p, nil)
		s.proceed(p, r)
	case r.kind == initIgnore:
		s.Decline(p, otp.ErrIgnore)
	case r.kind == initStop:
		s.Abort(p, r.arg)
	case r.kind == initError && p.Compat() != sim.OTP25:
		s.Decline(p, &otp.StartError{Reason: r.arg})
	case r.kind == initError:
		s.AbortBadReturn(p, sim.Tuple{sim.Atom("error"), r.arg})
	default:
		s.AbortBadReturn(p, orUndefined(r.arg))
	}
}

// Handle is one turn of the server's loop.
func (s *server) Handle(p *sim.Proc, m *sim.Msg) {
	if m.Tag() == sim.ExitTag && m.From() != s.Parent {
		if o, ok := s.impl.(gen.Overseer); ok {
			s.exited(p, m, o)
			return
		}
	}
	var e gen.Event
	s.SortInto(&e, m)
	switch e.Kind {
	case gen.System:
		s.System(p, s, e)
		return
	case gen.ParentExit:
		s.parentEnded(p, &e)
		return
	case gen.TimedOut:
		if s.wait == forever { // it is HibernateAfter that is over
			p.Doze()
			return
		}
		e.Kind = gen.Info
	}
	s.In(p, m)
	s.turn(p, &e)
}

// exited is the turn for an exit message to an overseer.
func (s *server) exited(p *sim.Proc, m *sim.Msg, o gen.Overseer) {
	s.In(p, m)
	goesOn, why, ok := oversee(p, o, m)
	if goesOn && ok {
		s.handled(p)
		s.settle(p, waits, 0)
		return
	}
	if ok {
		why = sim.Shutdown
	}
	s.terminate(p, why, &gen.Event{Kind: gen.Info, Body: m.Value()}, Result{})
}

func oversee(p *sim.Proc, o gen.Overseer, m *sim.Msg) (goesOn bool, why sim.Reason, ok bool) {
	defer otp.Catch(p, &why, &ok)
	return o.Exited(p, m.From(), m.Body(), gen.Overseeing{}), nil, true
}

// parentEnded ends the server with its parent (GS6).
func (s *server) parentEnded(p *sim.Proc, e *gen.Event) {
	switch {
	case p.Mutant().Is(mutant.ParentExitSilent):
		s.Exit(p, e.Body)
	case p.Mutant().Is(mutant.ParentExitInfo):
		e.Kind, e.Body = gen.Info, sim.Exit{From: s.Parent, Reason: e.Body}
		s.turn(p, e)
	default:
		s.terminate(p, e.Body, e, Result{})
	}
}

// turn calls the callback that an event is for, and those that it says to continue with, and then waits.
// Events and results are handed on by pointer: they are large, and this is where calls spend their time.
func (s *server) turn(p *sim.Proc, e *gen.Event) {
	for {
		var r Result
		if why, ok := s.callback(p, e, &r); !ok {
			s.terminate(p, why, e, Result{})
			return
		}
		if s.Debugged() && e.Kind == gen.Continue {
			s.Debug(p, sys.Event{Kind: sys.Continue, Msg: e.Body})
		}
		switch {
		case r.kind == noReply:
			s.handled(p)
		case r.kind == replies && e.Kind == gen.Call:
			s.reply(p, e.From, r.reply())
		case r.kind == stops || r.kind == stopsReplying && e.Kind == gen.Call:
			s.terminate(p, r.arg(), e, r)
			return
		default:
			s.terminate(p, gen.BadReturn(r.Term()), e, Result{})
			return
		}
		if r.then != continues {
			s.settle(p, r.then, r.wait)
			return
		}
		p.Reductions(1) // so that a server which always continues does not stop the world
		*e = gen.Event{Kind: gen.Continue, Body: r.arg()}
	}
}

// reply answers a call.
func (s *server) reply(p *sim.Proc, to otp.From, v any) {
	otp.Reply(p, to, v)
	if s.Debugged() {
		s.Debug(p, sys.Event{Kind: sys.Out, Msg: v, To: to, State: s.SystemState(p)})
	}
}

// handled tells that something was handled without an answer.
func (s *server) handled(p *sim.Proc) {
	if s.Debugged() {
		s.Debug(p, sys.Event{Kind: sys.NoReply, State: s.SystemState(p)})
	}
}

// callback calls the user's code and survives its panics. It allocates nothing.
func (s *server) callback(p *sim.Proc, e *gen.Event, r *Result) (why sim.Reason, ok bool) {
	defer otp.Catch(p, &why, &ok)
	switch e.Kind {
	case gen.Call:
		*r = s.impl.HandleCall(p, e.Body, e.From)
	case gen.Cast:
		*r = s.impl.HandleCast(p, e.Body)
	case gen.Continue:
		*r = s.impl.HandleContinue(p, e.Body)
	default:
		*r = s.impl.HandleInfo(p, e.Body)
	}
	return nil, true
}

// proceed does what a server does when it has begun: it continues at once, or waits.
func (s *server) proceed(p *sim.Proc, r InitResult) {
	if r.then == continues {
		s.turn(p, &gen.Event{Kind: gen.Continue, Body: r.arg})
		return
	}
	s.settle(p, r.then, r.wait)
}

// settle makes the process wait for its next message.
func (s *server) settle(p *sim.Proc, then then, wait time.Duration) {
	switch then {
	case waitsAWhile:
		s.wait = wait
	case hibernates:
		s.wait = hibernate
	default:
		s.wait = forever
	}
	s.SystemContinue(p)
}

// SystemContinue makes the process wait as the last callback said: with the full time-out, if there is one (GS3).
func (s *server) SystemContinue(p *sim.Proc) {
	switch {
	case s.wait == hibernate:
		p.Doze()
	case s.Suspended():
	case s.wait != forever:
		p.After(s.wait)
	case s.Spec.HibernateAfter > 0:
		p.After(s.Spec.HibernateAfter)
	}
}

// terminate ends the server: the user's Terminate, the report, the reply if there is one, the exit, in
// that order. A crash of Terminate replaces the reason and does not stop the reply (GS5, GS7).
func (s *server) terminate(p *sim.Proc, reason sim.Reason, e *gen.Event, r Result) {
	if why, ok := otp.Try(p, func() { s.impl.Terminate(p, reason) }); !ok {
		reason = why
	}
	s.Report(p, reason, *e, s.impl)
	if r.kind == stopsReplying && !p.Mutant().Is(mutant.StopReplyLost) {
		s.reply(p, e.From, r.reply())
	}
	s.Exit(p, reason)
}

// SystemTerminate is what package sys ends the server with.
func (s *server) SystemTerminate(p *sim.Proc, reason sim.Reason) {
	s.terminate(p, reason, &gen.Event{}, Result{})
}

// SystemState is what sys.GetState shows.
func (s *server) SystemState(*sim.Proc) any {
	if h, ok := s.impl.(StateHolder); ok {
		return h.State()
	}
	return s.impl
}

// SystemReplaceState replaces the state: by SetState, or by another Server.
func (s *server) SystemReplaceState(_ *sim.Proc, state any) {
	if h, ok := s.impl.(StateHolder); ok {
		h.SetState(state)
		return
	}
	s.impl = state.(Server)
}

// SystemCodeChange is what sys.ChangeCode calls.
func (s *server) SystemCodeChange(p *sim.Proc, oldVsn, extra any) error {
	return s.impl.CodeChange(p, oldVsn, extra)
}

// SystemModule is the type of the user's server.
func (s *server) SystemModule() string { return gen.ModuleOf(s.impl) }
