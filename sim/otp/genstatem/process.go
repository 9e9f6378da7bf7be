package genstatem

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/internal/gen"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// machine is the process: it is called for each message. It is small; most of what a machine may have on
// its desk, most have not.
type machine[S comparable] struct {
	gen.Core
	spec      *spec
	impl      Machine[S]
	enterer   Enterer[S] // impl, if it is one
	desk      *desk      // nil until there is something on it
	state     S
	hibernate bool
}

// desk is what a machine has before it.
type desk struct {
	queue     []Event  // events to handle before any message, the next one last
	postponed []Event  // oldest first
	inserted  []Event  // events that the step which is being done inserts
	said      []action // what it says about time-outs
	under     []any    // machines that Push has put aside, the last on top
	alarms    alarms
}

func (m *machine[S]) needDesk() *desk {
	if m.desk == nil {
		m.desk = &desk{alarms: alarms{asOTP: m.spec.asOTP}}
	}
	return m.desk
}

// Start is the beginning of the process: name, Init, word to the starter, in that order.
func (m *machine[S]) Start(p *sim.Proc) {
	if !m.Begin(p) {
		return
	}
	var s Step[S]
	why, ok := otp.Try(p, func() {
		m.use(m.impl.(*unborn[S]).new())
		s = m.impl.Init(p)
	})
	if !ok {
		m.AbortTelling(p, bare(why), why)
		return
	}
	m.started(p, &s)
}

// started does what Init said.
func (m *machine[S]) started(p *sim.Proc, s *Step[S]) {
	switch {
	case s.kind == goes:
		otp.InitAck(p, nil)
		m.begin(p, s)
	case s.kind == ignores:
		m.Decline(p, otp.ErrIgnore)
	case s.kind == stops && s.n == 0:
		m.Abort(p, s.arg)
	case s.kind == fails && p.Compat() != sim.OTP25:
		m.Decline(p, &otp.StartError{Reason: s.arg})
	default:
		m.Abort(p, sim.Tuple{badInit, s.Term()})
	}
}

// begin is a machine's first step: as if an event had brought it to where it begins (SM3).
func (m *machine[S]) begin(p *sim.Proc, s *Step[S]) {
	m.state = s.state
	s.postpones = false
	e := Event{Content: initState}
	t := transition[S]{next: m.state, enters: true}
	if m.act(p, &t, s, &e, false) && m.change(p, &t, &e) {
		m.goOn(p)
	}
}

const initState sim.Atom = "init_state"

// use makes a machine the one that is called.
func (m *machine[S]) use(impl Machine[S]) {
	m.impl = impl
	m.enterer, _ = impl.(Enterer[S])
}

// Handle is one turn of the machine's loop.
func (m *machine[S]) Handle(p *sim.Proc, msg *sim.Msg) {
	if msg.Tag() == sim.TimeoutTag {
		e := m.timeout(msg)
		m.turn(p, &e)
		return
	}
	switch e := m.Sort(msg); e.Kind {
	case gen.System:
		m.System(p, m, e)
	case gen.ParentExit:
		m.end(p, m.state, e.Body, e.Body, e)
	case gen.TimedOut: // HibernateAfter is over
		p.Doze()
	case gen.Call:
		m.turn(p, &Event{Type: CallEvent, From: e.From, Content: e.Body})
	case gen.Cast:
		m.turn(p, &Event{Type: CastEvent, Content: e.Body})
	default:
		m.turn(p, &Event{Type: InfoEvent, Content: e.Body})
	}
}

// timeout is the event of a timer's message: one of a time-out that is set, or none of ours (SM10).
func (m *machine[S]) timeout(msg *sim.Msg) Event {
	if m.desk != nil {
		if e, ours := m.desk.alarms.goesOff(msg); ours {
			return e
		}
	}
	return Event{Type: InfoEvent, Content: strayTimeout(msg)}
}

// turn handles an event and those that come of it.
func (m *machine[S]) turn(p *sim.Proc, e *Event) {
	m.debugIn(p, e, m.state)
	if m.event(p, e) {
		m.goOn(p)
	}
}

// goOn handles the events that come before any message, and then waits.
func (m *machine[S]) goOn(p *sim.Proc) {
	for m.desk != nil {
		e, ok := m.next(p)
		if !ok {
			break
		}
		p.Reductions(1) // so that a machine which never rests does not stop the world
		if !m.event(p, &e) {
			return
		}
	}
	m.SystemContinue(p)
}

// next takes the event that is to be handled before any message.
func (m *machine[S]) next(p *sim.Proc) (e Event, ok bool) {
	q := m.desk.queue
	if n := len(q); n > 0 {
		e = q[n-1]
		q[n-1] = Event{}
		m.desk.queue = q[:n-1]
		return e, true
	}
	if e, ok = m.desk.alarms.next(); ok {
		m.debugIn(p, &e, m.state)
	}
	return e, ok
}

// event handles one event. It is false if the machine has ended.
func (m *machine[S]) event(p *sim.Proc, e *Event) bool {
	if c := m.spec.cover; c != nil {
		c.saw(m.state, e.label())
	}
	var s Step[S]
	why, ok := otp.Try(p, func() { s = m.impl.HandleEvent(p, m.state, *e) })
	if !ok {
		return m.crash(p, m.state, why, e)
	}
	t := transition[S]{next: m.state}
	return m.take(p, &t, &s, e, false) && m.change(p, &t, e)
}

// crash ends the machine, whose callback has crashed: Terminate is told the bare reason.
func (m *machine[S]) crash(p *sim.Proc, state S, why sim.Reason, during *Event) bool {
	return m.end(p, state, bare(why), why, during.sorted())
}

// bare is a reason without the stack.
func bare(why sim.Reason) sim.Reason {
	if c, ok := why.(*term.Crash); ok {
		return c.Err
	}
	return why
}

// end ends the machine: the user's Terminate, the report, the exit, in that order. A crash of Terminate
// replaces the reason (GS7).
func (m *machine[S]) end(p *sim.Proc, state S, told, reason sim.Reason, during gen.Event) bool {
	if why, ok := otp.Try(p, func() { m.impl.Terminate(p, state, told) }); !ok {
		reason = why
	}
	if term.Orderly(reason) {
		m.debugSay(p, DebugTerminate, reason, state)
	}
	m.Report(p, reason, during, sim.Tuple{state, m.data()})
	m.Exit(p, reason)
	return false
}

// sorted is the event as Core knows events, for reports.
func (e *Event) sorted() gen.Event {
	switch e.Type {
	case CallEvent:
		return gen.Event{Kind: gen.Call, From: e.From, Body: e.Content}
	case CastEvent:
		return gen.Event{Kind: gen.Cast, Body: e.Content}
	case InfoEvent:
		return gen.Event{Body: e.Content}
	}
	return gen.Event{Body: sim.Tuple{e.TypeTerm(), e.Content}}
}
