package choice

import "math/bits"

// The digits of pi after the point, made odd where they were not: constants with
// nothing up their sleeve. Changing one changes what every seed means.
const (
	pi0 = 0x243f6a8885a308d3
	pi1 = 0xa4093822299f31d1
	pi2 = 0x452821e638d01377
	pi3 = 0xbe5466cf34e90c6d
	pi4 = 0xc0ac29b7c97c50dd
	pi5 = 0x3f84d5b5b5470917
	pi6 = 0x9216d5d98979fb1b
	pi7 = 0xd1310ba698dfb5ad
)

// fold multiplies to 128 bits and folds the halves onto each other, so that high
// and low bits of both factors reach every bit of the answer. If one factor may be
// 0 the other one is lost: mask what the outside world chooses.
func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// scale maps a uniform word onto 0 <= answer < n, the high half of word*n.
// Each answer has floor or ceil of 2^64/n words, so its probability is off by less
// than 2^-64, and it is never off by more than the fraction n/2^64 of itself: for
// n = 10^6 that is one part in 10^13. Rejection would remove even that, at the price of
// a loop and of a draw no longer being one word.
func scale(word, n uint64) uint64 {
	hi, _ := bits.Mul64(word, n)
	return hi
}

// avalanche is a bijection in which every bit in flips every bit out with
// probability one half (the splitmix64 finaliser).
func avalanche(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
