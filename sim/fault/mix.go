package fault

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Mix draws faults at random: what befalls whom, and at which time or event. Each list leaves out a random half of the
// kinds (swarm testing: what is absent matters as much as what is there). Each value is drawn under a key of its own, and
// a fault keeps its place in the list whatever becomes of the others, so that leaving one out, or moving it, changes
// nothing about them.
type Mix struct {
	Nodes    []sim.Atom    // of the world; with one or none there are only faults of processes
	Most     int           // faults in a list at most; 0: eight
	Within   time.Duration // they begin before; 0: a minute
	Longest  time.Duration // and last no longer; 0: half of Within
	Kinds    []string      // the kinds to draw from; none: all. See Kinds
	Events   []Event       // what those wait for that do, the Nth drawn; none: what happens anywhere on the nodes. See Events
	Anchored int           // of a hundred faults so many wait for an event; 0: 50; below 0: none does. See NotAnchored
}

// NotAnchored is a Mix's Anchored if all of its faults are to come at a time.
const NotAnchored = -1

// Kinds are the kinds of faults that a Mix knows: those of one node first.
func Kinds() []string {
	return []string{"kill", "halt", "power", "pause", "clock", "disconnect", "cut", "reset", "jam", "oneway", "isolate",
		"slow", "loss"}
}

// processKinds is how many of Kinds need no second node.
const processKinds = 1

// Events are what the faults of a Mix wait for that names no events: messages, starts and ends of whatever process of a
// node, and its view of others. Events of processes by name find more.
func Events(nodes []sim.Atom) []Event {
	var all []Event
	for _, n := range nodes {
		who := Select(anyNode + "@" + n)
		all = append(all, Event{What: Message, Who: who}, Event{What: Start, Who: who}, Event{What: End, Who: who})
		if len(nodes) > 1 {
			all = append(all, Event{What: NodeUp, Who: who}, Event{What: NodeDown, Who: who})
			all = append(all, Event{What: Down, Who: Select(n)}, Event{What: Up, Who: Select(n)})
		}
	}
	if len(nodes) == 0 {
		for _, what := range []string{Message, Start, End} {
			all = append(all, Event{What: what, Who: anyNode})
		}
	}
	return all
}

// Draw draws a list. source is asked under the plan's domain; a dull one gives none. It panics if Check finds
// something: to leave out a kind that there is not would be to test less than was asked for.
func (m Mix) Draw(source *choice.Source) []Fault {
	if err := m.Check(); err != nil {
		panic("fault: " + err.Error())
	}
	if m.Most == 0 {
		m.Most = 8
	}
	if m.Within == 0 {
		m.Within = time.Minute
	}
	if m.Longest == 0 {
		m.Longest = m.Within / 2
	}
	if m.Anchored == 0 {
		m.Anchored = 50
	}
	m.Events = m.Waits()
	kinds, some := m.kinds(source)
	n := source.Choose(key("how many"), m.Most+1)
	if !some {
		n = 0
	}
	list := make([]Fault, 0, n)
	for i := range n {
		list = append(list, m.fault(&drawing{source, fmt.Sprint(i)}, kinds, i))
	}
	return list
}

// Check says what is wrong with it, if something is: a kind that there is not, or a number below 0.
func (m Mix) Check() error {
	if m.Most < 0 || m.Within < 0 || m.Longest < 0 {
		return errors.New("a Mix has a number below 0")
	}
	for _, k := range m.Kinds {
		if !slices.Contains(Kinds(), k) {
			return fmt.Errorf("a Mix knows no kind %q; the kinds are %s", k, strings.Join(Kinds(), ", "))
		}
	}
	return nil
}

// Waits are the events that its faults may wait for.
func (m Mix) Waits() []Event {
	if len(m.Events) == 0 {
		return Events(m.Nodes)
	}
	return m.Events
}

// longestDelay is how many bits there are in the milliseconds between an event and a fault that waits for it.
const longestDelay = 12

// Anchor is what must be drawn, so that the i-th fault of the list waits for the n-th time of one of the events of Waits,
// and so long more, in whole milliseconds. ok is false if a Mix cannot draw that.
func (m Mix) Anchor(i, event, n int, after time.Duration) (ds []choice.Deviation, ok bool) {
	if m.Anchored < 0 || event < 0 || event >= len(m.Waits()) || n < 1 || after < 0 {
		return nil, false
	}
	put := func(what string, answer int) {
		ds = append(ds, choice.Deviation{Key: drawKey(fmt.Sprint(i), what), Answer: uint64(answer)})
	}
	magnitude := func(what string, n int) (size int) {
		size = bits.Len(uint(n)) - 1
		put(what+" bits", size)
		put(what, n-1<<size)
		return size
	}
	put("anchored", 1)
	put("event", event)
	if magnitude("nth", n) >= often(m.Waits()[event].What) {
		return nil, false
	}
	ms := int(after / time.Millisecond)
	put("after?", min(ms, 1))
	if ms > 0 && magnitude("after", ms) >= longestDelay {
		return nil, false
	}
	return ds, true
}

func (m Mix) fault(d *drawing, kinds []string, i int) Fault {
	f := Fault{For: d.time("for", m.Longest) + time.Millisecond}
	if d.chance("anchored", m.Anchored) {
		f.On, f.At = m.event(d), d.delay("after")
	} else {
		f.At = d.time("at", m.Within)
	}
	k := d.choose("kind", len(kinds))
	for kinds[k] == "" { // the next that is not left out: what is left out moves no other
		k = (k + 1) % len(kinds)
	}
	f.Harm = m.harm(d, kinds[k], i)
	switch f.Harm.(type) {
	case Kill, Disconnect:
		f.For = 0
	}
	return f
}

// event draws what a fault waits for: the first time as often as the second or third, the fourth to seventh…
func (m Mix) event(d *drawing) Event {
	e := m.Events[d.choose("event", len(m.Events))]
	e.Nth = d.magnitude("nth", often(e.What))
	return e
}

// often is how many bits there may be in how often something happens.
func often(what string) int {
	switch what {
	case Message, Fact, Report:
		return 8
	case Start, End:
		return 4
	}
	return 2
}

func key(what string) choice.Key {
	return choice.Key{Domain: choice.Plan, ID: choice.ID("fault mix", what)}
}

// kinds are those that there may be, "" for one that this list leaves out. some is whether any is left.
func (m Mix) kinds(source *choice.Source) (kinds []string, some bool) {
	all := m.Kinds
	if len(all) == 0 {
		all = Kinds()
	}
	for _, k := range all {
		if alone := slices.Index(Kinds(), k) < processKinds; !alone && len(m.Nodes) < 2 {
			continue
		}
		if source.Choose(key(k), 2) == 1 {
			some = true
		} else {
			k = ""
		}
		kinds = append(kinds, k)
	}
	return kinds, some
}

// drawing draws what one fault is.
type drawing struct {
	source *choice.Source
	which  string
}

func drawKey(which, what string) choice.Key {
	return choice.Key{Domain: choice.Plan, ID: choice.ID("fault", which, what)}
}

func (d *drawing) choose(what string, n int) int {
	return d.source.Choose(drawKey(d.which, what), n)
}

func (d *drawing) chance(what string, percent int) bool {
	return d.source.Chance(drawKey(d.which, what), percent, 100)
}

// delay draws a time of whole milliseconds, one of few bits as often as one of many; half of them are 0.
func (d *drawing) delay(what string) time.Duration {
	if !d.chance(what+"?", 50) {
		return 0
	}
	return time.Duration(d.magnitude(what, longestDelay)) * time.Millisecond
}

// magnitude draws a number from 1 on, of so many bits at most.
func (d *drawing) magnitude(what string, most int) int {
	size := d.choose(what+" bits", most)
	return 1<<size + d.choose(what, 1<<size)
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
		}
		left, right = left[:last], left[last:]
	}
	return netsim.Groups(left, right)
}
