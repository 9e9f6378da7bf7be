package sim

import (
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Msg is an envelope: what travels between processes, and what a Handler is given. It belongs to the
// world and is used again, so a handler must not keep it; what it holds may be kept.
type Msg struct {
	next *Msg
	tag  *Tag
	from *term.Identity
	ref  Ref
	word int64
	body any
	// value is what Value answered for a tagged message.
	value   any
	alias   uint64 // the number of the alias it was sent to, if special says so
	kind    signalKind
	special special
}

// special says what a message is beside a message.
type special uint8

const (
	viaAlias special = 1 << iota // it was sent to an alias of its receiver, which must stand when it is handled
	watches                      // its sender monitors its receiver under ref
	settled                      // it is a reply, and has ended the monitor of its request
	unlinked                     // it is an exit message that tells the end of a link
)

// signalKind says what a signal does when its receiver handles it. trace names them: see there.
type signalKind uint8

const (
	message    signalKind = iota
	exitSignal            // somebody called Exit
	linkExit              // a linked process ended
	linkSignal
	unlinkSignal
	unlinkAck
	monitorSignal
	demonitorSignal
	downSignal
	askAlive
	askInfo
	answer
	spawnSignal
	spawnReplySignal
	signalKinds
)

// Tag says what kind of message an envelope holds when it is more than a bare value: a call, a cast, a
// reply, an exit message… Tags let such messages travel without being boxed into a value of their own.
type Tag struct {
	name  string
	id    uint64
	value func(m *Msg) any
}

// NewTag makes a tag. value builds the plain value that a process sees if it receives such a message
// without knowing of tags; it is called at most once a message.
func NewTag(name string, value func(m *Msg) any) *Tag { return &Tag{name, choice.ID(name), value} }

// String is the tag's name.
func (t *Tag) String() string {
	if t == nil {
		return "message"
	}
	return t.name
}

// Tag is the message's tag, nil for a plain value.
func (m *Msg) Tag() *Tag { return m.tag }

// From is the process that sent the message; for an exit message, the process that ended. The zero PID if
// it came from a timer.
func (m *Msg) From() PID { return term.NewPID(m.from) }

// Ref is the reference that a tagged message carries.
func (m *Msg) Ref() Ref { return m.ref }

// Word is the number that a tagged message carries.
func (m *Msg) Word() int64 { return m.word }

// Body is what a tagged message carries, or the plain value itself.
func (m *Msg) Body() any { return m.body }

// Value is the message as one plain value. For a tagged message it is made when first asked for; the
// message keeps its tag, for others may look for that.
func (m *Msg) Value() any {
	if m.tag == nil {
		return m.body
	}
	if m.value == nil {
		m.value = m.tag.value(m)
	}
	return m.value
}

// Exit is the message {'EXIT', From, Reason} that a process which traps exits is sent.
type Exit struct {
	From   PID
	Reason Reason
}

// Down is the message {'DOWN', Ref, process, Object, Reason}: a monitored process ended.
type Down struct {
	Tag    any // what Monitor was told to say instead of 'DOWN'; nil otherwise
	Ref    Ref
	Object any // the PID, or the NameAt if it was monitored by name
	Reason Reason
}

// Timeout is the message {timeout, Ref, Msg} of StartTimer.
type Timeout struct {
	Ref Ref
	Msg any
}

// The tags of the messages that the machinery itself sends. A handler tells them apart by Tag and reads
// From, Ref and Body; Value gives an Exit, a Down, a Timeout.
var (
	ExitTag    = NewTag("'EXIT'", func(m *Msg) any { return Exit{m.From(), m.body} })
	DownTag    = NewTag("'DOWN'", func(m *Msg) any { return Down{Ref: m.ref, Object: m.From(), Reason: m.body} })
	TimeoutTag = NewTag("timeout", func(m *Msg) any { return Timeout{m.ref, m.body} })
	// TimedOut marks the message a handler gets when the time it gave After has passed without another.
	TimedOut = NewTag("timed_out", func(m *Msg) any { return term.Atom("timeout") })
)

// fill says what the envelope holds. It goes field by field, for copying the whole would cost more than all
// the rest of sending.
func (m *Msg) fill(from *term.Identity, tag *Tag, ref Ref, word int64, body any) {
	m.from = from
	m.tag = tag
	m.ref = ref
	m.word = word
	m.body = body
}

// envelope takes an envelope from the pool: a message without anything special. Whoever takes it must fill it,
// for all else is as the last one left it.
func (w *World) envelope() *Msg {
	m := w.spare
	if m == nil {
		return w.moreEnvelopes()
	}
	w.spare = m.next
	return m
}

const envelopesAtOnce = 64

func (w *World) moreEnvelopes() *Msg {
	chunk := make([]Msg, envelopesAtOnce)
	for i := range chunk[1:] {
		chunk[i+1].next = w.spare
		w.spare = &chunk[i+1]
	}
	return &chunk[0]
}

// discard gives an envelope back to the pool. What lives anyway it may go on pointing to: see envelope.
func (w *World) discard(m *Msg) {
	if w.eyes != nil {
		w.eyes.gone(m)
	}
	if m.body != nil {
		m.body = nil
	}
	if m.value != nil {
		m.value = nil
	}
	m.kind, m.special = message, 0
	m.next = w.spare
	w.spare = m
}
