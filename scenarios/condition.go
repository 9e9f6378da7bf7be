package scenarios

import (
	"fmt"
	"strings"
	"time"
)

// A Cond is a condition on facts of a run, at one moment of it: an And, Or, Not, Is, Compare or In.
type Cond interface {
	// String prints the condition; ParseCond reads it back.
	String() string
	// At is where the condition begins in the file.
	At() Pos
}

// And holds if both sides do.
type And struct{ L, R Cond }

// Or holds if one of the sides does, or both.
type Or struct{ L, R Cond }

// Not holds if X does not.
type Not struct {
	Pos Pos
	X   Cond
}

// Is holds if its fact, one that is true or false, is true.
type Is struct{ Fact Fact }

// Compare holds if two numbers, or two times, compare so. A time of something that has not happened compares as false,
// whatever the operator.
type Compare struct {
	L  Operand
	Op Op
	R  Operand
}

// In holds if the time of its fact has come and is in the span, both ends included.
type In struct {
	Fact Fact
	Span Span
}

// Op is an operator of a comparison, as it is written.
type Op string

// The operators.
const (
	Equal        Op = "=="
	NotEqual     Op = "!="
	Less         Op = "<"
	LessEqual    Op = "<="
	Greater      Op = ">"
	GreaterEqual Op = ">="
)

// Ops are the operators.
var Ops = []Op{Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual}

// An Operand is one side of a comparison: a fact, or a constant.
type Operand struct {
	Pos  Pos
	Fact *Fact         // nil if it is a constant
	Type FactType      // CountFact or TimeFact
	N    int64         // the constant, if Type is CountFact
	T    time.Duration // the constant, if Type is TimeFact
}

// A Fact is something the run can be asked.
type Fact struct {
	Pos      Pos
	Name     string   // one of Facts
	Select   Selector // of facts about processes and trees
	Workload string   // of facts about a workload: its name
	Fault    string   // of facts about a fault: its name
	App      string   // of facts about an application: its name
	Nodes    []string // of facts about nodes: which; of those about an application: on which, if one is named
	Global   string   // of facts about a name that the cluster knows
	Reason   *Term    // of exits: only those with this reason; nil is any
	ArgPos   Pos      // of the selector or name in the parentheses
}

// FactType is what sort of answer a fact gives.
type FactType int

// The types of facts.
const (
	TruthFact FactType = iota // true or false
	CountFact                 // a number
	TimeFact                  // a moment, if it has come
)

// FactSpec describes a fact that conditions can use.
type FactSpec struct {
	Name  string   // as conditions write it
	Type  FactType // what it answers
	Of    string   // what stands in the parentheses: selector, tree, workload, fault, application, node (which may be left out), two nodes or global name; "" if there are none
	About string
}

// Facts are all facts that conditions can use.
var Facts = []FactSpec{
	{"alive", TruthFact, "selector", "Every process that is selected is alive, and there is one at least."},
	{"dead", TruthFact, "selector", "No process that is selected is alive."},
	{"up", TruthFact, "tree", "The top supervisor of the tree is alive, and no permanent child of it is down, at any depth."},
	{"count", CountFact, "selector", "How many of the selected processes are alive."},
	{"restarts", CountFact, "selector", "How often supervisors have restarted the selected children, so far. A " +
		"child that is restarted because a sibling died counts too."},
	{"exits", CountFact, "selector", "How many selected processes have ended, so far; with a second argument " +
		"only those that ended with this reason, as in `exits(/sup/a, shutdown)`."},
	{"died", TimeFact, "selector", "When the first of the selected processes ended."},
	{"sent", CountFact, "workload", "How many requests the workload has made, so far: calls and casts."},
	{"replies", CountFact, "workload", "How many calls of the workload have been answered."},
	{"timeouts", CountFact, "workload", "How many calls of the workload have waited in vain until their timeout."},
	{"errors", CountFact, "workload", "How many calls of the workload have failed in another way: nobody there, " +
		"or died before it answered."},
	{"fired", CountFact, "fault", "How often the fault has taken effect, so far."},
	{"rolled_back", CountFact, "fault", "How often the upgrade that the fault is has failed, so far, and " +
		"everything went back to what it was."},
	{"nines", CountFact, "workload", "How available the called were, so far: 3 if 99.9 % of the calls that have " +
		"come to an end were answered. Of so many calls in which none failed it is as if one had: 100 calls show no " +
		"more than 2."},
	{"app_up", TruthFact, "application", "The application has started and has not ended: on all its nodes, or, " +
		"as in `app_up(kv@a)`, on one."},
	{"app_died", TimeFact, "application", "When the application ended first, by itself or because the node went " +
		"down; `app_died(kv@a)` on one node."},
	{"node_up", TruthFact, "node", "The node is up: `node_up(a)`. Without parentheses all are; a file without " +
		"nodes has one, which nothing takes down but its applications."},
	{"node_died", TimeFact, "node", "When the node went down first: `node_died(a)`. Without parentheses: any of them."},
	{"connected", TruthFact, "two nodes", "Both nodes are up, and each counts the other as connected: `connected(a, b)`."},
	{"meshed", TruthFact, "", "Every node that is up counts every other one that is up as connected, but for hidden ones."},
	{"alternating", TruthFact, "", "On no node a node that was connected came up again, or one was lost that " +
		"was not connected: nodeup and nodedown take turns."},
	{"cliques", TruthFact, "", "Of nodes that are connected, by whatever way round, each sees each; but for " +
		"parts of a cluster that let partitions overlap. As all that follows it is a look into the tables of the " +
		"nodes, and true only when they are at rest."},
	{"whereis", TruthFact, "global name", "All nodes that are up know a living process by the name: " +
		"`whereis(leader)`; or one node does: `whereis(leader@a)`."},
	{"holders", CountFact, "global name", "How many processes are known by the name within one part of the " +
		"cluster, where they are most: it should be 1."},
	{"one_owner", TruthFact, "", "In every part of the cluster all nodes know the same global names, each for " +
		"the same process, which is alive and in that part."},
	{"no_dead_names", TruthFact, "", "No node knows a process of its own by a global name that has ended."},
	{"no_dead_locks", TruthFact, "", "No global lock is held by a process that has ended."},
	{"pg_agrees", TruthFact, "", "Those who are connected see the same members of the groups of pg."},
}

// pattern is how the fact is written.
func (f FactSpec) pattern() string {
	switch f.Of {
	case "", "node":
		return f.Name
	case "two nodes":
		return f.Name + "(node, node)"
	}
	return f.Name + "(" + f.Of + ")"
}

func factSpec(name string) (FactSpec, bool) {
	for _, f := range Facts {
		if f.Name == name {
			return f, true
		}
	}
	return FactSpec{}, false
}

// A View answers facts at one moment. Whoever runs a scenario implements it, and Holds does the rest.
type View interface {
	Truth(Fact) bool
	Count(Fact) int64
	Time(Fact) (at time.Duration, come bool)
}

// Holds reports whether c holds at the moment of v.
func Holds(c Cond, v View) bool {
	switch c := c.(type) {
	case And:
		return Holds(c.L, v) && Holds(c.R, v)
	case Or:
		return Holds(c.L, v) || Holds(c.R, v)
	case Not:
		return !Holds(c.X, v)
	case Is:
		return v.Truth(c.Fact)
	case In:
		at, come := v.Time(c.Fact)
		return come && c.Span.Contains(at)
	case Compare:
		l, ok := c.L.value(v)
		if !ok {
			return false
		}
		r, ok := c.R.value(v)
		return ok && c.Op.holds(l, r)
	}
	panic(fmt.Sprintf("scenarios: unknown condition %T", c))
}

func (o Operand) value(v View) (int64, bool) {
	switch {
	case o.Fact == nil && o.Type == TimeFact:
		return int64(o.T), true
	case o.Fact == nil:
		return o.N, true
	case o.Type == TimeFact:
		at, come := v.Time(*o.Fact)
		return int64(at), come
	}
	return v.Count(*o.Fact), true
}

func (op Op) holds(l, r int64) bool {
	switch op {
	case Equal:
		return l == r
	case NotEqual:
		return l != r
	case Less:
		return l < r
	case LessEqual:
		return l <= r
	case Greater:
		return l > r
	}
	return l >= r
}

// EachFact calls f for all facts of a condition, from left to right.
func EachFact(c Cond, f func(Fact)) {
	switch c := c.(type) {
	case And:
		EachFact(c.L, f)
		EachFact(c.R, f)
	case Or:
		EachFact(c.L, f)
		EachFact(c.R, f)
	case Not:
		EachFact(c.X, f)
	case Is:
		f(c.Fact)
	case In:
		f(c.Fact)
	case Compare:
		for _, o := range []Operand{c.L, c.R} {
			if o.Fact != nil {
				f(*o.Fact)
			}
		}
	}
}

// At is where the condition begins.
func (c And) At() Pos { return c.L.At() }

// At is where the condition begins.
func (c Or) At() Pos { return c.L.At() }

// At is where the condition begins.
func (c Not) At() Pos { return c.Pos }

// At is where the condition begins.
func (c Is) At() Pos { return c.Fact.Pos }

// At is where the condition begins.
func (c Compare) At() Pos { return c.L.Pos }

// At is where the condition begins.
func (c In) At() Pos { return c.Fact.Pos }

// String prints both sides with && between them.
func (c And) String() string { return within(c.L, 2) + " && " + within(c.R, 3) }

// String prints both sides with || between them.
func (c Or) String() string { return within(c.L, 1) + " || " + within(c.R, 2) }

// String prints ! and the condition.
func (c Not) String() string { return "!" + within(c.X, 4) }

// String prints the fact.
func (c Is) String() string { return c.Fact.String() }

// String prints both operands and the operator.
func (c Compare) String() string { return c.L.String() + " " + string(c.Op) + " " + c.R.String() }

// String prints the fact and the span.
func (c In) String() string { return c.Fact.String() + " in " + c.Span.String() }

// within prints a part of a condition, in parentheses if it binds less than level: 1 or, 2 and, 3 comparison, 4 all else.
func within(c Cond, level int) string {
	binds := 4
	switch c.(type) {
	case Or:
		binds = 1
	case And:
		binds = 2
	case Compare, In:
		binds = 3
	}
	if binds < level {
		return "(" + c.String() + ")"
	}
	return c.String()
}

// String prints the fact or the constant.
func (o Operand) String() string {
	switch {
	case o.Fact != nil:
		return o.Fact.String()
	case o.Type == TimeFact:
		return FormatDuration(o.T)
	}
	return FormatCount(o.N)
}

// String prints the fact as conditions write it.
func (f Fact) String() string {
	arg := f.Select.String()
	switch {
	case f.App != "":
		arg = nameText(f.App)
		for _, n := range f.Nodes {
			arg += "@" + n
		}
	case f.Global != "":
		arg = nameText(f.Global)
		for _, n := range f.Nodes {
			arg += "@" + n
		}
	case len(f.Nodes) > 0:
		arg = strings.Join(f.Nodes, ", ")
	case f.Workload != "":
		arg = nameText(f.Workload)
	case f.Fault != "":
		arg = nameText(f.Fault)
	}
	if f.Reason != nil {
		arg += ", " + f.Reason.String()
	}
	if arg == "" {
		return f.Name
	}
	return f.Name + "(" + arg + ")"
}

// nameText prints the name of a workload or fault, in quotes if it is not one plain word.
func nameText(name string) string {
	if isIdent(name) {
		return name
	}
	return quote(name, '"')
}

// ParseCond reads a condition by itself; its positions are those of one line of text.
func ParseCond(text string) (Cond, error) {
	c, bad := parseCond(text, func(off int) Pos { return Pos{1, off + 1} })
	return c, bad.asError()
}

const conditionForms = "conditions look like alive(/sup/a) && restarts(/sup/**) <= 5"

var conditionAbout = strings.Join([]string{
	"Facts of the run, compared with ==, !=, <, <=, > and >= and joined with &&, ||, ! and parentheses; " +
		"comparisons bind most, then !, then &&, then ||.",
	"Facts that are counts compare with counts and with each other, moments with moments; `died(/sup) in " +
		"15s..15.1s` asks whether a moment has come and lies in a span.",
	"A comparison with a moment that has not come is false.",
	"In YAML a condition that begins with ! or a quote, or holds a comma within { }, needs quotes around it.",
}, " ")
