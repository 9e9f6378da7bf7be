package otp

import "github.com/bedlam-sim/bedlam/sim"

// Everywhere is this node and all visible nodes that it is connected to, [node() | nodes()]: whom abcast and multi_call
// mean if they are not told.
func Everywhere(p *sim.Proc) []sim.Atom { return append([]sim.Atom{p.Node()}, p.Nodes()...) }
