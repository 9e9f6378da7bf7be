package plan

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// heading is the first line of a plan's text, with the version of its form.
const heading = "bedlam plan 1"

// Format prints the plan as text that Parse reads: a line for each thing it says, in a fixed order, so that two
// plans can be compared line by line.
//
//	bedlam plan 1
//	dull
//	for 1.5s
//	without 2
//	latency/00000000deadbeef/3=7
//
// The second line is dull, or seed and a number. Between # and the end of a line anything may stand.
func (p Plan) Format() string { return p.Annotate(nil) }

// Annotate is Format with a comment behind each deviation that says has words for, such as those of Words.Describe.
func (p Plan) Annotate(says func(d choice.Deviation) string) string {
	p = p.Canonical()
	var b strings.Builder
	b.WriteString(heading + "\n")
	if p.Dull {
		b.WriteString("dull\n")
	} else {
		b.WriteString("seed " + strconv.FormatUint(p.Seed, 10) + "\n")
	}
	if p.For > 0 {
		b.WriteString("for " + p.For.String() + "\n")
	}
	for _, place := range p.Without {
		fmt.Fprintf(&b, "without %d\n", place)
	}
	for _, d := range p.Deviations {
		b.WriteString(d.String())
		if says != nil {
			if words := oneLine(says(d)); words != "" {
				b.WriteString(" # " + words)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// oneLine is text without line breaks.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// String prints what kind of plan it is, and how much of it there is.
func (p Plan) String() string {
	base := "dull"
	if !p.Dull {
		base = "seed " + choice.FormatSeed(p.Seed)
	}
	if n := len(p.Deviations); n > 0 {
		base += ", " + count(n, "deviation")
	}
	if n := len(p.Without); n > 0 {
		base += ", " + strconv.Itoa(n) + " left out"
	}
	if p.For > 0 {
		base += ", for " + p.For.String()
	}
	return base
}

func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return strconv.Itoa(n) + " " + of + "s"
}
