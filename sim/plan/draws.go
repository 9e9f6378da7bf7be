package plan

import (
	"cmp"
	"slices"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// This file leaves out deviations: those of whole domains first, then of identities, then single ones.

// few is how many deviations are good enough not to try another way.
const few = 2

// draws leaves out the deviations that the failure does not need.
func (s *shrinker) draws() {
	s.doing = "leaving out whole domains"
	s.groups(func(k choice.Key) choice.Key { return choice.Key{Domain: k.Domain} })
	s.doing = "leaving out whole identities"
	s.groups(func(k choice.Key) choice.Key { return choice.Key{ID: k.ID} })
	from, outcome := s.best, s.outcome
	s.doing = "leaving out draws"
	s.inOrder(s.asked)
	s.singles()
	best, bestOutcome := s.best, s.outcome
	for _, order := range []func(a, b choice.Deviation) int{s.lastAsked, byKey} {
		if len(best.Deviations) <= few || s.exhausted() {
			break
		}
		// Another order may find another, smaller set. Of what had been left before.
		s.best, s.outcome = from, outcome
		s.inOrder(order)
		s.singles()
		if len(s.best.Deviations) < len(best.Deviations) {
			best, bestOutcome = s.best, s.outcome
		}
	}
	s.best, s.outcome = best, bestOutcome
	s.pairs()
	s.merge()
}

func (s *shrinker) asked(a, b choice.Deviation) int {
	return cmp.Compare(s.order[a.Key].at, s.order[b.Key].at)
}

func (s *shrinker) lastAsked(a, b choice.Deviation) int { return s.asked(b, a) }

func byKey(a, b choice.Deviation) int { return compareKeys(a.Key, b.Key) }

// groups leaves out deviations in groups: all that have the same of what the function gives.
func (s *shrinker) groups(of func(k choice.Key) choice.Key) {
	at := map[choice.Key]int{}
	var groups [][]choice.Deviation
	for _, d := range s.inAskingOrder() {
		g := of(d.Key)
		i, ok := at[g]
		if !ok {
			i = len(groups)
			at[g] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], d)
	}
	if len(groups) < 2 {
		return
	}
	fewest(groups, s.exhausted, nil, func(keep [][]choice.Deviation) bool {
		return s.failsWith(slices.Concat(keep...))
	})
}

func (s *shrinker) inAskingOrder() []choice.Deviation {
	ds := slices.Clone(s.best.Deviations)
	slices.SortFunc(ds, s.asked)
	return ds
}

// inOrder leaves out single deviations and ranges of them, in an order. In that of asking, what is left of the run up to
// the last one kept is the run as it was.
func (s *shrinker) inOrder(order func(a, b choice.Deviation) int) {
	ds := slices.Clone(s.best.Deviations)
	slices.SortFunc(ds, order)
	fewest(ds, s.exhausted, s.void, s.failsWith)
}

// void reports whether a deviation is none of the best plan's.
func (s *shrinker) void(d choice.Deviation) bool {
	_, found := slices.BinarySearchFunc(s.best.Deviations, d, byKey)
	return !found
}

// failsWith tries the best plan with other deviations.
func (s *shrinker) failsWith(ds []choice.Deviation) bool {
	p := s.best
	p.Deviations = ds
	return s.fails(p)
}

// singles leaves out one deviation after the other, until none can be left out.
func (s *shrinker) singles() {
	for again := true; again && !s.exhausted(); {
		again = false
		for i := len(s.best.Deviations) - 1; i >= 0 && !s.exhausted(); i-- {
			if i < len(s.best.Deviations) && s.failsWith(slices.Delete(slices.Clone(s.best.Deviations), i, i+1)) {
				again = true
			}
		}
	}
}

// mostPaired is up to how many deviations are left out in pairs.
const mostPaired = 8

// pairs leaves out two deviations at a time: where one makes up for the other none can be left out alone.
func (s *shrinker) pairs() {
	for again := true; again; {
		again = false
		ds := s.best.Deviations
		if len(ds) < 2 || len(ds) > mostPaired {
			return
		}
	search:
		for i := range ds {
			for j := range i {
				rest := slices.Delete(slices.Delete(slices.Clone(ds), i, i+1), j, j+1)
				if again = s.failsWith(rest); again {
					s.singles()
					break search
				}
			}
		}
	}
}

// mostMerged is up to how many deviations are merged.
const mostMerged = 12

// merge leaves one deviation out and lets another do its work: a process that waits twice may as well wait longer. It is for
// what is hard to shrink, and leaves a quarter of the budget.
func (s *shrinker) merge() {
	s.doing = "merging draws"
	for again := true; again && len(s.best.Deviations) > few && len(s.best.Deviations) <= mostMerged; {
		again = s.shift() || s.mergeOne(true) || s.mergeOne(false)
	}
}

// shift leaves one deviation out and moves the later ones of its identity by one: who is not preempted is scheduled
// once less.
func (s *shrinker) shift() bool {
	ds := s.best.Deviations
	for out := range ds {
		gone := ds[out].Key
		for _, by := range []int{-1, 1} {
			moved := false
			var changed []choice.Deviation
			for i, d := range ds {
				if i == out {
					continue
				}
				if d.Key.ID == gone.ID && d.Key.N > gone.N {
					d.Key.N += uint64(by)
					moved = true
				}
				changed = append(changed, d)
			}
			if moved && !s.thrifty() && s.failsWith(changed) {
				s.singles()
				return true
			}
		}
	}
	return false
}

// mergeOne merges two deviations, of the same identity or of two.
func (s *shrinker) mergeOne(alike bool) bool {
	ds := s.best.Deviations
	for out := len(ds) - 1; out >= 0; out-- {
		for i, d := range ds {
			if i == out || alike != (d.Key.ID == ds[out].Key.ID) {
				continue
			}
			for _, answer := range s.answers(d) {
				changed := slices.Clone(ds)
				changed[i].Answer = answer
				if !s.thrifty() && s.failsWith(slices.Delete(changed, out, out+1)) {
					s.singles()
					return true
				}
			}
		}
	}
	return false
}

// thrifty reports whether what is left of the budget is for other things.
func (s *shrinker) thrifty() bool { return s.spent >= s.budget*3/4 }

// answers are some other answers than a deviation's, far apart.
func (s *shrinker) answers(d choice.Deviation) (list []uint64) {
	of := s.order[d.Key].of
	if of < 3 {
		return nil
	}
	for _, eighths := range []uint64{8, 6, 4, 2, 1} {
		if answer := (of - 1) / 8 * eighths; answer != d.Answer && answer > 0 {
			list = append(list, answer)
		}
	}
	return list
}
