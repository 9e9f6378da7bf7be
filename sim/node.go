package sim

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// Node is a node of the world: names are local to it, and so is what its processes share. When it goes
// down all of that is gone; when it is booted again, another Node takes its place.
type Node struct {
	name        Atom
	names       map[Name]*Proc
	shared      map[string]any
	first       *Proc // nil if the node is down
	incarnation uint32
}

// NodeDown is the reason with which processes end because their node went down.
const NodeDown = term.Atom("node_down")

// Processes lists the processes of this node, oldest first: Erlang's processes().
func (p *Proc) Processes() []PID {
	return p.neighbours(func(*Proc) bool { return true })
}

// Led lists the processes of this node whose group leader is pid, oldest first. It reads a table: one that
// this process has killed may still be among them, until Alive has been asked of it.
func (p *Proc) Led(leader PID) []PID {
	return p.neighbours(func(q *Proc) bool { return q.x != nil && q.x.leader == leader })
}

func (p *Proc) neighbours(want func(q *Proc) bool) []PID {
	if !p.acts() {
		return nil
	}
	p.charge(redOther)
	var pids []PID
	for _, q := range p.w.procs {
		if q != nil && q.node == p.node && !q.has(hidden|halted) && want(q) {
			pids = append(pids, q.Self())
		}
	}
	slices.SortFunc(pids, PID.Compare)
	return pids
}

// Share keeps a value under a key where every process of the node finds it at once, without a signal, until
// the node goes down: what ETS tables and persistent_term are for. The value itself is shared, not a copy.
func (p *Proc) Share(key string, value any) {
	if !p.acts() {
		return
	}
	if p.node.shared == nil {
		p.node.shared = map[string]any{}
	}
	p.node.shared[key] = value
	p.charge(redOther)
}

// Shared is what a process of this node has kept under key; nil if none has.
func (p *Proc) Shared(key string) any {
	p.budget -= redOther
	return p.node.shared[key]
}

// HaltNode ends the node that the process runs on, and the process with it: Erlang's halt. All processes
// of the node are gone at once, with reason NodeDown, and none hears of another's end. It does not return.
func (p *Proc) HaltNode(why string) {
	if p.acts() {
		p.endSlice()
		p.w.haltNode(p.node, p, why)
	}
	panic(unwind)
}

// HaltNode ends a node from outside, as pulling its plug does. It reports whether the node was up.
func (w *World) HaltNode(name Atom, why string) (was bool) {
	n := w.node(name)
	if n == nil || n.first == nil {
		return false
	}
	w.haltNode(n, nil, why)
	return true
}

// BootNode starts a node that is down, from its boot function. It is another incarnation: processes of
// the one before are dead, and nothing that it knew is left. It reports whether the node was down.
func (w *World) BootNode(name Atom) (was bool) {
	i := slices.IndexFunc(w.nodes, func(n *Node) bool { return n.name == name })
	if i < 0 || w.nodes[i].first != nil {
		return false
	}
	w.nodes[i] = &Node{name: name, names: map[Name]*Proc{}, incarnation: w.nodes[i].incarnation + 1}
	w.noteText(trace.Node, nil, nil, "up", name)
	w.boot(w.nodes[i])
	return true
}

// NodeUp reports whether there is such a node, and it is not down.
func (v View) NodeUp(name Atom) bool {
	n := v.w.node(name)
	return n != nil && n.first != nil
}

// node finds a node by its name; nil if there is none.
func (w *World) node(name Atom) *Node {
	for _, n := range w.nodes {
		if n.name == name {
			return n
		}
	}
	return nil
}

// haltNode takes a node's processes out of the world, oldest first. asker is the one that asked for it, if
// one did: it unwinds itself.
func (w *World) haltNode(n *Node, asker *Proc, why string) {
	w.noteText(trace.Node, nil, nil, "down", Tuple{n.name, why})
	n.first = nil
	var procs []*Proc
	for _, p := range w.procs { // in an order that depends on the world's history
		if p != nil && p.node == n && !p.has(halted) {
			procs = append(procs, p)
		}
	}
	slices.SortFunc(procs, func(p, q *Proc) int { return term.NewPID(p.id).Compare(term.NewPID(q.id)) })
	for _, p := range procs {
		w.cutOff(p)
		switch {
		case p == asker:
		case p.stack == nil:
			w.release(p)
		case p.state == waiting: // its code is unwound when it is next
			p.enqueue()
		}
	}
	n.names, n.shared = map[Name]*Proc{}, nil
}

// cutOff ends a process without telling anybody. What is left of it is a stack, if it had one.
func (w *World) cutOff(p *Proc) {
	p.reason = NodeDown
	p.flags |= exiting | halted
	p.id.Holder = nil
	w.noteExit(p, NodeDown)
	if p.x != nil {
		w.dropTimers(p)
	}
	for p.transit.head != nil {
		w.discard(p.transit.pop())
	}
	for p.mailbox.head != nil {
		w.discard(p.mailbox.pop())
	}
	p.signals, p.arrived, p.mail = 0, 0, 0
}
