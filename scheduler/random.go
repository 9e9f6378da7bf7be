package scheduler

import "github.com/bedlam-sim/bedlam/sim/choice"

// Random runs whoever it is, for however long it is: each of the runnable tasks of
// a level is about equally likely to be next, whoever ran last; half of the slices
// are full and the others of every order of magnitude down to a single reduction; and
// timers of one instant come in any order.
type Random struct{}

// String is random.
func (Random) String() string { return "random" }

// Place draws an exponential waiting time, so that the pick has no memory.
func (Random) Place(source *choice.Source, id, n uint64) int {
	return int(waits[source.Choose(choice.Key{Domain: choice.Order, ID: id, N: n}, len(waits))])
}

// Slice draws a full slice, or in half of the cases one of a length that is uniform
// on a logarithmic scale.
func (Random) Slice(source *choice.Source, id, n uint64) int32 {
	return int32(lengths[source.Choose(choice.Key{Domain: choice.Slice, ID: id, N: n}, len(lengths))])
}

// Wait is how many turns a task waits that draws an answer in Place. Other policies have answers that this one has
// not; of those ok is false.
func (Random) Wait(answer uint64) (turns int, ok bool) {
	if answer >= uint64(len(waits)) {
		return 0, false
	}
	return int(waits[answer]), true
}

// Length is for how many reductions a task may run that draws an answer in Slice. What is more than the greatest
// answer is as that.
func (Random) Length(answer uint64) (reductions int32) {
	return int32(lengths[min(answer, uint64(len(lengths)-1))])
}

// Rank draws each place alike. Two timers tie again once in Ranks times, and
// then the older one is first.
func (Random) Rank(source *choice.Source, id uint64) int {
	return source.Choose(choice.Key{Domain: choice.Tie, ID: id}, Ranks)
}

// waits are the 64-quantiles of an exponential distribution with mean 64 turns:
// round(-64*ln(1-i/64)). As a table and not a formula because a seed must mean
// the same run on every machine; the numbers are frozen with it.
//
// The mean is as many turns as there are answers, so that the shortest waits are
// a turn apart. Of more than 64 tasks some share a bucket, and the coarser order among
// those is first come, first served.
var waits = [64]uint16{
	0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 15, 16, 17,
	18, 20, 21, 23, 24, 25, 27, 28, 30, 32, 33, 35, 37, 39, 40, 42,
	44, 46, 48, 51, 53, 55, 58, 60, 63, 65, 68, 71, 74, 78, 81, 85,
	89, 93, 97, 102, 107, 113, 119, 126, 133, 142, 151, 163, 177, 196, 222, 266,
}

// lengths are 32 full slices and 32 that fall by the same factor each, down to 1:
// round(4000^(1-(i+1)/32)). Frozen too.
var lengths = [64]uint16{
	4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000,
	4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 4000,
	3087, 2382, 1838, 1418, 1095, 845, 652, 503, 388, 300, 231, 178, 138, 106, 82, 63,
	49, 38, 29, 22, 17, 13, 10, 8, 6, 5, 4, 3, 2, 2, 1, 1,
}
