package reports

import (
	"encoding/json"
	"fmt"
	"math/bits"
)

// Availability is how often those who called were answered. Calls that are still under way do not count, nor
// do casts, which nobody answers.
type Availability struct {
	Answered int // calls
	Failed   int // calls that timed out, or failed in another way
}

// Availability is that of those whom the clients of the workload called.
func (w Workload) Availability() Availability {
	return Availability{Answered: w.Replies, Failed: w.Timeouts + w.Errors}
}

// Availability is that of all calls of the run together.
func (r *Run) Availability() Availability { return availability(r.Workloads) }

// Availability is that of all calls of all runs together.
func (s *Summary) Availability() Availability { return availability(s.Workloads) }

func availability(all []Workload) Availability {
	var sum Availability
	for _, w := range all {
		a := w.Availability()
		sum.Answered += a.Answered
		sum.Failed += a.Failed
	}
	return sum
}

// Calls is how many calls have come to an end.
func (a Availability) Calls() int { return a.Answered + a.Failed }

// Nines is the availability in nines: 3 if 99.9 % of the calls were answered, at least. Where none failed it is
// as if one had, for then there may be more nines than so few calls can show.
func (a Availability) Nines() int {
	nines := 0
	for n := max(a.Failed, 1); n <= a.Calls()/10; n *= 10 {
		nines++
	}
	return nines
}

// Percent is the share of calls that were answered, in percent: 99.987, or 100. It has a digit more than there
// are nines behind the point, two at least, and is never rounded up.
func (a Availability) Percent() string {
	switch {
	case a.Calls() == 0:
		return ""
	case a.Failed == 0:
		return "100"
	}
	digits, scale := min(max(a.Nines()-1, 2), 7), uint64(1)
	for range digits {
		scale *= 10
	}
	high, low := bits.Mul64(uint64(a.Answered), 100*scale)
	share, _ := bits.Div64(high, low, uint64(a.Calls()))
	return fmt.Sprintf("%d.%0*d", share/scale, digits, share%scale)
}

// String is the availability in words: 99.987 % of 23456 calls answered: 3 nines.
func (a Availability) String() string {
	if a.Calls() == 0 {
		return "no calls"
	}
	more := ""
	if a.Failed == 0 {
		more = " or more"
	}
	return a.Percent() + " % of " + plural(a.Calls(), "call") + " answered: " + plural(a.Nines(), "nine") + more
}

// MarshalJSON prints the counts, the percentage as a number, and the nines.
func (a Availability) MarshalJSON() ([]byte, error) {
	out := struct {
		Answered int              `json:"answered"`
		Failed   int              `json:"failed"`
		Percent  *json.RawMessage `json:"percent,omitempty"`
		Nines    int              `json:"nines"`
	}{Answered: a.Answered, Failed: a.Failed, Nines: a.Nines()}
	if p := json.RawMessage(a.Percent()); len(p) > 0 {
		out.Percent = &p
	}
	return json.Marshal(out)
}
