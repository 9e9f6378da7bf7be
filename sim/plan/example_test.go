package plan_test

import (
	"fmt"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// A program of three processes with a hundred slices each. It breaks if b is preempted early in its 8th slice.
func preempted(p plan.Plan, rec *choice.Recording) plan.Outcome {
	s := p.Source()
	if rec != nil {
		s.Record(rec)
	}
	var o plan.Outcome
	for n := range uint64(100) {
		for _, name := range []string{"a", "b", "c"} {
			answer := s.Choose(choice.Key{Domain: choice.Slice, ID: choice.ID(name), N: n}, 64)
			o.Hash = choice.Child(o.Hash, name, uint32(answer))
			if name == "b" && n == 7 && answer >= 55 {
				o.Signature = "no update is lost/b"
			}
		}
	}
	o.Events, o.Drift = 300, s.Drift()
	return o
}

func Example() {
	var seed uint64
	for !preempted(plan.Plan{Seed: seed}, nil).Fails() {
		seed++
	}
	r := plan.Shrink(preempted, plan.Plan{Seed: seed}, plan.Options{})

	var names plan.Names
	names.Process(choice.ID("b"), "<b>")
	fmt.Print(r.Plan.Annotate(func(d choice.Deviation) string { return plan.Describe(d, names.Of) }))
	fmt.Println(r.Outcome.Signature)
	for _, n := range r.Needed {
		fmt.Println(n.Counterfactual())
	}
	token, err := plan.ParseToken(r.Plan.Token(choice.ID("the program"), r.Outcome.Hash))
	fmt.Println(token.Plan.Equal(r.Plan), err)
	// Output:
	// bedlam plan 1
	// dull
	// slice/2c981554efd9bb8e/7=55 # <b> is preempted in its 8th slice after 8 reductions
	// no update is lost/b
	// without it: passes
	// true <nil>
}

// A run found by a seed, as deviations from the dull one.
func ExampleNormal() {
	p, err := plan.Normal(preempted, plan.Plan{Seed: 1})
	fmt.Println(p, err)
	fmt.Println(preempted(p, nil).Hash == preempted(plan.Plan{Seed: 1}, nil).Hash)
	// Output:
	// dull, 293 deviations <nil>
	// true
}

func ExampleParse() {
	_, err := plan.Parse("bedlam plan 1\ndull\nlatncy/00000000deadbeef/3=7\nfor ever\n")
	fmt.Println(err)
	// Output:
	// 3:1: there is no domain "latncy"; did you mean "latency"?
	// 4:5: for wants how long, such as 1.5s, not "ever"
}
