package simtest_test

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/simtest"
)

// book is a scenario of the library, with so many seeds that its bug shows, and not many more.
func book(t *testing.T, name, seeds string) []byte {
	t.Helper()
	src, err := fs.ReadFile(scenarios.Library(), name+".sim.yaml")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(src), "seeds: ")
	end := strings.IndexAny(rest, ",}\n")
	if !ok || end < 0 {
		t.Fatalf("%s has no seeds", name)
	}
	return []byte(before + "seeds: " + seeds + rest[end:])
}

// staged is a Scenario that may fail.
func staged(t *testing.T, src []byte, o simtest.Option) *fake {
	t.Helper()
	f, _ := try(t, "TestBank", func(t testing.TB) { simtest.Staged(t, "bank.sim.yaml", src, o) })
	return f
}

// A scenario file is a test: it fails with what simrun says of the run, the same each time, and both ways back.
func TestScenario(t *testing.T) {
	if testing.Short() {
		t.Skip("a fifth of the seeds does not find it")
	}
	bank := book(t, "bank", "1..60")
	f := staged(t, bank, simtest.Settings("", 0, false))
	text := f.text.String()
	if !strings.HasPrefix(text, simtest.Breaks+"\n✗ money stays  seed ") || !strings.Contains(text, "\nor: simrun replay ") {
		t.Fatalf("%s\n%s", text, f.logs.String())
	}
	if again := staged(t, bank, simtest.Settings("", 0, false)); again.text.String() != text {
		t.Errorf("first\n%s\nthen\n%s", text, again.text.String())
	}
	if token, err := scenarios.ParseToken(token(t, text)); err != nil || token.Scenario != scenarios.Digest(bank) {
		t.Errorf("%v %v", token, err)
	}
	if again := staged(t, bank, simtest.Settings(token(t, text), 0, false)); again.text.String() != text {
		t.Errorf("found\n%s\nreplayed\n%s", text, again.text.String())
	}
	if good := staged(t, book(t, "bank-repaired", "1..20"), simtest.Settings("", 5, false)); good.failed || !strings.Contains(good.logs.String(), "25 runs") {
		t.Errorf("%s %s", good.text.String(), good.logs.String())
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
	bank := book(t, "bank", "1..2")
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
