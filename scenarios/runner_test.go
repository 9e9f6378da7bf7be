package scenarios_test

import (
	"io/fs"
	"testing"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
)

// fromLibrary parses a scenario of the library.
func fromLibrary(t testing.TB, name string) *scenarios.Scenario {
	t.Helper()
	src, err := fs.ReadFile(scenarios.Library(), name)
	if err != nil {
		t.Fatal(err)
	}
	sc, ds := scenarios.Parse(name, src, scenarios.Builtin())
	if sc == nil {
		t.Fatal(ds)
	}
	return sc
}

func TestTry(t *testing.T) {
	names, _ := fs.Glob(scenarios.Library(), "*")
	for _, name := range names {
		r := scenarios.NewRunner(fromLibrary(t, name), scenarios.Builtin())
		broken := 0
		var first *reports.Run
		for seed := range uint64(200) {
			run := r.Run(seed, scenarios.RunOptions{})
			if run.Word() != reports.Holds {
				broken++
				if first == nil {
					first = run
				}
			}
		}
		t.Log(name, broken)
		if first != nil {
			t.Logf("%+v %+v", first, first.Seed)
			for _, v := range first.Verdicts {
				t.Logf("%+v", v)
			}
			for _, v := range first.Faults {
				t.Logf("%+v", v)
			}
			for _, v := range first.Workloads {
				t.Logf("%+v", v)
			}
			for _, l := range first.Story {
				t.Log(l)
			}
		}
		r.Close()
	}
}
