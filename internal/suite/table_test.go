package suite_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/internal/suite"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

func TestQuick(t *testing.T) {
	for _, m := range append([]mutant.Mutant{{}}, mutant.List()...) {
		var b suite.Bed
		s := suite.Suite(b.Processes)
		if m.Home() == "supervisor" {
			s = b.Supervision
		}
		began, found, n := time.Now(), "", uint64(0)
		for ; n < 3000; n++ {
			if o := s(plan.Plan{Seed: n}, m, nil); o.Fails() {
				found = o.Signature + ": " + b.Detail
				break
			}
		}
		if len(found) > 150 {
			found = found[:150]
		}
		t.Logf("%-20v %5d %v %s", m, n, time.Since(began)/time.Duration(n+1), found)
		b.Close()
	}
}
