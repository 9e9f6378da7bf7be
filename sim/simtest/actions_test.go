package simtest_test

import (
	"flag"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/fault"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/simtest"
)

// steps works a shop by rapid's Repeat, with operations that come one after the other or two at a time.
func steps(rt *rapid.T, op func(d *simtest.Dice) simtest.Op, mix *fault.Mix) (counts int, now time.Duration) {
	spec := shop()
	spec.Mix = mix
	l := simtest.Boot(spec, plan.Plan{Seed: rapid.Uint64().Draw(rt, "seed")})
	defer l.Close()
	rt.Repeat(simtest.Actions(l, 10*time.Millisecond, map[string]func(d *simtest.Dice) simtest.Op{"add": op}))
	for _, c := range l.Counts() {
		if c.Injected {
			counts++
		}
	}
	return counts, l.Now()
}

// Actions work a world that stands still between two of them, and a check comes after each.
func TestActions(t *testing.T) {
	alone := func(d *simtest.Dice) simtest.Op { return add{1 + d.N("n", 3)} }
	var longest time.Duration
	rapid.Check(t, func(rt *rapid.T) {
		_, now := steps(rt, alone, nil)
		longest = max(longest, now)
	})
	if longest < 20*time.Second {
		t.Errorf("no time passed: %v", longest)
	}
}

// Two at a time is what the shop does not bear. rapid's own shrinking is at work here: what is drawn are whole operations.
func TestActionsFindThePlantedBug(t *testing.T) {
	both := func(d *simtest.Dice) simtest.Op {
		if d.N("how", 4) < 3 {
			return add{1}
		}
		return twice{1, 1}
	}
	flag.Set("rapid.nofailfile", "true")
	defer flag.Set("rapid.nofailfile", "false")
	f, _ := try(t, "TestX", func(t testing.TB) {
		rapid.Check(t, func(rt *rapid.T) { steps(rt, both, nil) })
	})
	if !strings.Contains(f.text.String(), "the stock grows/store") || strings.Contains(f.text.String(), "flaky") {
		t.Errorf("found %q", f.text.String())
	}
	if n := strings.Count(f.logs.String(), `draw action: "add"`); n != 1 {
		t.Errorf("one operation is enough, not %d:\n%s", n, f.logs.String())
	}
}

// A Spec's Mix gives an action for faults; they are drawn, befall the world at once, and are counted.
func TestActionsFault(t *testing.T) {
	injected := 0
	mix := &fault.Mix{Nodes: []sim.Atom{"local"}, Kinds: []string{"kill"}}
	rapid.Check(t, func(rt *rapid.T) {
		n, _ := steps(rt, func(d *simtest.Dice) simtest.Op { return look{} }, mix)
		injected += n
	})
	if injected == 0 {
		t.Error("no fault found anybody")
	}
}
