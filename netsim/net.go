package netsim

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Node is the number of a node, from 0, in the order in which they were added.
type Node uint32

// A Net is the links between the nodes of one world, their connections, and what
// is wrong with them.
type Net struct {
	source *choice.Source
	links  []link // 0 is none
	conns  []conn
	free   []uint32 // conns not in use, the last one first
	rules  []*rule  // in order of adding
	book   []*rule  // with those removed, by RuleID
	base   *profile // of a link that nobody has set

	table    []uint32 // from*stride+to: the link, or 0 as long as nobody has needed it
	stride   int
	names    []string
	ids      map[string]Node
	profiles map[Link]*profile // looked up, never ranged over

	faults  []*fault       // all there were, by FaultID
	records []*Efficacy    // in order of first injection
	record  map[string]int // looked up, never ranged over
	lanes   []Lane         // Heal's answer
	broken  []Conn         // Inject's answer
	traffic Traffic
}

// link is one direction between two nodes.
type link struct {
	id       uint64
	busy     time.Duration // until then there is something on the wire
	now      *profile
	base     *profile
	faults   []*fault // on it, in order of injection
	opened   uint64   // how many connections it has had
	from, to Node
}

// mostProfiles is how many kinds of links are remembered from one world to the next: who draws
// them anew for each of a million worlds needs none of them again.
const mostProfiles = 1000

// New returns a net without nodes whose draws source answers; nil: all of them dull.
func New(source *choice.Source) *Net {
	n := new(Net)
	n.Reset(source)
	return n
}

// Reset makes n what New(source) returns, in place. All handles of before are
// void, and n keeps its memory.
func (n *Net) Reset(source *choice.Source) {
	if source == nil {
		source = choice.Dull()
	}
	n.source = source
	clear(n.links)
	n.links = append(n.links[:0], link{})
	for i := range n.conns {
		n.conns[i] = conn{serial: n.conns[i].serial + 1}
	}
	n.free = n.free[:0]
	for i := len(n.conns) - 1; i >= 0; i-- {
		n.free = append(n.free, uint32(i))
	}
	clear(n.table)
	n.rules, n.book, n.faults, n.records = nil, nil, nil, nil
	n.names = n.names[:0]
	if n.ids == nil {
		n.ids, n.record, n.profiles = map[string]Node{}, map[string]int{}, map[Link]*profile{}
	}
	if len(n.profiles) > mostProfiles {
		clear(n.profiles)
	}
	clear(n.ids)
	clear(n.record)
	n.traffic = Traffic{}
	n.base = n.profile(Link{})
}

// Add adds a node. Its links are as all are that nobody has set. It panics if there is one of
// that name, or if that is none: letters, digits and the signs of host names.
func (n *Net) Add(name string) Node {
	if _, ok := n.ids[name]; ok || !isName(name) {
		panic(fmt.Sprintf("netsim: %q is no name for one more node", name))
	}
	v := Node(len(n.names))
	n.names = append(n.names, name)
	n.ids[name] = v
	if len(n.names) > n.stride {
		n.widen()
	}
	return v
}

// widen makes room in the table for twice as many nodes.
func (n *Net) widen() {
	n.stride = max(8, 2*n.stride)
	n.table = make([]uint32, n.stride*n.stride)
	for i := 1; i < len(n.links); i++ {
		n.table[int(n.links[i].from)*n.stride+int(n.links[i].to)] = uint32(i)
	}
}

// Nodes is the number of nodes.
func (n *Net) Nodes() int { return len(n.names) }

// Name is the name of a node.
func (n *Net) Name(v Node) string { return n.names[v] }

// Node finds a node by its name.
func (n *Net) Node(name string) (v Node, ok bool) {
	v, ok = n.ids[name]
	return v, ok
}

// link finds the number of a link, and makes it if it has not been needed before.
func (n *Net) link(from, to Node) uint32 {
	at := int(from)*n.stride + int(to)
	if n.table[at] == 0 {
		n.table[at] = uint32(len(n.links))
		n.links = append(n.links, link{
			id:   choice.ID("link", n.names[from], n.names[to]),
			from: from, to: to, now: n.base, base: n.base,
		})
	}
	return n.table[at]
}

// known is the number of a link, or 0.
func (n *Net) known(from, to Node) uint32 { return n.table[int(from)*n.stride+int(to)] }

// SetAll makes all links k, also those of nodes to come. It panics if k is not possible.
func (n *Net) SetAll(k Link) {
	n.base = n.profile(k)
	for i := 1; i < len(n.links); i++ {
		n.set(uint32(i), k)
	}
}

// Set makes one direction between two nodes k. It panics if k is not possible.
func (n *Net) Set(from, to Node, k Link) { n.set(n.link(from, to), k) }

// Link is how one direction between two nodes is set, without its faults.
func (n *Net) Link(from, to Node) Link {
	if i := n.known(from, to); i != 0 {
		return n.links[i].base.spec
	}
	return n.base.spec
}

func (n *Net) set(i uint32, k Link) {
	w := &n.links[i]
	w.base = n.profile(k)
	w.now = w.base
	if len(w.faults) > 0 {
		w.now = newProfile(k, w.faults)
	}
}

// profile is the profile of a link without faults, made once.
func (n *Net) profile(k Link) *profile {
	p, ok := n.profiles[k]
	if !ok {
		if err := k.check(); err != nil {
			panic("netsim: " + err.Error())
		}
		p = newProfile(k, nil)
		n.profiles[k] = p
	}
	return p
}
