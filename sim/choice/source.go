package choice

import (
	"fmt"
	"math/bits"
)

// A Source answers questions. It is a struct and not an interface because the hot
// path of a simulation goes through it several times per event: bare (seeded or
// dull, without layers) it costs four multiplications and allocates nothing. The
// zero Source is dull.
type Source struct {
	a, b   uint64  // the seed, mixed: maskings of identity and counter
	live   uint64  // all ones, or 0 if every word is 0
	detour *detour // nil on the fast path
	seed   uint64
}

// New returns a source whose answers follow from seed.
func New(seed uint64) *Source {
	s := new(Source)
	s.Reset(seed)
	return s
}

// Dull returns a source whose every answer is 0.
func Dull() *Source { return new(Source) }

// From returns a source that has its answers from a function: rapid's bit stream,
// the bytes of a fuzzer, a person. The function is told the key and how many answers
// there are, of (0 for a whole word), and MUST answer below that, 0 being the dull
// answer. It MUST answer a key alike for the whole run.
func From(answer func(k Key, of uint64) uint64) *Source {
	return &Source{detour: &detour{base: answer}}
}

// Reset makes s what New(seed) returns, in place: layers are gone, and so is
// another base.
func (s *Source) Reset(seed uint64) {
	// b hangs on a, not on the seed: no two seeds have the two in common,
	// swapped or shifted.
	a := avalanche(seed ^ pi0)
	*s = Source{a: a, b: avalanche(a + pi1), live: ^uint64(0), seed: seed}
}

// Seed is the seed that New or Reset was given; 0 for another base.
func (s *Source) Seed() uint64 { return s.seed }

// Bare reports whether s has its answers from its seed, without layers: then nobody can tell whether a
// question was asked.
func (s *Source) Bare() bool { return s.detour == nil }

// Choose answers k with one of n answers, 0 <= answer < n. It panics if n < 1:
// nobody can choose from nothing.
func (s *Source) Choose(k Key, n int) int {
	if s.detour != nil || n < 1 {
		return s.chooseSlowly(k, n)
	}
	return int(scale(s.word(k), uint64(n)))
}

// Word answers k with 64 uniform bits.
func (s *Source) Word(k Key) uint64 {
	if s.detour != nil {
		return s.detour.ask(k, 0, s.word(k))
	}
	return s.word(k)
}

// Chance answers k with true in num of den cases: never if num <= 0, and always if
// num >= den. The dull answer is false, and even what is certain may be overridden:
// a fault that always happens can still be shrunk away. It panics if den < 1.
func (s *Source) Chance(k Key, num, den int) bool {
	if s.detour != nil || den < 1 {
		return s.chanceSlowly(k, num, den)
	}
	return s.live != 0 && hit(s.word(k), num, den)
}

// word is the mixing. Identity and counter are masked with the seed and mixed apart, so
// that neighbours are strangers before they meet in the last fold. Without the
// counter's own fold, three draws in a row of one identity lie on a lattice, under each of
// 50 seeds tried. The domain sits where no counter gets to (nobody asks 2^56 times),
// so that no two keys coincide before the mixing. The folds are written out because
// with calls to fold this would be too large to be inlined.
func (s *Source) word(k Key) uint64 {
	w1, w0 := bits.Mul64(k.ID^s.a, pi3)
	n1, n0 := bits.Mul64(k.N^uint64(k.Domain)<<56^s.b, pi4)
	hi, lo := bits.Mul64(w1^w0^s.b, n1^n0^s.a)
	return (hi ^ lo) & s.live
}

// hit puts the true answers at the top end, away from the dull one.
func hit(word uint64, num, den int) bool {
	return num > 0 && int(scale(word, uint64(den))) >= den-num
}

func (s *Source) chooseSlowly(k Key, n int) int {
	if n < 1 {
		panic(fmt.Sprintf("choice: Choose wants n >= 1, not %d (asked for %v)", n, k))
	}
	return int(s.detour.ask(k, uint64(n), scale(s.word(k), uint64(n))))
}

func (s *Source) chanceSlowly(k Key, num, den int) bool {
	if den < 1 {
		panic(fmt.Sprintf("choice: Chance wants den >= 1, not %d/%d (asked for %v)", num, den, k))
	}
	if num <= 0 { // one answer, not two: nothing to enumerate
		return s.detour.ask(k, 1, 0) == 1
	}
	var plain uint64
	if s.live != 0 && hit(s.word(k), num, den) {
		plain = 1
	}
	return s.detour.ask(k, 2, plain) == 1
}
