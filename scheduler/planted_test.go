package scheduler

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// A plant is a program of a few tasks with a bug that shows only in some orders. Task i takes lengths[i] steps, a
// slice each; some of those of the first two touch what the bug is about, all others are noise.
type plant struct {
	name    string
	depth   int // how many orderings it takes
	lengths []int
	touches [2][]int                           // which steps of the first two, from 1, touch what the bug is about
	bad     func(before [2]int, who Task) bool // told each step of the first two, and how many each had taken before
}

// plants have bugs of depth 1, 2 and 3. Round robin finds none of them.
func plants() []plant {
	var during int
	return []plant{{
		// b does twelve things and then uses what a is to make first of all: b12 < a1.
		"used before it is made", 1, []int{1, 12, 5, 5}, [2][]int{{1}, {12}},
		func(before [2]int, who Task) bool { return who == 1 && before[1] == 11 && before[0] == 0 },
	}, {
		// a looks in its fifth step and takes in its sixth, and b removes: a5 < b1 < a6.
		"taken after it was removed", 2, []int{10, 1, 8}, [2][]int{{5, 6}, {1}},
		func(before [2]int, who Task) bool { return who == 1 && before[0] == 5 },
	}, {
		// Two transactions, each of which begins and ends within the other: a3 < b1, b3 < a4, a4 < b4.
		"torn twice", 3, []int{6, 6, 5}, [2][]int{{3, 4}, {1, 3, 4}},
		func(before [2]int, who Task) bool {
			switch {
			case who == 1 && before[1] == 0:
				during = before[0]
			case who == 0 && before[0] == 3:
				return before[1] == 3 && during == 3
			}
			return false
		},
	}}
}

// steps is how many steps p takes.
func (p plant) steps() (k int) {
	for _, n := range p.lengths {
		k += n
	}
	return k
}

// shows lets p run to its end and reports whether its bug shows.
func (p plant) shows(s *Scheduler) (found bool) {
	for i := range p.lengths {
		s.Add(Task(i), plantIDs[i])
		s.Ready(Task(i), Normal)
	}
	var done [8]int
	for {
		t, _, ok := s.Pick()
		if !ok {
			return found
		}
		if t < 2 {
			found = p.bad([2]int(done[:2]), t) || found
			if slices.Contains(p.touches[t], done[t]+1) && slices.Contains(p.touches[1-t], done[1-t]+1) {
				s.Raced(1 - t)
			}
		}
		if done[t]++; done[t] < p.lengths[t] {
			s.Ready(t, Normal)
		}
	}
}

var plantIDs = [...]uint64{choice.ID("a"), choice.ID("b"), choice.ID("c"), choice.ID("d")}

// hunt counts in how many of so many runs the bug shows, and in which it does first; 0 is in none.
func (p plant) hunt(policy Policy, seeds int) (found, first int) {
	s, source := New(Config{}), choice.New(0)
	for seed := range seeds {
		source.Reset(uint64(seed))
		s.Reset(Config{source, policy})
		if p.shows(s) {
			if found++; found == 1 {
				first = seed + 1
			}
		}
	}
	return found, first
}

// "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs": PCT finds a bug of depth d, of n tasks in k
// steps, in one of n*k^(d-1) runs.
func TestPCT_guarantee(t *testing.T) {
	const seeds = 30_000
	for _, p := range plants() {
		n, k := len(p.lengths), p.steps()
		bound := 1 / (float64(n) * math.Pow(math.E*float64(k), float64(p.depth-1)))
		policy := PCT{Depth: p.depth, Steps: k}
		found, _ := p.hunt(policy, seeds)
		// Three sigma less than the bound would be bad luck.
		if least := bound*seeds - 3*math.Sqrt(bound*seeds); float64(found) < least {
			t.Errorf("%s: %v finds it in %d of %d runs; %.0f are promised", p.name, policy, found, seeds, bound*seeds)
		}
		if fifo, _ := p.hunt(FIFO{}, 1); fifo != 0 {
			t.Errorf("%s: FIFO finds it, so it hides from nobody", p.name)
		}
		t.Logf("%-27s found once in %5.0f runs, promised once in %5.0f", p.name, seeds/float64(found), 1/bound)
	}
}

// What each policy is good for, in runs that show the bug out of so many. go test -v prints the table.
func TestPlants_table(t *testing.T) {
	const seeds = 10_000
	policies := []Policy{
		FIFO{}, Random{}, PCT{Depth: 1}, PCT{Depth: 2}, PCT{Depth: 3}, PCT{Depth: 3, Steps: 23}, POS{}, Timed{}, Portfolio{},
	}
	all := plants()
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-25s", fmt.Sprintf("found in %d seeds (first)", seeds))
	for _, p := range all {
		fmt.Fprintf(&b, " | %-26s", p.name)
	}
	found := map[string][]int{}
	for _, policy := range policies {
		name := fmt.Sprint(policy)
		fmt.Fprintf(&b, "\n%-25s", name)
		for _, p := range all {
			n, first := p.hunt(policy, seeds)
			found[name] = append(found[name], n)
			fmt.Fprintf(&b, " | %-26s", fmt.Sprintf("%d (%d)", n, first))
		}
	}
	t.Log(b.String())
	for _, c := range []struct {
		better, worse string
		plant, times  int
	}{
		// One slow task against a chain of twelve: Random takes 2^12 runs, POS 13 and PCT 2.
		{"pos", "random", 0, 20},
		{"pct(depth=1)", "random", 0, 20},
		{"pct(depth=2)", "pct(depth=1)", 1, 20},
		{"pct(depth=3, steps=23)", "pct(depth=2)", 2, 4},
		{"portfolio", "random", 0, 10},
	} {
		better, worse := found[c.better][c.plant], found[c.worse][c.plant]
		if better < c.times*max(worse, 1) {
			t.Errorf("%s: %s finds it %d times and %s %d times, which is not %d times as often", all[c.plant].name,
				c.better, better, c.worse, worse, c.times)
		}
	}
	for plant, p := range all {
		if found["portfolio"][plant] == 0 {
			t.Errorf("%s: the portfolio never finds it", p.name)
		}
	}
}
