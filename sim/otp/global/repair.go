package global

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// A change of names is told to one node after the other. If the node that makes it is lost meanwhile, some have it and
// some do not. All of them had the lock set for that node, so each knows when that is gone that something may be half
// done, and has its registrar see to it: what a node says of its own processes is what all are to say.

// repair has the registrar make the names the same again on all nodes that are known. Where partitions may overlap they
// need not be the same.
func (s *server) repair(p *sim.Proc) {
	if s.preventsOverlap(p) && !s.bugs.has(bugHalf) {
		p.Send(s.registrar, transaction{do: makeEqual})
	}
}

// makeEqual asks all nodes for their names and tells those that have others.
func makeEqual(p *sim.Proc, nodes []sim.Atom) bool {
	answers, _ := genserver.MultiCall(p, nodes, serverName, getNames{}, sim.Forever)
	right := setNames{}
	for _, a := range answers {
		right.Nodes = append(right.Nodes, a.Node)
		for _, e := range a.Reply {
			if e.PID.Node() == a.Node && find(right.Names, e.Name) < 0 {
				right.Names = append(right.Names, e)
			}
		}
	}
	var wrong []sim.Atom
	for _, a := range answers {
		if !right.holds(a.Reply) {
			wrong = append(wrong, a.Node)
		}
	}
	if len(wrong) > 0 {
		tell(p, wrong, right)
	}
	return true
}

// holds is whether a node has these names.
func (m setNames) holds(names []Entry) bool {
	n := 0
	for _, e := range names {
		if !slices.Contains(m.Nodes, e.PID.Node()) {
			continue
		}
		n++
		if i := find(m.Names, e.Name); i < 0 || m.Names[i].PID != e.PID {
			return false
		}
	}
	return n == len(m.Names)
}

func find(names []Entry, name any) int {
	return slices.IndexFunc(names, func(e Entry) bool { return equal(e.Name, name) })
}

// setNames takes the names of those nodes as they are to be, as far as we know them.
func (s *server) setNames(p *sim.Proc, m setNames, by sim.PID) {
	m.Nodes = slices.DeleteFunc(slices.Clone(m.Nodes), func(n sim.Atom) bool { return s.strange(p, n) })
	m.Names = slices.DeleteFunc(slices.Clone(m.Names), func(e Entry) bool { return s.strange(p, e.PID.Node()) })
	for _, e := range s.entries() {
		if i := find(m.Names, e.Name); slices.Contains(m.Nodes, e.PID.Node()) && (i < 0 || m.Names[i].PID != e.PID) {
			s.drop(p, e.Name)
		}
	}
	for _, e := range m.Names {
		if n := s.names.at(e.Name); n == nil || n.pid != e.PID {
			s.insert(p, e.Name, e.PID, e.Method, by, nil)
		}
	}
}
