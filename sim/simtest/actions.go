package simtest

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/fault"
)

// Do begins an operation now, by the first client. It is done as the world goes on.
func (l *Live) Do(op Op) {
	if op == nil {
		panic(mistaken("the operation that is to be done is nil"))
	}
	i := len(l.decl.ops)
	if l.steps.now >= 0 { // a step before it that is left out must not change who it is
		i = l.steps.now
	}
	t := timedOp{at: l.Now(), op: op}
	l.decl.ops = append(l.decl.ops, t)
	l.clients.begin(i, t)
}

// Fault lets a fault befall the world, its time, or its events, counted from now.
func (l *Live) Fault(f fault.Fault) {
	if f.On.What == "" {
		f.At += l.Now()
	}
	i := len(l.decl.faults) + len(l.later)
	if l.steps.now >= 0 { // a step before it that is left out must not change what it draws
		i = l.spec.firstOp() + l.steps.now + mostSteps*l.steps.faults
		l.steps.faults++
	}
	l.later = append(l.later, fault.Befall(l.World, i, f))
}

// Counts say what became of the faults: those of the declaration in the order of their places, then those of Fault.
func (l *Live) Counts() []fault.Count {
	all := slices.Clone(l.counts)
	for _, c := range l.later {
		all = append(all, *c)
	}
	return all
}

// Actions are what rapid's T.Repeat can do to a world: operations, drawn by the functions given, by name; "wait" and
// "fault", as in Steps; and, between all others, the check that nothing is broken. Drawing happens while the world
// stands still, and what was drawn is plain data then. After an operation the world runs for as long as step says.
//
// They are for tests that add actions of their own. What such a test does is known to rapid alone: Repeat is for steps
// that are kept and replayed. If something is wrong with them, the check says so.
func Actions(l *Live, step time.Duration, ops map[string]func(d *Dice) Op) map[string]func(*rapid.T) {
	work := Steps{Ops: ops, Wait: step}
	if err := work.mistake(); err != nil {
		no := func(t *rapid.T) { t.Fatal(err) }
		return map[string]func(*rapid.T){"": no, "none": no} // without an action rapid does not even check
	}
	actions := map[string]func(*rapid.T){
		"": func(t *rapid.T) {
			if v, broken := l.Broken(); broken {
				t.Fatal(v.Signature())
			}
		},
	}
	for _, name := range work.script(*l.spec).actions {
		actions[name] = func(t *rapid.T) { work.do(l, name, drawer(t)) }
	}
	return actions
}

// drawer answers by what rapid draws.
func drawer(t *rapid.T) *choice.Source {
	known := map[choice.Key]uint64{}
	return choice.From(func(k choice.Key, of uint64) uint64 {
		a, again := known[k]
		if !again {
			a = drawn(t, of)
			known[k] = a
		}
		return a
	})
}

// drawn is one of so many answers; 0: of all.
func drawn(t *rapid.T, of uint64) uint64 {
	if of == 0 {
		return rapid.Uint64().Draw(t, "word")
	}
	return rapid.Uint64Range(0, of-1).Draw(t, fmt.Sprint("of ", of))
}
