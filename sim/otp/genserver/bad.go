package genserver

import "github.com/bedlam-sim/bedlam/sim"

// Bad is a callback's answer that no gen_server understands, the value v: it terminates with
// {bad_return_value, v}. In Go it takes an effort to answer wrong; this is how, for tests and interpreters.
func Bad(v any) Result { return Result{value: v} }

// BadInit is Bad for Init.
func BadInit(v any) InitResult { return InitResult{arg: v} }

// orUndefined is what stands in a bad answer, or what an answer that was forgotten is in Erlang.
func orUndefined(v any) any {
	if v == nil {
		return sim.Atom("undefined")
	}
	return v
}
