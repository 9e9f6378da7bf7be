package simtest_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/commands"
	"github.com/leanovate/gopter/gen"
	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/fault"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/simtest"
)

// working is what may be done to a shop, step by step: one thing at a time is well, two at a time lose an update.
var working = simtest.Steps{
	Wait: 10 * time.Millisecond,
	Ops: map[string]func(d *simtest.Dice) simtest.Op{
		"look": func(d *simtest.Dice) simtest.Op { return look{} },
		"add": func(d *simtest.Dice) simtest.Op {
			if d.N("how", 4) < 3 {
				return add{1 + d.N("n", 3)}
			}
			return twice{1, 1 + d.N("n", 3)}
		},
	},
}

// careful is the same without the bug.
var careful = simtest.Steps{Wait: working.Wait, Ops: map[string]func(d *simtest.Dice) simtest.Op{
	"look": working.Ops["look"], "add": func(d *simtest.Dice) simtest.Op { return add{1 + d.N("n", 3)} },
}}

// door is one of those that work a world step by step, on a shop with or without the bug.
type door func(t testing.TB, bug bool, opts ...simtest.Option)

var doors = map[string]door{
	"Repeat": func(t testing.TB, bug bool, opts ...simtest.Option) {
		steps := careful
		if bug {
			steps = working
		}
		simtest.Repeat(t, shop(), steps, opts...)
	},
	"GopterCommands": func(t testing.TB, bug bool, opts ...simtest.Option) {
		spec, generate := modelledShop(bug)
		simtest.GopterCommands(t, spec, 0, generate, opts...)
	},
}

// modelledShop is a shop with a model that knows how much there must be, and commands.
func modelledShop(bug bool) (simtest.Spec, func(s int) gopter.Gen) {
	spec := shop()
	var k *kept
	// others let timers be late: the model knows none of that
	spec.Config = func() sim.Config { k = &kept{}; return sim.Config{Observer: k, Policy: scheduler.Random{}} }
	command := func(n int, op simtest.Op) commands.Command {
		return simtest.Command[int]{
			Op: op, Next: func(s int) int { return s + n }, When: func(s int) bool { return s < 40 },
			Expect: func(l *simtest.Live, s int) bool { return k.n == s },
		}
	}
	return spec, func(s int) gopter.Gen {
		return gen.OneGenOf(gen.IntRange(1, 3).Map(func(n int) commands.Command { return command(n, add{n}) }),
			gen.IntRange(2, 4).Map(func(n int) commands.Command {
				if bug && s > 3 {
					return command(n, twice{n / 2, n - n/2})
				}
				return command(n, add{n})
			}))
	}
}

// What is done step by step is a plan like any other: it is found, made small, told, saved, played first, replayed, and
// fails when it has lost its meaning.
func TestStepsArePlans(t *testing.T) {
	for name, door := range doors {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			run := func(bug bool, o ...simtest.Option) *fake {
				f, _ := try(t, "TestShop", func(t testing.TB) { door(t, bug, append(o, simtest.Dir(dir))...) })
				return f
			}
			found := run(true)
			text := found.text.String()
			if !strings.HasPrefix(text, simtest.Breaks+"\n") || !strings.Contains(text, ": twice (without it: passes)\n") ||
				strings.Contains(text, "takes the value") {
				t.Fatalf("%s", text)
			}
			if n := strings.Count(text, "\n  step "); name == "Repeat" && n != 1 || n > 4 {
				t.Errorf("%d steps:\n%s", n, text)
			}
			path := one(t, dir)
			alone := regexp.MustCompile(`(?m)^it also breaks .*\n`).ReplaceAllString(text, "")
			if again := run(true); again.text.String() != played(alone) {
				t.Errorf("found\n%s\nplayed\n%s", alone, again.text.String())
			}
			line := lastLine(text)
			if !strings.HasPrefix(line, "REPLAY: go test -run '^TestShop$' -sim.replay=") {
				t.Errorf("the last line is %q", line)
			}
			if again := run(true, simtest.Settings(token(t, text), 0, false)); lastLine(again.text.String()) != line ||
				strings.Contains(again.text.String(), "the program has changed") {
				t.Errorf("replayed:\n%s", again.text.String())
			}
			if f := run(false); !strings.HasPrefix(f.text.String(), simtest.Stale+": ") {
				t.Errorf("mended:\n%s%s", f.text.String(), f.logs.String())
			}
			if f := run(false, simtest.Settings("", 0, true)); f.failed {
				t.Errorf("updated:\n%s", f.text.String())
			}
			if f := run(false); f.failed {
				t.Errorf("mended and updated:\n%s", f.text.String())
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			more := 20
			if name == "GopterCommands" {
				more = 0 // this model's eyes are shared by all runs, and with -sim.seeds runs go on side by side
			}
			if f := run(false, simtest.Settings("", more, false)); f.failed ||
				!strings.Contains(f.logs.String(), "runs, and no rule broke") {
				t.Errorf("without the bug: %s", f.text.String())
			}
		})
	}
}

// TestStepsElsewhere is run by another test, as TestShopElsewhere is.
func TestStepsElsewhere(t *testing.T) {
	dir := os.Getenv(child)
	if dir == "" {
		t.Skip("it fails on purpose, when another test wants it to")
	}
	for name, door := range doors {
		t.Run(name, func(t *testing.T) { door(t, true, simtest.Dir(dir+"/"+name)) })
	}
}

// A REPLAY line of steps is replayed in another process, with the same hash: the token holds half of it, and a replay
// says if it is another.
func TestStepsReplayInAnotherProcess(t *testing.T) {
	start := func(run string, args ...string) (string, bool) {
		cmd := exec.Command(os.Args[0], append([]string{"-test.run=" + run}, args...)...)
		cmd.Env = append(os.Environ(), child+"="+t.TempDir())
		b, err := cmd.CombinedOutput()
		return string(b), err != nil
	}
	for name := range doors {
		run := "^TestStepsElsewhere$/^" + name + "$"
		out, failed := start(run)
		m := regexp.MustCompile(`(?m)^\s*REPLAY: go test -run '(\S+)' -sim\.replay=(\S+)$`).FindStringSubmatch(out)
		if !failed || m == nil || m[1] != run {
			t.Fatalf("%s: failed %v:\n%s", name, failed, out)
		}
		out, failed = start(run, "-sim.replay="+m[2], "-test.short", "-rapid.seed=7", "-rapid.checks=3")
		if !failed || strings.Contains(out, "the program has changed") || !strings.Contains(out, "-sim.replay="+m[2]+"\n") {
			t.Errorf("%s: failed %v\n%s", name, failed, out)
		}
	}
}

// Leaving a step out changes nothing about the others: what they are, who does them, and what they draw.
func TestStepsStayTheyAre(t *testing.T) {
	said := map[string]bool{}
	spec := simtest.Spec{Name: "steps", Bare: true, Rules: func() []check.Rule {
		return []check.Rule{check.Never("x", check.User("drew", func(v string) bool { said[v] = true; return false }))}
	}}
	steps := simtest.Steps{Wait: time.Second, Ops: map[string]func(d *simtest.Dice) simtest.Op{
		"a": func(d *simtest.Dice) simtest.Op { return drawing{d.N("n", 1000)} },
		"b": func(d *simtest.Dice) simtest.Op { return drawing{1000 + d.N("n", 1000)} },
	}}
	run := func(seed uint64, without ...int) (told map[int]string, drew map[string]bool) {
		said = map[string]bool{}
		return simtest.Told(spec, steps, plan.Plan{Seed: seed, Without: without}), said
	}
	for seed := range uint64(5) {
		all, drewAll := run(seed)
		for i := range 200 {
			if _, there := all[i]; !there || i%7 > 0 {
				continue
			}
			less, drew := run(seed, i)
			if _, there := less[i]; there || len(less) != len(all)-1 {
				t.Errorf("seed %d: step %d was done, and %d of %d", seed, i, len(less), len(all))
			}
			for j, what := range less {
				if all[j] != what {
					t.Errorf("seed %d without step %d: step %d is %q, and was %q", seed, i, j, what, all[j])
				}
			}
			for line := range drew {
				if !drewAll[line] {
					t.Errorf("seed %d without step %d: %s, and before nobody drew that", seed, i, line)
				}
			}
		}
	}
}

// Leaving out a step that lets a fault befall the world moves no draw of the others', nor do two faults of one step draw
// the same.
func TestFaultsOfStepsStayTheyAre(t *testing.T) {
	spec := simtest.Spec{
		Name: "faults", Bare: true, Mix: &fault.Mix{Nodes: []sim.Atom{"local"}, Kinds: []string{"kill"}, Anchored: 100, Most: 1},
		Boot: func(p *sim.Proc) {
			for range 300 {
				p.Spawn("one of many", func(p *sim.Proc) { p.Sleep(time.Hour) })
			}
		},
	}
	kill := fault.Fault{Harm: fault.Kill{Who: "any"}}
	steps := simtest.Steps{Wait: time.Second, Acts: map[string]func(l *simtest.Live, d *simtest.Dice){
		"two faults": func(l *simtest.Live, d *simtest.Dice) { l.Fault(kill); l.Fault(kill) },
	}}
	run := func(seed uint64, without ...int) (told map[int]string, keys []choice.Key) {
		var rec choice.Recording
		p := plan.Plan{Seed: seed, Without: append(without, 0)} // the Mix's own, 0, is in nobody's way
		simtest.RunSteps(spec, steps)(p, &rec)
		for _, d := range rec.Draws {
			if d.Key.Domain == choice.Fault {
				keys = append(keys, d.Key)
			}
		}
		return simtest.Told(spec, steps, p), keys
	}
	moved := 0
	for seed := range uint64(5) {
		told, all := run(seed)
		at := 0
		for i := range 200 {
			n := map[string]int{"two faults": 2, "fault: kill any": 1}[told[i]]
			if n == 0 {
				continue
			}
			want := slices.Concat(all[:at], all[at+n:])
			if at += n; at > 20 {
				break
			}
			moved++
			if _, less := run(seed, 1+i); !slices.Equal(less, want) {
				t.Errorf("seed %d without step %d: draws %v, and not %v", seed, i, less, want)
			}
		}
		slices.SortFunc(all, func(a, b choice.Key) int { return cmp.Compare(a.ID, b.ID) })
		if len(slices.Compact(all)) != len(all) {
			t.Errorf("seed %d: two draws are the same", seed)
		}
	}
	if moved < 20 {
		t.Errorf("%d faults", moved)
	}
}

// A step's fault is counted when it has come, not when it is said that it shall.
func TestFaultsAreCounted(t *testing.T) {
	boss := func(p *sim.Proc) {
		p.Register("boss", p.Self())
		p.Sleep(time.Hour)
	}
	spec := simtest.Spec{Name: "counted", Bare: true, Boot: func(p *sim.Proc) { p.Spawn("boss", boss) }}
	l := simtest.Boot(spec, plan.Plan{})
	defer l.Close()
	for _, who := range []fault.Select{"boss", "nobody"} {
		l.Fault(fault.Fault{At: time.Second, Harm: fault.Kill{Who: who}})
	}
	l.Run(time.Minute)
	if c := l.Counts(); len(c) != 2 || !c[0].Injected || c[1].Injected {
		t.Errorf("%+v", c)
	}
}

// Steps that make no sense are refused, and of several mistakes always the same is told.
func TestStepsAreChecked(t *testing.T) {
	op := func(d *simtest.Dice) simtest.Op { return look{} }
	act := func(*simtest.Live, *simtest.Dice) {}
	flag.Set("rapid.nofailfile", "true")
	defer flag.Set("rapid.nofailfile", "false")
	type ops = map[string]func(*simtest.Dice) simtest.Op
	type acts = map[string]func(*simtest.Live, *simtest.Dice)
	for want, steps := range map[string]simtest.Steps{
		`a step needs a name`:       {Ops: ops{"": op}},
		`cannot have the name "wai`: {Ops: ops{"wait": op}},
		`cannot have the name "fau`: {Acts: acts{"fault": act}},
		`the step "a" is nil`:       {Ops: ops{"a": nil, "b": nil}},
		`the step "b" is nil`:       {Acts: acts{"c": nil, "b": nil}},
		`two of the name "x1"`:      {Ops: ops{"x1": op, "x2": op, "x3": op}, Acts: acts{"x3": act, "x2": act, "x1": act}},
		`Steps.Wait is below 0`:     {Wait: -1, Ops: ops{"a": op}},
	} {
		for range 10 {
			f, returned := try(t, "TestX", func(t testing.TB) { simtest.Repeat(t, shop(), steps) })
			if returned || !strings.HasPrefix(f.text.String(), "simtest: ") || !strings.Contains(f.text.String(), want) {
				t.Fatalf("%s: %q", want, f.text.String())
			}
		}
		if steps.Acts != nil {
			continue
		}
		f, _ := try(t, "TestX", func(t testing.TB) {
			rapid.Check(t, func(rt *rapid.T) {
				l := simtest.Boot(shop(), plan.Plan{})
				defer l.Close()
				rt.Repeat(simtest.Actions(l, steps.Wait, steps.Ops))
			})
		})
		if !strings.Contains(f.text.String(), want) {
			t.Errorf("Actions: %s: %q", want, f.text.String())
		}
	}
}

// A plan of other steps is another declaration's.
func TestStepsHaveADigest(t *testing.T) {
	dir := t.TempDir()
	run := func(steps simtest.Steps) *fake {
		f, _ := try(t, "TestShop", func(t testing.TB) { simtest.Repeat(t, shop(), steps, simtest.Dir(dir)) })
		return f
	}
	if f := run(working); !f.failed {
		t.Fatal("not found")
	}
	more := working
	more.Acts = map[string]func(l *simtest.Live, d *simtest.Dice){"nothing": func(*simtest.Live, *simtest.Dice) {}}
	if f := run(more); !strings.Contains(f.text.String(), "the declaration was edited") {
		t.Errorf("%s", f.text.String())
	}
}

// Acts are done from outside, and a Mix gives faults; both are told.
func TestRepeatActs(t *testing.T) {
	spec := simtest.Spec{
		Name: "acts", Nodes: []sim.Atom{"a", "b"}, Bare: true,
		Mix:  &fault.Mix{Nodes: []sim.Atom{"a", "b"}, Kinds: []string{"pause"}, Most: 1},
		Boot: func(p *sim.Proc) { p.Sleep(time.Hour) },
	}
	steps := simtest.Steps{Wait: time.Second, Acts: map[string]func(l *simtest.Live, d *simtest.Dice){
		"restart": func(l *simtest.Live, d *simtest.Dice) {
			n := simtest.OneOf(d, "node", sim.Atom("a"), "b")
			l.HaltNode(n, "restart")
			l.BootNode(n)
		},
		"look": func(l *simtest.Live, d *simtest.Dice) {
			if len(l.View().Nodes()) < 2 {
				l.Break("all are up", "b", "b is down")
			}
		},
		"halt": func(l *simtest.Live, d *simtest.Dice) {
			if d.N("really", 3) == 2 {
				l.HaltNode("b", "halt")
			}
		},
	}}
	f, _ := try(t, "TestActs", func(t testing.TB) { simtest.Repeat(t, spec, steps, simtest.Unsaved()) })
	text := f.text.String()
	if !strings.HasPrefix(text, simtest.Breaks+"\nall are up broken") || strings.Count(text, "\n  step ") != 2 ||
		!strings.Contains(text, ": halt (without it: passes)") || !strings.Contains(text, ": look (without it: passes)") {
		t.Errorf("%s", text)
	}
	kinds := map[string]bool{}
	for seed := range uint64(10) {
		for _, what := range simtest.Told(spec, steps, plan.Plan{Seed: seed}) {
			word, _, _ := strings.Cut(what, " ")
			kinds[word] = true
		}
	}
	if fmt.Sprint(kinds) != "map[fault::true halt:true look:true restart:true wait:true]" {
		t.Errorf("%v", kinds)
	}
}

// To ask twice for the same thing is to get the same answer, of rapid as of a plan.
func TestStepsAskTwice(t *testing.T) {
	spec := simtest.Spec{Name: "twice", Bare: true}
	steps := simtest.Steps{Acts: map[string]func(l *simtest.Live, d *simtest.Dice){"ask": func(l *simtest.Live, d *simtest.Dice) {
		if a, b := d.N("n", 1_000_000), d.N("n", 1_000_000); a != b {
			l.Break("the same", "", fmt.Sprint(a, " and ", b))
		}
	}}}
	if f, _ := try(t, "TestX", func(t testing.TB) { simtest.Repeat(t, spec, steps, simtest.Dir(t.ArtifactDir())) }); f.failed {
		t.Errorf("%s", f.text.String())
	}
	steps.Ops = map[string]func(d *simtest.Dice) simtest.Op{"ask": func(d *simtest.Dice) simtest.Op { return look{} }}
	if f, _ := try(t, "TestX", func(t testing.TB) { simtest.Repeat(t, spec, steps) }); !strings.Contains(f.text.String(),
		`two of the name "ask"`) {
		t.Errorf("%q", f.text.String())
	}
}

// A seed alone is a plan of steps too, and its normal form is the same run.
func TestStepsHaveANormalForm(t *testing.T) {
	for seed := range uint64(10) {
		run := simtest.RunSteps(shop(), working)
		p := plan.Plan{Seed: seed}
		o := run(p, nil)
		q, err := plan.Normal(run, p)
		if err != nil || run(q, nil).Hash != o.Hash {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

// Repeat works a world step by step: what is done next is drawn while it stands still. A failure ends in one line that
// does the same steps again.
func ExampleRepeat() {
	_ = func(t *testing.T) {
		simtest.Repeat(t, locks, simtest.Steps{
			Wait: time.Second,
			Ops: map[string]func(d *simtest.Dice) simtest.Op{
				"lock": func(d *simtest.Dice) simtest.Op { return lock{d.Time("for", time.Second)} },
			},
			Acts: map[string]func(l *simtest.Live, d *simtest.Dice){
				"restart": func(l *simtest.Live, d *simtest.Dice) {
					l.HaltNode("local", "restart")
					l.BootNode("local")
				},
			},
		})
	}
}
