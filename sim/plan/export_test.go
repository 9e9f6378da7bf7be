package plan

import "github.com/bedlam-sim/bedlam/sim/choice"

// Sealed is the token, right or wrong, whose bytes before the check sum these are.
func Sealed(body []byte) string { return Letters(Seal(body)) }

// Settle is settle.
func Settle(p Plan, drift []choice.Drift) Plan { return settle(p, drift) }

// Fewest is fewest without an end.
func Fewest(items []int, fails func(keep []int) bool) []int {
	return fewest(items, func() bool { return false }, nil, fails)
}
