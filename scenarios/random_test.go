package scenarios_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/scenarios/scenariotest"
)

// randomFiles is how many random files are parsed, and as many damaged ones.
func randomFiles() int {
	if testing.Short() {
		return 500
	}
	return 10_000
}

func TestGeneratedFilesAreValid(t *testing.T) {
	for i := range randomFiles() {
		choose := rand.New(rand.NewPCG(uint64(i), 1)).IntN
		src := scenariotest.Generate(choose, stubs, 20*time.Second)
		s, ds := parses(t, src)
		if s == nil {
			t.Fatalf("file %d:\n%s\n%s", i, src, ds)
		}
	}
}

func TestDamagedFilesGiveDiagnostics(t *testing.T) {
	bad := 0
	for i := range randomFiles() {
		choose := rand.New(rand.NewPCG(uint64(i), 2)).IntN
		src := scenariotest.Damage(choose, scenariotest.Generate(choose, stubs, 20*time.Second))
		if _, ds := parses(t, src); len(ds) > 0 {
			bad++
		}
	}
	if bad < randomFiles()/2 {
		t.Errorf("only %d of %d damaged files are wrong", bad, randomFiles())
	}
}

// TestParseIsAFunction: the same bytes give the same answer, whatever maps do.
func TestParseIsAFunction(t *testing.T) {
	for name, src := range files(t, "testdata/*/*.yaml") {
		one, oneBad := scenarios.Parse(name, src, stubs)
		for range 5 {
			two, twoBad := scenarios.Parse(name, src, stubs)
			if oneBad.String() != twoBad.String() {
				t.Fatalf("%s: two different answers", name)
			}
			if one != nil && dump(one) != dump(two) {
				t.Fatalf("%s: two different scenarios", name)
			}
		}
	}
}
