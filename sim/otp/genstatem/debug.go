package genstatem

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// What package sys shows of a machine, beside sys.In, whose message is an Event, and sys.Out.
const (
	DebugConsume   sim.Atom = "consume"     // {consume, Event, State, NextState}: an event was handled
	DebugPostpone  sim.Atom = "postpone"    // {postpone, Event, State, NextState}: it was put off
	DebugModule    sim.Atom = "module"      // {module, Module, State}: another machine goes on
	DebugTimer     sim.Atom = "start_timer" // {start_timer, {Type, Time, Content, Options}, State}
	DebugTerminate sim.Atom = "terminate"   // {terminate, Reason, State}: an orderly end
)

// DebugText is how package sys tells of an event that has come in.
func (e Event) DebugText(name any) string {
	if e.Type == CallEvent {
		return term.Format(name) + " receive call " + term.Format(e.Content) + " from " + e.From.PID.String()
	}
	return term.Format(name) + " receive " + term.Format(e.TypeTerm()) + " " + term.Format(e.Content)
}

// debugIn tells that an event has come, from outside or from a step.
func (m *machine[S]) debugIn(p *sim.Proc, e *Event, state S) {
	if m.Debugged() {
		m.Debug(p, sys.Event{Kind: sys.In, Msg: *e, State: state})
	}
}

// debugOut tells that a caller was answered.
func (m *machine[S]) debugOut(p *sim.Proc, to otp.From, v any) {
	if m.Debugged() {
		m.Debug(p, sys.Event{Kind: sys.Out, Msg: v, To: to})
	}
}

// debugDone tells what became of an event.
func (m *machine[S]) debugDone(p *sim.Proc, e *Event, t *transition[S]) {
	if !m.Debugged() {
		return
	}
	kind := DebugConsume
	if t.postpones {
		kind = DebugPostpone
	}
	m.Debug(p, sys.Event{Kind: kind, Msg: *e, To: m.state, State: t.next})
}

// debugSay tells of something else that a machine does.
func (m *machine[S]) debugSay(p *sim.Proc, kind sim.Atom, what any, state S) {
	if m.Debugged() {
		m.Debug(p, sys.Event{Kind: kind, Msg: what, State: state})
	}
}

// debugTimers tells what time-outs are set, in the order in which they are.
func (m *machine[S]) debugTimers(p *sim.Proc) {
	if !m.Debugged() {
		return
	}
	said := m.desk.said
	for i := len(said) - 1; i >= 0; i-- {
		if a := &said[i]; a.kind != updates && a.d != sim.Forever && !repeated(said, i) {
			m.debugSay(p, DebugTimer, a.timerTerm(), m.state)
		}
	}
}

// timerTerm is an action that sets a time-out as OTP shows it: {Type, Time, Content, Options}.
func (a *action) timerTerm() sim.Tuple {
	opts := []any{}
	if a.kind == startsAt {
		opts = append(opts, sim.Tuple{sim.Atom("abs"), true})
	}
	return sim.Tuple{Event{Type: a.event, Name: a.name}.TypeTerm(), otp.Millis(a.d), a.content, opts}
}
