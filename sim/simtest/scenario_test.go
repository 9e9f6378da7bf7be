package simtest_test

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/scenarios/programs"
	"github.com/bedlam-sim/bedlam/sim/simtest"
)

// book is a scenario of the library that is tried with seeds from 1 on. With -short, too: of five times as many a fifth
// is tried then.
func book(t *testing.T, name string, seeds int) []byte {
	t.Helper()
	if testing.Short() {
		seeds *= 5
	}
	src, err := fs.ReadFile(scenarios.Library(), name+".sim.yaml")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(src), "seeds: ")
	end := strings.IndexAny(rest, ",}\n")
	if !ok || end < 0 {
		t.Fatalf("%s has no seeds", name)
	}
	return []byte(before + "seeds: 1.." + fmt.Sprint(seeds) + rest[end:])
}

// staged is a Scenario that may fail.
func staged(t *testing.T, src []byte, opts ...simtest.Option) *fake {
	t.Helper()
	f, _ := try(t, "TestBank", func(t testing.TB) {
		simtest.ScenarioText(t, "bank.sim.yaml", src, nil,
			append([]simtest.Option{simtest.Dir(t.ArtifactDir() + "/plans")}, opts...)...)
	})
	return f
}

// A scenario file is a test: it fails with what simrun says of the run, made small, the same each time, and both ways back.
func TestScenario(t *testing.T) {
	saved := regexp.MustCompile(`(?m)^(saved as|it also breaks) .*\n`)
	bank := book(t, "bank", 60)
	f := staged(t, bank, simtest.Settings("", 0, false))
	text := saved.ReplaceAllString(f.text.String(), "")
	if !strings.HasPrefix(text, simtest.Breaks+"\n✗ money stays  dull") || !strings.Contains(text, "\nor: simrun replay ") {
		t.Fatalf("%s\n%s", text, f.logs.String())
	}
	if again := staged(t, bank, simtest.Settings("", 0, false)); saved.ReplaceAllString(again.text.String(), "") != text {
		t.Errorf("first\n%s\nthen\n%s", text, again.text.String())
	}
	token := token(t, text)
	read, err := scenarios.ParseToken(token)
	if err != nil || read.Scenario != scenarios.Digest(bank) || read.Plan == nil {
		t.Fatalf("%v %v", read, err)
	}
	sc, _ := scenarios.Parse("bank.sim.yaml", bank, programs.All())
	r := scenarios.NewRunner(sc, nil)
	defer r.Close()
	if run := r.Play(*read.Plan, scenarios.RunOptions{}); run.Signature() != "never money stays" ||
		scenarios.HashStart(run.Hash) != read.Hash {
		t.Errorf("simrun's run of the token: %s %016x, the token says %08x", run.Signature(), run.Hash, read.Hash)
	}
	if again := staged(t, bank, simtest.Settings(token, 0, false)); again.text.String() != text {
		t.Errorf("found\n%s\nreplayed\n%s", text, again.text.String())
	}
	if good := staged(t, book(t, "bank-repaired", 20), simtest.Settings("", 5, false)); good.failed ||
		!strings.Contains(good.logs.String(), "25 runs") {
		t.Errorf("%s %s", good.text.String(), good.logs.String())
	}
}

// split is a scenario in which a node that goes down is what breaks the rule; another fault, and the workload, have
// nothing to do with it.
const split = `simrun: 1
name: split
run: {seeds: 1..20, for: 60s}
nodes: [a, b]
tree:
  id: top
  children:
    - {id: counter, start: counter.Counter, register: counter}
workloads:
  - {name: counting, to: counter, call: increment, every: 100ms..200ms}
faults:
  - {name: hiccup, at: 5s..20s, for: 10ms..20ms, pause: a}
  - {name: crash, at: 10s..40s, for: 2s..4s, halt: b}
expect:
  - {name: they see each other, never: "!connected(a, b)", after: 5s}
`

// What is left of a failing scenario is the fault that it needs. It is saved, comes first ever after, and fails when it
// has lost its meaning.
func TestScenarioIsMadeSmallAndSaved(t *testing.T) {
	dir := t.TempDir()
	stage := func(src string, o ...simtest.Option) *fake {
		f, _ := try(t, "TestSplit", func(t testing.TB) {
			simtest.ScenarioText(t, "split.sim.yaml", []byte(src), nil, append(o, simtest.Dir(dir))...)
		})
		return f
	}
	found := stage(split)
	text := found.text.String()
	if !strings.Contains(text, "it takes\n  fault crash (without it: passes)\n") || strings.Contains(text, "hiccup") ||
		strings.Contains(text, "counting") {
		t.Fatalf("%s%s", text, found.logs.String())
	}
	if len(found.attrs) != 2 || !strings.HasPrefix(found.attrs[0], "sim.rule=") {
		t.Errorf("attributes: %q", found.attrs)
	}
	path := one(t, dir)
	if again := stage(split); again.text.String() != played(text) {
		t.Errorf("found\n%s\nplayed\n%s", text, again.text.String())
	}
	if again := stage(split, simtest.Settings("@"+path, 0, false)); lastLine(again.text.String()) != lastLine(text) {
		t.Errorf("replayed by its file:\n%s", again.text.String())
	}
	mended := strings.Replace(split, "after: 5s", "after: 59s", 1)
	if f := stage(mended); !strings.HasPrefix(f.text.String(), simtest.Stale+": ") ||
		!strings.Contains(f.text.String(), "the declaration was edited") {
		t.Errorf("mended:\n%s", f.text.String())
	}
	if f := stage(mended, simtest.Settings("", 0, true)); f.failed || !strings.Contains(read(t, path), "\nholds\n") {
		t.Errorf("updated:\n%s", f.text.String())
	}
	if f := stage(mended); f.failed {
		t.Errorf("mended and updated:\n%s", f.text.String())
	}
}

// simrun is not told to play what it does not know.
func TestScenarioOfOwnPrograms(t *testing.T) {
	f, _ := try(t, "TestSplit", func(t testing.TB) {
		simtest.ScenarioText(t, "split.sim.yaml", []byte(split), programs.All(), simtest.Unsaved())
	})
	if text := f.text.String(); !strings.Contains(text, "\nREPLAY: go test ") || strings.Contains(text, "or: simrun") {
		t.Errorf("%s", text)
	}
}

// What is wrong with a file is said as simrun says it.
func TestScenarioMistakes(t *testing.T) {
	f := staged(t, []byte("simrun: 1\nname: x\nwhat: 3\n"), simtest.Settings("", 0, false))
	if !strings.Contains(f.text.String(), "bank.sim.yaml:3:1") {
		t.Errorf("%q", f.text.String())
	}
	f, _ = try(t, "TestX", func(t testing.TB) { simtest.Scenario(t, "testdata/is/not/there.yaml", nil) })
	if !strings.Contains(f.text.String(), "no such file") {
		t.Errorf("%q", f.text.String())
	}
}

// A token of another scenario is refused; one of the environment may mean another test.
func TestScenarioReplay(t *testing.T) {
	bank := book(t, "bank", 2)
	other := scenarios.Token{Seed: 3}.Format()
	mine := scenarios.Token{Scenario: scenarios.Digest(bank), Seed: 1, For: time.Second}.Format()
	for _, c := range []struct {
		o       simtest.Option
		text    string
		skipped bool
	}{
		{simtest.Settings(other, 0, false), "of another scenario", false},
		{simtest.Settings("nonsense", 0, false), "-sim.replay: ", false},
		{simtest.Ambient(other), "", true},
		{simtest.Ambient("nonsense"), "", true},
		{simtest.Ambient(mine), "", false},
	} {
		f := staged(t, bank, c.o)
		if !strings.Contains(f.text.String(), c.text) || f.skipped != c.skipped || f.failed != (c.text != "") {
			t.Errorf("%+v: skipped %v: %s", c, f.skipped, f.text.String())
		}
	}
}
