package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bedlam-sim/bedlam/netsim"
)

// This file reads and checks what a file says about nodes and what lies between them.

// maxNodes is how many nodes a cluster may have.
const maxNodes = 200

func nodeTable() table[Node] {
	return table[Node]{
		name: "a node",
		about: "A node of the cluster, or several that are alike: `n1..n5`, or `{name: [a, b], hidden: true}`. The " +
			"parameters are those of Erlang's kernel application, and so are their defaults.",
		fields: []field[Node]{
			field[Node]{key: "name", form: "node, n1..n5, or a list", about: "What it is called.", read: func(r *reader, m *node, n *Node) (ok bool) {
				n.pattern, ok = readNodeList(r, m)
				return ok
			}}.must(),
			one("hidden", bools, func(n *Node) *bool { return &n.Hidden }, "false",
				"A hidden node: others do not list it among their nodes, and it takes no part in global names."),
			one("down", bools, func(n *Node) *bool { return &n.Down }, "false", "It is down until a fault boots it."),
			one("cookie", texts, func(n *Node) *string { return &n.Cookie }, "", "Nodes with different cookies do not connect."),
			one("cost", durations, func(n *Node) *time.Duration { return &n.Cost }, "",
				"The virtual time one reduction takes on it: a slow machine. If nothing is said, that of `run:`."),
			{key: "clock", form: "clock", about: "How wrong its wall clock is.", read: func(r *reader, m *node, n *Node) bool {
				return readTable(r, &r.grammar.wall, m, &n.Clock, &n.Clock.Place)
			}},
			one("dist_auto_connect", oneOf("dist_auto_connect", ConnectAlways, ConnectNever, ConnectOnce), func(n *Node) *AutoConnect { return &n.Connects }, "always",
				"Whether a signal to a node that is not connected connects."),
			one("connect_all", bools, func(n *Node) *bool { return &n.Mesh }, "true",
				"Whether it connects to all that those know to whom it connects."),
			one("prevent_overlapping_partitions", bools, func(n *Node) *bool { return &n.Prevent }, "true",
				"Whether a connection that is lost costs those to all who still see the other."),
			one("net_ticktime", lengths, func(n *Node) *time.Duration { return &n.TickTime }, "60s",
				"After so long a silence, more or less a tick, a connection counts as lost."),
			one("net_tickintensity", atLeast(4, 1000), func(n *Node) *int { return &n.Intensity }, "4",
				"How many ticks there are in `net_ticktime`."),
			one("net_setuptime", lengths, func(n *Node) *time.Duration { return &n.SetupTime }, "7s",
				"How long a step of the handshake of two nodes may take."),
		},
		lost: map[string]string{
			"auto_connect": "did you mean dist_auto_connect?", "ticktime": "did you mean net_ticktime?",
			"tick_time":      "did you mean net_ticktime?",
			"tick_intensity": "did you mean net_tickintensity?", "setup_time": "did you mean net_setuptime?",
			"speed": "say what a reduction takes: cost: 500ns",
			"apps":  "applications say where they run: on: [a, b]", "trees": "trees say where they run: on: [a, b]",
			"on": "trees, applications and workloads say where they run",
			"id": "nodes have the key name for this", "offset": "it stands under clock:", "drift": "it stands under clock:",
		},
	}
}

func wallTable() table[Clock] {
	return table[Clock]{
		name:  "a clock",
		about: "How wrong the wall clock of a node is. Timers never follow it, only what asks for the system time.",
		fields: []field[Clock]{
			one("offset", offsets, func(c *Clock) *time.Duration { return &c.Offset }, "0s", "What it is ahead by; `-5s` is behind."),
			one("drift", drifts, func(c *Clock) *int { return &c.Drift }, "0ppm", "How much too fast it is; `-50ppm` is too slow."),
			one("frozen", bools, func(c *Clock) *bool { return &c.Frozen }, "false", "It stands still."),
		},
		lost: map[string]string{"freeze": "did you mean frozen?", "step": "a clock that jumps is a fault: clock: {nodes: a, step: 5s}"},
	}
}

func networkTable() table[Network] {
	return table[Network]{
		name:  "a network",
		about: "What lies between the nodes, and which of them are connected at first.",
		fields: []field[Network]{
			one("link", links, func(n *Network) *netsim.Link { return &n.Link }, "latency=lognormal(p50=500us,p99=5ms)",
				"What every direction between two nodes is like."),
			list("links", "wire", func(n *Network) *[]*Wire { return &n.Links }, readWire, "Those that are different."),
			{key: "connect", form: "mesh, none, or list: [a, b]", def: "mesh", about: "Whom each node connects to " +
				"when it boots, before anything else runs there: all others, nobody, or the other one of its pairs. It " +
				"waits for that, and for global names to be in sync.", read: readConnect},
			one("reconnect", lengths, func(n *Network) *time.Duration { return &n.Reconnect }, "",
				"How often each node tries again to connect to those it has lost. If nothing is said it does not, as "+
					"Erlang does not: connections come back when somebody sends something."),
		},
		lost: map[string]string{
			"latency":   "it is part of a link: link: latency=5ms",
			"loss":      "it is part of a link: link: latency=5ms loss=1%",
			"bandwidth": "it is part of a link: link: bandwidth=1MB/s",
			"partition": "partitions are faults", "nodes": "nodes: stands beside network:",
		},
	}
}

func wireTable() table[Wire] {
	return table[Wire]{
		name:  "a wire",
		about: "A link that is not like the others. `between`, or both `from` and `to`.",
		fields: []field[Wire]{
			{key: "between", form: "[node, node]", about: "Both directions between two nodes.", read: func(r *reader, n *node, w *Wire) (ok bool) {
				w.Between, ok = readPair(r, n)
				return ok
			}},
			one("from", nodeNames, func(w *Wire) *string { return &w.From }, "", "One direction: from this node"),
			one("to", nodeNames, func(w *Wire) *string { return &w.To }, "", "to this one."),
			one("link", links, func(w *Wire) *netsim.Link { return &w.Link }, "", "What it is like.").must(),
		},
	}
}

// Forms of what a cluster is made of.
var (
	nodeNames    = form[string]{name: "node", looks: "a", parse: parseIdent("the name of a node")}
	nodePatterns = form[[]string]{name: "node, or n1..n5", looks: "a, n1..n5", parse: parseNodes}
	links        = form[netsim.Link]{
		name:  "link",
		looks: "latency=1ms..5ms, latency=lognormal(p50=1ms,p99=20ms) loss=0.1% bandwidth=1MB/s",
		about: "What one direction between two nodes is like: latency, jitter (each 5ms, 1s..5s, exp(5ms), " +
			"normal(5ms,1ms), lognormal(p50=2ms,p99=25ms), pareto(1ms,1.5) or choice(1ms:90%, 500ms:10%)), bandwidth, " +
			"queue (how much may wait), loss (which is delay, since connections send again), rto, retries.",
		parse: parseLink,
	}
	offsets = form[time.Duration]{name: "duration of either sign", looks: "5s, -5s", parse: func(text string) (time.Duration, *flaw) {
		digits, negative := strings.CutPrefix(text, "-")
		d, bad := parseDuration(digits)
		if negative {
			d = -d
		}
		return d, bad
	}}
	drifts = form[int]{name: "ppm", looks: "200ppm, -50ppm", parse: parseDrift}
)

// parsedBy makes a form's parse of a function of package netsim.
func parsedBy[V any](parse func(string) (V, error)) func(string) (V, *flaw) {
	return func(text string) (V, *flaw) {
		v, err := parse(text)
		if err != nil {
			return v, flawed("", "%v", err)
		}
		return v, nil
	}
}

// linkWords are what a link may say of itself.
var linkWords = []string{"latency", "jitter", "bandwidth", "queue", "loss", "retries", "rto"}

// parseLink reads a link, and says of a bad one which of its words is wrong.
func parseLink(text string) (netsim.Link, *flaw) {
	link, err := netsim.ParseLink(text)
	if err == nil {
		return link, nil
	}
	off, depth := 0, 0
	for _, word := range strings.FieldsFunc(text, func(c rune) bool {
		depth += strings.Count("(", string(c)) - strings.Count(")", string(c))
		return c == ' ' && depth <= 0
	}) {
		off += strings.Index(text[off:], word)
		name, value, _ := strings.Cut(word, "=")
		at := utf8.RuneCountInString(text[:off])
		if !slices.Contains(linkWords, name) {
			return link, flawed((&suggester{}).meant(name, linkWords), "%q is nothing that links have", name).moved(at, name)
		}
		if _, err := netsim.ParseLink(word); err != nil {
			bad := flawed(linkForms, "%s", strings.TrimPrefix(err.Error(), "link: "))
			if value == "" {
				return link, bad.moved(at, word)
			}
			return link, bad.moved(at+utf8.RuneCountInString(name+"="), value)
		}
		off += len(word)
	}
	return link, flawed(linkForms, "%s", strings.TrimPrefix(err.Error(), "link: "))
}

// linkForms is the hint of a bad link.
const linkForms = "links look like latency=1ms..5ms loss=0.1% bandwidth=1MB/s"

// maxDrift is how wrong a clock can be: so much that it runs twice as fast.
const maxDrift = 1_000_000

func parseDrift(text string) (int, *flaw) {
	number, ok := strings.CutSuffix(text, "ppm")
	n, err := strconv.Atoi(number)
	switch {
	case !ok || err != nil || strings.HasPrefix(number, "+"):
		return 0, flawed("drifts look like 200ppm, -50ppm", "%q is not a drift", text)
	case n > maxDrift || n < -maxDrift:
		return 0, &flaw{code: OutOfRange, text: fmt.Sprintf("%s is more than a whole", text)}
	}
	return n, nil
}

// parseNodes reads a, or n1..n5.
func parseNodes(text string) ([]string, *flaw) {
	first, last, several := strings.Cut(text, "..")
	if !several {
		name, bad := nodeNames.parse(text)
		return []string{name}, bad
	}
	stem := strings.TrimRight(first, "0123456789")
	from, err := strconv.Atoi(first[len(stem):])
	digits, same := strings.CutPrefix(last, stem)
	to, err2 := strconv.Atoi(digits)
	switch {
	case !isIdent(stem) || !same || err != nil || err2 != nil || from > to:
		return nil, flawed("several nodes look like n1..n5", "%q does not say which nodes", text)
	case to-from >= maxNodes:
		return nil, &flaw{code: OutOfRange, text: fmt.Sprintf("%q is more than %d nodes", text, maxNodes)}
	}
	var names []string
	for i := from; i <= to; i++ {
		names = append(names, stem+strconv.Itoa(i))
	}
	return names, nil
}

// readNodes reads the nodes: a pattern, a mapping, or a list of such.
func readNodes(r *reader, n *node, s *Scenario) bool {
	items := []*node{n}
	if n.kind == listNode {
		items = n.items
		if len(items) == 0 {
			r.torn["nodes"] = true
			return r.wrong(n, "a cluster has at least one node; leave the key out for one without a name", "the list of nodes is empty")
		}
	}
	good := true
	for _, item := range items {
		good = readNode(r, item, s) && good
	}
	if !good {
		r.torn["nodes"] = true
	}
	if len(s.Nodes) > maxNodes {
		return r.bad(OutOfRange, n.pos, "", "%d nodes are too many; %d are possible", len(s.Nodes), maxNodes)
	}
	return good
}

// readNode reads a node, or several that are alike.
func readNode(r *reader, n *node, s *Scenario) bool {
	if n.kind == listNode || n.kind == refusedNode {
		return r.wantKind(n, mappingNode, "a node")
	}
	whole := n
	if n.kind == scalarNode {
		whole = &node{kind: mappingNode, pos: n.pos, parent: n.parent, index: n.index, key: n.key, keys: []entry{{"name", n.pos, n}}}
	}
	var like Node
	good := readTable(r, &r.grammar.node, whole, &like, &like.Place)
	for _, name := range like.pattern {
		one := like
		one.Name, one.pattern = name, nil
		s.Nodes = append(s.Nodes, &one)
	}
	return good
}

func readNetwork(r *reader, n *node, s *Scenario) bool {
	return readTable(r, &r.grammar.network, n, &s.Network, &s.Network.Place)
}

func readWire(r *reader, n *node, w *Wire) {
	readTable(r, &r.grammar.wire, n, w, &w.Place)
	if n.kind != mappingNode {
		return
	}
	if n.get("between") != nil {
		r.useless(n, "from", "between: says which nodes")
		r.useless(n, "to", "between: says which nodes")
	} else if n.get("from") == nil || n.get("to") == nil {
		r.missing(n, "", "between", "from", "to")
	}
}

// readPair reads [a, b].
func readPair(r *reader, n *node) ([]string, bool) {
	if n.kind != listNode {
		return nil, r.wantKind(n, listNode, "two nodes")
	}
	var pair []string
	for _, item := range n.items {
		name, ok := scalar(r, item, nodeNames)
		if !ok {
			return nil, false
		}
		pair = append(pair, name)
	}
	if len(pair) != 2 || pair[0] == pair[1] {
		return nil, r.wrong(n, "as in [a, b]", "%s must be two nodes", n.path())
	}
	return pair, true
}

func readConnect(r *reader, n *node, net *Network) bool {
	if n.kind != listNode {
		word, ok := scalar(r, n, oneOf("connect", "mesh", "none"))
		net.Connect.Mesh = word == "mesh"
		return ok
	}
	good := true
	for _, item := range n.items {
		pair, ok := readPair(r, item)
		if good = good && ok; ok {
			net.Connect.Pairs = append(net.Connect.Pairs, [2]string{pair[0], pair[1]})
		}
	}
	return good
}

// readOn reads where something runs: all, or nodes.
func readOn(r *reader, n *node) (on []string, ok bool) {
	if n.kind == scalarNode && n.text == "all" {
		return nil, true
	}
	return readNodeList(r, n)
}

// readNodeList reads a node, a pattern, or a list of such.
func readNodeList(r *reader, n *node) (names []string, ok bool) {
	items := []*node{n}
	if n.kind == listNode {
		items = n.items
		if len(items) == 0 {
			return nil, r.wrong(n, "", "%s is an empty list", n.path())
		}
	}
	ok = true
	for _, item := range items {
		some, good := scalar(r, item, nodePatterns)
		ok = ok && good
		for _, name := range some {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names, ok
}

// theNodes is the form of the key on, for people.
const theNodes = "all, node, n1..n5, or a list"

// checkCluster checks the nodes by themselves.
func (r *reader) checkCluster(s *Scenario) {
	seen := map[string]bool{}
	for _, n := range s.Nodes {
		switch {
		case seen[n.Name]:
			r.bad(DuplicateName, n.Where("name"), "", "there are two nodes %q", n.Name)
		case n.Name == netsim.Others || n.Name == anyNode || n.Name == "all":
			r.bad(BadValue, n.Where("name"), "", "no node can be called %q: the word means something else", n.Name)
		}
		seen[n.Name] = true
	}
	if at := s.Where("network"); !s.clustered() && s.Has("network") && !r.torn["nodes"] {
		r.bad(WrongCompany, at, "add nodes: [a, b]", "a network without nodes")
	}
	net := &s.Network
	for _, w := range net.Links {
		if w.Has("between") {
			r.nodesNamed(s, w.Between, w.Where("between"))
			continue
		}
		for _, key := range []string{"from", "to"} {
			if w.Has(key) {
				r.nodesNamed(s, []string{map[string]string{"from": w.From, "to": w.To}[key]}, w.Where(key))
			}
		}
		if w.From == w.To && w.From != "" {
			r.bad(BadValue, w.Where("to"), "", "a link leads to another node")
		}
	}
	for _, pair := range net.Connect.Pairs {
		r.nodesNamed(s, pair[:], net.Where("connect"))
	}
}

// nodesNamed reports names that no node has.
func (r *reader) nodesNamed(s *Scenario, names []string, at Pos) bool {
	if r.torn["nodes"] {
		return true
	}
	for _, name := range names {
		if slices.ContainsFunc(s.Nodes, func(n *Node) bool { return n.Name == name }) {
			continue
		}
		if !s.clustered() {
			return r.bad(UnknownName, at, "add nodes: [a, b] to the file", "the file has no nodes, so there is no node %q", name)
		}
		return r.bad(UnknownName, at, r.meant(name, s.nodeNames()), "there is no node %q", name)
	}
	return true
}

// checkOn checks where trees, applications and clients run.
func (r *reader) checkOn(s *Scenario) {
	for _, a := range s.Apps {
		if !r.nodesNamed(s, a.On, a.Where("on")) {
			continue
		}
		for _, d := range a.Deps {
			i := slices.IndexFunc(s.Apps, func(b *App) bool { return b.Name == d.Name })
			if i < 0 || len(s.Apps[i].On) == 0 {
				continue
			}
			for _, n := range s.Nodes {
				if runsOn(a.On, n.Name) && !runsOn(s.Apps[i].On, n.Name) {
					r.bad(BadApplication, d.Pos, "", "%s runs on %s, where %s does not", a.Name, n.Name, d.Name)
					break
				}
			}
		}
	}
	for _, top := range s.Trees {
		r.nodesNamed(s, top.On, top.Where("on"))
	}
	for _, w := range s.Workloads {
		r.nodesNamed(s, w.On, w.Where("on"))
		if s.clustered() && len(w.On) == 0 && !w.Has("on") {
			w.On = []string{s.Nodes[0].Name}
		}
	}
}
