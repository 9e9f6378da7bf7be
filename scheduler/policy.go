package scheduler

import "github.com/bedlam-sim/bedlam/sim/choice"

// A Policy is a way of deviating from the dull schedule, which is: round robin,
// full slices, oldest first. It answers each question with the help of source, under a
// key made of its domain and the identity and counter it is given; it must ask
// for nothing else, and 0 must mean the dull answer, so that a run becomes simpler as
// answers become 0. A question is put only if the answer matters, and only once.
//
// A policy is a value: it says what is drawn, and serves many runs at once. What must be remembered of
// a run the scheduler remembers, for the policies of this package: under PCT, POS and Timed places are
// priorities, and not counted from whoever ran last. They print as ParsePolicy reads them.
type Policy interface {
	// Place says how many turns ahead a task is put that became ready: 0 is the end
	// of the line, and less than Turns. What is more turns ahead is run later
	// by that much.
	Place(source *choice.Source, id, n uint64) int

	// Slice says for how many reductions a task may run, 1 to FullSlice.
	Slice(source *choice.Source, id, n uint64) int32

	// Rank says where a timer comes among those of its instant: the least first, and
	// the oldest first among equals. 0 to Ranks-1.
	Rank(source *choice.Source, id uint64) int
}

// FullSlice is how many reductions a task may run if nothing else is decided
// (CONTEXT_REDS).
const FullSlice = 4000

// Ranks is how many places there are among timers of one instant.
const Ranks = 64

// soul tells our own policies apart, so that they are called directly: two draws
// through an interface cost 2 ns more, of 8 to 20 for a turn, and FIFO pays for none.
type soul uint8

const (
	other soul = iota
	fifo
	random
	pct // this one and those after it have deadlines
	pos
	timed
)

// soulOf is the soul of a policy that is no Portfolio.
func soulOf(p Policy) soul {
	switch p.(type) {
	case FIFO:
		return fifo
	case Random:
		return random
	case PCT:
		return pct
	case POS:
		return pos
	case Timed:
		return timed
	}
	return other
}

// embody sets what s works with from a Config.
func (s *Scheduler) embody(c Config) {
	p := c.Policy
	if p == nil {
		p = Random{}
	}
	if f, ok := p.(Portfolio); ok && c.Source != nil {
		p = f.Choose(c.Source)
	} else if ok {
		p = FIFO{}
	}
	s.soul, s.source, s.policy = soulOf(p), c.Source, p
	switch {
	case s.soul == fifo, s.soul != other && s.source == nil:
		s.soul, s.source, s.policy = fifo, nil, FIFO{}
	case s.source == nil:
		s.source = choice.Dull()
	}
	s.late = s.late[:0]
	s.pace = 0
	switch p := s.policy.(type) {
	case PCT:
		s.pace = p.pace()
		s.course.begin(p)
	case POS:
		s.pace = posPace
	case Timed:
		s.slack = p.Slack
	}
}

// Policy is the policy of this run: the one configured, or the one that a Portfolio chose. Without a
// source there is nothing to decide, and it is FIFO.
func (s *Scheduler) Policy() Policy { return s.policy }

// turns asks how many turns ahead in q k is put.
func (s *Scheduler) turns(q *queue, k *task) uint {
	if s.soul == random {
		return uint(Random{}.Place(s.source, k.id, k.occasion()))
	}
	if s.soul > random {
		return s.deadlineTurns(q, k)
	}
	turns := s.policy.Place(s.source, k.id, k.occasion())
	if turns < 0 || turns >= Turns {
		panic("scheduler: a policy placed a task further ahead than there are turns")
	}
	return uint(turns)
}

// slice asks for how long a task runs the n-th time.
func (s *Scheduler) slice(k *task, n uint64) int32 {
	if s.soul == fifo {
		return FullSlice
	}
	s.ran(k)
	reductions := s.policy.Slice(s.source, k.id, n)
	if reductions < 1 || reductions > FullSlice {
		panic("scheduler: a policy drew a slice of impossible length")
	}
	return reductions
}

// rank asks where a timer comes in its instant.
func (s *Scheduler) rank(id uint64) uint {
	if s.soul == random {
		return uint(Random{}.Rank(s.source, id))
	}
	r := s.policy.Rank(s.source, id)
	if r < 0 || r >= Ranks {
		panic("scheduler: a policy gave a timer an impossible rank")
	}
	return uint(r)
}
