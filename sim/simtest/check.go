package simtest

import (
	"errors"
	"fmt"
	"runtime/debug"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/sim/plan"
)

// Option says how a test differs from the ordinary.
type Option func(*checking)

// Dir is the folder for saved plans, instead of testdata/sim/<Test>.
func Dir(path string) Option { return func(c *checking) { c.dir = path } }

// Budget is how many runs making a plan smaller may take, instead of plan.DefaultBudget; and making its faults wait for
// events then, once more.
func Budget(runs int) Option { return func(c *checking) { c.budget = runs } }

// Unsaved keeps a failing plan out of the folder.
func Unsaved() Option { return func(c *checking) { c.unsaved = true } }

// Strict fails a test that has tested less than it says, as simrun's --strict does: a rule of the Spec's own was never
// evaluated, or was undecided in every run, a fault of its list, or all of its Mix, never befell anybody, no operation was
// ever done.
// Without it the test's log says so. Fuzz does not know when it has run enough, and says nothing.
func Strict() Option { return func(c *checking) { c.strict = true } }

// Check looks for a plan whose run breaks a rule: saved plans first, then those that rapid draws, -rapid.checks of
// them, then -sim.seeds more. The first failure counts; others are listed. It is made as small as it can be, run twice,
// saved, and told in a text that follows from the plan alone.
func Check(t testing.TB, spec Spec, opts ...Option) {
	t.Helper()
	c := newChecking(t, spec, opts)
	defer c.close()
	if c.settled() {
		return
	}
	rapid.Check(&quiet{c: c}, c.property)
	if c.clear() {
		c.more()
	}
	c.conclude()
}

// checking is one test under way.
type checking struct {
	t       testing.TB
	spec    *Spec // nil if it is a scenario
	flags   settings
	dir     string
	budget  int
	left    int // how many runs anchoring may take yet
	unsaved bool
	strict  bool

	of       subject
	tried    int
	found    *finding  // the first failure
	others   []finding // and those of other signatures, each once
	waver    error     // two runs of one plan were not the same
	wavering plan.Plan
	deadline time.Time // zero: there is none
}

// finding is a plan that fails, as it was found.
type finding struct {
	plan    plan.Plan
	outcome plan.Outcome
}

func newChecking(t testing.TB, spec Spec, opts []Option) *checking {
	t.Helper()
	if spec.Name == "" {
		spec.Name = t.Name()
	}
	c := newSearch(t, &runs{spec: &spec}, opts)
	c.spec = &spec
	if err := spec.mistake(); err != nil {
		t.Fatal(err)
	}
	spec.shown = newShown(&spec)
	return c
}

// newSearch is newChecking for whatever is tested.
func newSearch(t testing.TB, of subject, opts []Option) *checking {
	t.Helper()
	c := &checking{t: t, of: of, flags: flags, dir: folder(t.Name())}
	for _, o := range opts {
		o(c)
	}
	if c.flags.err != nil {
		t.Fatal(c.flags.err)
	}
	if d, ok := t.(interface{ Deadline() (time.Time, bool) }); ok {
		c.deadline, _ = d.Deadline()
	}
	return c
}

func (c *checking) close() { c.of.close() }

// settled does what comes before a search, and reports whether there is none to be made.
func (c *checking) settled() bool {
	c.t.Helper()
	if c.replay() {
		return true
	}
	c.playSaved()
	return c.t.Failed() || c.flags.update
}

// property is what is true of all plans, as far as rapid is told: failures are noted and not reported to it. What it
// would do with them is shrink as long as the traceback is the same, whatever breaks, and write files that no later
// version reads.
func (c *checking) property(t *rapid.T) {
	if !c.clear() {
		return
	}
	defer c.guard()
	c.try(Plans(*c.spec).Draw(t, "plan"))
}

// guard turns a panic of the Spec's own functions into the test's end. Those of the harness go on their way.
func (c *checking) guard() {
	v := recover()
	if v == nil {
		return
	}
	if harness(v) {
		panic(v)
	}
	if m, is := v.(mistaken); is {
		c.waver = errors.New(string(m))
		return
	}
	c.waver = fmt.Errorf("the spec panicked: %v\n%s", v, debug.Stack())
}

// wary is of how many runs one is made twice.
const wary = 16

// margin is how long before the test's deadline nothing new is tried.
const margin = 5 * time.Second

// clear reports whether the search may go on.
func (c *checking) clear() bool {
	return c.waver == nil && (c.deadline.IsZero() || time.Until(c.deadline) > margin)
}

// try runs a plan and notes what it came to.
func (c *checking) try(p plan.Plan) {
	o := c.of.run(p, nil)
	c.tried++
	if c.tried%wary == 1 || o.Fails() {
		c.again(p, o)
	}
	c.note(finding{p, o})
}

// again runs a plan once more: it must be the same run.
func (c *checking) again(p plan.Plan, o plan.Outcome) {
	if b := c.of.run(p, nil); !same(o, b) {
		c.part(p, o, b)
	}
}

// same reports whether two outcomes are of the same run.
func same(a, b plan.Outcome) bool {
	return a.Hash == b.Hash && a.Events == b.Events && a.Signature == b.Signature
}

// part finds out where runs of a plan part, of which two were not the same. They need not part again.
func (c *checking) part(p plan.Plan, a, b plan.Outcome) {
	seen := &plan.Parting{A: a, B: b, Same: true}
	_, err := plan.Normal(c.of.run, p)
	var again *plan.Parting
	switch {
	case err == nil:
		err = seen
	case !errors.As(err, &again): // it says why
	case !again.Same:
		err = seen
	case same(again.A, again.B): // only their draws differ
		again.A, again.B = a, b
	}
	c.wavering, c.waver = p, err
}

// note keeps a failure, if there was none like it.
func (c *checking) note(f finding) {
	switch {
	case !f.outcome.Fails() || c.waver != nil:
	case c.found == nil:
		c.found = &f
	case f.outcome.Signature != c.found.outcome.Signature:
		for _, other := range c.others {
			if other.outcome.Signature == f.outcome.Signature {
				return
			}
		}
		c.others = append(c.others, f)
	}
}

// quiet is what rapid reports to. It has nothing to say: it is told of no failures.
type quiet struct{ c *checking }

func (q *quiet) Helper()      {}
func (q *quiet) Name() string { return "simtest/" + q.c.t.Name() } // no files of rapid's own have that name

func (q *quiet) Logf(string, ...any)  {}
func (q *quiet) Log(...any)           {}
func (q *quiet) Skipf(string, ...any) {}
func (q *quiet) Skip(...any)          {}
func (q *quiet) SkipNow()             {}
func (q *quiet) Failed() bool         { return false }
func (q *quiet) Fail()                {}
func (q *quiet) FailNow()             {}

// Errorf is called if rapid itself is at odds with something: a generator that finds nothing.
func (q *quiet) Errorf(format string, args ...any) { q.c.t.Errorf(format, args...) }

// Error is Errorf.
func (q *quiet) Error(args ...any) { q.c.t.Error(args...) }

// Fatalf is Errorf, and ends the test.
func (q *quiet) Fatalf(format string, args ...any) { q.c.t.Fatalf(format, args...) }

// Fatal is Fatalf.
func (q *quiet) Fatal(args ...any) { q.c.t.Fatal(args...) }
