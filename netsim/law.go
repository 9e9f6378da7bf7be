package netsim

import (
	"math/bits"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// A law is a Delay prepared for drawing. All arithmetic is on integers.
type law struct {
	main, tail curve
	choice     uint64 // answers below are main's; Grain if it is all its own
	draws      bool   // there is more than one duration
}

// curve is a mode prepared for drawing.
type curve struct {
	a     uint64
	b     uint64 // uniform: how many there are; lognormal: log2(p99/p50)/z99 * 2^32; else as in mode
	shape shape
}

const (
	grainBits = 30
	ln2       = 2977044472 // * 2^-32
	z99       = 9991588038 // * 2^-32: one in a hundred is more than so many standard deviations above
)

func (d Delay) law() law {
	main, tail, share := d.main.curve(), d.tail.curve(), All-d.share
	if d.chooses() && tail.quantile(0) < main.quantile(0) {
		main, tail, share = tail, main, d.share // for answer 0 is the least
	}
	return law{main, tail, uint64(share) * Grain / uint64(All), d.chooses() || d.main.shape != fixed}
}

func (m mode) curve() curve {
	c := curve{uint64(m.a), uint64(m.b), m.shape}
	switch m.shape {
	case uniform:
		c.b = uint64(m.b-m.a) + 1
	case lognormal:
		octaves := log2(c.b) - log2(c.a)
		c.b, _ = bits.Div64(octaves>>32, octaves<<32, z99)
	}
	return c
}

// draw draws a duration, if there is more than one.
func (w *law) draw(s *choice.Source, k choice.Key) time.Duration {
	if !w.draws {
		return time.Duration(w.main.a)
	}
	return w.quantile(uint64(s.Choose(k, Grain)))
}

// quantile is the duration that answer q stands for.
func (w *law) quantile(q uint64) time.Duration {
	switch {
	case w.choice == Grain:
		return w.main.quantile(q)
	case q < w.choice:
		return w.main.quantile(q << grainBits / w.choice)
	}
	return w.tail.quantile((q - w.choice) << grainBits / (Grain - w.choice))
}

func (c *curve) quantile(q uint64) time.Duration {
	switch c.shape {
	case uniform:
		return time.Duration(c.a + times(c.b, q, grainBits))
	case exponential:
		return time.Duration(times(c.a, times(rarity(Grain-q), ln2, 32), 32))
	case normal:
		return c.normal(deviations(q))
	case lognormal:
		z, sign := deviations(q)
		return power(c.a, (int64(times(c.b, z, 24))^sign)-sign)
	case pareto:
		return power(c.a, int64(rarity(Grain-q)*1000/c.b))
	}
	return time.Duration(c.a)
}

func (c *curve) normal(z uint64, sign int64) time.Duration {
	d := (int64(times(c.b, z, 24)) ^ sign) - sign
	return time.Duration(min(max(int64(c.a)+d, 0), int64(longest)))
}

// times is a*b >> shift, and not more than longest. shift is 1 to 63.
func times(a, b uint64, shift uint) uint64 {
	hi, lo := bits.Mul64(a, b)
	if hi>>shift != 0 {
		return uint64(longest)
	}
	return min(hi<<(64-shift)|lo>>shift, uint64(longest))
}

// rarity is -log2(c/Grain) * 2^32, for 1 <= c <= Grain.
func rarity(c uint64) uint64 {
	octave := bits.Len64(c) - 1
	m := c << (38 - octave) & (1<<38 - 1) // what follows the first bit: 6 bits for the table, 32 between its entries
	i, rest := m>>32, m&(1<<32-1)
	log := logs[i] + (logs[i+1]-logs[i])*rest>>32
	return uint64(grainBits-octave)<<32 - log
}

// deviations is how many standard deviations, * 2^24, answer q is away from the mean; sign is -1
// below it, and 0 above. There is no branch that a processor would guess wrong every other time.
func deviations(q uint64) (z uint64, sign int64) {
	sign = (int64(q) - Grain/2) >> 63
	c := q ^ (Grain-1)&^uint64(sign) + 1
	octave := max(0, bits.Len64(c)-5)
	i := octave<<4 + int(c>>octave)
	z = uint64(sigmas[i])
	rest := c & (1<<octave - 1)
	return z - (z-uint64(sigmas[i+1]))*rest>>octave, sign
}

// power is a * 2^x, for x * 2^32.
func power(a uint64, x int64) time.Duration {
	frac := uint64(x) & (1<<32 - 1)
	i, rest := frac>>26, frac&(1<<26-1)
	p := powers[i] + (powers[i+1]-powers[i])*rest>>26
	switch whole := int(x >> 32); {
	case whole <= -32:
		return time.Duration(times(a, p, 63) >> (-31 - whole))
	case whole < 32:
		return time.Duration(times(a, p, uint(32-whole)))
	case bits.Len64(a)+whole > 62:
		return longest
	default:
		return time.Duration(times(a<<(whole-31), p, 1))
	}
}

// log2 is log2(n) * 2^32, n > 0, by repeated squaring of a number of [1,2) with 62 bits
// after the point. It is for settings; draws have a table.
func log2(n uint64) uint64 {
	whole := bits.Len64(n) - 1
	x := n << (63 - whole) >> 1
	log := uint64(whole)
	for range 32 {
		hi, lo := bits.Mul64(x, x)
		x = hi<<2 | lo>>62
		log <<= 1
		if x >= 1<<63 {
			x >>= 1
			log |= 1
		}
	}
	return log
}
