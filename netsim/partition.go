package netsim

import (
	"fmt"
	"strings"
)

// Others stands in a Partition for all nodes that it does not name.
const Others = "others"

// A Partition is a set of directed edges between nodes, by a pattern that people know.
// The zero Partition has none. ParsePartition reads what String prints.
type Partition struct {
	pattern pattern
	groups  [][]string
}

type pattern uint8

const (
	nowhere pattern = iota
	groups
	oneWay
	isolate
	bridge
	ring
)

var patternNames = [...]string{nowhere: "none", groups: "groups", oneWay: "oneway", isolate: "isolate",
	bridge: "bridge", ring: "ring"}

// Groups parts two or more groups of nodes: both directions between any two of
// them. A node in no group is not concerned.
func Groups(nodes ...[]string) Partition { return Partition{groups, nodes} }

// OneWay is every edge from one of from to one of to.
func OneWay(from, to []string) Partition { return Partition{oneWay, [][]string{from, to}} }

// Isolate parts each of nodes from all other nodes, and from each other.
func Isolate(nodes ...string) Partition { return Partition{isolate, [][]string{nodes}} }

// Bridge parts left from right; those in the middle see both.
func Bridge(left, middle, right []string) Partition {
	return Partition{bridge, [][]string{left, middle, right}}
}

// Ring lets each node see itself and its next neighbours on both sides, in the order
// given, just so many that they are a majority: no two see the same majority. It takes four nodes at least.
func Ring(nodes ...string) Partition { return Partition{ring, [][]string{nodes}} }

// separators stand between the groups of a pattern.
func (p pattern) separator() string {
	if p == oneWay {
		return " -> "
	}
	return " | "
}

// String prints groups(a b | c d), oneway(a -> b c), isolate(a b), bridge(a b | c | d
// e), ring(a b c d e) or none.
func (p Partition) String() string {
	if p.pattern == nowhere {
		return "none"
	}
	parts := make([]string, len(p.groups))
	for i, g := range p.groups {
		parts[i] = strings.Join(g, " ")
	}
	return patternNames[p.pattern] + "(" + strings.Join(parts, p.pattern.separator()) + ")"
}

// ParsePartition reads what String prints.
func ParsePartition(text string) (Partition, error) {
	if text == "none" {
		return Partition{}, nil
	}
	for i, name := range patternNames {
		args, ok := call(text, name)
		if p := pattern(i); ok && p != nowhere {
			return parsePattern(text, p, args)
		}
	}
	return Partition{}, fmt.Errorf("partition wants groups(a b | c), oneway(a -> b), isolate(a), "+
		"bridge(a | b | c), ring(a b c d) or none, not %q", text)
}

func parsePattern(text string, p pattern, args string) (Partition, error) {
	var gs [][]string
	for _, part := range strings.Split(args, strings.TrimSpace(p.separator())) {
		gs = append(gs, strings.Fields(part))
	}
	out := Partition{p, gs}
	if err := out.check(); err != nil {
		return Partition{}, fmt.Errorf("partition %q: %w", text, err)
	}
	return out, nil
}

// check says what is wrong with p whatever nodes there are.
func (p Partition) check() error {
	switch n := len(p.groups); {
	case p.pattern == groups && n < 2:
		return fmt.Errorf("groups are two at least, as in groups(a b | c)")
	case p.pattern == oneWay && n != 2:
		return fmt.Errorf("wanted is oneway(a -> b)")
	case p.pattern == bridge && n != 3:
		return fmt.Errorf("wanted is bridge(a b | c | d e)")
	case (p.pattern == isolate || p.pattern == ring) && n != 1:
		return fmt.Errorf("%s has no groups", patternNames[p.pattern])
	}
	seen := map[string]bool{}
	for _, g := range p.groups {
		if len(g) == 0 {
			return fmt.Errorf("a group is empty")
		}
		for _, name := range g {
			if !isName(name) && name != Others {
				return fmt.Errorf("%q cannot be the name of a node", name)
			}
			if seen[name] {
				return fmt.Errorf("%s is named twice", name)
			}
			seen[name] = true
		}
	}
	return nil
}

// An Edge is one direction between two nodes, by their places in a list of all.
type Edge struct{ From, To Node }

// Edges are the edges of p among nodes, by origin and then by destination. Others is put in
// for what is there now: a node that comes later is not concerned.
func (p Partition) Edges(nodes []string) ([]Edge, error) {
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("partition %v: %w", p, err)
	}
	gs, err := p.resolve(nodes)
	if err != nil {
		return nil, fmt.Errorf("partition %v: %w", p, err)
	}
	m := members{group: make([]int, len(nodes)), place: make([]int, len(nodes))}
	for g, group := range gs {
		for i, v := range group {
			m.group[v], m.place[v] = g+1, i
		}
	}
	if p.pattern == ring {
		if m.size = len(gs[0]); m.size < 4 {
			return nil, fmt.Errorf("partition %v: a ring wants four nodes at least", p)
		}
	}
	var edges []Edge
	for from := range nodes {
		for to := range nodes {
			if from != to && p.pattern.severs(&m, from, to) {
				edges = append(edges, Edge{Node(from), Node(to)})
			}
		}
	}
	return edges, nil
}

// members tells of each node in which group it is, from 1, or 0, and in which place there.
type members struct {
	group, place []int
	size         int // of a ring
}

// severs says whether p cuts from off to.
func (p pattern) severs(m *members, from, to int) bool {
	a, b := m.group[from], m.group[to]
	switch p {
	case groups:
		return a != 0 && b != 0 && a != b
	case oneWay:
		return a == 1 && b == 2
	case isolate:
		return a != 0 || b != 0
	case bridge:
		return a+b == 4 && a != b
	case ring:
		apart := max(m.place[from]-m.place[to], m.place[to]-m.place[from])
		return a+b == 2 && min(apart, m.size-apart) > (m.size/2+1)/2
	}
	return false
}

// resolve finds the nodes of each group.
func (p Partition) resolve(nodes []string) ([][]int, error) {
	at := make(map[string]int, len(nodes))
	for i, name := range nodes {
		at[name] = i
	}
	named := make([]bool, len(nodes))
	for _, g := range p.groups {
		for _, name := range g {
			i, ok := at[name]
			if !ok && name != Others {
				return nil, fmt.Errorf("there is no node %s among %s", name, strings.Join(nodes, " "))
			}
			if ok {
				named[i] = true
			}
		}
	}
	out := make([][]int, len(p.groups))
	for g, group := range p.groups {
		for _, name := range group {
			if name != Others {
				out[g] = append(out[g], at[name])
				continue
			}
			for i := range nodes {
				if !named[i] {
					out[g] = append(out[g], i)
				}
			}
		}
	}
	return out, nil
}
