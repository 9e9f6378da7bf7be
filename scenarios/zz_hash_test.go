package scenarios_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/bedlam-sim/bedlam/scenarios"
)

func TestZZHashes(t *testing.T) {
	out := ""
	inLibrary(t, func(t *testing.T, name string, sc *scenarios.Scenario) {
		if len(os.Getenv("ZZ")) > 0 {
			for seed := range uint64(3) {
				out += fmt.Sprintf("%s %d %x\n", name, seed, fresh(sc, seed).Hash)
			}
		}
	})
	os.WriteFile(os.Getenv("ZZ"), []byte(out), 0o644)
}
