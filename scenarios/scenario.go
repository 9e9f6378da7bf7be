package scenarios

import (
	"fmt"
	"time"
)

// Version is the version of the format this package reads: the value of the key simrun.
const Version = 1

// A Scenario is a scenario file that is right.
type Scenario struct {
	Place
	File      string      // its name, as given to Parse
	Name      string      // of the scenario; it can be the name of a folder
	About     string      // for people
	Tags      []string    // to choose scenarios by
	Run       Run         // how to run it
	Nodes     []*Node     // of the cluster; none if there is one node, without a name
	Network   Network     // between them
	Apps      []*App      // the applications, in the order they are started
	Trees     []*Child    // the supervision trees, in the order they are started: those of the applications, then all others
	Workloads []*Workload // the clients
	Faults    []*Fault    // what breaks
	Expect    []*Rule     // what must hold
	Repro     *Repro      // one run that is worth keeping; nil if the file has none

	src *source
}

// Diagnose makes a mistake of the file that is found only when it is run; pos comes from some part of the scenario.
func (s *Scenario) Diagnose(code Code, pos Pos, hint, format string, args ...any) Diagnostic {
	return s.src.diagnostic(code, pos, 0, hint, fmt.Sprintf(format, args...))
}

// Run says how a scenario is run.
type Run struct {
	Place
	Seeds  Seeds         // a run for each
	For    time.Duration // virtual time of a run
	Policy Policy        // who runs next
	Swarm  bool          // each run leaves out some kinds of faults, each by a coin of its own
	Limits Limits        // when to give up
	Cost   time.Duration // virtual time one reduction takes

	Buggify int // in how many of a hundred cases a site of Buggify that is on says yes; 0: sim.DefaultBuggify, sim.NoBuggify: no site is on
}

// Policy is how the scheduler chooses.
type Policy string

// The policies.
const (
	PolicyRandom Policy = "random"
	PolicyFIFO   Policy = "fifo"
)

// Limits end a run that gets out of hand.
type Limits struct {
	Place
	Events int64 // of the trace
}

// A Child is one node of a supervision tree: the supervisor at its top, a supervisor below, or a worker.
type Child struct {
	Place
	Parent      *Child        // nil at the top
	App         *App          // whose tree it is; only at the top, and nil if the tree is nobody's
	On          []string      // on which nodes it is; only at the top of a tree that is nobody's. None is all
	ID          string        // unique among its siblings; at the top among the trees
	Path        string        // ids from the top: /kv_sup/kv_store. An instance n of a template has [n] behind the template's id
	Type        ChildType     // Worker or Supervisor; at the top Supervisor
	Name        string        // it registers itself under; "" if under none (key name of supervisors, register of workers)
	Restart     Restart       // as below: of all but the top
	Shutdown    time.Duration // or BrutalKill, or Infinity
	Significant bool

	// Workers
	Start   string  // name of the program
	Program Program // the program
	With    Args    // its arguments

	// Supervisors
	Strategy     Strategy
	Intensity    int           // so many restarts
	Period       time.Duration // in so many seconds
	AutoShutdown AutoShutdown
	Children     []*Child // in the order they are started; none if simple_one_for_one
	Template     *Child   // of simple_one_for_one, else nil
	Count        int      // of simple_one_for_one: instances that are started whenever the supervisor is, after it

	raw   *node // of with, until the program is known
	found bool  // Program is the program
}

// Each calls f for c and all below, parents first, in start order.
func (c *Child) Each(f func(*Child)) {
	f(c)
	for _, kid := range c.Children {
		kid.Each(f)
	}
	if c.Template != nil {
		c.Template.Each(f)
	}
}

// ChildType is worker or supervisor.
type ChildType string

// The types of children.
const (
	Worker     ChildType = "worker"
	Supervisor ChildType = "supervisor"
)

// Strategy is a supervisor's restart strategy.
type Strategy string

// OTP's strategies.
const (
	OneForOne       Strategy = "one_for_one"
	OneForAll       Strategy = "one_for_all"
	RestForOne      Strategy = "rest_for_one"
	SimpleOneForOne Strategy = "simple_one_for_one"
)

// Restart is when a child is restarted.
type Restart string

// OTP's restart types.
const (
	Permanent Restart = "permanent"
	Transient Restart = "transient"
	Temporary Restart = "temporary"
)

// AutoShutdown is when a supervisor ends because of its significant children.
type AutoShutdown string

// OTP's values of auto_shutdown.
const (
	AutoNever AutoShutdown = "never"
	AutoAny   AutoShutdown = "any_significant"
	AutoAll   AutoShutdown = "all_significant"
)

// A Workload is a group of equal clients, each a process of its own, outside the trees.
type Workload struct {
	Place
	Name    string
	To      Selector      // whom they ask. If it selects several processes, each request draws one
	Targets []*Child      // what To selects in the trees
	On      []string      // the nodes they are on; none is all
	Count   int           // so many clients, on each of the nodes
	Call    bool          // they wait for an answer; else they cast
	Request string        // the name of the request
	With    Args          // its arguments; Args.Draw before each request
	Start   time.Duration // requests are made from here
	Stop    time.Duration // to here, included
	Every   Drawn         // the first request comes one gap after Start, the next one gap after the last was made, or answered if that was later; zero if At is used
	At      []Drawn       // or: at these moments, each drawn once for each client
	Timeout time.Duration // of calls; or Infinity

	raw *node // of with, until the request is known
}

// A Fault is something that breaks, at moments that are fixed or drawn.
type Fault struct {
	Place
	Name    string    // unique; what random draws are keyed by. If none was written: what it does, as in "kill /kv_sup/kv_store"
	At      []Drawn   // moments, each drawn once for a run
	On      []Anchor  // events, at each of which it happens too
	Every   Drawn     // or: again and again, first one gap after Between.From; zero if At or On is used
	Between Span      // when Every applies; the whole run if nothing was written
	Kind    FaultKind // what happens
	Doing   Place     // where the keys of kill, exit, fail_start or upgrade stand
	Select  Selector  // to whom
	Targets []*Child  // what Select selects in the trees; who runs what is upgraded
	Pick    Pick      // to how many of those alive (kill, exit)
	Reason  Term      // of the exit signal (exit), of the failing start (fail_start)
	Times   int       // how many of the next starts fail (fail_start)
	Upgrade Upgrade   // what is upgraded, and how (upgrade)
	Trouble           // what happens to nodes or to the net
}

// FaultKind is what a fault does. It is also its key.
type FaultKind string

// The kinds of faults.
const (
	Kill      FaultKind = "kill"       // an exit signal kill, which cannot be trapped
	Exit      FaultKind = "exit"       // an exit signal with a reason, from nobody who is known to the receiver
	FailStart FaultKind = "fail_start" // the next starts of the child fail: its init answers {stop, Reason}

	UpgradeCode FaultKind = "upgrade" // the code of running programs is changed for another version
)

// A Rule is something that must hold.
type Rule struct {
	Place
	Name   string        // unique; if none was written, the rule itself as text
	Kind   RuleKind      // when Cond is looked at
	Cond   Cond          // what must hold, or must not (Never)
	Within time.Duration // of Eventually: so long it may take; 0 is until the end of the run
	After  After         // from when on; zero is from the start, when all trees are up
}

// RuleKind says when a condition must hold. It is also its key.
type RuleKind string

// The kinds of rules.
const (
	Always     RuleKind = "always"     // at every moment
	Never      RuleKind = "never"      // at no moment
	Eventually RuleKind = "eventually" // at one moment at least, within a time
	AtEnd      RuleKind = "at_end"     // when the run is over
)

// After is when a rule begins to count: at a moment, or anew each time a fault takes effect.
type After struct {
	Time  time.Duration
	Fault string // the name of the fault; "" if Time says it
}

// String prints 20s, or fault kill store.
func (a After) String() string {
	if a.Fault != "" {
		return "fault " + a.Fault
	}
	return FormatDuration(a.Time)
}

// Select answers what a selector selects in the declared trees, in their order. An instance of a template is selected
// as its template.
func (s *Scenario) Select(sel Selector) []*Child {
	var found []*Child
	for _, top := range s.Trees {
		top.Each(func(c *Child) {
			if c.selected(sel) {
				found = append(found, c)
			}
		})
	}
	return found
}

func (c *Child) selected(sel Selector) bool {
	if sel.Node != "" && sel.Node != anyNode && !runsOn(c.nodes(), sel.Node) {
		return false
	}
	if sel.Name != "" {
		return c.Name == sel.Name
	}
	var levels [16]*Child
	return matchSteps(sel.Steps, c.line(levels[:0]), func(x Step, c *Child) bool {
		return x.ID == c.ID && (x.Index == 0 || c.Parent != nil && c.Parent.Template == c && x.Index <= c.Parent.Count)
	})
}

// line appends the way from the top to c.
func (c *Child) line(way []*Child) []*Child {
	if c.Parent != nil {
		way = c.Parent.line(way)
	}
	return append(way, c)
}
