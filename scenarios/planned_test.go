package scenarios_test

import (
	"io/fs"
	"testing"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// A failing run of the bank is made small: few things are left of it, they fail with the same signature, and a token
// carries them.
func TestPlanned_bank(t *testing.T) {
	src, err := fs.ReadFile(scenarios.Library(), "bank.sim.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sc := fromLibrary(t, "bank.sim.yaml")
	r := scenarios.NewRunner(sc, nil)
	defer r.Close()
	bare := r.Run(22, scenarios.RunOptions{})
	if bare.Failure == nil {
		t.Fatal("seed 22 does not fail")
	}
	run := r.Planned(scenarios.RunOptions{})
	if o := run(plan.Plan{Seed: 22}, nil); o.Hash != bare.Hash || o.Signature != bare.Failure.Signature {
		t.Fatalf("the plan of seed 22 is another run: %+v", o)
	}
	small := plan.Shrink(run, plan.Plan{Seed: 22}, plan.Options{Elements: sc.Elements()})
	if small.Err != nil {
		t.Fatal(small.Err)
	}
	if len(small.Plan.Deviations) > 5 || small.Evaluations > plan.DefaultBudget || small.Outcome.Signature != bare.Failure.Signature {
		t.Errorf("%d runs leave %v", small.Evaluations, small.Plan)
	}
	token := scenarios.Token{Scenario: scenarios.Digest(src), Plan: &small.Plan, Hash: scenarios.HashStart(small.Outcome.Hash)}
	back, err := scenarios.ParseToken(token.Format())
	if err != nil || back.Scenario != token.Scenario || !back.Plan.Equal(small.Plan) {
		t.Fatalf("%v: %v, %v", token, back, err)
	}
	if len(token.Format()) > plan.ShortToken {
		t.Errorf("the token has %d characters", len(token.Format()))
	}
	if again := r.Play(*back.Plan, scenarios.RunOptions{}); again.Hash != small.Outcome.Hash {
		t.Errorf("the replay is another run")
	}
	t.Logf("%d runs, %v, %v", small.Evaluations, small.Plan, token)
}
