package plan_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// Every run of every program under every policy, broken or not, is the dull run and deviations: the hash is the same, and no deviation is idle.
func TestNormal_isTheSameRun(t *testing.T) {
	policies := []scheduler.Policy{nil, scheduler.Portfolio{}, scheduler.PCT{Depth: 3}, scheduler.POS{}, scheduler.Timed{Slack: scheduler.Time(time.Millisecond)}}
	for i, policy := range policies {
		for _, g := range programs() {
			b := &bed{policy: policy}
			run := g.runner(b, change{stranger: i > 0, kind: i > 0, noise: i, rounds: 5})
			for seed := range uint64(40) {
				p := plan.Plan{Seed: seed, For: g.length / 2}
				if g.elements > 0 {
					p.Without = []int{int(seed) % g.elements}
				}
				q, err := plan.Normal(run, p)
				if err != nil {
					t.Fatalf("%s, seed %d: %v", g.name, seed, err)
				}
				a, z := run(p, nil), run(q, nil)
				if !q.Dull || a.Hash != z.Hash || a.Events != z.Events || a.Signature != z.Signature || len(z.Drift) > 0 {
					t.Errorf("%s, seed %d: %+v, and in normal form %+v", g.name, seed, a, z)
				}
			}
			b.close()
		}
	}
}

// The normal form of a normal form is that form.
func TestNormal_again(t *testing.T) {
	y := newToy(3, 4, 5, func(func(int) int, plan.Plan) string { return "" })
	p, err := plan.Normal(y.run, plan.Plan{Seed: 3, Deviations: []choice.Deviation{y.deviation(2, 4), y.deviation(5, 0)}})
	if err != nil {
		t.Fatal(err)
	}
	q, err := plan.Normal(y.run, p)
	if err != nil || !q.Equal(p) || len(q.Deviations) < 10 {
		t.Error(q, err)
	}
}

// A program that asks the clock, or chance of its own, is found out, and where.
func TestNormal_tellsWhereRunsPart(t *testing.T) {
	var y *toy
	y = newToy(2, 3, 5, func(func(int) int, plan.Plan) string { return "" })
	keys := y.keys
	wavers := func(p plan.Plan, rec *choice.Recording) plan.Outcome {
		y.keys = keys[:12-y.runs%2]
		return y.run(p, rec)
	}
	_, err := plan.Normal(wavers, plan.Plan{Seed: 1})
	var parting *plan.Parting
	if !errors.As(err, &parting) || !parting.Same || parting.Draw != 11 || (parting.First == nil) == (parting.Other == nil) {
		t.Fatalf("%v", err)
	}
	if !strings.Contains(err.Error(), "not deterministic") || !strings.Contains(err.Error(), "after 11 draws alike") || !strings.Contains(err.Error(), "nothing more") {
		t.Error(err)
	}

	// One that looks at the seed is the same run only with the same seed.
	cheats := func(p plan.Plan, rec *choice.Recording) plan.Outcome {
		o := y.run(p, rec)
		o.Hash += p.Seed
		return o
	}
	y.keys = keys
	_, err = plan.Normal(cheats, plan.Plan{Seed: 1})
	if !errors.As(err, &parting) || parting.Same || parting.First != nil || !strings.Contains(err.Error(), "all 12 draws are the same") {
		t.Error(err)
	}
	if _, err = plan.Normal(cheats, plan.Plan{Seed: 0}); err != nil {
		t.Error(err)
	}
}

// A key that is asked twice and answered in two ways has no place in a plan.
func TestNormal_keyAskedTwice(t *testing.T) {
	k := key(choice.Rand, 1, 1)
	run := func(p plan.Plan, rec *choice.Recording) plan.Outcome {
		s := p.Source()
		if rec != nil {
			s.Record(rec)
		}
		return plan.Outcome{Hash: uint64(s.Choose(k, 1000) + s.Choose(k, 1<<20))}
	}
	if _, err := plan.Normal(run, plan.Plan{Seed: 1}); err == nil || !strings.Contains(err.Error(), "asked twice") {
		t.Error(err)
	}
}
