package scheduler

// Under PCT, POS and Timed a place is not how far from the turn of the moment a task is put, but how far from a
// turn that moves by itself, one in so many picks: a deadline. So a place is a priority, the same whoever
// ran last; it ages, since who comes later has a later deadline at the same place; and if all
// places are 0 deadlines only grow, and this is one FIFO list, as it must be.
//
// The ring has room for Turns deadlines from the first one on. If so many wait that the moving turn is
// further ahead than that, those who come are put at the end of it.

// deadlineTurns asks the policy for k's place and says how many turns ahead of q's turn it is.
func (s *Scheduler) deadlineTurns(q *queue, k *task) uint {
	return q.until(s.slices>>s.pace, s.standing(k))
}

// standing asks the policy for k's place.
func (s *Scheduler) standing(k *task) uint {
	switch s.soul {
	case pct:
		return s.course.place(s.source, k)
	case pos:
		return uint(POS{}.Place(s.source, k.id, k.draw()))
	}
	return uint(Timed{}.Place(s.source, k.id, k.occasion()))
}

// until says how many turns ahead the deadline is that is so many after turn now, and moves q's turn there from where
// that is counted: to the first deadline there may be, but not past now, for earlier ones may yet come.
func (q *queue) until(now uint64, place uint) uint {
	// No task was put since q.since was true, so q.turn has gone less than once round since.
	q.since += uint64((q.turn - uint(q.since)) % Turns)
	if q.since > now || q.full == [len(q.full)]uint64{} {
		q.since = now
	}
	q.turn = uint(q.since % Turns)
	return uint(min(now-q.since+uint64(place), Turns-1))
}

// ran notes what a policy must know of a task that was picked from q.
func (s *Scheduler) ran(k *task) {
	switch s.soul {
	case pct:
		s.course.ran(s.source, k, s.level(k.priority).length)
	case pos:
		k.drawn = 0
	}
}
