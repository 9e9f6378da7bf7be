package simtest_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/fault"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/simtest"
)

// search is a Check of its own that may fail.
func search(t *testing.T, spec simtest.Spec, dir string, opts ...simtest.Option) *fake {
	t.Helper()
	f, _ := try(t, "TestShop", func(t testing.TB) {
		simtest.Check(t, spec, append([]simtest.Option{simtest.Dir(dir)}, opts...)...)
	})
	return f
}

// lastLine is the last line of a failure.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return lines[len(lines)-1]
}

// token is what a failure's last line replays.
func token(t *testing.T, text string) string {
	t.Helper()
	_, token, ok := strings.Cut(lastLine(text), "-sim.replay=")
	if !ok {
		t.Fatalf("the last line is no replay line: %q", lastLine(text))
	}
	return token
}

// The planted bug is found, made as small as it can be, told, saved and replayed.
func TestCheckFindsThePlantedBug(t *testing.T) {
	dir := t.TempDir()
	f := search(t, shop(), dir)
	text := f.text.String()
	if !strings.HasPrefix(text, simtest.Breaks+"\nthe stock grows broken at ") {
		t.Errorf("it begins otherwise:\n%s", text)
	}
	if n := strings.Count(text, "op at "); n != 2 {
		t.Errorf("two operations lose an update, not %d:\n%s", n, text)
	}
	if n := strings.Count(text, "(without it: passes)"); n < 2 {
		t.Errorf("each of the two is needed:\n%s", text)
	}
	if ok, _ := regexp.MatchString(`^REPLAY: go test -run '\^TestShop\$' -sim\.replay=[0-9A-Z]{12,160}$`, lastLine(text)); !ok {
		t.Errorf("the last line is %q", lastLine(text))
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "the-stock-grows-store-*.plan")); len(files) != 1 {
		t.Errorf("saved: %v", files)
	}
	if files, _ := filepath.Glob(filepath.Join(f.dir, "*.plan")); len(files) != 1 {
		t.Errorf("artefacts: %v", files)
	}
	if len(f.attrs) != 2 || f.attrs[0] != "sim.rule=the stock grows/store" ||
		!strings.HasPrefix(f.attrs[1], "sim.replay=go test -run '^TestShop$' -sim.replay=") {
		t.Errorf("attributes: %q", f.attrs)
	}
	again := search(t, shop(), t.TempDir(), simtest.Settings(token(t, text), 0, false))
	if again.text.Len() == 0 || lastLine(again.text.String()) != lastLine(text) {
		t.Errorf("replayed:\n%s\nfound:\n%s", again.text.String(), text)
	}
}

// The failure's text follows from the plan: it is the same in two searches, and a replay tells what the search did.
func TestFailureTextIsTheSame(t *testing.T) {
	saved := regexp.MustCompile(`(?m)^saved as .*\n`)
	a := saved.ReplaceAllString(search(t, shop(), t.TempDir()).text.String(), "")
	b := saved.ReplaceAllString(search(t, shop(), t.TempDir()).text.String(), "")
	if a != b {
		t.Errorf("first\n%s\nthen\n%s", a, b)
	}
	if c := search(t, shop(), t.TempDir(), simtest.Settings(token(t, a), 0, false)).text.String(); a != c {
		t.Errorf("found\n%s\nreplayed\n%s", a, c)
	}
}

// A system without the bug passes, whatever is tried.
func TestCheckPasses(t *testing.T) {
	spec := shop()
	spec.Ops.Clients = 1
	dir := t.TempDir()
	f := search(t, spec, dir, simtest.Settings("", 50, false))
	if f.failed || !strings.Contains(f.logs.String(), "150 runs") && !testing.Short() {
		t.Errorf("failed: %s\nlogged: %s", f.text.String(), f.logs.String())
	}
	if files, _ := os.ReadDir(dir); len(files) > 0 {
		t.Errorf("it saved %v", files)
	}
}

// two is a system with two bugs, each of which shows with an operation of its own.
func two() simtest.Spec {
	return simtest.Spec{
		Name: "two", For: time.Second, Bare: true,
		Ops: simtest.Ops{Most: 10, Draw: func(d *simtest.Dice) simtest.Op {
			return tell{[]string{"", "a", "b"}[d.N("what", 3)], d.N("n", 100)}
		}},
		Rules: func() []check.Rule {
			return []check.Rule{
				check.Never("no a", check.User("told", func(m tell) bool { return m.What == "a" && m.N > 20 })),
				check.Never("no b", check.User("told", func(m tell) bool { return m.What == "b" && m.N > 20 })),
			}
		},
	}
}

// tell says something that a rule may not like.
type tell struct {
	What string
	N    int
}

func (o tell) String() string { return fmt.Sprintf("tell %s %d", o.What, o.N) }
func (o tell) Do(p *sim.Proc) { p.Trace("told", o) }

// Trap: rapid shrinks as long as the traceback is the same, so that one bug turns into another. Here the first
// signature wins, the other is listed, without a token that is too long for a line, and what is left is minimal.
func TestFirstSignatureWins(t *testing.T) {
	before := flag.Lookup("rapid.seed").Value.String()
	defer flag.Set("rapid.seed", before)
	first := map[string]bool{}
	for seed := 1; seed <= 12; seed++ {
		flag.Set("rapid.seed", fmt.Sprint(seed))
		var sig string
		spec := two()
		f := search(t, spec, t.TempDir())
		for _, a := range f.attrs {
			if rest, ok := strings.CutPrefix(a, "sim.rule="); ok {
				sig = rest
			}
		}
		first[sig] = true
		text := f.text.String()
		other := map[string]string{"no a": "no b", "no b": "no a"}[sig]
		if other == "" || !strings.HasPrefix(text, simtest.Breaks+"\n"+sig+" broken") ||
			!regexp.MustCompile(`(?m)^it also breaks `+other+`(: -sim\.replay=[0-9A-Z]{1,160})?$`).MatchString(text) {
			t.Fatalf("seed %d: first %q\n%s", seed, sig, text)
		}
		if strings.Count(text, "op at ") != 1 || !strings.Contains(text, "op at 100ms client 0: tell "+sig[3:]+" 21 ") {
			t.Errorf("seed %d: not minimal\n%s", seed, text)
		}
	}
	if len(first) != 2 {
		t.Errorf("only one of the bugs ever comes first: %v", first)
	}
}

// Trap: with a thousand words a case rapid shrinks for half a minute. Plans take three hundred at most, however much
// there is to draw.
func TestPlansTakeFewWords(t *testing.T) {
	spec := shop()
	spec.Ops.Least, spec.Ops.Most = 5000, 10_000
	for seed := range 5 {
		if n := len(simtest.Plans(spec).Example(seed).Deviations); n != simtest.MostWords {
			t.Errorf("%d words", n)
		}
	}
}

// What is drawn comes first and the seed last: the same structure with another seed is another run of the same operations.
func TestPlansDrawStructureThenSeed(t *testing.T) {
	spec := shop()
	p := simtest.Plans(spec).Example(3)
	for _, d := range p.Deviations {
		if d.Key.Domain != choice.Value && d.Key.Domain != choice.Plan {
			t.Errorf("%v is none of the declaration's draws", d)
		}
	}
	q := p
	q.Seed++
	a, b := simtest.Open(spec, p), simtest.Open(spec, q)
	defer a.Close()
	defer b.Close()
	if simtest.Declared(a) != simtest.Declared(b) || simtest.Declared(a) == "" {
		t.Errorf("%q and %q", simtest.Declared(a), simtest.Declared(b))
	}
}

// Run is a function of the plan.
func TestRunIsPure(t *testing.T) {
	spec := shop()
	for seed := range 20 {
		p := simtest.Plans(spec).Example(seed)
		a, b := simtest.Run(spec, p), simtest.Run(spec, p)
		if a.Hash != b.Hash || a.Signature != b.Signature || a.Events == 0 {
			t.Errorf("%v: %+v and %+v", p, a, b)
		}
		n, err := plan.Normal(func(p plan.Plan, rec *choice.Recording) plan.Outcome { return simtest.Record(spec, p, rec) }, p)
		if err != nil {
			t.Fatal(err)
		}
		if c := simtest.Run(spec, n); c.Hash != a.Hash {
			t.Errorf("its normal form is another run")
		}
	}
}

// Without leaves out faults of the list, drawn ones and operations, by their places.
func TestWithout(t *testing.T) {
	spec := simtest.Spec{
		Name: "without", Bare: true, Nodes: []sim.Atom{"a", "b"}, For: time.Minute,
		Faults: []fault.Fault{{At: time.Second, Harm: fault.Halt{Node: "b"}}},
		Mix:    &fault.Mix{Nodes: []sim.Atom{"a", "b"}, Most: 2, Kinds: []string{"pause"}},
		Ops:    simtest.Ops{Least: 2, Most: 2, Draw: func(d *simtest.Dice) simtest.Op { return tell{"x", d.N("n", 9)} }},
	}
	var p plan.Plan
	if n := spec.Elements(); n != 5 {
		t.Fatalf("%d elements", n)
	}
	happened := func(without ...int) (faults, ops int) {
		spec := spec
		spec.Rules = func() []check.Rule {
			return []check.Rule{check.Never("x", check.User("told", func(tell) bool { ops++; return false }))}
		}
		p.Without = without
		l := simtest.Open(spec, p)
		defer l.Close()
		l.Run(time.Minute)
		for _, c := range l.Counts() {
			if c.Injected {
				faults++
			}
		}
		return faults, ops
	}
	for p.Seed = 1; ; p.Seed++ { // two faults that do not get into each other's way
		if n, _ := happened(); n == 3 {
			break
		}
	}
	for _, c := range []struct {
		without     []int
		faults, ops int
	}{{nil, 3, 2}, {[]int{0}, 2, 2}, {[]int{1, 2}, 1, 2}, {[]int{3}, 3, 1}, {[]int{0, 1, 2, 3, 4}, 0, 0}, {[]int{99}, 3, 2}} {
		if f, o := happened(c.without...); f != c.faults || o != c.ops {
			t.Errorf("without %v: %d faults and %d operations, not %d and %d", c.without, f, o, c.faults, c.ops)
		}
	}
}

// Two runs of one plan that differ are an alarm of their own, and nothing is saved.
func TestWaveringIsReported(t *testing.T) {
	n := 0
	for name, boot := range map[string]sim.Body{
		"draws":   func(p *sim.Proc) { n++; p.Sleep(time.Duration(1 + p.Rand(10*n))) },
		"silence": func(p *sim.Proc) { n++; p.Sleep(time.Duration(n)) },
		"failing": func(p *sim.Proc) { n++; p.Trace("told", tell{"a", 20 + n%2}) },
	} {
		spec := two()
		spec.Boot, spec.Ops = boot, simtest.Ops{}
		dir := t.TempDir()
		f := search(t, spec, dir)
		if !strings.HasPrefix(f.text.String(), simtest.Wavers+"\n") || !strings.HasPrefix(lastLine(f.text.String()), "REPLAY: ") {
			t.Errorf("%s: %q", name, f.text.String())
		}
		if files, _ := os.ReadDir(dir); len(files) > 0 {
			t.Errorf("%s: saved %v", name, files)
		}
		f = search(t, spec, dir, simtest.Settings(token(t, f.text.String()), 0, false))
		if !strings.HasPrefix(f.text.String(), simtest.Wavers+"\n") {
			t.Errorf("%s, replayed: %q", name, f.text.String())
		}
		kept := simtest.FormatSaved(spec.Digest(), "", 1, plan.Plan{Seed: 1})
		if err := os.WriteFile(filepath.Join(dir, "p.plan"), []byte(kept), 0o666); err != nil {
			t.Fatal(err)
		}
		if f := search(t, spec, dir); !strings.HasPrefix(f.text.String(), simtest.Wavers+"\n") {
			t.Errorf("%s, saved: %q", name, f.text.String())
		}
	}
}

// A run that was once another is told as it was seen, though all that follow are alike.
func TestWaveringOnce(t *testing.T) {
	for _, odd := range []int{1, 2} {
		for seeds, check := range map[int]func(spec simtest.Spec) *fake{
			0: func(spec simtest.Spec) *fake { return search(t, spec, t.TempDir()) },
			1: func(spec simtest.Spec) *fake {
				none := flag.Lookup("rapid.checks").Value.String()
				flag.Set("rapid.checks", "0")
				defer flag.Set("rapid.checks", none)
				return search(t, spec, t.TempDir(), simtest.Settings("", 1, false))
			},
		} {
			n := 0
			spec := two()
			spec.Ops = simtest.Ops{}
			spec.Boot = func(p *sim.Proc) {
				if n++; n == odd {
					p.Trace("odd", 1)
				}
			}
			text := check(spec).text.String()
			m := regexp.MustCompile(`hash ([0-9a-f]+) after \d+ events, then ([0-9a-f]+) after \d+\n`).FindStringSubmatch(text)
			if !strings.HasPrefix(text, simtest.Wavers+"\n") || m == nil || m[1] == m[2] {
				t.Errorf("run %d, %d seeds: %s", odd, seeds, text)
			}
		}
	}
}

// A run that comes to no end is no good run.
func TestRunsThatDoNotEnd(t *testing.T) {
	for want, spec := range map[string]simtest.Spec{
		"the run ends/boot": {Boot: func(p *sim.Proc) { panic("no") }},
		"the run ends/livelock": {Config: func() sim.Config { return sim.Config{Patience: 1000} }, Boot: func(p *sim.Proc) {
			for {
				p.Yield()
			}
		}},
		"the run ends/events": {Config: func() sim.Config { return sim.Config{MaxEvents: 1000} }, Boot: func(p *sim.Proc) {
			for {
				p.Sleep(time.Millisecond)
			}
		}},
	} {
		spec.Name, spec.Bare = want, true
		if o := simtest.Run(spec, plan.Plan{}); o.Signature != want {
			t.Errorf("%q, not %q", o.Signature, want)
		}
	}
}

// Drive moves the world, and may find fault with it.
func TestDrive(t *testing.T) {
	spec := shop()
	spec.Drive = func(l *simtest.Live) {
		for i := range 5 {
			l.Run(time.Second)
			if i == 3 {
				l.Break("drive says no", "here", "it is 4s")
			}
			if l.Plan.For == 0 && l.Over() != (i >= 3) {
				t.Errorf("after %v over is %v", l.Now(), l.Over())
			}
		}
	}
	spec.Ops = simtest.Ops{}
	spec.Boot = func(p *sim.Proc) {
		for {
			p.Sleep(time.Millisecond)
		}
	}
	if o := simtest.Run(spec, plan.Plan{}); o.Signature != "drive says no/here" || o.Broke != 4*time.Second ||
		o.Now != 4*time.Second {
		t.Errorf("%+v", o)
	}
	if o := simtest.Run(spec, plan.Plan{For: 1500 * time.Millisecond}); o.Now != 1500*time.Millisecond {
		t.Errorf("the plan's time is over at %v", o.Now)
	}
}

// What -sim.seeds finds hangs neither on how many hands there are nor on which is faster.
func TestSeedsInParallel(t *testing.T) {
	spec := shop()
	spec.Ops.Most = 2
	spec.Ops.Within = 200 * time.Millisecond // rapid's draws lean to 0 and collide; a seed's do so rarely
	none := flag.Lookup("rapid.checks").Value.String()
	flag.Set("rapid.checks", "1")
	defer flag.Set("rapid.checks", none)
	spec.Ops.Draw = func(d *simtest.Dice) simtest.Op { return add{1} }
	var texts []string
	for range 3 {
		f := search(t, spec, t.TempDir(), simtest.Settings("", 4000, false), simtest.Unsaved())
		texts = append(texts, f.text.String())
	}
	if len(slices.Compact(texts)) != 1 || !strings.HasPrefix(texts[0], simtest.Breaks) {
		t.Errorf("%q", texts)
	}
}

// A mistake in the Spec is said at once.
func TestMistakes(t *testing.T) {
	for _, spec := range []simtest.Spec{
		{Ops: simtest.Ops{Most: 3}},
		{Ops: simtest.Ops{Least: -1}},
		{Mix: &fault.Mix{Most: -1}},
		{Faults: []fault.Fault{{At: 1}}},
		{Faults: []fault.Fault{{On: fault.Event{What: "no such thing", Who: "any"}, Harm: fault.Kill{Who: "any"}}}},
		{Mix: &fault.Mix{Events: []fault.Event{{What: fault.Message}}}},
	} {
		if f := search(t, spec, t.TempDir()); !strings.HasPrefix(f.text.String(), "simtest: Spec.") {
			t.Errorf("%q", f.text.String())
		}
	}
	for want, spec := range map[string]simtest.Spec{
		`simtest: Spec.Mix: a Mix has a number below 0`:  {Mix: &fault.Mix{Within: -1}},
		`simtest: Spec.Mix: a Mix knows no kind "kil"; `: {Mix: &fault.Mix{Kinds: []string{"kill", "kil"}}},
		`simtest: Spec.Mix: there is no node "c"`: {Nodes: []sim.Atom{"a", "b"},
			Mix: &fault.Mix{Nodes: []sim.Atom{"a", "b", "c"}}},
		`simtest: Spec.Mix: there is no node "b"`: {Mix: &fault.Mix{Nodes: []sim.Atom{"local", "b"}}},
	} {
		if f := search(t, spec, t.TempDir()); !strings.HasPrefix(f.text.String(), want) {
			t.Errorf("%q, and not %s", f.text.String(), want)
		}
	}
	for _, c := range [][2]string{{"x y", "1"}, {"1", "x"}, {"1", "-1"}} {
		before := flag.Lookup("rapid.seed").Value.String()
		if a, b := simtest.SetNothing(c[0], c[1]); a == nil && b == nil {
			t.Errorf("%v is fine?", c)
		}
		flag.Set("rapid.seed", before)
	}
}

// A Spec whose own functions panic ends the test with that, and rapid has nothing to shrink.
func TestSpecPanics(t *testing.T) {
	spec := shop()
	spec.Ops.Draw = func(d *simtest.Dice) simtest.Op { panic("no such operation") }
	f := search(t, spec, t.TempDir())
	if !strings.HasPrefix(f.text.String(), "simtest: the spec panicked: no such operation\n") {
		t.Errorf("%q", f.text.String())
	}
	if _, err := os.Stat("testdata/rapid"); err == nil {
		t.Error("rapid has saved something")
	}
}

// A replay line names the test as go test -run wants it, and only it.
func TestPattern(t *testing.T) {
	for in, want := range map[string]string{"TestA": "^TestA$", "TestA/b c.d": `^TestA$/^b c\.d$`} {
		if got := simtest.Pattern(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}

// A run ends where a rule breaks, and what broke first is what counts, be it a rule's or Drive's.
func TestWhatBrokeFirst(t *testing.T) {
	spec := simtest.Spec{
		Name: "first", For: 10 * time.Second, Bare: true,
		Boot: func(p *sim.Proc) {
			p.Sleep(3 * time.Second)
			p.Trace("told", tell{"a", 21})
			p.Sleep(time.Hour)
		},
		Rules: two().Rules,
	}
	if o := simtest.Run(spec, plan.Plan{}); o.Signature != "no a" || o.Now >= 4*time.Second || o.Broke != 3*time.Second {
		t.Errorf("%+v", o)
	}
	for after, want := range map[time.Duration]string{time.Second: "drive/x", 5 * time.Second: "no a"} {
		spec.Drive = func(l *simtest.Live) {
			l.Run(after)
			l.Break("drive", "x", "")
		}
		if o := simtest.Run(spec, plan.Plan{}); o.Signature != want {
			t.Errorf("after %v: %q, not %q", after, o.Signature, want)
		}
	}
}
