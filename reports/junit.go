package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
)

// The elements of JUnit XML, in the dialect of Jenkins, which GitLab, GitHub's actions and others read too.
type (
	junitSuites struct {
		XMLName xml.Name `xml:"testsuites"`
		Name    string   `xml:"name,attr"`
		junitCounts
		Suites []*junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name string `xml:"name,attr"`
		File string `xml:"file,attr,omitempty"`
		junitCounts
		Properties *junitProperties `xml:"properties"`
		Cases      []*junitCase     `xml:"testcase"`
	}
	junitCounts struct {
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Errors   int    `xml:"errors,attr"`
		Skipped  int    `xml:"skipped,attr"`
		Time     string `xml:"time,attr"`
	}
	junitProperties struct {
		List []junitProperty `xml:"property"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		File    string        `xml:"file,attr,omitempty"`
		Time    string        `xml:"time,attr"`
		Failure *junitTrouble `xml:"failure"`
		Error   *junitTrouble `xml:"error"`
		Skipped *junitTrouble `xml:"skipped"`
		Out     string        `xml:"system-out,omitempty"`
	}
	junitTrouble struct {
		Type    string `xml:"type,attr,omitempty"`
		Message string `xml:"message,attr"`
		Text    string `xml:",cdata"`
	}
)

// WriteJUnit writes JUnit XML. A scenario is a suite; its cases are the scenario itself, which stands for what
// holds without being written, such as that nobody waits for ever, and each rule of the file. Names depend on
// files and rules alone, so that a server can follow a case through the builds. A broken rule is a failure,
// with the signature as type and the story and the REPLAY line as text; an undecided one is skipped, or an
// error if that is one. The scenario is skipped if its search was broken off. A run kept from earlier that was played
// again is a case of its own. Times are virtual: the same results give the same bytes.
func WriteJUnit(w io.Writer, r *Results) error {
	doc := &junitSuites{Name: "simrun"}
	for _, s := range r.Scenarios {
		suite := r.suite(s)
		doc.Suites = append(doc.Suites, suite)
		doc.add(suite.junitCounts)
	}
	if len(r.Loose) > 0 {
		suite := r.looseSuite()
		doc.Suites = append(doc.Suites, suite)
		doc.add(suite.junitCounts)
	}
	if r.Bug != "" {
		suite := bugSuite(r.Bug)
		doc.Suites = append(doc.Suites, suite)
		doc.add(suite.junitCounts)
	}
	doc.Time = seconds(Total(r.Scenarios).Virtual)
	text, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(text)+"\n")
	return err
}

func (c *junitCounts) add(other junitCounts) {
	c.Tests += other.Tests
	c.Failures += other.Failures
	c.Errors += other.Errors
	c.Skipped += other.Skipped
}

func (c *junitCounts) count(x *junitCase) {
	c.Tests++
	switch {
	case x.Failure != nil:
		c.Failures++
	case x.Error != nil:
		c.Errors++
	case x.Skipped != nil:
		c.Skipped++
	}
}

// seconds is a time as JUnit has it.
func seconds(d time.Duration) string {
	return fmt.Sprintf("%d.%06d", d/time.Second, d%time.Second/time.Microsecond)
}

func (r *Results) suite(s *Summary) *junitSuite {
	file := visible(s.File)
	suite := &junitSuite{Name: visible(s.Scenario), File: file, Properties: &junitProperties{r.properties(s)}}
	suite.Time = seconds(s.Virtual)
	all := append([]*junitCase{r.scenarioCase(s)}, r.ruleCases(s)...)
	all = append(all, r.savedCases(s)...)
	for _, c := range all {
		c.Class, c.File = class(file), file
		if c.Time == "" {
			c.Time = seconds(0) // all rules are watched in the same runs, whose time is the scenario's
		}
		suite.count(c)
	}
	suite.Cases = all
	return suite
}

// looseSuite is the kept runs that are of none of the scenarios.
func (r *Results) looseSuite() *junitSuite {
	suite := &junitSuite{Name: "kept runs"}
	suite.Time = seconds(0)
	for _, x := range r.Loose {
		c := &junitCase{Class: "kept runs", Name: visible("kept " + x.File), Time: seconds(0)}
		if x.Word == Stale {
			c.Error = trouble("stale", strings.Join(x.Says, "; "), "")
		} else {
			c.Skipped = trouble("", strings.Join(x.Says, "; "), "")
		}
		suite.count(c)
		suite.Cases = append(suite.Cases, c)
	}
	return suite
}

// bugSuite tells servers that look at nothing else that not all was run.
func bugSuite(bug string) *junitSuite {
	first, _, _ := strings.Cut(bug, "\n")
	c := &junitCase{Class: "simrun", Name: "simrun itself", Time: seconds(0), Error: trouble("bug", first, bug)}
	suite := &junitSuite{Name: "simrun", Cases: []*junitCase{c}}
	suite.Time = c.Time
	suite.count(c)
	return suite
}

// class is a file without what all of them end with: servers make packages of what stands between dots.
func class(file string) string {
	file = strings.TrimSuffix(file, path.Ext(file))
	return strings.TrimSuffix(file, ".sim")
}

func (r *Results) properties(s *Summary) []junitProperty {
	list := []junitProperty{
		{"simrun", r.Program},
		{"seeds", s.Seeds},
		{"runs", fmt.Sprint(s.Runs)},
		{"held", fmt.Sprint(s.Held)},
		{"failed", fmt.Sprint(s.Failed)},
		{"undecided", fmt.Sprint(s.Undecided)},
		{"bound", s.Bound()},
		{"hash", fmt.Sprintf("%016x", s.Hash)},
	}
	if text := s.ended(); text != "" {
		list = append(list, junitProperty{"ended", text})
	}
	if r.Interrupted {
		list = append(list, junitProperty{"interrupted", "true"})
	}
	for i := range list {
		list[i].Value = visible(list[i].Value)
	}
	return list
}

// scenarioCase is the case of the scenario as a whole.
func (r *Results) scenarioCase(s *Summary) *junitCase {
	c := &junitCase{Name: visible(s.Scenario), Time: seconds(s.Virtual)}
	var blocks []string
	for _, x := range r.wavers(s) {
		blocks = append(blocks, x.text())
	}
	if len(blocks) > 0 {
		c.Error = trouble("nondeterminism", "two runs of one plan differ", strings.Join(blocks, "\n"))
		return c
	}
	var broken, undecided []string
	signature := ""
	for _, rule := range s.Rules {
		switch {
		case !rule.implied():
		case rule.Broken > 0:
			broken = append(broken, fmt.Sprintf("%s: in %s", rule.Rule, ofRuns(rule.Broken, s)))
			blocks = append(blocks, s.because(rule))
			if signature == "" {
				signature = rule.signature()
			}
		case rule.Undecided > 0:
			undecided = append(undecided, fmt.Sprintf("%s: undecided in %s", rule.Rule, ofRuns(rule.Undecided, s)))
		}
	}
	warnings := strings.Join(s.Warnings(), "\n")
	switch {
	case len(broken) > 0 && !r.Canary:
		c.Failure = trouble(signature, strings.Join(broken, "; "), strings.Join(blocks, "\n"))
	case r.Canary && s.Word() != Broken && !s.unfinished():
		c.Failure = trouble("canary", "the planted bug was not found in "+plural(s.Runs, "seed"), "")
	case s.Runs == 0:
		c.Skipped = trouble("", "no seed was run", "")
	case r.Strict && len(undecided) > 0:
		c.Error = trouble("undecided", strings.Join(undecided, "; "), warnings)
	case r.Strict && len(s.Idle()) > 0:
		c.Error = trouble("untested", strings.Join(s.Idle(), "; "), "")
	case len(undecided) > 0:
		c.Skipped = trouble("", strings.Join(undecided, "; "), warnings)
	case s.stopped():
		c.Skipped = trouble("", s.ended(), warnings)
	default:
		c.Out = visibleLines(warnings)
	}
	return c
}

// ruleCases are the cases of the rules that a file writes.
func (r *Results) ruleCases(s *Summary) []*junitCase {
	var cases []*junitCase
	names := map[string]bool{visible(s.Scenario): true}
	for _, rule := range s.Rules {
		if rule.implied() {
			continue
		}
		c := r.ruleCase(s, rule)
		if names[c.Name] { // the scenario is called so, or another kind of rule
			c.Name += " (" + visible(rule.Kind) + ")"
		}
		names[c.Name] = true
		cases = append(cases, c)
	}
	return cases
}

// savedCases are the cases of the kept runs that were played again.
func (r *Results) savedCases(s *Summary) (cases []*junitCase) {
	for _, x := range s.Saved {
		c := &junitCase{Name: visible("kept " + x.File)}
		switch {
		case x.Failed() && r.Canary:
			c.Out = visibleLines("found, as was hoped:\n" + x.text())
		case x.Failed():
			c.Failure = trouble(x.Signature, string(x.Word), x.text())
		case x.Word == Stale:
			c.Error = trouble("stale", strings.Join(x.Says, "; "), x.block())
		case r.Strict && x.undecided():
			c.Error = trouble("undecided", strings.Join(x.Says, "; "), x.block())
		default:
			c.Out = visibleLines(x.block())
		}
		cases = append(cases, c)
	}
	return cases
}

func (r *Results) ruleCase(s *Summary, rule RuleCount) *junitCase {
	c := &junitCase{Name: visible(rule.Rule)}
	switch {
	case rule.Broken > 0 && r.Canary:
		c.Out = visibleLines("found, as was hoped:\n" + s.because(rule))
	case rule.Broken > 0:
		c.Failure = trouble(rule.signature(), "broken in "+ofRuns(rule.Broken, s), s.because(rule))
	case rule.Undecided > 0 && r.Strict:
		c.Error = trouble("undecided", "undecided in "+ofRuns(rule.Undecided, s), "")
	case rule.Undecided > 0:
		c.Skipped = trouble("", "undecided in "+ofRuns(rule.Undecided, s), "")
	case rule.Evaluated == 0:
		c.Skipped = trouble("", "it was never evaluated", "")
	}
	return c
}

func trouble(kind, message, text string) *junitTrouble {
	return &junitTrouble{visible(kind), visible(message), visibleLines(text)}
}

func ofRuns(n int, s *Summary) string { return fmt.Sprintf("%d of %s", n, plural(s.Runs, "run")) }

// because tells the failures that a rule began.
func (s *Summary) because(rule RuleCount) string {
	if g := s.group(rule); g != nil {
		return g.text()
	}
	return "in each of these runs another rule broke first\n"
}

func (r RuleCount) signature() string { return Verdict{Kind: r.Kind, Rule: r.Rule}.Signature() }
