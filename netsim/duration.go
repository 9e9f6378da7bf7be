package netsim

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// day is a unit that package time does not have.
const day = 24 * time.Hour

// longest is the longest duration that can be given or drawn: the sum of two fits.
const longest = 36_500 * day

// later is now + d, and never before now.
func later(now, d time.Duration) time.Duration {
	if at := now + d; at >= now && at < farthest {
		return at
	}
	return max(now, farthest)
}

// farthest leaves room before Never for a few steps in order.
const farthest = Never - 1<<40

var durationUnits = []struct {
	name string
	size time.Duration
}{{"d", day}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond},
	{"us", time.Microsecond}, {"ns", 1}}

// FormatDuration prints 250ms, 1m30s, 2d, as faults, links and scenario files have it; what is less than 0 is 0s.
func FormatDuration(d time.Duration) string {
	if d <= 0 {
		return "0s"
	}
	var b strings.Builder
	for _, u := range durationUnits[:3] {
		if d >= u.size {
			fmt.Fprintf(&b, "%d%s", d/u.size, u.name)
			d %= u.size
		}
	}
	for _, u := range durationUnits[3:] {
		if d >= u.size {
			fmt.Fprintf(&b, "%d%s%s", d/u.size, decimals(int64(d%u.size), int64(u.size)), u.name)
			break
		}
	}
	return b.String()
}

// decimals prints rest/size as .25, or nothing if rest is 0. size is a power of ten.
func decimals(rest, size int64) string {
	if rest == 0 {
		return ""
	}
	return "." + strings.TrimRight(strconv.FormatInt(size+rest, 10)[1:], "0")
}

// parseDuration reads what FormatDuration prints, and whatever package time reads
// that is no less than 0 and not too long.
func parseDuration(s string) (time.Duration, error) {
	rest, days := s, time.Duration(0)
	if digits, after, ok := strings.Cut(s, "d"); ok {
		n, err := strconv.ParseUint(digits, 10, 31)
		if err != nil || time.Duration(n) > longest/day {
			return 0, badDuration(s)
		}
		if rest, days = after, time.Duration(n)*day; rest == "" {
			return days, nil
		}
	}
	if rest == "" || rest[0] == '-' || rest[0] == '+' {
		return 0, badDuration(s)
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d > longest || days > longest-d {
		return 0, badDuration(s)
	}
	return days + d, nil
}

func badDuration(s string) error {
	if s != "" && strings.Trim(s, "0123456789.") == "" {
		return fmt.Errorf("duration %q has no unit; did you mean %sms?", s, s)
	}
	if strings.HasPrefix(s, "-") {
		return fmt.Errorf("duration %q is negative", s)
	}
	return fmt.Errorf("duration wants something like 250ms, 1m30s or 2d, at most 36500d, not %q", s)
}
