package scenarios

import (
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// A reading is a fact of a condition, tied to the counters that answer it.
type reading struct {
	fact  Fact
	truth func() bool
	count func() int64
	time  func() (time.Duration, bool)
}

// show prints what the fact is now: restarts(/sup/a) is 6.
func (x reading) show() string {
	switch {
	case x.truth != nil && x.truth():
		return x.fact.String() + " is true"
	case x.truth != nil:
		return x.fact.String() + " is false"
	case x.count != nil:
		return x.fact.String() + " is " + FormatCount(x.count())
	}
	if at, come := x.time(); come {
		return x.fact.String() + " is " + at.String()
	}
	return x.fact.String() + " has not come"
}

// binder ties conditions to counters, and rules to what wakes them.
type binder struct {
	run       *Runner
	book      *book
	workloads map[string]*workforce
	faults    map[string]*harm
	rule      *ruling // on whose behalf
}

// bind makes a test of a condition. It answers as Holds does, and asks the counters.
func (b *binder) bind(c Cond) func() bool {
	switch c := c.(type) {
	case And:
		l, r := b.bind(c.L), b.bind(c.R)
		return func() bool { return l() && r() }
	case Or:
		l, r := b.bind(c.L), b.bind(c.R)
		return func() bool { return l() || r() }
	case Not:
		x := b.bind(c.X)
		return func() bool { return !x() }
	case Is:
		return b.fact(c.Fact).truth
	case In:
		x := b.fact(c.Fact)
		return func() bool { at, come := x.time(); return come && c.Span.Contains(at) }
	case Compare:
		l, r := b.operand(c.L), b.operand(c.R)
		return func() bool {
			x, ok := l()
			if !ok {
				return false
			}
			y, ok := r()
			return ok && c.Op.holds(x, y)
		}
	}
	panic("scenarios: unknown condition")
}

func (b *binder) operand(o Operand) func() (int64, bool) {
	switch {
	case o.Fact == nil && o.Type == TimeFact:
		return func() (int64, bool) { return int64(o.T), true }
	case o.Fact == nil:
		return func() (int64, bool) { return o.N, true }
	}
	x := b.fact(*o.Fact)
	if o.Type == TimeFact {
		return func() (int64, bool) { at, come := x.time(); return int64(at), come }
	}
	return func() (int64, bool) { return x.count(), true }
}

// fact ties a fact, and notes it with the rule.
func (b *binder) fact(f Fact) reading {
	x := b.read(f)
	x.fact = f
	b.rule.readings = append(b.rule.readings, x)
	return x
}

func (b *binder) read(f Fact) reading {
	switch f.Name {
	case "node_up", "node_died", "app_up", "app_died":
		return b.life(f)
	case "connected", "meshed", "alternating":
		return b.connections(f)
	case "sent", "replies", "timeouts", "errors", "nines":
		return b.workload(f)
	case "rolled_back":
		h := b.faults[f.Fault]
		h.onBack = append(h.onBack, b.rule)
		return reading{count: func() int64 { return int64(h.rolledBack) }}
	case "fired":
		h := b.faults[f.Fault]
		h.onTook = append(h.onTook, b.rule)
		return reading{count: func() int64 { return int64(h.took) }}
	case "up":
		g := b.book.permanent(f.Select)
		g.onAlive = append(g.onAlive, b.rule)
		return reading{truth: func() bool { return g.alive == len(g.slots) && len(g.slots) > 0 }}
	}
	if spec, _ := factSpec(f.Name); spec.Of == "" || spec.Of == "global name" {
		return b.look(f)
	}
	return b.processes(f, b.book.group(f.Select))
}

func (b *binder) processes(f Fact, g *group) reading {
	switch f.Name {
	case "alive", "dead", "count":
		g.onAlive = append(g.onAlive, b.rule)
	case "restarts":
		g.onRestart = append(g.onRestart, b.rule)
	default:
		g.onExit = append(g.onExit, b.rule)
	}
	switch f.Name {
	case "alive":
		return reading{truth: func() bool { return g.alive == len(g.slots) && g.alive > 0 }}
	case "dead":
		return reading{truth: func() bool { return g.alive == 0 }}
	case "count":
		return reading{count: func() int64 { return int64(g.alive) }}
	case "restarts":
		return reading{count: func() int64 { return g.restarts }}
	case "died":
		return reading{time: func() (time.Duration, bool) { return g.died, g.exits > 0 }}
	}
	if f.Reason != nil {
		c := g.count(f.Reason.reason())
		return reading{count: func() int64 { return c.n }}
	}
	return reading{count: func() int64 { return g.exits }}
}

func (b *binder) workload(f Fact) reading {
	w := b.workloads[f.Workload]
	w.asked = append(w.asked, b.rule)
	if f.Name == "nines" {
		return reading{count: func() int64 { return int64(w.counts().Availability().Nines()) }}
	}
	n := map[string]*int{"sent": &w.sent, "replies": &w.replies, "timeouts": &w.timeouts, "errors": &w.errors}[f.Name]
	return reading{count: func() int64 { return int64(*n) }}
}

// life ties a fact about nodes or an application on them.
func (b *binder) life(f Fact) reading {
	var hosts []*host
	for _, h := range b.run.hosts {
		if len(f.Nodes) == 0 || slices.Contains(f.Nodes, string(h.name)) {
			hosts = append(hosts, h)
		}
	}
	if f.App != "" {
		return b.appLife(f, hosts)
	}
	for _, h := range hosts {
		h.on = append(h.on, b.rule)
	}
	if f.Name == "node_up" {
		return reading{truth: func() bool {
			return !slices.ContainsFunc(hosts, func(h *host) bool { return !h.up })
		}}
	}
	return first(hosts, func(h *host) (time.Duration, bool) { return h.died, h.gone })
}

// appLife ties a fact about an application, on one node or several.
func (b *binder) appLife(f Fact, hosts []*host) reading {
	var apps []*appLife
	for _, h := range hosts {
		if a := h.find(f.App); a != nil {
			a.on = append(a.on, b.rule)
			apps = append(apps, a)
		}
	}
	if f.Name == "app_up" {
		return reading{truth: func() bool {
			return !slices.ContainsFunc(apps, func(a *appLife) bool { return !a.up })
		}}
	}
	return first(apps, func(a *appLife) (time.Duration, bool) { return a.died, a.ended })
}

// first is the first of several moments that has come.
func first[T any](all []T, moment func(T) (time.Duration, bool)) reading {
	return reading{time: func() (least time.Duration, come bool) {
		for _, x := range all {
			if at, has := moment(x); has && (!come || at < least) {
				least, come = at, true
			}
		}
		return least, come
	}}
}

// reason is the term as processes know it.
func (t Term) reason() sim.Reason {
	switch t.Kind {
	case Number:
		n, _ := parseInt(t.Text)
		return int(n)
	case Text:
		return t.Text
	case Tuple:
		return sim.Tuple(t.reasons())
	case List:
		return t.reasons()
	}
	return sim.Atom(t.Text)
}

func (t Term) reasons() []any {
	items := make([]any, len(t.Items))
	for i, x := range t.Items {
		items[i] = x.reason()
	}
	return items
}
