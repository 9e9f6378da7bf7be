package scenarios_test

import (
	"regexp"
	"testing"

	"github.com/bedlam-sim/bedlam/scenarios"
)

// A deadlock is told with the places in the code and what lies in the mailboxes.
func TestDeadlockTellsPlacesAndMailboxes(t *testing.T) {
	sc, ds := scenarios.Parse("stuck.sim.yaml", []byte(`
simrun: 1
name: stuck
tree: {id: s, children: [{id: a, start: test.Stubborn, with: {other: /s/b}}, {id: b, start: test.Stubborn, with: {other: /s/a}}]}
run: {for: 10s}
workloads: [{name: w, to: /s/a, call: ask, timeout: infinity, at: 1s}]
`), rogues())
	if sc == nil {
		t.Fatal(ds)
	}
	r := scenarios.NewRunner(sc, rogues())
	defer r.Close()
	run := r.Run(1, scenarios.RunOptions{})
	want := []string{
		`^/s/a waits for an answer of /s/b, in scenarios_test\.\(\*stubborn\)\.HandleCall \(scenarios/runner_test\.go:\d+\), with 1 in its mailbox: .*ask.*$`,
		`^/s/b waits for an answer of /s/a, in scenarios_test\.\(\*stubborn\)\.HandleCall \(scenarios/runner_test\.go:\d+\)$`,
		`^client 1 of "w" waits for ask of /s/a$`,
	}
	if len(run.Waiting) != len(want) {
		t.Fatalf("%v", run.Waiting)
	}
	for i, w := range run.Waiting {
		if !regexp.MustCompile(want[i]).MatchString(w.String()) {
			t.Errorf("%v", w)
		}
	}
}
