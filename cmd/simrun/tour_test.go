package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
	"github.com/bedlam-sim/bedlam/sim/simtest"
)

// README shows the lines from here to the next such mark.
// tour:

// A lock is for one at a time: whoever takes it says so, and whoever gives it back.
type lock struct{ For time.Duration }

func (l lock) String() string { return "lock for " + l.For.String() }

func (l lock) Do(p *sim.Proc) {
	if p.Shared("lock") == true {
		return
	}
	p.Sleep(100 * time.Millisecond) // the bug: it looks first and takes then
	p.Share("lock", true)
	p.Trace("taken", 1)
	p.Sleep(l.For)
	p.Trace("given back", 1)
	p.Share("lock", false)
}

var locks = simtest.Spec{
	Name: "locks", For: 10 * time.Second,
	Ops: simtest.Ops{Most: 10, Clients: 2, Draw: func(d *simtest.Dice) simtest.Op {
		return lock{simtest.OneOf(d, "for", time.Second, 10*time.Millisecond)}
	}},
	Rules: func() []check.Rule { return []check.Rule{oneHolder()} },
}

func testLocks(t testing.TB) { simtest.Check(t, locks) } // or Gopter, or Fuzz
// tour:

// oneHolder is broken when two hold the lock.
func oneHolder() check.Rule {
	holders := 0
	return check.Never("one holder", check.Facts(func(f sim.Fact) (yes, asked bool) {
		switch f.Text {
		case "taken":
			holders++
		case "given back":
			holders--
		}
		return holders > 1, f.Text == "taken"
	}))
}

// failingTest is a test that may fail without the real one: it notes what it is told.
type failingTest struct {
	testing.TB
	name   string
	text   strings.Builder
	failed bool
}

func (f *failingTest) Helper()                   {}
func (f *failingTest) Name() string              { return f.name }
func (f *failingTest) Failed() bool              { return f.failed }
func (f *failingTest) Fail()                     { f.failed = true }
func (f *failingTest) FailNow()                  { f.failed = true; runtime.Goexit() }
func (f *failingTest) Log(...any)                {}
func (f *failingTest) Logf(string, ...any)       {}
func (f *failingTest) Error(args ...any)         { fmt.Fprintln(&f.text, args...); f.Fail() }
func (f *failingTest) Fatal(args ...any)         { f.Error(args...); f.FailNow() }
func (f *failingTest) Errorf(s string, a ...any) { fmt.Fprintf(&f.text, s+"\n", a...); f.Fail() }
func (f *failingTest) Fatalf(s string, a ...any) { f.Errorf(s, a...); f.FailNow() }

const readme = "../../README.md"

// readmeText is README, and a function that keeps another one.
func readmeText(t *testing.T) (text string, keep func(text string)) {
	t.Helper()
	file, err := filepath.Abs(readme)
	if err != nil {
		t.Fatal(err)
	}
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(src), func(text string) {
		if text == string(src) {
			return
		}
		if !*update {
			t.Errorf("README shows something else than\n%s", text)
			return
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// What README shows of a property is this file's, and what it says of its failure is what simtest says.
func TestReadmeProperty(t *testing.T) {
	own, err := os.ReadFile("tour_test.go")
	if err != nil {
		t.Fatal(err)
	}
	text, keep := readmeText(t)
	code := strings.Trim(strings.Split(string(own), "// tour:\n")[1], "\n")
	code = strings.Replace(code, "testLocks(t testing.TB)", "TestLocks(t *testing.T)", 1) // it fails: that is what it is there for
	text = between(t, text, "```go\n// A lock is", "```\n", "```go\n"+code+"\n```\n")
	t.Chdir(t.TempDir())
	before := flag.Lookup("rapid.seed").Value.String()
	flag.Set("rapid.seed", "1") // 0 is another one each time
	defer flag.Set("rapid.seed", before)
	f := &failingTest{TB: t, name: "TestLocks"}
	done := make(chan bool)
	go func() {
		defer close(done)
		testLocks(f)
	}()
	<-done
	if !f.failed {
		t.Fatal("the property holds")
	}
	said := "    $ go test -run TestLocks\n    " + strings.ReplaceAll(strings.TrimSpace(f.text.String()), "\n", "\n    ") + "\n"
	keep(between(t, text, "    $ go test -run TestLocks\n", "\n\n", strings.ReplaceAll(said, "    \n", "\n")+"\n"))
}

// between puts text in the place of what stands from a beginning to an end, both included.
func between(t *testing.T, text, begin, end, other string) string {
	t.Helper()
	before, rest, ok := strings.Cut(text, begin)
	if !ok {
		t.Fatalf("README has no %q", begin)
	}
	_, after, ok := strings.Cut(rest, end)
	if !ok {
		t.Fatalf("README has no %q behind %q", end, begin)
	}
	return before + other + after
}
