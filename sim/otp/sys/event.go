package sys

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Event is something that a behaviour does, as debug functions, the log and the trace see it, in the order in
// which it does it (SYS4). An event manager tells only what comes in.
type Event struct {
	Kind  sim.Atom
	Msg   any // what came in or went out; what a server continues with
	To    any // of Out: whom it went to
	State any // after Out and NoReply. It is the state itself, and will have changed when it is looked at later
}

// The kinds of events. A behaviour may have others of its own.
const (
	In       sim.Atom = "in"       // {in, Msg}: a message is about to be handled
	Out      sim.Atom = "out"      // {out, Msg, To, State}: a call was answered
	NoReply  sim.Atom = "noreply"  // {noreply, State}: a message was handled
	Continue sim.Atom = "continue" // {continue, Arg}: a server has continued
)

// Term is the event as Erlang has it.
func (e Event) Term() sim.Tuple {
	t := sim.Tuple{e.Kind}
	if e.Kind != NoReply {
		t = append(t, e.Msg)
	}
	if e.To != nil {
		t = append(t, e.To)
	}
	if e.State != nil {
		t = append(t, e.State)
	}
	return t
}

// String prints the event as Erlang has it.
func (e Event) String() string { return e.Term().String() }

// Describer is for messages that have words of their own in a trace.
type Describer interface {
	// DebugText tells that the process of that name got the message.
	DebugText(name any) string
}

// Text tells of the event as OTP does: name is the name of the process that it is about.
func (e Event) Text(name any) string {
	who := term.Format(name)
	switch {
	case e.Kind == In:
		return e.textIn(name)
	case e.Kind == Out:
		return who + " sent " + term.Format(e.Msg) + " to " + receiver(e.To) + ", new state " + term.Format(e.State)
	case e.Kind == NoReply:
		return who + " new state " + term.Format(e.State)
	}
	return who + " dbg  " + e.String()
}

func (e Event) textIn(name any) string {
	who := term.Format(name)
	switch m := e.Msg.(type) {
	case Describer:
		return m.DebugText(name)
	case otp.CallMsg:
		return who + " got call " + term.Format(m.Req) + " from " + m.From.PID.String()
	case otp.CastMsg:
		return who + " got cast " + term.Format(m.Req)
	}
	return who + " got " + term.Format(e.Msg)
}

// receiver is whom something went to, without the tag of the call.
func receiver(to any) string {
	if from, ok := to.(otp.From); ok {
		return from.PID.String()
	}
	return term.Format(to)
}
