package plan

import "slices"

// lower brings each answer as near to the dull one as it may come, exactly if it is below 128, else with six bits of
// precision: the least fault that is still one reads best.
func (s *shrinker) lower() {
	s.doing = "lowering answers"
	for i := len(s.best.Deviations) - 1; i >= 0 && !s.hasty(); i-- {
		if i < len(s.best.Deviations) {
			s.lowerOne(i)
		}
	}
}

func (s *shrinker) lowerOne(i int) {
	d := s.best.Deviations[i]
	try := func(answer uint64) bool { return s.answered(i, answer) }
	// That 0 passes is known, or it would have been left out.
	if d.Answer <= 1 || try(1) {
		return
	}
	lo, hi := uint64(1), d.Answer
	for hi-lo > max(1, hi/64) && !s.hasty() {
		mid := lo + (hi-lo)/2
		if !try(mid) {
			lo = mid
			continue
		}
		if i >= len(s.best.Deviations) || s.best.Deviations[i].Key != d.Key {
			return // others are not needed any more, and have moved it
		}
		hi = s.best.Deviations[i].Answer
	}
}

// answered tries another answer of the best plan's i-th deviation.
func (s *shrinker) answered(i int, answer uint64) bool {
	ds := slices.Clone(s.best.Deviations)
	ds[i].Answer = answer
	return s.failsWith(ds)
}
