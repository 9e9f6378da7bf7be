package scheduler

import "github.com/bedlam-sim/bedlam/sim/choice"

// A Policy is a way of deviating from the dull schedule, which is: round robin,
// full slices, oldest first. It answers each question with the help of source, under a
// key made of its domain and the identity and counter it is given; it must ask
// for nothing else, and 0 must mean the dull answer, so that a run becomes simpler as
// answers become 0. A question is put only if the answer matters, and only once.
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
)

// embody makes of a Config what a scheduler works with.
func embody(c Config) (soul, *choice.Source, Policy) {
	if c.Policy == nil {
		c.Policy = Random{}
	}
	_, isRandom := c.Policy.(Random)
	_, isFIFO := c.Policy.(FIFO)
	switch {
	case isFIFO, isRandom && c.Source == nil:
		return fifo, nil, FIFO{}
	case isRandom:
		return random, c.Source, c.Policy
	case c.Source == nil:
		c.Source = choice.Dull()
	}
	return other, c.Source, c.Policy
}

// turns asks how many turns ahead k is put.
func (s *Scheduler) turns(k *task) uint {
	if s.soul == random {
		return uint(Random{}.Place(s.source, k.id, k.occasion()))
	}
	turns := s.policy.Place(s.source, k.id, k.occasion())
	if turns < 0 || turns >= Turns {
		panic("scheduler: a policy placed a task further ahead than there are turns")
	}
	return uint(turns)
}

// slice asks for how long a task runs.
func (s *Scheduler) slice(id, n uint64) int32 {
	if s.soul == random {
		return Random{}.Slice(s.source, id, n)
	}
	reductions := s.policy.Slice(s.source, id, n)
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
