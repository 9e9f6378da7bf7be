package conform

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/netkernel"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// distOperations are those of connected nodes.
var distOperations = map[string]operation{
	"connect":       func(a *actor, o Op) any { return a.p.ConnectNode(a.node(o)) },
	"ping":          (*actor).ping,
	"disconnect":    func(a *actor, o Op) any { return a.p.DisconnectNode(a.node(o)) },
	"nodes":         (*actor).nodes,
	"node":          func(a *actor, _ Op) any { return a.p.Node() },
	"node_of":       (*actor).nodeOf,
	"monitor_node":  func(a *actor, o Op) any { a.p.MonitorNode(a.node(o), o.flag("on")); return true },
	"monitor_nodes": (*actor).monitorNodes,
	"multi_call":    (*actor).multiCall,
	"abcast":        (*actor).abcast,
}

// node is the node under the key of that name.
func (a *actor) node(o Op) sim.Atom {
	node, ok := a.term(o, "node").(sim.Atom)
	if !ok {
		badarg(o)
	}
	return node
}

func (a *actor) ping(o Op) any {
	if netkernel.Ping(a.p, a.node(o)) {
		return term.Atom("pong")
	}
	return term.Atom("pang")
}

var nodeKinds = map[string]sim.NodeKind{
	"visible": sim.VisibleNodes, "hidden": sim.HiddenNodes, "connected": sim.ConnectedNodes, "this": sim.ThisNode, "known": sim.KnownNodes,
}

func (a *actor) nodes(o Op) any {
	kind, known := nodeKinds[o.textOr("type", "visible")]
	if !known {
		badarg(o)
	}
	list := sortedNodes(a.p.NodesOf(kind))
	if kind == sim.KnownNodes {
		list = a.s.knownBeside(list)
	}
	return list
}

// knownBeside adds to the nodes that a node knows those that it does where the recordings come from: nodes of processes that
// have been named, of which the driver has told it, and what it was called itself before it was a node.
func (s *stage) knownBeside(list sorted) sorted {
	known := map[any]bool{}
	for _, node := range list {
		known[node] = true
	}
	for _, thing := range s.things {
		if pid, is := thing.(sim.PID); is && !known[pid.Node()] {
			known[pid.Node()] = true
			list = append(list, pid.Node())
		}
	}
	return append(list, term.Atom("nonode@nohost"))
}

func sortedNodes(nodes []sim.Atom) sorted {
	list := make(sorted, len(nodes))
	for i := range nodes {
		list[i] = nodes[i]
	}
	return list
}

// nodeOf is the node of a process or a reference.
func (a *actor) nodeOf(o Op) any {
	switch to := a.s.target(o["to"]).(type) {
	case sim.PID:
		return to.Node()
	case sim.Ref:
		return to.Owner().Node()
	}
	badarg(o)
	return nil
}

// monitorNodes: with options, messages tell more.
func (a *actor) monitorNodes(o Op) any {
	var m sim.NodeMonitor
	for _, opt := range o.texts("opts") {
		switch opt {
		case "nodedown_reason":
			m.Reason = true
		case "connection_id":
			m.ID = true
		default:
			badarg(o)
		}
	}
	a.p.MonitorNodes(o.flag("on"), m)
	return ok
}

// nodesOf are the nodes under a key; nil if it is not there.
func (a *actor) nodesOf(o Op, key string) []sim.Atom {
	if !o.has(key) {
		return nil
	}
	nodes := []sim.Atom{}
	for _, v := range o.row(key) {
		node, ok := a.s.term(v).(sim.Atom)
		if !ok {
			badarg(o)
		}
		nodes = append(nodes, node)
	}
	return nodes
}

func (a *actor) multiCall(o Op) any {
	good, bad := genserver.MultiCall(a.p, a.nodesOf(o, "nodes"), sim.Name(o.text("name")), requestOf(o), o.span("timeout", sim.Forever))
	replies := make(sorted, len(good))
	for i, r := range good {
		replies[i] = term.Tuple{r.Node, r.Reply}
	}
	return term.Tuple{replies, sortedNodes(bad)}
}

func (a *actor) abcast(o Op) any {
	for _, node := range a.nodesOf(o, "nodes") {
		otp.Cast(a.p, term.NameAt{Name: sim.Name(o.text("name")), Node: node}, requestOf(o))
	}
	return term.Atom("abcast")
}
