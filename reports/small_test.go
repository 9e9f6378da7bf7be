package reports_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
)

// small is a campaign that ended at its first failure, which was made small.
func small() *reports.Summary {
	s := summarize(200, passing(1), failing(2))
	s.End, s.EndText = reports.EndFailures, "the first failure was found (--fail-fast)"
	run := failing(0)
	run.Dull = true
	run.Events, run.Failure.At = 43, 5*time.Second
	run.Story = run.Story[:2]
	s.Failures[0].Found[0].Small = &reports.Small{
		Run: run, Replay: "SMALLTOKEN", Runs: 103, Others: []string{"at_end clients are served"},
		Without: []string{"fault up", "workload readers"},
		Needs:   []reports.Need{{What: "fault kill /kv_sup/kv_store"}, {What: "/kv_sup/kv_store waits 3 turns before its 4th slice", Without: "at_end clients are served"}},
	}
	return s
}

// least fails without anything having been drawn, as another does that nobody could make small.
func least() *reports.Summary {
	s := summarize(3, failing(1), another(2), failing(3))
	s.End = reports.EndSeeds
	run := failing(0)
	run.Dull = true
	run.Events = s.Failures[0].Found[0].Run.Events // not one less
	s.Failures[0].Found[0].Small = &reports.Small{Run: run, Runs: 7, Minimal: true}
	s.Failures[1].Found[0].NotSmall = "two runs of one plan differ"
	return s
}

// saved has runs kept from earlier, of all kinds.
func saved() *reports.Summary {
	s := summarize(40, many(30, passing)...)
	s.End, s.EndText = reports.EndTime, "30s of real time are over (--stop-after)"
	s.Saved = []*reports.Saved{
		{File: "kv.crash.repro.yaml", Word: reports.StillFails, Signature: "always the store lives", Run: failing(2)},
		{File: "kv.lost.repro.yaml", Word: reports.FailsNow, Signature: "at_end clients are served", Run: failing(2), Says: []string{"now: always the store lives"}},
		{File: "kv.old.repro.yaml", Word: reports.Fixed, Signature: "always the store lives", Run: passing(2)},
		{File: "kv.guard.repro.yaml", Word: reports.Guards, Run: passing(2)},
		{File: "out/failures/kv-x/repro.yaml", Word: reports.Stale, Signature: "always the store lives", Run: passing(2), Says: []string{"order/0123456789abcdef/3=7: the run never asks this", "fault gone is not there any more"}},
	}
	return s
}

// stale has nothing else that is wrong.
func stale() *reports.Summary {
	s := summarize(40, many(30, passing)...)
	s.Open, s.End, s.EndText = true, reports.EndTime, "30s of real time are over (--stop-after)"
	s.Saved = []*reports.Saved{{File: "kv.old.repro.yaml", Word: reports.Stale, Says: []string{"it cannot be read"}}}
	return s
}

func TestShellWord(t *testing.T) {
	for text, want := range map[string]string{"": "''", "4R0AB": "4R0AB", "a/b-c.repro.yaml": "a/b-c.repro.yaml", "a b": "'a b'", "it's": `'it'\''s'`, "$x": "'$x'"} {
		if got := reports.ShellWord(text); got != want {
			t.Errorf("%q is %s", text, got)
		}
	}
}
