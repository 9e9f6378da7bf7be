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
	course twinCourse // under PCT
	picks  int
	rounds int // under POS and Timed: one ends when somebody is picked who was put after its beginning
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
	isLone   bool   // queued without a bucket, under a policy with deadlines
	redraws  uint64 // under POS
	round    int    // how many rounds there had been when it was put; -1: it never was
}

type twinTimer struct {
	when  Time
	alarm any
	id    uint64
	rank  int
	lag   Time
}

func newTwin(c Config) *twin {
	return &twin{policy: c.Policy, source: c.Source, tasks: map[Task]*twinTask{}}
}

func (w *twin) add(t Task, id uint64) { w.tasks[t] = &twinTask{id: id, round: -1} }

func (w *twin) remove(t Task) {
	w.unqueue(t)
	delete(w.tasks, t)
}

func (w *twin) unqueue(t Task) {
	k := w.tasks[t]
	if k.isQueued {
		k.isQueued, k.isLone = false, false
		w.queues[k.level] = slices.DeleteFunc(w.queues[k.level], func(u Task) bool { return u == t })
	}
}

func (w *twin) ready(t Task, p Priority) {
	k := w.tasks[t]
	k.level, k.low = levelOf[p], p == Low
	if _, ok := w.pace(); ok {
		// Here who is alone may not draw beforehand: he has his deadline from when he gets a rival.
		if len(w.queues[k.level]) == 0 {
			k.isQueued, k.isLone = true, true
			w.queues[k.level] = append(w.queues[k.level], t)
			return
		}
		if first := w.queues[k.level][0]; w.tasks[first].isLone {
			w.unqueue(first)
			w.put(first)
		}
	}
	w.put(t)
}

func (w *twin) put(t Task) {
	k := w.tasks[t]
	k.turn = w.deadline(k)
	k.put, k.round = w.puts, w.rounds
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
			if !k.isLone {
				w.turn[l] = k.turn
			}
			w.unqueue(t)
			if k.low && len(w.queues[l]) > 0 {
				if k.fronts++; k.fronts < 8 {
					w.put(t)
					continue
				}
			}
			k.fronts = 0
			k.redraws = 0
			k.n++
			w.picks++
			if k.round == w.rounds {
				w.rounds++
			}
			if p, ok := w.policy.(PCT); ok {
				w.course.ran(p, w.source, k, len(w.queues[l]))
			}
			return t, w.policy.Slice(w.source, k.id, k.n-1), true
		}
	}
	return 0, 0, false
}

func (w *twin) at(when Time, alarm any, id uint64) {
	w.timers = append(w.timers, twinTimer{max(when, w.now), alarm, id, w.policy.Rank(w.source, id), 0})
}

func (w *twin) notBefore(when Time, alarm any, id uint64) {
	w.at(when, alarm, id)
	if p, ok := w.policy.(Timed); ok && p.Slack > 0 {
		t := &w.timers[len(w.timers)-1]
		t.lag = p.Slack * Time(lags[w.source.Choose(choice.Key{Domain: choice.Tie, ID: id, N: 1}, 64)]) / 511
		t.lag = min(t.lag, never-t.when)
		t.when += t.lag
	}
}

func (w *twin) cancel(alarm any) (Time, bool) {
	for i, t := range w.timers {
		if t.alarm == alarm {
			w.timers = slices.Delete(w.timers, i, i+1)
			return max(t.when-t.lag-w.now, 0), true
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

// pace is how many picks make a turn, or rounds, if the policy has deadlines.
func (w *twin) pace() (picks int, ok bool) {
	switch p := w.policy.(type) {
	case PCT:
		for picks = 64; picks*64 < p.Steps; picks *= 2 {
		}
		return picks, true
	case POS:
		return 4, true
	case Timed:
		return 1, true
	}
	return 0, false
}

// deadline is the bucket of a task: so far from that of whoever was taken last, or from now.
func (w *twin) deadline(k *twinTask) int {
	turn := &w.turn[k.level]
	n := k.n | k.fronts<<48 | k.redraws<<40
	picks, ok := w.pace()
	if !ok {
		return *turn + w.policy.Place(w.source, k.id, n)
	}
	now := w.rounds / picks
	if _, is := w.policy.(PCT); is {
		now = w.picks / picks
	}
	if *turn > now || len(w.queues[k.level]) == 0 {
		*turn = now
	}
	place := 0
	if p, ok := w.policy.(PCT); ok && k.fronts == 0 {
		place = w.course.place(p, w.source, k.id)
	} else if ok {
		place = 511 // and 0 under a dull source, which the twin is not compared under
	} else {
		place = w.policy.Place(w.source, k.id, n)
	}
	return min(now+place, *turn+Turns-1)
}

func (w *twin) raced(t Task) {
	k := w.tasks[t]
	if w.policy == (POS{}) && k.isQueued && len(w.queues[k.level]) > 1 && k.redraws < 255 {
		k.redraws++
		if w.policy.Place(w.source, k.id, k.n|k.fronts<<48|k.redraws<<40) > 0 {
			round := k.round
			w.unqueue(t)
			w.put(t)
			k.round = round
		}
	}
}

// twinCourse is the dumb course: it counts steps from the beginning and finds out anew each time in
// which window that is.
type twinCourse struct {
	steps, row int
	runner     uint64
	stands     map[uint64][2]int // by identity: in which window, and where
}

func (c *twinCourse) window(p PCT, step int) (window, in, length int) {
	for {
		if length = p.Steps; length == 0 {
			length = min(64<<window, 4096)
		}
		if step <= length {
			return window, step, length
		}
		step -= length
		window++
	}
}

func (c *twinCourse) place(p PCT, source *choice.Source, id uint64) int {
	window, _, _ := c.window(p, c.steps)
	if at, ok := c.stands[id]; !ok || at[0] != window {
		c.stand(id, window, p.Place(source, id, uint64(window)))
	}
	return c.stands[id][1]
}

func (c *twinCourse) stand(id uint64, window, place int) {
	if c.stands == nil {
		c.stands = map[uint64][2]int{}
	}
	c.stands[id] = [2]int{window, place}
}

func (c *twinCourse) ran(p PCT, source *choice.Source, k *twinTask, rivals int) {
	id := k.id
	if id != c.runner {
		c.runner, c.row = id, 0
	}
	if rivals == 0 {
		return
	}
	c.steps++
	c.row++
	window, _, length := c.window(p, c.steps)
	if p.Depth > 1 {
		point := source.Choose(choice.Key{Domain: choice.Order, ID: id, N: k.n - 1 | 1<<40}, length)
		for i := 1; i < p.Depth; i++ {
			if point == i {
				c.stand(id, window, 384+(i-1)*127/(p.Depth-1))
			}
		}
	}
	if c.row >= 64+source.Choose(choice.Key{Domain: choice.Plan, ID: choice.ID("pct"), N: uint64(window)}, 448) {
		c.stand(id, window, 511)
	}
}
