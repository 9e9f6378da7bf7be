package genevent

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// Result is what a callback answers: what becomes of the handler, and of the call if it was one. The zero
// Result is no answer: the handler is removed, as if it had crashed.
type Result struct {
	value      any // the reply; what was answered instead of an answer
	swap       *swap
	kind       kind
	replies    bool
	hibernates bool
}

// kind is which of Erlang's tuples a result is.
type kind uint8

const (
	none kind = iota
	stays
	removes
	swaps
)

// swap is who takes a handler's place.
type swap struct {
	args any
	id   ID
	new  func() Handler
}

// Ok keeps the handler: {ok, State}.
func Ok() Result { return Result{kind: stays} }

// Fail is for Init: the handler is not installed, and AddHandler's error is an *Error with {error, Reason}.
func Fail(reason any) Result { return Bad(sim.Tuple{errorWord, reason}) }

// Remove removes the handler: remove_handler. Its Terminate is called with Removed.
func Remove() Result { return Result{kind: removes} }

// Swap puts another handler in this one's place: {swap_handler, Args, State, Handler2, Args2}. Terminate is called with
// args, and what it returns is what the other's Init is told. If the other does not start, this one
// is gone all the same (EV6).
func Swap[H Handler](args any, id ID, new func() H) Result {
	return Result{kind: swaps, swap: &swap{args, id, func() Handler { return new() }}}
}

// Reply answers a call: {ok, V, State}. req is there so that the compiler can tell whether v is what it asks for.
func Reply[R any](req otp.Request[R], v R) Result { return ReplyAny(v) }

// ReplyAny is Reply for requests that do not say what they return.
func ReplyAny(v any) Result { return Result{kind: stays, replies: true, value: v} }

// RemoveReply answers a call and removes the handler: {remove_handler, Reply}.
func RemoveReply[R any](req otp.Request[R], v R) Result { return Remove().Replying(v) }

// SwapReply answers a call and puts another handler in this one's place.
func SwapReply[R any, H Handler](req otp.Request[R], v R, args any, id ID, new func() H) Result {
	return Swap(args, id, new).Replying(v)
}

// Replying makes a result of a call answer v.
func (r Result) Replying(v any) Result {
	r.replies, r.value = true, v
	return r
}

// Hibernate makes the manager hibernate until its next message. One handler that says so is enough.
func (r Result) Hibernate() Result {
	r.hibernates = r.kind == stays
	return r
}

// fits reports whether a callback of a kind may answer so.
func (r *Result) fits(what callback) bool {
	return r.kind != none && r.replies == (what == onCall)
}

// quiet reports whether there is nothing to do about an answer to an event.
func (r *Result) quiet() bool { return r.kind == stays && !r.replies }

// Bad is an answer that no gen_event understands, the value v: the handler is removed for it. In Go it takes
// an effort to answer wrong; this is how, for tests and interpreters. From Init it is what AddHandler fails with.
func Bad(v any) Result { return Result{value: v} }

// Term is the result as Erlang has it, without states.
func (r Result) Term() any {
	switch r.kind {
	case stays:
		return r.append(sim.Tuple{okWord})
	case removes:
		if !r.replies {
			return Removed
		}
		return sim.Tuple{Removed, r.value}
	case swaps:
		return append(r.append(sim.Tuple{sim.Atom("swap_handler")}), r.swap.args, r.swap.id.Term())
	}
	if r.value == nil {
		return sim.Atom("undefined")
	}
	return r.value
}

func (r Result) append(to sim.Tuple) sim.Tuple {
	if r.replies {
		to = append(to, r.value)
	}
	if r.hibernates {
		to = append(to, sim.Atom("hibernate"))
	}
	return to
}

const (
	okWord    sim.Atom = "ok"
	errorWord sim.Atom = "error"
	exitWord  sim.Atom = "EXIT"
)
