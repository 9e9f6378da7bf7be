package scenarios

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/bedlam-sim/bedlam/sim"
)

// grammar is the format: a table for each kind of mapping.
type grammar struct {
	file                    table[Scenario]
	run                     table[Run]
	limits                  table[Limits]
	node                    table[Node]
	wall                    table[Clock]
	network                 table[Network]
	wire                    table[Wire]
	app                     table[App]
	top, supervisor, worker table[Child]
	workload                table[Workload]
	fault                   table[Fault]
	kill, exit, failStart   table[Fault]
	upgrade                 table[Fault]
	nodes, clock            table[Fault]
	rule                    table[Rule]
	repro                   table[Repro]
}

var theGrammar = newGrammar()

func newGrammar() *grammar {
	return &grammar{
		file: fileTable(), run: runTable(), limits: limitsTable(), app: appTable(),
		node: nodeTable(), wall: wallTable(), network: networkTable(), wire: wireTable(), nodes: nodesTable(), clock: clockTable(),
		top: topTable(), supervisor: supervisorTable(), worker: workerTable(),
		workload: workloadTable(), fault: faultTable(), kill: killTable(), exit: exitTable(), failStart: failStartTable(), upgrade: upgradeTable(),
		rule: ruleTable(), repro: reproTable(),
	}
}

func fileTable() table[Scenario] {
	return table[Scenario]{
		name:  "a scenario",
		about: "The file is one mapping with these keys.",
		fields: []field[Scenario]{
			one("simrun", versions, func(*Scenario) *int { return new(int) }, "", "The version of the format: 1.").must(),
			one("name", labels, func(s *Scenario) *string { return &s.Name }, "",
				"What the scenario is called: letters, digits, dots, dashes, underscores.").must(),
			one("about", texts, func(s *Scenario) *string { return &s.About }, "", "What it is about, for people."),
			several("tags", labels, func(s *Scenario) *[]string { return &s.Tags }, "To choose scenarios by."),
			{key: "run", form: "run", filled: true, about: "How it is run.", read: readRun},
			{key: "nodes", form: "node, n1..n5, or a list", about: "The nodes of a cluster. Without this there is " +
				"one, without a name and without a network.", read: readNodes},
			{key: "network", form: "network", filled: true, about: "What lies between the nodes, and who is connected at first.", read: readNetwork},
			{key: "tree", form: "tree", about: "The supervision tree. This, `trees`, `apps`, or `apps` with one of the two.", read: readTree},
			list("trees", "tree", func(s *Scenario) *[]*Child { return &s.Trees }, readTop,
				"Several supervision trees, started in this order."),
			list("apps", "application", func(s *Scenario) *[]*App { return &s.Apps }, readApp,
				"The applications of the node. They are started in this order, but each after what it depends on; other "+
					"trees come after them."),
			list("workloads", "workload", func(s *Scenario) *[]*Workload { return &s.Workloads }, readWorkload, "The clients."),
			list("faults", "fault", func(s *Scenario) *[]*Fault { return &s.Faults }, readFault, "What breaks."),
			list("expect", "expectation", func(s *Scenario) *[]*Rule { return &s.Expect }, readRule, "What must hold."),
			{key: "repro", form: "repro", about: "One run of it that is worth keeping.", read: readRepro},
		},
		lost: map[string]string{
			"applications": "did you mean apps?", "app": "did you mean apps?",
			"seeds": "seeds stand under run:", "for": "the duration stands under run:", "policy": "the policy stands under run:",
			"cluster": "did you mean nodes?", "node": "did you mean nodes?", "topology": "did you mean network?",
			"net":     "did you mean network?",
			"connect": "it stands under network:", "link": "it stands under network:",
			"links": "they stand under network:", "on": "trees, applications and workloads say where they run",
		},
	}
}

func runTable() table[Run] {
	return table[Run]{
		name:  "a run",
		about: "How a scenario is run.",
		fields: []field[Run]{
			{key: "seeds", form: "seeds", def: "1..100", about: "The seeds to run with, a run for each: a range " +
				"(`1..200`), how many (`50` is 1..50) or a list (`[1, 7, 20..30]`).", read: readSeeds},
			one("for", lengths, func(x *Run) *time.Duration { return &x.For }, "60s",
				"How long a run lasts, in virtual time. What would happen at this very moment does not happen any more; a "+
					"deadline that ends now counts."),
			one("policy", policies, func(x *Run) *Policy { return &x.Policy }, "random",
				"Who runs next: `random`: drawn, as are the lengths of slices; `fifo`: in turn, with full slices; "+
					"`pct(depth=3)`: by priorities that change at a few drawn moments; `pos`: by priorities drawn anew each "+
					"time; `timed(slack=10ms)`: what is due may lag; `portfolio`: each seed draws one of these."),
			one("swarm", bools, func(x *Run) *bool { return &x.Swarm }, "false",
				"Whether each run leaves out some kinds of faults, each by the toss of a coin of its own: what one kind hides "+
					"another may show. What mends (`boot`, `heal`) stays, and so does each kind of which a rule counts a fault."),
			{key: "limits", form: "limits", filled: true, about: "When to give a run up.", read: readLimits},
			one("cost", durations, func(x *Run) *time.Duration { return &x.Cost }, "50ns", "The virtual time one reduction takes."),
			one("buggify", buggifies, func(x *Run) *int { return &x.Buggify }, "25%",
				"How often a place of the program that offers to misbehave (`Proc.Buggify`) does so, in the half of all "+
					"runs in which it does at all; `off`: never, in no run."),
		},
		lost: map[string]string{
			"buggy": "did you mean buggify?", "events": "it stands under limits:",
			"reductions": "cost: says how long one takes",
		},
	}
}

func limitsTable() table[Limits] {
	return table[Limits]{
		name:  "limits",
		about: "What ends a run that gets out of hand.",
		fields: []field[Limits]{
			one("events", form[int64]{name: counts.name, looks: counts.looks, parse: parseEvents}, func(x *Limits) *int64 { return &x.Events }, "5M", "So many events of the trace."),
		},
	}
}

// ids, names of processes.
var (
	ids   = form[string]{name: "id", looks: "kv_store", parse: parseIdent("an id")}
	names = form[string]{name: "name", looks: "kv_store, global:leader", parse: parseRegistered}
)

// supervising is the keys that all supervisors have, after an id of the form given.
func supervising() []field[Child] {
	return []field[Child]{
		one("name", names, func(c *Child) *string { return &c.Name }, "",
			"The name the supervisor registers itself under; `global:name` is one for the whole cluster."),
		one("strategy", oneOf("strategy", OneForOne, OneForAll, RestForOne, SimpleOneForOne), func(c *Child) *Strategy { return &c.Strategy }, "one_for_one",
			"Who is restarted when a child dies: it alone, all, it and those started after it; or it alone, where all "+
				"are instances of one template."),
		one("intensity", atLeast(0, math.MaxInt32), func(c *Child) *int { return &c.Intensity }, "1",
			"So many restarts are allowed within the period; one more and the supervisor gives up."),
		one("period", periods, func(c *Child) *time.Duration { return &c.Period }, "5s",
			"The period of `intensity`, in whole seconds."),
		one("auto_shutdown", oneOf("auto_shutdown", AutoNever, AutoAny, AutoAll), func(c *Child) *AutoShutdown { return &c.AutoShutdown }, "never",
			"Whether the supervisor ends when one, or when all, of its significant children have ended by themselves."),
		list("children", "child", func(c *Child) *[]*Child { return &c.Children }, readChild,
			"The children, in the order they are started; the list may be empty. Needed, but not with "+
				"simple_one_for_one."),
		{key: "child", form: "child", about: "The template of all children of a simple_one_for_one supervisor. " +
			"Needed there, and only there.", read: readTemplate},
		one("count", atLeast(0, 1_000_000), func(c *Child) *int { return &c.Count }, "1",
			"How many instances of `child` are started whenever the supervisor is; only with simple_one_for_one."),
	}
}

// supervised is the keys that all children have.
func supervised(shutdown string) []field[Child] {
	return []field[Child]{
		one("restart", oneOf("restart", Permanent, Transient, Temporary), func(c *Child) *Restart { return &c.Restart }, "permanent",
			"When it is restarted: always, when it ended abnormally, never."),
		one("shutdown", shutdowns, func(c *Child) *time.Duration { return &c.Shutdown }, shutdown,
			"How long it may take to end when it is told to, before it is killed; or whether it is killed at once, or "+
				"waited for without end."),
		one("significant", bools, func(c *Child) *bool { return &c.Significant }, "false",
			"Whether its end counts for `auto_shutdown`."),
	}
}

func theID(about string) field[Child] {
	return one("id", ids, func(c *Child) *string { return &c.ID }, "", about).must()
}

func topTable() table[Child] {
	const nobody = "nobody is above the top of a tree who could use this; it is a key of children"
	return table[Child]{
		name:  "a tree",
		about: "A supervision tree is the supervisor at its top.",
		fields: append([]field[Child]{theID("What it is called in paths: a tree kv_sup is /kv_sup."),
			{key: "on", form: theNodes, def: "all", about: "On which nodes it is started whenever they boot. The tree " +
				"of an application is where that is.", read: func(r *reader, n *node, c *Child) (ok bool) {
				c.On, ok = readOn(r, n)
				return ok
			}}}, supervising()...),
		lost: map[string]string{
			"type": "the top of a tree is always a supervisor; leave it out", "register": "supervisors have the key name for this",
			"restart": nobody, "shutdown": nobody, "significant": nobody,
			"start": "the top of a tree is a supervisor; programs are its children",
		},
	}
}

func supervisorTable() table[Child] {
	fields := []field[Child]{
		theID("What it is called in paths. Unique among its siblings."),
		one("type", oneOf("type", Worker, Supervisor), func(c *Child) *ChildType { return &c.Type }, "", "`supervisor`.").must(),
	}
	return table[Child]{
		name:   "a supervisor",
		about:  "A child that is a supervisor itself.",
		fields: append(append(fields, supervising()...), supervised("infinity")...),
		lost: map[string]string{
			"register": "supervisors have the key name for this", "start": "a supervisor has children, not a program",
			"with": "a supervisor has children, not a program",
		},
	}
}

func workerTable() table[Child] {
	const onlySupervisors = "only supervisors have this; is type: supervisor missing?"
	fields := []field[Child]{
		theID("What it is called in paths. Unique among its siblings."),
		one("type", oneOf("type", Worker, Supervisor), func(c *Child) *ChildType { return &c.Type }, "worker", "`worker`."),
		one("start", texts, func(c *Child) *string { return &c.Start }, "", "The program it runs.").must(),
		{key: "with", form: "arguments", about: "The program's arguments.", read: func(_ *reader, n *node, c *Child) bool { c.raw = n; return n.kind != refusedNode }},
		one("register", names, func(c *Child) *string { return &c.Name }, "",
			"The name it registers itself under; `global:name` is one for the whole cluster."),
	}
	return table[Child]{
		name:   "a worker",
		about:  "A child that runs a program.",
		fields: append(fields, supervised("5s")...),
		lost: map[string]string{
			"name": "workers have the key register for this", "strategy": onlySupervisors, "intensity": onlySupervisors,
			"period": onlySupervisors, "auto_shutdown": onlySupervisors, "children": onlySupervisors, "child": onlySupervisors,
			"count": "children are counted by simple_one_for_one supervisors, which have one template, child:",
		},
	}
}

func workloadTable() table[Workload] {
	return table[Workload]{
		name: "a workload",
		about: "A group of equal clients. Each is a process outside the trees that makes one request after the " +
			"other. Exactly one of `call` and `cast`, and one of `every` and `at`.",
		fields: []field[Workload]{
			one("name", titles, func(w *Workload) *string { return &w.Name }, "", "What conditions call it.").must(),
			oneSelector("to", func(w *Workload) *Selector { return &w.To }, "",
				"Whom it asks. If several processes are selected, each request draws one.").must(),
			one("count", atLeast(1, 1_000_000), func(w *Workload) *int { return &w.Count }, "1", "How many clients there are."),
			one("call", requests, func(w *Workload) *string { w.Call = true; return &w.Request }, "",
				"The request; the client waits for the answer."),
			one("cast", requests, func(w *Workload) *string { return &w.Request }, "", "The request; the client does not wait."),
			{key: "on", form: theNodes, about: "On which nodes the clients are: `count` on each. If nothing is said, " +
				"on the first node. When it goes down they are gone, and when it boots they begin anew.", read: func(r *reader, n *node, w *Workload) (ok bool) {
				w.On, ok = readOn(r, n)
				return ok
			}},
			{key: "with", form: "arguments", about: "The request's arguments. Of a list each request draws one, of a " +
				"range like `1..100` too.", read: func(_ *reader, n *node, w *Workload) bool { w.raw = n; return n.kind != refusedNode }},
			one("start", durations, func(w *Workload) *time.Duration { return &w.Start }, "0s", "When the clients begin."),
			one("stop", durations, func(w *Workload) *time.Duration { return &w.Stop }, "",
				"When they stop; if nothing is said, at the end of the run."),
			one("every", gaps, func(w *Workload) *Drawn { return &w.Every }, "",
				"The time between two requests of a client; the first comes that long after `start`."),
			several("at", drawns, func(w *Workload) *[]Drawn { return &w.At }, "The moments at which each client makes a request."),
			one("timeout", timeouts, func(w *Workload) *time.Duration { return &w.Timeout }, "5s", "How long a call waits for its answer."),
		},
		lost: map[string]string{
			"rate": "say the time between two requests: every: exp(100ms)", "from": "did you mean start?",
			"until": "did you mean stop?",
		},
	}
}

func faultTable() table[Fault] {
	const onEvent = "at: also takes events: at: the 3rd message of kv_store"
	return table[Fault]{
		name: "a fault",
		about: "Something that breaks. Exactly one of `at` and `every`, and exactly one of the keys that say what " +
			"happens, from `kill` on. A fault of the net takes effect when it is injected; the report says whether it " +
			"was good for anything.",
		fields: append([]field[Fault]{
			one("name", titles, func(f *Fault) *string { return &f.Name }, "",
				"What expectations call it, and what its random draws hang on: renaming a fault draws anew, moving it does not."),
			{key: "at", form: moments.name + ", or a list", about: "When it happens: at a time, or when something " +
				"else happens, as in `the 3rd message of kv_store`.", read: readMoments},
			one("every", faultGaps, func(f *Fault) *Drawn { return &f.Every }, "",
				"The time between two happenings; the first comes that long after the beginning of `between`."),
			one("between", spans, func(f *Fault) *Span { return &f.Between }, "",
				"When `every` applies; if nothing is said, during the whole run."),
			{key: "kill", form: "kill, or a selector", about: "Processes are killed.", read: readKill},
			{key: "exit", form: "exit", about: "Processes get an exit signal, which they may trap.", read: func(r *reader, n *node, f *Fault) bool {
				f.Kind = Exit
				return readTable(r, &r.grammar.exit, n, f, &f.Doing)
			}},
			{key: "fail_start", form: "fail_start", about: "The next starts of a child fail.", read: func(r *reader, n *node, f *Fault) bool {
				f.Kind = FailStart
				return readTable(r, &r.grammar.failStart, n, f, &f.Doing)
			}},
			{key: "upgrade", form: "upgrade", about: "The code of running programs is changed for another version, on all nodes.", read: readUpgrade},
		}, troubleFields()...),
		lost: map[string]string{
			"select": "selectors stand under what happens: kill: {select: …}", "when": onEvent, "on": onEvent,
			"upon": onEvent, "after": "at: 5ms after the 3rd message of kv_store",
			"downgrade": "upgrade: {…, to: the older version}",
			"crash":     "did you mean halt?", "restart": "halt: with for:, which says when it boots again",
			"power_cut": "did you mean cut_power?", "power": "did you mean cut_power?",
			"resume": "pause: with for:, or heal:", "split": "did you mean partition?",
			"jam": "harm: jam at groups(a | b)", "slow": "harm: slow=10 at groups(a | b)", "loss": "harm: loss=5%",
			"latency": "harm: latency=exp(5ms)", "bandwidth": "harm: bandwidth=1MB/s",
			"reset": "harm: reset at groups(a | b)", "isolate": "partition: isolate(a)",
			"node":  "what happens says to which nodes: halt: a",
			"nodes": "what happens says to which nodes: halt: [a, b]", "offset": "it stands under clock:",
			"swizzle_clog": "did you mean swizzle?",
		},
	}
}

func theSelect(about string) field[Fault] {
	return oneSelector("select", func(f *Fault) *Selector { return &f.Select }, "", about).must()
}

func thePick() field[Fault] {
	return one("pick", picks, func(f *Fault) *Pick { return &f.Pick }, "all",
		"How many of those that are alive; which ones is drawn.")
}

func killTable() table[Fault] {
	return table[Fault]{
		name:   "a kill",
		about:  "Whom a fault kills. `kill: /sup/child` is short for `kill: {select: /sup/child}`.",
		fields: []field[Fault]{theSelect("Whom."), thePick()},
		lost:   map[string]string{"reason": "a kill has no reason but killed; exit: sends other ones"},
	}
}

func exitTable() table[Fault] {
	return table[Fault]{
		name:  "an exit",
		about: "Whom a fault sends an exit signal, and with which reason.",
		fields: []field[Fault]{theSelect("Whom."), thePick(),
			one("reason", terms, func(f *Fault) *Term { return &f.Reason }, "", "The reason of the signal.").must()},
	}
}

func failStartTable() table[Fault] {
	return table[Fault]{
		name:  "a fail_start",
		about: "Whose starts fail: the child's init answers {stop, Reason}.",
		fields: []field[Fault]{theSelect("Which children; workers."),
			one("times", atLeast(1, math.MaxInt32), func(f *Fault) *int { return &f.Times }, "1", "How many of the next starts of each fail."),
			one("reason", terms, func(f *Fault) *Term { return &f.Reason }, "fail_start", "With which reason.")},
		lost: map[string]string{"pick": "all selected children fail"},
	}
}

func ruleTable() table[Rule] {
	return table[Rule]{
		name:  "an expectation",
		about: "Something that must hold. Exactly one of `always`, `never`, `eventually` and `at_end`.",
		fields: []field[Rule]{
			one("name", titles, func(x *Rule) *string { return &x.Name }, "", "What reports call it."),
			condition(Always, "What holds at every moment."),
			condition(Never, "What holds at no moment."),
			condition(Eventually, "What comes to hold, even if it does not stay so."),
			condition(AtEnd, "What holds when the run is over."),
			one("within", lengths, func(x *Rule) *time.Duration { return &x.Within }, "",
				"How long it may take until `eventually` holds; if nothing is said, until the end of the run."),
			one("after", afters, func(x *Rule) *After { return &x.After }, "",
				"From when on the expectation counts: a moment, or `fault NAME`, which begins anew each time the fault "+
					"takes effect. If nothing is said, from the start of the run, when all trees are up. Not with `at_end`."),
		},
		lost: map[string]string{"rules": "expectations are a plain list", "check": "expectations are a plain list"},
	}
}

// condition is a field with the condition of a rule.
func condition(kind RuleKind, about string) field[Rule] {
	return field[Rule]{key: string(kind), form: "condition", about: about, read: func(r *reader, n *node, x *Rule) bool {
		f := form[Cond]{name: "condition", looks: "alive(/sup/child)", parse: func(text string) (Cond, *flaw) { return parseCond(text, r.src.inside(n)) }}
		c, ok := scalar(r, n, f)
		if ok {
			x.Kind, x.Cond = kind, c
		}
		return ok
	}}
}

// Forms of short texts.
var (
	texts    = form[string]{name: "text", looks: "some text", parse: func(text string) (string, *flaw) { return text, nil }}
	requests = form[string]{name: "name of a request", looks: "put", parse: func(text string) (string, *flaw) { return text, nil }}
	labels   = form[string]{name: "label", looks: "kv-logger", parse: parseLabel}
	titles   = form[string]{name: "title", looks: "kill the store", parse: parseTitle}
	versions = form[int]{name: "version", looks: "1", parse: parseVersion}
	afters   = form[After]{name: "duration, or fault NAME", looks: "20s, fault kill the store", parse: parseAfter}
)

// buggifies is the form of how often sites of Buggify say yes, in percent.
var buggifies = form[int]{name: "off, or a whole number of percent", looks: "off, 10%", parse: func(text string) (int, *flaw) {
	if text == "off" {
		return sim.NoBuggify, nil
	}
	digits, ok := strings.CutSuffix(text, "%")
	n, err := strconv.Atoi(digits)
	switch {
	case !ok || err != nil || strconv.Itoa(n) != digits:
		return 0, flawed("possible are off and whole percents, as in 10%", "%q does not say how often", text)
	case n < 1 || n > 100:
		return 0, &flaw{code: OutOfRange, text: fmt.Sprintf("%q is not within 1%% and 100%%", text), hint: "off is never"}
	}
	return n, nil
}}

func parseVersion(text string) (int, *flaw) {
	if text != fmt.Sprint(Version) {
		return 0, flawed(fmt.Sprintf("this program reads version %d", Version), "there is no version %q of the format", text)
	}
	return Version, nil
}

func parseEvents(text string) (int64, *flaw) {
	n, bad := parseCount(text)
	if bad == nil && n == 0 {
		bad = &flaw{code: OutOfRange, text: "a limit of 0 lets nothing happen", hint: "at least 1"}
	}
	return n, bad
}

func parseIdent(what string) func(string) (string, *flaw) {
	return func(text string) (string, *flaw) {
		if !isIdent(text) {
			return "", flawed("it begins with a letter or underscore; letters, digits, underscores and dashes may follow", "%q cannot be %s", text, what)
		}
		return text, nil
	}
}

// parseRegistered reads kv_store, or global:leader.
func parseRegistered(text string) (string, *flaw) {
	_, bad := parseIdent("a registered name")(strings.TrimPrefix(text, globalPrefix))
	return text, bad
}

func parseLabel(text string) (string, *flaw) {
	for i, c := range text {
		if c > unicode.MaxASCII || !unicode.IsLetter(c) && !unicode.IsDigit(c) && (i == 0 || !strings.ContainsRune("._-", c)) {
			return "", flawed("letters, digits and after the first also dots, dashes and underscores are possible", "%q cannot be a label", text)
		}
	}
	if text == "" || len(text) > 100 {
		return "", flawed("", "a label has 1 to 100 characters")
	}
	return text, nil
}

func parseTitle(text string) (string, *flaw) {
	if n := utf8.RuneCountInString(text); n == 0 || n > 100 || strings.TrimSpace(text) != text || strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) }) {
		return "", flawed("", "a title is one line of 1 to 100 characters, without blanks around it")
	}
	return text, nil
}

// ParseAfter reads a duration, or "fault " and the name of one.
func ParseAfter(text string) (After, error) {
	a, bad := parseAfter(text)
	return a, bad.asError()
}

func parseAfter(text string) (After, *flaw) {
	if name, ok := strings.CutPrefix(text, "fault "); ok {
		name, bad := parseTitle(name)
		return After{Fault: name}, bad
	}
	t, bad := parseDuration(text)
	if bad != nil && text != "" && (text[0] < '0' || text[0] > '9') {
		bad = flawed("possible are a moment, as in 20s, and \"fault NAME\"", "%q says no moment", text)
	}
	return After{Time: t}, bad
}

// oneOf is the form of a word out of a few.
func oneOf[V ~string](what string, words ...V) form[V] {
	plain := make([]string, len(words))
	for i, w := range words {
		plain[i] = string(w)
	}
	return form[V]{name: strings.Join(plain, " | "), looks: strings.Join(plain, ", "), parse: func(text string) (V, *flaw) {
		w, bad := parseWord(what, plain, text)
		return V(w), bad
	}}
}

func parseWord(what string, words []string, text string) (string, *flaw) {
	for _, w := range words {
		if w == text {
			return w, nil
		}
	}
	return "", flawed((&suggester{}).meant(text, words), "there is no %s %q", what, text)
}

// list is a field with a list of mappings. Mistakes in the items do not make the list wrong.
func list[T, E any](key, what string, p func(*T) *[]*E, item func(*reader, *node, *E), about string) field[T] {
	return field[T]{key: key, form: "list: " + what, about: about, read: func(r *reader, n *node, t *T) bool {
		if n.kind != listNode {
			r.torn[key] = true
			return r.wantKind(n, listNode, "a list")
		}
		for _, i := range n.items {
			e := new(E)
			item(r, i, e)
			*p(t) = append(*p(t), e)
		}
		return true
	}}
}
