package scheduler

// Under PCT, POS and Timed a place is not how far from the turn of the moment a task is put, but how far from a
// turn that moves by itself, one in so many picks or rounds: a deadline. So a place is a priority, the same whoever
// ran last; it ages, since who comes later has a later deadline at the same place; and if all
// places are 0 deadlines only grow, and this is one FIFO list, as it must be.
//
// POS and Timed count rounds. One ends when somebody is picked who was put after its beginning: while everybody has
// place 0, whoever is ready runs once in each, and elsewhere none has more picks than there are tasks. So a task that
// is put back lets the others make so many steps each, whoever else there is: a failure that needs that, and no more of
// it, is still one when unrelated tasks are added. PCT's windows are long, and count picks.
//
// The ring has room for Turns deadlines from the first one on. If so many wait that the moving turn is
// further ahead than that, those who come are put at the end of it.

// deadlineTurns asks the policy for k's place and says how many turns ahead of q's turn it is.
func (s *Scheduler) deadlineTurns(q *queue, k *task) uint {
	if s.soul != pct {
		k.standing = s.comingRound()
	}
	return q.until(s.clock(), s.standing(k))
}

// clock is the turn that moves by itself.
func (s *Scheduler) clock() uint64 {
	if s.soul == pct {
		return s.slices >> s.pace
	}
	return s.rounds >> s.pace
}

// comingRound is the mark of those who are put now. Nobody who is put waits for so many rounds that his mark comes again.
// A lone task is not put, and keeps an old one: by chance, once in so many rounds, it is taken for the coming one, and a
// round ends early.
func (s *Scheduler) comingRound() uint16 { return uint16(s.rounds + 1) }

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
		s.ranRound(k)
	case timed:
		s.ranRound(k)
	}
}

// ranRound ends the round if k was put after its beginning.
func (s *Scheduler) ranRound(k *task) {
	if k.standing == s.comingRound() {
		s.rounds++
	}
}
