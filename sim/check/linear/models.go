package linear

import (
	"strconv"
	"strings"

	"github.com/bedlam-sim/bedlam/sim/term"
)

// The operations of the models here. Values are compared by term.Equal.
type (
	Read    struct{}                 // of a Register: the value. Of a Counter: the number.
	Write   struct{ Value any }      // of a Register. Any answer
	Swap    struct{ Old, New any }   // of a Register: true if it was Old and is New now
	Add     struct{ N int }          // of a Counter: the number after it, or any answer that is no int
	Insert  struct{ Value any }      // of a Set: true if it was not in
	Remove  struct{ Value any }      // of a Set: true if it was in
	Has     struct{ Value any }      // of a Set: whether it is in
	Push    struct{ Value any }      // of a Queue. Any answer
	Pop     struct{}                 // of a Queue: the oldest value, or Empty
	Get     struct{ Key any }        // of a Map: the value, or nil
	Put     struct{ Key, Value any } // of a Map. Any answer
	Delete  struct{ Key any }        // of a Map. Any answer
	Acquire struct{ Owner any }      // of a Lock: true if it was free
	Release struct{ Owner any }      // of a Lock: true if Owner had it
)

// Empty is what Pop answers if there is nothing in the Queue.
type Empty struct{}

// whole is of one part.
type whole struct{}

// Part is the whole.
func (whole) Part(any) string { return "" }

// Register is a variable: Read, Write, Swap.
type Register struct {
	whole
	First any // its first value
}

// Init is the first value.
func (r Register) Init() any { return r.First }

// Step is what a variable does.
func (Register) Step(state, op, answer any) (any, bool) {
	switch op := op.(type) {
	case Read:
		return state, says(answer, state)
	case Write:
		return op.Value, true
	case Swap:
		if term.Equal(state, op.Old) {
			return op.New, says(answer, true)
		}
		return state, says(answer, false)
	}
	return state, false
}

// Counter is a number: Read, Add.
type Counter struct {
	whole
	First int
}

// Init is the first number.
func (c Counter) Init() any { return c.First }

// Step is what a number does.
func (Counter) Step(state, op, answer any) (any, bool) {
	switch op := op.(type) {
	case Read:
		return state, says(answer, state)
	case Add:
		next := state.(int) + op.N
		if n, told := answer.(int); told && n != next {
			return state, false
		}
		return next, true
	}
	return state, false
}

// Set is a set, judged value by value: Insert, Remove, Has.
type Set struct{}

// Init is the empty set.
func (Set) Init() any { return false }

// Part is the value.
func (Set) Part(op any) string {
	switch op := op.(type) {
	case Insert:
		return term.Format(op.Value)
	case Remove:
		return term.Format(op.Value)
	case Has:
		return term.Format(op.Value)
	}
	return ""
}

// Step is what a set does with one value.
func (Set) Step(state, op, answer any) (any, bool) {
	in := state.(bool)
	switch op.(type) {
	case Insert:
		return true, says(answer, !in)
	case Remove:
		return false, says(answer, in)
	case Has:
		return in, says(answer, in)
	}
	return state, false
}

// Map is a map from keys to values, judged key by key: Get, Put, Delete.
type Map struct{}

// Init is the empty map.
func (Map) Init() any { return nil }

// Part is the key.
func (Map) Part(op any) string {
	switch op := op.(type) {
	case Get:
		return term.Format(op.Key)
	case Put:
		return term.Format(op.Key)
	case Delete:
		return term.Format(op.Key)
	}
	return ""
}

// Step is what a map does with one key.
func (Map) Step(state, op, answer any) (any, bool) {
	switch op := op.(type) {
	case Get:
		return state, says(answer, state)
	case Put:
		return op.Value, true
	case Delete:
		return nil, true
	}
	return state, false
}

// Queue hands out what it is given in the same order: Push, Pop. Values are told apart by how they print.
type Queue struct{ whole }

// Init is the empty queue.
func (Queue) Init() any { return "" }

// Step is what a queue does. Its state is its values as they print, each with its length before it.
func (Queue) Step(state, op, answer any) (any, bool) {
	s := state.(string)
	switch op := op.(type) {
	case Push:
		v := term.Format(op.Value)
		return s + strconv.Itoa(len(v)) + ":" + v, true
	case Pop:
		if s == "" {
			return s, says(answer, Empty{})
		}
		length, rest, _ := strings.Cut(s, ":")
		n, _ := strconv.Atoi(length)
		return rest[n:], unknown(answer) || term.Format(answer) == rest[:n]
	}
	return state, false
}

// Lock is held by one owner at a time: Acquire, Release.
type Lock struct{ whole }

// Init is the free lock.
func (Lock) Init() any { return nil }

// Step is what a lock does.
func (Lock) Step(state, op, answer any) (any, bool) {
	switch op := op.(type) {
	case Acquire:
		if state == nil {
			return op.Owner, says(answer, true)
		}
		return state, says(answer, false)
	case Release:
		if term.Equal(state, op.Owner) {
			return nil, says(answer, true)
		}
		return state, says(answer, false)
	}
	return state, false
}
