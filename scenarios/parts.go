package scenarios

import "slices"

// This file reads the parts of a file whose shape a table alone does not tell.

func readRun(r *reader, n *node, s *Scenario) bool {
	return readTable(r, &r.grammar.run, n, &s.Run, &s.Run.Place)
}

func readLimits(r *reader, n *node, x *Run) bool {
	return readTable(r, &r.grammar.limits, n, &x.Limits, &x.Limits.Place)
}

func readTree(r *reader, n *node, s *Scenario) bool {
	c := new(Child)
	s.Trees = append(s.Trees, c)
	readTop(r, n, c)
	return true
}

func readTop(r *reader, n *node, c *Child) {
	r.child(&r.grammar.top, n, c)
	c.Type = Supervisor
}

func readChild(r *reader, n *node, c *Child) {
	tb := &r.grammar.worker
	if isSupervisor(n) {
		tb = &r.grammar.supervisor
	}
	r.child(tb, n, c)
	if tb == &r.grammar.supervisor {
		c.Type = Supervisor
	} else {
		c.Type = Worker
	}
}

// isSupervisor guesses by its keys what a child without a proper type is meant to be.
func isSupervisor(n *node) bool {
	if t := n.get("type"); t != nil && (t.text == string(Worker) || t.text == string(Supervisor)) {
		return t.text == string(Supervisor)
	}
	return n.get("start") == nil && (n.get("children") != nil || n.get("child") != nil || n.get("strategy") != nil)
}

func readTemplate(r *reader, n *node, c *Child) bool {
	c.Template = new(Child)
	readChild(r, n, c.Template)
	return true
}

// structural are the keys on which hangs what selectors can find.
var structural = []string{"id", "name", "register", "type", "strategy", "children", "child", "count"}

// child reads one node of a tree. If its structure is not whole, then the tree is torn.
func (r *reader) child(tb *table[Child], n *node, c *Child) {
	readTable(r, tb, n, c, &c.Place)
	if c.ID == "" || len(n.unknown) > 0 {
		r.torn["trees"] = true
	}
	for _, key := range structural {
		if key == "strategy" && n.get("children") != nil {
			continue // whichever it is, they are there
		}
		if n.get(key) != nil && tb.field(key) != nil && !c.Has(key) {
			r.torn["trees"] = true
		}
	}
	simple := c.Strategy == SimpleOneForOne
	switch {
	case tb == &r.grammar.worker || n.kind != mappingNode || n.get("strategy") != nil && !c.Has("strategy"):
	case simple:
		r.useless(n, "children", "simple_one_for_one has one template instead: child")
		if n.get("child") == nil {
			r.torn["trees"] = true
			r.missing(n, "the template of all its children", "child")
		}
	default:
		r.useless(n, "child", "only simple_one_for_one has a template; others have children")
		r.useless(n, "count", "only simple_one_for_one counts instances")
		if n.get("children") == nil {
			r.torn["trees"] = true
			r.missing(n, "a list, which may be empty", "children")
		}
	}
}

// useless reports a key that means nothing beside others.
func (r *reader) useless(n *node, key, hint string) {
	for _, e := range n.keys {
		if e.key == key {
			r.report(WrongCompany, e.pos, 0, hint, "%q has no place in %s", key, n.path())
		}
	}
}

func readWorkload(r *reader, n *node, w *Workload) {
	readTable(r, &r.grammar.workload, n, w, &w.Place)
	if w.Name == "" {
		r.torn["workloads"] = true
	}
	if n.kind != mappingNode {
		return
	}
	switch r.exactlyOne(n, "call", "cast") {
	case "cast":
		r.useless(n, "timeout", "a cast waits for nothing")
	case "":
		w.forget("call", "cast")
	}
	switch r.exactlyOne(n, "every", "at") {
	case "at":
		r.useless(n, "start", "with at: the moments say when")
		r.useless(n, "stop", "with at: the moments say when")
	case "":
		w.Every, w.At = Drawn{}, nil
	}
}

func readFault(r *reader, n *node, f *Fault) {
	readTable(r, &r.grammar.fault, n, f, &f.Place)
	if len(n.unknown) > 0 || n.get("name") != nil && !f.Has("name") {
		r.torn["faults"] = true
	}
	if n.kind != mappingNode {
		return
	}
	switch r.exactlyOne(n, "at", "every") {
	case "at":
		r.useless(n, "between", "only every: needs it")
	case "":
		f.At, f.On, f.Every = nil, nil, Drawn{}
	}
	what := FaultKind(r.exactlyOne(n, faultKeys...))
	if what == "" {
		f.Kind = ""
		f.forget(faultKeys...)
	}
	if what != "" && (!slices.Contains(lasting, what) || what == Flap || what == Swizzle) {
		r.useless(n, "for", string(what)+" does not last")
	}
	if c := n.get(string(SetClock)); c != nil && c.kind == mappingNode {
		r.clockKeys(c)
	}
}

// faultKeys are the keys that say what a fault does.
var faultKeys = []string{
	string(Kill), string(Exit), string(FailStart), string(UpgradeCode), string(HaltNode), string(CutPower), string(StopNode), string(BootNode), string(PauseNode),
	string(SetClock), string(Partition), string(HarmLinks), string(Flap), string(Swizzle), string(Disconnect), string(NetRule), string(Poison), string(HealFault),
}

// clockKeys reports a clock that would be neither moved nor changed, or both set and moved.
func (r *reader) clockKeys(n *node) {
	if n.get("offset") != nil {
		r.useless(n, "step", "offset: says what it shows; step: by how much that changes")
	}
	if n.get("offset") == nil && n.get("step") == nil && n.get("drift") == nil && n.get("frozen") == nil {
		r.missing(n, "", "offset", "step", "drift", "frozen")
	}
}

// readKill reads a mapping, or the selector that is short for one.
func readKill(r *reader, n *node, f *Fault) bool {
	f.Kind = Kill
	if n.kind == mappingNode {
		return readTable(r, &r.grammar.kill, n, f, &f.Doing)
	}
	f.Pick = Pick{All: true}
	f.Doing = Place{Pos: n.pos, keys: map[string]Pos{"select": n.pos}}
	return r.grammar.kill.field("select").read(r, n, f)
}

func readRule(r *reader, n *node, x *Rule) {
	readTable(r, &r.grammar.rule, n, x, &x.Place)
	if n.kind != mappingNode {
		return
	}
	switch kind := r.exactlyOne(n, string(Always), string(Never), string(Eventually), string(AtEnd)); {
	case kind == "":
	case kind != string(Eventually):
		r.useless(n, "within", "only eventually: waits for something")
		if kind == string(AtEnd) {
			r.useless(n, "after", "the end is after everything")
		}
	}
}

// tearUnread marks the sections that are missing although an unknown key may have been meant to be them.
func (r *reader) tearUnread(n *node) {
	if len(n.unknown) == 0 {
		return
	}
	for _, section := range []string{"workloads", "faults", "apps", "nodes"} {
		if n.get(section) == nil {
			r.torn[section] = true
		}
	}
	for _, typo := range n.unknown {
		r.torn["trees"] = r.torn["trees"] || n.get("apps") == nil && r.nearest(typo, []string{"apps"}) != ""
	}
}

// treesOnce reports a file with both tree and trees, or with nothing that could run.
func (r *reader) treesOnce(n *node, s *Scenario) {
	if n.kind != mappingNode {
		return
	}
	key := "trees"
	switch {
	case n.get("tree") != nil:
		key = r.exactlyOne(n, "tree", "trees")
	case n.get("trees") == nil && n.get("apps") == nil:
		r.missing(n, "", "tree", "trees", "apps")
	case n.get("trees") == nil:
		if apps := n.get("apps"); apps.kind == listNode && len(apps.items) == 0 {
			r.wrong(apps, "a scenario has at least one tree or application", "the list of applications is empty")
		}
		key = ""
	}
	if trees := n.get("trees"); key == "trees" && trees != nil && trees.kind == listNode && len(trees.items) == 0 {
		r.wrong(trees, "a scenario has at least one tree", "the list of trees is empty")
	}
	if len(s.Trees) == 0 && len(s.Apps) == 0 || slices.ContainsFunc(s.Trees, func(c *Child) bool { return c.ID == "" }) {
		r.torn["trees"] = true
	}
}
