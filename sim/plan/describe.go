package plan

import (
	"fmt"
	"strconv"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Describe says in words what a deviation means in a run of package sim under the policy random: "<a/kv_store> is preempted in
// its 3rd slice after 7 reductions". names tells who an identity is, such as Names.Of; nil, or "" for an answer, is
// nobody knows.
func Describe(d choice.Deviation, names func(id uint64) string) string {
	return Words{Name: names}.Describe(d)
}

// Words say what deviations mean. The zero Words know no names.
type Words struct {
	// Name tells who an identity is; "": it is not known.
	Name func(id uint64) string
	// Delay tells how long a signal is under way for an answer of domain latency; ok is false if that is not known.
	Delay func(d choice.Deviation) (delay time.Duration, ok bool)
	// Policy is the scheduling policy's name, if it is not random: then an answer of domain order is a place, and not
	// a number of turns.
	Policy string
}

// Describe says what a deviation means.
func (w Words) Describe(d choice.Deviation) string {
	n, a, who := d.Key.N, d.Answer, w.who(d.Key)
	switch d.Key.Domain {
	case choice.Slice:
		return w.slice(who, n+1, a)
	case choice.Order:
		return w.order(who, n, a)
	case choice.Tie:
		if n == 1 {
			return fmt.Sprintf("%s comes late (%d)", who, a)
		}
		return fmt.Sprintf("of what is due at one instant, %s gives way to others (its rank is %d)", who, a)
	case choice.Latency:
		return w.latency(who, d)
	case choice.Fanout:
		return fmt.Sprintf("of those to be told of the end of %s the %s is told first (draw %d)", who, ordinal(a+1), n)
	case choice.Fault:
		return fmt.Sprintf("of %s, draw %d of what breaks is %d", who, n, a)
	case choice.Value:
		return fmt.Sprintf("%s takes the value %d in its draw %d", who, a, n)
	case choice.Buggify:
		if n == 0 {
			return fmt.Sprintf("%s is on in this run", who)
		}
		return fmt.Sprintf("%s fires when it is asked for the %s time", who, ordinal(n))
	case choice.Plan:
		return fmt.Sprintf("the run is laid out otherwise: draw %d of %s is %d", n, who, a)
	case choice.Rand:
		return fmt.Sprintf("%s gets %d from its %s draw", who, a, ordinal(n))
	}
	return fmt.Sprintf("draw %d of %s in domain %v is %d", n, who, d.Key.Domain, a)
}

// who names an identity, or spells it.
func (w Words) who(k choice.Key) string {
	if w.Name != nil {
		if name := w.Name(k.ID); name != "" {
			return name
		}
	}
	return fmt.Sprintf("%016x", k.ID)
}

func (w Words) slice(who string, nth, answer uint64) string {
	reductions := lengths[min(answer, uint64(len(lengths)-1))]
	if reductions == fullSlice {
		return fmt.Sprintf("%s has a full %s slice", who, ordinal(nth))
	}
	return fmt.Sprintf("%s is preempted in its %s slice after %s", who, ordinal(nth), count(int(reductions), "reduction"))
}

// order tells of a draw whose counter is how often the process was ready and, above that, how often
// it drew before, that time.
func (w Words) order(who string, n, answer uint64) string {
	nth := n&(1<<40-1) + 1
	if w.Policy != "" && w.Policy != "random" || answer >= uint64(len(waits)) {
		return fmt.Sprintf("%s is put back before its %s slice, by answer %d", who, ordinal(nth), answer)
	}
	again := ""
	if n>>40 != 0 {
		again = ", once more"
	}
	return fmt.Sprintf("%s waits %s before its %s slice%s", who, count(int(waits[answer]), "turn"), ordinal(nth), again)
}

func (w Words) latency(who string, d choice.Deviation) string {
	what := "the " + ordinal(d.Key.N) + " " + who
	if d.Key.N == 0 || d.Key.N >= 1<<32 { // it is counted otherwise
		what = "one " + who
	}
	if w.Delay != nil {
		if delay, ok := w.Delay(d); ok {
			return fmt.Sprintf("%s is %s under way", what, inWords(delay))
		}
	}
	if d.Answer < grain {
		return fmt.Sprintf("%s is under way for longer than %d %% of its kind", what, d.Answer*100/grain)
	}
	return fmt.Sprintf("%s is late (%d)", what, d.Answer)
}

// inWords is 40 ms rather than 40ms.
func inWords(d time.Duration) string {
	units := []struct {
		unit time.Duration
		name string
	}{{time.Second, "s"}, {time.Millisecond, "ms"}, {time.Microsecond, "µs"}, {1, "ns"}}
	for _, u := range units {
		if d >= u.unit {
			return strconv.FormatFloat(float64(d.Round(u.unit/1000))/float64(u.unit), 'f', -1, 64) + " " + u.name
		}
	}
	return "no time"
}

// ordinal is 1st, 2nd, 3rd…
func ordinal(n uint64) string {
	end := "th"
	if n%100/10 != 1 {
		switch n % 10 {
		case 1:
			end = "st"
		case 2:
			end = "nd"
		case 3:
			end = "rd"
		}
	}
	return strconv.FormatUint(n, 10) + end
}

// grain is how many answers the latency of a signal has (netsim.Grain).
const grain = 1 << 30

const fullSlice = 4000

// waits and lengths are what the answers of policy random mean: turns to wait, reductions in a slice. They are frozen in
// package scheduler, with which a test compares them.
var waits = [64]uint16{
	0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 15, 16, 17,
	18, 20, 21, 23, 24, 25, 27, 28, 30, 32, 33, 35, 37, 39, 40, 42,
	44, 46, 48, 51, 53, 55, 58, 60, 63, 65, 68, 71, 74, 78, 81, 85,
	89, 93, 97, 102, 107, 113, 119, 126, 133, 142, 151, 163, 177, 196, 222, 266,
}

var lengths = [64]uint16{
	4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000,
	4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000,
	3087, 2382, 1838, 1418, 1095, 845, 652, 503, 388, 300, 231, 178, 138, 106, 82, 63,
	49, 38, 29, 22, 17, 13, 10, 8, 6, 5, 4, 3, 2, 2, 1, 1,
}
