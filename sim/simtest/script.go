package simtest

import (
	"fmt"
	"slices"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// script is work that is done one step after the other while the world stands still: that of Repeat and GopterCommands.
// What is done is drawn under keys of the step's own, so that a step that is left out moves no other, and a plan says
// all of it.
type script struct {
	most    int      // steps at most
	actions []string // what a step may be, by name; none: a step is whatever do makes of it
	what    string   // tells scripts apart
	begin   func(l *Live)
	do      func(l *Live, i, action int, source *choice.Source) (what string)
}

// stepKey is the key of a draw about the script itself.
func stepKey(what string, i int) choice.Key {
	return choice.Key{Domain: choice.Value, ID: choice.ID("step", what), N: uint64(i)}
}

// draw draws how many steps there are and what each is, counted from 1. Step 0 of a name is none.
func (s *script) draw(source *choice.Source) []int {
	steps := make([]int, source.Choose(stepKey("how many", 0), s.most+1))
	for i := range steps {
		if len(s.actions) > 0 {
			steps[i] = source.Choose(stepKey("action", i), len(s.actions)+1)
		} else {
			steps[i] = 1
		}
	}
	return steps
}

// element says what a step is, as far as is known before it is done.
func (s *script) element(i, action int) string {
	switch {
	case action == 0:
		return ""
	case len(s.actions) == 0:
		return fmt.Sprint("step ", i+1)
	}
	return fmt.Sprintf("step %d: %s", i+1, s.actions[action-1])
}

// play does the steps of a run that the plan does not leave out.
func (s *script) play(l *Live) {
	l.pass(bootTime)
	s.begin(l)
	for i, action := range l.decl.steps {
		if l.Over() {
			return
		}
		if action > 0 && !l.Plan.Leaves(l.spec.firstOp()+i) {
			l.step(s, i, action, l.ask)
		}
	}
}

// steps is where a run is in its script.
type steps struct {
	now    int // the step that is done; -1 before the first
	faults int // how many it has let befall the world so far
	told   map[int]string
	asked  map[choice.Key]uint64 // by steps, and what was answered
	model  any                   // what GopterCommands' model is
}

// ask answers a draw of a step as the plan says.
func (l *Live) ask(k choice.Key, of uint64) uint64 {
	if of == 0 {
		return l.source.Word(k)
	}
	return uint64(l.source.Choose(k, int(of)))
}

// step does one step. What it draws is asked of answer under keys of the step's own.
func (l *Live) step(s *script, i, action int, answer func(k choice.Key, of uint64) uint64) {
	l.steps.now, l.steps.faults = i, 0
	source := choice.From(func(k choice.Key, of uint64) uint64 {
		k.ID = choice.Child(k.ID, "step", uint32(i))
		a, again := l.steps.asked[k]
		if !again {
			a = answer(k, of)
			l.steps.asked[k] = a
		}
		return a
	})
	l.steps.told[i] = s.do(l, i, action, source)
}

// tellStep says what a step was, if it was done.
func (l *Live) tellStep(i int) string {
	if what := l.steps.told[i]; what != "" {
		return fmt.Sprintf("step %d: %s", i+1, what)
	}
	return l.spec.script.element(i, l.decl.steps[i])
}

// index is the number of an action, from 1.
func (s *script) index(name string) int { return slices.Index(s.actions, name) + 1 }
