package genstatem_test

import (
	"testing"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
)

// lamp is a machine with a function for each state.
type lamp struct {
	genstatem.Base[state]
	s *tale
}

var lampStates = genstatem.Functions[state, *lamp]{"dark": (*lamp).dark, "lit": (*lamp).lit}

func (l *lamp) Init(*sim.Proc) step { return l.Next("dark") }

func (l *lamp) HandleEvent(p *sim.Proc, s state, e event) step { return lampStates.Handle(l, p, s, e) }

func (l *lamp) dark(_ *sim.Proc, e event) step {
	l.s.say("dark %v", e)
	return l.Next("lit")
}

func (l *lamp) lit(_ *sim.Proc, e event) step {
	l.s.say("lit %v", e)
	return l.Next("broken")
}

func (l *lamp) Terminate(_ *sim.Proc, s state, reason sim.Reason) { l.s.say("%v %s", s, show(reason)) }

// State functions and states that print. A state without a function is Erlang's undef.
func TestFunctions(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *tale) {
		m, _ := genstatem.StartAlone(p, nil, func() *lamp { return &lamp{s: s} })
		cast(p, m.PID, "x", "y", "z")
	}).want("dark {cast,x}; lit {cast,y}; broken undef")
}
