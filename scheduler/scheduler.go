// Package scheduler says what time it is and who runs next.
// It knows tasks by number, not what they do: no processes, no signals, no Erlang.
//
// # Contract
//
//   - A task is a number between Add and Remove. Ready queues it, Next takes the
//     next one out, Slice says how many reductions its slice has, Spend lets the time
//     pass that the slice took. Whoever took a task out calls Ready for it again if it
//     still wants to run: a task that is not queued is running or asleep, and which
//     of the two is no business of this package.
//   - Levels: a runnable Max task starves all below it, a High one Normal and Low.
//     Low tasks share the queue of the Normal ones but must come to its front
//     eight times before they run, unless nobody else is there. Priorities are never
//     inherited.
//   - Now moves forward in two places: Spend, and Advance to a timer's time (or to
//     the limit). Nothing else takes time, and nothing takes time back.
//   - Timers pop in order of their times, exactly. A time already past means now: the
//     timer is due at once, but still pops behind those that were due before.
//     Timers of one same instant pop in an order that is drawn, or oldest first under
//     a dull policy. Under Timed those set by NotBefore pop late; those set by At never do.
//   - Everything that could have been otherwise is asked of a [Policy], keyed by the
//     identity of the task or timer it is about. Adding a task moves no draw of
//     another, and all answers 0 are plain round robin, full slices, oldest first.
//   - A draw that decides nothing is not made: a task or timer with no rival asks
//     for no place among rivals.
//
// A Scheduler is not for concurrent use. In the steady state it allocates nothing;
// Reset makes it as new and keeps its memory. Broken rules (Ready for a task already
// queued, Pop with nothing due) panic: they are errors of the caller, not of a run.
package scheduler

import (
	"fmt"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Time is virtual time: nanoseconds since the world began. As a length it is
// the nanoseconds between two times.
type Time int64

// Config says how a scheduler decides. The zero value is Random without
// chance: round robin with full slices.
type Config struct {
	Source *choice.Source // where draws are answered; nil: all of them dull
	Policy Policy         // which draws are made; nil: Random
}

// A Scheduler is the clock, the ready queues and the timers of one world.
type Scheduler struct {
	now      Time
	pressing int  // queued tasks above the normal level
	soul     soul // policy, when it is one of ours: the hot path calls it directly
	source   *choice.Source
	policy   Policy

	slices   uint64 // picked since the beginning
	rounds   uint64 // since the beginning, under POS and Timed: see clock
	progress uint64 // slices when there was last progress
	fired    uint64 // timers popped since the beginning

	tasks             []task
	normal, high, max queue // low tasks are in normal
	wheel             wheel

	// What the policies with deadlines need.
	pace   uint8      // the logarithm of how many picks make a turn
	slack  Time       // of Timed
	late   []lateness // of the timers that lag, by node
	course course     // of PCT
}

// New returns a scheduler at time 0 without tasks or timers.
func New(c Config) *Scheduler {
	s := new(Scheduler)
	s.Reset(c)
	return s
}

// Reset makes s what New(c) returns, in place. Tasks and timers are gone; Timers
// of before the Reset mean nothing to it any more and must be forgotten.
func (s *Scheduler) Reset(c Config) {
	s.now, s.pressing = 0, 0
	s.slices, s.rounds, s.progress, s.fired = 0, 0, 0, 0
	s.embody(c)
	clear(s.tasks)
	s.tasks = s.tasks[:0]
	s.normal.reset()
	s.high.reset()
	s.max.reset()
	s.wheel.reset()
}

// Now is the time.
func (s *Scheduler) Now() Time { return s.now }

// Ready makes t runnable at priority p: it joins the queue of its level. It
// panics if t is queued already, for then somebody lost count of who runs.
func (s *Scheduler) Ready(t Task, p Priority) {
	k := &s.tasks[t]
	if k.place != asleep {
		panic(s.misused(t))
	}
	k.priority = p
	switch {
	case p >= High:
		s.pressing++
		s.join(s.level(p), t)
	case s.normal.length == 0:
		s.normal.only(t, k)
	default:
		s.join(&s.normal, t)
	}
}

// misused is what to panic with: apart from Ready, which is called too often to make room for words.
func (s *Scheduler) misused(t Task) string {
	return fmt.Sprintf("scheduler: task %d made ready while %s", t, s.tasks[t].where())
}

// join puts t into a queue.
func (s *Scheduler) join(q *queue, t Task) {
	if q.length == 0 {
		q.only(t, &s.tasks[t])
		return
	}
	if first := q.lone; first != nobody {
		q.lone = nobody
		s.put(q, first, &s.tasks[first])
	}
	q.length++
	s.put(q, t, &s.tasks[t])
}

// put asks where in q a task comes, and puts it there. The caller counts.
func (s *Scheduler) put(q *queue, t Task, k *task) {
	turns := uint(0)
	if s.soul != fifo {
		turns = s.turns(q, k)
	}
	q.put(s.tasks, t, turns)
}

// Next takes out the task that runs next. For how long is drawn by Slice, before anything else is asked of s; or, if
// SparesSlices, later, or not at all. It reports false if nobody can run.
func (s *Scheduler) Next() (t Task, ok bool) {
	q := &s.normal
	if s.pressing > 0 {
		q = s.mostPressing()
	}
	switch t = q.lone; {
	case t != nobody:
		q.length, q.lone = 0, nobody
	case q.length == 0:
		return 0, false
	default:
		q.length--
		t = q.take(s.tasks)
	}
	k := &s.tasks[t]
	if k.priority != Normal {
		t = s.concede(q, t)
		k = &s.tasks[t]
	}
	k.place = asleep
	k.readiness++
	s.slices++
	return t, true
}

// Slice draws for how many reductions t runs, which Next has given and which has not
// been made ready since.
func (s *Scheduler) Slice(t Task) int32 {
	k := &s.tasks[t]
	if s.soul == random {
		return Random{}.Slice(s.source, k.id, k.readiness-1)
	}
	return s.slice(k, k.readiness-1)
}

// SparesSlices says that a slice need not be asked for where it decides nothing: the
// policy remembers none, and nobody watches the draws.
func (s *Scheduler) SparesSlices() bool {
	return s.soul == fifo || s.soul == random && s.source.Bare()
}

// level is the queue of a priority.
func (s *Scheduler) level(p Priority) *queue {
	switch p {
	case Max:
		return &s.max
	case High:
		return &s.high
	case Normal, Low:
		return &s.normal
	}
	panic(fmt.Sprintf("scheduler: there is no priority %d", p))
}

// mostPressing is the first level above the normal one that has tasks.
func (s *Scheduler) mostPressing() *queue {
	if s.max.length > 0 {
		return &s.max
	}
	return &s.high
}

// concede settles for a task taken that is not of normal priority: one above
// presses no more, and a low one goes back seven times of eight that it comes to
// the front, if there is somebody to concede to, who is returned.
func (s *Scheduler) concede(q *queue, t Task) Task {
	for {
		k := &s.tasks[t]
		if k.priority >= High {
			s.pressing--
		}
		if k.priority != Low {
			return t
		}
		k.fronts++
		if k.fronts == lowFronts || q.length == 0 {
			k.fronts = 0
			return t
		}
		s.put(q, t, k)
		t = q.take(s.tasks)
	}
}

// Queued says whether t waits to be picked.
func (s *Scheduler) Queued(t Task) bool {
	return int(t) < len(s.tasks) && s.tasks[t].place >= lone
}

// Runnable is the number of queued tasks, on all levels.
func (s *Scheduler) Runnable() int {
	return s.max.length + s.high.length + s.normal.length
}

// Spend lets d pass: a slice ended that took so long.
func (s *Scheduler) Spend(d Time) {
	if d < 0 {
		panic("scheduler: time spent is negative")
	}
	s.now += d
}

// Slices is the number of tasks picked since the beginning.
func (s *Scheduler) Slices() uint64 { return s.slices }

// Stalled is the number of tasks picked since Progress was last called. A large one is the mark of a livelock.
func (s *Scheduler) Stalled() uint64 { return s.slices - s.progress }

// Progress says that the world got somewhere: Stalled counts from here.
func (s *Scheduler) Progress() { s.progress = s.slices }
