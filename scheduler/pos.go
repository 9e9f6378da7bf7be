package scheduler

import "github.com/bedlam-sim/bedlam/sim/choice"

// POS is partial order sampling: whoever becomes ready draws a priority, the first runs, and who has
// raced with him draws again. One slow task against a chain of L slices of others is found in one of L+1
// runs, where Random takes 2^L.
//
// From Yuan, Yang, Gu: Partial Order Aware Concurrency Sampling, CAV 2018; that the old gain on the young is from
// Yuan, Yang: Effective Concurrency Testing for Distributed Systems, ASPLOS 2020. What is otherwise here:
//
//   - An event is a task's slice, so a task draws anew each time it becomes ready.
//   - A scheduler does not see who races with whom. It is told by [Scheduler.Raced]; without it this is
//     basic POS, that is, priorities without second draws.
//   - There are 512 priorities; those of one priority are first come, first served.
//   - Nobody starves: who waits gains on those who come later, by one place in each 4 rounds of at most n-1 picks, so that of
//     n queued tasks none waits for more than 512*4*n picks unless it is drawn again; a low one, for eight times that.
type POS struct{}

// posPace: 4 rounds make a turn.
const posPace = 2

// maxRedraws is how often a task draws again before it runs; its races after those count no more. More would
// leave the byte that the key of the draw has for them, and no task could be pushed back for ever.
const maxRedraws = 255

// String is pos.
func (POS) String() string { return "pos" }

// Place draws a priority, of which 0 is the first.
func (POS) Place(source *choice.Source, id, n uint64) int {
	return source.Choose(choice.Key{Domain: choice.Order, ID: id, N: n}, Turns)
}

// Slice is drawn as under Random.
func (POS) Slice(source *choice.Source, id, n uint64) int32 { return Random{}.Slice(source, id, n) }

// Rank is drawn as under Random.
func (POS) Rank(source *choice.Source, id uint64) int { return Random{}.Rank(source, id) }

// Raced says that what the running task has done and what t will do cannot be swapped: a message was sent
// to t, or both touch one thing. If t waits among rivals, and the policy is POS, it draws its place
// again, where 0 is the one it has; otherwise nothing happens.
func (s *Scheduler) Raced(t Task) {
	if s.soul == pos {
		s.redraw(t)
	}
}

func (s *Scheduler) redraw(t Task) {
	k := &s.tasks[t]
	if k.place < bucket0 || k.drawn == maxRedraws {
		return
	}
	q := s.level(k.priority)
	if q.length == 1 {
		return
	}
	k.drawn++
	place := s.standing(k)
	if place == 0 {
		return
	}
	q.remove(s.tasks, t)
	q.length++
	q.put(s.tasks, t, q.until(s.clock(), place))
}

// draw is the counter of an Order draw under POS.
func (k *task) draw() uint64 { return k.occasion() | uint64(k.drawn)<<40 }
