package plan

import (
	"fmt"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Normal is the same run as a Dull plan: what p.Source answers otherwise than 0 becomes deviations. That it is the same
// run is asserted by its hash. If it is not, the program is not deterministic or asks a key twice; the error, a *Parting
// or one of choice, tells where.
func Normal(run Runner, p Plan) (Plan, error) {
	q, _, _, err := normal(run, p)
	return q, err
}

// place is where a draw was asked, its number among those that are not dull, and how many answers there were.
type place struct {
	at int
	of uint64
}

// normal is Normal; it also tells in which order the draws were asked, and what the run came to.
func normal(run Runner, p Plan) (q Plan, order map[choice.Key]place, o Outcome, err error) {
	rec := &choice.Recording{NonZero: true}
	o = run(p, rec)
	ds, err := rec.Deviations()
	if err != nil {
		return Plan{}, nil, o, fmt.Errorf("the run has no normal form: %w", err)
	}
	order = make(map[choice.Key]place, len(ds))
	for i, d := range rec.Draws {
		order[d.Key] = place{i, d.Of}
	}
	q = Plan{Dull: true, Deviations: ds, Without: p.Without, For: p.For}.Canonical()
	again := run(q, nil)
	if same(o, again) {
		return q, order, again, nil
	}
	// Twice the same plan tells whether it is the plan that is at fault.
	if err := part(run, p, p); err != nil {
		return Plan{}, nil, o, err
	}
	if err := part(run, p, q); err != nil {
		return Plan{}, nil, o, err
	}
	return Plan{}, nil, o, &Parting{A: o, B: again}
}

// same reports whether two outcomes are of the same run.
func same(a, b Outcome) bool {
	return a.Hash == b.Hash && a.Events == b.Events && a.Signature == b.Signature
}
