package netsim

import "slices"

// Reachable says whether signals get directly from one node to another: no cut or reset is on the link.
// A jam does not count, and neither does a way round by a third node.
func (n *Net) Reachable(from, to Node) bool {
	i := n.known(from, to)
	return i == 0 || !n.links[i].now.parted
}

// Components are the sets of nodes that are connected, by whatever way round, over links that
// are open in both directions. Each is in order, and so are they by their first nodes.
func (n *Net) Components() [][]Node {
	var all [][]Node
	seen := make([]bool, len(n.names))
	for v := range seen {
		if !seen[v] {
			all = append(all, n.component(Node(v), seen))
		}
	}
	return all
}

// component are the nodes connected with first, and marks them as seen.
func (n *Net) component(first Node, seen []bool) []Node {
	seen[first] = true
	found := []Node{first}
	for i := 0; i < len(found); i++ {
		for v := range seen {
			if w := Node(v); !seen[v] && n.Reachable(found[i], w) && n.Reachable(w, found[i]) {
				seen[v] = true
				found = append(found, w)
			}
		}
	}
	slices.Sort(found)
	return found
}
