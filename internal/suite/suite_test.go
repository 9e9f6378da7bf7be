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

// The rules hold in every run of the code as it is.
func TestSupervision(t *testing.T) {
	var b suite.Bed
	defer b.Close()
	bad := 0
	for n := *from; n < *from+*seeds; n++ {
		if o := b.Supervision(plan.Plan{Seed: n}, mutant.Mutant{}, nil); o.Fails() {
			t.Errorf("seed %d at %v: %s\n%s", n, o.Broke, o.Signature, b.Detail)
			if bad++; bad > 5 {
				break
			}
		}
	}
}
