package fault

import (
	"fmt"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Mix draws faults at random. Each list leaves out a random half of the kinds (swarm testing: what is absent matters
// as much as what is there), and the values are drawn under keys of their own, so that one fault more moves no other.
type Mix struct {
	Nodes   []sim.Atom    // of the world; with one or none there are only faults of processes
	Most    int           // faults in a list at most; 0: eight
	Within  time.Duration // they begin before; 0: a minute
	Longest time.Duration // and last no longer; 0: half of Within
	Kinds   []string      // the kinds to draw from; none: all. See Kinds
}

// Kinds are the kinds of faults that a Mix knows: those of one node first.
func Kinds() []string {
	return []string{"kill", "halt", "power", "pause", "clock", "disconnect", "cut", "reset", "jam", "oneway", "isolate", "slow", "loss"}
}

// processKinds is how many of Kinds need no second node.
const processKinds = 1

// Draw draws a list, in order of time. source is asked under the plan's domain; a dull one gives none.
func (m Mix) Draw(source *choice.Source) []Fault {
	most, within, longest := m.Most, m.Within, m.Longest
	if most == 0 {
		most = 8
	}
	if within == 0 {
		within = time.Minute
	}
	if longest == 0 {
		longest = within / 2
	}
	kinds := m.kinds(source)
	n := source.Choose(key("how many"), most+1)
	if len(kinds) == 0 {
		n = 0
	}
	list := make([]Fault, 0, n)
	for i := range n {
		d := drawing{source, fmt.Sprint(i)}
		f := Fault{At: d.time("at", within), For: d.time("for", longest) + time.Millisecond}
		f.Harm = m.harm(&d, kinds[d.choose("kind", len(kinds))], i)
		switch f.Harm.(type) {
		case Kill, Disconnect:
			f.For = 0
		}
		list = append(list, f)
	}
	slices.SortStableFunc(list, func(a, b Fault) int { return int(a.At - b.At) })
	return list
}

func key(what string) choice.Key {
	return choice.Key{Domain: choice.Plan, ID: choice.ID("fault mix", what)}
}

// kinds are those of this list.
func (m Mix) kinds(source *choice.Source) []string {
	all := m.Kinds
	if len(all) == 0 {
		all = Kinds()
	}
	var some []string
	for _, k := range all {
		alone := slices.Index(Kinds(), k) < processKinds
		if (alone || len(m.Nodes) > 1) && source.Choose(key(k), 2) == 1 {
			some = append(some, k)
		}
	}
	return some
}

// drawing draws what one fault is.
type drawing struct {
	source *choice.Source
	which  string
}

func (d *drawing) choose(what string, n int) int {
	return d.source.Choose(choice.Key{Domain: choice.Plan, ID: choice.ID("fault", d.which, what)}, n)
}

// time draws a time of whole milliseconds below most.
func (d *drawing) time(what string, most time.Duration) time.Duration {
	return time.Duration(d.choose(what, max(1, int(most/time.Millisecond)))) * time.Millisecond
}

func (m Mix) harm(d *drawing, kind string, i int) Harm {
	node := func(what string) sim.Atom {
		if len(m.Nodes) == 0 {
			return anyNode
		}
		return m.Nodes[d.choose(what, len(m.Nodes))]
	}
	a := node("a")
	switch kind {
	case "kill":
		if len(m.Nodes) < 2 {
			return Kill{anyNode}
		}
		return Kill{Select("any@" + string(a))}
	case "halt":
		return Halt{a}
	case "power":
		return Power{a}
	case "pause":
		return Pause{a}
	case "clock":
		return Clock{a, sim.Clock{Offset: d.time("offset", 2*time.Hour) - time.Hour, Drift: d.choose("drift", 2001) - 1000}}
	case "disconnect":
		return Disconnect{a, m.other(d, a)}
	}
	f := netsim.Fault{Name: fmt.Sprint(kind, i)}
	switch kind {
	case "cut", "oneway", "isolate":
		f.Harm.Cut = true
	case "reset":
		f.Harm.Reset = true
	case "jam":
		f.Harm.Jam = true
	case "slow":
		f.Harm.Slow = 2 + d.choose("slow", 100)
	case "loss":
		f.Harm.Loss = netsim.Share(1 + d.choose("loss", 500_000))
	}
	switch b := m.other(d, a); {
	case kind == "oneway":
		f.Where = netsim.OneWay([]string{string(a)}, []string{string(b)})
	case kind == "isolate":
		f.Where = netsim.Isolate(string(a))
	default:
		f.Where = m.split(d, a)
	}
	return Net{f}
}

// other draws a node that is not a.
func (m Mix) other(d *drawing, a sim.Atom) sim.Atom {
	i := slices.Index(m.Nodes, a)
	return m.Nodes[(i+1+d.choose("b", len(m.Nodes)-1))%len(m.Nodes)]
}

// split draws a partition in two: a is on the left.
func (m Mix) split(d *drawing, a sim.Atom) netsim.Partition {
	var left, right []string
	for _, n := range m.Nodes {
		if n == a || d.choose("side "+string(n), 2) == 1 {
			left = append(left, string(n))
		} else {
			right = append(right, string(n))
		}
	}
	if len(right) == 0 {
		last := len(left) - 1
		if left[last] == string(a) {
			left[0], left[last] = left[last], left[0]
			last = len(left) - 1
		}
		left, right = left[:last], left[last:]
	}
	return netsim.Groups(left, right)
}
