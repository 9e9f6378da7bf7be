package scenarios

import (
	"slices"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
)

// A Node is a node of a cluster. Its parameters are those of Erlang's kernel application.
type Node struct {
	Place
	Name      string
	Hidden    bool   // a hidden node
	Down      bool   // it is down until a fault boots it
	Cookie    string // nodes whose cookies differ do not connect
	Connects  AutoConnect
	Mesh      bool          // connect_all
	Prevent   bool          // prevent_overlapping_partitions
	TickTime  time.Duration // net_ticktime
	Intensity int           // net_tickintensity
	SetupTime time.Duration // net_setuptime
	Cost      time.Duration // of a reduction; 0 is none
	Clock     Clock

	pattern []string // names, while it is being read
}

// AutoConnect is dist_auto_connect: whether a signal to a node that is not connected connects.
type AutoConnect string

// OTP's values of dist_auto_connect.
const (
	ConnectAlways AutoConnect = "always"
	ConnectNever  AutoConnect = "never"
	ConnectOnce   AutoConnect = "once"
)

// A Clock says how wrong a node's wall clock is.
type Clock struct {
	Place
	Offset time.Duration // what it is ahead by; negative: behind
	Step   time.Duration // by how much it jumps; only of faults
	Drift  int           // by how many millionths it is too fast
	Frozen bool          // it stands still
}

// Network is what lies between the nodes, and who is connected at first.
type Network struct {
	Place
	Link      netsim.Link   // what links are like
	Links     []*Wire       // those that are different
	Connect   Connect       // who connects when a node boots
	Reconnect time.Duration // how often nodes try to connect to those of Connect that they have lost; 0: never, as OTP
}

// A Wire is a link that is different from the others, or one for each direction.
type Wire struct {
	Place
	Between []string // two nodes, both directions; or
	From    string   // one direction
	To      string
	Link    netsim.Link
}

// Connect says which nodes connect to which when they boot.
type Connect struct {
	Mesh  bool        // each to all others
	Pairs [][2]string // or these, each from both sides
}

// peers lists whom a node connects to, in the order of the file.
func (c Connect) peers(name string, nodes []*Node) []string {
	var list []string
	for _, n := range nodes {
		if n.Name != name && (c.Mesh || slices.Contains(c.Pairs, [2]string{name, n.Name}) || slices.Contains(c.Pairs, [2]string{n.Name, name})) {
			list = append(list, n.Name)
		}
	}
	return list
}

// clustered reports whether the file speaks of nodes. If not there is one, without a network.
func (s *Scenario) clustered() bool { return len(s.Nodes) > 0 }

// nodeNames lists the nodes.
func (s *Scenario) nodeNames() []string {
	var names []string
	for _, n := range s.Nodes {
		names = append(names, n.Name)
	}
	return names
}

// runsOn reports whether something that runs on the nodes of a list runs on one of them; an empty list is all.
func runsOn(on []string, node string) bool { return len(on) == 0 || slices.Contains(on, node) }

// nodes is where a tree runs.
func (c *Child) nodes() []string {
	for c.Parent != nil {
		c = c.Parent
	}
	if c.App != nil {
		return c.App.On
	}
	return c.On
}

// spec is the node as package sim knows it.
func (n *Node) spec() sim.NodeSpec {
	spec := sim.NodeSpec{
		Name: sim.Atom(n.Name), Hidden: n.Hidden, Down: n.Down, Cookie: sim.Atom(n.Cookie), Clock: n.Clock.clock(), ReductionCost: n.Cost,
		Kernel: sim.Kernel{
			AutoConnect:  map[AutoConnect]sim.AutoConnect{ConnectNever: sim.ConnectNever, ConnectOnce: sim.ConnectOnce}[n.Connects],
			NoConnectAll: !n.Mesh, AllowOverlap: !n.Prevent, TickTime: n.TickTime, TickIntensity: n.Intensity, SetupTime: n.SetupTime,
		},
	}
	switch {
	case !n.Has("cost"):
		spec.ReductionCost = 0 // as everywhere
	case n.Cost == 0:
		spec.ReductionCost = sim.Free
	}
	return spec
}

func (c Clock) clock() sim.Clock {
	return sim.Clock{Offset: c.Offset, Drift: c.Drift, Frozen: c.Frozen}
}

// joined lists names as people do: a, b and c.
func joined(names []string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}
