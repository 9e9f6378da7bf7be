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
	"visible/app.jsonl", "visible27/app.jsonl", "extra.jsonl", "extra_app.jsonl", "extra_statem.jsonl"}

// missedAtMost is the part of the cases, in percent, that may need another schedule than the dull one for their
// recording. One case in a file may: some recordings show a race.
const missedAtMost = 1

// Every case does what real OTP did, except those that are excused, with a reason, in exceptions.txt.
func TestRecordings(t *testing.T) {
	excused := exceptions(t)
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			var sum Summary
			for _, o := range runAll(read(t, file), Options{}) {
				sum.Add(o)
				judge(t, o, excused[o.Name])
			}
			t.Log(sum.String())
			missed := sum.Cases - sum.Matched
			if missed > 1 && missed*100 > sum.Cases*missedAtMost {
				t.Errorf("more than %d%% did not match at once", missedAtMost)
			}
		})
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

// exceptions are the names of the cases that may fail, with their reasons.
func exceptions(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "exceptions.txt"))
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
			t.Fatalf("exceptions.txt:%d: wants name: reason", i+1)
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
