package scenarios

import (
	"fmt"
	"slices"
	"time"
)

// check looks at the meaning of what has been read. It may be incomplete; what is not there has been reported and is passed over.
func (r *reader) check(s *Scenario) {
	r.checkCluster(s)
	sorted := r.checkApps(s)
	r.checkTrees(s)
	s.order(sorted)
	r.checkOn(s)
	c := &checker{reader: r, s: s, found: map[string][]*Child{}}
	c.eachArg(func(a Arg) {
		if sel, ok := a.Value.(Selector); ok {
			c.selects(sel)
		}
	})
	c.workloads()
	c.faults()
	c.rules()
	r.repro(s)
}

// checker checks what refers to the trees.
type checker struct {
	*reader
	s     *Scenario
	known []string            // paths and names that selectors could mean, made when the first hint needs them
	found map[string][]*Child // what selectors select
	terms *vocabulary         // made when an event names a kind
}

// eachArg calls f for the arguments of all programs.
func (c *checker) eachArg(f func(Arg)) {
	for _, top := range c.s.Trees {
		top.Each(func(kid *Child) {
			for _, a := range kid.With {
				f(a)
			}
		})
	}
}

// selects answers what a selector selects, and reports if that is nothing.
func (c *checker) selects(sel Selector) []*Child {
	if sel.IsZero() {
		return nil
	}
	text := sel.String()
	if sel.Node != "" && sel.Node != anyNode && !c.nodesNamed(c.s, []string{sel.Node}, sel.Pos) {
		return nil
	}
	found, ok := c.found[text]
	if !ok {
		found = c.s.Select(sel)
		c.found[text] = found
	}
	if len(found) == 0 && !c.torn["trees"] {
		what := fmt.Sprintf("%s selects nothing in the trees", text)
		if sel.Name != "" {
			what = fmt.Sprintf("no process is registered as %s", text)
		}
		if away := c.s.Select(sel.anywhere()); len(away) > 0 && sel.Node != "" {
			c.bad(SelectsNone, sel.Pos, "it runs on "+joined(away[0].nodes()), "%s does not run on %s", sel.anywhere(), sel.Node)
			return nil
		}
		c.bad(SelectsNone, sel.Pos, c.selectorHint(sel), "%s", what)
	}
	return found
}

// selectorHint is the nearest selector that selects something, or what there is.
func (c *checker) selectorHint(sel Selector) string {
	if hint := c.instanceHint(sel); hint != "" {
		return hint
	}
	var paths, byID []string
	for _, top := range c.s.Trees {
		top.Each(func(kid *Child) {
			paths = append(paths, kid.Path)
			if sel.Name != "" && kid.ID == sel.Name {
				byID = append(byID, kid.Path)
			}
		})
	}
	if len(byID) > 0 {
		return fmt.Sprintf("did you mean %q, the child with this id?", byID[0])
	}
	if c.known == nil {
		c.known = paths
		for _, top := range c.s.Trees {
			top.Each(func(kid *Child) {
				if kid.Name != "" {
					c.known = append(c.known, kid.Name)
				}
			})
		}
	}
	return c.meant(sel.String(), c.known)
}

// instanceHint is for selectors like room[30] where there are fewer rooms, or where rooms have no numbers.
func (c *checker) instanceHint(sel Selector) string {
	plain := Selector{Steps: slices.Clone(sel.Steps)}
	indexed := false
	for i := range plain.Steps {
		indexed = indexed || plain.Steps[i].Index > 0
		plain.Steps[i].Index = 0
	}
	if !indexed {
		return ""
	}
	for _, kid := range c.s.Select(plain) {
		for _, up := range kid.line(nil) {
			if up.Parent != nil && up.Parent.Template == up {
				return fmt.Sprintf("%s has %d instances, numbered from 1", up.Path, up.Parent.Count)
			}
		}
	}
	if len(c.s.Select(plain)) > 0 {
		return fmt.Sprintf("only children of simple_one_for_one have numbers; did you mean %q?", plain)
	}
	return ""
}

// unique reports names that stand twice, and gives those a name that have none.
func unique[E any](r *reader, what string, all []*E, look func(*E) (name *string, at Pos, fallback string)) {
	seen := map[string]bool{}
	for _, e := range all {
		name, at, _ := look(e)
		if *name != "" && seen[*name] {
			r.bad(DuplicateName, at, "", "there are two %s %q", what, *name)
		}
		seen[*name] = true
	}
	for _, e := range all {
		name, _, fallback := look(e)
		if *name != "" || fallback == "" {
			continue
		}
		*name = fallback
		for n := 2; seen[*name]; n++ {
			*name = fmt.Sprintf("%s (%d)", fallback, n)
		}
		seen[*name] = true
	}
}

// inRun reports a moment that lies after the end of the run, and answers whether it does not.
func (r *reader) inRun(s *Scenario, t time.Duration, at Pos, what string) bool {
	if s.Run.For == 0 || t <= s.Run.For {
		return true
	}
	return r.bad(OutsideRun, at, fmt.Sprintf("the run ends at %s (key for: of run:)", FormatDuration(s.Run.For)), "%s %s, after the end of the run", what, FormatDuration(t))
}

// comes is inRun for something that happens at moments of a range: one of them must come before the end of the
// run, which itself belongs to it no more.
func (r *reader) comes(s *Scenario, d Drawn, at Pos, what, hint string) bool {
	if !r.inRun(s, d.Most(), at, what) {
		return false
	}
	if s.Run.For == 0 || d.Least() < s.Run.For {
		return true
	}
	return r.bad(OutsideRun, at, hint, "%s %s, and a run ends just before that (key for: of run:)", what, FormatDuration(d.Least()))
}

// endHint says what to do about what would happen at the very end.
const endHint = "let it come earlier, or the run be longer"

// workloads checks the clients.
func (c *checker) workloads() {
	unique(c.reader, "workloads", c.s.Workloads, func(w *Workload) (*string, Pos, string) { return &w.Name, w.Where("name"), "" })
	for _, w := range c.s.Workloads {
		w.Targets = c.selects(w.To)
		c.request(w)
		c.workloadTimes(w)
	}
}

// request checks that all whom a workload asks understand what it asks.
func (c *checker) request(w *Workload) {
	key := "cast"
	if w.Has("call") {
		key = "call"
	}
	if !w.Has(key) {
		return
	}
	var asked []string
	for _, kid := range w.Targets {
		if kid.Type == Supervisor {
			c.bad(BadArgument, w.Where("to"), "say which of its children: "+kid.Path+"/*", "%s is a supervisor; workloads ask workers", kid.Path)
			return
		}
		if !kid.found || slices.Contains(asked, kid.Start) {
			continue
		}
		asked = append(asked, kid.Start)
		c.requestTo(w, kid, key, len(asked) == 1)
	}
	w.raw = nil
}

func (c *checker) requestTo(w *Workload, kid *Child, key string, first bool) {
	var possible []string
	for _, q := range kid.Program.Requests {
		if key == "call" && q.Call || key == "cast" && q.Cast {
			possible = append(possible, q.Name)
		}
	}
	q, ok := kid.Program.request(w.Request)
	switch {
	case !ok:
		c.bad(UnknownName, w.Where(key), c.meant(w.Request, possible), "%s does not understand the request %q", kid.Start, w.Request)
	case !slices.Contains(possible, w.Request):
		other := map[string]string{"call": "cast", "cast": "call"}[key]
		c.bad(BadArgument, w.Where(key), fmt.Sprintf("did you mean %s: %s?", other, w.Request), "%s does not understand %q as a %s", kid.Start, w.Request, key)
	default:
		if key == "call" && w.Has("timeout") && kid.Program.Kind.waitsForEver(q) {
			c.bad(BadArgument, w.Where("timeout"), "leave it out",
				"a call of %s waits until all handlers of %s have handled it, as long as it takes", q.Name, kid.Start)
		}
		args := c.args(w.raw, w.Where(key), fmt.Sprintf("request %s of %s", q.Name, kid.Start), q.Params, true)
		if first {
			w.With = args
		}
		for _, a := range args {
			if sel, ok := a.Value.(Selector); ok {
				c.selects(sel)
			}
		}
	}
}

func (c *checker) workloadTimes(w *Workload) {
	for _, d := range w.At {
		c.comes(c.s, d, w.Where("at"), "a request at", endHint)
	}
	if !w.Has("stop") {
		w.Stop = c.s.Run.For
	}
	if len(w.At) > 0 || !c.inRun(c.s, w.Start, w.Where("start"), "the clients start at") || !c.inRun(c.s, w.Stop, w.Where("stop"), "the clients stop at") || w.Stop == 0 {
		return
	}
	switch {
	case w.Start > w.Stop:
		c.bad(OutsideRun, w.Where("stop"), "", "the clients stop at %s, before they start at %s", FormatDuration(w.Stop), FormatDuration(w.Start))
	case c.never(w.Start+w.Every.Least(), w.Stop):
		c.bad(OutsideRun, w.Where("every"), "the first request comes one gap after the start", "there is never a request: %s after %s is %s", w.Every, FormatDuration(w.Start), past(w.Start+w.Every.Least(), w.Stop))
	}
}

// never reports whether something that comes at a moment at the earliest, and at another at the latest, never
// comes in the run.
func (c *checker) never(first, last time.Duration) bool { return first > last || first >= c.s.Run.For }

// past says why it never comes.
func past(first, last time.Duration) string {
	if first > last {
		return "past " + FormatDuration(last)
	}
	return "the end of the run, which belongs to it no more"
}

// faults checks what breaks.
func (c *checker) faults() {
	for _, f := range c.s.Faults {
		f.Targets = c.selects(f.Select)
		c.faultTimes(f)
		if f.Kind == FailStart {
			c.failStart(f)
		}
		if f.Kind == UpgradeCode {
			c.upgrade(f)
		}
		c.trouble(f)
	}
	unique(c.reader, "faults", c.s.Faults, func(f *Fault) (*string, Pos, string) {
		return &f.Name, f.Where("name"), f.deed()
	})
}

// deed is what a fault does, for one that has no name.
func (f *Fault) deed() string {
	if f.Kind == UpgradeCode {
		return f.Upgrade.String()
	}
	if what := f.Trouble.text(f); what != "" {
		return what
	}
	return fmt.Sprintf("%s %s", f.Kind, f.Select)
}

func (c *checker) failStart(f *Fault) {
	for _, kid := range f.Targets {
		if kid.Type == Supervisor {
			c.bad(BadArgument, f.Doing.Where("select"), "say which of its children: "+kid.Path+"/*",
				"%s is a supervisor; only starts of workers can be made to fail", kid.Path)
			return
		}
	}
}

func (c *checker) faultTimes(f *Fault) {
	for _, d := range f.At {
		c.comes(c.s, d, f.Where("at"), "the fault comes at", endHint)
	}
	c.anchors(f)
	if !f.Has("between") {
		f.Between = Span{0, c.s.Run.For}
	}
	if f.Every == (Drawn{}) || c.s.Run.For == 0 || !c.inRun(c.s, f.Between.To, f.Where("between"), "the faults go on until") {
		return
	}
	if c.never(f.Between.From+f.Every.Least(), f.Between.To) {
		c.bad(OutsideRun, f.Where("every"), "the first one comes one gap after the beginning", "the fault never comes: %s after %s is %s", f.Every, FormatDuration(f.Between.From), past(f.Between.From+f.Every.Least(), f.Between.To))
	}
}

// rules checks what must hold.
func (c *checker) rules() {
	for _, x := range c.s.Expect {
		c.after(x)
		if x.Cond != nil {
			EachFact(x.Cond, c.fact)
			c.condTimes(x.Cond)
		}
	}
	unique(c.reader, "expectations", c.s.Expect, func(x *Rule) (*string, Pos, string) {
		if x.Cond == nil {
			return &x.Name, x.Where("name"), ""
		}
		return &x.Name, x.Where("name"), fmt.Sprintf("%s %s", x.Kind, x.Cond)
	})
}

func (c *checker) after(x *Rule) {
	if x.After.Fault != "" {
		c.faultNamed(x.After.Fault, x.Where("after"))
	}
	if !c.comes(c.s, Fixed(x.After.Time), x.Where("after"), "the expectation counts from",
		"what holds when the run is over is said by at_end:") || !x.Has("within") {
		return
	}
	c.inRun(c.s, x.After.Time+x.Within, x.Where("within"), "the expectation waits until")
}

func (c *checker) fact(f Fact) {
	spec, _ := factSpec(f.Name)
	switch spec.Of {
	case "selector":
		c.selects(f.Select)
	case "tree":
		c.tree(f)
	case "workload":
		c.workloadNamed(f)
	case "application":
		c.appNamed(f)
	case "fault":
		c.faultNamed(f.Fault, f.ArgPos)
	default:
		c.clusterFact(f)
	}
}

func (c *checker) tree(f Fact) {
	var tops []string
	for _, top := range c.s.Trees {
		if slices.Equal(f.Select.Steps, []Step{{ID: top.ID}}) || f.Select.Name != "" && f.Select.Name == top.Name {
			return
		}
		tops = append(tops, top.Path)
	}
	if !c.torn["trees"] {
		c.bad(SelectsNone, f.ArgPos, c.meant(f.Select.String(), tops), "there is no tree %s", f.Select)
	}
}

func (c *checker) workloadNamed(f Fact) {
	var names []string
	for _, w := range c.s.Workloads {
		if w.Name == f.Workload {
			if !w.Call && f.Name != "sent" && w.Has("cast") {
				c.bad(BadArgument, f.ArgPos, fmt.Sprintf("did you mean sent(%s)?", nameText(w.Name)), "workload %s casts; it has no %s", w.Name, f.Name)
			}
			return
		}
		names = append(names, w.Name)
	}
	if !c.torn["workloads"] {
		c.bad(UnknownName, f.ArgPos, c.meant(f.Workload, names), "there is no workload %q", f.Workload)
	}
}

func (c *checker) faultNamed(name string, at Pos) {
	var names []string
	for _, f := range c.s.Faults {
		if f.Name == name {
			return
		}
		names = append(names, f.Name)
	}
	if !c.torn["faults"] {
		c.bad(UnknownName, at, c.meant(name, names), "there is no fault %q", name)
	}
}

// condTimes checks the moments that conditions mention.
func (c *checker) condTimes(cond Cond) {
	switch x := cond.(type) {
	case And:
		c.condTimes(x.L)
		c.condTimes(x.R)
	case Or:
		c.condTimes(x.L)
		c.condTimes(x.R)
	case Not:
		c.condTimes(x.X)
	case In:
		c.inRun(c.s, x.Span.To, x.Fact.Pos, "the condition speaks of")
	case Compare:
		for _, o := range []Operand{x.L, x.R} {
			if o.Fact == nil && o.Type == TimeFact {
				c.inRun(c.s, o.T, o.Pos, "the condition speaks of")
			}
		}
	}
}
