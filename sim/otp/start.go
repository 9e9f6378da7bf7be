package otp

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Started is what starting a process gives: {ok, PID}, {ok, PID, Info} or, with a monitor, {ok, {PID, Ref}}.
type Started struct {
	PID  sim.PID
	Info any
	Ref  sim.Ref // of the monitor, if one was asked for
}

// StartFunc starts a process that is linked to p, whose code it runs in: what a supervisor is given for a
// child. extra are the arguments of this one start. The error is ErrIgnore, a *StartError, a *BadReturn,
// or any other, which counts as {error, err}.
type StartFunc func(p *sim.Proc, extra ...any) (Started, error)

// Cross lets a start function travel to a supervisor on another node: code is the same on every node.
func (f StartFunc) Cross() any { return f }

// ErrIgnore says that the process chose not to start: its init answered ignore.
var ErrIgnore = errors.New("ignore")

// StartError is {error, Reason}.
type StartError struct{ Reason sim.Reason }

// Error says why the process did not start.
func (e *StartError) Error() string { return "start: " + term.Format(e.Reason) }

// Is matches ErrTimeout, for a process that took too long to start.
func (e *StartError) Is(target error) bool { return target == ErrTimeout && term.Is(e.Reason, timeout) }

// Unwrap is the reason, if that is an error itself.
func (e *StartError) Unwrap() error {
	err, _ := e.Reason.(error)
	return err
}

// BadReturn is what a start function returned that is none of what it may return.
type BadReturn struct{ Value any }

// Error says what was returned.
func (e *BadReturn) Error() string {
	return fmt.Sprintf("start: bad return value %s", term.Format(e.Value))
}

// AlreadyStarted is the error {already_started, PID}.
func AlreadyStarted(pid sim.PID) *StartError {
	return &StartError{sim.Tuple{alreadyStarted, pid}}
}

// IsAlreadyStarted reports whether an error says that the name was taken, and by whom.
func IsAlreadyStarted(err error) (sim.PID, bool) {
	var e *StartError
	if !errors.As(err, &e) {
		return sim.PID{}, false
	}
	t, ok := e.Reason.(sim.Tuple)
	if !ok || len(t) != 2 || t[0] != any(alreadyStarted) {
		return sim.PID{}, false
	}
	pid, ok := t[1].(sim.PID)
	return pid, ok
}

// StartOptions say how a process is started. The zero value ties it to nobody and waits for ever.
type StartOptions struct {
	Link     bool
	Monitor  bool          // the starter monitors it; Started.Ref is the monitor
	Timeout  time.Duration // how long it may take to start; 0: as long as it likes
	Priority scheduler.Priority
	NoBlock  bool // see sim.SpawnOptions
	Hidden   bool
}

// Start starts a process with a body, as proc_lib:start does: it waits until the body says InitAck or
// InitFail or ends (PL1).
func Start(p *sim.Proc, role string, body sim.Body, o StartOptions) (Started, error) {
	return awaitStart(p, role, reporting(body), nil, &o)
}

// StartHandler is Start for a process without a stack. The handler says InitAck or InitFail in its Start.
func StartHandler(p *sim.Proc, role string, h sim.Handler, o StartOptions) (Started, error) {
	return awaitStart(p, role, nil, h, &o)
}

// Special makes a StartFunc of a body: a special process, as OTP calls it, which says InitAck when it is ready.
func Special(role string, body func(p *sim.Proc, extra ...any)) StartFunc {
	return func(p *sim.Proc, extra ...any) (Started, error) {
		return Start(p, roleFor(p, role), func(p *sim.Proc) { body(p, extra...) }, StartOptions{Link: true})
	}
}

// startTag marks what a process that is being started tells its starter.
var startTag = sim.NewTag("ack", func(m *sim.Msg) any {
	word := sim.Atom("ack")
	if m.Word() == nack {
		word = "nack"
	}
	return sim.Tuple{word, m.From(), returned(m)}
})

// returned is what a process that is being started answers, as Erlang has it.
func returned(m *sim.Msg) any {
	switch what := m.Body().(type) {
	case nil:
		return sim.Tuple{atomOK, m.From()}
	case failed:
		if errors.Is(what.err, ErrIgnore) {
			return sim.Atom("ignore")
		}
		return sim.Tuple{sim.Atom("error"), ExitReason(what.err)}
	default:
		return sim.Tuple{atomOK, m.From(), what}
	}
}

// The number in a message under startTag.
const (
	ack  int64 = iota // started; the body is Started.Info, or, in OTP 25, an error
	nack              // not started; the process is about to end: wait for that
)

// failed is the body of an ack that says, in OTP 25, that the process did not start.
type failed struct{ err error }

// InitAck tells the starter that the calling process has started; info is what Started.Info will be.
func InitAck(p *sim.Proc, info any) {
	if ref := p.Asked(); !ref.IsZero() { // the starter's monitor, which this settles
		p.SendAlias(ref, startTag, ack, info)
		return
	}
	p.SendTagged(p.Parent(), startTag, sim.Ref{}, ack, info)
}

// InitFail tells the starter that the calling process did not start, and why: ErrIgnore or a *StartError.
// The process must end at once: the starter waits for that, so that nothing is left of it when the
// starter goes on; before OTP 26 it did not (PL2).
func InitFail(p *sim.Proc, why error) {
	word := nack
	if p.Compat() == sim.OTP25 {
		word = ack
	}
	p.SendTagged(p.Parent(), startTag, sim.Ref{}, word, failed{why})
}

// awaitStart is the starter's side: it spawns the process and waits for its word, which it takes out of the
// envelope: nearly all that are started say that they are.
func awaitStart(p *sim.Proc, role string, body sim.Body, h sim.Handler, o *StartOptions) (Started, error) {
	var (
		said   int64
		what   any
		reason sim.Reason // it ended without a word
		ended  bool
		exited bool // so says an exit message, which it may have sent itself
	)
	mark := p.Mark()
	pid, ref := o.spawn(p, role, body, h)
	if !p.Take(mark, func(m *sim.Msg) bool {
		switch {
		case m.Tag() == startTag:
			said, what = m.Word(), m.Body()
			return m.From() == pid
		case IsDown(m, ref):
			_, reason, _ = outcome(m)
			ended = true
			return true
		case o.Link && IsExit(m, pid):
			reason = exitReason(m)
			exited = true
			return true
		}
		return false
	}, cmp.Or(o.Timeout, sim.Forever)) {
		return Started{}, startTimedOut(p, pid, ref, o)
	}
	if exited {
		unlinkDead(p, pid, ref)
		return Started{}, &StartError{reason}
	}
	if ended {
		flushExit(p, pid, o)
		return Started{}, &StartError{reason}
	}
	if fail, is := what.(failed); is {
		return Started{}, notStarted(p, said, fail, pid, ref, o)
	}
	if !o.Monitor {
		p.Forget(ref)
		ref = sim.Ref{}
	}
	return Started{PID: pid, Info: what, Ref: ref}, nil
}

// spawn: there is a monitor, so that the starter hears of an end that no link tells; OTP 25 has none where there is a link.
func (o *StartOptions) spawn(p *sim.Proc, role string, body sim.Body, h sim.Handler) (sim.PID, sim.Ref) {
	opts := sim.SpawnOptions{Link: o.Link, Monitor: o.Monitor, Asked: !o.Monitor && !(o.Link && p.Compat() == sim.OTP25), Priority: o.Priority, NoBlock: o.NoBlock, Hidden: o.Hidden}
	if h != nil {
		return p.SpawnHandler(role, h, opts)
	}
	return p.SpawnOpt(role, body, opts)
}

// notStarted is for a process that has said that it did not start. With a nack it is waited for until it is gone.
func notStarted(p *sim.Proc, said int64, fail failed, pid sim.PID, ref sim.Ref, o *StartOptions) error {
	if said == nack {
		flushExit(p, pid, o)
		awaitDown(p, ref)
	} else {
		p.Demonitor(ref, sim.Flush())
	}
	return fail.err
}

// startTimedOut puts an end to a process that took too long.
func startTimedOut(p *sim.Proc, pid sim.PID, ref sim.Ref, o *StartOptions) error {
	if o.Link {
		p.Unlink(pid)
	}
	p.Exit(pid, sim.Kill)
	if p.Compat() == sim.OTP25 {
		p.Demonitor(ref, sim.Flush())
	} else {
		awaitDown(p, ref)
	}
	flushExit(p, pid, o)
	return &StartError{timeout}
}

// flushExit cuts the link to a process that did not start and removes its exit message.
func flushExit(p *sim.Proc, pid sim.PID, o *StartOptions) {
	if !o.Link {
		return
	}
	p.Unlink(pid)
	p.Await(sim.Mark{}, func(m *sim.Msg) bool { return IsExit(m, pid) }, 0)
}

func awaitDown(p *sim.Proc, ref sim.Ref) {
	p.Await(sim.Mark{}, func(m *sim.Msg) bool { return IsDown(m, ref) }, sim.Forever)
}

// IsExit is whether a message tells the end of a linked process. It looks at the message as it is.
func IsExit(m *sim.Msg, pid sim.PID) bool {
	switch m.Tag() {
	case sim.ExitTag:
		return m.From() == pid
	case nil:
		e, ok := m.Body().(sim.Exit)
		return ok && e.From == pid
	}
	return false
}

// exitReason takes a message that IsExit apart.
func exitReason(m *sim.Msg) sim.Reason {
	if e, ok := m.Body().(sim.Exit); ok && m.Tag() == nil {
		return e.Reason
	}
	return m.Body()
}

// unlinkDead is for a process of whose end an exit message has told, if it is dead. One that has exited its starter by
// exit/2 goes on, linked as it is: its ack comes when nobody waits for it any more.
func unlinkDead(p *sim.Proc, pid sim.PID, ref sim.Ref) {
	if _, dead := p.Await(sim.Mark{}, func(m *sim.Msg) bool { return IsDown(m, ref) }, 0); dead {
		p.Unlink(pid)
	} else if !ref.IsZero() {
		p.Forget(ref)
	}
}

// As runs a start function so that what it starts plays a role of the starter's choosing, unless it has a
// name of its own: a supervisor's children are known, and print, by their ids.
func As(p *sim.Proc, role string, start StartFunc, extra ...any) (Started, error) {
	before := p.Naming(role)
	defer p.Naming(before)
	return start(p, extra...)
}

// Role is the role that As has chosen for what p is about to start; "" if none.
func Role(p *sim.Proc) string { return p.Named() }

func roleFor(p *sim.Proc, otherwise string) string {
	if r := Role(p); r != "" {
		return r
	}
	return otherwise
}
