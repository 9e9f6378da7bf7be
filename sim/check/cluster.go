package check

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
)

// components are the sets of those nodes that are connected, by whatever way round. Both must see the other.
func components(v sim.View, nodes []sim.Atom) [][]sim.Atom {
	var all [][]sim.Atom
	for _, n := range nodes {
		part := []sim.Atom{n}
		var apart [][]sim.Atom
		for _, other := range all {
			if slices.ContainsFunc(other, func(m sim.Atom) bool { return connected(v, n, m) }) {
				part = append(other, part...)
			} else {
				apart = append(apart, other)
			}
		}
		all = append(apart, part)
	}
	return all
}

func connected(v sim.View, a, b sim.Atom) bool {
	return a == b || slices.Contains(v.Connected(a), b) && slices.Contains(v.Connected(b), a)
}

// sparse are the nodes that need not be connected to all whom their peers are connected to: hidden ones, and those
// whose kernel was told so.
type sparse []sim.Atom

func sparseNodes(cfg sim.Config) (all sparse) {
	for _, n := range cfg.Nodes {
		if n.Hidden || n.Kernel.AllowOverlap || n.Kernel.NoConnectAll || n.Kernel.AutoConnect != sim.ConnectAlways {
			all = append(all, n.Name)
		}
	}
	return all
}

func (s sparse) among(part []sim.Atom) bool {
	return slices.ContainsFunc(part, func(n sim.Atom) bool { return slices.Contains(s, n) })
}

// hiddenNodes are the nodes whose connections all are hidden: global and pg do not know of them (NK10).
func hiddenNodes(cfg sim.Config) (all []sim.Atom) {
	for _, n := range cfg.Nodes {
		if n.Hidden {
			all = append(all, n.Name)
		}
	}
	return all
}
