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
	t := timedOp{at: l.Now(), op: op}
	l.decl.ops = append(l.decl.ops, t)
	l.clients.begin(i, t)
}

// pass is Run, and time passes even if nothing happens in it: a world in which nothing can happen any more stands still otherwise.
func (l *Live) pass(d time.Duration) {
	l.passes++
	l.At(l.Now()+d, fmt.Sprint("time passes ", l.passes), func() {})
	l.Run(d)
}

// Fault lets a fault befall the world, its time counted from now.
func (l *Live) Fault(f fault.Fault) {
	f.At += l.Now()
	l.decl.faults = append(l.decl.faults[:len(l.decl.faults):len(l.decl.faults)], f)
	all := make([]int, len(l.decl.faults)-1)
	for i := range all {
		all[i] = i
	}
	l.Counts = append(l.Counts, fault.Schedule(l.World, l.decl.faults, all...)[len(all)])
}

// Actions are what rapid's T.Repeat can do to a world: operations, drawn by the functions given, by name; "wait", which lets up to ten seconds
// pass; "fault", if the Spec has a Mix, one of its faults; and, between all others, the check that nothing is broken. Drawing happens while
// the world stands still, and what was drawn is plain data then.
//
// After an operation the world runs for as long as step says.
func Actions(l *Live, step time.Duration, ops map[string]func(d *Dice) Op) map[string]func(*rapid.T) {
	actions := map[string]func(*rapid.T){
		"": func(t *rapid.T) {
			if v, broken := l.Broken(); broken {
				t.Fatal(v.Signature())
			}
		},
		"wait": func(t *rapid.T) {
			l.pass(time.Duration(rapid.IntRange(1, 10_000).Draw(t, "ms")) * time.Millisecond)
		},
	}
	for name, draw := range ops {
		actions[name] = func(t *rapid.T) {
			l.Do(draw(&Dice{drawer(t), fmt.Sprint(len(l.decl.ops))}))
			l.Run(step)
		}
	}
	if l.spec.Mix != nil {
		actions["fault"] = func(t *rapid.T) {
			one := *l.spec.Mix
			one.Most = 1
			for _, f := range one.Draw(drawer(t)) {
				f.At = 0
				l.Fault(f)
			}
			l.Run(step)
		}
	}
	return actions
}

// drawer answers by what rapid draws.
func drawer(t *rapid.T) *choice.Source {
	return choice.From(func(k choice.Key, of uint64) uint64 {
		if of == 0 {
			return rapid.Uint64().Draw(t, "word")
		}
		return rapid.Uint64Range(0, of-1).Draw(t, fmt.Sprint("of ", of))
	})
}
