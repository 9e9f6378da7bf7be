package simtest_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/fault"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/simtest"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// moving is a job that moves something in two steps, half a second apart, three times. Whoever kills it in between
// leaves half of it where it was. before is what the program does first.
func moving(before func(p *sim.Proc)) simtest.Spec {
	return simtest.Spec{
		Name: "moving", For: 30 * time.Second, Bare: true,
		Boot: func(p *sim.Proc) {
			before(p)
			p.Spawn("job", func(p *sim.Proc) {
				p.Register("job", p.Self())
				for range 3 {
					p.Sleep(3 * time.Second)
					p.Trace("taken", 1)
					p.Sleep(500 * time.Millisecond)
					p.Trace("put", 1)
				}
			})
			p.Spawn("idler", func(p *sim.Proc) { p.Sleep(time.Hour) })
		},
		Mix: &fault.Mix{
			Kinds: []string{"kill"}, Most: 3, Within: 20 * time.Second, Anchored: 1,
			Events: []fault.Event{{What: fault.Fact, Kind: "taken", Who: "job"}, {What: fault.Start, Who: "job"}},
		},
		Rules: func() []check.Rule { return []check.Rule{&halves{Base: check.NewBase("nothing is halved", "always")}} },
	}
}

// halves: what is taken is put.
type halves struct {
	check.Base
	open   int
	before time.Duration // later it does not matter; 0: it always does
}

func (h *halves) Observe(f sim.Fact) {
	switch {
	case f.Text == "taken":
		h.Evaluate()
		h.open++
	case f.Text == "put":
		h.open--
	case f.Kind == trace.Exit && f.Detail == any(sim.Killed) && h.open > 0 && (h.before == 0 || f.At < h.before):
		h.Break(f.At, "job", "it was killed in between")
	}
}

// at3200 is the plan whose one fault comes at 3.2s.
func at3200() plan.Plan {
	return plan.Plan{Dull: true, Deviations: append(simtest.Timed(0, 3200*time.Millisecond),
		choice.Deviation{Key: choice.Key{Domain: choice.Plan, ID: choice.ID("fault mix", "kill")}, Answer: 1},
		choice.Deviation{Key: choice.Key{Domain: choice.Plan, ID: choice.ID("fault mix", "how many")}, Answer: 1})}
}

// A failure by a fault at a time is kept with a fault that waits for an event, if that bears more: it survives an edit
// of the program which the time does not.
func TestFaultsAreAnchored(t *testing.T) {
	nothing := func(*sim.Proc) {}
	p := simtest.Anchored(moving(nothing), at3200())
	if got := simtest.DeclaredBy(moving(nothing), p); got != "fault: at the 1st fact taken of job: kill any\n" {
		t.Errorf("%q", got)
	}
	edited := moving(func(p *sim.Proc) { p.Sleep(700 * time.Millisecond) })
	for _, c := range []struct {
		what   string
		spec   simtest.Spec
		plan   plan.Plan
		breaks bool
	}{
		{"the event", moving(nothing), p, true},
		{"the event, edited", edited, p, true},
		{"the time", moving(nothing), at3200(), true},
		{"the time, edited", edited, at3200(), false},
	} {
		if o := simtest.Run(c.spec, c.plan); o.Fails() != c.breaks || c.plan.Equal(p) && len(o.Drift) > 0 {
			t.Errorf("%s: %q %v", c.what, o.Signature, o.Drift)
		}
	}
	// As found by a search, whatever it was: told, minimal, and not stale.
	dir := t.TempDir()
	text := search(t, moving(nothing), dir).text.String()
	if !strings.Contains(text, "fact taken of job: kill any (without it: passes)\n") ||
		strings.Contains(text, "(without it: the same)") {
		t.Errorf("%s", text)
	}
	if again := search(t, moving(nothing), dir).text.String(); again != played(text) {
		t.Errorf("found\n%s\nplayed\n%s", text, again)
	}
}

// A plan that ends soon after it has failed ends so much later when the program is edited to be late.
func TestFaultsOfShortPlansAreAnchored(t *testing.T) {
	spec, p := moving(func(*sim.Proc) {}), at3200()
	p.For = 3300 * time.Millisecond
	if got := simtest.DeclaredBy(spec, simtest.Anchored(spec, p)); got != "fault: at the 1st fact taken of job: kill any\n" {
		t.Errorf("%q", got)
	}
}

// Nodes that have a Boot of their own are edited like others.
func TestFaultsAreAnchoredOnEachNode(t *testing.T) {
	spec := moving(func(*sim.Proc) {})
	nodes := []sim.NodeSpec{{Name: "local", Boot: spec.Boot}}
	spec.Boot, spec.Config = nil, func() sim.Config { return sim.Config{Nodes: nodes} }
	if got := simtest.DeclaredBy(spec, simtest.Anchored(spec, at3200())); got != "fault: at the 1st fact taken of job: kill any\n" {
		t.Errorf("%q", got)
	}
}

// Of several events that one is taken with which the failure bears most. Here it must come early, too: waiting for the
// job's start for 3.2s is no better than the time.
func TestFaultsAreAnchoredWhereItIsBest(t *testing.T) {
	spec := moving(func(*sim.Proc) {})
	rules := spec.Rules
	spec.Rules = func() []check.Rule {
		h := rules()[0].(*halves)
		h.before = 3600 * time.Millisecond
		return []check.Rule{h}
	}
	if got := simtest.DeclaredBy(spec, simtest.Anchored(spec, at3200())); got != "fault: at the 1st fact taken of job: kill any\n" {
		t.Errorf("%q", got)
	}
}

// To look for an event takes no more runs than Budget says, and none when the test's time is over; the plan is then what it was.
func TestAnchoringHasABudget(t *testing.T) {
	for _, c := range []struct {
		opts []simtest.Option
		most int
		kept bool
	}{
		{nil, 60, false},
		{[]simtest.Option{simtest.Budget(1)}, 2, true},
		{[]simtest.Option{simtest.Budget(20)}, 21, true},
		{[]simtest.Option{simtest.Due()}, 1, true},
	} {
		n := 0
		spec := moving(func(*sim.Proc) {})
		spec.Config = func() sim.Config { n++; return sim.Config{} }
		p := at3200()
		for i := range uint64(30) { // as many runs when it is pruned
			nobody := choice.Key{Domain: choice.Slice, ID: choice.ID("nobody"), N: i}
			p.Deviations = append(p.Deviations, choice.Deviation{Key: nobody, Answer: 1})
		}
		q := simtest.Anchored(spec, p, c.opts...)
		if kept := q.Equal(p); kept != c.kept || n > c.most && c.kept || n < c.most && !c.kept {
			t.Errorf("%d runs of %d, kept %v", n, c.most, kept)
		}
	}
}

// A plan is saved before that, as far as it has come, and once in the end.
func TestPlansAreSavedBeforeTheyAreAnchored(t *testing.T) {
	dir, before := t.TempDir(), 0
	spec := moving(func(*sim.Proc) {})
	spec.Config = func() sim.Config {
		if files, _ := os.ReadDir(dir); len(files) > 0 {
			before++
		}
		return sim.Config{}
	}
	search(t, spec, dir)
	if files, _ := os.ReadDir(dir); before == 0 || len(files) != 1 {
		t.Errorf("%d runs with a saved plan, then %v", before, files)
	}
}

// A fault that was drawn to wait for an event is shrunk like any other: to the first time, and no longer than that.
func TestEventsAreShrunk(t *testing.T) {
	spec := moving(func(*sim.Proc) {})
	mix := *spec.Mix
	mix.Anchored = 100
	spec.Mix = &mix
	text := search(t, spec, t.TempDir()).text.String()
	if !strings.Contains(text, "fault: at the 1st fact taken of job: kill any (without it: passes)\n") ||
		strings.Count(text, "(without it: ") != 1 {
		t.Errorf("%s", text)
	}
}

// Where nothing is to be gained faults stay at their times.
func TestFaultsAreAnchoredForAReason(t *testing.T) {
	late := moving(func(*sim.Proc) {})
	late.Rules = func() []check.Rule {
		return []check.Rule{check.Never("killed late", check.Facts(func(f sim.Fact) (yes, asked bool) {
			return f.Text == "kill any" && f.At > 12*time.Second, true // whatever the program does
		}))}
	}
	never := moving(func(*sim.Proc) {})
	mix := *never.Mix
	mix.Anchored = -1
	never.Mix = &mix
	for _, c := range []struct {
		spec simtest.Spec
		at   time.Duration
	}{{late, 15 * time.Second}, {never, 3200 * time.Millisecond}} {
		p := at3200()
		p.Deviations = append(p.Deviations, simtest.Timed(0, c.at)...)
		if simtest.Run(c.spec, p).Signature == "" {
			t.Fatalf("at %v it does not fail", c.at)
		}
		want := fmt.Sprintf("fault: at %v: kill any\n", c.at)
		if got := simtest.DeclaredBy(c.spec, simtest.Anchored(c.spec, p)); got != want {
			t.Errorf("%q, and not %q", got, want)
		}
	}
}

// Faults of a Spec may wait for events, as those that are drawn may.
func ExampleSpec_faults() {
	spec := moving(func(*sim.Proc) {})
	spec.Mix = nil
	for _, text := range []string{"at 2s: kill job", "at the 2nd fact taken of job: kill job"} {
		f, err := fault.Parse(text)
		if err != nil {
			fmt.Println(err)
		}
		spec.Faults = []fault.Fault{f}
		fmt.Println(simtest.Run(spec, plan.Plan{}).Signature)
	}
	// Output:
	//
	// nothing is halved/job
}

// Which events there are to wait for, a run tells.
func ExampleEvents() {
	spec := moving(func(*sim.Proc) {})
	spec.Mix = nil
	for _, e := range simtest.Events(spec, plan.Plan{Dull: true}) {
		fmt.Println(e)
	}
	// Output:
	// the 1st start of job
	// the 1st fact taken of job
	// the 1st fact put of job
	// the 1st exit normal of job
}
