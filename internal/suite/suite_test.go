package suite_test

import (
	"flag"
	"testing"

	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/internal/suite"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

var (
	seeds = flag.Uint64("seeds", 300, "how many seeds of each suite to run")
	from  = flag.Uint64("from", 0, "the first of them")
)

// holds runs a suite of the code as it is.
func holds(t *testing.T, b *suite.Bed, s suite.Suite) {
	t.Helper()
	defer b.Close()
	bad := 0
	for n := *from; n < *from+*seeds; n++ {
		if o := s(plan.Plan{Seed: n}, mutant.Mutant{}, nil); o.Fails() {
			t.Errorf("seed %d at %v: %s\n%s", n, o.Broke, o.Signature, b.Detail)
			if bad++; bad > 5 {
				break
			}
		}
	}
}

// SUP1 to SUP18, I8.
func TestSupervision(t *testing.T) {
	var b suite.Bed
	holds(t, &b, b.Supervision)
}

// I1 to I5, I9.
func TestProcesses(t *testing.T) {
	var b suite.Bed
	holds(t, &b, b.Processes)
}

// I6, I7, I10 to I12.
func TestRegistry(t *testing.T) {
	var b suite.Bed
	holds(t, &b, b.Registry)
}

// Programs that handle their races well.
func TestRaces(t *testing.T) {
	var b suite.Bed
	holds(t, &b, b.Races)
}
