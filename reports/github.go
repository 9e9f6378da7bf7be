package reports

import (
	"fmt"
	"io"
	"strings"
)

// annotationsMax is how many errors there are at most, and how many warnings: GitHub shows ten of a kind for each step.
const annotationsMax = 8

// WriteGitHub writes workflow commands for GitHub's actions, which show them beside the lines of a change: one error
// for each signature, with its first story and REPLAY line, one warning for what was never tested, and a plain line
// for each scenario. Files are named as the scenarios were; GitHub wants them seen from the root of the repository.
func WriteGitHub(w io.Writer, r *Results) error {
	a := &annotator{results: r}
	a.loose()
	for _, s := range r.Scenarios {
		a.scenario(s)
	}
	if r.Bug != "" {
		a.command("error", "", 0, 0, "simrun could not go on", r.Bug)
	}
	if a.hidden > 0 {
		a.command("error", "", 0, 0, "simrun", plural(a.hidden, "more kind")+" of failures; the report has all of them")
	}
	_, err := io.WriteString(w, a.b.String())
	return err
}

// annotator gathers what there is to print.
type annotator struct {
	results *Results
	b       strings.Builder
	errors  int
	hidden  int // errors that were one too many
	warned  int
}

func (a *annotator) scenario(s *Summary) {
	p := &page{}
	p.headline(s)
	a.b.WriteString(visible(strings.TrimSuffix(p.b.String(), "\n")) + "\n") // no text of others begins a line: it would be a command
	if text := s.ended(); text != "" {
		a.b.WriteString("ended " + visible(text) + "\n")
	}
	for _, x := range s.Saved {
		if x.Failed() && !a.results.Canary || x.Word == Stale {
			a.error(x.File, 0, 0, s.Scenario+": "+string(x.Word), x.text())
		}
	}
	for _, x := range a.results.wavers(s) {
		a.error(s.File, 0, 0, s.Scenario+" is not deterministic", x.text())
	}
	switch {
	case !a.results.Canary:
		for _, f := range s.Failures {
			file, line, col := f.place()
			a.error(file, line, col, s.Scenario+": "+f.Rule, fmt.Sprintf("broken in %s\n%s", ofRuns(f.Count, s), f.brief()))
		}
	case a.results.state(s) == bad:
		a.error(s.File, 0, 0, s.Scenario+": canary", "the planted bug was not found in "+plural(s.Runs, "seed"))
	}
	if warnings := s.Warnings(); len(warnings) > 0 && a.warned < annotationsMax {
		a.warned++
		a.command(a.grade(s), s.File, 0, 0, s.Scenario, strings.Join(warnings, "\n"))
	}
}

// loose is for kept runs that are of none of the scenarios.
func (a *annotator) loose() {
	for _, x := range a.results.Loose {
		if x.Word == Stale {
			a.error(x.File, 0, 0, string(x.Word), x.line())
		} else {
			a.b.WriteString("kept " + visible(x.line()) + "\n")
		}
	}
}

// grade is what an undecided or untested scenario is.
func (a *annotator) grade(s *Summary) string {
	if a.results.Strict && (s.Undecided > 0 || len(s.Idle()) > 0) {
		return "error"
	}
	return "warning"
}

// brief is the first failing run of a group: an annotation has room for one.
func (g *Group) brief() string {
	p := &page{}
	if len(g.Found) > 0 {
		p.failure(g.Found[0])
	}
	return p.b.String()
}

func (a *annotator) error(file string, line, col int, title, text string) {
	if a.errors == annotationsMax {
		a.hidden++
		return
	}
	a.errors++
	a.command("error", file, line, col, title, text)
}

// command writes ::error file=…,line=…,col=…,title=…::text.
func (a *annotator) command(name, file string, line, col int, title, text string) {
	var props []string
	if file != "" {
		props = append(props, "file="+property(file))
	}
	if line > 0 {
		props = append(props, fmt.Sprintf("line=%d,col=%d", line, max(col, 1)))
	}
	props = append(props, "title="+property(visible(title)))
	fmt.Fprintf(&a.b, "::%s %s::%s\n", name, strings.Join(props, ","), data(strings.TrimRight(visibleLines(text), "\n")))
}

var (
	dataCodes     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyCodes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// data is text as what stands behind the second :: of a command.
func data(text string) string { return dataCodes.Replace(text) }

// property is text as a property's value.
func property(text string) string { return propertyCodes.Replace(text) }
