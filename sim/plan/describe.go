package plan

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/term"
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
		return fmt.Sprintf("of those to be told of the end of %s the %s is told first (draw %d)", who, term.Ordinal(a+1), n)
	case choice.Fault:
		return fmt.Sprintf("of %s, draw %d of what breaks is %d", who, n, a)
	case choice.Value:
		return fmt.Sprintf("%s takes the value %d in its draw %d", who, a, n)
	case choice.Buggify:
		if n == 0 {
			return fmt.Sprintf("%s is on in this run", who)
		}
		return fmt.Sprintf("%s fires when it is asked for the %s time", who, term.Ordinal(n))
	case choice.Plan:
		return fmt.Sprintf("the run is laid out otherwise: draw %d of %s is %d", n, who, a)
	case choice.Rand:
		return fmt.Sprintf("%s gets %d from its %s draw", who, a, term.Ordinal(n))
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
	reductions := scheduler.Random{}.Length(answer)
	if reductions == scheduler.FullSlice {
		return fmt.Sprintf("%s has a full %s slice", who, term.Ordinal(nth))
	}
	return fmt.Sprintf("%s is preempted in its %s slice after %s", who, term.Ordinal(nth), count(int(reductions), "reduction"))
}

// order tells of a draw whose counter is how often the process was ready and, above that, how often
// it drew before, that time.
func (w Words) order(who string, n, answer uint64) string {
	if policy, err := scheduler.ParsePolicy(w.Policy); err == nil {
		if p, is := policy.(scheduler.PCT); is {
			return pct(p, who, n, answer)
		}
	}
	nth := n&(1<<40-1) + 1
	turns, known := scheduler.Random{}.Wait(answer)
	if w.Policy != "" && w.Policy != "random" || !known {
		return fmt.Sprintf("%s is put back before its %s slice, by answer %d", who, term.Ordinal(nth), answer)
	}
	again := ""
	if n>>40 != 0 {
		again = ", once more"
	}
	return fmt.Sprintf("%s waits %s before its %s slice%s", who, count(turns, "turn"), term.Ordinal(nth), again)
}

// pct tells of one under PCT: whether a slice that was run is a change point, whose counter has bit 40; of a low task, the
// place when it was passed over so often; or the priority in the window that is the counter.
func pct(p scheduler.PCT, who string, n, answer uint64) string {
	nth := term.Ordinal(n&(1<<40-1) + 1)
	switch depth := uint64(cmp.Or(p.Depth, 3)); {
	case n>>48 != 0:
		return fmt.Sprintf("%s, which was passed over, goes to the end before its %s slice", who, nth)
	case n>>40 == 0:
		return fmt.Sprintf("%s has priority %d in window %d", who, answer, n+1)
	case answer == 0 || answer >= depth:
		return fmt.Sprintf("%s does not fall behind after its %s slice", who, nth)
	}
	return fmt.Sprintf("%s falls behind after its %s slice", who, nth)
}

func (w Words) latency(who string, d choice.Deviation) string {
	what := "the " + term.Ordinal(d.Key.N) + " " + who
	if d.Key.N == 0 || d.Key.N >= 1<<32 { // it is counted otherwise
		what = "one " + who
	}
	if w.Delay != nil {
		if delay, ok := w.Delay(d); ok {
			return fmt.Sprintf("%s is %s under way", what, inWords(delay))
		}
	}
	if d.Answer < netsim.Grain {
		return fmt.Sprintf("%s is under way for longer than %d %% of its kind", what, d.Answer*100/netsim.Grain)
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
