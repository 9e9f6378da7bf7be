package conform

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// files are the recordings in testdata: those copied from shared/conformance, and extra*.jsonl, which were
// recorded for this test with OTP 25: random cases, and cases of operations that the others have few of.
var files = []string{"visible/proc.jsonl", "visible/server.jsonl", "visible27/server.jsonl", "visible/sup.jsonl", "visible27/sup.jsonl",
	"visible/event.jsonl", "visible27/event.jsonl", "visible/statem.jsonl", "visible27/statem.jsonl",
	"visible/app.jsonl", "visible27/app.jsonl", "visible/dist.jsonl", "visible/global.jsonl",
	"extra.jsonl", "extra_app.jsonl", "extra_statem.jsonl", "extra_dist.jsonl", "extra_global.jsonl", "extra_cluster.jsonl", "extra_cluster_app.jsonl", "extra_hunt.jsonl"}

// missedAtMost is the part of all cases, in percent, that may need another schedule than the dull one for their
// recording, which must then show a race: races.txt names each of them and says which.
const missedAtMost = 1

// Every case does what real OTP did, except those that are excused, with a reason, in exceptions.txt; and at
// once, in the dull schedule, except those in races.txt.
func TestRecordings(t *testing.T) {
	excused, races := reasons(t, "exceptions.txt"), reasons(t, "races.txt")
	cases, missed := 0, 0
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			var sum Summary
			for _, o := range runAll(read(t, file), Options{}) {
				sum.Add(o)
				judge(t, o, excused[o.Name])
				if !o.Matched && races[file+" "+o.Name] == "" {
					t.Errorf("%s did not match at once, and races.txt does not say why", o.Name)
				}
			}
			t.Log(sum.String())
			cases += sum.Cases
			missed += sum.Cases - sum.Matched
		})
	}
	if missed*100 > cases*missedAtMost {
		t.Errorf("%d of %d cases did not match at once: more than %d%%", missed, cases, missedAtMost)
	}
}

func judge(t *testing.T, o Outcome, excuse string) {
	t.Helper()
	switch {
	case o.Conforms && excuse != "":
		t.Errorf("%s conforms: take it out of exceptions.txt (%q)", o.Name, excuse)
	case !o.Conforms && excuse == "":
		t.Errorf("%s does not conform: %s", o.Name, o.Diff)
	case !o.Conforms:
		t.Logf("%s does not conform, as known: %s", o.Name, excuse)
	case !o.Matched:
		t.Logf("%s conforms, but not at once (seed %d): %s", o.Name, o.Schedule, o.Diff)
	}
}

// read reads a file of recordings of testdata.
func read(t testing.TB, name string) []Line {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := Read(f)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return lines
}

// reasons reads a list of testdata: a name and, behind a colon, a reason a line.
func reasons(t *testing.T, list string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", list))
	if err != nil {
		t.Fatal(err)
	}
	excused := map[string]string{}
	for i, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		name, reason, _ := strings.Cut(line, ": ")
		if reason == "" {
			t.Fatalf("%s:%d: wants name: reason", list, i+1)
		}
		excused[name] = reason
	}
	return excused
}

// runAll runs cases on a few workers, each with a world of its own.
func runAll(lines []Line, opts Options) []Outcome {
	const workers = 2
	outcomes := make([]Outcome, len(lines))
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			var r Runner
			defer r.Close()
			for i := w; i < len(lines); i += workers {
				outcomes[i] = r.Run(lines[i], opts)
			}
		})
	}
	all.Wait()
	return outcomes
}
