package otp

import "github.com/bedlam-sim/bedlam/sim"

// The tags of the messages that behaviours exchange. They travel as envelopes with a tag, not as values;
// a process that knows nothing of tags receives a CallMsg, a CastMsg, a SystemMsg, a ReplyMsg, and a
// behaviour takes those plain values for the real thing, as in Erlang, where both are the same tuple.
var (
	CallTag   = sim.NewTag("'$gen_call'", func(m *sim.Msg) any { return CallMsg{FromOf(m), m.Body()} })
	CastTag   = sim.NewTag("'$gen_cast'", func(m *sim.Msg) any { return CastMsg{m.Body()} })
	SystemTag = sim.NewTag("system", func(m *sim.Msg) any { return SystemMsg{FromOf(m), m.Body()} })
	ReplyTag  = sim.NewTag("reply", func(m *sim.Msg) any { return ReplyMsg{tagOf(m), m.Body()} })
)

// Tag is what tells one call's reply from another's: the reference of the monitor under which the call
// waits. It is an alias too, [alias|Ref], unless the call is local and waits for ever (GC1, GC4).
type Tag struct {
	Ref   sim.Ref
	Plain bool // the reference is no alias: the reply goes to the process
}

// The number that an envelope carries says whether its reference is an alias.
const (
	viaAlias int64 = iota
	plainRef
)

func (t Tag) word() int64 {
	if t.Plain {
		return plainRef
	}
	return viaAlias
}

func tagOf(m *sim.Msg) Tag { return Tag{m.Ref(), m.Word() == plainRef} }

// String prints the tag as [alias|Ref], or the bare reference.
func (t Tag) String() string {
	if t.Plain {
		return t.Ref.String()
	}
	return "[alias|" + t.Ref.String() + "]"
}

// From says who asked and under which tag the answer is awaited. It is a comparable value that may be kept,
// and given to another process to answer in one's stead (GS10).
type From struct {
	PID sim.PID
	Tag Tag
}

// FromOf is who sent a call, given its envelope.
func FromOf(m *sim.Msg) From { return From{m.From(), tagOf(m)} }

// IsZero reports whether nobody asked.
func (f From) IsZero() bool { return f == From{} }

// Term is {PID, Tag}.
func (f From) Term() sim.Tuple { return sim.Tuple{f.PID, f.Tag} }

// String prints the caller as {PID,Tag}.
func (f From) String() string { return f.Term().String() }

// CallMsg is a call as a plain message: {'$gen_call', From, Req}.
type CallMsg struct {
	From From
	Req  any
}

// Term is the message as Erlang has it.
func (m CallMsg) Term() sim.Tuple { return sim.Tuple{sim.Atom("$gen_call"), m.From.Term(), m.Req} }

// String prints the message as Erlang has it.
func (m CallMsg) String() string { return m.Term().String() }

// CastMsg is a cast as a plain message: {'$gen_cast', Req}.
type CastMsg struct{ Req any }

// Term is the message as Erlang has it.
func (m CastMsg) Term() sim.Tuple { return sim.Tuple{sim.Atom("$gen_cast"), m.Req} }

// String prints the message as Erlang has it.
func (m CastMsg) String() string { return m.Term().String() }

// SystemMsg is a request of package sys as a plain message: {system, From, Req}.
type SystemMsg struct {
	From From
	Req  any
}

// Term is the message as Erlang has it.
func (m SystemMsg) Term() sim.Tuple { return sim.Tuple{sim.Atom("system"), m.From.Term(), m.Req} }

// String prints the message as Erlang has it.
func (m SystemMsg) String() string { return m.Term().String() }

// ReplyMsg is an answer as a plain message: {Tag, Reply}.
type ReplyMsg struct {
	Tag   Tag
	Reply any
}

// Term is the message as Erlang has it.
func (m ReplyMsg) Term() sim.Tuple { return sim.Tuple{m.Tag, m.Reply} }

// String prints the message as Erlang has it.
func (m ReplyMsg) String() string { return m.Term().String() }
