package suite_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/internal/suite"
	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

var (
	table  = flag.Bool("mutants.table", false, "print how many runs it takes to find each mutant under each policy")
	update = flag.Bool("update", false, "write that table to MUTANTS.md")
	trials = flag.Int("mutants.trials", 21, "how often each mutant is looked for, for the table")
	only   = flag.String("mutants.only", "", "the one mutant to look for")
)

// What a mutant may cost under the portfolio.
const (
	mostMedian = 100
	mostP95    = 2000
)

// suiteFor is the suite that looks for a mutant.
func suiteFor(b *suite.Bed, m mutant.Mutant) (name string, s suite.Suite) {
	switch m.Home() {
	case "supervisor", "server":
		return "supervision", b.Supervision
	case "global":
		return "registry", b.Registry
	case "race":
		return "races", b.Races
	}
	return "processes", b.Processes
}

// search counts the runs until a mutant is found, from a seed on; most if it is not.
func search(b *suite.Bed, m mutant.Mutant, from uint64, most int) int {
	_, s := suiteFor(b, m)
	for n := range most {
		if s(plan.Plan{Seed: from + uint64(n)}, m, nil).Fails() {
			return n + 1
		}
	}
	return most
}

// effort is how many runs it took to find a mutant, in the middle and at worst.
type effort struct{ median, p95 int }

func measure(m mutant.Mutant, policy scheduler.Policy, trials, most int) effort {
	b := suite.Bed{Policy: policy}
	defer b.Close()
	var runs []int
	for i := range trials {
		runs = append(runs, search(&b, m, uint64(i)*1_000_000, most))
		if i == vain-1 && slices.Min(runs) == most {
			break // it is blind to that
		}
	}
	slices.Sort(runs)
	return effort{runs[len(runs)/2], runs[(len(runs)*95+99)/100-1]}
}

func (e effort) String() string {
	return fmt.Sprintf("%s / %s", runs(e.median), runs(e.p95))
}

func runs(n int) string {
	if n >= patience {
		return "–"
	}
	return fmt.Sprint(n)
}

// vain is how many searches from the beginning must fail until no more are made.
const vain = 3

// patience is after how many runs a search is given up.
const patience = 4000

// policies are those of the table, the portfolio first.
var policies = []scheduler.Policy{scheduler.Portfolio{}, scheduler.Random{}, scheduler.FIFO{}, scheduler.PCT{Depth: 3}, scheduler.POS{}, scheduler.Timed{Slack: 100_000_000}}

// Every mutant is found under the portfolio, and soon.
func TestMutants(t *testing.T) {
	if *table || *update {
		writeTable(t)
		return
	}
	for _, m := range mutant.List() {
		if *only != "" && m.String() != *only {
			continue
		}
		if e := measure(m, nil, 5, mostP95); e.median > mostMedian*3 || e.p95 >= mostP95 {
			t.Errorf("%v: %v runs", m, e)
		}
	}
}

func writeTable(t *testing.T) {
	var out strings.Builder
	out.WriteString("# Mutants\n\nHow many runs it takes to find a planted mistake, in the middle and at worst (95 of 100), under each policy.\n" +
		fmt.Sprintf("Each search is made %d times, each time from other seeds, or %d times if none of these finds it; – is more than %d runs.\n", *trials, vain, patience) +
		"`go test ./internal/suite -run TestMutants -update` writes this file.\n\n")
	head, line := "| mutant | suite |", "|---|---|"
	for _, p := range policies {
		head, line = head+fmt.Sprintf(" %v |", p), line+"---:|"
	}
	out.WriteString(head + "\n" + line + "\n")
	for _, m := range mutant.List() {
		if *only != "" && m.String() != *only {
			continue
		}
		name, _ := suiteFor(&suite.Bed{}, m)
		row := fmt.Sprintf("| %v | %s |", m, name)
		for i, p := range policies {
			e := measure(m, p, *trials, patience)
			if i == 0 && (e.median > mostMedian || e.p95 > mostP95) {
				t.Errorf("%v: %v runs under the portfolio", m, e)
			}
			row += fmt.Sprintf(" %v |", e)
		}
		out.WriteString(row + "\n")
	}
	out.WriteString("\n| mutant | what goes wrong |\n|---|---|\n")
	for _, m := range mutant.List() {
		fmt.Fprintf(&out, "| %v | %s |\n", m, m.What())
	}
	t.Log("\n" + out.String())
	if *update && *only == "" {
		if err := os.WriteFile("MUTANTS.md", []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
