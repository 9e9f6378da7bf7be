package sim

import (
	"errors"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// ErrOneNode says that a world of one node has no net that could be harmed.
var ErrOneNode = errors.New("there is no net: the world has one node")

// Net is the net between the nodes, to look at: Efficacy, Traffic, Reachable, Components. Nil if there is
// but one node. It is changed only by the World's methods.
func (w *World) Net() *netsim.Net { return w.net }

// Inject lets a fault of the net happen, on top of whatever there is, until Heal takes it back.
func (w *World) Inject(f netsim.Fault) (netsim.FaultID, error) {
	if w.net == nil {
		return 0, ErrOneNode
	}
	id, broken, err := w.net.Inject(f)
	if err != nil {
		return 0, err
	}
	w.faults++
	w.noteNodeFact("fault", f.String())
	for _, c := range append([]netsim.Conn(nil), broken...) {
		if k := w.wires[c]; k != nil {
			w.breakWire(k)
		}
	}
	return id, nil
}

// Heal takes a fault back. To heal it twice is to heal it once.
func (w *World) Heal(id netsim.FaultID) {
	if w.net == nil || !w.net.Active(id) {
		return
	}
	w.faults--
	w.noteNodeFact("heal", int(id))
	w.resumeLanes(append([]netsim.Lane(nil), w.net.Heal(id)...))
}

// HealAll takes all faults back.
func (w *World) HealAll() {
	if w.net == nil {
		return
	}
	w.faults = w.rules
	w.noteNodeFact("heal", 0)
	w.resumeLanes(append([]netsim.Lane(nil), w.net.HealAll()...))
}

// AddRule makes certain signals late, or lose their connection. See netsim.Rule.
func (w *World) AddRule(r netsim.Rule) (netsim.RuleID, error) {
	if w.net == nil {
		return 0, ErrOneNode
	}
	id, err := w.net.AddRule(r)
	if err == nil {
		w.faults++
		w.rules++
		w.noteNodeFact("rule", r.String())
	}
	return id, err
}

// RemoveRule takes a rule back. No rule may be removed twice.
func (w *World) RemoveRule(id netsim.RuleID) {
	if w.net != nil {
		w.net.RemoveRule(id)
		w.faults--
		w.rules--
	}
}

// SetLink says what one direction between two nodes is like from now on. It reports whether there are such nodes.
func (w *World) SetLink(from, to Atom, k netsim.Link) bool {
	a, b := w.node(from), w.node(to)
	if a == nil || b == nil || w.net == nil {
		return false
	}
	w.net.Set(netsim.Node(a.home.Index), netsim.Node(b.home.Index), k)
	return true
}

// Disconnect ends the connection of two nodes as if the first had called DisconnectNode. It reports whether they
// were connected.
func (w *World) Disconnect(a, b Atom) bool {
	n, other := w.node(a), w.node(b)
	if n == nil || other == nil {
		return false
	}
	k := n.known(other.home.Index)
	if k == nil || k.state != up {
		return false
	}
	w.hangUp(k, hungUp)
	return true
}

// noteNodeFact takes a fact about nodes or the net.
func (w *World) noteNodeFact(what string, detail any) {
	var shown string
	if w.log.Keeping() || w.cfg.Observer != nil {
		shown = term.Format(detail)
	}
	w.note(trace.Node, nil, nil, choice.ID(what))
	w.tellText(trace.Node, nil, nil, what, Atom(shown))
}
