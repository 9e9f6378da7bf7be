package suite_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/internal/suite"
	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// scenario reads a scenario file of the suites, with a mistake planted, or none.
func scenario(t *testing.T, name string, m mutant.Mutant) *scenarios.Scenario {
	t.Helper()
	src, err := fs.ReadFile(suite.Library(), "suite-"+name+".sim.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(src)
	if !m.None() {
		text = strings.Replace(text, "restart: temporary}", fmt.Sprintf("restart: temporary, with: {mutant: %v}}", m), 1)
	}
	sc, ds := scenarios.Parse(name, []byte(text), suite.Programs())
	if sc == nil {
		t.Fatal(ds)
	}
	return sc
}

// The suites as scenario files: they hold, one seed is one run, and they find what is planted.
func TestLibrary(t *testing.T) {
	for name, m := range map[string]mutant.Mutant{"supervision": mutant.RestWrongSide, "processes": mutant.LinksKept, "registry": mutant.GlobalDeadLock} {
		t.Run(name, func(t *testing.T) {
			r := scenarios.NewRunner(scenario(t, name, mutant.Mutant{}), suite.Programs())
			defer r.Close()
			hashes := map[uint64]bool{}
			for seed := range uint64(20) {
				run := r.Run(seed, scenarios.RunOptions{})
				if run.Word() != reports.Holds {
					t.Errorf("seed %d: %+v", seed, run.Failure)
				}
				if again := r.Run(seed, scenarios.RunOptions{}); again.Hash != run.Hash {
					t.Errorf("seed %d: hash %x, then %x", seed, run.Hash, again.Hash)
				}
				hashes[run.Hash] = true
			}
			if len(hashes) != 20 {
				t.Errorf("20 seeds are %d runs", len(hashes))
			}
			finds(t, name, m)
		})
	}
}

// An operation that there is not is a mistake of the file.
func TestPrograms_number(t *testing.T) {
	for _, name := range suite.Programs().Names() {
		for _, number := range []int{0, 999} {
			file := fmt.Sprintf("simrun: 1\nname: x\ntree: {id: s, children: [{id: a, start: %s}]}\n"+
				"workloads: [{name: w, to: /s/a, cast: operation, with: {number: %d}, at: 100ms}]\n", name, number)
			_, ds := scenarios.Parse("x.yaml", []byte(file), suite.Programs())
			if len(ds) != 1 || ds[0].Code != scenarios.OutOfRange || ds[0].Line != 4 {
				t.Errorf("%s, operation %d: %v", name, number, ds)
			}
		}
	}
}

// finds looks for a mistake in a scenario file, and shrinks what it finds to a few operations.
func finds(t *testing.T, name string, m mutant.Mutant) {
	sc := scenario(t, name, m)
	r := scenarios.NewRunner(sc, suite.Programs())
	defer r.Close()
	play := r.Planned(scenarios.RunOptions{})
	for seed := range uint64(mostMedian * 3) {
		o := play(plan.Plan{Seed: seed}, nil)
		if !o.Fails() {
			continue
		}
		small := plan.Shrink(play, plan.Plan{Seed: seed}, plan.Options{Elements: sc.Elements()})
		left := sc.Elements() - len(small.Plan.Without)
		t.Logf("%v: seed %d, %s; %d operations and %d draws are left after %d runs", m, seed, o.Signature, left, len(small.Plan.Deviations), small.Evaluations)
		if small.Err != nil || small.Outcome.Signature != o.Signature || left > 5 {
			t.Errorf("seed %d: %v, %s, %d operations", seed, small.Err, small.Outcome.Signature, left)
		}
		return
	}
	t.Errorf("%v is not found", m)
}
