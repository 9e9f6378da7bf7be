package reports_test

import (
	"math"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/reports"
)

// "If none of n patients shows the event, we can be 95% confident that its chance is at most 3/n."
// – Hanley, Lippman-Hand: If nothing goes wrong, is everything all right?
func TestUpperBound_ruleOfThree(t *testing.T) {
	for _, n := range []int{30, 200, 2000, 1e6} {
		p, rule := reports.UpperBound(n), 3/float64(n)
		if p > rule || p < 0.94*rule {
			t.Errorf("after %d runs the bound is %v, by the rule of three %v", n, p, rule)
		}
		if chance := math.Pow(1-p, float64(n)); math.Abs(chance-0.05) > 1e-6 {
			t.Errorf("%d runs hide a rate of %v with chance %v", n, p, chance)
		}
	}
	if p := reports.UpperBound(0); p != 1 {
		t.Errorf("no run excludes nothing, not %v", p)
	}
}

// Values of R's binom.confint(…, methods = "wilson").
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		failed, n int
		low, high float64
	}{{10, 100, 0.0552, 0.1744}, {1, 200, 0.00088, 0.0278}, {5, 5, 0.5655, 1}, {0, 10, 0, 0.2775}, {0, 0, 0, 1}} {
		low, high := reports.Wilson(c.failed, c.n)
		if math.Abs(low-c.low) > 5e-5 || math.Abs(high-c.high) > 5e-5 {
			t.Errorf("Wilson(%d, %d) = %.5f, %.5f", c.failed, c.n, low, high)
		}
	}
}

func TestBound(t *testing.T) {
	for _, c := range []struct {
		s    *reports.Summary
		want string
	}{
		{&reports.Summary{Asked: 200, Runs: 200}, "200 seeds, 0 failures: failure rate < 1.5 % at 95 %"},
		{&reports.Summary{Asked: 2000, Runs: 2000}, "2000 seeds, 0 failures: failure rate < 0.15 % at 95 %"},
		{&reports.Summary{Asked: 3000, Runs: 3000}, "3000 seeds, 0 failures: failure rate < 0.10 % at 95 %"},
		{&reports.Summary{Asked: 1, Runs: 1}, "1 seed, 0 failures: failure rate < 95 % at 95 %"},
		{&reports.Summary{Asked: 200, Runs: 40}, "40 of 200 seeds, 0 failures: failure rate < 7.3 % at 95 %"},
		{&reports.Summary{Asked: 3, Runs: 3, Undecided: 3}, "3 seeds, 0 failures, 3 undecided"},
		{&reports.Summary{Asked: 9, Runs: 9, Failed: 9}, "9 seeds, 9 failures: failure rate 70 % to 100 % at 95 %"},
		{&reports.Summary{Asked: 1e6, Runs: 1e6, Failed: 1}, "1000000 seeds, 1 failure: failure rate 0.000017 % to 0.00057 % at 95 %"},
		{&reports.Summary{Asked: 5}, "0 of 5 seeds, 0 failures"},
	} {
		if got := c.s.Bound(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// A bound of 1.96 % that is printed as < 1.9 % would be a lie.
func TestBound_neverRoundsBelow(t *testing.T) {
	for n := 1; n < 3000; n++ {
		s := reports.Summary{Asked: n, Runs: n}
		_, text, _ := strings.Cut(s.Bound(), "< ")
		var p float64
		text, _, _ = strings.Cut(text, " ")
		for i, digit := 0, 1.0; i < len(text); i++ {
			if text[i] == '.' {
				digit = 0.1
				continue
			}
			if digit == 1 {
				p = p*10 + float64(text[i]-'0')
			} else {
				p += float64(text[i]-'0') * digit
				digit /= 10
			}
		}
		if exact := 100 * reports.UpperBound(n); p < exact-1e-9 || p > exact*1.1 {
			t.Fatalf("%d runs: %s for %v", n, text, exact)
		}
	}
}
