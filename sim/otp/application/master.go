package application

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// master is an application's master: the group leader of all its processes. It has a child, x, which runs the
// application's code, so that it can be talked to while that runs.
type master struct {
	app        *App
	controller sim.PID
	x          sim.PID // zero when it has ended
	up         bool    // the application has started
	asking     []question
}

// question is a question about the top supervisor, on its way to x.
type question struct {
	ref  sim.Ref
	from otp.From
}

// What a master is asked.
type (
	stopMaster struct{}
	topOf      struct{}
)

func (stopMaster) String() string { return "stop" }
func (topOf) String() string      { return "get_child" }

// expired is what tells it that MaxTime is over.
const expired sim.Atom = "timeout"

func newMaster(a *App, controller sim.PID) *master { return &master{app: a, controller: controller} }

// Start is the beginning of the process. From now on the application's processes can find out whose they are.
func (m *master) Start(p *sim.Proc) {
	p.Link(m.controller)
	p.TrapExit(true)
	p.SetGroupLeader(p.Self())
	tableOf(p).enter(m.app.Name, p.Self())
	m.x, _ = p.SpawnHandler("x", &runner{app: m.app}, sim.SpawnOptions{Link: true})
}

// Handle is one turn of its loop.
func (m *master) Handle(p *sim.Proc, msg *sim.Msg) {
	if exit, ok := msg.Value().(sim.Exit); ok {
		m.exit(p, exit)
		return
	}
	if msg.Tag() == otp.CallTag {
		m.serve(p, otp.FromOf(msg), msg.Body())
		return
	}
	switch body := msg.Body().(type) {
	case started:
		m.started(p, body)
	case topIs:
		m.relay(p, body)
	case sim.Atom:
		if body == expired {
			m.terminate(p, sim.Normal)
		}
	}
}

// started does what is due when x has run the application's start.
func (m *master) started(p *sim.Proc, s started) {
	if s.reason != nil {
		m.fail(p, s.reason)
		return
	}
	m.up = true
	if m.app.MaxTime > 0 {
		p.SendAfter(m.app.MaxTime, p.Self(), expired)
	}
	if starter := p.Parent(); starter != m.controller { // OTP 25
		p.Unlink(starter)
		otp.InitAck(p, nil)
		return
	}
	tell(p, outcome{name: m.app.Name, master: p.Self()})
}

// fail ends a master whose application did not start. Whatever that has left behind stays: OTP kills
// strays only when an application stops.
func (m *master) fail(p *sim.Proc, reason sim.Reason) {
	if p.Parent() == m.controller {
		tell(p, outcome{name: m.app.Name, reason: reason})
	}
	otp.ReportCrash(p, reason)
	p.Terminate(reason)
}

// exit does what is due when a linked process has ended.
func (m *master) exit(p *sim.Proc, e sim.Exit) {
	switch {
	case e.From == m.x && !m.up:
		m.fail(p, e.Reason)
	case e.From == m.x:
		m.x = sim.PID{}
		m.terminate(p, e.Reason)
	case e.From == m.controller && m.up: // while it starts OTP does not listen
		m.terminate(p, e.Reason)
	}
}

// serve answers who asks.
func (m *master) serve(p *sim.Proc, from otp.From, req any) {
	switch req.(type) {
	case stopMaster:
		m.terminate(p, sim.Normal)
		otp.Reply(p, from, okWord)
	case topOf:
		if !m.up || !p.Alive(m.x) {
			otp.Reply(p, from, sim.PID{})
			return
		}
		q := question{p.MakeRef(), from}
		m.asking = append(m.asking, q)
		p.Send(m.x, tellTop{q.ref})
	}
}

// relay passes on what x has answered.
func (m *master) relay(p *sim.Proc, t topIs) {
	for i, q := range m.asking {
		if q.ref == t.ref {
			m.asking = append(m.asking[:i], m.asking[i+1:]...)
			otp.Reply(p, q.from, t.pid)
			return
		}
	}
}

// terminate stops the application, if it runs, and all that belongs to it, and ends the master (APP4).
func (m *master) terminate(p *sim.Proc, reason sim.Reason) {
	for _, q := range m.asking {
		otp.Reply(p, q.from, sim.PID{})
	}
	m.asking = nil
	if m.up && !m.x.IsZero() {
		p.Send(m.x, stopRunner)
		p.Await(sim.Mark{}, func(msg *sim.Msg) bool { return otp.IsExit(msg, m.x) }, sim.Forever)
	}
	killStrays(p)
	otp.ReportCrash(p, reason)
	p.Terminate(reason)
}

// killStrays kills every process whose group leader is this one, until there is none: a process may have
// started another before it was killed.
func killStrays(p *sim.Proc) {
	for {
		strays := p.Led(p.Self())
		if len(strays) == 1 { // ourselves
			return
		}
		for _, pid := range strays {
			if pid != p.Self() {
				p.Exit(pid, sim.Kill)
			}
		}
		for _, pid := range strays {
			p.Alive(pid)
		}
	}
}

// ask asks a master, or x. ok is false if it has ended.
func ask(p *sim.Proc, pid sim.PID, req any) (reply any, ok bool) {
	reply, _, ok = otp.Ask(p, pid, otp.CallTag, req, sim.Forever)
	return reply, ok
}
