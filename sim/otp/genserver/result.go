package genserver

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// Result is what a callback answers: what becomes of the call, and what the server does next. The zero
// Result is no answer: the server terminates with bad_return_value.
//
// It has four words, for what is larger is not handed on in registers but copied, word by word into memory and out
// of it again in larger pieces, for which the processor must wait.
type Result struct {
	value any // the reply, the reason to stop, or the argument of Continue; both if there are two of these
	wait  time.Duration
	kind  kind
	then  then
}

// both is a reply and what else there is to say.
type both struct{ reply, arg any }

// hasBoth is whether there are two values.
func (r Result) hasBoth() bool {
	return r.kind == stopsReplying || r.kind == replies && r.then == continues
}

// reply is what the caller is told.
func (r Result) reply() any {
	if r.hasBoth() {
		return r.value.(*both).reply
	}
	return r.value
}

// arg is the reason to stop, or the argument of Continue.
func (r Result) arg() any {
	if r.hasBoth() {
		return r.value.(*both).arg
	}
	return r.value
}

// kind is which of Erlang's tuples a result is.
type kind uint8

const (
	none kind = iota
	replies
	noReply
	stops
	stopsReplying
)

// then is what a server does after a callback.
type then uint8

const (
	waits       then = iota // for a message, as long as it takes
	waitsAWhile             // then HandleInfo with timeout
	hibernates
	continues
)

// Reply answers a call: {reply, V, State}. req is there so that the compiler can tell whether v is what it asks for.
func Reply[R any](req otp.Request[R], v R) Result { return Result{kind: replies, value: v} }

// ReplyAny is Reply for requests that do not say what they return.
func ReplyAny(v any) Result { return Result{kind: replies, value: v} }

// NoReply answers nothing: {noreply, State}. If it was a call, somebody will answer it with otp.Reply.
func NoReply() Result { return Result{kind: noReply} }

// Stop ends the server: {stop, Reason, State}. Terminate is called first.
func Stop(reason sim.Reason) Result { return Result{kind: stops, value: reason} }

// StopReply ends the server and answers the call: {stop, Reason, Reply, State}. The answer is sent after
// Terminate and before the server is gone, so whoever receives it may still find it alive (GS5).
func StopReply[R any](reason sim.Reason, req otp.Request[R], v R) Result {
	return StopReplyAny(reason, v)
}

// StopReplyAny is StopReply for requests that do not say what they return.
func StopReplyAny(reason sim.Reason, v any) Result {
	return Result{kind: stopsReplying, value: &both{v, reason}}
}

// Timeout makes the server call HandleInfo with the atom timeout if no message comes within d. Any
// message ends that wait, one of package sys begins it anew (GS3). sim.Forever means no time-out.
func (r Result) Timeout(d time.Duration) Result {
	r = r.next(waitsAWhile)
	r.wait = d
	if d == sim.Forever {
		r.then = waits
	}
	return r
}

// Hibernate makes the server hibernate until the next message.
func (r Result) Hibernate() Result { return r.next(hibernates) }

// next says what the server does then, and no Continue that was said before.
func (r Result) next(t then) Result {
	if r.kind == replies {
		r.value = r.reply()
	}
	r.then = t
	return r
}

// Continue makes the server call HandleContinue with arg at once, before it looks at any message (GS2).
// A result that stops has nothing to continue.
func (r Result) Continue(arg any) Result {
	switch r.kind {
	case replies:
		r.value = &both{r.reply(), arg}
		r.then = continues
	case noReply:
		r.value, r.then = arg, continues
	}
	return r
}

// Term is the result as Erlang has it, without the state.
func (r Result) Term() any {
	switch r.kind {
	case replies:
		return r.then.append(sim.Tuple{sim.Atom("reply"), r.reply()}, r.wait, r.arg())
	case noReply:
		return r.then.append(sim.Tuple{sim.Atom("noreply")}, r.wait, r.arg())
	case stops:
		return sim.Tuple{sim.Atom("stop"), r.arg()}
	case stopsReplying:
		return sim.Tuple{sim.Atom("stop"), r.arg(), r.reply()}
	}
	return orUndefined(r.value)
}

func (t then) append(to sim.Tuple, wait time.Duration, arg any) any {
	switch t {
	case waitsAWhile:
		return append(to, otp.Millis(wait))
	case hibernates:
		return append(to, sim.Atom("hibernate"))
	case continues:
		return append(to, sim.Tuple{sim.Atom("continue"), arg})
	}
	return to
}

// InitResult is what Init answers.
type InitResult struct {
	arg  any // the reason to stop, or the argument of Continue
	wait time.Duration
	kind initKind
	then then
}

type initKind uint8

const (
	initNone initKind = iota
	initOK
	initStop
	initIgnore
	initError
)

// Ok says that the server has started: {ok, State}.
func Ok() InitResult { return InitResult{kind: initOK} }

// StopInit says that it cannot start: {stop, Reason}. The starter is told {error, Reason}, and the process
// exits with the reason: a starter that is linked and does not trap exits dies of it (GS1).
func StopInit(reason sim.Reason) InitResult { return InitResult{kind: initStop, arg: reason} }

// Ignore says that it does not want to start. The starter is told otp.ErrIgnore; the process exits normally.
func Ignore() InitResult { return InitResult{kind: initIgnore} }

// Fail says {error, Reason}: the starter is told so, the process exits normally. Before OTP 26 there was
// no such answer, and it counts as a bad return value.
func Fail(reason sim.Reason) InitResult { return InitResult{kind: initError, arg: reason} }

// Timeout makes the server call HandleInfo with the atom timeout if no message comes within d.
func (r InitResult) Timeout(d time.Duration) InitResult {
	r.then, r.wait = waitsAWhile, d
	if d == sim.Forever {
		r.then = waits
	}
	return r
}

// Hibernate makes the server hibernate until its first message.
func (r InitResult) Hibernate() InitResult {
	r.then = hibernates
	return r
}

// Continue makes the server call HandleContinue with arg, after the starter was told and before it looks
// at any message (GS2).
func (r InitResult) Continue(arg any) InitResult {
	if r.kind == initOK {
		r.then, r.arg = continues, arg
	}
	return r
}
