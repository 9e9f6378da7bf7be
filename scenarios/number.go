package scenarios

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/bedlam-sim/bedlam/netsim"
)

// FormatCount prints a count as files hold it: 50, 5k, 2M.
func FormatCount(n int64) string {
	for _, u := range []struct {
		size int64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if n >= u.size && n%u.size == 0 {
			return strconv.FormatInt(n/u.size, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}

// ParseCount reads a count: 50, 5k, 2M, 1.5M.
func ParseCount(text string) (int64, error) {
	n, bad := parseCount(text)
	return n, bad.asError()
}

const countForms = "counts look like 50, 5k, 2M"

func parseCount(text string) (int64, *flaw) {
	number, size := text, int64(1)
	if text != "" {
		if i := strings.IndexByte("kMG", text[len(text)-1]); i >= 0 {
			number, size = text[:len(text)-1], []int64{1e3, 1e6, 1e9}[i]
		}
	}
	n, ok := scale(number, size)
	switch {
	case ok && n <= maxCount:
		return n, nil
	case strings.HasPrefix(text, "-"):
		return 0, &flaw{code: OutOfRange, text: fmt.Sprintf("%q is negative", text), hint: "counts begin with 0"}
	case strings.Trim(number, "0123456789") == "" && number != "":
		return 0, &flaw{code: OutOfRange, text: fmt.Sprintf("%q is too large", text), hint: "at most " + FormatCount(maxCount) + " is possible"}
	case strings.HasSuffix(text, "K") || strings.HasSuffix(text, "m"):
		return 0, flawed("thousands are written k, millions M", "%q is not a count", text)
	}
	return 0, flawed(countForms, "%q is not a count", text)
}

// maxCount keeps arithmetic with counts far from overflow.
const maxCount = 1e15

// atLeast is the form of a count of at least low and at most high.
func atLeast(low, high int64) form[int] {
	return form[int]{name: "count", looks: "1, 50, 5k", parse: func(text string) (int, *flaw) {
		n, bad := parseCount(text)
		switch {
		case bad != nil && bad.code == OutOfRange:
			bad.hint = fmt.Sprintf("%s to %s is possible", FormatCount(low), FormatCount(high))
		case bad != nil:
		case n < low:
			bad = &flaw{code: OutOfRange, text: fmt.Sprintf("%s is too small; at least %d is wanted", text, low)}
		case n > high:
			bad = &flaw{code: OutOfRange, text: fmt.Sprintf("%s is too large; at most %s is possible", text, FormatCount(high))}
		}
		return int(n), bad
	}}
}

var counts = form[int64]{
	name:  "count",
	looks: "50, 5k, 2M",
	about: "A whole number, also with k for thousands, M for millions or G for thousands of millions.",
	parse: parseCount,
}

// Percent is a share, in millionths: 30% is 300,000.
type Percent int

// Of is that share of n, rounded up, so that a share of something is never nothing unless it is 0%.
func (p Percent) Of(n int) int { return (n*int(p) + 999_999) / 1_000_000 }

// String prints 30%, 0.5%.
func (p Percent) String() string { return netsim.Share(p).String() }

// ParsePercent reads 30%, 0.5%: at most 100%, and not finer than a ten-thousandth of a percent.
func ParsePercent(text string) (Percent, error) {
	p, bad := parsePercent(text)
	return p, bad.asError()
}

func parsePercent(text string) (Percent, *flaw) {
	number, ok := strings.CutSuffix(text, "%")
	n, good := scale(number, 10_000)
	switch {
	case !ok && good:
		return 0, flawed("did you mean "+text+"%?", "%q has no percent sign", text)
	case !good:
		return 0, flawed("shares look like 30%, 0.5%", "%q is not a share", text)
	case n > 1_000_000:
		return 0, &flaw{code: OutOfRange, text: fmt.Sprintf("%s is more than all", text), hint: "all is 100%"}
	}
	return Percent(n), nil
}

var percents = form[Percent]{
	name:  "share",
	looks: "30%, 0.5%",
	about: "A part of something, in percent, down to 0.0001%.",
	parse: parsePercent,
}

// Pick is how many of the selected processes a fault takes. If it is not all, which ones is drawn.
type Pick struct {
	All   bool    // every one
	Count int     // so many, or all if there are not so many; 0 if All or Share says it
	Share Percent // that part, rounded up
}

// Of is how many of n are taken.
func (p Pick) Of(n int) int {
	switch {
	case p.All:
		return n
	case p.Count > 0:
		return min(p.Count, n)
	}
	return p.Share.Of(n)
}

// String prints all, one, 2 or 30%.
func (p Pick) String() string {
	switch {
	case p.All:
		return "all"
	case p.Count == 1:
		return "one"
	case p.Count > 0:
		return FormatCount(int64(p.Count))
	}
	return p.Share.String()
}

// ParsePick reads all, one, 2 or 30%.
func ParsePick(text string) (Pick, error) {
	p, bad := parsePick(text)
	return p, bad.asError()
}

func parsePick(text string) (Pick, *flaw) {
	switch {
	case text == "all":
		return Pick{All: true}, nil
	case text == "one":
		return Pick{Count: 1}, nil
	case strings.HasSuffix(text, "%"):
		share, bad := parsePercent(text)
		if bad == nil && share == 0 {
			bad = &flaw{code: OutOfRange, text: "0% picks nothing"}
		}
		return Pick{Share: share}, bad
	}
	n, bad := parseCount(text)
	switch {
	case bad != nil && bad.code == "":
		return Pick{}, flawed("possible are one, all, a count like 2 and a share like 30%", "%q does not say how many", text)
	case bad == nil && (n == 0 || n > math.MaxInt32):
		bad = &flaw{code: OutOfRange, text: fmt.Sprintf("%s cannot be picked", text), hint: "at least one process is picked"}
	}
	return Pick{Count: int(n)}, bad
}

var picks = form[Pick]{
	name:  "pick",
	looks: "all, one, 2, 30%",
	about: "How many of the selected processes are taken: all, one, a number (or all, if there are not so " +
		"many), a share (rounded up). Which ones is drawn.",
	parse: parsePick,
}

// IntRange is a whole number that is drawn for each use.
type IntRange struct{ Min, Max int64 }

// Draw draws a number; see Drawn.Draw.
func (x IntRange) Draw(choose func(n int) int) int64 {
	if x.Min == x.Max {
		return x.Min
	}
	return x.Min + int64(choose(int(x.Max-x.Min)+1))
}

// String prints 1..100.
func (x IntRange) String() string {
	return fmt.Sprintf("%d..%d", x.Min, x.Max)
}

func parseIntRange(text string) (IntRange, *flaw) {
	a, b, _ := strings.Cut(text, "..")
	low, bad := parseInt(a)
	if bad != nil {
		return IntRange{}, bad
	}
	high, bad := parseInt(b)
	if bad == nil && low > high {
		bad = flawed(fmt.Sprintf("did you mean %s..%s?", b, a), "%q ends before it begins", text)
	}
	return IntRange{low, high}, bad
}

// parseInt reads a whole number of either sign, or a count.
func parseInt(text string) (int64, *flaw) {
	digits, negative := strings.CutPrefix(text, "-")
	n, bad := parseCount(digits)
	if bad != nil {
		return 0, flawed("", "%q is not a whole number", text)
	}
	if negative {
		n = -n
	}
	return n, nil
}
