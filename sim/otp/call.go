package otp

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Returns is embedded in a request and says what type its answer has.
type Returns[R any] struct{}

func (Returns[R]) returns() (r R) { return r }

// Request is a request whose answer is an R: any type that embeds Returns[R].
type Request[R any] interface{ returns() R }

// DefaultTimeout is how long a call waits if it is not told otherwise.
const DefaultTimeout = 5 * time.Second

// CallOpt is an option of a call.
type CallOpt struct {
	within time.Duration
	set    bool
}

// Within makes a call give up after d; sim.Forever means never.
func Within(d time.Duration) CallOpt { return CallOpt{d, true} }

// Patience is the time-out that options amount to, and whether one was given at all.
func Patience(opts []CallOpt) (d time.Duration, given bool) {
	d = DefaultTimeout
	for _, o := range opts {
		if o.set {
			d, given = o.within, true
		}
	}
	return d, given
}

// Call sends a request and waits for its answer. The error, if any, is a *CallError: the server ended, was
// not there, or did not answer in time (GC2). A late answer is dropped (GC3).
func Call[R any](p *sim.Proc, to sim.Addr, req Request[R], opts ...CallOpt) (R, error) {
	v, err := CallAny(p, to, req, opts...)
	if err != nil {
		var none R
		return none, err
	}
	return answerAs[R](v, to, req)
}

// answerAs gives an answer its type. A server that answers untyped may answer wrong.
func answerAs[R any](v any, to sim.Addr, req any) (R, error) {
	r, ok := v.(R)
	if !ok && v != nil {
		return r, &CallError{Reason: sim.Tuple{badReply, v}, To: to, Req: req, Call: callSite(to, req, 0, false)}
	}
	return r, nil
}

// MustCall is Call as in Erlang: if there is no answer, the caller exits with {Reason, CALL}.
func MustCall[R any](p *sim.Proc, to sim.Addr, req Request[R], opts ...CallOpt) R {
	v, err := Call(p, to, req, opts...)
	if err != nil {
		p.ExitSelf(ExitReason(err))
	}
	return v
}

// CallAny is Call for requests that do not say what they return.
func CallAny(p *sim.Proc, to sim.Addr, req any, opts ...CallOpt) (any, error) {
	d, given := Patience(opts)
	v, reason, ok := Ask(p, to, CallTag, req, d)
	if !ok {
		return nil, &CallError{Reason: reason, To: to, Req: req, Call: callSite(to, req, d, given)}
	}
	return v, nil
}

// Ask is the protocol below every call, Erlang's gen:call: it sends req under a tag and waits for the
// reply. If there is none, ok is false and reason says why.
func Ask(p *sim.Proc, to sim.Addr, tag *sim.Tag, req any, d time.Duration) (reply any, reason sim.Reason, ok bool) {
	at, local, ok := resolve(p, to)
	switch {
	case !ok:
		return nil, sim.NoProc, false
	case local && at == sim.Addr(p.Self()):
		return nil, callingSelf, false
	}
	mark := p.Mark()
	e := ending{ref: request(p, at, tag, req, local && d == sim.Forever)}
	if !p.Take(mark, func(m *sim.Msg) bool { return e.is(m) }, d) {
		p.Forget(e.ref)
		// What was there already counts (GC3).
		if !p.Take(mark, func(m *sim.Msg) bool { return isReply(m, e.ref) && e.is(m) }, 0) {
			return nil, timeout, false
		}
		return e.reply, nil, true
	}
	if !e.replied {
		return nil, lost(to, at, e.reason), false
	}
	p.Forget(e.ref)
	return e.reply, nil, true
}

// ending is what ends the wait for the reply to a request.
type ending struct {
	ref     sim.Ref
	replied bool
	reply   any
	reason  sim.Reason // if there is none
}

// is reports whether a message is the ending, and if so takes it apart.
func (e *ending) is(m *sim.Msg) bool {
	if m.Tag() == ReplyTag && m.Ref() == e.ref { // nearly always
		e.reply, e.replied = m.Body(), true
		return true
	}
	return e.isElse(m)
}

func (e *ending) isElse(m *sim.Msg) bool {
	if !isOutcome(m, e.ref) {
		return false
	}
	e.reply, e.reason, e.replied = outcome(m)
	return true
}

// request sends a request and monitors whom it is sent to. If it is plain its reference is no alias.
func request(p *sim.Proc, at sim.Addr, tag *sim.Tag, req any, plain bool) sim.Ref {
	if pid, ok := at.(sim.PID); ok && !plain {
		return p.Request(pid, tag, viaAlias, req)
	}
	from := Tag{monitor(p, at, plain), plain}
	p.SendTaggedNoConnect(at, tag, from.Ref, from.word(), req) // the monitor has connected, or will tell (GC5)
	return from.Ref
}

// monitor makes the monitor of a request; its reference is an alias too unless it is to be plain.
func monitor(p *sim.Proc, at sim.Addr, plain bool) sim.Ref {
	if plain {
		return p.Monitor(at)
	}
	return p.MonitorAlias(at)
}

// resolve finds out where a request goes: names are resolved now, but for a name on another node, which
// that node resolves. ok is false if nobody has the name.
func resolve(p *sim.Proc, to sim.Addr) (at sim.Addr, local, ok bool) {
	if pid, is := to.(sim.PID); is && !pid.IsZero() {
		return to, p.IsHere(pid), true
	}
	if far, is := to.(term.NameAt); is && far.Node != p.Node() {
		return to, false, true
	}
	pid, ok := Whereis(p, to)
	return pid, p.IsHere(pid), ok
}

// lost is what a call says when its monitor has fired.
func lost(to, at sim.Addr, reason sim.Reason) sim.Reason {
	if !term.Is(reason, term.NoConnection) {
		return reason
	}
	switch to.(type) {
	case term.Global, term.Via: // the registry will know better soon
		return sim.NoProc
	}
	switch at := at.(type) {
	case sim.PID:
		return sim.Tuple{nodeDown, at.Node()}
	case term.NameAt:
		return sim.Tuple{nodeDown, at.Node}
	}
	return reason
}

// isReply is whether a message is the reply to the request under ref. Somebody may have looked at the
// message already, and made a plain value of it.
func isReply(m *sim.Msg, ref sim.Ref) bool {
	switch m.Tag() {
	case ReplyTag:
		return m.Ref() == ref
	case nil:
		r, ok := m.Body().(ReplyMsg)
		return ok && r.Tag.Ref == ref
	}
	return false
}

// isOutcome is whether a message ends the wait for that reply.
func isOutcome(m *sim.Msg, ref sim.Ref) bool { return isReply(m, ref) || IsDown(m, ref) }

// outcome takes a message that isOutcome apart.
func outcome(m *sim.Msg) (reply any, reason sim.Reason, ok bool) {
	switch m.Tag() {
	case ReplyTag:
		return m.Body(), nil, true
	case sim.DownTag:
		return nil, m.Body(), false
	}
	switch b := m.Body().(type) {
	case ReplyMsg:
		return b.Reply, nil, true
	case sim.Down:
		return nil, b.Reason, false
	}
	panic("otp: neither a reply nor a down message")
}

// IsDown is whether a message tells the end of the process monitored under ref. It looks at the message
// as it is, so that it costs nothing.
func IsDown(m *sim.Msg, ref sim.Ref) bool {
	switch m.Tag() {
	case sim.DownTag:
		return m.Ref() == ref
	case nil:
		d, ok := m.Body().(sim.Down)
		return ok && d.Ref == ref
	}
	return false
}

// Cast sends a request that is not answered. It never fails: if there is nobody, nothing happens (GS9), but that it stands in
// the trace.
func Cast(p *sim.Proc, to sim.Addr, msg any) {
	at, _, ok := resolve(p, to)
	if !ok {
		p.NoteDrop(to, msg)
		return
	}
	p.SendTagged(at, CastTag, sim.Ref{}, 0, msg)
}

// Abcast casts to the processes of that name on the nodes.
func Abcast(p *sim.Proc, nodes []sim.Atom, name sim.Name, msg any) {
	for _, n := range nodes {
		Cast(p, term.NameAt{Name: name, Node: n}, msg)
	}
}

// Reply answers a call. Any process may, once; what comes too late is dropped.
func Reply(p *sim.Proc, to From, v any) {
	if to.Tag.Plain {
		p.SendTagged(to.PID, ReplyTag, to.Tag.Ref, plainRef, v)
		return
	}
	p.SendAlias(to.Tag.Ref, ReplyTag, viaAlias, v)
}

// ReplyTo is Reply with the compiler's word that v is what req asks for.
func ReplyTo[R any](p *sim.Proc, to From, req Request[R], v R) { Reply(p, to, v) }
