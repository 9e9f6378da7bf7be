package scenarios_test

import (
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// sloppy is a server that says so when a site of Buggify lets it forget what it was told.
type sloppy struct{ genserver.Base }

func (*sloppy) HandleCall(p *sim.Proc, _ any, _ otp.From) genserver.Result {
	if p.Buggify("cold cache") {
		p.Trace("forgot", nil)
	}
	return genserver.ReplyAny(sim.Atom("ok"))
}

var sloppyPrograms = scenarios.Registry{"test.Sloppy": {
	Requests: []scenarios.Request{{Name: "ask", Call: true}},
	New:      func(scenarios.Setting) genserver.Server { return &sloppy{} },
}}

// sloppyRunner runs a file whose key buggify is as given; "" for none.
func sloppyRunner(t *testing.T, buggify string) *scenarios.Runner {
	if buggify != "" {
		buggify = ", buggify: " + buggify
	}
	sc, ds := scenarios.Parse("x", []byte(`
simrun: 1
name: x
run: {for: 101s`+buggify+`}
tree: {id: s, children: [{id: a, start: test.Sloppy}]}
workloads: [{name: w, to: /s/a, call: ask, every: 1s}]
`), sloppyPrograms)
	if sc == nil {
		t.Fatal(ds)
	}
	r := scenarios.NewRunner(sc, sloppyPrograms)
	t.Cleanup(r.Close)
	return r
}

// forgot is how often the server forgot in a run.
func forgot(run *reports.Run) (n int) {
	for _, l := range run.Story {
		n += strings.Count(l.Text, "says forgot")
	}
	return n
}

// A file says how often sites of Buggify say yes, in the half of the runs in which they are on.
func TestRunBuggify(t *testing.T) {
	for buggify, often := range map[string][2]int{"off": {0, 0}, "": {1, 40}, "25%": {1, 40}, "100%": {32, 64}} {
		r, plain := sloppyRunner(t, buggify), sloppyRunner(t, "25%")
		on := 0
		for seed := range uint64(40) {
			run := r.Run(seed, scenarios.RunOptions{Story: true})
			if n := forgot(run); n > 0 {
				on++
				if n < often[0] || n > often[1] {
					t.Errorf("%s, seed %d: it forgot %d times", buggify, seed, n)
				}
			}
			if buggify == "" && run.Hash != plain.Run(seed, scenarios.RunOptions{}).Hash {
				t.Errorf("seed %d: 25%% is not what is done if nothing is said", seed)
			}
		}
		if off := buggify == "off"; off && on > 0 || !off && (on < 10 || on > 30) {
			t.Errorf("%s: it forgot in %d of 40 runs", buggify, on)
		}
	}
}

// What decides about the run is part of the digest.
func TestRunBuggify_digest(t *testing.T) {
	src := "simrun: 1\nname: x\nrun: {buggify: off}\ntree: {id: s, children: []}\n"
	if scenarios.Digest([]byte(src)) == scenarios.Digest([]byte(strings.Replace(src, "off", "10%", 1))) {
		t.Error("the digest does not tell off from 10%")
	}
}

// The sites of Buggify have names in what is said of a plan.
func TestWords_buggify(t *testing.T) {
	r := sloppyRunner(t, "")
	rec := &choice.Recording{NonZero: true}
	said := map[string]bool{}
	for seed := range uint64(10) {
		r.Planned(scenarios.RunOptions{})(plan.Plan{Seed: seed}, rec)
		ds, err := rec.Deviations()
		if err != nil {
			t.Fatal(err)
		}
		say := r.Words(plan.Plan{Seed: seed}, scenarios.RunOptions{})
		for _, d := range ds {
			if d.Key.Domain == choice.Buggify {
				said[say(d)] = true
			}
		}
		rec.Draws = rec.Draws[:0]
	}
	for _, want := range []string{"site cold cache is on in this run", "site cold cache in <local/s/a> fires when it is asked for the 10th time"} {
		if !said[want] {
			t.Errorf("it is never said that %s: %v", want, said)
		}
	}
}
