package sim

import "github.com/bedlam-sim/bedlam/sim/choice"

// Choose answers a draw, from 0 to n-1, under a key that is not the process's. It is for code that plays something with an
// identity of its own, such as a world within the world; all else draws with Rand. No key may be asked twice in a run.
func (p *Proc) Choose(k choice.Key, n int) int {
	if !p.acts() {
		return 0
	}
	return p.w.Choose(k, n)
}
