package simtest

import (
	"fmt"

	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// mostWords is how many words a generator draws for one plan. Its shrinking takes time in the square of them and worse;
// what a declaration asks beyond is left to the seed.
const mostWords = 300

// structure is what a generator makes of a declaration: deviations under the keys by which a run will ask. answer draws
// one of so many answers, of which 0 is the dull one.
func (s *Spec) structure(answer func(what string, of uint64) uint64) []choice.Deviation {
	var ds []choice.Deviation
	source := choice.From(func(k choice.Key, of uint64) uint64 {
		if len(ds) == mostWords || of == 0 {
			return 0
		}
		a := uint64(0)
		if of > 1 {
			a = answer(fmt.Sprint("draw ", len(ds)), of)
		}
		ds = append(ds, choice.Deviation{Key: k, Answer: a})
		return a
	})
	s.draw(source)
	return ds
}

// Plans generates plans of a Spec: what the declaration draws first, then the seed that answers all else. A generator is never
// asked during a run.
func Plans(spec Spec) *rapid.Generator[plan.Plan] {
	return rapid.Custom(func(t *rapid.T) plan.Plan {
		p := plan.Plan{Deviations: spec.structure(func(what string, of uint64) uint64 {
			return rapid.Uint64Range(0, of-1).Draw(t, what)
		})}
		p.Seed = seedOf(t)
		return p
	})
}

// seedOf draws a seed. rapid leans to small numbers, which are few: two of them make a seed that did not come before.
func seedOf(t *rapid.T) uint64 {
	a, b := rapid.Uint64().Draw(t, "seed"), rapid.Uint64().Draw(t, "seed")
	return choice.Child(a, "seed", uint32(b)) ^ b
}
