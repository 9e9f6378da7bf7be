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
func (c *Core) Sort(m *sim.Msg) Event {
	switch m.Tag() {
	case nil:
		return c.sortPlain(m.Body())
	case otp.CallTag:
		return Event{Call, otp.FromOf(m), m.Body()}
	case otp.CastTag:
		return Event{Kind: Cast, Body: m.Body()}
	case otp.SystemTag:
		return Event{System, otp.FromOf(m), m.Body()}
	case sim.TimedOut:
		return Event{Kind: TimedOut, Body: m.Value()}
	case sim.ExitTag:
		if m.From() == c.Parent {
			return Event{Kind: ParentExit, Body: m.Body()}
		}
	}
	return Event{Kind: Info, Body: m.Value()}
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
