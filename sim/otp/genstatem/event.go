package genstatem

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// EventType says where an event comes from.
type EventType uint8

// The types of events.
const (
	InternalEvent     EventType = iota // the machine's own, by Step.Internal: nobody else can send one
	CallEvent                          // somebody waits for an answer: Event.From
	CastEvent                          // otp.Cast
	InfoEvent                          // any other message: sim.Exit, sim.Down, sim.Timeout, plain values
	TimeoutEvent                       // no event came in time: Step.Timeout
	StateTimeoutEvent                  // the state did not change in time: Step.StateTimeout
	TimerEvent                         // Step.Timer; Event.Name says which
	eventTypesEnd
)

var eventTypes = [eventTypesEnd]sim.Atom{"internal", "call", "cast", "info", "timeout", "state_timeout", "timeout"}

// String is Erlang's word for it.
func (t EventType) String() string { return string(eventTypes[t]) }

// Event is what a machine is called for. A value: it may be kept, and inserted again.
type Event struct {
	Type    EventType
	Name    any      // of a TimerEvent
	From    otp.From // who has called, of a CallEvent
	Content any
}

// TypeTerm is the event's type as Erlang has it: cast, {call, From}, {timeout, Name}…
func (e Event) TypeTerm() any {
	switch e.Type {
	case CallEvent:
		return sim.Tuple{eventTypes[CallEvent], caller(e.From)}
	case TimerEvent:
		return sim.Tuple{eventTypes[TimeoutEvent], e.Name}
	}
	return eventTypes[e.Type]
}

// caller is who has called, and undefined if nobody has.
func caller(from otp.From) any {
	if from.IsZero() {
		return term.Undefined
	}
	return from
}

// String prints {Type,Content}.
func (e Event) String() string { return term.Format(sim.Tuple{e.TypeTerm(), e.Content}) }
