package scenarios

import (
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
)

// This file reads the faults of nodes and of the net.

// A Trouble is what a fault of a node or of the net does.
type Trouble struct {
	For     Drawn    // after so long it is taken back; zero: only by a fault that heals it
	Nodes   []string // halt, cut_power, stop, boot, pause, clock: which nodes; none is all
	Clock   Clock    // clock
	Harm    netsim.Harm
	Links   Where          // partition, harm, flap
	Flap    netsim.Flap    // flap, without where
	Swizzle netsim.Swizzle // swizzle; without nodes it is all
	Rule    netsim.Rule    // rule
	Pair    []string       // disconnect: whom, from whom
	Toxic   sim.Toxic      // toxic
	Heal    string         // heal: the name of a fault; "" is all
}

// The kinds of faults that befall nodes, and those that befall the net.
const (
	HaltNode   FaultKind = "halt"       // it crashes; its connections are closed
	CutPower   FaultKind = "cut_power"  // it is gone, and nobody is told
	StopNode   FaultKind = "stop"       // it is stopped in good order
	BootNode   FaultKind = "boot"       // it is started, if it is down
	PauseNode  FaultKind = "pause"      // it stands still
	SetClock   FaultKind = "clock"      // its wall clock is wrong
	Partition  FaultKind = "partition"  // links are cut
	HarmLinks  FaultKind = "harm"       // links are harmed in another way
	Flap       FaultKind = "flap"       // links are harmed, and healed, again and again
	Swizzle    FaultKind = "swizzle"    // nodes are lost one after the other, and come back in another order
	Disconnect FaultKind = "disconnect" // a connection is ended
	NetRule    FaultKind = "rule"       // signals of a kind are late, or cost their connection
	Poison     FaultKind = "toxic"      // TCP connections are harmed
	HealFault  FaultKind = "heal"       // what other faults did is taken back
)

// ofNodes, ofNet: what befalls whom; lasting is what can be taken back.
var (
	ofNodes = []FaultKind{HaltNode, CutPower, StopNode, BootNode, PauseNode, SetClock}
	ofNet   = []FaultKind{Partition, HarmLinks, Flap, Swizzle, Disconnect, NetRule}
	lasting = []FaultKind{HaltNode, CutPower, StopNode, PauseNode, SetClock, Partition, HarmLinks, Flap, Swizzle, NetRule, Poison}
)

// troubleFields are the keys of faults of nodes and of the net.
func troubleFields() []field[Fault] {
	return []field[Fault]{
		{key: "for", form: drawns.name, about: "How long it lasts: then it is taken back, and nothing but it; a " +
			"node that is down boots again. If nothing is said it lasts until a fault heals it. Not with kill, exit, " +
			"fail_start, upgrade, boot, flap, swizzle, disconnect and heal.", read: one("for", lasts, func(f *Fault) *Drawn { return &f.For }, "", "").read},
		onNodes(HaltNode, "Nodes crash, as by kill -9: all processes are gone, connections are closed, and others hear of it at once."),
		onNodes(CutPower, "Nodes lose their power: others hear nothing, and find out when nobody answers their ticks."),
		onNodes(StopNode, "Nodes are stopped in good order, as by init:stop(): trees and applications are shut "+
			"down, those started last first."),
		onNodes(BootNode, "Nodes that are down boot."),
		onNodes(PauseNode, "Nodes stand still, as a frozen virtual machine does: nothing of them runs, and what comes to them waits."),
		{key: string(SetClock), form: "clock fault", about: "Wall clocks of nodes are wrong.", read: func(r *reader, n *node, f *Fault) bool {
			f.Kind = SetClock
			good := readTable(r, &r.grammar.clock, n, f, &f.Doing)
			f.Clock.Place = f.Doing
			return good
		}},
		{key: string(Partition), form: "links, or list: list: node", about: "Links are cut: what is sent waits " +
			"until the partition is healed, or until ticks find the connection dead. `[[a, b], [c]]` is short for " +
			"`groups(a b | c)`.", read: readPartition},
		text(HarmLinks, harms, func(f *Fault, h harmAt) { f.Harm, f.Links = h.harm, h.where }, "Links are harmed."),
		text(Flap, flaps, func(f *Fault, x flapAt) { f.Flap, f.Links = x.flap, x.where },
			"Links are harmed and healed, again and again."),
		text(Swizzle, swizzles, func(f *Fault, s netsim.Swizzle) { f.Swizzle = s },
			"Nodes are cut off one after the other, and come back in another order. Each takes part or not; that, and "+
				"when, is drawn."),
		{key: string(Disconnect), form: "[node, node]", about: "The connection of two nodes is ended, as if the " +
			"first had called disconnect_node.", read: func(r *reader, n *node, f *Fault) (ok bool) {
			f.Kind = Disconnect
			f.Pair, ok = readPair(r, n)
			return ok
		}},
		text(NetRule, netRules, func(f *Fault, x netsim.Rule) { f.Rule = x },
			"Signals of a kind are delayed, or cost their connection."),
		text(Poison, toxics, func(f *Fault, x sim.Toxic) { f.Toxic = x }, "TCP connections are harmed, in Toxiproxy's words."),
		text(HealFault, titles, func(f *Fault, name string) {
			if name != "all" {
				f.Heal = name
			}
		}, "Takes back what the fault of this name has done, or `all` have."),
	}
}

// text is a field with a fault that is one text.
func text[V any](kind FaultKind, f form[V], set func(*Fault, V), about string) field[Fault] {
	return field[Fault]{key: string(kind), form: f.name, about: about, read: func(r *reader, n *node, x *Fault) bool {
		x.Kind = kind
		v, ok := scalar(r, n, f)
		if ok {
			set(x, v)
		}
		return ok
	}}
}

// onNodes is a field with a fault of nodes.
func onNodes(kind FaultKind, about string) field[Fault] {
	return field[Fault]{key: string(kind), form: "nodes, or node, n1..n5, or a list", about: about, read: func(r *reader, n *node, f *Fault) (ok bool) {
		f.Kind = kind
		if n.kind == mappingNode {
			return readTable(r, &r.grammar.nodes, n, f, &f.Doing)
		}
		f.Pick, f.Doing = Pick{All: true}, Place{Pos: n.pos, keys: map[string]Pos{"nodes": n.pos}}
		f.Nodes, ok = readOn(r, n)
		return ok
	}}
}

// whichNodes is the keys that say which nodes.
func whichNodes() []field[Fault] {
	return []field[Fault]{
		{key: "nodes", form: theNodes, def: "all", about: "Which nodes.", read: func(r *reader, n *node, f *Fault) (ok bool) {
			f.Nodes, ok = readOn(r, n)
			return ok
		}},
		one("pick", picks, func(f *Fault) *Pick { return &f.Pick }, "all",
			"How many of those that it can befall; which ones is drawn."),
	}
}

func nodesTable() table[Fault] {
	return table[Fault]{
		name:   "nodes",
		about:  "Which nodes a fault befalls. `halt: a` is short for `halt: {nodes: a}`.",
		fields: whichNodes(),
		lost: map[string]string{
			"node": "did you mean nodes?", "for": "for: stands beside what happens",
			"boot_after": "for: says when they boot again; it stands beside what happens",
		},
	}
}

func clockTable() table[Fault] {
	return table[Fault]{
		name:  "a clock fault",
		about: "Whose wall clocks are wrong, and how. When it is healed they are what they were.",
		fields: append(whichNodes(),
			one("offset", offsets, func(f *Fault) *time.Duration { return &f.Clock.Offset }, "",
				"What it is ahead by from now on; `-5s` is behind."),
			one("step", offsets, func(f *Fault) *time.Duration { return &f.Clock.Step }, "", "By how much it jumps, from what it shows."),
			one("drift", drifts, func(f *Fault) *int { return &f.Clock.Drift }, "0ppm", "How much too fast it is from now on."),
			one("frozen", bools, func(f *Fault) *bool { return &f.Clock.Frozen }, "false", "It stands still from now on.")),
		lost: map[string]string{"freeze": "did you mean frozen?", "jump": "did you mean step?", "node": "did you mean nodes?"},
	}
}

// harmAt is a harm and where it is done; flapAt one that comes and goes.
type (
	harmAt struct {
		harm  netsim.Harm
		where Where
	}
	flapAt struct {
		flap  netsim.Flap
		where Where
	}
)

// lasts is the form of how long something lasts, which cannot be 0.
var lasts = form[Drawn]{name: drawns.name, looks: drawns.looks, parse: func(text string) (Drawn, *flaw) {
	d, bad := parseDrawn(text)
	if bad == nil && d.Mean == 0 && d.Min == 0 {
		bad = &flaw{code: OutOfRange, text: "what lasts no time does nothing"}
	}
	return d, bad
}}

// Forms of faults of the net.
var (
	harms = form[harmAt]{
		name:  "harm at links",
		looks: "slow=10 at isolate(a), loss=5% latency=exp(20ms), jam at groups(a | b)",
		about: "What is done to links, one or several of: cut; reset (a cut that answers: connections break); jam " +
			"(what is sent waits, and ticks too, but the nodes count as connected); slow=10 (times as slow); " +
			"latency=exp(5ms), loss=3%, both added; bandwidth=1MB/s. Behind `at` stands to which; if nothing is said, to all.",
		parse: parseHarm,
	}
	flaps = form[flapAt]{
		name:  "flap",
		looks: "down=1s..3s up=2s times=5: cut at groups(a | b)",
		about: "How long it lasts each time, how long it is gone, how often, and what is done to which links.",
		parse: parseFlap,
	}
	swizzles = form[netsim.Swizzle]{
		name:  "swizzle",
		looks: "over=10s: jam at a b c",
		about: "How long all of it takes, what is done to the links of those that take part, and whom it may befall: nodes, or all.",
		parse: parseSwizzle,
	}
	netRules = form[netsim.Rule]{
		name:  "rule",
		looks: "kind=tick from=a to=b: drop, any: delay 5ms",
		about: "Which signals (kind, or the beginning of one with * behind it; from; to; or any), and what becomes " +
			"of them: drop, delay 5ms, or pass, which spares them the rules after this one.",
		parse: parsedBy(netsim.ParseRule),
	}
	toxics = form[sim.Toxic]{
		name:  "toxic",
		looks: "latency(50ms±10ms) at b:8080 upstream, slicer(64B, 10ms) at :80, reset_peer(1s) at b:6667 toxicity=40%",
		about: "What is done to TCP connections (latency, jitter, slow, bandwidth, slow_close, timeout, reset_peer, slicer, " +
			"limit_data), to which ports (`at :80` is this port of any node, `at b` any of b), from which node, in which " +
			"direction and to how many of them.",
		parse: parsedBy(sim.ParseToxic),
	}
)

func parseHarm(text string) (harmAt, *flaw) {
	what, where, placed := strings.Cut(text, " at ")
	harm, bad := parsedBy(netsim.ParseHarm)(what)
	if bad != nil {
		return harmAt{}, bad
	}
	at := Where{Word: anywhere}
	if placed {
		at, bad = parseWhere(where)
	}
	return harmAt{harm, at}, bad
}

func parseFlap(text string) (flapAt, *flaw) {
	how, what, ok := strings.Cut(text, ": ")
	if !ok {
		return flapAt{}, flawed("as in down=1s..3s up=2s times=5: cut at groups(a | b)", "%q is not a flap", text)
	}
	h, bad := parseHarm(what)
	if bad != nil {
		return flapAt{}, bad
	}
	f, bad := parsedBy(netsim.ParseFlap)("flap " + how + ": " + h.harm.String() + " at none")
	return flapAt{f, h.where}, bad
}

func parseSwizzle(text string) (netsim.Swizzle, *flaw) {
	if what, ok := strings.CutSuffix(text, " at all"); ok {
		s, bad := parsedBy(netsim.ParseSwizzle)("swizzle " + what + " at x")
		s.Nodes = nil
		return s, bad
	}
	return parsedBy(netsim.ParseSwizzle)("swizzle " + text)
}

// readPartition reads links, or groups as lists.
func readPartition(r *reader, n *node, f *Fault) bool {
	f.Kind, f.Harm = Partition, netsim.Harm{Cut: true}
	if n.kind != listNode {
		w, ok := scalar(r, n, wheres)
		f.Links = w
		return ok
	}
	var groups [][]string
	for _, item := range n.items {
		names, ok := readNodeList(r, item)
		if !ok {
			return false
		}
		groups = append(groups, names)
	}
	p := netsim.Groups(groups...)
	if _, err := netsim.ParsePartition(p.String()); err != nil {
		return r.bad(BadValue, n.pos, "as in [[a, b], [c]]", "%s: %v", n.path(), err)
	}
	f.Links = Where{Pattern: p}
	return true
}
