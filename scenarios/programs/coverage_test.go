package programs_test

import (
	"io/fs"
	"slices"
	"testing"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/scenarios/programs"
)

// TestCoverage prints which events come in which states of the machines of the library, and which never do.
func TestCoverage(t *testing.T) {
	covered, coverage := programs.Covered()
	for _, name := range []string{"door.sim.yaml", "telephone-exchange.sim.yaml", "iot-gateway.sim.yaml"} {
		src, err := fs.ReadFile(scenarios.Library(), name)
		if err != nil {
			t.Fatal(err)
		}
		sc, mistakes := scenarios.Parse(name, src, covered)
		if mistakes != nil {
			t.Fatal(mistakes)
		}
		r := scenarios.NewRunner(sc, covered)
		for seed := range uint64(10) {
			r.Run(seed, scenarios.RunOptions{})
		}
		r.Close()
	}
	for _, machine := range []struct {
		name  string
		never []string // what cannot be: a state's own time-outs elsewhere, questions that nobody asks
	}{
		{"door.Lock", []string{"locked × state_timeout doorClose", "open × timeout doorForget", "alarm × timeout doorForget"}},
		{"phone.Line", []string{"idle × state_timeout phoneOver"}},
		{"iot.Device", nil},
	} {
		c := coverage[machine.name]
		t.Logf("%s\n%v\n%s", machine.name, c, c.Diagram())
		missing := c.Missing()
		slices.Sort(missing)
		want := slices.Sorted(slices.Values(machine.never))
		if !slices.Equal(missing, want) {
			t.Errorf("%s: never seen are\n%q, not\n%q", machine.name, missing, want)
		}
	}
}
