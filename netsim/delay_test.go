package netsim

import (
	"math"
	"sort"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// The tables are what their comments say, so that nobody "corrects" them.
func TestTables(t *testing.T) {
	for i := range logs {
		if x := math.Log2(1+float64(i)/64) * (1 << 32); math.Abs(float64(logs[i])-x) > 0.51 {
			t.Errorf("log %d is %d, not %.2f", i, logs[i], x)
		}
		if x := math.Exp2(float64(i)/64) * (1 << 32); math.Abs(float64(powers[i])-x) > 0.51 {
			t.Errorf("power %d is %d, not %.2f", i, powers[i], x)
		}
	}
	for i := 1; i < len(sigmas)-1; i++ {
		c := float64(i)
		if i >= 32 {
			c = math.Ldexp(float64(16+i%16), i/16-1)
		}
		if x := math.Sqrt2 * math.Erfcinv(2*c/Grain) * (1 << 24); math.Abs(float64(sigmas[i])-x) > 0.51 {
			t.Errorf("sigma %d is %d, not %.2f", i, sigmas[i], x)
		}
	}
	if x := math.Ln2 * (1 << 32); math.Abs(ln2-x) > 0.51 {
		t.Errorf("ln2 is not %.2f", x)
	}
	if x := math.Sqrt2 * math.Erfcinv(0.02) * (1 << 32); math.Abs(z99-x) > 0.51 {
		t.Errorf("z99 is not %.2f", x)
	}
}

// These vectors are what seeds mean. If this test fails, do not change them.
func TestGolden_quantiles(t *testing.T) {
	at := []int{0, 1, Grain / 1000, Grain / 4, Grain / 2, Grain / 4 * 3, Grain / 100 * 99, Grain - 1}
	for _, c := range goldenQuantiles {
		d, err := ParseDelay(c.delay)
		if err != nil {
			t.Fatal(err)
		}
		for i, q := range at {
			if got := d.Quantile(q); got != c.want[i] {
				t.Errorf("%v at %d: %d, want %d", d, q, got, c.want[i])
			}
		}
		if t.Failed() {
			for _, q := range at {
				print(int64(d.Quantile(q)), ", ")
			}
			println(c.delay)
		}
	}
}

// hash is a hash of facts.
type hash uint64

func (h *hash) note(facts ...uint64) {
	for _, f := range facts {
		*h = (*h ^ hash(f)) * 1099511628211
	}
}

// 1000 draws of each distribution.
func TestGolden_draws(t *testing.T) {
	s := choice.New(42)
	h := hash(14695981039346656037)
	for i, c := range goldenQuantiles {
		d, _ := ParseDelay(c.delay)
		for n := range uint64(1000) {
			h.note(uint64(d.Draw(s, choice.Key{Domain: choice.Latency, ID: uint64(i), N: n})))
		}
	}
	if h != goldenDraws {
		t.Errorf("hash is %#x, want %#x", uint64(h), uint64(goldenDraws))
	}
}

// Quantiles never fall, and stay within what can be.
func TestQuantile_monotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := genMode().Draw(t, "delay")
		p := rapid.IntRange(0, Grain-2).Draw(t, "p")
		q := rapid.IntRange(p+1, Grain-1).Draw(t, "q")
		for _, q := range []int{q, p + 1} {
			a, b := d.Quantile(p), d.Quantile(q)
			if a > b || a < 0 || b > longest {
				t.Fatalf("%v at %d is %v, at %d %v", d, p, a, q, b)
			}
		}
	})
}

// Nothing is shorter than the answer 0.
func TestLeast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := genDelay().Draw(t, "delay")
		q := rapid.IntRange(0, Grain-1).Draw(t, "q")
		if d.Quantile(q) < d.Least() {
			t.Fatalf("%v at %d is less than %v", d, q, d.Least())
		}
		if got := d.Draw(choice.Dull(), choice.Key{}); got != d.Least() {
			t.Fatalf("%v: the dull answer is %v, the least %v", d, got, d.Least())
		}
	})
}

// 100,000 draws have the quantiles that they should, within what chance allows.
func TestDistributions(t *testing.T) {
	ms := float64(time.Millisecond)
	sigma := math.Log(12.5) / 2.3263478740408408
	for _, c := range []struct {
		delay string
		cdf   func(x float64) float64
	}{
		{"2ms..6ms", func(x float64) float64 { return (x/ms - 2) / 4 }},
		{"exp(3ms)", func(x float64) float64 { return 1 - math.Exp(-x/ms/3) }},
		{"normal(50ms,5ms)", func(x float64) float64 { return math.Erfc(-(x/ms-50)/5/math.Sqrt2) / 2 }},
		{"lognormal(p50=2ms,p99=25ms)", func(x float64) float64 { return math.Erfc(-math.Log(x/ms/2)/sigma/math.Sqrt2) / 2 }},
		{"pareto(1ms,1.5)", func(x float64) float64 { return 1 - math.Pow(ms/x, 1.5) }},
		{"choice(1ms..2ms:90%, 100ms..200ms:10%)", func(x float64) float64 {
			return 0.9*math.Max(0, math.Min(1, x/ms-1)) + 0.1*math.Max(0, math.Min(1, x/ms/100-1))
		}},
	} {
		d, err := ParseDelay(c.delay)
		if err != nil {
			t.Fatal(err)
		}
		s := choice.New(7)
		xs := make([]float64, 100_000)
		for i := range xs {
			xs[i] = float64(d.Draw(s, choice.Key{Domain: choice.Latency, ID: 9, N: uint64(i)}))
		}
		sort.Float64s(xs)
		worst := 0.0
		for i, x := range xs {
			worst = math.Max(worst, math.Abs(c.cdf(x)-float64(i)/float64(len(xs))))
		}
		if limit := 1.95 / math.Sqrt(float64(len(xs))); worst > limit { // Kolmogorov, 1 in 1000
			t.Errorf("%s: %.4f off, %.4f is allowed", c.delay, worst, limit)
		}
	}
}

// The ends of the range, where shifts go wrong.
func TestQuantile_extremes(t *testing.T) {
	for _, d := range []Delay{Exponential(longest), Normal(longest, longest), LogNormal(longest, longest),
		LogNormal(longest>>20, longest),
		Pareto(longest, 100), Pareto(1, 100), Pareto(1, 1_000_000), Uniform(0, longest), Uniform(longest-1, longest),
		LogNormal(1, 1<<20), Normal(0, 1)} {
		last := time.Duration(0)
		for _, q := range []int{0, 1, 31, 32, 33, 1000, Grain/2 - 1, Grain / 2, Grain/2 + 1, Grain - 33, Grain - 32,
			Grain - 2, Grain - 1} {
			got := d.Quantile(q)
			if got < last || got > longest {
				t.Errorf("%v at %d: %d after %d", d, q, got, last)
			}
			last = got
		}
	}
	if d := LogNormal(3*time.Second, 3*time.Second); d.Least() != d.Most() {
		t.Error(d.Least(), d.Most())
	}
}
