package genstatem

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
)

// alarm is a time-out that is set. A timer carries its alarm's address, so that neither allocates.
type alarm struct {
	event   EventType
	name    any
	content any
	timer   sim.Timer // zero if it goes off at once, or is lost: see AsOTP
}

// typeTerm is what Erlang's timer carries: the type of the time-out.
func (a *alarm) typeTerm() any { return Event{Type: a.event, Name: a.name}.TypeTerm() }

// alarms are the time-outs of a machine: at most one of a type and a name (SM4).
type alarms struct {
	set   []*alarm
	due   []*alarm // those of set that go off when there is no other event, in this order (SM6)
	spare []*alarm
	asOTP bool
}

// find gives the time-out of a type that is set, or nil.
func (as *alarms) find(event EventType, name any) *alarm {
	for _, a := range as.set {
		if a.event == event && a.name == name {
			return a
		}
	}
	return nil
}

// do does what a step has said about time-outs. Of several actions about the same the last counts. Timers
// are started last first, as OTP does, which shows if they end together; time-outs of 0 queue up first
// first.
func (as *alarms) do(p *sim.Proc, acts []action) {
	fresh := 0 // how many there are now at the end of due that were not before
	for i := len(acts) - 1; i >= 0; i-- {
		if !repeated(acts, i) && as.one(p, &acts[i]) {
			fresh++
		}
	}
	slices.Reverse(as.due[len(as.due)-fresh:])
}

// repeated is whether a later action is about the same time-out.
func repeated(acts []action, i int) bool {
	for j := i + 1; j < len(acts); j++ {
		if acts[i].sameTimeout(&acts[j]) {
			return true
		}
	}
	return false
}

// one does what one action says, and reports whether a time-out has queued up that goes off at once.
func (as *alarms) one(p *sim.Proc, act *action) (due bool) {
	a := as.find(act.event, act.name)
	switch {
	case act.kind != updates && act.d == sim.Forever:
		if a != nil {
			as.cancel(p, a)
		}
		return false
	case act.kind == updates && a != nil:
		a.content = act.content
		return false
	}
	return as.start(p, a, act)
}

// start sets a time-out; a is the one that is set already, if any.
func (as *alarms) start(p *sim.Proc, a *alarm, act *action) (due bool) {
	lost := false
	if a != nil {
		lost = as.asOTP && !a.running()
		as.stop(p, a)
	} else {
		a = as.add(act.event, act.name)
	}
	a.content = act.content
	d := act.d
	switch {
	case act.kind == updates || d == 0:
		as.due = append(as.due, a)
		return true
	case act.kind == startsAt:
		d = max(0, d-p.Now())
	}
	timer := p.StartTimer(d, p.Self(), a)
	if !lost { // OTP keeps the 0 of the one before in the timer's stead (SM7)
		a.timer = timer
	}
	return false
}

// running is whether there is a timer.
func (a *alarm) running() bool { return a.timer != sim.Timer{} }

func (as *alarms) add(event EventType, name any) *alarm {
	var a *alarm
	if n := len(as.spare); n > 0 {
		a = as.spare[n-1]
		as.spare = as.spare[:n-1]
	} else {
		a = new(alarm)
	}
	*a = alarm{event: event, name: name}
	as.set = append(as.set, a)
	return a
}

// stop keeps a time-out from going off. If its timer has sent its message already, that is taken away.
func (as *alarms) stop(p *sim.Proc, a *alarm) {
	if !a.running() {
		if i := slices.Index(as.due, a); i >= 0 {
			as.due = slices.Delete(as.due, i, i+1)
		}
		return
	}
	if _, ok := p.CancelTimer(a.timer); !ok {
		ref := a.timer.Ref()
		p.Take(sim.Mark{}, func(m *sim.Msg) bool { return m.Tag() == sim.TimeoutTag && m.Ref() == ref }, 0)
	}
	a.timer = sim.Timer{}
}

// cancel stops a time-out and forgets it.
func (as *alarms) cancel(p *sim.Proc, a *alarm) {
	as.stop(p, a)
	as.forget(a)
}

// cancelType cancels the time-out of a type that has no names, if it is set.
func (as *alarms) cancelType(p *sim.Proc, event EventType) {
	if a := as.find(event, nil); a != nil {
		as.cancel(p, a)
	}
}

func (as *alarms) forget(a *alarm) {
	i := slices.Index(as.set, a)
	as.set = slices.Delete(as.set, i, i+1)
	a.content = nil
	if !as.asOTP { // where a lost timer may still carry it
		as.spare = append(as.spare, a)
	}
}

// goesOff is the event of a timer's message; ok is false if that is none of ours.
func (as *alarms) goesOff(m *sim.Msg) (e Event, ok bool) {
	a, ok := m.Body().(*alarm)
	if !ok || !a.running() || a.timer.Ref() != m.Ref() {
		return Event{}, false
	}
	return as.take(a), true
}

// next is the event of the first time-out that is to go off at once.
func (as *alarms) next() (e Event, ok bool) {
	if len(as.due) == 0 {
		return Event{}, false
	}
	a := as.due[0]
	as.due = slices.Delete(as.due, 0, 1)
	return as.take(a), true
}

// take forgets a time-out that has gone off.
func (as *alarms) take(a *alarm) Event {
	e := Event{Type: a.event, Name: a.name, Content: a.content}
	as.forget(a)
	return e
}

// strayTimeout is what the machine is told of a timer that is no longer known: {timeout, Ref, Type}.
func strayTimeout(m *sim.Msg) any {
	if a, ok := m.Body().(*alarm); ok {
		return sim.Timeout{Ref: m.Ref(), Msg: a.typeTerm()}
	}
	return m.Value()
}
