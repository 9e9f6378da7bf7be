package scenarios_test

import (
	"io/fs"
	"testing"

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

func TestKV(t *testing.T) {
	r := scenarios.NewRunner(fromLibrary(t, "kv.sim.yaml"), scenarios.Builtin())
	defer r.Close()
	run := r.Run(1, scenarios.RunOptions{Story: true})
	t.Logf("%+v", run)
	for _, l := range run.Story {
		t.Log(l)
	}
}
