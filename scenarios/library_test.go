package scenarios_test

import (
	"bytes"
	"cmp"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/scenarios/programs"
)

// within is how many seeds it may take to find the bug of a canary, a scenario that must be found to fail; of one that is not
// here five.
var within = map[string]int{"bank.sim.yaml": 200, "rate-limiter-crash.sim.yaml": 20, "replicated-counter-behind.sim.yaml": 20}

// every is all scenarios; canary those that have a planted bug, for which a rule breaks with some seeds; sound the others.
func every(*scenarios.Scenario) bool     { return true }
func canary(sc *scenarios.Scenario) bool { return slices.Contains(sc.Tags, "canary") }
func sound(sc *scenarios.Scenario) bool  { return !canary(sc) }

// fromLibrary parses a scenario of the library.
func fromLibrary(t testing.TB, name string) *scenarios.Scenario {
	t.Helper()
	src, err := fs.ReadFile(scenarios.Library(), name)
	if err != nil {
		t.Fatal(err)
	}
	sc, ds := scenarios.Parse(name, src, programs.All())
	if sc == nil {
		t.Fatal(ds)
	}
	return sc
}

// inLibrary runs a test for each of those files of the library: every, canary or sound.
func inLibrary(t *testing.T, of func(sc *scenarios.Scenario) bool, test func(t *testing.T, name string, sc *scenarios.Scenario)) {
	t.Helper()
	names, err := fs.Glob(scenarios.Library(), "*.sim.yaml")
	if err != nil || len(names) < 10 {
		t.Fatal(names, err)
	}
	there := false
	for _, name := range names {
		if sc := fromLibrary(t, name); of(sc) {
			there = true
			t.Run(name, func(t *testing.T) { test(t, name, sc) })
		}
	}
	if !there {
		t.Error("there are none")
	}
}

func seeds(many, few int) uint64 {
	if testing.Short() {
		return uint64(few)
	}
	return uint64(many)
}

func TestLibraryHolds(t *testing.T) {
	inLibrary(t, sound, func(t *testing.T, name string, sc *scenarios.Scenario) {
		r := scenarios.NewRunner(sc, programs.All())
		defer r.Close()
		for seed := range seeds(100, 10) {
			if run := r.Run(seed, scenarios.RunOptions{}); run.Word() != reports.Holds || run.Stop.CutOff() {
				t.Fatalf("seed %d: %v, stop %s, %+v\n%v", seed, run, run.Stop, run.Verdicts, run.Story)
			}
		}
	})
}

// TestLibraryIsNamedAfterItsFiles: who reads a report must find the file.
func TestLibraryIsNamedAfterItsFiles(t *testing.T) {
	inLibrary(t, every, func(t *testing.T, name string, sc *scenarios.Scenario) {
		if sc.Name+".sim.yaml" != name || sc.About == "" || len(sc.Tags) == 0 || len(sc.Expect) == 0 {
			t.Errorf("name %q, about %q, tags %v, %d expectations", sc.Name, sc.About, sc.Tags, len(sc.Expect))
		}
		if src, _ := fs.ReadFile(scenarios.Library(), name); !bytes.HasPrefix(src, []byte("# ")) {
			t.Error("it does not begin with what it shows")
		}
	})
}

// TestCanariesAreFound: a bug that was planted is found, and found again in a world that never saw another run.
func TestCanariesAreFound(t *testing.T) {
	inLibrary(t, canary, func(t *testing.T, name string, sc *scenarios.Scenario) {
		if sc.Tags[len(sc.Tags)-1] != "canary" {
			t.Error("canary is not the last of its tags, where .ci/run looks")
		}
		run := found(sc, cmp.Or(within[name], 5))
		if run == nil {
			t.Fatalf("not found within %d seeds", cmp.Or(within[name], 5))
		}
		again := fresh(sc, run.Seed)
		if again.Hash != run.Hash || again.Signature() != run.Signature() {
			t.Errorf("seed %d: %x %s, then %x %s", run.Seed, run.Hash, run.Signature(), again.Hash, again.Signature())
		}
		if len(run.Story)+len(run.Waiting) < 2 {
			t.Errorf("the story is %v", run.Story)
		}
		t.Logf("%v: seed %d", run, run.Seed)
	})
}

// found is the first run of a scenario that fails; nil if none of so many seeds does.
func found(sc *scenarios.Scenario, seeds int) *reports.Run {
	r := scenarios.NewRunner(sc, programs.All())
	defer r.Close()
	for seed := range uint64(seeds) {
		if run := r.Run(seed+1, scenarios.RunOptions{}); run.Failed() {
			return run
		}
	}
	return nil
}

func fresh(sc *scenarios.Scenario, seed uint64) *reports.Run {
	r := scenarios.NewRunner(sc, programs.All())
	defer r.Close()
	return r.Run(seed, scenarios.RunOptions{})
}

// TestReuse: a runner that has run other seeds before gives the same run as a new one.
func TestReuse(t *testing.T) {
	inLibrary(t, every, func(t *testing.T, name string, sc *scenarios.Scenario) {
		r := scenarios.NewRunner(sc, programs.All())
		defer r.Close()
		for seed := range seeds(10, 3) {
			if used, new := r.Run(seed, scenarios.RunOptions{}), fresh(sc, seed); !reflect.DeepEqual(used, new) {
				t.Fatalf("seed %d: %+v\n%+v", seed, *used, *new)
			}
		}
	})
}

// TestOptionsDoNotChangeTheRun: how much is told of a run, and how closely it is watched, is not part of it.
func TestOptionsDoNotChangeTheRun(t *testing.T) {
	inLibrary(t, every, func(t *testing.T, name string, sc *scenarios.Scenario) {
		plain := fresh(sc, 7)
		r := scenarios.NewRunner(sc, programs.All())
		defer r.Close()
		for _, opts := range []scenarios.RunOptions{{Keep: 1000}, {CheckMutation: true}, {Story: true}, {For: sc.Run.For}} {
			if run := r.Run(7, opts); run.Hash != plain.Hash || !reflect.DeepEqual(run.Verdicts, plain.Verdicts) {
				t.Errorf("%+v: %v, hash %x instead of %x", opts, run, run.Hash, plain.Hash)
			}
			if kept := len(r.Trace().Events()); kept != min(opts.Keep, int(plain.Events)) {
				t.Errorf("%+v: the trace keeps %d events", opts, kept)
			}
		}
	})
}

// "More than MaxR restarts within MaxT seconds": five are allowed in ten seconds, and the sixth is tried at 15.0 s,
// whatever the schedule (C1).
func TestKVDiesAtTheSixthRestart(t *testing.T) {
	r := scenarios.NewRunner(fromLibrary(t, "kv.sim.yaml"), programs.All())
	defer r.Close()
	for seed := range seeds(1000, 100) {
		run := r.Run(seed, scenarios.RunOptions{Story: true})
		if run.Word() != reports.Holds {
			t.Fatalf("seed %d: %+v", seed, run.Verdicts)
		}
		restarts, end := 0, reports.Line{}
		for _, l := range run.Story {
			switch {
			case l.What == reports.LineRestart:
				restarts++
			case strings.HasPrefix(l.Text, "/kv_sup "):
				end.At, end.Text = l.At, end.Text+l.Text+"; "
			}
		}
		if want := "/kv_sup gives up: more than 5 restarts in 10s, the last of kv_"; restarts != 5 || end.At.Truncate(100*time.Millisecond) != 15*time.Second ||
			!strings.HasPrefix(end.Text, want) || !strings.HasSuffix(end.Text, "; /kv_sup ends: shutdown; ") {
			t.Fatalf("seed %d: %d restarts, at %v %s", seed, restarts, end.At, end.Text)
		}
	}
}
