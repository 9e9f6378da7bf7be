package reports_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/reports"
)

// stopped is a search of seven seeds that ended after two for such a reason.
func stopped(end reports.End, runs ...*reports.Run) *reports.Summary {
	s := summarize(7, runs...)
	s.End = end
	return s
}

// A search that was broken off has not passed: it has a word of its own, unless something broke or is undecided anyway. One
// that ended as it was told to has.
func TestStopped_word(t *testing.T) {
	for _, c := range []struct {
		s    *reports.Summary
		want reports.Word
	}{
		{stopped(reports.EndInterrupt, many(2, passing)...), reports.Stopped},
		{stopped(reports.EndTrouble, many(2, passing)...), reports.Stopped},
		{stopped(reports.EndInterrupt), reports.Stopped},
		{stopped(reports.EndInterrupt, passing(1), failing(2)), reports.Broken},
		{stopped(reports.EndInterrupt, passing(1), undecided(2)), reports.Undecided},
		{stopped(reports.EndTime, many(2, passing)...), reports.Holds},
		{stopped(reports.EndSeeds, many(7, passing)...), reports.Holds},
	} {
		if got := c.s.Word(); got != c.want {
			t.Errorf("%s after %d of %d: %s, want %s", c.s.End, c.s.Runs, c.s.Asked, got, c.want)
		}
		if got := reports.Total([]*reports.Summary{summarize(2, many(2, passing)...), c.s}).Word(); got != c.want {
			t.Errorf("%s after %d of %d, with another: %s, want %s", c.s.End, c.s.Runs, c.s.Asked, got, c.want)
		}
	}
	whole := []*reports.Summary{stopped(reports.EndSeeds, many(7, passing)...)}
	if got := (&reports.Results{Scenarios: whole, Interrupted: true}).Word(); got != reports.Stopped {
		t.Errorf("interrupted between two scenarios: %s", got)
	}
}

// Nowhere does such a search look like one that has passed.
func TestStopped_reports(t *testing.T) {
	s := stopped(reports.EndInterrupt, many(2, passing)...)
	r := &reports.Results{Scenarios: []*reports.Summary{s}, Interrupted: true}
	var text, junit, markdown, github, json bytes.Buffer
	reports.Text{}.Scenario(&text, s)
	reports.WriteJUnit(&junit, r)
	reports.WriteMarkdown(&markdown, r)
	reports.WriteGitHub(&github, r)
	reports.JSON{W: &json}.ScenarioEnd(s)
	reports.JSON{W: &json}.RunEnd(r)
	for _, c := range []struct{ in, want string }{
		{text.String(), "STOP  kv  2 of 7 seeds, 0 failures"},
		{github.String(), "STOP  kv  2 of 7 seeds, 0 failures"},
		{junit.String(), `<skipped message="after 2 of 7 seeds: interrupted">`},
		{junit.String(), `failures="0" errors="0" skipped="1"`},
		{markdown.String(), "## ❔ simrun: 1 scenario, nothing broke before it was broken off (interrupted)"},
		{markdown.String(), "| ❔ stopped | "},
	} {
		if !strings.Contains(c.in, c.want) {
			t.Errorf("no %s in\n%s", c.want, c.in)
		}
	}
	if n := strings.Count(json.String(), `"verdict":"stopped"`); n != 2 {
		t.Errorf("the verdict is said %d times:\n%s", n, json.String())
	}
	// Whoever looks for planted bugs has not found that there are none.
	r.Canary = true
	s.Open = true
	junit.Reset()
	if reports.WriteJUnit(&junit, r); strings.Contains(junit.String(), "<failure") {
		t.Errorf("the planted bug is taken for missing:\n%s", junit.String())
	}
}
