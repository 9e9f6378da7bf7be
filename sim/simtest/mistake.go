package simtest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/fault"
)

// A Spec that tests less than it says is a mistake, and is told before anything runs.

// mistake says what is wrong with the Spec, if something is.
func (s *Spec) mistake() error {
	nodes, err := s.nodes()
	if err != nil {
		return err
	}
	if s.For < 0 {
		return fmt.Errorf("simtest: Spec.For is %v, below 0", s.For)
	}
	if err := s.Rules.Check(); err != nil {
		return fmt.Errorf("simtest: Spec.Rules: %w", err)
	}
	if err := s.work(nodes); err != nil {
		return fmt.Errorf("simtest: Spec.Ops%w", err)
	}
	for i, f := range s.Faults {
		if err := s.befalls(f, nodes); err != nil {
			return fmt.Errorf("simtest: Spec.Faults[%d]%w", i, err)
		}
	}
	if s.Mix != nil {
		if err := mixed(s.Mix, nodes); err != nil {
			return fmt.Errorf("simtest: Spec.Mix%w", err)
		}
	}
	return nil
}

// nodes are the names of the world's nodes.
func (s *Spec) nodes() (nodes nodeNames, err error) {
	cfg := s.config()
	if len(cfg.Nodes) == 0 {
		nodes = nodeNames{first(cfg)}
	}
	for _, n := range cfg.Nodes {
		nodes = append(nodes, n.Name)
	}
	for i, n := range nodes {
		if slices.Contains(nodes[:i], n) {
			return nil, fmt.Errorf("simtest: Spec: two nodes have the name %q", n)
		}
		if _, err := netsim.Isolate(string(n)).Edges([]string{string(n)}); err != nil {
			return nil, fmt.Errorf("simtest: Spec: %w", errors.Unwrap(err))
		}
	}
	return nodes, nil
}

// nodeNames are the names of a world's nodes.
type nodeNames []sim.Atom

// know says which of some names is none of a node.
func (all nodeNames) know(names ...sim.Atom) error {
	for _, n := range names {
		if !slices.Contains(all, n) {
			return fmt.Errorf(": there is no node %q; %s", n, all)
		}
	}
	return nil
}

// strings are the names as package netsim wants them.
func (all nodeNames) strings() []string {
	names := make([]string, len(all))
	for i, n := range all {
		names[i] = string(n)
	}
	return names
}

// String tells which there are.
func (all nodeNames) String() string {
	if len(all) == 1 {
		return "there is but " + string(all[0])
	}
	return "there are " + strings.Join(all.strings(), ", ")
}

// timed reports whether a run lasts as long as For says: Drive and scripts have a time of their own.
func (s *Spec) timed() bool { return s.Drive == nil && s.script == nil }

// work says what is wrong with the Ops. It goes on where "Spec.Ops" ends, as the functions below do.
func (s *Spec) work(nodes nodeNames) error {
	o := &s.Ops
	switch {
	case o.Least < 0 || o.Most < 0 || o.Clients < 0 || o.From < 0 || o.Within < 0:
		return errors.New(" has a number below 0")
	case o.Most > 0 && o.Least > o.Most:
		return fmt.Errorf(" has %d operations at least, and %d at most", o.Least, o.Most)
	case o.Draw == nil && (o.Least > 0 || o.Most > 0):
		return errors.New(" says how many operations there are, and not what they are: Draw is nil")
	case o.Draw != nil && s.timed() && o.from(s.declared()) >= s.declared():
		return fmt.Errorf(".From is %v, and a run lasts %v: no operation would be done", o.From, s.declared())
	}
	if err := nodes.know(o.Nodes...); err != nil {
		return fmt.Errorf(".Nodes%w", err)
	}
	return nil
}

// befalls says what is wrong with a fault.
func (s *Spec) befalls(f fault.Fault, nodes nodeNames) error {
	switch {
	case f.Harm == nil:
		return errors.New(" has no harm")
	case f.At < 0 || f.For < 0:
		return errors.New(" has a time below 0")
	case s.timed() && f.At >= s.declared() && f.On.What == "":
		return fmt.Errorf(" comes at %v, and a run lasts %v: it would never come", f.At, s.declared())
	case s.timed() && f.At >= s.declared():
		return fmt.Errorf(" comes %v after its event, and a run lasts %v: it would never come", f.At, s.declared())
	}
	if f.On.What != "" {
		if err := awaited(f.On, nodes); err != nil {
			return err
		}
	}
	return harms(f.Harm, nodes)
}

// awaited says what is wrong with an event that a fault waits for.
func awaited(e fault.Event, nodes nodeNames) error {
	if _, err := fault.ParseEvent(e.String()); err != nil {
		return fmt.Errorf(": %w", err)
	}
	who, at, placed := strings.Cut(string(e.Who), "@")
	var named []sim.Atom
	if placed {
		named = append(named, sim.Atom(at))
	}
	if e.OfNodes() && who != anyone {
		named = append(named, sim.Atom(who))
	}
	return nodes.know(named...)
}

// anyone stands, in faults, for a node or a process that is drawn.
const anyone = "any"

// harms says what is wrong with a harm. Harms that package fault does not know are somebody's own, and right.
func harms(h fault.Harm, nodes nodeNames) error {
	var named []sim.Atom
	switch h := h.(type) {
	case fault.Kill:
		named = place(h.Who)
	case fault.Exit:
		named = place(h.Who)
	case fault.Halt:
		named = unlessAny(h.Node)
	case fault.Power:
		named = unlessAny(h.Node)
	case fault.Pause:
		named = unlessAny(h.Node)
	case fault.Clock:
		named = unlessAny(h.Node)
	case fault.Boot:
		named = []sim.Atom{h.Node}
	case fault.Disconnect:
		if named = []sim.Atom{h.A, h.B}; h.A == h.B {
			return fmt.Errorf(": %v: those are not two nodes", h)
		}
	case fault.Net:
		edges, err := h.Where.Edges(nodes.strings())
		if err == nil && len(edges) == 0 {
			err = fmt.Errorf("%v: no link between two nodes is meant; %v", h, nodes)
		}
		if err != nil {
			return fmt.Errorf(": %w", err)
		}
	default:
		return nil
	}
	if err := nodes.know(named...); err != nil {
		return err
	}
	if _, err := fault.ParseHarm(h.String()); err != nil {
		return fmt.Errorf(": %w", err)
	}
	return nil
}

// place is the node at which a process is, if that is said.
func place(s fault.Select) []sim.Atom {
	if _, at, placed := strings.Cut(string(s), "@"); placed {
		return []sim.Atom{sim.Atom(at)}
	}
	return nil
}

func unlessAny(node sim.Atom) []sim.Atom {
	if node == anyone {
		return nil
	}
	return []sim.Atom{node}
}

// mixed says what is wrong with a Mix.
func mixed(m *fault.Mix, nodes nodeNames) error {
	if err := m.Check(); err != nil {
		return fmt.Errorf(": %w", err)
	}
	if err := nodes.know(m.Nodes...); err != nil {
		return err
	}
	for i, n := range m.Nodes {
		if slices.Contains(m.Nodes[:i], n) {
			return fmt.Errorf(".Nodes has %s twice", n)
		}
	}
	for _, k := range m.Kinds {
		if len(m.Nodes) < 2 && k != "kill" { // the only kind that befalls processes and no nodes
			return fmt.Errorf(".Kinds has %q, which would never be drawn: it takes two nodes at least, and Spec.Mix.Nodes has %d",
				k, len(m.Nodes))
		}
	}
	for i, e := range m.Events {
		if err := awaited(e, nodes); err != nil {
			return fmt.Errorf(".Events[%d]%w", i, err)
		}
	}
	return nil
}

// mistaken is what one of the Spec's own functions has done that it must not. A run that meets it panics with it.
type mistaken string

// Error tells what.
func (m mistaken) Error() string { return "simtest: " + string(m) }
