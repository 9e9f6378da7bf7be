package genstatem

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// kindOfTimeout is what a timer carries, as in Erlang: the type of its time-out. It never changes.
type kindOfTimeout struct {
	event EventType
	name  any
}

// term is the type as Erlang has it.
func (k *kindOfTimeout) term() any { return Event{Type: k.event, Name: k.name}.TypeTerm() }

// String prints the type as Erlang has it.
func (k *kindOfTimeout) String() string { return term.Format(k.term()) }

// alarm is a time-out that is set.
type alarm struct {
	kind    *kindOfTimeout
	content any
	timer   sim.Timer // zero if it goes off at once, or is lost: see AsOTP
}

func (a *alarm) is(event EventType, name any) bool {
	return a.kind.event == event && a.kind.name == name
}

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
		if a.is(event, name) {
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
	timer := p.StartTimer(d, p.Self(), a.kind)
	if !lost { // OTP keeps the 0 of the one before in the timer's stead (SM7)
		a.timer = timer
	}
	return false
}

// running is whether there is a timer.
func (a *alarm) running() bool { return a.timer != sim.Timer{} }

// add makes an alarm. Machines set the same time-outs again and again: one that was set before is used again.
func (as *alarms) add(event EventType, name any) *alarm {
	i := slices.IndexFunc(as.spare, func(a *alarm) bool { return a.is(event, name) })
	var a *alarm
	if i >= 0 {
		a = as.spare[i]
		as.spare = slices.Delete(as.spare, i, i+1)
	} else {
		a = &alarm{kind: &kindOfTimeout{event, name}}
	}
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

// sparesMax is how many alarms are kept to be used again: names of timers may be without number.
const sparesMax = 8

func (as *alarms) forget(a *alarm) {
	i := slices.Index(as.set, a)
	as.set = slices.Delete(as.set, i, i+1)
	a.content, a.timer = nil, sim.Timer{}
	if len(as.spare) == sparesMax {
		as.spare = slices.Delete(as.spare, 0, 1)
	}
	as.spare = append(as.spare, a)
}

// goesOff is the event of a timer's message; ok is false if that is none of ours.
func (as *alarms) goesOff(m *sim.Msg) (e Event, ok bool) {
	for _, a := range as.set {
		if a.running() && a.timer.Ref() == m.Ref() {
			return as.take(a), true
		}
	}
	return Event{}, false
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

// event is the event that a time-out sends.
func (a *alarm) event() Event {
	return Event{Type: a.kind.event, Name: a.kind.name, Content: a.content}
}

// take forgets a time-out that has gone off.
func (as *alarms) take(a *alarm) Event {
	e := a.event()
	as.forget(a)
	return e
}

// strayTimeout is what the machine is told of a timer that is no longer known: {timeout, Ref, Type}.
func strayTimeout(m *sim.Msg) any {
	if k, ok := m.Body().(*kindOfTimeout); ok {
		return sim.Timeout{Ref: m.Ref(), Msg: k.term()}
	}
	return m.Value()
}
