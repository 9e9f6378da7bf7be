package plan

import (
	"cmp"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// A Plan is all that decides a run beside the program. The zero Plan is the run of seed 0. No function of this package
// changes a Plan it was given.
type Plan struct {
	Seed       uint64             // answers all draws, unless Dull
	Dull       bool               // all draws that Deviations do not name are answered 0
	Deviations []choice.Deviation // laid over that; of two with the same key the later one counts
	Without    []int              // of the faults and operations that the program declares, by their places from 0: those left out
	For        time.Duration      // how long the run lasts, in virtual time; 0: as long as the program says
}

// Source answers a run's draws as the plan says. Each call makes a new one.
func (p Plan) Source() *choice.Source {
	s := choice.Dull()
	if !p.Dull {
		s = choice.New(p.Seed)
	}
	if len(p.Deviations) > 0 {
		s.Deviate(p.Deviations)
	}
	return s
}

// Leaves reports whether the fault or operation at that place is left out.
func (p Plan) Leaves(place int) bool { return slices.Contains(p.Without, place) }

// Canonical is the plan as it is printed, and the same run: deviations in the order of their keys and each key
// once, no dull answers laid over dull ones, places in order and each once, no seed that answers nothing.
func (p Plan) Canonical() Plan {
	q := Plan{Seed: p.Seed, Dull: p.Dull, For: max(p.For, 0)}
	if p.Dull {
		q.Seed = 0
	}
	q.Deviations = p.distinct()
	for _, place := range p.Without {
		if place >= 0 {
			q.Without = append(q.Without, place)
		}
	}
	slices.Sort(q.Without)
	q.Without = slices.Compact(q.Without)
	return q
}

// distinct are the deviations that count, in the order of their keys.
func (p Plan) distinct() []choice.Deviation {
	if len(p.Deviations) == 0 {
		return nil
	}
	ds := slices.Clone(p.Deviations)
	slices.SortStableFunc(ds, func(a, b choice.Deviation) int { return compareKeys(a.Key, b.Key) })
	n := 0
	for i, d := range ds {
		last := i+1 == len(ds) || ds[i+1].Key != d.Key
		if last && (d.Answer != 0 || !p.Dull) {
			ds[n] = d
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return ds[:n:n]
}

// Equal reports whether both are the same plan, however they are written down.
func (p Plan) Equal(q Plan) bool {
	p, q = p.Canonical(), q.Canonical()
	return p.Seed == q.Seed && p.Dull == q.Dull && p.For == q.For &&
		slices.Equal(p.Deviations, q.Deviations) && slices.Equal(p.Without, q.Without)
}

func compareKeys(a, b choice.Key) int {
	return cmp.Or(cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.ID, b.ID), cmp.Compare(a.N, b.N))
}
