package plan

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Names finds out who the identities of keys are. It is told of processes, by the keys in the Spawn facts of a trace,
// of links, of sites of Buggify and of kinds of messages; from these follow the identities of timers and of streams of
// signals. The zero Names knows nobody.
type Names struct {
	said      map[uint64]string
	processes []named
	names     []named
	kinds     []named  // what streams are told apart by, beside who sends and who receives
	sites     []string // of Buggify
	links     [][2]string
	streams   []stream // nil until they are needed
}

type named struct {
	id   uint64
	name string
}

// Process says that the process whose identity is key prints as name, such as <a/kv_sup/kv_store>.
func (n *Names) Process(key uint64, name string) {
	n.Say(key, name)
	n.processes = append(n.processes, named{key, name})
	n.streams = nil
}

// Registered says that some process is sent to by a registered name.
func (n *Names) Registered(name string) {
	n.names = append(n.names, named{choice.ID(name), name})
	n.streams = nil
}

// Link says that there is a link between two nodes, both ways.
func (n *Names) Link(a, b string) {
	n.links = append(n.links, [2]string{a, b}, [2]string{b, a})
}

// Message says that there are messages of a kind: the type of a plain one as Go prints it, such as kv.Put, or the name of a tag.
func (n *Names) Message(kind string) {
	n.kinds = append(n.kinds, named{1 ^ choice.ID(kind), kind})
	n.streams = nil
}

// Site says that the program has a site of Buggify with that name.
func (n *Names) Site(name string) {
	n.Say(choice.ID("site", name), "site "+name)
	n.sites = append(n.sites, name)
}

// Say says what an identity is. It is for those that the program itself made with choice.ID.
func (n *Names) Say(id uint64, what string) {
	if n.said == nil {
		n.said = map[uint64]string{}
	}
	n.said[id] = what
}

// Of is what is known of an identity; "" if nothing.
func (n *Names) Of(id uint64) string {
	if what, ok := n.said[id]; ok {
		return what
	}
	if what := n.timer(id); what != "" {
		return what
	}
	if what := n.site(id); what != "" {
		return what
	}
	for _, l := range n.links {
		if what := n.signal(id, l[0], l[1]); what != "" {
			return what
		}
	}
	return ""
}

// The rest of this file knows how package sim makes identities of others. A test holds the two together.

const (
	oddly    = 0x9e3779b97f4a7c15 // what the numbers of a process's timers are spread by
	oddlyInv = 0xf1de83e19937733d // times that is 1
	manyWays = 1 << 32
)

// timer finds the process that a timer is of: its identity is the process's, and so many times oddly.
func (n *Names) timer(id uint64) string {
	for _, p := range n.processes {
		if i := (id - p.id) * oddlyInv; i < manyWays {
			return fmt.Sprintf("timer %d of %s", i, p.name)
		}
		if i := (id - ^p.id) * oddlyInv; i < manyWays {
			return fmt.Sprintf("the time-out of %s's %s wait", p.name, term.Ordinal(i))
		}
	}
	return ""
}

// site finds the process that asks at a site of Buggify.
func (n *Names) site(id uint64) string {
	for _, site := range n.sites {
		for _, p := range n.processes {
			if id == choice.Child(p.id, site, 0) {
				return "site " + site + " in " + p.name
			}
		}
	}
	return ""
}

// mostWires is how many connections of two nodes are looked at, one after the other.
const mostWires = 8

// signal finds the stream of signals that goes from node a to node b. Nothing can be read off its identity, so that all streams there
// may be are tried.
func (n *Names) signal(id uint64, a, b string) string {
	link := choice.ID("link", a, b)
	for i := range uint32(mostWires) {
		for _, ends := range [][2]string{{a, b}, {b, a}} { // whoever has opened it
			wire := choice.Child(choice.ID(ends[0], ends[1]), "wire", i+1)
			if what := n.onWire(id^link, wire); what != "" {
				return fmt.Sprintf("%s %s→%s", what, a, b)
			}
		}
	}
	return ""
}

// onWire finds what on a wire has an identity. id is without that of the link.
func (n *Names) onWire(id, wire uint64) string {
	for _, way := range [...]string{"first", "back"} {
		switch id ^ choice.Child(wire, way, 0) {
		case choice.ID("netsim", "resume"):
			return "signal that a cut had held"
		case choice.ID("netsim", "end"):
			return "end of a connection"
		}
	}
	if what := n.stream(id, wire); what != "" {
		return what
	}
	if what := n.stream(id^choice.ID("netsim", "jitter"), wire); what != "" {
		return what + " (its jitter)"
	}
	return ""
}

// handshake are the steps in which a connection comes about.
var handshake = [...]string{1: "name", "status", "alive", "challenge", "ack"}

// signals are what of signals is no message.
var signals = [...]string{
	1: "exit signal", "exit signal of a link", "link signal", "unlink signal", "acknowledgement of an unlink",
	"monitor signal", "demonitor signal", "down signal", 12: "spawn request", "spawn reply",
}

// tick is the stream of ticks.
const tick = 0x74_69_63_6b

// stream finds a stream on a wire.
func (n *Names) stream(id, wire uint64) string {
	if id == mix(tick, wire) {
		return "tick"
	}
	for i, step := range handshake {
		if step != "" && id == mix(wire+uint64(i), wire) {
			return "handshake (" + step + ")"
		}
	}
	if n.streams == nil {
		n.streams = n.allStreams()
	}
	for _, s := range n.streams {
		if id == mix(s.id, wire) {
			return s.what.name + " of " + s.from.name + " to " + s.to.name
		}
	}
	return ""
}

// stream is one kind of signal between two processes, the second perhaps by a name.
type stream struct {
	id             uint64
	what, from, to *named
}

// mostStreams is how many streams there may be: of more processes and kinds no signals are known.
const mostStreams = 1_000_000

func (n *Names) allStreams() []stream {
	kinds := slices.Clone(n.kinds)
	for i, name := range signals {
		if name != "" {
			kinds = append(kinds, named{uint64(i) + 1, name})
		}
	}
	receivers := slices.Concat(n.processes, n.names, []named{{choice.ID(""), "the node"}})
	if len(kinds)*len(n.processes)*len(receivers) > mostStreams {
		return []stream{}
	}
	list := make([]stream, 0, len(kinds)*len(n.processes)*len(receivers))
	for i := range kinds {
		for j := range n.processes {
			half := mix(kinds[i].id, n.processes[j].id)
			for k := range receivers {
				list = append(list, stream{mix(half, receivers[k].id), &kinds[i], &n.processes[j], &receivers[k]})
			}
		}
	}
	return list
}

func mix(h, v uint64) uint64 {
	hi, lo := bits.Mul64(h^v^oddly, oddly)
	return hi ^ bits.RotateLeft64(lo, 29) ^ v
}
