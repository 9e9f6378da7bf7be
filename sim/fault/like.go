package fault

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// This file is for those who know processes by other means than Select, as by their place in a declared tree, and count
// events themselves.

// LikeMessage reports whether it is about messages like m. Whom it happens to is not looked at.
func (e Event) LikeMessage(m *sim.Msg) bool { return e.What == Message && isMessage(m, e.Kind) }

// LikeFact reports whether it is about facts like f. Whom it happens to is looked at if that is a node, not if it is a process.
func (e Event) LikeFact(f sim.Fact) bool {
	of := func(kind string) bool { return e.Kind == "" || e.Kind == kind }
	switch f.Kind {
	case trace.Spawn:
		return e.What == Start
	case trace.Exit:
		return e.What == End && of(reasonOf(f.Detail))
	case trace.User:
		return e.What == Fact && of(f.Text)
	case trace.Report:
		return e.What == Report && of(f.Text)
	case trace.Node:
		return e.What == f.Text && e.Who.isAt(nodesOf(f))
	}
	return false
}

// OfNodes reports whether it happens to a node, not to a process.
func (e Event) OfNodes() bool {
	switch e.What {
	case NodeUp, NodeDown, Up, Down:
		return true
	}
	return false
}
