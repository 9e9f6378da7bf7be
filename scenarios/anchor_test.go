package scenarios_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// pair is two servers and clients who ask the first at 1 s, 2 s, 3 s and 4 s.
const pair = `
run: {for: 10s}
tree: {id: s, intensity: 100, children: [{id: a, start: echo.Server, register: a}, {id: b, start: echo.Server, register: b}]}
workloads: [{name: w, to: a, call: echo, at: [1s, 2s, 3s, 4s]}]
`

// A fault that waits for an event strikes then: a story for each sort of event and for each way to say whose.
func TestAnchors(t *testing.T) {
	for name, c := range map[string]clusterStory{
		"a message": {pair + `
faults: [{name: k, at: the 3rd message of a, kill: b}]
expect: [at_end: died(/s/b) in 3s..3.001s && exits(/s/b) == 1 && fired(k) == 1 && replies(w) == 4, {eventually: alive(b), within: 1ms, after: fault k}]`,
			[]string{"holds", "holds"}, []string{`fault "k": kill /s/b`, "/s/b ends: killed", "/s/b is started again"}},
		"a message to whom it kills": {pair + `
faults: [{name: k, at: the 3rd message of /s/a, kill: a}]
expect: [at_end: died(/s/a) in 3s..3.001s && restarts(a) == 1 && fired(k) == 1]`,
			[]string{"holds"}, []string{`fault "k": kill /s/a`}},
		"it goes on counting when a process has been started again": {pair + `
faults: [{name: k, at: 1500ms, kill: a}, {name: l, at: the 3rd message of /s/a, kill: b}]
expect: [at_end: died(/s/b) in 3s..3.001s && fired(l) == 1]`,
			[]string{"holds"}, nil},
		"several events and a time": {pair + `
faults: [{name: k, at: [the 1st message of a, 500ms, the 3rd message of a], kill: b}]
expect: [at_end: died(/s/b) in 500ms..501ms && exits(b) == 3 && fired(k) == 3]`,
			[]string{"holds"}, nil},
		"a kind of message": {`
run: {for: 10s}
tree: {id: s, intensity: 100, children: [{id: kv, start: kv.Store, register: kv}, {id: b, start: echo.Server}]}
workloads: [{name: get, to: kv, call: get, with: {key: a}, at: [1s, 2s]}, {name: put, to: kv, call: put, with: {key: a, value: 1}, at: [3s, 4s]}]
faults: [{name: k, at: the 2nd message put of kv, kill: /s/b}]
expect: [at_end: died(/s/b) in 4s..4.001s]`,
			[]string{"holds"}, nil},
		"so much after an exit": {pair + `
faults: [{name: k, at: 2s, kill: a}, {name: l, at: 500ms..600ms after the 1st exit killed of /s/*, kill: b}]
expect: [at_end: died(/s/b) in 2.5s..2.601s && fired(l) == 1]`,
			[]string{"holds"}, nil},
		"an exit for another reason": {pair + `
faults: [{name: k, at: 2s, kill: a}, {name: l, at: the 1st exit shutdown of a, kill: b}]
expect: [at_end: fired(l) == 0 && alive(b) && exits(b) == 0]`,
			[]string{"holds"}, nil},
		"a start": {pair + `
faults: [{name: k, at: 2s, kill: a}, {name: l, at: the 2nd start of a, kill: b}]
expect: [at_end: died(/s/b) in 2s..2.001s && fired(l) == 1]`,
			[]string{"holds"}, nil},
		"an instance": {`
run: {for: 10s}
tree: {id: p, strategy: simple_one_for_one, intensity: 9, count: 3, child: {id: w, start: echo.Server}}
faults: [{name: k, at: 1s, kill: "/p/w[1]"}, {name: l, at: 2s, kill: "/p/w[2]"}, {name: m, at: "1s after the 1st exit of /p/w[2]", kill: "/p/w[3]"}, {name: n, at: 1s after the 2nd exit of /p/w, exit: {select: "/p/w[1]", reason: boom}}]
expect: [at_end: "died(/p/w[3]) in 3s..3.001s && exits(/p/w[1], boom) == 1"]`,
			[]string{"holds"}, nil},
		"what a process says": {`
run: {for: 10s}
tree: {id: s, children: [{id: c, start: test.Clock}, {id: b, start: echo.Server}]}
faults: [{name: k, at: the 3rd fact clock of /s/c, kill: /s/b}, {name: l, at: the 1st fact watch of any, kill: /s/b}]
expect: [at_end: died(/s/b) in 2.5s..2.501s && fired(k) == 1 && fired(l) == 0]`,
			[]string{"holds"}, nil},
		"any": {pair + `
faults: [{name: k, at: 2s, kill: a}, {name: l, at: the 1st exit of any, kill: b}]
expect: [at_end: died(/s/b) in 2s..2.001s]`,
			[]string{"holds"}, nil},
		"before it does anything with the message": {`
run: {for: 10s}
tree: {id: s, children: [{id: p, start: test.Plain}]}
workloads: [{name: w, to: /s/p, call: count, at: [1s, 2s, 3s, 4s]}]
faults: [{name: k, at: the 3rd message of /s/p, kill: /s/p}]
expect: [at_end: errors(w) == 1 && replies(w) == 3]`,
			[]string{"holds"}, nil},
		"a process of one node": {three + `
run: {for: 10s}
faults: [{name: k, at: 4s, kill: e@a}, {name: l, at: 5s, kill: e@b}, {name: m, at: 1s after the 1st exit of e@b, kill: e@c}, {name: n, at: 2s after the 1st exit of any@b, kill: e@a}]
expect: [at_end: died(e@c) in 6s..6.001s && exits(e@a) == 2]`,
			[]string{"holds"}, nil},
		"nodes": {three + `
run: {for: 30s}
faults:
  - {name: k, at: 5s, halt: b, for: 1s}
  - {name: seen, at: 1s after the 1st nodedown of b@a, kill: e@a}
  - {name: down, at: 2s after the 1st down of b, kill: e@c}
  - {name: up, at: the 1st up of b, pause: c, for: 2s}
  - {name: back, at: the 2nd nodeup of b@a, kill: e@a}
  - {name: other, at: the 1st nodedown of a@b, halt: c}
expect: [at_end: died(e@a) in 6s..6.1s && died(e@b) in 5s..5.1s && died(e@c) in 8s..8.1s && fired(up) == 1 && fired(back) == 1 && exits(e@a) == 2 && node_up(c) && fired(other) == 0]`,
			[]string{"holds"}, []string{"b goes down", "b boots", "pause c for 2s"}},
	} {
		t.Run(name, c.test)
	}
}

// What never came due is told of as what never took effect.
func TestAnchors_never(t *testing.T) {
	r := scenarios.NewRunner(scenario(t, pair+`
faults: [{name: k, at: the 5th message of a, kill: b}, {name: l, at: the 2nd message of a, kill: b}]
expect: [{always: alive(b), after: fault k}]`), rogues())
	defer r.Close()
	run := r.Run(1, scenarios.RunOptions{})
	if k := run.Faults[0]; k.Due != 0 || k.Injected != 0 || k.Took != 0 {
		t.Errorf("%+v", k)
	}
	if l := run.Faults[1]; l.Due != 1 || l.Injected != 1 || l.Took != 1 {
		t.Errorf("%+v", l)
	}
	if v := run.Verdicts[0]; !strings.Contains(v.Got, "never took effect") {
		t.Errorf("%+v", v)
	}
	if run = r.Play(plan.Plan{Seed: 1, Without: []int{1}}, scenarios.RunOptions{}); run.Faults[1].Due != 0 {
		t.Errorf("it was left out: %+v", run.Faults[1])
	}
}

// Who waits changes nothing: a run in which an event does not come is the run without the fault.
func TestAnchors_watchOnly(t *testing.T) {
	for _, event := range []string{"the 100th message of a", "the 100th exit of /s/*", "the 1st fact no such of any"} {
		for seed := range uint64(5) {
			plain, waiting := play(t, pair, seed, scenarios.RunOptions{}), play(t, pair+"faults: [{at: "+event+", kill: b}]\n", seed, scenarios.RunOptions{})
			if plain.Hash != waiting.Hash {
				t.Errorf("seed %d: another run with %s", seed, event)
			}
		}
	}
}

// The same seed gives the same run, in a new world and in one that has run others before.
func TestAnchors_deterministic(t *testing.T) {
	sc := scenario(t, three+`
run: {for: 30s}
workloads: [{name: w, to: e@any, on: all, count: 2, call: echo, every: exp(200ms)}]
faults:
  - {name: k, at: [the 7th message of e@a, "1s..3s after the 20th message of e"], kill: {select: e, pick: one}}
  - {name: halt, at: exp(1s) after the 2nd exit of e, halt: {pick: one}, for: 1s..3s}
  - {name: seen, at: the 1st nodedown of any@b, pause: b, for: 500ms}
`)
	used := scenarios.NewRunner(sc, rogues())
	defer used.Close()
	hashes := map[uint64]bool{}
	for seed := range uint64(10) {
		fresh := scenarios.NewRunner(sc, rogues())
		first := fresh.Run(seed, scenarios.RunOptions{})
		fresh.Close()
		if again := used.Run(seed, scenarios.RunOptions{}); !reflect.DeepEqual(first, again) {
			t.Fatalf("seed %d: %+v\n%+v", seed, *first, *again)
		}
		if first.Faults[0].Took != 2 || first.Faults[1].Due != 1 {
			t.Errorf("seed %d: %+v", seed, first.Faults)
		}
		hashes[first.Hash] = true
	}
	if len(hashes) != 10 {
		t.Errorf("%d runs of 10 seeds", len(hashes))
	}
}

// A recorded run is its deviations, and what they say of a fault that waits is told in words.
func TestAnchors_words(t *testing.T) {
	r := scenarios.NewRunner(scenario(t, pair+`
faults: [{name: k, at: 10ms..20ms after the 2nd message of a, kill: {select: /s/*, pick: one}}]
`), rogues())
	defer r.Close()
	rec := &choice.Recording{NonZero: true}
	whole := r.Planned(scenarios.RunOptions{})(plan.Plan{Seed: 3}, rec)
	ds, err := rec.Deviations()
	if err != nil {
		t.Fatal(err)
	}
	p := plan.Plan{Dull: true, Deviations: ds}
	if again := r.Planned(scenarios.RunOptions{})(p, nil); again.Hash != whole.Hash {
		t.Errorf("the deviations are another run")
	}
	say := r.Words(p, scenarios.RunOptions{})
	var all []string
	for _, d := range ds {
		all = append(all, say(d))
	}
	if text := strings.Join(all, "\n"); !strings.Contains(text, "fault k comes 1") || !strings.Contains(text, "ms after the 2nd message of a") {
		t.Error(text)
	}
}

// Whatever is printed is read.
func TestAnchor_roundTrip(t *testing.T) {
	for _, text := range []string{
		"the 1st message of a", "the 22nd message put of /s/*", "the 2nd message kv.Put of /s/*", "the 113th message 'DOWN' of /s/w[3]@any", "5ms..20ms after the 1st nodedown of b@a", "exp(3s) after the 2nd exit killed of global:leader",
		"1s after the 1st fact given back of any@b", "the 1st up of any", "the 3rd message one of two of kv", "the 1st fact look after the shop of any", "2ms after the 1st fact look after the shop of any",
	} {
		a, err := scenarios.ParseAnchor(text)
		if err != nil || a.String() != text {
			t.Errorf("%q reads as %v: %v", text, a, err)
		}
	}
}

// The example of the reference is right, and all of it happens.
func TestAnchors_reference(t *testing.T) {
	_, example, _ := strings.Cut(scenarios.Reference(), "    faults:\n")
	example, _, _ = strings.Cut(example, "\n\n")
	run := play(t, `
run: {for: 30s}
tree: {id: kv_sup, intensity: 9, children: [{id: kv_store, start: kv.Store, with: {size: true}, register: kv_store}, {id: kv_logger, start: kv.Logger, with: {store: kv_store, every: 1s}, register: kv_logger}]}
workloads: [{name: puts, to: kv_store, call: put, with: {key: a, value: 1}, every: 5s}]
faults:
`+example+"\n", 1, scenarios.RunOptions{})
	if len(run.Faults) != 4 {
		t.Fatalf("%+v", run.Faults)
	}
	for i, want := range []int{1, 1, 1, 2} {
		if f := run.Faults[i]; f.Took != want {
			t.Errorf("%+v", f)
		}
	}
}

func FuzzParseAnchor(f *testing.F) {
	for _, text := range []string{"the 3rd message put of kv_store@a", "5ms after the 1st nodedown of b@a", "the of ", " after  of ", "the 1st message é of /é"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := scenarios.ParseAnchor(text)
		if err != nil {
			return
		}
		if again, err := scenarios.ParseAnchor(a.String()); err != nil || fmt.Sprint(again) != fmt.Sprint(a) {
			t.Errorf("%q reads as %v and that as %v: %v", text, a, again, err)
		}
	})
}
