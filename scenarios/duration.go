package scenarios

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
)

// Two durations that are not lengths of time.
const (
	Infinity   time.Duration = math.MaxInt64 // for ever
	BrutalKill time.Duration = -1            // a shutdown without asking
)

// maxDuration is the longest duration a file may hold; sums of two must fit.
const maxDuration = 36_500 * day

const day = 24 * time.Hour

// The units, from large to small. The micro sign and the Greek mu are both taken for u.
var units = []struct {
	name string
	size time.Duration
}{{"d", day}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond}, {"us", time.Microsecond}, {"ns", 1}}

// FormatDuration prints a duration as files hold it: 1m30s, 15.1s, 2d. ParseDuration reads it back, but for infinity
// and brutal_kill, which only timeouts and shutdowns can be.
func FormatDuration(d time.Duration) string {
	switch {
	case d == Infinity:
		return "infinity"
	case d == BrutalKill:
		return "brutal_kill"
	}
	return netsim.FormatDuration(d)
}

// ParseDuration reads a duration: 250ms, 1m30s, 1.5s, 2d, 0. A number needs a unit, unless it is 0.
func ParseDuration(text string) (time.Duration, error) {
	d, bad := parseDuration(text)
	return d, bad.asError()
}

func parseDuration(text string) (time.Duration, *flaw) {
	const forms = "durations look like 250ms, 5s, 1m30s, 2d"
	if text == "0" {
		return 0, nil
	}
	var sum time.Duration
	rest, last := text, -1
	for first := true; first || rest != ""; first = false {
		number := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789."))]
		rest = rest[len(number):]
		name := rest[:len(rest)-len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZµμ"))]
		rest = rest[len(name):]
		switch {
		case number == "" && strings.HasPrefix(text, "-"):
			return 0, flawed("the least is 0", "%q is negative", text)
		case number == "":
			return 0, flawed(forms, "%q is not a duration", text)
		case name == "" && rest == "":
			return 0, flawed(mended(text+"s", forms), "%q has no unit", text)
		case name == "" && strings.TrimSpace(rest) != rest:
			return 0, flawed(mended(strings.Join(strings.Fields(text), ""), forms), "%q has a blank in it", text)
		case name == "":
			return 0, flawed(forms, "%q is not a duration", text)
		}
		i := unit(name)
		if i < 0 {
			return 0, flawed(unitHint(number, name), "%q is not a unit of time", name)
		}
		if i <= last {
			return 0, flawed("write the larger unit first, as in 1m30s", "the units of %q are not in order", text)
		}
		part, ok := scale(number, int64(units[i].size))
		if sum += time.Duration(part); !ok || sum > maxDuration {
			return 0, durationFlaw(number, text, forms)
		}
		last = i
	}
	return sum, nil
}

// mended is the hint that this was meant, if it is a duration, or else what durations look like.
func mended(text, forms string) string {
	if _, bad := parseDuration(text); bad != nil {
		return forms
	}
	return "did you mean " + text + "?"
}

func durationFlaw(number, text, forms string) *flaw {
	if strings.Count(number, ".") > 1 || strings.HasPrefix(number, ".") || strings.HasSuffix(number, ".") {
		return flawed(forms, "%q is not a duration", text)
	}
	return flawed("up to 36500d are possible, and whole nanoseconds",
		"%q is longer than 36500 days or finer than a nanosecond", text)
}

func unit(name string) int {
	if name == "µs" || name == "μs" {
		name = "us"
	}
	for i, u := range units {
		if u.name == name {
			return i
		}
	}
	return -1
}

func unitHint(number, name string) string {
	for _, long := range [...][2]string{{"sec", "s"}, {"S", "s"}, {"mil", "ms"}, {"MS", "ms"}, {"min", "m"}, {"M", "m"}, {"ho", "h"}, {"H", "h"}, {"da", "d"}, {"D", "d"}, {"mic", "us"}, {"nan", "ns"}} {
		if strings.HasPrefix(name, long[0]) {
			return "did you mean " + number + long[1] + "?"
		}
	}
	return "the units are ns, us, ms, s, m, h and d"
}

// scale reads a decimal number and multiplies it by size, exactly; not ok if it is no number, leaves a rest, or is too large.
func scale(number string, size int64) (int64, bool) {
	whole, frac, point := strings.Cut(number, ".")
	n, err := strconv.ParseUint(whole, 10, 62)
	if err != nil || point && frac == "" {
		return 0, false
	}
	hi, sum := bits.Mul64(n, uint64(size))
	if hi != 0 || sum > math.MaxInt64/2 {
		return 0, false
	}
	if frac = strings.TrimRight(frac, "0"); frac == "" {
		return int64(sum), true
	}
	f, err := strconv.ParseUint(frac, 10, 62)
	if err != nil {
		return 0, false
	}
	pow := uint64(1)
	for range frac {
		pow *= 10
	}
	hi, lo := bits.Mul64(f, uint64(size))
	part, rest := bits.Div64(hi, lo, pow) // hi < pow, for f < pow and size < 2^64
	return int64(sum + part), rest == 0
}

// durations is the form of a length of time.
var durations = form[time.Duration]{
	name:  "duration",
	looks: "250ms, 5s, 1m30s, 2d",
	about: "A length of virtual time, or a moment counted from the start of the run. Units are ns, us (or µs), " +
		"ms, s, m, h and d, larger ones first; only 0 needs none.",
	parse: parseDuration,
}

// lengths is the form of a duration that cannot be 0.
var lengths = form[time.Duration]{name: "duration", looks: durations.looks, parse: func(text string) (time.Duration, *flaw) {
	d, bad := parseDuration(text)
	if bad == nil && d == 0 {
		bad = &flaw{code: OutOfRange, text: "the duration must not be 0", hint: "the least is 1ns"}
	}
	return d, bad
}}

// periods is the form of a supervisor's period: OTP counts whole seconds.
var periods = form[time.Duration]{name: "duration", looks: "5s, 1m", parse: func(text string) (time.Duration, *flaw) {
	d, bad := parseDuration(text)
	if bad == nil && (d == 0 || d%time.Second != 0) {
		bad = &flaw{code: OutOfRange, text: fmt.Sprintf("a period of %s is not possible", text), hint: "OTP counts a period " +
			"in whole seconds, at least one"}
	}
	return d, bad
}}

// timeouts is the form of a duration that may be infinite.
var timeouts = form[time.Duration]{name: "duration or infinity", looks: "5s, infinity", parse: func(text string) (time.Duration, *flaw) {
	if text == "infinity" {
		return Infinity, nil
	}
	d, bad := parseDuration(text)
	return d, orWord(bad, text, "infinity")
}}

// shutdowns is the form of a child's shutdown.
var shutdowns = form[time.Duration]{name: "duration, brutal_kill or infinity", looks: "5s, brutal_kill, infinity", parse: func(text string) (time.Duration, *flaw) {
	switch text {
	case "infinity":
		return Infinity, nil
	case "brutal_kill":
		return BrutalKill, nil
	}
	d, bad := parseDuration(text)
	return d, orWord(bad, text, "infinity", "brutal_kill")
}}

// orWord makes the hint of a bad duration mention the words that were possible instead.
func orWord(bad *flaw, text string, words ...string) *flaw {
	if bad == nil || text == "" || text[0] >= '0' && text[0] <= '9' {
		return bad
	}
	bad.hint = (&suggester{}).meant(text, words)
	if !strings.HasPrefix(bad.hint, "did") {
		bad.hint = "possible are a duration, as in 5s, or " + strings.Join(words, " or ")
	}
	return bad
}
