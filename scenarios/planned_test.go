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
  - {name: up, at: 2s, upgrade: {module: kv.Store, to: v2, order: rolling, gap: 10ms..20ms}}
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
		"client N of workload all makes a request at Ns", "fault up, the Nst time, leaves Nms between two processes",
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

// The swarm leaves out each kind of faults in about half of the runs, the same for a seed whether the flag or the file says so,
// and what it leaves out is a plan's Without: the run is the same.
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

// What mends is never left out alone, nor what a rule counts: a sound file is sound with a swarm.
func TestSwarm_leavesRepairs(t *testing.T) {
	sc := parsed(t, `
simrun: 1
name: x
run: {for: 60s, swarm: true}
nodes: {name: [a, b, c], net_ticktime: 8s}
network: {reconnect: 1s}
tree: {id: sup, intensity: 5, children: [{id: echo, start: echo.Server}]}
faults:
  - {at: 5s, partition: groups(a | b c)}
  - {at: 15s, heal: all}
  - {at: 20s, halt: c}
  - {at: 30s, boot: c}
  - {name: crash, at: 40s, kill: /sup/echo@a}
expect:
  - {at_end: meshed && node_up}
  - {at_end: fired(crash) == 1}
`)
	r := scenarios.NewRunner(sc, nil)
	defer r.Close()
	out := map[int]int{}
	for seed := range uint64(20) {
		for _, place := range sc.Swarm(seed) {
			out[place]++
		}
		if run := r.Run(seed, scenarios.RunOptions{}); run.Failure != nil {
			t.Errorf("seed %d, without %v: %v", seed, sc.Swarm(seed), run.Failure)
		}
	}
	if out[0] == 0 || out[2] == 0 || out[1]+out[3]+out[4] > 0 {
		t.Errorf("left out: %v", out)
	}
}

// A rule that asks about a fault or a workload is broken for another reason when a plan leaves that out: shrinking keeps it, and
// so the small failure still says why.
func TestPlanned_keepsWhatTheRuleAsksAbout(t *testing.T) {
	for _, c := range []struct{ rule, needs string }{
		{"at_end: fired(crash) == 2", "fault crash"},
		{"at_end: replies(users) > 500", "workload users"},
		{"eventually: errors(users) == 0 && replies(users) > 500, after: fault crash", "workload users"},
		{"always: fired(crash) < 1, after: fault crash", "fault crash"},
	} {
		sc := parsed(t, `
simrun: 1
name: x
run: {for: 20s}
tree: {id: sup, intensity: 20, children: [{id: echo, start: echo.Server, register: echo}]}
workloads: [{name: users, to: echo, call: echo, every: 500ms}, {name: others, to: echo, call: echo, every: 1s}]
faults: [{name: crash, at: 3s, kill: echo}, {name: noise, every: 3s..4s, kill: echo}]
expect: [{`+c.rule+`}]
`)
		r := scenarios.NewRunner(sc, nil)
		defer r.Close()
		run := r.Planned(scenarios.RunOptions{})
		small := plan.Shrink(run, plan.Plan{Seed: 1}, plan.Options{Elements: sc.Elements(), Budget: 60})
		if small.Err != nil {
			t.Fatal(small.Err)
		}
		if whole := r.Run(1, scenarios.RunOptions{}); small.Outcome.Signature != whole.Signature() {
			t.Errorf("%s: the small failure is %q", c.rule, small.Outcome.Signature)
		}
		for i := range sc.Elements() {
			if sc.Element(i) == c.needs && small.Plan.Leaves(i) {
				t.Errorf("%s: without %s it says nothing", c.rule, c.needs)
			}
			if sc.Element(i) == "workload others" && !small.Plan.Leaves(i) {
				t.Errorf("%s: the other workload is left", c.rule)
			}
		}
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
