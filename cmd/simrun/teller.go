package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/bedlam-sim/bedlam/reports"
)

// A teller tells in one way what comes of `simrun run`, while it goes on. Its errors are kept by what it writes to.
type teller interface {
	begin(scenarios []string)                     // before all scenarios
	loose(all []*reports.Saved)                   // what is kept of none of them, after that
	scenario(s *reports.Summary, c *campaign)     // before one
	saved(s *reports.Summary, x *reports.Saved)   // a run that was kept, after that
	run(s *reports.Summary, r *reports.Run)       // each run, in the order of the seeds
	found(s *reports.Summary, e *evidence)        // one that failed, after that
	waver(s *reports.Summary, x *reports.Waver)   // one that was two
	scenarioEnd(s *reports.Summary, last outlook) // after a scenario
	end(r *reports.Results)                       // after all, even if they were broken off
}

// outlook is what those who tell of a scenario want to know of all of them.
type outlook struct{ canary bool }

// silent tells nothing. Others tell what they like.
type silent struct{}

func (silent) begin([]string)                         {}
func (silent) loose([]*reports.Saved)                 {}
func (silent) scenario(*reports.Summary, *campaign)   {}
func (silent) saved(*reports.Summary, *reports.Saved) {}
func (silent) run(*reports.Summary, *reports.Run)     {}
func (silent) found(*reports.Summary, *evidence)      {}
func (silent) waver(*reports.Summary, *reports.Waver) {}
func (silent) scenarioEnd(*reports.Summary, outlook)  {}
func (silent) end(*reports.Results)                   {}

// textTeller tells people.
type textTeller struct {
	silent
	reports.Text
	w     io.Writer
	asked int // scenarios
}

func (t *textTeller) begin(scenarios []string) { t.asked = len(scenarios) }

func (t *textTeller) loose(all []*reports.Saved) { t.Loose(t.w, all) }

func (t *textTeller) waver(_ *reports.Summary, x *reports.Waver) { t.Waver(t.w, x) }

func (t *textTeller) scenarioEnd(s *reports.Summary, last outlook) {
	t.Scenario(t.w, s)
	if last.canary && !s.Partial() && s.End != reports.EndInterrupt {
		fmt.Fprintln(t.w, canaryLine(s))
	}
}

// canaryLine says whether the planted bug was found, by a seed or by a run that was kept.
func canaryLine(s *reports.Summary) string {
	kept, found := 0, "NOT found"
	for _, x := range s.Saved {
		if x.Failed() {
			kept++
		}
	}
	if s.Word() == reports.Broken {
		found = "found"
	}
	by := []string{}
	if s.Asked > 0 {
		by = append(by, fmt.Sprintf("%d of %s", s.Failed, plural(s.Runs, "seed")))
	}
	if len(s.Saved) > 0 {
		by = append(by, fmt.Sprintf("%d of %s", kept, plural(len(s.Saved), "kept run")))
	}
	if found != "found" && len(s.Saved) == 0 {
		return fmt.Sprintf("CANARY %s: NOT found in %s", s.Scenario, plural(s.Runs, "seed"))
	}
	return fmt.Sprintf("CANARY %s: %s by %s", s.Scenario, found, strings.Join(by, " and "))
}

func (t *textTeller) end(r *reports.Results) {
	if len(r.Scenarios) > 1 || t.asked > 1 && !r.Interrupted {
		t.Total(t.w, r)
	}
}

// jsonTeller tells programs, line by line.
type jsonTeller struct {
	silent
	reports.JSON
}

func (t *jsonTeller) begin(scenarios []string) { t.RunStart(build(), scenarios) }
func (t *jsonTeller) loose(all []*reports.Saved) {
	for _, x := range all {
		t.Saved(&reports.Summary{}, x)
	}
}
func (t *jsonTeller) scenario(s *reports.Summary, _ *campaign)   { t.ScenarioStart(s) }
func (t *jsonTeller) saved(s *reports.Summary, x *reports.Saved) { t.Saved(s, x) }
func (t *jsonTeller) found(_ *reports.Summary, e *evidence)      { t.Failure(e.Found) }
func (t *jsonTeller) waver(_ *reports.Summary, x *reports.Waver) { t.Waver(x) }
func (t *jsonTeller) scenarioEnd(s *reports.Summary, _ outlook)  { t.ScenarioEnd(s) }
func (t *jsonTeller) end(r *reports.Results)                     { t.RunEnd(r) }

// lateTeller tells all at the end.
type lateTeller struct {
	silent
	w     io.Writer
	write func(io.Writer, *reports.Results) error
}

func (t *lateTeller) end(r *reports.Results) { t.write(t.w, r) }

// late are the formats that are written at the end.
var late = map[format]func(io.Writer, *reports.Results) error{
	junitFormat:    reports.WriteJUnit,
	markdownFormat: reports.WriteMarkdown,
	githubFormat:   reports.WriteGitHub,
}
