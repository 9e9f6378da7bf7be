package suite_test

import (
	"flag"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/internal/suite"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/scenarios/programs"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

var shrunk = flag.Int("failures", 1, "how many failures of each mutant and each canary TestShrink makes small")

// small is what is left of a failure.
type small struct {
	name, signature string
	runs            int // that it took
	faults, others  int // of the elements: faults and operations, and what else a scenario declares
	holds, values   int // of the deviations: decisions of the scheduler's and the net's, and what the program is like
}

// size is what the goal is about.
func (s small) size() int { return s.faults + s.holds }

// isHold tells a decision on order and time from one that says what the program or a fault is like.
func isHold(d choice.Domain) bool {
	return slices.Contains([]choice.Domain{choice.Order, choice.Slice, choice.Tie, choice.Latency, choice.Fanout}, d)
}

// shrinks makes the first failures of a program small. faults are how many of its elements are faults or operations;
// they come first.
func shrinks(t *testing.T, name string, run plan.Runner, elements, faults, most int) (list []small) {
	t.Helper()
	for seed := uint64(0); seed < uint64(most) && len(list) < *shrunk; seed++ {
		p := plan.Plan{Seed: seed}
		o := run(p, nil)
		if !o.Fails() {
			continue
		}
		r := plan.Shrink(run, p, plan.Options{Elements: elements})
		again := run(r.Plan, nil)
		if r.Err != nil || r.Outcome.Signature != o.Signature || again.Signature != o.Signature || again.Hash != r.Outcome.Hash {
			t.Errorf("%s, seed %d: %s, and then %s: %v", name, seed, o.Signature, again.Signature, r.Err)
		}
		s := small{name: name, signature: o.Signature, runs: r.Evaluations}
		for i := range elements {
			switch {
			case r.Plan.Leaves(i):
			case i < faults:
				s.faults++
			default:
				s.others++
			}
		}
		for _, d := range r.Plan.Deviations {
			if isHold(d.Key.Domain) {
				s.holds++
			} else {
				s.values++
			}
		}
		list = append(list, s)
	}
	return list
}

// shrinkMutants makes small what the suites find.
func shrinkMutants(t *testing.T) (list []small) {
	elements := map[string]int{"supervision": suite.SupervisionElements, "processes": suite.ProcessesElements, "registry": suite.RegistryElements, "races": suite.RacesElements}
	for _, m := range mutant.List() {
		b := suite.Bed{}
		name, s := suiteFor(&b, m)
		list = append(list, shrinks(t, m.String(), s.Runner(m), elements[name], elements[name], patience)...)
		b.Close()
	}
	return list
}

// shrinkCanaries makes small what is wrong with the library's scenarios that are there to fail.
func shrinkCanaries(t *testing.T) (list []small) {
	names, err := fs.Glob(scenarios.Library(), "*.sim.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		src, err := fs.ReadFile(scenarios.Library(), name)
		if err != nil {
			t.Fatal(err)
		}
		sc, ds := scenarios.Parse(name, src, programs.All())
		if sc == nil {
			t.Fatal(ds)
		}
		if !slices.Contains(sc.Tags, "canary") {
			continue
		}
		r := scenarios.NewRunner(sc, programs.All())
		found := shrinks(t, sc.Name, r.Planned(scenarios.RunOptions{}), sc.Elements(), len(sc.Faults), 200)
		r.Close()
		if len(found) == 0 {
			t.Errorf("%s does not fail in 200 runs", sc.Name)
		}
		list = append(list, found...)
	}
	return list
}

// What is left of a failure is a few faults and hardly a decision of the scheduler's, after few runs, and it is the same
// failure: of each mutant, and of each classic mistake. go test -v prints the table.
func TestShrink(t *testing.T) {
	// With -short how runs are made smaller is left to the tests of package plan.
	if testing.Short() {
		t.Skip("it takes some ten thousand runs")
	}
	for _, c := range []struct {
		what string
		list []small
	}{{"mutants", shrinkMutants(t)}, {"canaries", shrinkCanaries(t)}} {
		var b strings.Builder
		fmt.Fprintf(&b, "\n%-32s %5s %7s %7s %7s %7s  %s", c.what, "runs", "faults", "holds", "others", "values", "signature")
		var sizes, runs []int
		for _, s := range c.list {
			fmt.Fprintf(&b, "\n%-32s %5d %7d %7d %7d %7d  %s", s.name, s.runs, s.faults, s.holds, s.others, s.values, s.signature)
			sizes, runs = append(sizes, s.size()), append(runs, s.runs)
		}
		slices.Sort(sizes)
		slices.Sort(runs)
		t.Log(b.String())
		if len(sizes) == 0 {
			t.Fatalf("there are no %s", c.what)
		}
		median, most := sizes[len(sizes)/2], runs[len(runs)-1]
		t.Logf("%d failures of %s: faults and holds left: median %d, at most %d; runs: median %d, at most %d",
			len(sizes), c.what, median, sizes[len(sizes)-1], runs[len(runs)/2], most)
		if median > 3 || most > plan.DefaultBudget {
			t.Errorf("%s: that is much", c.what)
		}
	}
}
