package simtest_test

import (
	"flag"
	"os"
	"testing"
)

// Searches of these tests begin with the same seed each time, unless somebody asks for another.
func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("rapid.seed").Value.String() == "0" {
		_ = flag.Set("rapid.seed", "1")
	}
	if testing.Short() && flag.Lookup("rapid.checks").Value.String() == "100" {
		_ = flag.Set("rapid.checks", "500") // of which it takes a fifth: with less the planted bug is not found
	}
	os.Exit(m.Run())
}
