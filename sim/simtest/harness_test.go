package simtest_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/simtest"
)

// Trap: a draw of rapid's in a process panics when its words run out. That ends the run and the test case; it must not pass for
// a crash of the process, which rapid would shrink to.
func TestRapidInAProcessEndsTheRun(t *testing.T) {
	ended, heard := false, 0
	body := rapid.MakeFuzz(func(rt *rapid.T) {
		spec := simtest.Spec{Name: "captured", Bare: true, Boot: func(p *sim.Proc) {
			p.SpawnMonitor("drawer", func(p *sim.Proc) {
				p.SpawnMonitor("below", func(p *sim.Proc) { rapid.Uint64().Draw(rt, "in a process") })
				sim.Any(p)
				heard++
			})
			sim.Any(p)
			heard++
		}}
		simtest.Run(spec, plan.Plan{})
		ended = true
	})
	t.Run("words run out", func(t *testing.T) {
		defer func() {
			if !t.Skipped() {
				t.Error("rapid did not call the case invalid")
			}
		}()
		body(t, nil)
	})
	if ended || heard > 0 {
		t.Errorf("the run went on: ended %v, %d processes heard of a crash", ended, heard)
	}
}

// A test that gives up in a process ends, wherever in the search that is.
func TestFailNowInAProcessEndsTheTest(t *testing.T) {
	f, returned := try(t, "TestShop", func(t testing.TB) {
		spec := shop()
		spec.Boot = func(p *sim.Proc) { p.Spawn("x", func(p *sim.Proc) { t.Fatal("enough") }) }
		simtest.Check(t, spec, simtest.Dir(t.ArtifactDir()))
	})
	if returned || !f.failed || f.text.String() != "enough\n" {
		t.Errorf("returned %v, failed %v: %q", returned, f.failed, f.text.String())
	}
}

// A panic of the program is an exit reason, whatever looks like the harness's but is not.
func TestHarness(t *testing.T) {
	for _, v := range []any{nil, 1, "[rapid] not so", errors.New("x"), &sim.Error{}, struct{}{}, time.Second} {
		if simtest.Harness(v) {
			t.Errorf("%v is the harness's", v)
		}
	}
	if !simtest.Harness(&testing.B{}) || !simtest.Harness(&rapid.T{}) {
		t.Error("theirs is not theirs")
	}
}

// child is set in processes that tests start.
const child = "SIMTEST_CHILD"

// TestShopElsewhere is run by other tests, in a process of its own: how it fails, and with which lines, is what they look
// at. In a process that none of them has started it has nothing to say.
func TestShopElsewhere(t *testing.T) {
	dir := os.Getenv(child)
	if dir == "" {
		t.Skip("it fails on purpose, when another test wants it to")
	}
	simtest.Check(t, shop(), simtest.Dir(dir))
}

// elsewhere runs this test binary again.
func elsewhere(t *testing.T, dir string, env []string, args ...string) (out string, failed bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"-test.run=^TestShopElsewhere$"}, args...)...)
	cmd.Env = append(append(os.Environ(), child+"="+dir), env...)
	b, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(b), err != nil
}

var replayLine = regexp.MustCompile(`(?m)^\s*REPLAY: go test -run '\^TestShopElsewhere\$' -sim\.replay=(\S+)$`)

// Traps: rapid's seed does not survive -short, another number of checks, or an edit of a generator. The token does, in another
// process, and the run has the same hash there: the token holds half of it, and a replay says if it is another.
func TestReplayInAnotherProcess(t *testing.T) {
	out, failed := elsewhere(t, t.TempDir(), nil)
	m := replayLine.FindStringSubmatch(out)
	if !failed || m == nil {
		t.Fatalf("failed %v:\n%s", failed, out)
	}
	want := out[strings.Index(out, simtest.Breaks):strings.Index(out, "saved as ")]
	for _, c := range []struct {
		env  []string
		args []string
	}{
		{nil, []string{"-sim.replay=" + m[1]}},
		{nil, []string{"-sim.replay=" + m[1], "-test.short", "-rapid.seed=7", "-rapid.checks=3"}},
		{[]string{"SIM_REPLAY=" + m[1], "GOMAXPROCS=1"}, nil},
		{[]string{"SIM_REPLAY=" + strings.ToLower(m[1]), "SIM_SEED=3"}, nil},
	} {
		out, failed := elsewhere(t, t.TempDir(), c.env, c.args...)
		if !failed || !strings.Contains(out, want) || strings.Contains(out, "the program has changed") ||
			len(replayLine.FindStringSubmatch(out)) == 0 || replayLine.FindStringSubmatch(out)[1] != m[1] {
			t.Errorf("%v %v: failed %v\n%s\nwanted\n%s", c.env, c.args, failed, out, want)
		}
	}
}

// A seed, or a git hash, says where the search begins: two searches find the same.
func TestSeedSaysWhereTheSearchBegins(t *testing.T) {
	const commit = "0123456789abcdef0123456789abcdef01234567"
	dir := t.TempDir()
	var texts []string
	for i, how := range [][]string{{"-sim.seed=" + commit}, {"-sim.seed=" + commit, "-sim.seeds=10"},
		{"-sim.seed=0x0123456789abcdef"}} {
		out, failed := elsewhere(t, filepath.Join(dir, fmt.Sprint(i)), nil, how...)
		m := replayLine.FindStringSubmatch(out)
		if !failed || m == nil {
			t.Fatalf("%v:\n%s", how, out)
		}
		texts = append(texts, m[1])
	}
	out, _ := elsewhere(t, filepath.Join(dir, "env"), []string{"SIM_SEED=" + commit})
	texts = append(texts, replayLine.FindStringSubmatch(out)[1])
	for _, text := range texts {
		if text != texts[0] {
			t.Errorf("%q", texts)
		}
	}
	if out, failed := elsewhere(t, dir, []string{"SIM_SEEDS=many"}); !failed ||
		!strings.Contains(out, `SIM_SEEDS: "many" is not a number of seeds`) {
		t.Errorf("failed %v: %s", failed, out)
	}
}

// A panic of the harness in the Spec's own functions goes to the harness, and is no mistake of the Spec.
func TestHarnessPanicsGoThroughTheSearch(t *testing.T) {
	f, _ := try(t, "TestShop", func(t testing.TB) {
		spec := shop()
		spec.Ops.Draw = func(d *simtest.Dice) simtest.Op { panic(&testing.B{}) }
		flag.Set("rapid.nofailfile", "true")
		defer flag.Set("rapid.nofailfile", "false")
		simtest.Check(t, spec, simtest.Dir(t.ArtifactDir()))
	})
	if !strings.Contains(f.text.String(), "[rapid] panic") || strings.Contains(f.text.String(), "the spec panicked") {
		t.Errorf("%q", f.text.String())
	}
}

// A panic in one of the hands of -sim.seeds comes out.
func TestPanicsInHands(t *testing.T) {
	var caught any
	f, returned := try(t, "TestShop", func(t testing.TB) {
		defer func() { caught = recover() }()
		spec := shop()
		spec.Ops.Draw = func(d *simtest.Dice) simtest.Op {
			if d.N("n", 1000) == 7 {
				panic("seven")
			}
			return look{}
		}
		none := flag.Lookup("rapid.checks").Value.String()
		flag.Set("rapid.checks", "0")
		defer flag.Set("rapid.checks", none)
		simtest.Check(t, spec, simtest.Dir(t.ArtifactDir()), simtest.Settings("", 3000, false))
	})
	if caught != "seven" {
		t.Errorf("caught %v, returned %v: %s", caught, returned, f.text.String())
	}
}
