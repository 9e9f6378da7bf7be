package scenarios_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/scenarios/programs"
	"github.com/bedlam-sim/bedlam/scenarios/scenariotest"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// someRepro draws a repro of a scenario.
func someRepro(r *rand.Rand, s *scenarios.Scenario) *scenarios.Repro {
	x := &scenarios.Repro{Hash: r.Uint64() >> r.IntN(60) << 1, Fails: []string{"", "never it breaks", "always \"x\": #1 \u00e9\u2028\x01", "at_end  two blanks ", "true"}[r.IntN(5)]}
	x.Policy = []scenarios.Policy{"", "random", "timed(slack=1ms)"}[r.IntN(3)]
	if x.Plan.Dull = r.IntN(2) == 0; !x.Plan.Dull {
		x.Plan.Seed = r.Uint64() >> r.IntN(64)
	}
	if r.IntN(2) == 0 {
		x.Plan.For = time.Duration(1 + r.Int64N(1e12))
	}
	for i := range s.Elements() {
		if r.IntN(2) == 0 {
			x.Plan.Without = append(x.Plan.Without, i)
		}
	}
	for range r.IntN(5) {
		x.Plan.Deviations = append(x.Plan.Deviations, choice.Deviation{Key: choice.Key{Domain: choice.Slice, ID: r.Uint64(), N: r.Uint64N(9)}, Answer: r.Uint64N(99)})
	}
	x.Plan = x.Plan.Canonical()
	return x
}

// reproRoundTrip writes a repro behind a file, reads it back, and writes it again.
func reproRoundTrip(t testing.TB, src []byte, progs scenarios.Programs, x *scenarios.Repro) {
	t.Helper()
	s, ds := scenarios.Parse("x.yaml", src, progs)
	if s == nil {
		t.Fatal(ds)
	}
	x.Digest = scenarios.Digest(src)
	text, err := x.File(src, s, func(d choice.Deviation) string { return "words # of\n" + d.String() + "\x1b" })
	if err != nil {
		t.Fatal(err)
	}
	back, ds := scenarios.Parse("x.yaml", text, progs)
	if back == nil {
		t.Fatalf("%v\n%s", ds, text)
	}
	got := back.Repro
	if got == nil || !got.Plan.Equal(x.Plan) || got.Fails != x.Fails || got.Policy != x.Policy || got.Hash != x.Hash || got.Digest != x.Digest {
		t.Fatalf("%+v\nbecomes %+v in\n%s", x, got, text)
	}
	if scenarios.Digest(text) != x.Digest {
		t.Fatalf("it is another scenario:\n%s", text)
	}
	again, err := got.File(text, back, func(d choice.Deviation) string { return "words # of\n" + d.String() + "\x1b" })
	if err != nil || !bytes.Equal(again, text) {
		t.Fatalf("%v: a repro of a repro is\n%s\nand not\n%s", err, again, text)
	}
}

// What is written is read back as what it was, behind files of every style.
func TestRepro_file(t *testing.T) {
	tree := "tree: {id: sup, children: [{id: kv, start: kv.Store, register: kv}]}"
	fault := "faults: [{name: 'a: \"b\"', at: 1s, kill: kv}, {at: 2s, kill: /sup/*}]"
	sources := map[string]string{
		"mark":     "\ufeffsimrun: 1\nname: x\n" + tree + "\n" + fault + "\n",
		"crlf":     "simrun: 1\r\nname: x\r\n" + tree + "\r\n",
		"cr":       "simrun: 1\rname: x\r" + tree + "\r",
		"dashes":   "---\nsimrun: 1\nname: x\n" + tree,
		"dots":     "simrun: 1\nname: x\n" + tree + "\n...\n",
		"flow":     "{simrun: 1, name: x, " + tree + ", " + fault + "}",
		"indented": "  simrun: 1\n  name: x\n  " + tree + "\n",
		"block":    "simrun: 1\nname: x\n" + tree + "\nabout: |+\n  it ends\n\n\n",
		"anchors":  "simrun: 1\nname: &x x\ntags: [*x]\n" + tree + "\n" + fault,
		"comment":  "simrun: 1\nname: x\n" + tree + " # the end",
		"middle":   "simrun: 1\nrepro:\n  seed: 7\n  # a comment\n  deviations: []\n\nname: x\n" + tree + "\n",
		"only":     "repro: {seed: 7}\nsimrun: 1\nname: x\n" + tree + "\n",
	}
	names, _ := fs.Glob(scenarios.Library(), "*.sim.yaml")
	for _, name := range names {
		src, _ := fs.ReadFile(scenarios.Library(), name)
		sources[name] = string(src)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for name, src := range sources {
		t.Run(name, func(t *testing.T) {
			progs := scenarios.Programs(programs.All())
			s, ds := scenarios.Parse(name, []byte(src), progs)
			if s == nil {
				t.Fatal(ds)
			}
			for range 10 {
				reproRoundTrip(t, []byte(src), progs, someRepro(r, s))
			}
		})
	}
}

// The same of files that nobody has written by hand.
func TestRepro_generated(t *testing.T) {
	for i := range randomFiles() / 10 {
		r := rand.New(rand.NewPCG(uint64(i), 3))
		src := scenariotest.Generate(r.IntN, stubs, 20*time.Second)
		s, ds := parses(t, src)
		if s == nil {
			t.Fatal(ds)
		}
		reproRoundTrip(t, src, stubs, someRepro(r, s))
	}
}

// A run that was kept in a file and read back is the same run, to the last event: bare, shrunk, and with another policy.
func TestRepro_sameRun(t *testing.T) {
	for _, c := range []struct {
		name   string
		seed   uint64
		policy scenarios.Policy
	}{{"bank.sim.yaml", 22, ""}, {"rate-limiter-crash.sim.yaml", 2, ""}, {"rate-limiter-crash.sim.yaml", 2, "pct(depth=3)"}, {"leader-split-brain.sim.yaml", 1, "portfolio"}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			src, _ := fs.ReadFile(scenarios.Library(), c.name)
			sc := fromLibrary(t, c.name)
			r := scenarios.NewRunner(sc, programs.All())
			defer r.Close()
			opts := scenarios.RunOptions{Policy: c.policy}
			bare := plan.Plan{Seed: c.seed}
			for bare.Seed < 100 && !r.Play(bare, opts).Failed() {
				bare.Seed++
			}
			small := plan.Shrink(r.Planned(opts), bare, plan.Options{Budget: 60, Elements: sc.Elements()})
			if small.Err != nil {
				t.Fatal(small.Err)
			}
			for _, p := range []plan.Plan{bare, small.Plan} {
				run := r.Play(p, opts)
				x := &scenarios.Repro{Plan: p, Policy: c.policy, Fails: run.Signature(), Hash: run.Hash, Digest: scenarios.Digest(src)}
				text, err := x.File(src, sc, r.Words(p, opts))
				if err != nil {
					t.Fatal(err)
				}
				back, ds := scenarios.Parse("kept.yaml", text, programs.All())
				if back == nil {
					t.Fatalf("%v\n%s", ds, text)
				}
				again := scenarios.NewRunner(back, programs.All())
				defer again.Close()
				y := back.Repro
				if got := again.Play(y.Plan, scenarios.RunOptions{Policy: y.Policy}); got.Hash != run.Hash || got.Hash != y.Hash || got.Signature() != y.Fails {
					t.Errorf("%v\nbecomes %v in\n%s", run, got, text)
				}
				token, err := scenarios.ParseToken(y.Token(y.Digest).Format())
				if err != nil || token.Policy != c.policy || token.Hash != scenarios.HashStart(run.Hash) {
					t.Errorf("token %v, %v", token, err)
				}
			}
		})
	}
}

// FuzzRepro: whatever stands under repro: is a repro that is written as it is read, or a mistake in the file.
func FuzzRepro(f *testing.F) {
	const head = "simrun: 1\nname: x\ntree: {id: sup, children: [{id: echo, start: echo.Server}]}\nfaults: [{name: crash, at: 1s, kill: /sup/echo}]\nrepro: "
	for _, text := range []string{
		"{seed: 7}", "\n  dull: true\n  without: fault crash\n", "{dull: true, deviations: [order/00000000deadbeef/3=7], for: 3s, hash: 00c0ffee00c0ffee}",
		"{seed: 0x1f, fails: \"never x\", policy: pct, digest: 00000000}", "{dull: true, without: [fault x], deviations: [x/y/z=1, \"#\", latency/0000000000000000/0=0]}",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		src := []byte(head + text)
		s, ds := scenarios.Parse("fuzz.yaml", src, programs.All())
		if (s == nil) != (len(ds) > 0) {
			t.Fatalf("a scenario and mistakes, or neither: %v", ds)
		}
		inFile(t, src, ds)
		if s == nil || s.Repro == nil {
			return
		}
		x := s.Repro
		out, err := x.File(src, s, nil)
		if err != nil {
			if !strings.Contains(err.Error(), "bytes") {
				t.Fatal(err)
			}
			return
		}
		back, ds := scenarios.Parse("fuzz.yaml", out, programs.All())
		if back == nil {
			t.Fatalf("%v\n%s\n%q", ds, out, src)
		}
		if y := back.Repro; !y.Plan.Equal(x.Plan) || y.Fails != x.Fails || y.Policy != x.Policy || y.Hash != x.Hash || y.Digest != x.Digest {
			t.Fatalf("%q becomes\n%s", src, out)
		}
	})
}
