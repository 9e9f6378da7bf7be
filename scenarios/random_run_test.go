package scenarios_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/scenarios/programs"
	"github.com/bedlam-sim/bedlam/scenarios/scenariotest"
)

// TestRandomFilesRun: whatever file is right can be run, and whatever file is wrong says where. Every other
// file is damaged. Nothing panics and nothing hangs.
func TestRandomFilesRun(t *testing.T) {
	files := 10_000
	if testing.Short() {
		files = 500
	}
	ran, slowest, sum := 0, time.Duration(0), map[reports.Stop]int{}
	words := map[reports.Word]int{}
	for i := range files {
		choose := rand.New(rand.NewPCG(uint64(i), 3)).IntN
		src := scenariotest.Generate(choose, programs.All(), 20*time.Second)
		if i%2 == 1 {
			src = scenariotest.Damage(choose, src)
		}
		sc, ds := scenarios.Parse("random.sim.yaml", src, programs.All())
		if sc == nil {
			if len(ds) == 0 || i%2 == 0 {
				t.Fatalf("file %d is refused: %v\n%s", i, ds, src)
			}
			continue
		}
		began := time.Now()
		run := runOnce(t, sc, src, uint64(i))
		if took := time.Since(began); took > slowest {
			slowest = took
			if took > 5*time.Second {
				t.Errorf("file %d took %v:\n%s", i, took, src)
			}
		}
		ran++
		sum[run.Stop]++
		for _, v := range run.Verdicts {
			words[v.Word]++
		}
	}
	t.Logf("%d of %d files ran, the slowest in %v: %v %v", ran, files, slowest, sum, words)
}

// runOnce runs a scenario with a small limit of events, and says which file it was if that panics.
func runOnce(t *testing.T, sc *scenarios.Scenario, src []byte, seed uint64) *reports.Run {
	t.Helper()
	done := false
	defer func() {
		if !done {
			t.Logf("the file was:\n%s", src)
		}
	}()
	r := scenarios.NewRunner(sc, programs.All())
	defer r.Close()
	run := r.Run(seed, scenarios.RunOptions{MaxEvents: 20_000, Story: true})
	if err := r.Audit(); err != nil {
		t.Fatalf("%v in\n%s", err, src)
	}
	for _, v := range run.Verdicts {
		if v.Word == "" || v.Word == reports.Undecided && v.Got == "" || v.Word == reports.Holds && v.Evaluated == 0 {
			t.Fatalf("verdict %+v of\n%s", v, src)
		}
	}
	done = true
	return run
}
