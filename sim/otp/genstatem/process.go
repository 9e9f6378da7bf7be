package genstatem

import (
	"fmt"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/internal/gen"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// machine is the process: it is called for each message.
type machine[S comparable] struct {
	gen.Core
	impl      Machine[S]
	enterer   Enterer[S]   // impl, if it is one
	under     []Machine[S] // what Push has put aside, the last on top
	state     S
	queue     []Event  // events to handle before any message, the next one last
	postponed []Event  // oldest first
	said      []action // what the step that is being done says about time-outs
	inserted  []Event  // and what events it inserts
	alarms    alarms
	hibernate bool
	cover     *Coverage
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
		m.enter(p, s)
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

// enter is a machine's first step: as if an event had brought it to where it begins (SM3).
func (m *machine[S]) enter(p *sim.Proc, s *Step[S]) {
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
		e, ours := m.alarms.goesOff(msg)
		if !ours {
			e = Event{Type: InfoEvent, Content: lostTimer(msg)}
		}
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

// turn handles an event and those that come of it.
func (m *machine[S]) turn(p *sim.Proc, e *Event) {
	m.debugIn(p, e, m.state)
	if m.event(p, e) {
		m.goOn(p)
	}
}

// goOn handles the events that come before any message, and then waits.
func (m *machine[S]) goOn(p *sim.Proc) {
	for {
		e, ok := m.next(p)
		if !ok {
			m.SystemContinue(p)
			return
		}
		p.Reductions(1) // so that a machine which never rests does not stop the world
		if !m.event(p, &e) {
			return
		}
	}
}

// next takes the event that is to be handled before any message.
func (m *machine[S]) next(p *sim.Proc) (e Event, ok bool) {
	if n := len(m.queue); n > 0 {
		e = m.queue[n-1]
		m.queue[n-1] = Event{}
		m.queue = m.queue[:n-1]
		return e, true
	}
	if e, ok = m.alarms.next(); ok {
		m.debugIn(p, &e, m.state)
	}
	return e, ok
}

// event handles one event. It is false if the machine has ended.
func (m *machine[S]) event(p *sim.Proc, e *Event) bool {
	if m.cover != nil {
		m.cover.saw(m.state, e.label())
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

func (m *machine[S]) data() any {
	if h, ok := m.impl.(DataHolder); ok {
		return h.Data()
	}
	return m.impl
}

// SystemContinue makes the machine wait for its next message.
func (m *machine[S]) SystemContinue(p *sim.Proc) {
	switch {
	case m.hibernate:
		p.Doze()
	case m.Suspended():
	case m.Spec.HibernateAfter > 0:
		p.After(m.Spec.HibernateAfter)
	}
}

// SystemTerminate is what package sys ends the machine with.
func (m *machine[S]) SystemTerminate(p *sim.Proc, reason sim.Reason) {
	m.end(p, m.state, reason, reason, gen.Event{})
}

// SystemState is what sys.GetState shows: {State, Data} (SM12).
func (m *machine[S]) SystemState(*sim.Proc) any { return sim.Tuple{m.state, m.data()} }

// SystemReplaceState replaces both: the data by SetData, or by another Machine.
func (m *machine[S]) SystemReplaceState(_ *sim.Proc, state any) {
	t := state.(sim.Tuple)
	next, data := t[0].(S), t[1]
	if h, ok := m.impl.(DataHolder); ok {
		h.SetData(data)
	} else {
		m.use(data.(Machine[S]))
	}
	m.state = next
}

// SystemCodeChange is what sys.ChangeCode calls.
func (m *machine[S]) SystemCodeChange(p *sim.Proc, oldVsn, extra any) error {
	state, err := m.impl.CodeChange(p, oldVsn, m.state, extra)
	if err == nil {
		m.state = state
	}
	return err
}

// SystemModule is the type of the user's machine.
func (m *machine[S]) SystemModule() string { return fmt.Sprintf("%T", m.impl) }
