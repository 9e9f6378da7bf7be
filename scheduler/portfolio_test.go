package scheduler

import (
	"fmt"
	"slices"
	"testing"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// The proportions are those promised.
func TestPortfolio_shares(t *testing.T) {
	const seeds = 20_000
	count := map[string]int{}
	for seed := range uint64(seeds) {
		p := New(Config{choice.New(seed), Portfolio{}}).Policy()
		count[fmt.Sprintf("%T", p)]++
		count[fmt.Sprint(p)]++
	}
	for name, percent := range map[string]float64{
		"scheduler.FIFO": 5, "scheduler.Random": 40, "scheduler.PCT": 25, "scheduler.POS": 15, "scheduler.Timed": 15,
		"pct(depth=2)": 25. / 3, "pct(depth=3)": 25. / 3, "pct(depth=4)": 25. / 3,
		"timed(slack=1ms)": 3, "timed(slack=10ms)": 3, "timed(slack=100ms)": 3, "timed(slack=1s)": 3, "timed(slack=10s)": 3,
	} {
		if got := 100 * float64(count[name]) / seeds; got < 0.9*percent || got > 1.1*percent {
			t.Errorf("%s has %.1f %% of the runs, not %.1f", name, got, percent)
		}
	}
}

// A run under the portfolio is the run under the policy it names, of the same seed.
func TestPortfolio_namesItsChoice(t *testing.T) {
	for seed := range uint64(50) {
		run := func(p Policy) (Policy, []int64) {
			s := New(Config{choice.New(seed), p})
			return s.Policy(), life(s, (&dice{source: choice.New(1)}).roll, 2000)
		}
		chosen, facts := run(Portfolio{})
		named, err := ParsePolicy(fmt.Sprint(chosen))
		if err != nil {
			t.Fatal(err)
		}
		if _, again := run(named); !slices.Equal(facts, again) {
			t.Fatalf("seed %d: %v runs otherwise than what was chosen", seed, named)
		}
		if (Portfolio{}).Choose(choice.New(seed)) != chosen {
			t.Fatalf("seed %d: two choices", seed)
		}
	}
}

// Policy tells what decides.
func TestPolicy(t *testing.T) {
	for _, c := range []struct {
		config Config
		want   Policy
	}{
		{Config{}, FIFO{}},
		{Config{choice.New(1), nil}, Random{}},
		{Config{choice.New(1), FIFO{}}, FIFO{}},
		{Config{nil, POS{}}, FIFO{}},
		{Config{nil, Portfolio{}}, FIFO{}},
		{Config{nil, late{}}, late{}},
		{Config{choice.Dull(), Portfolio{}}, FIFO{}},
		{Config{choice.New(1), PCT{Depth: 2}}, PCT{Depth: 2}},
	} {
		if got := New(c.config).Policy(); got != c.want {
			t.Errorf("%v is %v, not %v", c.config.Policy, got, c.want)
		}
	}
}
