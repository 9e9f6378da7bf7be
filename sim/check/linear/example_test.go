package linear_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
	"github.com/bedlam-sim/bedlam/sim/check/linear"
)

// counters run two clients that add to one variable; a wait between reading and writing loses an update.
func counters(p *sim.Proc, between time.Duration) {
	n := 0
	for range 2 {
		p.Spawn("client", func(p *sim.Proc) {
			op := linear.Invoke(p, "counter", linear.Add{N: 1})
			read := n
			p.Sleep(between)
			n = read + 1
			op.Return(p, n)
		})
	}
	p.Sleep(time.Minute)
}

func judge(boot sim.Body, rules ...check.Rule) *check.Set {
	set := check.NewSet(rules...)
	cfg := sim.Config{Boot: boot}
	set.Attach(&cfg)
	w := sim.New(cfg)
	defer w.Close()
	set.Finish(w.View(), set.Drive(w, time.Hour))
	return set
}

func Example() {
	set := judge(func(p *sim.Proc) { counters(p, time.Second) }, linear.Rule("counter_is_one", "counter", linear.Counter{}))
	for _, v := range set.Verdicts() {
		fmt.Println(v.Rule, v.State, v.Signature())
	}
	// Output: counter_is_one broken counter_is_one/counter
}

func TestRule(t *testing.T) {
	some := func(body sim.Body) sim.Body {
		return func(p *sim.Proc) { p.Spawn("client", body) }
	}
	for _, c := range []struct {
		name  string
		boot  sim.Body
		steps int
		want  check.State
	}{
		{"nothing was asked", func(*sim.Proc) {}, 0, check.Undecided},
		{"one after the other", some(func(p *sim.Proc) {
			linear.Invoke(p, "counter", linear.Add{N: 1}).Return(p, 1)
			linear.Invoke(p, "counter", linear.Read{}).Return(p, 1)
		}), 0, check.Holds},
		{"lost: it may have happened", some(func(p *sim.Proc) {
			linear.Invoke(p, "counter", linear.Add{N: 1}).Lost(p)
			linear.Invoke(p, "counter", linear.Read{}).Return(p, 1)
		}), 0, check.Holds},
		{"refused: it has not", some(func(p *sim.Proc) {
			linear.Invoke(p, "counter", linear.Add{N: 1}).Refused(p)
			linear.Invoke(p, "counter", linear.Read{}).Return(p, 1)
		}), 0, check.Broken},
		{"whoever ends without an answer has lost it", some(func(p *sim.Proc) {
			linear.Invoke(p, "counter", linear.Read{}).Return(p, 0)
			linear.Invoke(p, "counter", linear.Add{N: 1})
			p.ExitSelf(sim.Killed)
		}), 0, check.Holds},
		{"another object", some(func(p *sim.Proc) {
			linear.Invoke(p, "counter", linear.Read{}).Return(p, 0)
			linear.Invoke(p, "other", linear.Read{}).Return(p, 7)
		}), 0, check.Holds},
		{"the budget is used up", func(p *sim.Proc) { counters(p, time.Second) }, 1, check.Undecided},
	} {
		v := judge(c.boot, linear.RuleWithin("counter_is_one", "counter", linear.Counter{}, c.steps)).Verdicts()[0]
		if v.State != c.want {
			t.Errorf("%s: %v", c.name, v)
		}
	}
}
