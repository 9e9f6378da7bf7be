package netsim

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// A Delay is a duration that each use draws anew. The zero Delay is none. Delays
// compare with ==, and ParseDelay reads what String prints.
type Delay struct {
	main  mode
	tail  mode
	share Share // of tail; if it is 0 and tail is zero, there is no choice
}

// mode is a distribution with one hump.
type mode struct {
	shape shape
	a, b  time.Duration // what they mean is said at the shapes
}

type shape uint8

const (
	fixed       shape = iota // always a
	uniform                  // a to b, both included
	exponential              // a is the mean
	normal                   // a is the mean, b the standard deviation; not below 0
	lognormal                // a is the median, b the 99th percentile
	pareto                   // a is the least, b the exponent in thousandths: no time
)

// Grain is how finely distributions are cut: a draw has so many answers.
const Grain = 1 << 30

// Fixed is d, always.
func Fixed(d time.Duration) Delay { return sound(mode{fixed, d, 0}) }

// Uniform is any duration from least to most, both included.
func Uniform(least, most time.Duration) Delay {
	if least == most {
		return Fixed(least)
	}
	return sound(mode{uniform, least, most})
}

// Exponential has no memory: what is short is likely, whatever the mean.
func Exponential(mean time.Duration) Delay { return sound(mode{exponential, mean, 0}) }

// Normal is the bell curve, cut off at 0.
func Normal(mean, deviation time.Duration) Delay { return sound(mode{normal, mean, deviation}) }

// LogNormal is what latencies of networks are like, given by its median and by what one
// in a hundred exceeds: at most 2^20 times as much.
func LogNormal(p50, p99 time.Duration) Delay { return sound(mode{lognormal, p50, p99}) }

// Pareto has no end: of what is longer than d, a part of 2^-exponent is longer than
// 2d. The exponent is given in thousandths.
func Pareto(least time.Duration, thousandths int) Delay {
	return sound(mode{pareto, least, time.Duration(thousandths)})
}

// Bimodal is one of two, the second with probability share: a main hump and a long
// tail, say. Neither may be Bimodal itself.
func Bimodal(main, tail Delay, share Share) Delay {
	d, err := bimodal(main, tail, share)
	if err != nil {
		panic("netsim: " + err.Error())
	}
	return d
}

func bimodal(main, tail Delay, share Share) (Delay, error) {
	if main.chooses() || tail.chooses() {
		return Delay{}, fmt.Errorf("delay: a choice of choices is not possible")
	}
	if share < 0 || share > All {
		return Delay{}, fmt.Errorf("delay: a share of %v is not possible", share)
	}
	if main == tail || share == 0 {
		return main, nil
	}
	if share == All {
		return tail, nil
	}
	return Delay{main.main, tail.main, share}, nil
}

// sound makes a Delay of a mode that a program has given.
func sound(m mode) Delay {
	if err := m.check(); err != nil {
		panic("netsim: " + err.Error())
	}
	return Delay{main: m}
}

// check says what is wrong with m.
func (m mode) check() error {
	switch {
	case m.a < 0 || m.b < 0 || m.a > longest || m.b > longest:
		return fmt.Errorf("delay: a duration in %v is not 0 to 36500d", m)
	case m.shape == uniform && m.a >= m.b:
		return fmt.Errorf("delay %v ends before it begins", m)
	case m.shape == exponential && m.a == 0:
		return fmt.Errorf("delay: the mean of %v must not be 0", m)
	case m.shape == lognormal && (m.a == 0 || m.b < m.a || m.b>>20 > m.a):
		return fmt.Errorf("delay %v wants 0 < p50 <= p99 <= 2^20 p50", m)
	case m.shape == pareto && (m.a == 0 || m.b < 100 || m.b > 1_000_000):
		return fmt.Errorf("delay %v wants a least above 0 and an exponent of 0.1 to 1000", m)
	}
	return nil
}

func (d Delay) chooses() bool { return d.share != 0 }

// Least is the shortest that can be drawn: the answer 0.
func (d Delay) Least() time.Duration { return d.Quantile(0) }

// Most is the longest that can be drawn: the answer Grain-1.
func (d Delay) Most() time.Duration { return d.Quantile(Grain - 1) }

// Quantile is the duration that answer q stands for, 0 <= q < Grain: a part of q/Grain
// of all draws is not longer. Of a choice that is true of its parts, one after the other; the
// one with the lesser least is first.
func (d Delay) Quantile(q int) time.Duration {
	if q < 0 || q >= Grain {
		panic(fmt.Sprintf("netsim: there is no quantile %d of %d", q, Grain))
	}
	w := d.law()
	return w.quantile(uint64(q))
}

// Draw draws a duration. If there is only one it does not ask.
func (d Delay) Draw(s *choice.Source, k choice.Key) time.Duration {
	w := d.law()
	return w.draw(s, k)
}

// String prints 5ms, 1s..5s, exp(3s), normal(5ms,1ms), lognormal(p50=2ms,p99=25ms),
// pareto(1ms,1.5) or choice(1ms:90%, 500ms:10%).
func (d Delay) String() string {
	if !d.chooses() {
		return d.main.String()
	}
	return fmt.Sprintf("choice(%v:%v, %v:%v)", d.main, All-d.share, d.tail, d.share)
}

func (m mode) String() string {
	a, b := FormatDuration(m.a), FormatDuration(m.b)
	switch m.shape {
	case uniform:
		return a + ".." + b
	case exponential:
		return "exp(" + a + ")"
	case normal:
		return "normal(" + a + "," + b + ")"
	case lognormal:
		return "lognormal(p50=" + a + ",p99=" + b + ")"
	case pareto:
		return fmt.Sprintf("pareto(%s,%d%s)", a, m.b/1000, decimals(int64(m.b%1000), 1000))
	}
	return a
}

// ParseDelay reads what String prints. Blanks after commas may be or not, and in a
// choice the parts may be any but choices.
func ParseDelay(text string) (Delay, error) {
	if args, ok := call(text, "choice"); ok {
		return parseChoice(text, args)
	}
	m, err := parseMode(text)
	if err != nil {
		return Delay{}, err
	}
	if m.shape == uniform && m.a == m.b {
		m = mode{fixed, m.a, 0}
	}
	if err := m.check(); err != nil {
		return Delay{}, err
	}
	return Delay{main: m}, nil
}

// call cuts name(…) to what is between its parentheses.
func call(text, name string) (args string, ok bool) {
	args, ok = strings.CutPrefix(text, name+"(")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(args, ")")
}

func parseChoice(text, args string) (Delay, error) {
	parts := splitOutside(args, ',')
	if len(parts) != 2 {
		return Delay{}, fmt.Errorf("delay %q: a choice wants two parts, as in choice(1ms:90%%, 500ms:10%%)", text)
	}
	var delays [2]Delay
	var shares [2]Share
	for i, part := range parts {
		part = strings.TrimSpace(part)
		colon := strings.LastIndexByte(part, ':')
		if colon < 0 {
			return Delay{}, fmt.Errorf("delay %q: %q has no share, as in 1ms:90%%", text, part)
		}
		var err error
		if delays[i], err = ParseDelay(part[:colon]); err != nil {
			return Delay{}, err
		}
		if shares[i], err = ParseShare(part[colon+1:]); err != nil {
			return Delay{}, err
		}
	}
	if shares[0]+shares[1] != All {
		return Delay{}, fmt.Errorf("delay %q: the shares are %v together, not 100%%", text, shares[0]+shares[1])
	}
	return bimodal(delays[0], delays[1], shares[1])
}

func parseMode(text string) (mode, error) {
	if args, ok := call(text, "exp"); ok {
		a, err := parseDuration(args)
		return mode{exponential, a, 0}, err
	}
	if args, ok := call(text, "normal"); ok {
		return parsePair(text, normal, args, "", "")
	}
	if args, ok := call(text, "lognormal"); ok {
		return parsePair(text, lognormal, args, "p50=", "p99=")
	}
	if args, ok := call(text, "pareto"); ok {
		return parsePareto(text, args)
	}
	if strings.ContainsAny(text, "()") {
		return mode{}, fmt.Errorf("delay wants 5ms, 1s..5s, exp(3s), normal(5ms,1ms), "+
			"lognormal(p50=2ms,p99=25ms), pareto(1ms,1.5) or choice(1ms:90%%, 500ms:10%%), not %q", text)
	}
	if least, most, ok := strings.Cut(text, ".."); ok {
		return parseTwo(uniform, least, most)
	}
	a, err := parseDuration(text)
	return mode{fixed, a, 0}, err
}

// parsePair reads two durations with what stands before each.
func parsePair(text string, s shape, args, before1, before2 string) (mode, error) {
	first, second, ok := strings.Cut(args, ",")
	first, ok1 := strings.CutPrefix(first, before1)
	second, ok2 := strings.CutPrefix(strings.TrimSpace(second), before2)
	if !ok || !ok1 || !ok2 {
		return mode{}, fmt.Errorf("delay %q: wanted is %v", text, mode{s, 5 * time.Millisecond, 25 * time.Millisecond})
	}
	return parseTwo(s, first, second)
}

func parseTwo(s shape, first, second string) (mode, error) {
	a, err := parseDuration(first)
	if err != nil {
		return mode{}, err
	}
	b, err := parseDuration(second)
	return mode{s, a, b}, err
}

func parsePareto(text, args string) (mode, error) {
	first, second, ok := strings.Cut(args, ",")
	if !ok {
		return mode{}, fmt.Errorf("delay %q: wanted is pareto(least,exponent)", text)
	}
	a, err := parseDuration(first)
	if err != nil {
		return mode{}, err
	}
	second = strings.TrimSpace(second)
	whole, frac, _ := strings.Cut(second, ".")
	n, err := strconv.ParseUint(whole+(frac + "000")[:3], 10, 31)
	if err != nil || len(frac) > 3 {
		return mode{}, fmt.Errorf("delay %q: an exponent is a number like 1.5, not %q", text, second)
	}
	return mode{pareto, a, time.Duration(n)}, nil
}
