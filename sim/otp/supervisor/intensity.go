package supervisor

import (
	"fmt"
	"time"
)

// Intensity is how many restarts a supervisor puts up with in how long a time: one more, and it gives up.
// The zero Intensity is OTP's default, one restart in five seconds.
type Intensity struct {
	Max    int           // restarts allowed; 0 with a Period set means that the first restart is one too many
	Period time.Duration // whole seconds

	given bool // by Restarts: then it is what it says, even if that is nothing
}

// Restarts allows n restarts in a period: Restarts(0, time.Second) allows none. The period is a number of
// whole seconds, as in OTP; anything else is refused when the supervisor starts.
func Restarts(n int, period time.Duration) Intensity { return Intensity{n, period, true} }

// String prints the intensity as 5 in 10s.
func (i Intensity) String() string {
	i = i.orDefault()
	return fmt.Sprintf("%d in %v", i.Max, i.Period)
}

const (
	defaultMax    = 1
	defaultPeriod = 5 * time.Second
)

// orDefault puts OTP's defaults in the place of the zero Intensity.
func (i Intensity) orDefault() Intensity {
	if i == (Intensity{}) {
		return Restarts(defaultMax, defaultPeriod)
	}
	return i
}

// window counts the restarts that still matter. Restarts are told apart by the second in which they happen
// and by nothing finer, so it holds a count for each of those seconds: a ring, oldest first.
type window struct {
	ring  []tally
	first int // where the oldest is
	used  int
	total int
}

// tally is how many restarts happened in one second.
type tally struct {
	second int64
	n      int
}

// add counts a restart at now and reports whether it is within the intensity (SUP9): restarts count
// together if their seconds, not their times, lie no further apart than the period.
func (w *window) add(now time.Duration, in Intensity) bool {
	second := int64(now / time.Second)
	w.forget(second - int64(in.Period/time.Second))
	if last := w.last(); last != nil && last.second == second {
		last.n++
	} else {
		w.push(tally{second, 1})
	}
	w.total++
	return w.total <= in.Max
}

// forget drops what happened before a second.
func (w *window) forget(second int64) {
	for w.used > 0 && w.ring[w.first].second < second {
		w.total -= w.ring[w.first].n
		w.first = w.at(1)
		w.used--
	}
}

func (w *window) last() *tally {
	if w.used == 0 {
		return nil
	}
	return &w.ring[w.at(w.used-1)]
}

// at is the place i behind the oldest.
func (w *window) at(i int) int {
	if i += w.first; i >= len(w.ring) {
		i -= len(w.ring)
	}
	return i
}

func (w *window) push(t tally) {
	if w.used == len(w.ring) {
		w.grow()
	}
	w.ring[w.at(w.used)] = t
	w.used++
}

func (w *window) grow() {
	bigger := make([]tally, max(4, 2*len(w.ring)))
	for i := range w.used {
		bigger[i] = w.ring[w.at(i)]
	}
	w.ring, w.first = bigger, 0
}
