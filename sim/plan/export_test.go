package plan

import "github.com/bedlam-sim/bedlam/sim/choice"

// Sealed is the token, right or wrong, whose bytes before the check sum these are.
func Sealed(body []byte) string { return Letters(Seal(body)) }

// Turns and Reductions are what answers mean under the policy random.
func Turns(answer int) int                     { return int(waits[answer]) }
func Reductions(answer int) int32              { return int32(lengths[answer]) }
func Ordinal(n uint64) string                  { return ordinal(n) }
func Settle(p Plan, drift []choice.Drift) Plan { return settle(p, drift) }

// Fewest is fewest without an end.
func Fewest(items []int, fails func(keep []int) bool) []int {
	return fewest(items, func() bool { return false }, nil, fails)
}
