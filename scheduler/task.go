package scheduler

import "fmt"

// Task is the number of a task, less than 1<<32-1. The caller hands numbers out, densely, for there is
// a record for each number up to the greatest; after Remove it may use one again.
type Task uint32

// nobody is no task.
const nobody = ^Task(0)

// Priority is the level of a task. The zero value is the ordinary one.
type Priority uint8

const (
	Normal Priority = iota
	Low
	High
	Max
)

// String is Erlang's word for the priority.
func (p Priority) String() string {
	if p > Max {
		return fmt.Sprintf("priority%d", uint8(p))
	}
	return [...]string{"normal", "low", "high", "max"}[p]
}

// lowFronts is how often a low task must come to the front (RESCHEDULE_LOW).
const lowFronts = 8

// A task's place: where it is, with the bucket if it is in one.
const (
	absent  uint16 = iota // not added, or removed
	asleep                // not queued: running, or waiting for something
	lone                  // queued, the only one of its level, in no bucket yet
	bucket0               // queued in bucket place-bucket0
)

// task is the record of a task, two to a cache line. Its links are meaningful only in
// a bucket: next for all but the tail, prev for all but the head.
type task struct {
	id         uint64
	readiness  uint64 // how often it was ready before, this time not counted
	next, prev Task
	place      uint16
	priority   Priority
	fronts     uint8  // a low task: how often it has come to the front in vain
	drawn      uint16 // PCT: the mark of the window in which its place was drawn; POS: how often it drew again
	standing   uint16 // PCT: its place in that window; POS and Timed: the mark of the round that was to come when it was put
}

// Add makes t a task, asleep. id is its stable identity, by which draws about it are
// keyed; their counters start at 0, so in one run no two tasks may share an id, even
// one after the other.
func (s *Scheduler) Add(t Task, id uint64) {
	for int(t) >= len(s.tasks) {
		s.tasks = append(s.tasks, task{})
	}
	k := &s.tasks[t]
	if k.place != absent {
		panic(fmt.Sprintf("scheduler: task %d added while %s", t, k.where()))
	}
	*k = task{id: id, place: asleep}
}

// Remove ends task t, wherever it is, and frees its number.
func (s *Scheduler) Remove(t Task) {
	k := &s.tasks[t]
	if k.place == absent {
		panic(fmt.Sprintf("scheduler: task %d removed while absent", t))
	}
	if k.place >= lone {
		s.level(k.priority).remove(s.tasks, t)
		if k.priority >= High {
			s.pressing--
		}
	}
	k.place = absent
}

// occasion is the counter of an Order draw: readiness, and far above it how often a
// low task was passed over in it, so that being passed over moves no later draw. Not
// in the top byte, which choice mixes with the domain: there it would make one draw
// out of two.
func (k *task) occasion() uint64 { return k.readiness | uint64(k.fronts)<<48 }

// where is k's place in words.
func (k *task) where() string {
	switch k.place {
	case absent:
		return "absent"
	case asleep:
		return "asleep"
	}
	return "queued"
}
