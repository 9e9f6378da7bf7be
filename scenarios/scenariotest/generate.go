// Package scenariotest makes scenario files for tests: valid ones, and damaged ones.
// It draws no random numbers itself; whoever calls it says how, so that tests can shrink, replay and count.
package scenariotest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
)

// Choose answers a number of 0…n-1. It is where all chance comes from; (*rand.Rand).IntN is one.
type Choose func(n int) int

// Generate makes a valid scenario file of the programs in a registry, of which there must be one at least. The run lasts at most limit, which is 2 s at least.
func Generate(choose Choose, programs scenarios.Programs, limit time.Duration) []byte {
	g := &generator{choose: choose, programs: programs, end: 2*time.Second + time.Duration(choose(max(1, int(limit/time.Second)-1)))*time.Second}
	file := g.file()
	var b strings.Builder
	g.block(&b, file, "")
	return []byte(b.String())
}

// generator knows what it has made so far, to refer to it.
type generator struct {
	choose    Choose
	programs  scenarios.Programs
	end       time.Duration // of the run
	trees     []string      // paths of their tops
	apps      []string      // names of the applications
	all       []string      // paths, and registered names
	workers   []worker
	workloads []workload
	faults    []string

	nodes      []string // of a cluster
	upgradable []module
	ids        int
}

type worker struct {
	selector string
	program  scenarios.Program
}

type workload struct {
	name string
	call bool
}

// mapping and list are YAML before it is written. Scalars are strings.
type mapping []pair

type pair struct {
	key   string
	value any
}

type list []any

func (m *mapping) add(key string, value any) { *m = append(*m, pair{key, value}) }

// some reports true in one of n cases.
func (g *generator) some(n int) bool { return g.choose(n) == n-1 }

func one[T any](g *generator, from ...T) T { return from[g.choose(len(from))] }

func (g *generator) id(prefix string) string {
	g.ids++
	return fmt.Sprint(prefix, g.ids)
}

func (g *generator) file() mapping {
	m := mapping{{"simrun", "1"}, {"name", g.id("made-")}}
	if g.some(3) {
		m.add("about", "made by a test: nothing to see")
	}
	if g.some(4) {
		m.add("tags", list{"made", "test"})
	}
	m.add("run", g.run())
	if g.some(4) {
		g.cluster(&m)
	}
	if g.some(3) {
		m.add("apps", g.applications())
	}
	if len(g.trees) > 0 && g.some(2) {
		// the applications are all there is
	} else if g.some(3) {
		trees := list{}
		for range 1 + g.choose(3) {
			trees = append(trees, g.tree(false))
		}
		m.add("trees", trees)
	} else {
		m.add("tree", g.tree(false))
	}
	section := func(key string, most int, item func() mapping) {
		items := list{}
		for range g.choose(most + 1) {
			if i := item(); i != nil {
				items = append(items, i)
			}
		}
		if len(items) > 0 || g.some(5) {
			m.add(key, items)
		}
	}
	section("workloads", 3, g.workload)
	section("faults", 4, g.fault)
	section("expect", 4, g.rule)
	return m
}

func (g *generator) run() mapping {
	m := mapping{{"for", scenarios.FormatDuration(g.end)}}
	if g.some(2) {
		m.add("seeds", one[any](g, "5", "1..3", list{"1", "7", "20..22", "0xff"}))
	}
	if g.some(2) {
		m.add("policy", one(g, "random", "fifo"))
	}
	if g.some(3) {
		m.add("limits", mapping{{"events", one(g, "10k", "1M", "1.5M", "50000")}})
	}
	if g.some(3) {
		m.add("cost", one(g, "50ns", "1us", "100ns"))
	}
	return m
}

// applications makes some applications, which depend on those made before and may stand after those that need them.
func (g *generator) applications() list {
	apps := list{}
	for range 1 + g.choose(3) {
		apps = append(apps, g.application())
	}
	if g.some(2) {
		slices.Reverse(apps)
	}
	return apps
}

func (g *generator) application() mapping {
	name := g.id("app")
	m := mapping{{"name", name}}
	if g.some(2) {
		m.add("type", one(g, "permanent", "transient", "temporary"))
	}
	if g.some(2) {
		deps := list{}
		for _, dep := range append([]string{"kernel"}, g.apps...) {
			if g.some(2) {
				deps = append(deps, dep)
			}
		}
		m.add("deps", deps)
	}
	if g.some(4) {
		m.add("env", mapping{{"port", "8080"}, {"level", one(g, "info", "{rotate, 5}", "[a, b]")}})
	}
	if len(g.trees) == 0 || !g.some(6) {
		m.add("tree", g.tree(true))
	}
	g.apps = append(g.apps, name)
	return m
}

func (g *generator) tree(app bool) mapping {
	id := g.id("sup")
	g.trees = append(g.trees, "/"+id)
	m := mapping{{"id", id}}
	if len(g.nodes) > 0 && !app && g.some(4) {
		m.add("on", one[any](g, "all", list{g.nodes[0], one(g, g.nodes...)}))
	}
	g.supervisor(&m, "/"+id, 3, false)
	return m
}

// supervisor adds the keys of a supervisor and its children. Below a template nothing has a registered name.
func (g *generator) supervisor(m *mapping, path string, depth int, template bool) {
	g.all = append(g.all, path)
	if !template && g.some(3) {
		name := g.id("name_")
		m.add("name", name)
		g.all = append(g.all, name)
	}
	if g.some(2) {
		m.add("intensity", fmt.Sprint(g.choose(20)))
	}
	if g.some(2) {
		m.add("period", one(g, "1s", "5s", "1m", "10s"))
	}
	if g.some(4) {
		m.add("strategy", "simple_one_for_one")
		m.add("child", g.child(path, depth, true, ""))
		m.add("count", fmt.Sprint(1+g.choose(4)))
		return
	}
	auto := ""
	if g.some(4) {
		auto = one(g, "never", "any_significant", "all_significant")
		m.add("auto_shutdown", auto)
	}
	if g.some(2) {
		m.add("strategy", one(g, "one_for_one", "one_for_all", "rest_for_one"))
	}
	kids := list{}
	for range g.choose(4) {
		kids = append(kids, g.child(path, depth, template, auto))
	}
	m.add("children", kids)
}

func (g *generator) child(path string, depth int, template bool, auto string) mapping {
	id := g.id("c")
	path += "/" + id
	m := mapping{{"id", id}}
	if depth > 0 && g.some(4) {
		m.add("type", "supervisor")
		g.supervisor(&m, path, depth-1, template)
	} else {
		g.worker(&m, path, template)
	}
	restart := ""
	if g.some(2) {
		restart = one(g, "permanent", "transient", "temporary")
		m.add("restart", restart)
	}
	if g.some(3) {
		m.add("shutdown", one(g, "0", "100ms", "5s", "brutal_kill", "infinity"))
	}
	if strings.HasSuffix(auto, "significant") && (restart == "transient" || restart == "temporary") {
		m.add("significant", one(g, "true", "false"))
	}
	return m
}

func (g *generator) worker(m *mapping, path string, template bool) {
	names := g.programs.Names()
	name := names[g.choose(len(names))]
	p, _ := g.programs.Lookup(name)
	m.add("start", name)
	if len(p.Versions) > 1 {
		g.upgradable = append(g.upgradable, module{name, p.Versions})
	}
	if args := g.args(p.Params, false); len(args) > 0 {
		m.add("with", args)
	}
	g.all = append(g.all, path)
	g.workers = append(g.workers, worker{path, p})
	if !template && g.some(2) {
		name := g.id("name_")
		m.add("register", name)
		g.all = append(g.all, name)
		g.workers = append(g.workers, worker{name, p})
	}
}

func (g *generator) args(params []scenarios.Param, drawn bool) mapping {
	var m mapping
	for _, p := range params {
		if !p.Required && g.some(2) {
			continue
		}
		if drawn && g.some(4) && p.Type != scenarios.ProcessType {
			m.add(p.Name, list{g.arg(p), g.arg(p)})
		} else if drawn && g.some(4) && p.Type == scenarios.IntType {
			m.add(p.Name, "1..10")
		} else {
			m.add(p.Name, g.arg(p))
		}
	}
	return m
}

func (g *generator) arg(p scenarios.Param) string {
	if len(p.OneOf) > 0 {
		return one(g, p.OneOf...)
	}
	switch p.Type {
	case scenarios.IntType:
		n := max(one[int64](g, 1, 2, 5, 10), p.Least)
		if p.Most > 0 {
			n = min(n, p.Most)
		}
		return strconv.FormatInt(n, 10)
	case scenarios.BoolType:
		return one(g, "true", "false")
	case scenarios.DurationType:
		return one(g, "100ms", "1s", "2.5s")
	case scenarios.DrawnType:
		return g.gap()
	case scenarios.PercentType:
		return one(g, "0%", "0.5%", "50%", "100%")
	case scenarios.ProcessType:
		return one(g, g.all...)
	}
	return one(g, "a", "b", "some text", "it's: quoted", "")
}

func (g *generator) gap() string { return one(g, "100ms", "50ms..150ms", "exp(200ms)", "1s") }

// moment is a moment of the run at which something can happen.
func (g *generator) moment() string {
	return scenarios.FormatDuration(time.Duration(g.choose(int(g.end/time.Millisecond))) * time.Millisecond)
}

// moments is a value of the key at.
func (g *generator) moments() any {
	switch g.choose(3) {
	case 0:
		return g.moment()
	case 1:
		return g.moment() + ".." + scenarios.FormatDuration(g.end)
	}
	return list{g.moment(), g.moment()}
}

func (g *generator) workload() mapping {
	var askable []worker
	for _, w := range g.workers {
		if len(w.program.Requests) > 0 {
			askable = append(askable, w)
		}
	}
	if len(askable) == 0 {
		return nil
	}
	to := one(g, askable...)
	q := one(g, to.program.Requests...)
	name := one(g, g.id("w"), g.id("some clients "))
	g.workloads = append(g.workloads, workload{name, q.Call})
	m := mapping{{"name", name}, {"to", to.selector}, {"count", fmt.Sprint(1 + g.choose(3))}}
	if len(g.nodes) > 0 && g.some(2) {
		m.add("on", one[any](g, "all", one(g, g.nodes...), list{g.nodes[0]}))
	}
	if q.Call {
		m.add("call", q.Name)
		synchronous := to.program.Kind == scenarios.EventsKind && q.Handler.Module == "" // knows no time-out
		if !synchronous && g.some(2) {
			m.add("timeout", one(g, "10ms", "5s", "infinity"))
		}
	} else {
		m.add("cast", q.Name)
	}
	if args := g.args(q.Params, true); len(args) > 0 {
		m.add("with", args)
	}
	if g.some(3) {
		m.add("at", g.moments())
		return m
	}
	m.add("every", one(g, "100ms", "50ms..150ms", "exp(200ms)"))
	if g.some(3) {
		m.add("stop", scenarios.FormatDuration(g.end))
	}
	return m
}

func (g *generator) selector() string {
	s := one(g, g.all...)
	if i := strings.LastIndexByte(s, '/'); i > 0 && g.some(3) {
		return s[:i] + one(g, "/*", "/**")
	}
	return s
}

// module is a program that somebody runs and that has several versions.
type module struct {
	name     string
	versions []scenarios.ProgramVersion
}

func (g *generator) upgrade() mapping {
	of := one(g, g.upgradable...)
	m := mapping{{"module", of.name}, {"to", one(g, of.versions...).Vsn}}
	if g.some(2) {
		m.add("order", one(g, "rolling", "random"))
		m.add("gap", one(g, "0", "10ms", "1ms..2s"))
	}
	if g.some(3) {
		m.add("timeout", one(g, "1ms", "1s"))
	}
	if g.some(3) {
		m.add("purge", one(g, "soft", "brutal"))
	}
	return m
}

// cluster makes some nodes, and what lies between them.
func (g *generator) cluster(m *mapping) {
	for range 1 + g.choose(4) {
		g.nodes = append(g.nodes, g.id("node"))
	}
	nodes := list{}
	for _, n := range g.nodes {
		if g.some(3) {
			settings := mapping{{"name", n}}
			for _, x := range []pair{{"hidden", "true"}, {"down", "true"}, {"net_ticktime", "2s"}, {"cost", "1us"}, {"connect_all", "false"}, {"prevent_overlapping_partitions", "false"}, {"dist_auto_connect", "once"}, {"cookie", "other"}} {
				if g.some(6) {
					settings = append(settings, x)
				}
			}
			nodes = append(nodes, settings)
			continue
		}
		nodes = append(nodes, n)
	}
	m.add("nodes", nodes)
	if g.some(2) {
		m.add("network", mapping{{"link", one(g, "latency=1ms..5ms", "latency=exp(10ms) loss=1%")}, {"connect", one(g, "mesh", "none")}, {"reconnect", "1s"}})
	}
}

// trouble adds what happens to nodes or to the net.
func (g *generator) trouble(m *mapping) {
	a, b := g.nodes[0], g.nodes[1+g.choose(len(g.nodes)-1)]
	lasts := func(key string, value any) {
		m.add(key, value)
		if g.some(2) {
			m.add("for", one(g, "500ms", "1s..3s", "exp(1s)"))
		}
	}
	where := one(g, "halves", "one", "all", "groups("+a+" | "+b+")", "oneway("+a+" -> "+b+")", "isolate("+b+")")
	switch g.choose(9) {
	case 0:
		lasts(one(g, "halt", "cut_power", "stop", "pause"), one[any](g, a, b, list{a, b}, mapping{{"pick", one(g, "one", "2", "50%")}}))
	case 1:
		m.add("boot", one(g, "all", b))
	case 2:
		lasts("clock", mapping{{"nodes", a}, {one(g, "offset", "step"), "-1s"}, {"drift", "100ppm"}})
	case 3:
		lasts("partition", one[any](g, where, list{list{a}, list{b}}))
	case 4:
		lasts("harm", one(g, "jam", "reset", "slow=10", "loss=10% latency=exp(5ms)")+" at "+where)
	case 5:
		m.add("flap", "down=100ms..1s up=500ms times=3: cut at "+where)
	case 6:
		m.add("swizzle", "over=2s: "+one(g, "jam", "cut")+" at "+one(g, "all", a+" "+b))
	case 7:
		lasts("rule", "kind="+one(g, "tick", "name")+" from="+a+": "+one(g, "drop", "delay 100ms"))
	default:
		if g.some(2) {
			m.add("disconnect", list{a, b})
		} else {
			m.add("heal", "all")
		}
	}
}

func (g *generator) fault() mapping {
	m := mapping{}
	if g.some(2) {
		name := g.id("fault ")
		g.faults = append(g.faults, name)
		m.add("name", name)
	}
	if g.some(2) {
		m.add("every", g.gap())
		if g.some(2) {
			m.add("between", "0s.."+scenarios.FormatDuration(g.end))
		}
	} else {
		m.add("at", g.moments())
	}
	switch {
	case len(g.nodes) > 1 && g.some(2):
		g.trouble(&m)
	case len(g.upgradable) > 0 && g.some(3):
		m.add("upgrade", g.upgrade())
	case g.some(4) && len(g.workers) > 0:
		m.add("fail_start", mapping{{"select", one(g, g.workers...).selector}, {"times", fmt.Sprint(1 + g.choose(3))}, {"reason", "econnrefused"}})
	case g.some(3):
		m.add("exit", mapping{{"select", g.selector()}, {"reason", one(g, "boom", "normal", "{badmatch, 1}", "shutdown", "'Odd'")}})
	case g.some(2):
		m.add("kill", mapping{{"select", g.selector()}, {"pick", one(g, "one", "all", "2", "30%")}})
	default:
		m.add("kill", g.selector())
	}
	return m
}

func (g *generator) rule() mapping {
	m := mapping{}
	if g.some(2) {
		m.add("name", g.id("rule "))
	}
	kind := one(g, "always", "never", "eventually", "at_end")
	m.add(kind, g.cond(3))
	if kind != "at_end" && g.some(3) {
		if len(g.faults) > 0 && g.some(2) {
			m.add("after", "fault "+one(g, g.faults...))
		} else {
			m.add("after", "0s")
		}
	}
	if kind == "eventually" && g.some(2) {
		m.add("within", "1s")
	}
	return m
}

func (g *generator) cond(depth int) string {
	if depth > 0 && g.some(3) {
		switch g.choose(4) {
		case 0:
			return g.cond(depth-1) + " && " + g.cond(depth-1)
		case 1:
			return g.cond(depth-1) + " || " + g.cond(depth-1)
		case 2:
			return "!" + g.cond(depth-1)
		}
		return "(" + g.cond(depth-1) + ")"
	}
	switch g.choose(6) {
	case 3:
		return g.nodeCond()
	case 0:
		return one(g, "alive", "dead") + "(" + g.selector() + ")"
	case 1:
		return "up(" + one(g, g.trees...) + ")"
	case 2:
		return "died(" + g.selector() + ")" + one(g, " in 0s..1s", " < 1s", " >= 0", " != 0.5s")
	}
	return g.number() + " " + string(one(g, scenarios.Ops...)) + " " + one(g, "0", "5", "1k", g.number())
}

// nodeCond asks about the node or an application.
func (g *generator) nodeCond() string {
	if len(g.nodes) > 1 && g.some(2) {
		return one(g, "connected("+g.nodes[0]+", "+g.nodes[1]+")", "meshed", "alternating", "cliques", "whereis(leader)", "holders(leader) <= 1", "one_owner", "no_dead_names", "no_dead_locks", "pg_agrees", "node_up("+g.nodes[1]+")")
	}
	name, moment := "node", ""
	if len(g.apps) > 0 && g.some(2) {
		name, moment = "app", "("+one(g, g.apps...)+")"
	}
	if g.some(2) {
		return name + "_up" + moment
	}
	return name + "_died" + moment + one(g, " in 0s..1s", " < 1s", " >= 0", " != 0.5s")
}

func (g *generator) number() string {
	switch {
	case len(g.workloads) > 0 && g.some(3):
		w := one(g, g.workloads...)
		fact := "sent"
		if w.call {
			fact = one(g, "sent", "replies", "timeouts", "errors", "nines")
		}
		return fmt.Sprintf("%s(%q)", fact, w.name)
	case len(g.faults) > 0 && g.some(4):
		return fmt.Sprintf("fired(%q)", one(g, g.faults...))
	case g.some(3):
		return "exits(" + g.selector() + ", " + one(g, "killed", "normal", "{badmatch, 1}") + ")"
	}
	return one(g, "count", "restarts", "exits") + "(" + g.selector() + ")"
}
