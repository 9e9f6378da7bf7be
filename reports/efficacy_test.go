package reports_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/reports"
)

func waited(name string, due, took, left int, events ...reports.FaultEvent) *reports.Run {
	return &reports.Run{Scenario: "s", Faults: []reports.Fault{{Name: name, Kind: "kill", Due: due, Injected: due, Took: took, Left: left, Events: events}}}
}

// A fault whose event never happened is said to have never come up, and how near it was; of one that came, nothing.
func TestIdle_events(t *testing.T) {
	event := reports.FaultEvent{Event: "the 3rd message of a", File: "s.yaml", Line: 7, Col: 3}
	came, twice, meant := event, event, event
	came.Came, came.Times = 1, 3
	twice.Times = 2
	meant.Hint = "did you mean b?"
	for _, c := range []struct {
		runs []*reports.Run
		idle string
		text string
	}{
		{[]*reports.Run{waited("f", 0, 0, 0, event), waited("f", 1, 1, 0, came)}, "", "f: injected 1, took effect 1 (in 1 of 2 runs)"},
		{[]*reports.Run{waited("f", 0, 0, 0, event), waited("f", 0, 0, 0, twice)},
			`the fault "f" never came up: its event never happened in 2 runs: the 3rd message of a (s.yaml:7:3), of which there were at most 2`,
			"f: never came up: its event never happened in 2 runs"},
		{[]*reports.Run{waited("f", 0, 0, 0, meant), waited("f", 0, 0, 1, meant)},
			`the fault "f" never came up: its event never happened in 1 run: the 3rd message of a (s.yaml:7:3), did you mean b?`,
			"f: never came up: its event never happened in 1 run"},
		{[]*reports.Run{waited("f", 1, 1, 0, event)},
			`the fault "f" never came by an event, which never happened in 1 run: the 3rd message of a (s.yaml:7:3)`, "f: injected 1, took effect 1"},
		{[]*reports.Run{waited("f", 0, 0, 1, event)}, `the fault "f" was left out of all runs`, "f: left out"},
		{[]*reports.Run{waited("f", 2, 0, 0)}, `the fault "f" never took effect (2 times due, 2 injected)`, "f: injected 2, took effect 0"},
	} {
		s := &reports.Summary{Scenario: "s"}
		for _, r := range c.runs {
			s.Add(r)
		}
		if got := strings.Join(s.Idle(), "; "); got != c.idle {
			t.Errorf("idle is %q, want %q", got, c.idle)
		}
		var b strings.Builder
		reports.Text{}.Scenario(&b, s)
		if lines := strings.Split(b.String(), "\n"); !slices.ContainsFunc(lines, func(l string) bool { return strings.HasSuffix(l, "faults  "+c.text) }) {
			t.Errorf("the text has no line %q:\n%s", c.text, b.String())
		}
		b.Reset()
		reports.WriteJUnit(&b, &reports.Results{Scenarios: []*reports.Summary{s}, Strict: true})
		if got := strings.Contains(b.String(), `type="untested"`); got != (c.idle != "") {
			t.Errorf("JUnit says untested: %v, of %q", got, c.idle)
		}
	}
	s := &reports.Summary{Planned: true}
	s.Add(waited("f", 0, 0, 1, event))
	if got := s.Idle(); got != nil {
		t.Errorf("left out on purpose, and %v", got)
	}
}
