package simtest_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
	"github.com/bedlam-sim/bedlam/sim/fault"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/simtest"
)

// A lock is held by one at a time: the process says when it takes it and when it gives it back.
type lock struct{ For time.Duration }

func (l lock) String() string { return "lock for " + l.For.String() }

// Do has the mistake: it looks first and takes then.
func (l lock) Do(p *sim.Proc) {
	if p.Shared("lock") == true {
		return
	}
	p.Sleep(100 * time.Millisecond) // it makes up its mind
	p.Share("lock", true)
	p.Trace("taken", 1)
	p.Sleep(l.For)
	p.Trace("given back", 1)
	p.Share("lock", false)
}

var locks = simtest.Spec{
	Name: "locks",
	For:  10 * time.Second,
	Ops: simtest.Ops{
		Most: 10, Clients: 2,
		Draw: func(d *simtest.Dice) simtest.Op {
			return lock{simtest.OneOf(d, "for", time.Second, 10*time.Millisecond)}
		},
	},
	Rules: func() []check.Rule {
		holders := 0
		return []check.Rule{check.Never("one holder", check.Facts(func(f sim.Fact) (yes, asked bool) {
			switch f.Text {
			case "taken":
				holders++
			case "given back":
				holders--
			}
			return holders > 1, f.Text == "taken"
		}))}
	},
}

// One declaration, and three ways to look for a plan that breaks it.
func Example() {
	_ = func(t *testing.T) { simtest.Check(t, locks) }
	_ = func(t *testing.T) { simtest.Gopter(t, locks) }
	_ = func(f *testing.F) { simtest.Fuzz(f, locks) }
}

// Run is a pure function of the plan. Its seed answers all that is drawn: when operations come, what they are, who runs
// next.
func ExampleRun() {
	for seed := range uint64(100) {
		if o := simtest.Run(locks, plan.Plan{Seed: seed}); o.Fails() {
			again := simtest.Run(locks, plan.Plan{Seed: seed})
			fmt.Println(o.Signature, o.Hash == again.Hash)
			break
		}
	}
	fmt.Println(simtest.Run(locks, plan.Plan{Dull: true}).Fails())
	// Output:
	// one holder true
	// false
}

// Drive moves the world by itself and may look at it in between.
func ExampleSpec_drive() {
	spec := simtest.Spec{
		Name:  "ticker",
		Nodes: []sim.Atom{"a", "b"},
		Boot: func(p *sim.Proc) {
			for {
				p.Sleep(time.Second)
			}
		},
		Faults: []fault.Fault{{At: 2 * time.Second, Harm: fault.Halt{Node: "b"}}},
		Drive: func(l *simtest.Live) {
			for range 3 {
				l.Run(time.Second + time.Millisecond)
				fmt.Println(l.View().Nodes())
			}
			if len(l.View().Nodes()) < 2 {
				l.Break("nodes are up", "b", "b is down")
			}
		},
	}
	fmt.Println(simtest.Run(spec, plan.Plan{}).Signature)
	fmt.Println(simtest.Run(spec, plan.Plan{Without: []int{0}}).Fails())
	// Output:
	// [a b]
	// [a]
	// [a]
	// nodes are up/b
	// [a b]
	// [a b]
	// [a b]
	// false
}

// Actions are for tests that decide what to do next by what they see: a world stands still between two actions.
func ExampleActions() {
	_ = func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			l := simtest.Boot(locks, plan.Plan{Seed: rapid.Uint64().Draw(t, "seed")})
			defer l.Close()
			actions := simtest.Actions(l, time.Second, map[string]func(d *simtest.Dice) simtest.Op{
				"lock": func(d *simtest.Dice) simtest.Op { return lock{d.Time("for", time.Second)} },
			})
			actions["restart"] = func(t *rapid.T) {
				l.HaltNode("local", "restart")
				l.BootNode("local")
			}
			t.Repeat(actions)
		})
	}
}

// A scenario file is a test too.
func ExampleScenario() {
	_ = func(t *testing.T) { simtest.Scenario(t, "testdata/chat.sim.yaml", nil) }
}
