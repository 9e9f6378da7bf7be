package scenarios_test

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/scenarios/programs"
	"github.com/bedlam-sim/bedlam/sim/choice"
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

// What plans say of a scenario's own draws is told in its own words: nobody needs to know identities.
func TestWords(t *testing.T) {
	sc := parsed(t, `
simrun: 1
name: x
run: {for: 20s, swarm: true}
tree: {id: sup, intensity: 20, children: [{id: kv, start: kv.Store, register: kv}, {id: echo, start: echo.Server}]}
workloads: [{name: users, to: kv, call: get, with: {key: [a, b, c]}, count: 2, every: 1s..2s}, {name: all, to: /sup/echo, call: echo, at: 1s..3s}]
faults:
  - {name: crash, at: [1s, 4s..6s], kill: {select: /sup/*, pick: one}}
  - {name: again, every: exp(3s), kill: kv}
expect: [{always: alive(/sup)}]
`)
	r := scenarios.NewRunner(sc, nil)
	defer r.Close()
	rec := &choice.Recording{NonZero: true}
	run := r.Planned(scenarios.RunOptions{})
	words := map[string]bool{}
	for seed := range uint64(20) {
		run(plan.Plan{Seed: seed}, rec)
		ds, err := rec.Deviations()
		if err != nil {
			t.Fatal(err)
		}
		say := r.Words(plan.Plan{Seed: seed}, scenarios.RunOptions{})
		for _, d := range ds {
			text := say(d)
			if strings.Contains(text, fmt.Sprintf("%016x", d.Key.ID)) {
				t.Errorf("nobody knows who %v is: %s", d, text)
			}
			words[regexp.MustCompile(`[0-9.]+`).ReplaceAllString(text, "N")] = true
		}
		rec.Draws = rec.Draws[:0]
	}
	for _, want := range []string{
		"fault crash comes at Ns", "fault again comes for the first time after Ns", "fault again comes for the Nnd time Ns after the one before",
		"fault crash, the Nst time, strikes another than the first (N further on)", "the swarm leaves out all faults of the kind kill",
		"client N of workload users makes its Nst request after Ns", "client N of workload users makes its Nst request with other arguments (answer N to their Nst draw)",
		"client N of workload all makes a request at Ns",
	} {
		if !words[want] {
			t.Errorf("it is never said that %s", want)
		}
	}
	if t.Failed() {
		for w := range words {
			t.Log(w)
		}
	}
}

// The swarm leaves out about half of the kinds of faults, the same for a seed whether the flag or the file says so, and what it
// leaves out is a plan's Without: the run is the same.
func TestSwarm(t *testing.T) {
	src := "simrun: 1\nname: x\nrun: {for: 5s}\ntree: {id: sup, intensity: 20, children: [{id: echo, start: echo.Server}]}\n" +
		"faults: [{at: 1s, kill: /sup/*}, {at: 2s, exit: {select: /sup/*, reason: x}}, {at: 3s, kill: /sup/echo}]\n"
	sc := parsed(t, src)
	inFile := parsed(t, strings.Replace(src, "for: 5s", "for: 5s, swarm: true", 1))
	r, s := scenarios.NewRunner(sc, nil), scenarios.NewRunner(inFile, nil)
	defer r.Close()
	defer s.Close()
	out := 0
	for seed := range uint64(200) {
		without := sc.Swarm(seed)
		if slices.Contains(without, 0) != slices.Contains(without, 2) {
			t.Fatalf("seed %d: of one kind some are left out: %v", seed, without)
		}
		if slices.Contains(without, 0) {
			out++
		}
		planned := r.Play(plan.Plan{Seed: seed, Without: without}, scenarios.RunOptions{})
		if flag := r.Run(seed, scenarios.RunOptions{Swarm: true}); flag.Hash != planned.Hash {
			t.Fatalf("seed %d: the flag makes it another run", seed)
		}
		if file := s.Run(seed, scenarios.RunOptions{}); file.Hash != planned.Hash {
			t.Fatalf("seed %d: the key makes it another run", seed)
		}
	}
	if out < 70 || out > 130 {
		t.Errorf("kills are left out of %d of 200 runs", out)
	}
	if run := s.Play(plan.Plan{Dull: true}, scenarios.RunOptions{}); run.Faults[0].Due+run.Faults[1].Due+run.Faults[2].Due != 3 {
		t.Error("the dull run leaves something out")
	}
}

func parsed(t *testing.T, src string) *scenarios.Scenario {
	t.Helper()
	sc, ds := scenarios.Parse("x.yaml", []byte(src), programs.All())
	if sc == nil {
		t.Fatal(ds)
	}
	return sc
}
