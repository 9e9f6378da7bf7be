package check

import (
	"fmt"
	"maps"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// NodeNews is node_news_alternate: of each other node, a node learns in turn that it is up and that it is down (I9).
func NodeNews() Rule {
	return &news{NewBase("node_news_alternate", KindAlways), map[[2]sim.Atom]bool{}}
}

type news struct {
	Base
	up map[[2]sim.Atom]bool // of an observer and the node it is about
}

// Observe judges news of nodes.
func (r *news) Observe(f sim.Fact) {
	about, is := f.Detail.(sim.Tuple)
	if f.Kind != trace.Node || !is || len(about) < 2 {
		return
	}
	here, _ := about[0].(sim.Atom)
	there, _ := about[1].(sim.Atom)
	pair := [2]sim.Atom{here, there}
	switch f.Text {
	case "nodeup", "nodedown":
		r.Evaluate()
		up := f.Text == "nodeup"
		if r.up[pair] == up {
			r.Break(f.At, f.Text, fmt.Sprintf("%v heard twice in a row: %s %v", here, f.Text, there))
		}
		r.up[pair] = up
	case "down": // of the observer itself: it has forgotten all
		maps.DeleteFunc(r.up, func(p [2]sim.Atom, _ bool) bool { return p[0] == here })
	}
}

// Cliques is cliques: whoever is connected to one node is connected to all that it is connected to, where global
// prevents partitions that overlap (I10). Nodes that are hidden, or whose kernel was told to allow it, make no clique.
func Cliques(l Limits) Rule {
	r := &clustered{}
	r.atRest = newRest("cliques", l, func(v sim.View) (flaws []Flaw, judged bool) {
		for _, part := range components(v, globalNodes(v)) {
			if len(part) < 2 || r.sparse.among(part) {
				continue
			}
			judged = true
			for i, a := range part {
				for _, b := range part[i+1:] {
					if !connected(v, a, b) {
						flaws = append(flaws, Flaw{Got: fmt.Sprintf("of %v, %v and %v are not connected", part, a, b)})
					}
				}
			}
		}
		return flaws, judged
	})
	return r
}

// clustered is a rule about nodes at rest that wants to know how they were made.
type clustered struct {
	*atRest
	sparse sparse
}

// Start learns which nodes are sparse.
func (r *clustered) Start(cfg sim.Config, _ sim.View) { r.sparse = sparseNodes(cfg) }

// globalNodes are the nodes that run global.
func globalNodes(v sim.View) (all []sim.Atom) {
	for _, n := range v.Nodes() {
		if _, ok := global.Of(v, n); ok {
			all = append(all, n)
		}
	}
	return all
}
