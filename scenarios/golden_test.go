package scenarios_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/scenarios"
)

var update = flag.Bool("update", false, "write golden files; commit them only if you understand what changed")

// golden compares text with a file.
func golden(t *testing.T, file, text string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != text {
		t.Errorf("%s is stale; go test ./scenarios -update writes it anew. Now it would be:\n%s", file, text)
	}
}

func files(t testing.TB, pattern string) map[string][]byte {
	names, _ := filepath.Glob(pattern)
	all := map[string][]byte{}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = src
	}
	if len(all) == 0 {
		t.Fatalf("no files %s", pattern)
	}
	return all
}

func TestGood(t *testing.T) {
	for name, src := range files(t, "testdata/good/*.yaml") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			s, ds := scenarios.Parse(filepath.Base(name), src, stubs)
			if err := ds.Err(); err != nil || s == nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(name, ".yaml")+".golden", dump(s))
		})
	}
}

func TestBad(t *testing.T) {
	for name, src := range files(t, "testdata/bad/*.yaml") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			s, ds := scenarios.Parse(filepath.Base(name), src, stubs)
			if s != nil || len(ds) == 0 {
				t.Fatal("no mistake was found")
			}
			inFile(t, src, ds)
			golden(t, strings.TrimSuffix(name, ".yaml")+".golden", ds.String())
		})
	}
}

func TestReference(t *testing.T) { golden(t, "REFERENCE.md", scenarios.Reference()) }

func TestDiagnosticsJSON(t *testing.T) {
	_, ds := scenarios.Parse("x.yaml", []byte("simrun: 1\nname: x\ntre: 1\n"), stubs)
	text, err := json.MarshalIndent(ds, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/diagnostics.json", string(text)+"\n")
}
