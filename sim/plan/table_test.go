package plan_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

var edited = flag.Int("failures", 25, "how many failures of each program TestShrink_survivesEdits looks at, under each policy")

// failures are the first so many seeds that break a program.
func failures(run plan.Runner, n, most int) (seeds []uint64) {
	for seed := range uint64(most) {
		if run(plan.Plan{Seed: seed}, nil).Fails() {
			if seeds = append(seeds, seed); len(seeds) == n {
				break
			}
		}
	}
	return seeds
}

func median(list []int) int { return slices.Sorted(slices.Values(list))[len(list)/2] }

// Real worlds: the dull run of each program passes, seeds are found that break it, and the plan of each failure shrinks to the few
// orderings it needs, within the budget. The larger worlds have some ten thousand draws. go test -v prints the table.
func TestShrink_table(t *testing.T) {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-12s %8s | %8s %8s | %-16s | %-16s | %s", "program", "failures", "of seeds", "draws", "runs med, max", "left med, max", "longest token")
	sizes := []struct {
		change
		n, most int
	}{{change{}, 20, 12_000}, {change{noise: 20, rounds: 120}, 2, 600}}
	if testing.Short() {
		sizes = sizes[:1]
	}
	for _, size := range sizes {
		for _, g := range programs() {
			if row := tableRow(t, g, size.change, size.n, size.most); row != "" {
				b.WriteString("\n" + row)
			}
		}
	}
	t.Log(b.String())
}

func tableRow(t *testing.T, g program, c change, n, most int) string {
	bed := &bed{}
	defer bed.close()
	run := g.runner(bed, c)
	if o := run(plan.Plan{Dull: true}, nil); o.Fails() {
		t.Errorf("%s: the dull run fails: %s", g.name, o.Signature)
	}
	seeds := failures(run, n, most)
	if len(seeds) == 0 {
		if c.noise == 0 {
			t.Errorf("%s: no seed breaks it", g.name)
		}
		return ""
	}
	var draws, runs, left, tokens []int
	for _, seed := range seeds {
		rec := &choice.Recording{NonZero: true}
		o := run(plan.Plan{Seed: seed}, rec)
		r := plan.Shrink(run, plan.Plan{Seed: seed}, plan.Options{Elements: g.elements})
		if r.Err != nil || r.Outcome.Signature != o.Signature {
			t.Fatalf("%s, seed %d (%s): %s, %v", g.name, seed, o.Signature, r.Outcome.Signature, r.Err)
		}
		if again := run(r.Plan, nil); again.Hash != r.Outcome.Hash || again.Signature != o.Signature || len(again.Drift) > 0 {
			t.Errorf("%s, seed %d: %+v, and then %+v", g.name, seed, r.Outcome, again)
		}
		if r.Evaluations > plan.DefaultBudget || !r.Minimal {
			t.Errorf("%s, seed %d: %d runs, minimal: %v", g.name, seed, r.Evaluations, r.Minimal)
		}
		token := r.Plan.Token(1, r.Outcome.Hash)
		if len(r.Plan.Deviations) <= 3 && len(token) > plan.ShortToken {
			t.Errorf("%s, seed %d: a token of %d characters", g.name, seed, len(token))
		}
		draws, runs = append(draws, len(rec.Draws)), append(runs, r.Evaluations)
		left, tokens = append(left, len(r.Plan.Deviations)), append(tokens, len(token))
	}
	if len(seeds) > 2 && median(left) > 3 {
		t.Errorf("%s: the median of what is left is %d deviations", g.name, median(left))
	}
	return fmt.Sprintf("%-12s %8d | %8d %8d | %6d, %8d | %6d, %8d | %4d",
		g.name, len(seeds), seeds[len(seeds)-1]+1, median(draws), median(runs), slices.Max(runs), median(left), slices.Max(left), slices.Max(tokens))
}

// A plan is made for a program that will be edited. It still breaks the program when an unrelated process was added, when a message
// of another kind goes the same way, and when there are ten unrelated processes and their messages, whatever the policy is. So
// does a bare seed after the first of these edits. go test -v -failures 200 prints the table of more of them.
func TestShrink_survivesEdits(t *testing.T) {
	edits := []struct {
		name string
		change
	}{
		{"an unrelated process", change{stranger: true}},
		{"the same, started first", change{stranger: true, first: true}},
		{"another message on the channel", change{kind: true}},
		{"ten unrelated processes", change{noise: 5, rounds: 20}},
	}
	least, bare := [4]int{99, 99, 95, 99}, [4]int{95, 95, 0, 0} // in percent
	policies := []scheduler.Policy{scheduler.Random{}, scheduler.Portfolio{}, scheduler.PCT{}, scheduler.POS{}, scheduler.Timed{}, scheduler.Timed{Slack: 100_000_000}}
	for _, policy := range policies {
		total, survived, seedToo := 0, [4]int{}, [4]int{}
		for _, g := range programs() {
			b := &bed{policy: policy}
			run := g.runner(b, change{})
			for _, seed := range failures(run, *edited, 100**edited) {
				total++
				r := plan.Shrink(run, plan.Plan{Seed: seed}, plan.Options{Elements: g.elements})
				if r.Err != nil || r.Evaluations > plan.DefaultBudget || !r.Minimal {
					t.Errorf("%v, %s, seed %d: %d runs, minimal: %v, %v", policy, g.name, seed, r.Evaluations, r.Minimal, r.Err)
				}
				for i, e := range edits {
					after := g.runner(b, e.change)
					if after(r.Plan, nil).Signature == r.Outcome.Signature {
						survived[i]++
					}
					if after(plan.Plan{Seed: seed}, nil).Signature == r.Outcome.Signature {
						seedToo[i]++
					}
				}
			}
			b.close()
		}
		if total < 100 {
			t.Errorf("%v: only %d failures", policy, total)
		}
		for i, e := range edits {
			t.Logf("%-20v %-31s %d of %d plans fail as before, %d of the bare seeds", policy, e.name, survived[i], total, seedToo[i])
			if 100*survived[i] < least[i]*total {
				t.Errorf("%v, %s: %d of %d, less than %d %%", policy, e.name, survived[i], total, least[i])
			}
			if 100*seedToo[i] < bare[i]*total {
				t.Errorf("%v, %s: %d of %d bare seeds, less than %d %%", policy, e.name, seedToo[i], total, bare[i])
			}
		}
	}
}
