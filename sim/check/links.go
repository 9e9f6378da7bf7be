package check

import (
	"fmt"
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
)

// Links is links_agree: both ends of a link know of it (I3), and nobody lives on who is linked to the dead (I4). On one node that
// is so as soon as both have handled what is on its way to them.
func Links(l Limits) Rule { return AtRest("links_agree", l, looseLinks) }

func looseLinks(v sim.View) (flaws []Flaw, judged bool) {
	for _, pid := range v.Processes() {
		info, ok := v.Info(pid)
		if !ok || v.InTransit(pid) > 0 {
			continue
		}
		for _, to := range info.Links {
			judged = true
			near := pid.Node() == to.Node()
			other, alive := v.Info(to)
			switch {
			case !alive:
				flaws = append(flaws, Flaw{"dead " + role(pid), fmt.Sprintf("%v is linked to %v, which is dead", pid, to), near})
			case v.InTransit(to) == 0 && !slices.Contains(other.Links, pid):
				flaws = append(flaws, Flaw{role(pid), fmt.Sprintf("%v is linked to %v, but not the other way round", pid, to), near})
			}
		}
	}
	return flaws, judged
}
