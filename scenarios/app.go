package scenarios

import (
	"fmt"
	"slices"
)

// An App is an application of the node: a part of it that is started after what it depends on, and whose end
// may be the end of the node.
type App struct {
	Place
	Name string
	Type AppType  // what its end means for the node
	On   []string // on which nodes it is; none is all
	Deps []Dep    // what must run before it is started
	Env  []EnvVar // its environment, in the order of the file
	Tree *Child   // its supervision tree, also one of Scenario.Trees; nil if it is a library and has no processes
}

// AppType says what the end of an application is to the node.
type AppType string

// OTP's types of applications.
const (
	PermanentApp AppType = "permanent" // the node goes down
	TransientApp AppType = "transient" // the node goes down unless it ended normally
	TemporaryApp AppType = "temporary" // nothing
)

// A Dep names an application that another depends on.
type Dep struct {
	Name string
	Pos  Pos
}

// An EnvVar is a parameter of an application's environment.
type EnvVar struct {
	Key   string
	Value Term
	Pos   Pos
}

// systemApps are on every node.
var systemApps = []string{"kernel", "stdlib"}

func appTable() table[App] {
	const asTree = "it stands under tree: of the application"
	return table[App]{
		name: "an application",
		about: "A part of the node that is started after what it depends on. When its top supervisor ends the " +
			"application has ended, and its type says what that means for the node. A node that has gone down stays " +
			"down; the clients live on it too.",
		fields: []field[App]{
			one("name", appNames, func(a *App) *string { return &a.Name }, "", "What it is called.").must(),
			one("type", oneOf("type", PermanentApp, TransientApp, TemporaryApp), func(a *App) *AppType { return &a.Type }, "permanent",
				"What its end means. permanent: the node goes down, in good order. transient: so it does, unless the "+
					"application ended with `normal`, which no supervisor does. temporary: nothing. That it does not start "+
					"means the same."),
			{key: "on", form: theNodes, def: "all", about: "On which nodes it is started whenever they boot.", read: func(r *reader, n *node, a *App) (ok bool) {
				a.On, ok = readOn(r, n)
				return ok
			}},
			{key: "deps", form: appNames.name + ", or a list", about: "What must run before it is started. kernel and " +
				"stdlib always do.", read: readDeps},
			{key: "env", form: "mapping: terms", about: "Its environment, which its processes can ask for.", read: readEnv},
			{key: "tree", form: "tree", about: "Its supervision tree. Without one it is a library: it runs as long as the node.", read: readAppTree},
		},
		lost: map[string]string{
			"trees": "an application has one tree", "children": asTree, "strategy": asTree,
			"id":      "applications have the key name for this",
			"restart": "did you mean type?", "start": "an application has a tree, not a program",
			"applications": "did you mean deps?", "dep": "did you mean deps?",
		},
	}
}

var appNames = form[string]{name: "application", looks: "kv", parse: parseIdent("the name of an application")}

func readApp(r *reader, n *node, a *App) {
	readTable(r, &r.grammar.app, n, a, &a.Place)
	if a.Name == "" || len(n.unknown) > 0 {
		r.torn["apps"] = true
	}
	if n.kind != mappingNode || len(n.unknown) > 0 && n.get("tree") == nil {
		r.torn["trees"] = true
	}
}

func readAppTree(r *reader, n *node, a *App) bool {
	a.Tree = &Child{App: a}
	readTop(r, n, a.Tree)
	return true
}

func readDeps(r *reader, n *node, a *App) bool {
	items := []*node{n}
	if n.kind == listNode {
		items = n.items
	}
	good := true
	for _, item := range items {
		name, ok := scalar(r, item, appNames)
		if good = good && ok; ok {
			a.Deps = append(a.Deps, Dep{name, item.pos})
		}
	}
	return good
}

func readEnv(r *reader, n *node, a *App) bool {
	if n.kind != mappingNode {
		return r.wantKind(n, mappingNode, "an environment")
	}
	good := true
	for _, e := range n.keys {
		if _, bad := parseIdent("a parameter")(e.key); bad != nil {
			good = r.bad(BadValue, e.pos, bad.hint, "%s", bad.text)
		}
		v, ok := scalar(r, e.value, terms)
		good = good && ok
		a.Env = append(a.Env, EnvVar{e.key, v, e.value.pos})
	}
	return good
}

// checkApps checks the applications by themselves, puts their trees among the others, and answers in which order
// they can be started.
func (r *reader) checkApps(s *Scenario) (sorted []*App) {
	unique(r, "applications", s.Apps, func(a *App) (*string, Pos, string) { return &a.Name, a.Where("name"), "" })
	for _, a := range s.Apps {
		if slices.Contains(systemApps, a.Name) {
			r.bad(DuplicateName, a.Where("name"), "", "every node has an application %s already", a.Name)
		}
	}
	o := &appOrder{reader: r, all: s.Apps}
	for _, a := range s.Apps {
		o.visit(a, nil)
	}
	s.Trees = append(treesOf(s.Apps), s.Trees...)
	return o.sorted
}

// order puts the applications, and their trees, in the order in which they are started.
func (s *Scenario) order(sorted []*App) {
	s.Apps = sorted
	copy(s.Trees, treesOf(sorted))
}

func treesOf(apps []*App) []*Child {
	var trees []*Child
	for _, a := range apps {
		if a.Tree != nil {
			trees = append(trees, a.Tree)
		}
	}
	return trees
}

// appOrder sorts applications: each comes after what it depends on, else they stay in the order of the file.
type appOrder struct {
	*reader
	all    []*App
	sorted []*App
}

// visit puts an application behind what it depends on. way are those that wait for it.
func (o *appOrder) visit(a *App, way []*App) {
	if slices.Contains(o.sorted, a) {
		return
	}
	way = append(way, a)
	for _, d := range a.Deps {
		i := slices.IndexFunc(o.all, func(b *App) bool { return b.Name == d.Name })
		switch {
		case i >= 0 && slices.Contains(way, o.all[i]):
			o.bad(BadApplication, d.Pos, "", "%s", circle(way, o.all[i]))
		case i >= 0:
			o.visit(o.all[i], way)
		case !slices.Contains(systemApps, d.Name) && !o.torn["apps"]:
			o.bad(UnknownName, d.Pos, o.meant(d.Name, appNamesOf(o.all, a)), "there is no application %q", d.Name)
		}
	}
	if !slices.Contains(o.sorted, a) {
		o.sorted = append(o.sorted, a)
	}
}

// circle tells of applications that wait for each other: the last of way for first, which waits for it.
func circle(way []*App, first *App) string {
	last := way[len(way)-1]
	if last == first {
		return fmt.Sprintf("the application %s depends on itself", first.Name)
	}
	text := first.Name
	for _, a := range way[slices.Index(way, first)+1:] {
		text += " needs " + a.Name + ", which"
	}
	return text + " needs " + first.Name + ": none of them can be started first"
}

// appNamesOf lists the applications but for one.
func appNamesOf(all []*App, but *App) []string {
	var names []string
	for _, a := range all {
		if a != but && a.Name != "" {
			names = append(names, a.Name)
		}
	}
	return names
}

// appNamed checks that there is an application of a name.
func (c *checker) appNamed(f Fact) {
	i := slices.IndexFunc(c.s.Apps, func(a *App) bool { return a.Name == f.App })
	switch {
	case c.torn["apps"]:
	case i < 0:
		c.bad(UnknownName, f.ArgPos, c.meant(f.App, appNamesOf(c.s.Apps, nil)), "there is no application %q", f.App)
	case c.nodesNamed(c.s, f.Nodes, f.ArgPos) && len(f.Nodes) > 0 && !runsOn(c.s.Apps[i].On, f.Nodes[0]):
		c.bad(SelectsNone, f.ArgPos, "it runs on "+joined(c.s.Apps[i].On), "%s does not run on %s", f.App, f.Nodes[0])
	}
}
