package scenarios

import "strings"

// checkTrees checks the trees by themselves, and gives children their paths and programs.
func (r *reader) checkTrees(s *Scenario) {
	t := &treeChecker{reader: r, names: map[string]*Child{}, clustered: s.clustered()}
	r.siblings(s.Trees, "trees")
	for _, top := range s.Trees {
		t.child(top, nil, 1)
	}
}

// treeChecker goes through the trees from the top down.
type treeChecker struct {
	*reader
	names map[string]*Child // who has which registered name

	clustered bool // the file has nodes
}

// child checks c, of which there are so many instances at first.
func (t *treeChecker) child(c, parent *Child, instances int) {
	c.Parent, c.Path = parent, "/"+c.ID
	if parent != nil {
		c.Path = parent.Path + c.Path
	}
	t.name(c, instances)
	if c.Type == Worker {
		t.program(c)
		return
	}
	t.supervisor(c)
	t.siblings(c.Children, "children")
	for _, kid := range c.Children {
		t.child(kid, c, instances)
		t.significant(kid, c)
	}
	if c.Template != nil {
		t.child(c.Template, c, min(instances*max(1, c.Count), 1<<30))
		t.significant(c.Template, c)
	}
}

// siblings reports children of one supervisor, or trees, with the same id.
func (r *reader) siblings(kids []*Child, what string) {
	seen := map[string]Pos{}
	for _, c := range kids {
		if first, twice := seen[c.ID]; twice && c.ID != "" {
			r.bad(DuplicateName, c.Where("id"), "", "two %s have the id %q; the first is in line %d", what, c.ID, first.Line)
			continue
		}
		seen[c.ID] = c.Where("id")
	}
}

// name checks that a registered name is that of one process.
func (t *treeChecker) name(c *Child, instances int) {
	key := "register"
	if c.Type == Supervisor {
		key = "name"
	}
	switch first := t.names[c.Name]; {
	case c.Name == "":
	case strings.HasPrefix(c.Name, globalPrefix) && !t.clustered && !t.torn["nodes"]:
		t.bad(WrongCompany, c.Where(key), "add nodes: [a, b] to the file",
			"a global name is one of a cluster, and the file has no nodes")
	case first != nil:
		t.bad(DuplicateName, c.Where(key), "a second process that registers a name fails to start", "the name %q is already that of %s", c.Name, first.Path)
	case instances > 1:
		t.bad(DuplicateName, c.Where(key), "leave the name out",
			"%d instances of a template cannot all have the name %q", instances, c.Name)
	default:
		t.names[c.Name] = c
	}
}

// program finds the program of a worker, and reads its arguments.
func (t *treeChecker) program(c *Child) {
	if c.Start == "" {
		return
	}
	p, ok := t.programs.Lookup(c.Start)
	if !ok {
		t.bad(UnknownName, c.Where("start"), t.meant(c.Start, t.programs.Names()), "there is no program %q", c.Start)
		return
	}
	c.Program, c.found = p, true
	c.With = t.args(c.raw, c.Where("start"), "program "+c.Start, p.Params, false)
	c.raw = nil
}

// supervisor checks what OTP refuses in the flags of a supervisor.
func (t *treeChecker) supervisor(c *Child) {
	if c.Strategy == SimpleOneForOne && c.AutoShutdown != AutoNever && c.Has("auto_shutdown") {
		t.bad(BadSupervisor, c.Where("auto_shutdown"), "OTP 27 refuses it: bad_combination",
			"simple_one_for_one does not go with auto_shutdown %s", c.AutoShutdown)
	}
}

// significant checks what OTP refuses in a significant child.
func (t *treeChecker) significant(kid, c *Child) {
	switch {
	case !kid.Significant:
	case kid.Restart == Permanent:
		t.bad(BadSupervisor, kid.Where("significant"), "make it transient or temporary",
			"a permanent child cannot be significant: it never ends")
	case c.AutoShutdown == AutoNever:
		t.bad(BadSupervisor, kid.Where("significant"), "its supervisor needs auto_shutdown: any_significant or "+
			"all_significant", "a significant child under auto_shutdown never is refused by OTP")
	}
}
