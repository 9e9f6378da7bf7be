package plan_test

import (
	"slices"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"pgregory.net/rapid"
)

// key is a short way to write one.
func key(d choice.Domain, id, n uint64) choice.Key { return choice.Key{Domain: d, ID: id, N: n} }

// drawPlan draws a plan of any shape, canonical or not.
func drawPlan(t *rapid.T) plan.Plan {
	p := plan.Plan{Dull: rapid.Bool().Draw(t, "dull"), Seed: rapid.Uint64().Draw(t, "seed")}
	for range rapid.IntRange(0, 6).Draw(t, "deviations") {
		p.Deviations = append(p.Deviations, choice.Deviation{
			Key: choice.Key{
				Domain: choice.Domain(rapid.OneOf(rapid.Uint8Range(1, 10), rapid.Uint8()).Draw(t, "domain")),
				ID:     rapid.OneOf(rapid.Uint64Range(0, 2), rapid.Uint64()).Draw(t, "id"),
				N:      rapid.OneOf(rapid.Uint64Range(0, 9), rapid.Uint64()).Draw(t, "n"),
			},
			Answer: rapid.OneOf(rapid.Uint64Range(0, 3), rapid.Uint64()).Draw(t, "answer"),
		})
	}
	p.Without = rapid.SliceOfN(rapid.OneOf(rapid.IntRange(-1, 9), rapid.IntRange(0, 1<<31-1)), 0, 5).Draw(t, "without")
	if rapid.Bool().Draw(t, "limited") {
		p.For = time.Duration(rapid.Int64().Draw(t, "for"))
	}
	return p
}

func TestPlan_canonical(t *testing.T) {
	a, b := key(choice.Slice, 1, 1), key(choice.Order, 2, 2)
	p := plan.Plan{
		Seed: 9, Dull: true, For: -1, Without: []int{3, 1, 3, -1},
		Deviations: []choice.Deviation{{Key: a, Answer: 5}, {Key: b, Answer: 1}, {Key: a, Answer: 6}, {Key: key(choice.Tie, 0, 0)}},
	}
	before := slices.Clone(p.Deviations)
	q := p.Canonical()
	want := plan.Plan{Dull: true, Without: []int{1, 3}, Deviations: []choice.Deviation{{Key: b, Answer: 1}, {Key: a, Answer: 6}}}
	if !slices.Equal(q.Deviations, want.Deviations) || !slices.Equal(q.Without, want.Without) || q.Seed != 0 || q.For != 0 || !q.Dull {
		t.Errorf("%+v", q)
	}
	if !slices.Equal(p.Deviations, before) {
		t.Error("the plan given was changed")
	}
	if !p.Equal(want) || p.Equal(plan.Plan{Dull: true}) {
		t.Error("Equal")
	}
	// Over a seed a dull answer says something.
	if q := (plan.Plan{Deviations: []choice.Deviation{{Key: a}}}).Canonical(); len(q.Deviations) != 1 {
		t.Errorf("%+v", q)
	}
}

// A plan and its canonical form answer every draw alike.
func TestPlan_canonicalAnswersAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		q := p.Canonical()
		if !q.Equal(p) {
			t.Fatal("not equal")
		}
		s, r := p.Source(), q.Source()
		keys := []choice.Key{key(choice.Order, 1, 1), key(choice.Rand, 7, 8)}
		for _, d := range p.Deviations {
			keys = append(keys, d.Key, key(d.Key.Domain, d.Key.ID, d.Key.N+1))
		}
		for _, k := range keys {
			if a, b := s.Word(k), r.Word(k); a != b {
				t.Fatalf("%v: %d and %d", k, a, b)
			}
		}
	})
}

func TestPlan_source(t *testing.T) {
	k := key(choice.Rand, 1, 1)
	if got := (plan.Plan{}).Source().Word(k); got != choice.New(0).Word(k) {
		t.Error("the zero plan is not seed 0", got)
	}
	if got := (plan.Plan{Dull: true, Seed: 3}).Source().Word(k); got != 0 {
		t.Error("dull", got)
	}
	p := plan.Plan{Seed: 3, Deviations: []choice.Deviation{{Key: k, Answer: 4}}}
	if got := p.Source().Choose(k, 100); got != 4 {
		t.Error("deviation", got)
	}
	if p := (plan.Plan{Without: []int{2}}); !p.Leaves(2) || p.Leaves(1) {
		t.Error("Leaves")
	}
}
