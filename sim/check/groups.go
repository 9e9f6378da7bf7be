package check

import (
	"fmt"
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/pg"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Groups is pg_agrees: of two connected nodes that run a scope of pg, each sees in its groups those members of the
// other that the other sees itself (I13). Hidden nodes see but their own (NK10). Without scopes it is about pg.Default.
func Groups(l Limits, scopes ...sim.Name) Rule {
	if len(scopes) == 0 {
		scopes = []sim.Name{pg.Default}
	}
	r := &groups{}
	r.atRest = newRest("pg_agrees", l, func(v sim.View) (flaws []Flaw, judged bool) {
		for _, scope := range scopes {
			f, j := r.disagree(v, scope)
			flaws, judged = append(flaws, f...), judged || j
		}
		return flaws, judged
	})
	return r
}

type groups struct {
	*atRest
	hidden []sim.Atom
}

// Start learns which nodes are hidden.
func (r *groups) Start(cfg sim.Config, _ sim.View) { r.hidden = hiddenNodes(cfg) }

func (r *groups) disagree(v sim.View, scope sim.Name) (flaws []Flaw, judged bool) {
	for _, a := range v.Nodes() {
		seen, runs := pg.Of(v, a, scope)
		if !runs {
			continue
		}
		for _, b := range v.Connected(a) {
			theirs, runs := pg.Of(v, b, scope)
			if !runs || !connected(v, a, b) || slices.Contains(r.hidden, a) || slices.Contains(r.hidden, b) {
				continue
			}
			judged = true
			if want, got := membersOn(theirs, b), membersOn(seen, b); !slices.Equal(want, got) {
				flaws = append(flaws, Flaw{Key: scope.String(), Got: fmt.Sprintf("on %v there are %v, and %v sees %v", b, want, a, got)})
			}
		}
	}
	return flaws, judged
}

// membersOn prints those members that live on a node, in an order that does not depend on when they joined.
func membersOn(groups []pg.Group, node sim.Atom) (all []string) {
	for _, g := range groups {
		for _, pid := range g.Members {
			if pid.Node() == node {
				all = append(all, term.Format(g.Name)+" "+pid.String())
			}
		}
	}
	slices.Sort(all)
	return all
}
