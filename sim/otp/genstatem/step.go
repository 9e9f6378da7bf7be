package genstatem

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// Step is what a callback answers: where the machine goes, and actions in the order in which they are
// added. Make one with a method of Steps, which Base embeds. The zero Step is no answer: the machine
// terminates with bad_return_from_state_function.
type Step[S comparable] struct {
	arg         any // the reason to stop, or a bad value
	more        []action
	actions     [actionsInline]action
	n           int // how many actions
	state       S
	kind        kind
	postpones   bool
	hibernates  bool
	postponedAt int // how many actions came before Postpone
}

// actionsInline is how many actions a step has room for before it allocates.
const actionsInline = 3

// kind is which of Erlang's tuples a step is.
type kind uint8

const (
	none kind = iota
	keeps
	goes
	repeats
	stops
	ignores
	fails
)

// Steps makes the steps of machines with states of type S.
type Steps[S comparable] struct{}

// Next goes to a state: {next_state, S, Data}. If it is the state the machine is in, that is no change: no
// time-out is cancelled, nothing postponed comes back, nothing is entered (SM2). In Init it says where
// the machine begins.
func (Steps[S]) Next(state S) Step[S] { return Step[S]{kind: goes, state: state} }

// Keep stays in the state: keep_state.
func (Steps[S]) Keep() Step[S] { return Step[S]{kind: keeps} }

// Repeat stays in the state and enters it again: repeat_state. But for the enter call it is Keep (SM2).
func (Steps[S]) Repeat() Step[S] { return Step[S]{kind: repeats} }

// Stop ends the machine: {stop, Reason}; Terminate is called first. With Reply it is stop_and_reply: the
// answers are sent before Terminate. No other action goes with it. In Init it says that the machine cannot
// start: the starter is told {error, Reason} and the process exits with the reason (GS1).
func (Steps[S]) Stop(reason sim.Reason) Step[S] { return Step[S]{kind: stops, arg: reason} }

// Ignore says, in Init, that the machine does not want to start. The starter is told otp.ErrIgnore; the
// process exits normally.
func (Steps[S]) Ignore() Step[S] { return Step[S]{kind: ignores} }

// Fail says {error, Reason} in Init: the starter is told so, the process exits normally. Before OTP 26 there
// was no such answer, and it counts as a bad return value.
func (Steps[S]) Fail(reason sim.Reason) Step[S] { return Step[S]{kind: fails, arg: reason} }

// Postpone puts the event off until the state has changed; then it comes back before any newer message (SM8).
func (s Step[S]) Postpone() Step[S] {
	if !s.postpones {
		s.postpones, s.postponedAt = true, s.n
	}
	return s
}

// Hibernate makes the machine hibernate until the next message, unless there is another event at once.
func (s Step[S]) Hibernate() Step[S] {
	s.hibernates = true
	return s
}

// Reply answers a caller: the one of this event, or one kept from before. See Answer for the compiler's word
// that v is what the request asks for.
func (s Step[S]) Reply(to otp.From, v any) Step[S] {
	s.add(&action{kind: replies, from: to, content: v})
	return s
}

// Answer is v, and a proof that it is what the request asks for: Keep().Reply(e.From, Answer(req, v)) does
// not compile if it is not.
func Answer[R any](req otp.Request[R], v R) any { return v }

// Internal inserts an event of type InternalEvent, which is handled before any message (SM1).
func (s Step[S]) Internal(content any) Step[S] { return s.NextEvent(Event{Content: content}) }

// NextEvent inserts an event of any type: {next_event, Type, Content}. Several are handled in the order in
// which they are added, all before any other event.
func (s Step[S]) NextEvent(e Event) Step[S] {
	s.add(&action{kind: inserts, event: e.Type, name: e.Name, from: e.From, content: e.Content})
	return s
}

// Timeout sends a TimeoutEvent if no other event comes within d, inserted ones included. Any event cancels
// it; it is not set again of itself (SM4).
//
// Of this, as of every time-out: sim.Forever cancels it; 0 puts the event behind those that are inserted
// and before all messages, without a timer (SM6); to set one that runs sets it anew; of several in one step
// the last counts.
func (s Step[S]) Timeout(d time.Duration, content any) Step[S] {
	return s.start(TimeoutEvent, nil, d, content)
}

// StateTimeout sends a StateTimeoutEvent if the machine is still in the state after d. A change of state cancels it.
func (s Step[S]) StateTimeout(d time.Duration, content any) Step[S] {
	return s.start(StateTimeoutEvent, nil, d, content)
}

// Timer sends a TimerEvent after d: {{timeout, Name}, d, content}. Nothing cancels it but CancelTimer. There
// are as many as there are names, which are comparable values.
func (s Step[S]) Timer(name any, d time.Duration, content any) Step[S] {
	return s.start(TimerEvent, name, d, content)
}

// TimeoutAt is Timeout at a time of Proc.Now.
func (s Step[S]) TimeoutAt(at time.Duration, content any) Step[S] {
	return s.startAt(TimeoutEvent, nil, at, content)
}

// StateTimeoutAt is StateTimeout at a time of Proc.Now.
func (s Step[S]) StateTimeoutAt(at time.Duration, content any) Step[S] {
	return s.startAt(StateTimeoutEvent, nil, at, content)
}

// TimerAt is Timer at a time of Proc.Now.
func (s Step[S]) TimerAt(name any, at time.Duration, content any) Step[S] {
	return s.startAt(TimerEvent, name, at, content)
}

// CancelTimeout cancels the TimeoutEvent.
func (s Step[S]) CancelTimeout() Step[S] { return s.cancel(TimeoutEvent, nil) }

// CancelStateTimeout cancels the StateTimeoutEvent.
func (s Step[S]) CancelStateTimeout() Step[S] { return s.cancel(StateTimeoutEvent, nil) }

// CancelTimer cancels the TimerEvent of that name.
func (s Step[S]) CancelTimer(name any) Step[S] { return s.cancel(TimerEvent, name) }

// UpdateTimeout changes what the TimeoutEvent will say, not when; if it is not set, it is at once (SM5).
func (s Step[S]) UpdateTimeout(content any) Step[S] { return s.update(TimeoutEvent, nil, content) }

// UpdateStateTimeout does so for the StateTimeoutEvent.
func (s Step[S]) UpdateStateTimeout(content any) Step[S] {
	return s.update(StateTimeoutEvent, nil, content)
}

// UpdateTimer does so for the TimerEvent of that name.
func (s Step[S]) UpdateTimer(name any, content any) Step[S] {
	return s.update(TimerEvent, name, content)
}

// Become lets another machine go on in this one's stead, with its own data: change_callback_module. It gets
// the enter call of this very step, if it is an Enterer (SM11).
func (s Step[S]) Become(m Machine[S]) Step[S] { return s.swap(becomes, m) }

// Push is Become; Pop goes back to the machine that was there before: push_callback_module.
func (s Step[S]) Push(m Machine[S]) Step[S] { return s.swap(pushes, m) }

// Pop undoes a Push: pop_callback_module. If there was none the machine terminates.
func (s Step[S]) Pop() Step[S] { return s.swap(pops, nil) }

func (s Step[S]) swap(k actionKind, m Machine[S]) Step[S] {
	s.add(&action{kind: k, content: m})
	return s
}

func (s Step[S]) start(t EventType, name any, d time.Duration, content any) Step[S] {
	s.add(&action{kind: starts, event: t, name: name, d: d, content: content})
	return s
}

func (s Step[S]) startAt(t EventType, name any, at time.Duration, content any) Step[S] {
	s.add(&action{kind: startsAt, event: t, name: name, d: at, content: content})
	return s
}

func (s Step[S]) cancel(t EventType, name any) Step[S] {
	s.add(&action{kind: starts, event: t, name: name, d: sim.Forever})
	return s
}

func (s Step[S]) update(t EventType, name, content any) Step[S] {
	s.add(&action{kind: updates, event: t, name: name, content: content})
	return s
}

func (s *Step[S]) add(a *action) {
	if s.n < actionsInline {
		s.actions[s.n] = *a
	} else {
		s.more = append(s.more, *a)
	}
	s.n++
}

func (s *Step[S]) action(i int) *action {
	if i < actionsInline {
		return &s.actions[i]
	}
	return &s.more[i-actionsInline]
}

// Term is the step as Erlang has it, without the data: {next_state, S, Actions}…
func (s Step[S]) Term() any {
	switch s.kind {
	case keeps:
		return sim.Tuple{sim.Atom("keep_state"), s.actionTerms()}
	case goes:
		if s.arg != nil { // somebody knows better: see Spelled
			return s.arg
		}
		return sim.Tuple{sim.Atom("next_state"), s.state, s.actionTerms()}
	case repeats:
		return sim.Tuple{sim.Atom("repeat_state"), s.actionTerms()}
	case stops:
		if s.n > 0 {
			return sim.Tuple{sim.Atom("stop_and_reply"), s.arg, s.actionTerms()}
		}
		return sim.Tuple{sim.Atom("stop"), s.arg}
	case ignores:
		return sim.Atom("ignore")
	case fails:
		return sim.Tuple{sim.Atom("error"), s.arg}
	}
	return orUndefined(s.arg)
}

func (s *Step[S]) actionTerms() []any {
	terms := []any{}
	for i := range s.n {
		terms = append(terms, s.action(i).term())
	}
	if s.postpones {
		terms = append(terms, postpone)
	}
	if s.hibernates {
		terms = append(terms, hibernate)
	}
	return terms
}
