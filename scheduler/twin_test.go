package scheduler

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Levels of the twin, the most urgent first. Low is no level of its own.
const levels = 3

var levelOf = [...]uint8{Normal: 2, Low: 2, High: 1, Max: 0}

// twin is the dumb Scheduler: a slice of timers that is sorted and a slice of queued
// tasks that is searched. It makes every draw there is to make, also those that
// decide nothing, which shows that leaving them out changes nothing.
type twin struct {
	now    Time
	policy Policy
	source *choice.Source
	tasks  map[Task]*twinTask
	queues [levels][]Task // in order of putting
	turn   [levels]int
	puts   int
	timers []twinTimer // in order of age
}

type twinTask struct {
	id, n    uint64
	level    uint8
	low      bool
	fronts   uint64
	turn     int // its bucket, never wrapped
	put      int // when it got there
	isQueued bool
}

type twinTimer struct {
	when  Time
	alarm any
	id    uint64
	rank  int
}

func newTwin(c Config) *twin {
	return &twin{policy: c.Policy, source: c.Source, tasks: map[Task]*twinTask{}}
}

func (w *twin) add(t Task, id uint64) { w.tasks[t] = &twinTask{id: id} }

func (w *twin) remove(t Task) {
	w.unqueue(t)
	delete(w.tasks, t)
}

func (w *twin) unqueue(t Task) {
	k := w.tasks[t]
	if k.isQueued {
		k.isQueued = false
		w.queues[k.level] = slices.DeleteFunc(w.queues[k.level], func(u Task) bool { return u == t })
	}
}

func (w *twin) ready(t Task, p Priority) {
	k := w.tasks[t]
	k.level, k.low = levelOf[p], p == Low
	w.put(t)
}

func (w *twin) put(t Task) {
	k := w.tasks[t]
	k.turn = w.turn[k.level] + w.policy.Place(w.source, k.id, k.n|k.fronts<<48)
	k.put = w.puts
	w.puts++
	k.isQueued = true
	w.queues[k.level] = append(w.queues[k.level], t)
}

func (w *twin) pick() (Task, int32, bool) {
	for l := range w.queues {
		if len(w.queues[l]) == 0 {
			continue
		}
		for {
			t := slices.MinFunc(w.queues[l], func(a, b Task) int {
				x, y := w.tasks[a], w.tasks[b]
				if x.turn != y.turn {
					return x.turn - y.turn
				}
				return x.put - y.put
			})
			k := w.tasks[t]
			w.turn[l] = k.turn
			w.unqueue(t)
			if k.low && len(w.queues[l]) > 0 {
				if k.fronts++; k.fronts < 8 {
					w.put(t)
					continue
				}
			}
			k.fronts = 0
			k.n++
			return t, w.policy.Slice(w.source, k.id, k.n-1), true
		}
	}
	return 0, 0, false
}

func (w *twin) at(when Time, alarm any, id uint64) {
	w.timers = append(w.timers, twinTimer{max(when, w.now), alarm, id, w.policy.Rank(w.source, id)})
}

func (w *twin) cancel(alarm any) (Time, bool) {
	for i, t := range w.timers {
		if t.alarm == alarm {
			w.timers = slices.Delete(w.timers, i, i+1)
			return max(t.when-w.now, 0), true
		}
	}
	return 0, false
}

func (w *twin) next() (Time, bool) {
	if len(w.timers) == 0 {
		return 0, false
	}
	return w.timers[w.first()].when, true
}

func (w *twin) first() int {
	best := 0
	for i, t := range w.timers {
		if b := w.timers[best]; t.when < b.when || t.when == b.when && t.rank < b.rank {
			best = i
		}
	}
	return best
}

func (w *twin) due() bool {
	next, ok := w.next()
	return ok && next <= w.now
}

func (w *twin) pop() any {
	i := w.first()
	alarm := w.timers[i].alarm
	w.timers = slices.Delete(w.timers, i, i+1)
	return alarm
}

func (w *twin) advance(limit Time) bool {
	limit = max(limit, w.now)
	if next, ok := w.next(); ok && next <= limit {
		w.now = max(w.now, next)
		return true
	}
	w.now = limit
	return false
}
