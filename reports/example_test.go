package reports_test

import (
	"os"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
)

// A picture that GitHub draws in an issue or a step summary.
func ExampleSequence_WriteMermaid() {
	q := &reports.Sequence{
		Lifelines: []reports.Lifeline{{Name: "sup", Node: "a"}, {Name: "sup/echo", Node: "a"}},
		Steps: []reports.Step{
			{At: time.Second, What: reports.StepExit, From: 1, To: reports.Nobody, Text: "killed"},
			{At: time.Second, What: reports.StepSignal, From: 1, To: 0, Text: "exit killed"},
			{At: time.Second, What: reports.StepRestart, From: 1, To: reports.Nobody, Text: "sup/echo.2"},
		},
	}
	q.WriteMermaid(os.Stdout)
	// Output:
	// sequenceDiagram
	//   box transparent a
	//   participant p0 as sup
	//   participant p1 as sup/echo
	//   end
	//   Note over p1: 1s ends#58; killed
	//   p1-->>p0: 1s exit killed
	//   Note over p1: 1s starts again#58; sup/echo.2
}

// Annotations beside the lines of a change.
func ExampleWriteGitHub() {
	s := &reports.Summary{Scenario: "chat", File: "chat.sim.yaml", Asked: 1, Token: func(*reports.Run) string { return "2C5TR4…" }}
	v := reports.Verdict{Rule: "one leader", Kind: "always", Cond: "count(/sup/leader) == 1", Word: reports.Broken, At: time.Second, Got: "2", File: s.File, Line: 9, Col: 5}
	s.Add(&reports.Run{
		Scenario: s.Scenario, File: s.File, Seed: 7, Verdicts: []reports.Verdict{v},
		Failure: &reports.Failure{Rule: v.Rule, Kind: v.Kind, At: v.At, Got: v.Got, Signature: v.Signature()},
	})
	reports.WriteGitHub(os.Stdout, &reports.Results{Scenarios: []*reports.Summary{s}})
	// Output:
	// FAIL  chat  1 seed, 1 failure: failure rate 20 % to 100 % at 95 %
	// ::error file=chat.sim.yaml,line=9,col=5,title=chat%3A one leader::broken in 1 of 1 run%0A✗ one leader  seed 7 · t=1s · 0 events%0A    expected  always count(/sup/leader) == 1%0A    got       2%0A    source    chat.sim.yaml:9:5%0AREPLAY: simrun replay 2C5TR4…
}
