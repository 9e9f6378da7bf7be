package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
)

// text is what the trouble is, for a fault that has no name, and for stories; "" if there is none.
func (t *Trouble) text(f *Fault) string {
	switch f.Kind {
	case HaltNode, CutPower, StopNode, BootNode, PauseNode, SetClock:
		return f.Kind.verb() + " " + t.whom(f.Pick)
	case Partition:
		return "partition " + t.Links.String()
	case HarmLinks:
		return t.Harm.String() + " at " + t.Links.String()
	case Flap:
		flap, _, _ := strings.Cut(t.Flap.String(), ": ")
		return flap + ": " + t.Harm.String() + " at " + t.Links.String()
	case Swizzle:
		return t.Swizzle.String()
	case Disconnect:
		return "disconnect " + strings.Join(t.Pair, " from ")
	case NetRule:
		return "rule " + t.Rule.String()
	case Poison:
		return t.Toxic.String()
	case HealFault:
		return "heal " + orAll(t.Heal)
	}
	return ""
}

// verb is what a fault of nodes does to them.
func (k FaultKind) verb() string {
	switch k {
	case CutPower:
		return "cut the power of"
	case SetClock:
		return "the clock of"
	}
	return string(k)
}

func orAll(name string) string {
	if name == "" {
		return "all"
	}
	return name
}

// whom says which nodes are meant.
func (t *Trouble) whom(pick Pick) string {
	whom := "all nodes"
	if len(t.Nodes) > 0 {
		whom = strings.Join(t.Nodes, " ")
	}
	if !pick.All {
		whom = pick.String() + " of " + whom
	}
	return whom
}

// trouble checks a fault of nodes or of the net.
func (c *checker) trouble(f *Fault) {
	key := string(f.Kind)
	switch {
	case !f.Has(key) || c.torn["nodes"]:
		return
	case slices.Contains(ofNodes, f.Kind) && !c.s.clustered():
		c.bad(WrongCompany, f.Where(key), "add nodes: [a, b] to the file", "%s is a fault of nodes, and the file has none", key)
	case slices.Contains(ofNodes, f.Kind):
		c.nodesNamed(c.s, f.Nodes, f.Doing.Where("nodes"))
	case f.Kind == Disconnect:
		c.nodesNamed(c.s, f.Pair, f.Where(key))
	case f.Kind == Partition, f.Kind == HarmLinks, f.Kind == Flap:
		if bad := f.Trouble.Links.flawAmong(c.s.nodeNames()); bad != nil {
			c.bad(BadValue, f.Where(key), bad.hint, "%s: %s", key, bad.text)
		}
	case f.Kind == Swizzle:
		if len(c.s.Nodes) < 2 {
			c.bad(BadValue, f.Where(key), "a fault of the net needs two nodes at least", "%s: there is no link between nodes", key)
			return
		}
		c.nodesNamed(c.s, f.Swizzle.Nodes, f.Where(key))
	case f.Kind == NetRule:
		c.rule(f)
	case f.Kind == Poison:
		c.toxic(f)
	case f.Kind == HealFault && f.Heal != "":
		c.heals(f)
	}
}

// toxic checks that a toxic speaks of nodes that there are.
func (c *checker) toxic(f *Fault) {
	for _, name := range []sim.Atom{f.Toxic.At.Node, f.Toxic.From} {
		if name != "" && !c.nodesNamed(c.s, []string{string(name)}, f.Where(string(Poison))) {
			return
		}
	}
}

// rule checks that a rule speaks of nodes that there are.
func (c *checker) rule(f *Fault) {
	if len(c.s.Nodes) < 2 {
		c.bad(BadValue, f.Where(string(NetRule)), "a fault of the net needs two nodes at least", "rule: there is no link between nodes")
		return
	}
	for _, name := range []string{f.Rule.From, f.Rule.To} {
		if name != "" && !c.nodesNamed(c.s, []string{name}, f.Where(string(NetRule))) {
			return
		}
	}
}

// heals checks that what is healed is a fault that lasts. Faults without a name cannot be meant.
func (c *checker) heals(f *Fault) {
	var names []string
	for _, other := range c.s.Faults {
		if !slices.Contains(lasting, other.Kind) || !other.Has("name") {
			continue
		}
		if other.Name == f.Heal {
			return
		}
		names = append(names, other.Name)
	}
	if !c.torn["faults"] {
		c.bad(UnknownName, f.Where(string(HealFault)), c.meant(f.Heal, names), "there is no fault %q that lasts", f.Heal)
	}
}

// flap is a flap whose links have been drawn.
func (t *Trouble) flap(where netsim.Partition) netsim.Flap {
	f := t.Flap
	f.Where = where
	return f
}

// swizzle is a swizzle of the nodes that may take part.
func (t *Trouble) swizzle(nodes []string) netsim.Swizzle {
	s := t.Swizzle
	if len(s.Nodes) == 0 {
		s.Nodes = nodes
	}
	return s
}

// lastingText says how long something lasts.
func (f *Fault) lastingText() string {
	if f.For == (Drawn{}) {
		return ""
	}
	return fmt.Sprintf(" for %v", f.For)
}

// clusterFact checks a fact about nodes.
func (c *checker) clusterFact(f Fact) {
	if !c.nodesNamed(c.s, f.Nodes, f.ArgPos) {
		return
	}
	spec, _ := factSpec(f.Name)
	if plain := spec.Name == "node_up" || spec.Name == "node_died"; !plain && !c.s.clustered() && !c.torn["nodes"] {
		c.bad(WrongCompany, f.Pos, "add nodes: [a, b] to the file", "%s is about a cluster, and the file has no nodes", f.Name)
	}
}
