package simtest

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// more tries -sim.seeds seeds. What it finds is the same on any machine: of several failures the one whose seed comes
// first is the first.
func (c *checking) more() {
	if c.flags.seeds == 0 {
		return
	}
	all := sweep(c.flags.seeds, c.clear, func() (func(int) *finding, func()) {
		r := &runs{spec: c.spec}
		return func(i int) *finding {
			p := plan.Plan{Seed: choice.Child(c.flags.seed, "seeds", uint32(i))}
			return &finding{p, r.run(p, nil)}
		}, r.close
	})
	for _, f := range all {
		if f == nil {
			continue // the deadline came first
		}
		c.tried++
		if f.outcome.Fails() && c.found == nil {
			c.again(f.plan, f.outcome)
		}
		c.note(*f)
	}
}

// sweep does n things on all processors while clear says so, and returns what came of them in their order, whoever did them. hand makes
// what one of those who work there needs, and what is to be done when all is over. A panic in a hand comes out here.
func sweep[T any](n int, clear func() bool, hand func() (do func(i int) *T, end func())) []*T {
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
