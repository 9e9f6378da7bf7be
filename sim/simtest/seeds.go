package simtest

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// more tries -sim.seeds seeds.
func (c *checking) more() { c.sweep(c.moreSeeds()) }

// moreSeeds are those that -sim.seeds asks for.
func (c *checking) moreSeeds() []uint64 {
	seeds := make([]uint64, c.flags.seeds)
	for i := range seeds {
		seeds[i] = choice.Child(c.flags.seed, "seeds", uint32(i))
	}
	return seeds
}

// sweep tries seeds, some of them twice. What it finds is the same on any machine: of several failures the one whose
// seed comes first is the first.
func (c *checking) sweep(seeds []uint64) {
	type swept struct {
		finding
		again plan.Outcome // what it came to the second time, if there was one
		twice bool
	}
	all := share(len(seeds), c.clear, func() (func(int) *swept, func()) {
		one := c.of.another()
		return func(i int) *swept {
			p := plan.Plan{Seed: seeds[i]}
			s := &swept{finding: finding{p, one.run(p, nil)}}
			if i%wary == 0 || s.outcome.Fails() {
				s.again, s.twice = one.run(p, nil), true
			}
			return s
		}, one.close
	})
	for _, s := range all {
		if s == nil {
			continue // the deadline came first
		}
		c.tried++
		if s.twice && !same(s.outcome, s.again) && c.waver == nil {
			c.part(s.plan, s.outcome, s.again)
		}
		c.note(s.finding)
	}
}

// share does n things on all processors while clear says so, and returns what came of them in their order, whoever did
// them. hand makes what one of those who work there needs, and what is to be done when all is over. A panic in a hand
// comes out here.
func share[T any](n int, clear func() bool, hand func() (do func(i int) *T, end func())) []*T {
	results := make([]*T, n)
	var next atomic.Int64
	var hands sync.WaitGroup
	var panicked atomic.Pointer[any]
	for range min(n, runtime.GOMAXPROCS(0)) {
		hands.Go(func() {
			do, end := hand()
			defer end()
			defer func() {
				if v := recover(); v != nil {
					panicked.CompareAndSwap(nil, &v)
				}
			}()
			for panicked.Load() == nil && clear() {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				results[i] = do(i)
			}
		})
	}
	hands.Wait()
	if v := panicked.Load(); v != nil {
		panic(*v)
	}
	return results
}
