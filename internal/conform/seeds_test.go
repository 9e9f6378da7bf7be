package conform

import (
	"os"
	"testing"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
)

func TestZSeeds(t *testing.T) {
	file := os.Getenv("SEEDS")
	if file == "" {
		t.Skip()
	}
	var r Runner
	defer r.Close()
	for _, line := range read(t, file) {
		ok, first := 0, ""
		const n = 40
		for seed := range uint64(n) {
			diff, err := r.try(&line, sim.Config{Compat: modes(line.OTP)[0], Policy: scheduler.Random{}, Source: choice.New(seed)})
			if diff == "" && err == nil {
				ok++
			} else if first == "" {
				first = diff
			}
		}
		if ok < n {
			t.Logf("%s %d/%d %s", line.Case.Name, ok, n, first)
		}
	}
}
