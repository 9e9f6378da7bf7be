package simtest

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/fault"
)

// Do begins an operation now, by the first client. It is done as the world goes on.
func (l *Live) Do(op Op) {
	i := len(l.decl.ops)
	if l.steps.now >= 0 { // a step before it that is left out must not change who it is
		i = l.steps.now
	}
	t := timedOp{at: l.Now(), op: op}
	l.decl.ops = append(l.decl.ops, t)
	l.clients.begin(i, t)
}

// pass is Run, and time passes even if nothing happens in it: a world in which nothing can happen any more stands still otherwise.
func (l *Live) pass(d time.Duration) {
	l.passes++
	l.At(l.Now()+d, fmt.Sprint("time passes ", l.steps.now, l.passes), func() {})
	l.Run(d)
}

// Fault lets a fault befall the world, its time, or its events, counted from now.
func (l *Live) Fault(f fault.Fault) {
	if f.On.What == "" {
		f.At += l.Now()
	}
	l.decl.faults = append(l.decl.faults[:len(l.decl.faults):len(l.decl.faults)], f)
	all := make([]int, len(l.decl.faults)-1)
	for i := range all {
		all[i] = i
	}
	l.Counts = append(l.Counts, fault.Schedule(l.World, l.decl.faults, all...)[len(all)])
}

// Actions are what rapid's T.Repeat can do to a world: operations, drawn by the functions given, by name; "wait" and "fault", as in Steps; and,
// between all others, the check that nothing is broken. Drawing happens while the world stands still, and what was drawn is plain data
// then. After an operation the world runs for as long as step says.
//
// They are for tests that add actions of their own. What such a test does is known to rapid alone: Repeat is for steps that are kept and replayed.
func Actions(l *Live, step time.Duration, ops map[string]func(d *Dice) Op) map[string]func(*rapid.T) {
	work := Steps{Ops: ops, Wait: step}
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
