package check

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// State is what there is to say of a rule after a run.
type State uint8

// The states.
const (
	Undecided State = iota // the run was too short to tell, or there was nothing to judge
	Holds
	Broken
)

// String is the word for it.
func (s State) String() string {
	return [...]string{"undecided", "holds", "broken"}[s]
}

// Verdict is what became of a rule.
type Verdict struct {
	Rule      string
	Kind      string // always, never, eventually…: what sort of rule it is
	State     State
	At        time.Duration // when it was decided; of one that holds to the end, the end
	Got       string        // what was seen, or why it is undecided
	Key       string        // of a broken rule: in which way, without what differs from run to run
	Evaluated int           // how many times there was something to judge
	Margin    Margin        // how near it came to breaking
}

// Signature names the way in which a rule broke: its name and its key, numbers left out, and which life of its node a
// process is of. "" if it is not broken.
func (v Verdict) Signature() string {
	if v.State != Broken {
		return ""
	}
	if v.Key == "" {
		return v.Rule
	}
	return v.Rule + "/" + withoutNumbers(v.Key)
}

// lives are what stands behind the name of a node that was booted again: <b!2/kv>.
var lives = regexp.MustCompile(`![0-9]+/`)

// withoutNumbers writes # for every number, and leaves out lives.
func withoutNumbers(s string) string {
	var b strings.Builder
	digit := false
	for _, r := range lives.ReplaceAllString(s, "/") {
		is := r >= '0' && r <= '9'
		if is && !digit {
			b.WriteByte('#')
		} else if !is {
			b.WriteRune(r)
		}
		digit = is
	}
	return b.String()
}

// String tells the verdict in one line: one_owner broken at 6.2s: …
func (v Verdict) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %v", v.Rule, v.State)
	if v.State == Broken {
		fmt.Fprintf(&b, " at %v", v.At)
	}
	if v.Got != "" {
		b.WriteString(": " + v.Got)
	}
	if m := v.Margin.String(); m != "" && v.State != Broken {
		b.WriteString(" (" + m + ")")
	}
	return b.String()
}

// Margin is how near a rule came to breaking: the longest something took, or the most there ever was of it, against
// what is allowed. The zero Margin says nothing.
type Margin struct {
	Came    int64
	Allowed int64
	Time    bool // both are durations; otherwise they count
}

func span(came, allowed time.Duration) Margin { return Margin{int64(came), int64(allowed), true} }
func count(came, allowed int) Margin          { return Margin{int64(came), int64(allowed), false} }

// String prints it as 3s of 5s, or 7 of 10; "" if there is nothing to say.
func (m Margin) String() string {
	switch {
	case m == Margin{}:
		return ""
	case m.Time:
		return fmt.Sprintf("%v of %v", time.Duration(m.Came), time.Duration(m.Allowed))
	}
	return fmt.Sprintf("%d of %d", m.Came, m.Allowed)
}

// CutOff reports whether a run that stopped so was broken off although more would have happened.
func CutOff(s sim.Stop) bool {
	switch s {
	case sim.StopTime, sim.StopIdle, sim.StopQuiet:
		return false
	}
	return true
}
