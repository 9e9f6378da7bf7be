package pg

import "github.com/bedlam-sim/bedlam/sim"

// Of is the groups of a scope with all their members as a node sees them, looked at from outside. ok is false if the
// node is down, or the scope does not run there.
func Of(v sim.View, node sim.Atom, scope sim.Name) (groups []Group, ok bool) {
	seen, _ := v.Shared(node, shareKey(scope)).(*view)
	if seen == nil || !v.Alive(seen.owner) {
		return nil, false
	}
	return seen.list(false), true
}
