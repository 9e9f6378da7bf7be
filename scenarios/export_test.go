package scenarios

import (
	"fmt"
	"time"
)

// Audit compares what a runner has counted and compiled with the dumb way: conditions with Holds, and those
// alive with a look at all slots and at the world.
func (r *Runner) Audit() error {
	for _, g := range r.book.groups {
		n := 0
		for _, s := range g.slots {
			if s.state == alive {
				n++
			}
			if (s.state != down) != r.world.View().Alive(s.pid) {
				return fmt.Errorf("%s is %d in the book, and alive %t", s.path, s.state, s.state == down)
			}
		}
		if n != g.alive {
			return fmt.Errorf("%d of a group live, not %d", n, g.alive)
		}
	}
	for _, x := range r.rulings {
		if x.test() != Holds(x.rule.Cond, dumbView{x}) {
			return fmt.Errorf("%v is %t", x.rule.Cond, x.test())
		}
	}
	return nil
}

// dumbView finds the answers to facts by their text.
type dumbView struct{ x *ruling }

func (v dumbView) reading(f Fact) reading {
	for _, y := range v.x.readings {
		if y.fact.String() == f.String() {
			return y
		}
	}
	panic("unknown fact " + f.String())
}

func (v dumbView) Truth(f Fact) bool                 { return v.reading(f).truth() }
func (v dumbView) Count(f Fact) int64                { return v.reading(f).count() }
func (v dumbView) Time(f Fact) (time.Duration, bool) { return v.reading(f).time() }
