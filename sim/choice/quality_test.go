package choice

import (
	"fmt"
	"math"
	"math/bits"
	"testing"
)

// Neighbours of every kind: whatever differs little between two questions of a real run.
var neighbours = []struct {
	name string
	word func(i uint64) uint64
}{
	{"counters", func(i uint64) uint64 { return one.Word(Key{Latency, 0xdeadbeef, i}) }},
	{"counters of identity 0", func(i uint64) uint64 { return one.Word(Key{Order, 0, i}) }},
	{"counters in high bits", func(i uint64) uint64 { return one.Word(Key{Order, 7, i << 36}) }},
	{"counters mirrored", func(i uint64) uint64 { return one.Word(Key{Order, 7, bits.Reverse64(i)}) }},
	{"identities", func(i uint64) uint64 { return one.Word(Key{Latency, i, 1}) }},
	{"identities mirrored", func(i uint64) uint64 { return one.Word(Key{Latency, bits.Reverse64(i), 0}) }},
	{"two identities in turn", func(i uint64) uint64 { return one.Word(Key{Latency, i & 1, i >> 1}) }},
	{"many identities in turn", func(i uint64) uint64 { return one.Word(Key{Latency, i & 1023, i >> 10}) }},
	{"identity and counter", func(i uint64) uint64 { return one.Word(Key{Latency, i, i}) }},
	{"two domains in turn", func(i uint64) uint64 { return one.Word(Key{Order + Domain(i&1), 7, i >> 1}) }},
	{"all domains in turn", func(i uint64) uint64 { return one.Word(Key{Domain(i), 7, i >> 8}) }},
	{"seeds", func(i uint64) uint64 { return New(i).Word(Key{Latency, 0xdeadbeef, 1}) }},
	{"seeds of the zero key", func(i uint64) uint64 { return New(i).Word(Key{}) }},
	{"siblings", func(i uint64) uint64 { return Child(7, "kv_worker", uint32(i)) }},
	{"nephews", func(i uint64) uint64 { return Child(i, "w", 0) }},
	{"siblings drawing", func(i uint64) uint64 { return one.Word(Key{Slice, Child(7, "w", uint32(i)), 0}) }},
	{"names", func(i uint64) uint64 { return ID(fmt.Sprint("n", i)) }},
}

var one = New(1)

// Each word, its low end, and up to three words in a row are as evenly spread as dice
// would be: neither less (patterns) nor more (a lattice is too even).
func TestQuality_spread(t *testing.T) {
	const n = 1 << 18
	for _, nb := range neighbours {
		cells := map[string]*[4096]int{"high": {}, "middle": {}, "low": {}, "pairs": {}, "low pairs": {}, "triples": {}, "xor": {}, "difference": {}}
		var p, pp uint64
		for i := range uint64(n) {
			w := nb.word(i)
			cells["high"][w>>52]++
			cells["middle"][w>>26&4095]++
			cells["low"][w&4095]++
			cells["pairs"][w>>58<<6|p>>58]++
			cells["low pairs"][w&63<<6|p&63]++
			cells["triples"][w>>60<<8|p>>60<<4|pp>>60]++
			cells["xor"][(w^p)>>52]++
			cells["difference"][(w-p)>>52]++
			p, pp = w, p
		}
		for what, c := range cells {
			if z := chiSquare(c[:], n); math.Abs(z) > 5 {
				t.Errorf("%s: %s are %.1f sigma off", nb.name, what, z)
			}
		}
	}
}

// chiSquare is how many standard deviations the cells are from what dice would give.
func chiSquare(cells []int, n int) float64 {
	want := float64(n) / float64(len(cells))
	x := 0.0
	for _, c := range cells {
		x += (float64(c) - want) * (float64(c) - want) / want
	}
	free := float64(len(cells) - 1)
	return (x - free) / math.Sqrt(2*free)
}

// Each bit that goes in flips each bit that comes out in half of the cases.
func TestQuality_avalanche(t *testing.T) {
	const n = 2000
	inputs := map[string]func(x, bit uint64) (uint64, uint64){
		"counter": func(x, bit uint64) (uint64, uint64) {
			return one.Word(Key{Tie, 7, x}), one.Word(Key{Tie, 7, x ^ bit})
		},
		"counter over identities": func(x, bit uint64) (uint64, uint64) {
			return one.Word(Key{Tie, x, 0}), one.Word(Key{Tie, x, bit})
		},
		"identity": func(x, bit uint64) (uint64, uint64) {
			return one.Word(Key{Tie, x, 1}), one.Word(Key{Tie, x ^ bit, 1})
		},
		"domain": func(x, bit uint64) (uint64, uint64) {
			return one.Word(Key{Domain(1), 7, x}), one.Word(Key{Domain(1) ^ Domain(bit), 7, x})
		},
		"seed": func(x, bit uint64) (uint64, uint64) {
			return New(x).Word(Key{Tie, 7, 1}), New(x ^ bit).Word(Key{Tie, 7, 1})
		},
	}
	for name, f := range inputs {
		for in := range 64 {
			bit := uint64(1) << in
			if name == "domain" && in >= 8 {
				break
			}
			var flips [64]int
			for x := range uint64(n) {
				v, w := f(x, bit)
				for d := v ^ w; d != 0; d &= d - 1 {
					flips[bits.TrailingZeros64(d)]++
				}
			}
			for out, c := range flips {
				if z := math.Abs(float64(c)-n/2) / math.Sqrt(n/4); z > 6 {
					t.Errorf("%s bit %d flips bit %d in %d of %d cases", name, in, out, c, n)
				}
			}
		}
	}
}

// Neighbouring things do not share an identity or a word; a birthday among 2^18 of
// 2^64 would be a sign, not bad luck.
func TestQuality_noCollisions(t *testing.T) {
	const n = 1 << 18
	seen := make(map[uint64]uint64, n)
	for _, nb := range neighbours {
		clear(seen)
		for i := range uint64(n) {
			w := nb.word(i)
			if j, ok := seen[w]; ok {
				t.Fatalf("%s %d and %d are both %#x", nb.name, j, i, w)
			}
			seen[w] = i
		}
	}
}

// A bounded draw is even for bounds that are no powers of two, and Chance keeps its word.
func TestQuality_bounded(t *testing.T) {
	const n = 1 << 18
	for _, bound := range []int{2, 3, 5, 7, 10, 100, 1000} {
		cells := make([]int, bound)
		hits := 0
		for i := range uint64(n) {
			cells[one.Choose(Key{Value, 7, i}, bound)]++
			if one.Chance(Key{Fault, 7, i}, 1, bound) {
				hits++
			}
		}
		if z := chiSquare(cells, n); math.Abs(z) > 5 {
			t.Errorf("Choose of %d is %.1f sigma off", bound, z)
		}
		p := 1 / float64(bound)
		if z := (float64(hits) - n*p) / math.Sqrt(n*p*(1-p)); math.Abs(z) > 5 {
			t.Errorf("Chance 1/%d is %.1f sigma off", bound, z)
		}
	}
}
