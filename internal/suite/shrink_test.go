package suite_test

import (
	"slices"
	"testing"

	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/internal/suite"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// What is left of a run that found a mutant is a few operations and hardly a decision of the scheduler's.
func TestShrink(t *testing.T) {
	elements := map[string]int{"supervision": suite.SupervisionElements, "processes": suite.ProcessesElements, "registry": suite.RegistryElements}
	var sizes, spent []int
	for _, m := range mutant.List() {
		var b suite.Bed
		name, s := suiteFor(&b, m)
		n := search(&b, m, 0, patience)
		if n == patience {
			continue
		}
		r := plan.Shrink(s.Runner(m), plan.Plan{Seed: uint64(n - 1)}, plan.Options{Elements: elements[name]})
		b.Close()
		if r.Err != nil {
			t.Errorf("%v: %v", m, r.Err)
			continue
		}
		size := elements[name] - len(r.Plan.Without)
		for _, d := range r.Plan.Deviations {
			if d.Key.Domain != choice.Value { // those say what the program is
				size++
			}
		}
		sizes, spent = append(sizes, size), append(spent, r.Evaluations)
	}
	slices.Sort(sizes)
	slices.Sort(spent)
	t.Logf("%d plans: operations and decisions %v, runs %v", len(sizes), sizes, spent)
	if len(sizes) == 0 || sizes[len(sizes)/2] > 4 || spent[len(spent)-1] > plan.DefaultBudget+5 {
		t.Error("that is much")
	}
}
