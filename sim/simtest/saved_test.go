package simtest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/simtest"
)

// one is the only saved plan of a folder.
func one(t *testing.T, dir string) string {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "*.plan"))
	if len(files) != 1 {
		t.Fatalf("saved: %v", files)
	}
	return files[0]
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// played is what is said of a saved plan that breaks what it did when it was found; found is what was said then.
func played(found string) string {
	text := strings.Replace(found, simtest.Breaks, simtest.Still, 1)
	return regexp.MustCompile(`(?m)^saved as (.*)\n`).ReplaceAllString(text, "the saved plan $1 still breaks it\n")
}

// mended is a shop whose clients add in one step: a client alone is never between another's two.
func mended() simtest.Spec {
	spec := shop()
	draw := spec.Ops.Draw
	spec.Ops.Draw = func(d *simtest.Dice) simtest.Op {
		if a, is := draw(d).(add); is {
			return mind{a}
		}
		return look{}
	}
	return spec
}

// mind adds only if nobody else is adding.
type mind struct{ add }

// Do takes turns with the others, by a name that only one can have.
func (m mind) Do(p *sim.Proc) {
	for {
		if _, taken := p.Whereis("turn"); !taken {
			break
		}
		p.Sleep(time.Millisecond)
	}
	p.Register("turn", p.Self())
	m.add.Do(p)
	p.Send(sim.Local("store"), get{p.Self()}) // the store has taken the update when it answers
	sim.Recv[value](p, sim.After(time.Second))
}

// A saved plan comes first, and fails as long as its bug is there; no search is made then. Mended, it must be said so, and
// then it holds, until the bug is back.
func TestLifeOfASavedPlan(t *testing.T) {
	dir := t.TempDir()
	found := search(t, shop(), dir).text.String()
	path := one(t, dir)
	was := read(t, path)
	if !strings.Contains(was, "\nbreaks the stock grows/store\n") || !strings.Contains(was, "# it takes\n") {
		t.Errorf("saved:\n%s", was)
	}

	again := search(t, shop(), dir)
	if again.text.String() != played(found) {
		t.Errorf("found\n%s\nplayed\n%s", found, again.text.String())
	}
	one(t, dir)
	if f := search(t, shop(), dir, simtest.Settings("@"+path, 0, false)); lastLine(f.text.String()) != lastLine(found) {
		t.Errorf("replayed by its file:\n%s", f.text.String())
	}

	f := search(t, mended(), dir)
	if !strings.HasPrefix(f.text.String(), simtest.Stale+": "+filepath.ToSlash(path)+"\n") ||
		!strings.HasSuffix(f.text.String(), "go test -run '^TestShop$' -sim.update\n") {
		t.Errorf("mended:\n%s", f.text.String())
	}
	if read(t, path) != was {
		t.Error("it was written without being asked to")
	}
	if f := search(t, mended(), dir, simtest.Settings("", 0, true)); f.failed {
		t.Errorf("update:\n%s", f.text.String())
	}
	if now := read(t, path); !strings.Contains(now, "\nholds\n") {
		t.Errorf("updated:\n%s", now)
	}
	if f := search(t, mended(), dir); f.failed {
		t.Errorf("mended and updated:\n%s", f.text.String())
	}
	if f := search(t, shop(), dir); !strings.HasPrefix(f.text.String(), simtest.Still) ||
		!strings.Contains(f.text.String(), "the saved plan "+filepath.ToSlash(path)+" held when it was written: the bug is back") {
		t.Errorf("the bug is back:\n%s", f.text.String())
	}
}

// To write a plan anew mends nothing: as long as it breaks a rule the test fails, with -sim.update too, be it another rule.
func TestUpdateFailsIfThePlanStillBreaks(t *testing.T) {
	dir := t.TempDir()
	search(t, shop(), dir)
	path := one(t, dir)
	was := read(t, path)
	for _, c := range []struct{ saved, says string }{
		{was, "still breaks it"},
		{strings.Replace(was, "\nbreaks the stock grows/store\n", "\nbreaks another/one\n", 1), "broke another/one when it was written"},
		{strings.Replace(was, "\nbreaks the stock grows/store\n", "\nholds\n", 1), "held when it was written"},
	} {
		if err := os.WriteFile(path, []byte(c.saved), 0o666); err != nil {
			t.Fatal(err)
		}
		f := search(t, shop(), dir, simtest.Settings("", 0, true))
		if text := f.text.String(); !f.failed || !strings.HasPrefix(text, simtest.Still+"\nthe stock grows broken at ") ||
			!strings.Contains(text, "the saved plan "+filepath.ToSlash(path)+" "+c.says) ||
			!strings.Contains(text, "\nwrote it anew, and that mends nothing\nREPLAY: ") {
			t.Errorf("%s: failed %v\n%s", c.says, f.failed, text)
		}
		if now := read(t, path); now != was {
			t.Errorf("%s: wrote\n%s\nnot\n%s", c.says, now, was)
		}
	}
}

// Of the plans that break one rule in the same way one stays, the shortest: a fuzzer saves what it finds in several
// processes, and again for each smaller input. Those that hold, or break something else, are none of its business.
func TestOnePlanOfEachRule(t *testing.T) {
	dir := t.TempDir()
	spec := shop()
	write := func(name, breaks string, p plan.Plan) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(simtest.FormatSaved(spec.Digest(), breaks, 1, p)), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const breaks = "the stock grows/store"
	breaking := func(without int) plan.Plan { // of the first seed that does, longer by so many words that say nothing
		for seed := range uint64(500) {
			p := plan.Plan{Seed: seed}
			if simtest.Run(spec, p).Signature == breaks {
				for place := range without {
					p.Without = append(p.Without, 1000+place)
				}
				return p
			}
		}
		t.Fatal("no seed breaks it")
		return plan.Plan{}
	}
	long, short, mended := breaking(400), breaking(0), plan.Plan{Dull: true}
	write(simtest.SavedName(breaks, long), breaks, long)
	others := []string{
		write("holds.plan", "", plan.Plan{Seed: 1}), write("other.plan", "the stock grows/shop", plan.Plan{Seed: 1}),
		write("by-hand.plan", breaks, long), write(simtest.SavedName(breaks, mended), breaks, mended),
	}
	saved := func() (names []string) {
		paths, _ := filepath.Glob(filepath.Join(dir, "*.plan"))
		for _, path := range paths {
			if !slices.Contains(others, path) {
				names = append(names, path)
			}
		}
		return names
	}
	fuzz := func() (text string) {
		t.Helper()
		for seed := range uint64(500) {
			if f, _ := try(t, "FuzzShop", func(t testing.TB) {
				simtest.FuzzOne(t, spec, input(seed), simtest.Dir(dir))
			}); f.failed {
				return f.text.String()
			}
		}
		t.Fatal("nothing was found")
		return ""
	}
	text := fuzz()
	if now := saved(); len(now) != 1 || filepath.Base(now[0]) == simtest.SavedName(breaks, long) || !strings.Contains(text, "saved as "+filepath.ToSlash(now[0])+"\n") {
		t.Errorf("left are %v\n%s", now, text)
	}
	best := write(simtest.SavedName(breaks, short), breaks, short)
	text = fuzz()
	if now := saved(); len(now) != 1 || now[0] != best || !strings.Contains(text, "another plan that breaks the same is saved in "+filepath.ToSlash(dir)+"\n") {
		t.Errorf("left are %v\n%s", now, text)
	}
	for _, path := range others {
		read(t, path)
	}
}

// A saved plan that cannot be read, or whose meaning is lost, fails. It is never passed over.
func TestStalePlansFail(t *testing.T) {
	spec := shop()
	spec.Ops.Clients = 1 // it has no bug
	good := plan.Plan{Dull: true}
	drift := plan.Plan{Dull: true, Deviations: []choice.Deviation{{Key: choice.Key{Domain: choice.Slice, ID: 12345, N: 6},
		Answer: 3}}}
	for name, c := range map[string]struct{ text, want string }{
		"no plan at all":          {"", "there is no plan in it"},
		"not decodable":           {simtest.FormatSaved(spec.Digest(), "x", 1, good) + "what/is/this=3\n", "p.plan: 8:1: "},
		"of another declaration":  {simtest.FormatSaved(spec.Digest()+1, "x", 1, good), "declaration"},
		"breaks nothing any more": {simtest.FormatSaved(spec.Digest(), "x/y", 1, good), "it does not break x/y any more"},
		"drifted":                 {simtest.FormatSaved(spec.Digest(), "", 1, drift), "slice/0000000000003039/6=3"},
		"drifted from a failure":  {simtest.FormatSaved(spec.Digest(), "x", 1, drift), "slice/0000000000003039/6=3"},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "p.plan")
		if err := os.WriteFile(path, []byte(c.text), 0o666); err != nil {
			t.Fatal(err)
		}
		f := search(t, spec, dir)
		if !strings.HasPrefix(f.text.String(), simtest.Stale+": "+filepath.ToSlash(path)+"\n") ||
			!strings.Contains(f.text.String(), c.want) {
			t.Errorf("%s: %s", name, f.text.String())
		}
		if name != "no plan at all" && name != "not decodable" {
			if f := search(t, spec, dir, simtest.Settings("", 0, true)); f.failed {
				t.Errorf("%s, update: %s", name, f.text.String())
			}
			if f := search(t, spec, dir); f.failed {
				t.Errorf("%s, updated: %s\n%s", name, f.text.String(), read(t, path))
			}
		}
	}
}

// A token of another spec is refused; one of the environment may mean another test.
func TestReplayOfAnotherSpec(t *testing.T) {
	other := plan.Plan{Seed: 4}.Token(99, 0)
	if f := search(t, shop(), t.TempDir(), simtest.Settings(other, 0, false)); !strings.Contains(f.text.String(),
		"of another spec") {
		t.Errorf("%q", f.text.String())
	}
	if f := search(t, shop(), t.TempDir(), simtest.Settings("nonsense", 0, false)); !strings.Contains(f.text.String(),
		"not a replay token") {
		t.Errorf("%q", f.text.String())
	}
	if f := search(t, shop(), t.TempDir(), simtest.Ambient(other)); f.failed || !f.skipped {
		t.Errorf("SIM_REPLAY of another test: failed %v, skipped %v", f.failed, f.skipped)
	}
	spec := shop()
	if f := search(t, spec, t.TempDir(), simtest.Ambient(plan.Plan{Dull: true}.Token(spec.Digest(), 0))); f.failed ||
		f.skipped || !strings.Contains(f.logs.String(), "breaks nothing") {
		t.Errorf("SIM_REPLAY of this test: %q %q", f.text.String(), f.logs.String())
	}
	lost := plan.Plan{Dull: true, Deviations: []choice.Deviation{{Key: choice.Key{Domain: choice.Slice, ID: 12345, N: 6},
		Answer: 3}}}
	if f := search(t, spec, t.TempDir(), simtest.Settings(lost.Token(spec.Digest(), 0), 0,
		false)); !strings.Contains(f.text.String(), "moved away") {
		t.Errorf("%q", f.text.String())
	}
}

// The digest sees what plans refer to, and nothing else.
func TestDigest(t *testing.T) {
	a, same := shop(), shop()
	same.Boot, same.Rules = nil, nil
	if a.Digest() != same.Digest() {
		t.Error("code has a digest")
	}
	seen := map[uint64]string{a.Digest(): "the shop"}
	for name, change := range map[string]func(s *simtest.Spec){
		"name": func(s *simtest.Spec) { s.Name = "mop" }, "time": func(s *simtest.Spec) { s.For++ },
		"most":    func(s *simtest.Spec) { s.Ops.Most++ },
		"clients": func(s *simtest.Spec) { s.Ops.Clients++ }, "nodes": func(s *simtest.Spec) { s.Nodes = []sim.Atom{"a"} },
	} {
		s := shop()
		change(&s)
		if other, is := seen[s.Digest()]; is {
			t.Errorf("%s has the digest of %s", name, other)
		}
		seen[s.Digest()] = name
	}
}

// What is printed is read back, and reading anything ends in an error at worst.
func TestSavedRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := plan.Plan{Seed: rapid.Uint64().Draw(t, "seed"),
			Without: rapid.SliceOfNDistinct(rapid.IntRange(0, 50), 0, 4, rapid.ID).Draw(t, "without")}
		breaks := rapid.StringMatching(`[a-z# ]{0,10}[a-z/]`).Draw(t, "breaks")
		text := simtest.FormatSaved(rapid.Uint64().Draw(t, "spec"), strings.TrimSpace(strings.TrimLeft(breaks, "# ")),
			rapid.Uint64().Draw(t, "hash"), p)
		got, err := simtest.ParseAndFormat(text)
		if err != nil || got != text {
			t.Fatalf("%v\n%s\n%s", err, text, got)
		}
	})
}

func FuzzSaved(f *testing.F) {
	f.Add(simtest.FormatSaved(1, "a/b", 2, plan.Plan{Seed: 3}))
	f.Add("bedlam saved plan 1\nholds\n\nbedlam plan 1\n")
	f.Fuzz(func(t *testing.T, text string) {
		once, err := simtest.ParseAndFormat(text)
		if err != nil {
			return
		}
		if twice, err := simtest.ParseAndFormat(once); err != nil || twice != once {
			t.Errorf("%v\n%s\n%s", err, once, twice)
		}
	})
}

// A plan that stays large has no token that fits into a line: its file is what is replayed.
func TestLongTokensAreFiles(t *testing.T) {
	spec := two()
	spec.Ops.Least, spec.Ops.Most = 20, 20
	spec.Ops.Draw = func(d *simtest.Dice) simtest.Op { return tell{"a", d.N("n", 100)} }
	spec.Rules = func() []check.Rule {
		n := 0
		return []check.Rule{check.Never("many", check.User("told", func(o tell) bool {
			if o.N >= 1 {
				n++
			}
			return n > 11
		}))}
	}
	f := search(t, spec, t.TempDir())
	path, is := strings.CutPrefix(token(t, f.text.String()), "@")
	if !is || strings.Count(f.text.String(), "op at ") != 12 {
		t.Fatalf("%s", f.text.String())
	}
	if again := search(t, spec, t.TempDir(), simtest.Settings("@"+path, 0, false)); !strings.Contains(f.text.String(),
		strings.Split(again.text.String(), "\nREPLAY")[0]) {
		t.Errorf("found\n%s\nreplayed\n%s", f.text.String(), again.text.String())
	}
}
