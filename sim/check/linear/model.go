package linear

import "github.com/bedlam-sim/bedlam/sim/term"

// Model is what a sequential object does.
type Model interface {
	// Init is its state before the first operation.
	Init() any
	// Step says whether an object in a state may answer an operation so, and what state that leaves. An answer of Unknown is
	// one that nobody knows. Step must not change the state: it is kept. States are compared: by == if their type
	// can be, otherwise by how they print.
	Step(state, op, answer any) (next any, ok bool)
	// Part is the part of the object that an operation is about. Operations on different parts do not concern each other, and are
	// judged apart, which is much faster.
	Part(op any) string
}

// Unknown is the answer of an operation of which no answer is known.
type Unknown struct{}

// says reports whether an answer is, or may have been, want.
func says(answer, want any) bool { return unknown(answer) || term.Equal(answer, want) }

func unknown(answer any) bool {
	_, is := answer.(Unknown)
	return is
}
