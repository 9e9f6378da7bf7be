package scheduler

// Timer names a pending timer. The zero Timer names none. When its timer has popped
// or was cancelled a Timer names none either, whatever its place was used for since.
type Timer struct{ index, serial uint32 }

// At sets a timer to pop alarm when the time has come; a time already past means now.
// It never pops from here: that takes a Pop.
//
// id is the timer's stable identity, by which its rank among those of one instant is
// drawn. It must not be used for two timers of one run: they would always have the
// same rank. An alarm that is a pointer costs no allocation.
func (s *Scheduler) At(when Time, alarm any, id uint64) Timer {
	if when < s.now {
		when = s.now
	}
	return s.wheel.add(s.now, when, alarm, id)
}

// Cancel takes a timer back and says how long it would have had. It reports false if
// there is no such timer any more.
func (s *Scheduler) Cancel(t Timer) (left Time, ok bool) {
	if left, ok = s.Left(t); ok {
		s.wheel.remove(t.index)
	}
	return left, ok
}

// Left says how long a timer still has; 0 if it is due. It reports false if there is
// no such timer any more.
func (s *Scheduler) Left(t Timer) (left Time, ok bool) {
	if !s.wheel.holds(t) {
		return 0, false
	}
	return max(s.deadline(t.index)-s.now, 0), true
}

// Due says whether a timer's time has come.
func (s *Scheduler) Due() bool {
	return s.wheel.bound <= s.now && s.wheel.reach(s.now)
}

// Pop takes out the timer that is first among those due. It panics if none is.
func (s *Scheduler) Pop() (alarm any) {
	if !s.wheel.reach(s.now) {
		panic("scheduler: Pop with no timer due")
	}
	if s.soul != fifo && s.wheel.tied() {
		// Those set for this instant after its first timer popped join the others now.
		s.wheel.rank(s.rank)
	}
	s.fired++
	return s.wheel.pop()
}

// NextTimer is the time at which the earliest timer pops; it reports false if there is none.
// It may look at many timers: to get on, ask Advance.
func (s *Scheduler) NextTimer() (Time, bool) {
	if s.wheel.count == 0 {
		return 0, false
	}
	return s.wheel.earliest(), true
}

// Advance lets time pass while nobody can run: to the earliest timer if its time is
// not after limit, and then it reports true; to limit otherwise. If a timer is due
// already no time passes.
func (s *Scheduler) Advance(limit Time) bool {
	limit = max(limit, s.now)
	if s.wheel.bound <= limit && s.wheel.reach(limit) {
		s.now = max(s.now, s.wheel.bound)
		return true
	}
	s.now = limit
	return false
}

// Each calls f for every pending timer with the time that it was set for, in no order that means anything. f must set
// and cancel none.
func (s *Scheduler) Each(f func(alarm any, when Time)) {
	for i := 1; i < len(s.wheel.nodes); i++ { // 0 is nobody
		if n := &s.wheel.nodes[i]; n.serial != 0 {
			f(n.alarm, s.deadline(uint32(i)))
		}
	}
}

// Timers is the number of pending timers.
func (s *Scheduler) Timers() int { return s.wheel.count }

// Fired is the number of timers popped since the beginning.
func (s *Scheduler) Fired() uint64 { return s.fired }
