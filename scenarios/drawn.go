package scenarios

import (
	"math/bits"
	"strings"
	"time"
)

// Drawn is a duration that each use draws anew: one of a range, or exponentially distributed. A fixed duration is a range of one.
type Drawn struct {
	Min, Max time.Duration // the range, both ends included
	Mean     time.Duration // of an exponential distribution; 0 if it is a range
}

// Fixed is the duration d, always.
func Fixed(d time.Duration) Drawn { return Drawn{Min: d, Max: d} }

// Least is the shortest duration that can be drawn.
func (d Drawn) Least() time.Duration { return d.Min }

// Most is the longest duration of a range. An exponential distribution has none: its mean is answered.
func (d Drawn) Most() time.Duration { return max(d.Max, d.Mean) }

// Draw draws a duration. choose(n) answers a number of 0…n-1, and 0 is its dull answer: the least of a range, the mean
// of a distribution. A range of one does not choose at all. Only integers are used, so that all machines draw the same.
func (d Drawn) Draw(choose func(n int) int) time.Duration {
	switch {
	case d.Mean > 0:
		k := choose(quantiles)
		if k == 0 {
			return d.Mean
		}
		return exponential(d.Mean, k)
	case d.Max > d.Min:
		return d.Min + time.Duration(choose(int(d.Max-d.Min)+1))
	}
	return d.Min
}

// quantiles is how finely an exponential distribution is cut.
const quantiles = 1 << 16

// exponential answers mean × -ln(k/quantiles), for 0 < k < quantiles. It is at least 1 ns.
func exponential(mean time.Duration, k int) time.Duration {
	const ln2 = 0xB17217F7 // × 2^-32
	// log2 by repeated squaring of x, a number of [1,2) with 62 fractional bits.
	whole := bits.Len(uint(k)) - 1
	x := uint64(k) << (62 - whole)
	var frac uint64
	for range 32 {
		hi, lo := bits.Mul64(x, x)
		x = hi<<2 | lo>>62
		frac <<= 1
		if x >= 1<<63 {
			x >>= 1
			frac |= 1
		}
	}
	log2 := uint64(16)<<32 - (uint64(whole)<<32 | frac) // -log2(k/2^16), × 2^32
	hi, lo := bits.Mul64(log2, ln2)
	nats := hi<<32 | lo>>32 // × 2^32
	hi, lo = bits.Mul64(uint64(mean), nats)
	if hi >= 1<<30 {
		return maxDuration
	}
	return max(1, time.Duration(hi<<32|lo>>32))
}

// String prints 5s, 1s..5s or exp(3s).
func (d Drawn) String() string {
	switch {
	case d.Mean > 0:
		return "exp(" + FormatDuration(d.Mean) + ")"
	case d.Min == d.Max:
		return FormatDuration(d.Min)
	}
	return FormatDuration(d.Min) + ".." + FormatDuration(d.Max)
}

// ParseDrawn reads 5s, 1s..5s or exp(3s).
func ParseDrawn(text string) (Drawn, error) {
	d, bad := parseDrawn(text)
	return d, bad.asError()
}

func parseDrawn(text string) (Drawn, *flaw) {
	if name, args, ok := strings.Cut(text, "("); ok {
		return parseDistribution(text, name, args)
	}
	if strings.Contains(text, "..") {
		s, bad := parseSpan(text)
		return Drawn{Min: s.From, Max: s.To}, bad
	}
	d, bad := parseDuration(text)
	return Fixed(d), bad
}

func parseDistribution(text, name, args string) (Drawn, *flaw) {
	if name != "exp" {
		return Drawn{}, flawed("possible are a range like 1s..5s and exp(mean)", "there is no distribution %q", name)
	}
	inner, ok := strings.CutSuffix(args, ")")
	if !ok {
		return Drawn{}, flawed("", "%q has no closing parenthesis", text)
	}
	mean, bad := parseDuration(inner)
	if bad == nil && mean == 0 {
		bad = &flaw{code: OutOfRange, text: "the mean must not be 0"}
	}
	return Drawn{Mean: mean}, bad
}

var drawns = form[Drawn]{
	name:  "drawn duration",
	looks: "5s, 1s..5s, exp(3s)",
	about: "A duration that is drawn whenever it is needed: from a range, both ends included and all equally " +
		"likely, or from an exponential distribution with the mean that is given. A plain duration is always the same.",
	parse: parseDrawn,
}

// gaps is the form of a drawn duration between two happenings; it cannot be 0.
var gaps = form[Drawn]{name: drawns.name, looks: drawns.looks, parse: func(text string) (Drawn, *flaw) {
	d, bad := parseDrawn(text)
	if bad == nil && d.Mean == 0 && d.Min == 0 {
		bad = &flaw{code: OutOfRange, text: "the time between two happenings must not be 0", hint: "without a pause time would stand still"}
	}
	return d, bad
}}

// Span is a part of the run: from one moment to another, both included.
type Span struct{ From, To time.Duration }

// Contains reports whether t is in the span.
func (s Span) Contains(t time.Duration) bool { return s.From <= t && t <= s.To }

// String prints 10s..40s.
func (s Span) String() string { return FormatDuration(s.From) + ".." + FormatDuration(s.To) }

// ParseSpan reads 10s..40s.
func ParseSpan(text string) (Span, error) {
	s, bad := parseSpan(text)
	return s, bad.asError()
}

func parseSpan(text string) (Span, *flaw) {
	a, b, ok := strings.Cut(text, "..")
	if !ok {
		return Span{}, flawed("a span looks like 10s..40s", "%q is not a span of time", text)
	}
	from, bad := parseDuration(a)
	if bad != nil {
		return Span{}, bad
	}
	to, bad := parseDuration(b)
	if bad != nil {
		return Span{}, bad
	}
	if from > to {
		return Span{}, flawed("did you mean "+Span{to, from}.String()+"?", "%q ends before it begins", text)
	}
	return Span{from, to}, nil
}

var spans = form[Span]{
	name:  "span",
	looks: "10s..40s",
	about: "A part of the run, from one moment to another, both included.",
	parse: parseSpan,
}
