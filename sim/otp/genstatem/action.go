package genstatem

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// action is one thing that a step does, beside going to a state.
type action struct {
	kind    actionKind
	event   EventType // of the event that is inserted, or of the time-out
	name    any       // of a timer
	from    otp.From
	content any
	d       time.Duration
}

type actionKind uint8

const (
	badAction actionKind = iota // content is what it is
	replies
	inserts
	starts // or cancels, if it is to last for ever
	startsAt
	updates
	becomes
	pushes
	pops
)

const (
	postpone  sim.Atom = "postpone"
	hibernate sim.Atom = "hibernate"
)

// sameTimeout is whether two actions are about the same time-out.
func (a *action) sameTimeout(b *action) bool { return a.event == b.event && a.name == b.name }

// valid is whether Erlang would know an action that is about a time-out or an event.
func (a *action) valid() bool {
	switch a.kind {
	case starts:
		return a.d >= 0
	case inserts:
		return a.event < eventTypesEnd && (a.event == CallEvent) != a.from.IsZero()
	case replies:
		return !a.from.IsZero()
	}
	return a.kind != badAction
}

// term is the action as Erlang has it.
func (a *action) term() any {
	e := Event{Type: a.event, Name: a.name, From: a.from}
	switch a.kind {
	case replies:
		return sim.Tuple{sim.Atom("reply"), caller(a.from), a.content}
	case inserts:
		return sim.Tuple{sim.Atom("next_event"), e.TypeTerm(), a.content}
	case starts:
		return sim.Tuple{e.TypeTerm(), otp.Millis(a.d), a.content}
	case startsAt:
		return sim.Tuple{e.TypeTerm(), otp.Millis(a.d), a.content, sim.Tuple{sim.Atom("abs"), true}}
	case updates:
		return sim.Tuple{e.TypeTerm(), sim.Atom("update"), a.content}
	case becomes:
		return sim.Tuple{sim.Atom("change_callback_module"), typeOf(a.content)}
	case pushes:
		return sim.Tuple{sim.Atom("push_callback_module"), typeOf(a.content)}
	case pops:
		return sim.Atom("pop_callback_module")
	}
	return orUndefined(a.content)
}
