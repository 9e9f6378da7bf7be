package genstatem

import (
	"fmt"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Bad is a callback's answer that no gen_statem understands, the value v: it terminates with
// {bad_return_from_state_function, v}. In Go it takes an effort to answer wrong; this is how, for tests and
// interpreters, and so are BadAction and Spelled.
func (Steps[S]) Bad(v any) Step[S] { return Step[S]{arg: v} }

// BadAction adds the action v, which no gen_statem understands: it terminates with
// {bad_action_from_state_function, v}.
func (s Step[S]) BadAction(v any) Step[S] {
	s.add(&action{kind: badAction, content: v})
	return s
}

// Spelled says how a step made by Next was written in Erlang, should it be refused.
func (s Step[S]) Spelled(v any) Step[S] {
	if s.kind == goes {
		s.arg = v
	}
	return s
}

// What a machine terminates with whose callback answered what it may not.
const (
	badReturn      sim.Atom = "bad_return_from_state_function"
	badEnterReturn sim.Atom = "bad_state_enter_return_from_state_function"
	badAct         sim.Atom = "bad_action_from_state_function"
	badEnterAct    sim.Atom = "bad_state_enter_action_from_state_function"
	badReply       sim.Atom = "bad_reply_action_from_state_function"
	badInit        sim.Atom = "bad_return_from_init"
)

// wrong is the reason for a bad answer: an error of Erlang's, with a stack.
func wrong(what sim.Atom, v any) *term.Crash {
	return &term.Crash{Err: sim.Tuple{what, v}, Stack: term.Callers(2)}
}

// orUndefined is what stands in a bad answer, or what an answer that was forgotten is in Erlang.
func orUndefined(v any) any {
	if v == nil {
		return term.Undefined
	}
	return v
}

func typeOf(v any) sim.Atom { return sim.Atom(fmt.Sprintf("%T", v)) }
