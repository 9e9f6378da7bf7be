package application

import (
	"errors"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// runner is x, the process between a master and the top supervisor, whose parent it is. It runs the
// application's callbacks, and waits.
type runner struct {
	app   *App
	top   sim.PID
	state any
}

// started is what x tells its master when the start has ended.
type started struct{ reason sim.Reason } // nil if all is well

// tellTop asks x who the top supervisor is, topIs answers.
type (
	tellTop struct{ ref sim.Ref }
	topIs   struct {
		ref sim.Ref
		pid sim.PID
	}
)

// stopRunner tells x to stop the application.
const stopRunner sim.Atom = "terminate"

// Start starts the application.
func (x *runner) Start(p *sim.Proc) {
	p.TrapExit(true)
	reason := x.start(p, StartType{})
	p.Send(p.Parent(), started{reason})
	if reason != nil {
		p.Terminate(sim.Normal)
	}
}

// start runs the application's Start and then its phases. The reason says what went wrong, in OTP's words.
func (x *runner) start(p *sim.Proc, typ StartType) sim.Reason {
	if reason := x.startTop(p, typ); reason != nil {
		return reason
	}
	p.Link(x.top)
	if x.app.Phases == nil {
		return nil
	}
	reason := runPhases(p, x.app, typ)
	if reason != nil {
		p.Unlink(x.top) // and it is left alone, as in OTP
	}
	return reason
}

// startTop starts the top supervisor (APP2).
func (x *runner) startTop(p *sim.Proc, typ StartType) sim.Reason {
	var s otp.Started
	var err error
	why, ok := otp.Try(p, func() { s, err = x.app.Start(p, typ, x.app.Args) })
	call := x.app.call("start", typ.Term(), x.app.Args)
	var bad *otp.BadReturn
	switch {
	case !ok && term.Is(why, sim.Normal):
		return sim.Tuple{sim.Tuple{exitWord, why}, call}
	case !ok:
		return badReturn(call, sim.Tuple{exitWord, why})
	case errors.Is(err, otp.ErrIgnore):
		return badReturn(call, sim.Atom("ignore"))
	case errors.As(err, &bad):
		return badReturn(call, bad.Value)
	case err != nil:
		return sim.Tuple{otp.ExitReason(err), call}
	}
	x.top, x.state = s.PID, s.Info
	return nil
}

func badReturn(call sim.Tuple, v any) sim.Reason {
	return sim.Tuple{sim.Atom("bad_return"), sim.Tuple{call, v}}
}

// Handle is one turn of its loop. Whatever ends the application, PrepStop and Stop are called (APP3, APP4).
func (x *runner) Handle(p *sim.Proc, m *sim.Msg) {
	if exit, ok := m.Value().(sim.Exit); ok {
		switch exit.From {
		case x.top: // all reasons are passed on, normal too
			x.stop(p, x.prepStop(p))
			p.Terminate(exit.Reason)
		case p.Parent():
			x.end(p, exit.Reason)
			p.Terminate(exit.Reason)
		}
		return
	}
	if m.From() != p.Parent() {
		return
	}
	switch body := m.Body().(type) {
	case tellTop:
		p.Send(p.Parent(), topIs{body.ref, x.top})
	case sim.Atom:
		x.end(p, sim.Shutdown)
		p.Terminate(sim.Normal)
	}
}

// end ends the top supervisor and waits for that as long as it takes.
func (x *runner) end(p *sim.Proc, reason sim.Reason) {
	state := x.prepStop(p)
	p.Exit(x.top, reason)
	p.Await(sim.Mark{}, func(m *sim.Msg) bool { return otp.IsExit(m, x.top) }, sim.Forever)
	x.stop(p, state)
}

// prepStop calls the application's PrepStop. If it crashes that is reported, and the state stays as it was.
func (x *runner) prepStop(p *sim.Proc) any {
	if x.app.PrepStop == nil {
		return x.state
	}
	state := x.state
	if why, ok := otp.Try(p, func() { state = x.app.PrepStop(p, x.state) }); !ok {
		p.Report("application", p.Self(), &Report{Application: x.app.Name, PrepStop: x.app.call("prep_stop", x.state), Reason: why})
		return x.state
	}
	return state
}

// stop calls the application's Stop. Nobody hears of its crash.
func (x *runner) stop(p *sim.Proc, state any) {
	if x.app.Stop != nil {
		otp.Try(p, func() { x.app.Stop(p, state) })
	}
}
