package gen

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// Kind is what a received message is for a behaviour.
type Kind uint8

// The kinds of messages, and of what else makes a behaviour call its callbacks.
const (
	Info Kind = iota
	Call
	Cast
	System
	ParentExit // the parent has ended; Body is its reason
	TimedOut   // the wait that the behaviour asked for is over
	Continue
)

// Event is a message, sorted.
type Event struct {
	Kind Kind
	From otp.From // of a call or a system request
	Body any
}

// Sort finds out what a message is. The body of an Info is the plain message.
func (c *Core) Sort(m *sim.Msg) (e Event) {
	c.SortInto(&e, m)
	return e
}

// SortInto is Sort without copying an Event, which is large: e is zero before.
func (c *Core) SortInto(e *Event, m *sim.Msg) {
	switch m.Tag() {
	case nil:
		*e = c.sortPlain(m.Body())
	case otp.CallTag:
		e.Kind, e.From, e.Body = Call, otp.FromOf(m), m.Body()
	case otp.CastTag:
		e.Kind, e.Body = Cast, m.Body()
	case otp.SystemTag:
		e.Kind, e.From, e.Body = System, otp.FromOf(m), m.Body()
	case sim.TimedOut:
		e.Kind, e.Body = TimedOut, m.Value()
	default:
		if m.Tag() == sim.ExitTag && m.From() == c.Parent {
			e.Kind, e.Body = ParentExit, m.Body()
			return
		}
		e.Kind, e.Body = Info, m.Value()
	}
}

// sortPlain: the plain form of a message is as good as the tagged one.
func (c *Core) sortPlain(v any) Event {
	switch v := v.(type) {
	case otp.CallMsg:
		return Event{Call, v.From, v.Req}
	case otp.CastMsg:
		return Event{Kind: Cast, Body: v.Req}
	case otp.SystemMsg:
		return Event{System, v.From, v.Req}
	case sim.Exit:
		if v.From == c.Parent {
			return Event{Kind: ParentExit, Body: v.Reason}
		}
	}
	return Event{Kind: Info, Body: v}
}

// Overseer is a user's server that hears of the end of those it is linked with by a callback of its own, and then goes
// on, or shuts down: a supervisor. It spares each of them a message to be made. Only behaviours can be one, since nobody
// else can name an Overseeing: a method of a program's server that is called Exited is the program's.
type Overseer interface {
	Exited(p *sim.Proc, pid sim.PID, reason sim.Reason, _ Overseeing) (goesOn bool)
}

// Overseeing is what tells an Overseer's method from others of its name.
type Overseeing struct{}

// last is an event as reports show it.
func (c *Core) last(e Event) any {
	switch e.Kind {
	case Cast:
		return otp.CastMsg{Req: e.Body}
	case ParentExit:
		return sim.Exit{From: c.Parent, Reason: e.Body}
	}
	return e.Body
}
