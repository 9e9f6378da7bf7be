package genstatem

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// transition is what comes of an event: of the step that answers it, and of those that answer enter calls.
type transition[S comparable] struct {
	next       S
	enters     bool // the state is to be entered
	postpones  bool
	hibernates bool
}

// take does what a callback has answered, up to the change of state. It is false if the machine has ended.
func (m *machine[S]) take(p *sim.Proc, t *transition[S], s *Step[S], e *Event, entering bool) bool {
	switch s.kind {
	case keeps:
	case goes:
		if s.state == t.next {
			break
		}
		if entering {
			return m.refuse(p, t, wrong(badEnterReturn, s.Term()), e)
		}
		t.next, t.enters = s.state, true
	case repeats:
		t.enters = true
	case stops:
		return m.stop(p, t, s, e)
	default:
		return m.refuse(p, t, wrong(badReturn, s.Term()), e)
	}
	return m.act(p, t, s, e, entering)
}

// refuse ends a machine that has answered what it may not.
func (m *machine[S]) refuse(p *sim.Proc, t *transition[S], why *term.Crash, e *Event) bool {
	return m.crash(p, t.next, why, e)
}

// stop sends the answers that go with Stop, and ends the machine.
func (m *machine[S]) stop(p *sim.Proc, t *transition[S], s *Step[S], e *Event) bool {
	for i := range s.n {
		a := s.action(i)
		if a.kind != replies || !a.valid() {
			return m.refuse(p, t, wrong(badReply, a.term()), e)
		}
		m.reply(p, a)
	}
	switch {
	case s.postpones:
		return m.refuse(p, t, wrong(badReply, postpone), e)
	case s.hibernates:
		return m.refuse(p, t, wrong(badReply, hibernate), e)
	}
	return m.end(p, t.next, s.arg, s.arg, e.sorted())
}

// act does a step's actions, in their order: it answers callers and changes machines, and keeps in mind what
// is to be done when the state has changed.
func (m *machine[S]) act(p *sim.Proc, t *transition[S], s *Step[S], e *Event, entering bool) bool {
	for i := range s.n {
		if entering && s.postpones && s.postponedAt == i {
			break
		}
		if why := m.actOne(p, t, s.action(i), entering); why != nil {
			return m.refuse(p, t, why, e)
		}
	}
	if entering && s.postpones {
		return m.refuse(p, t, wrong(badEnterAct, postpone), e)
	}
	t.postpones = t.postpones || s.postpones
	t.hibernates = t.hibernates || s.hibernates
	return true
}

// actOne does an action. What it returns, if anything, ends the machine.
func (m *machine[S]) actOne(p *sim.Proc, t *transition[S], a *action, entering bool) (why *term.Crash) {
	switch {
	case a.kind == pops && (m.desk == nil || len(m.desk.under) == 0):
		return wrong(badAct, a.term())
	case entering && (a.kind == inserts || a.kind >= becomes):
		return wrong(badEnterAct, a.term())
	case !a.valid():
		return wrong(badAct, a.term())
	}
	switch a.kind {
	case replies:
		m.reply(p, a)
	case inserts:
		e := Event{a.event, a.name, a.from, a.content}
		m.debugIn(p, &e, t.next)
		d := m.needDesk()
		d.inserted = append(d.inserted, e)
	case becomes, pushes, pops:
		m.swap(a)
		m.debugSay(p, DebugModule, typeOf(m.impl), t.next)
	default:
		d := m.needDesk()
		d.said = append(d.said, *a)
	}
	return nil
}

func (m *machine[S]) reply(p *sim.Proc, a *action) {
	otp.Reply(p, a.from, a.content)
	m.debugOut(p, a.from, a.content)
}

// swap makes another machine the one that is called.
func (m *machine[S]) swap(a *action) {
	d := m.needDesk()
	next := a.content
	switch a.kind {
	case pushes:
		d.under = append(d.under, m.impl)
	case pops:
		top := len(d.under) - 1
		next = d.under[top]
		d.under = d.under[:top]
	}
	m.use(next.(Machine[S]))
}

// change calls Enter if it is to be called, and then changes the state and sets the queues of events right
// (SM1). It is false if the machine has ended.
func (m *machine[S]) change(p *sim.Proc, t *transition[S], e *Event) bool {
	for t.enters && m.enterer != nil {
		if !m.callEnter(p, t, e) {
			return false
		}
	}
	if c := m.spec.cover; c != nil {
		c.went(m.state, e.label(), t.next)
	}
	m.debugDone(p, e, t)
	if t.postpones {
		d := m.needDesk()
		d.postponed = append(d.postponed, *e)
	}
	changed := t.next != m.state
	m.state, m.hibernate = t.next, t.hibernates
	if m.desk != nil {
		m.clear(p, m.desk, changed)
	}
	return true
}

// clear brings the desk up to date after an event.
func (m *machine[S]) clear(p *sim.Proc, d *desk, changed bool) {
	d.alarms.cancelType(p, TimeoutEvent)
	if changed {
		d.alarms.cancelType(p, StateTimeoutEvent)
		d.queue = pushAll(d.queue, d.postponed)
		d.postponed = emptied(d.postponed)
	}
	if len(d.said) > 0 {
		m.debugTimers(p)
		d.alarms.do(p, d.said)
		d.said = emptied(d.said)
	}
	d.queue = pushAll(d.queue, d.inserted)
	d.inserted = emptied(d.inserted)
}

// callEnter makes one enter call. The machine is in its old state until that is over.
func (m *machine[S]) callEnter(p *sim.Proc, t *transition[S], e *Event) bool {
	t.enters = false
	p.Reductions(1)
	if c := m.spec.cover; c != nil {
		c.saw(t.next, enterLabel)
	}
	var s Step[S]
	why, ok := otp.Try(p, func() { s = m.enterer.Enter(p, m.state, t.next) })
	if !ok {
		return m.crash(p, m.state, why, e)
	}
	return m.take(p, t, &s, e, true)
}

// pushAll puts events on a stack so that the first of them comes off first.
func pushAll(stack, events []Event) []Event {
	for i := len(events) - 1; i >= 0; i-- {
		stack = append(stack, events[i])
	}
	return stack
}

// emptied is an empty slice to be filled again, which holds on to nothing.
func emptied[T any](s []T) []T {
	if len(s) == 0 {
		return s
	}
	clear(s)
	return s[:0]
}
