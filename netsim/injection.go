package netsim

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// FaultID names an injected fault. The zero FaultID names none.
type FaultID uint32

// fault is a Fault that was injected, and is on its edges until it is healed.
type fault struct {
	Fault
	salt    uint64
	edges   []Edge
	effects effect
	record  *Efficacy
}

// Inject lets f happen, on top of whatever there is, until Heal takes it back. It returns the
// connections that it breaks at once, of which there are some if its harm is a reset: the caller
// calls Break for each. They are in order of their ends; the slice is good until the next call.
func (n *Net) Inject(f Fault) (FaultID, []Conn, error) {
	if err := f.Harm.check(); err != nil {
		return 0, nil, err
	}
	edges, err := f.Where.Edges(n.names)
	if err != nil {
		return 0, nil, err
	}
	r := n.recordOf(f.Name)
	now := &fault{Fault: f, edges: edges, effects: f.Harm.effects(), record: r,
		salt: choice.Child(choice.ID("fault", f.Name), "injection", uint32(r.Injected))}
	r.Injected++
	n.faults = append(n.faults, now)
	n.broken = n.broken[:0]
	if f.Harm.Reset {
		n.breakable(now)
		r.Took += uint64(len(n.broken))
	}
	var m memo
	for _, e := range edges {
		w := &n.links[n.link(e.From, e.To)]
		w.faults = append(w.faults, now)
		w.now = m.profile(w)
	}
	return FaultID(len(n.faults)), n.broken, nil
}

// recordOf is the record of a name.
func (n *Net) recordOf(name string) *Efficacy {
	i, ok := n.record[name]
	if !ok {
		i = len(n.records)
		n.record[name] = i
		n.records = append(n.records, &Efficacy{Name: name})
	}
	return n.records[i]
}

// Heal takes back a fault and nothing else, and says which lanes it sets free: all signals held of those
// are to be resumed, at once, and who waited because their queue was full may try again. They are in order of their
// ends; the slice is good until the next call. To heal a fault twice is to heal it once.
func (n *Net) Heal(id FaultID) []Lane {
	n.lanes = n.lanes[:0]
	if id == 0 || int(id) > len(n.faults) {
		panic(fmt.Sprintf("netsim: there is no fault %d", id))
	}
	f := n.faults[id-1]
	var m memo
	for _, e := range f.edges {
		w := &n.links[n.known(e.From, e.To)]
		w.faults = slices.DeleteFunc(w.faults, func(g *fault) bool { return g == f })
		w.now = m.profile(w)
	}
	f.edges = nil
	if f.Harm.blocks() {
		n.freed()
	}
	return n.lanes
}

// HealAll takes back all faults, and says which lanes that sets free.
func (n *Net) HealAll() []Lane {
	for i := range n.faults {
		n.Heal(FaultID(i + 1))
	}
	n.lanes = n.lanes[:0]
	n.freed()
	return n.lanes
}

// Active says whether a fault has not been healed.
func (n *Net) Active(id FaultID) bool {
	return id != 0 && int(id) <= len(n.faults) && n.faults[id-1].edges != nil
}

// memo makes one profile for neighbouring links that are alike.
type memo struct {
	base   *profile
	faults []*fault
	made   *profile
}

func (m *memo) profile(w *link) *profile {
	if len(w.faults) == 0 {
		return w.base
	}
	if m.made == nil || m.base != w.base || !slices.Equal(m.faults, w.faults) {
		*m = memo{w.base, w.faults, newProfile(w.base.spec, w.faults)}
	}
	return m.made
}

// breakable lists the connections over f's edges that are open for one of their ends.
func (n *Net) breakable(f *fault) {
	hit := make(map[Edge]bool, len(f.edges)) // looked up only
	for _, e := range f.edges {
		hit[e] = true
	}
	for i := range n.conns {
		k := &n.conns[i]
		there := Edge{k.ends[0], k.ends[1]} // of a node with itself: no edge at all
		back := Edge{k.ends[1], k.ends[0]}
		if k.open && k.ended != [2]bool{true, true} && (hit[there] || hit[back]) {
			n.broken = append(n.broken, Conn{uint32(i), k.serial})
		}
	}
	slices.SortFunc(n.broken, func(c, d Conn) int { return n.compare(c, d) })
}

// freed lists the lanes that hold something and are blocked no more.
func (n *Net) freed() {
	for i := range n.conns {
		k := &n.conns[i]
		for side := range k.lanes {
			l := &k.lanes[side]
			if k.open && l.holds > 0 && !n.links[l.link].now.blocked {
				n.lanes = append(n.lanes, Lane{Conn{uint32(i), k.serial}, k.ends[side]})
			}
		}
	}
	slices.SortStableFunc(n.lanes, func(a, b Lane) int { return n.compare(a.Conn, b.Conn) })
}

// compare orders connections by their ends and then by age, so that it does not matter which place
// in memory one has got.
func (n *Net) compare(c, d Conn) int {
	a, b := &n.conns[c.index], &n.conns[d.index]
	return cmp.Or(cmp.Compare(a.ends[0], b.ends[0]), cmp.Compare(a.ends[1], b.ends[1]),
		cmp.Compare(a.lanes[0].ordinal, b.lanes[0].ordinal))
}
