package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/sim/otp/code"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// A ProgramVersion is a version of a program's code.
type ProgramVersion struct {
	Vsn   string
	About string // one line
	// New makes its server. Its CodeChange knows the way from the versions before, and back: see package code.
	New func(Setting) genserver.Server
}

// version answers the version of a name.
func (p Program) version(vsn string) (ProgramVersion, bool) {
	i := slices.IndexFunc(p.Versions, func(v ProgramVersion) bool { return v.Vsn == vsn })
	if i < 0 {
		return ProgramVersion{}, false
	}
	return p.Versions[i], true
}

// vsns lists the versions.
func (p Program) vsns() []string {
	var list []string
	for _, v := range p.Versions {
		list = append(list, v.Vsn)
	}
	return list
}

// An Upgrade is what a fault of that kind does: it takes programs from the version that they are in to another,
// newer or older, while they run.
type Upgrade struct {
	Modules []string // the programs; if an application was named, those of its tree that have the version
	App     string   // the application, if one was named
	To      string   // the version
	Order   code.Order
	Gap     Drawn // between two processes, unless Order is code.All
	Timeout time.Duration
	Brutal  bool  // processes that run older code are killed, before and after
	written []Pos // where each module stands
}

// String is what the upgrade does: upgrade kv.Store to v2.
func (u *Upgrade) String() string {
	what := strings.Join(u.Modules, ", ")
	if u.App != "" {
		what = u.App
	}
	return fmt.Sprintf("upgrade %s to %s", what, u.To)
}

// purge is how code is purged, as files write it.
type purge string

const (
	softPurge   purge = "soft"
	brutalPurge purge = "brutal"
)

var vsns = form[string]{name: "version", looks: "v2", parse: parseLabel}

func upgradeTable() table[Fault] {
	return table[Fault]{
		name: "an upgrade",
		about: "The code of running programs is changed as OTP's release handler does it: their processes are " +
			"suspended, those above first, the new version is loaded, they change their code, they go on. What they " +
			"are sent meanwhile waits. If one of them does not answer in time, or its code_change fails, all go back " +
			"to the version and the state that they had. Processes that are started later run the new version. The " +
			"fault takes effect when the upgrade is done. Exactly one of `module` and `app`. To go back later, upgrade " +
			"to the old version: a downgrade.",
		fields: []field[Fault]{
			{key: "module", form: "program, or a list", about: "The programs.", read: readModules},
			one("app", appNames, func(f *Fault) *string { return &f.Upgrade.App }, "",
				"Or an application: all programs of its tree that have the version."),
			one("to", vsns, func(f *Fault) *string { return &f.Upgrade.To }, "", "The version.").must(),
			one("order", oneOf("order", code.All, code.Rolling, code.Random), func(f *Fault) *code.Order { return &f.Upgrade.Order }, "all",
				"Who is suspended at a time: all; or one after the other, so that old and new run side by side, those "+
					"above first or in an order that is drawn."),
			one("gap", drawns, func(f *Fault) *Drawn { return &f.Upgrade.Gap }, "0s",
				"The time between two processes, unless the order is all."),
			one("timeout", lengths, func(f *Fault) *time.Duration { return &f.Upgrade.Timeout }, "5s",
				"How long a process may take to answer: to be suspended, to change its code."),
			{key: "purge", form: "soft | brutal", def: "soft", about: "What becomes of processes that run even older " +
				"code: the upgrade does not begin as long as there are any; or they are killed, before and after.", read: readPurge},
		},
		lost: map[string]string{
			"select": "code belongs to programs, not to processes: module: kv.Store", "version": "did you mean to?",
			"vsn":  "did you mean to?",
			"from": "it is upgraded from whatever version it is in", "modules": "did you mean module? It takes a list",
			"every": "every: stands beside upgrade:",
			"pick":  "all processes of a program are upgraded; one after the other is order: rolling", "application": "did you mean app?",
		},
	}
}

func readUpgrade(r *reader, n *node, f *Fault) bool {
	f.Kind = UpgradeCode
	good := readTable(r, &r.grammar.upgrade, n, f, &f.Doing)
	if n.kind != mappingNode {
		return good
	}
	if r.exactlyOne(n, "module", "app") == "" {
		f.Kind = ""
		return false
	}
	if f.Upgrade.Order == code.All && f.Doing.Has("order") || n.get("order") == nil {
		r.useless(n, "gap", "with order: all they are upgraded at one moment; did you mean order: rolling?")
	}
	return good
}

func readModules(r *reader, n *node, f *Fault) bool {
	return r.eachOf(n, func(item *node) bool {
		name, ok := scalar(r, item, texts)
		if ok {
			f.Upgrade.Modules = append(f.Upgrade.Modules, name)
			f.Upgrade.written = append(f.Upgrade.written, item.pos)
		}
		return ok
	})
}

func readPurge(r *reader, n *node, f *Fault) bool {
	how, ok := scalar(r, n, oneOf("purge", softPurge, brutalPurge))
	f.Upgrade.Brutal = how == brutalPurge
	return ok
}

// upgrade checks that there is what is to be upgraded, and a version to upgrade it to.
func (c *checker) upgrade(f *Fault) {
	u := &f.Upgrade
	switch {
	case u.App != "":
		c.upgradeApp(f)
	case f.Doing.Has("module"):
		for i, name := range u.Modules {
			c.upgradeModule(f, name, u.written[i])
		}
	}
	for _, top := range c.s.Trees {
		top.Each(func(kid *Child) {
			if slices.Contains(u.Modules, kid.Start) {
				f.Targets = append(f.Targets, kid)
			}
		})
	}
}

// upgradeApp finds the programs of an application.
func (c *checker) upgradeApp(f *Fault) {
	u := &f.Upgrade
	i := slices.IndexFunc(c.s.Apps, func(a *App) bool { return a.Name == u.App })
	if i < 0 {
		if !c.torn["apps"] {
			c.bad(UnknownName, f.Doing.Where("app"), c.meant(u.App, appNamesOf(c.s.Apps, nil)), "there is no application %q", u.App)
		}
		return
	}
	complete := c.s.Apps[i].Tree == nil || !c.torn["trees"]
	var others []string
	if top := c.s.Apps[i].Tree; top != nil {
		top.Each(func(kid *Child) {
			complete = complete && (kid.Type == Supervisor || kid.found)
			if _, has := kid.Program.version(u.To); has && !slices.Contains(u.Modules, kid.Start) {
				u.Modules = append(u.Modules, kid.Start)
			}
			others = append(others, kid.Program.vsns()...)
		})
	}
	if len(u.Modules) == 0 && complete && u.To != "" {
		c.bad(UnknownName, f.Doing.Where("to"), c.meant(u.To, others), "no program of the application %s has a version %q", u.App, u.To)
	}
}

// upgradeModule checks one program.
func (c *checker) upgradeModule(f *Fault, name string, at Pos) {
	p, known := c.programs.Lookup(name)
	runs := false
	var running []string
	for _, top := range c.s.Trees {
		top.Each(func(kid *Child) {
			runs = runs || kid.Start == name
			if kid.found && len(kid.Program.Versions) > 1 {
				running = append(running, kid.Start)
			}
		})
	}
	u := &f.Upgrade
	_, has := p.version(u.To)
	switch {
	case !known:
		c.bad(UnknownName, at, c.meant(name, running), "there is no program %q", name)
	case !runs && !c.torn["trees"]:
		c.bad(SelectsNone, at, c.meant(name, running), "nobody in the trees runs %s", name)
	case len(p.Versions) < 2:
		c.bad(BadArgument, at, upgradable(c.programs), "%s has one version only", name)
	case !has && u.To != "":
		c.bad(UnknownName, f.Doing.Where("to"), c.meant(u.To, p.vsns()), "%s has no version %q", name, u.To)
	}
}

// upgradable tells which programs have several versions.
func upgradable(progs Programs) string {
	var names []string
	for _, name := range progs.Names() {
		if p, _ := progs.Lookup(name); len(p.Versions) > 1 {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "several versions have " + strings.Join(names, ", ")
}
