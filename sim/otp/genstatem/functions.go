package genstatem

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Functions is the other way to write a machine, Erlang's state_functions: a function for each state. The
// states stay values; the table says which function is theirs.
//
//	var states = genstatem.Functions[State, *Door]{Locked: (*Door).locked, Open: (*Door).open}
//
//	func (d *Door) HandleEvent(p *sim.Proc, state State, e genstatem.Event) genstatem.Step[State] {
//		return states.Handle(d, p, state, e)
//	}
//
//	func (d *Door) locked(p *sim.Proc, e genstatem.Event) genstatem.Step[State] { … }
type Functions[S comparable, M any] map[S]func(m M, p *sim.Proc, e Event) Step[S]

// Handle calls the function of the state. A state that has none crashes the machine with undef.
func (f Functions[S, M]) Handle(m M, p *sim.Proc, state S, e Event) Step[S] {
	handle := f[state]
	if handle == nil {
		panic(&sim.Error{Reason: "undef", Op: "state_function", Detail: term.Format(state)})
	}
	return handle(m, p, e)
}
