package reports_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
)

var update = flag.Bool("update", false, "write golden files; commit them only if you understand what changed")

// golden compares text with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s is stale; go test ./reports -update writes it anew. Now it would be:\n%s", file, got)
	}
}

// passing is a run in which all holds.
func passing(seed uint64) *reports.Run {
	return &reports.Run{
		Scenario: "kv", File: "kv.sim.yaml", Seed: seed, Stop: reports.StopTime, Now: 30 * time.Second, For: 30 * time.Second,
		Hash: 0x1234567 * (seed + 1), Events: 900 + seed, Living: 7,
		Verdicts: []reports.Verdict{
			{Rule: "the store lives", Kind: "always", Cond: "alive(/kv_sup/kv_store)", Word: reports.Holds, Evaluated: 41, File: "kv.sim.yaml", Line: 20, Col: 5},
			{Rule: "clients are served", Kind: "at_end", Cond: "replies(writers) > 30", Word: reports.Holds, Evaluated: 1, File: "kv.sim.yaml", Line: 21, Col: 5},
			{Rule: "deadlock", Kind: "deadlock", Word: reports.Holds},
		},
		Faults: []reports.Fault{{Name: "kill /kv_sup/kv_store", Kind: "kill", Due: 2, Injected: 2, Took: 2}},
	}
}

// failing breaks the first rule.
func failing(seed uint64) *reports.Run {
	r := passing(seed)
	r.Stop, r.Now = reports.StopHalted, 15*time.Second
	v := &r.Verdicts[0]
	v.Word, v.At, v.Got = reports.Broken, 15000042*time.Microsecond, "/kv_sup/kv_store has been dead since 15.000042s"
	r.Failure = &reports.Failure{Rule: v.Rule, Kind: v.Kind, At: v.At, Got: v.Got, Signature: v.Signature()}
	r.Story = []reports.Line{
		{At: 5 * time.Second, What: reports.LineFault, Text: "kill /kv_sup/kv_store: <n/kv_sup/kv_store>"},
		{At: 5 * time.Second, What: reports.LineExit, Text: "<n/kv_sup/kv_store> ended: killed"},
		{At: 5000100 * time.Microsecond, What: reports.LineRestart, Text: "<n/kv_sup/kv_store.2> by <n/kv_sup>, restart 1"},
		{At: 15000042 * time.Microsecond, What: reports.LineVerdict, Text: "the store lives: broken"},
	}
	return r
}

// another breaks a rule that no file writes, after a long story.
func another(seed uint64) *reports.Run {
	r := passing(seed)
	r.Stop = reports.StopDeadlock
	v := &r.Verdicts[2]
	v.Word, v.At, v.Got = reports.Broken, 2*time.Second, "2 wait for ever\nand nobody can wake them"
	r.Failure = &reports.Failure{Rule: v.Rule, Kind: v.Kind, At: v.At, Got: v.Got, Signature: v.Signature()}
	r.Waiting = []reports.Waiting{{Who: "client writers.1", For: "an answer of <n/kv_sup/kv_store>"}, {Who: "<n/kv_sup/kv_store>", For: "an answer of <n/kv_sup/kv_logger>"}}
	for i := range 40 {
		r.Story = append(r.Story, reports.Line{At: time.Duration(i) * 50 * time.Millisecond, What: reports.LineReport, Text: fmt.Sprintf("line %d\nwith more below", i)})
	}
	return r
}

func undecided(seed uint64) *reports.Run {
	r := passing(seed)
	r.Stop, r.Now = reports.StopEvents, time.Second
	r.Verdicts[1].Word, r.Verdicts[1].Evaluated, r.Verdicts[1].Got = reports.Undecided, 0, "the run ended before"
	r.Faults[0] = reports.Fault{Name: r.Faults[0].Name, Kind: "kill"}
	return r
}

// summarize adds up runs as simrun does.
func summarize(asked int, runs ...*reports.Run) *reports.Summary {
	s := &reports.Summary{Scenario: "kv", File: "kv.sim.yaml", Seeds: "1..200", Asked: asked, For: 30 * time.Second,
		Token: func(r *reports.Run) string { return fmt.Sprintf("TOKEN%d", r.Seed) }}
	for _, r := range runs {
		s.Add(r)
	}
	return s
}

func many(n int, run func(uint64) *reports.Run) []*reports.Run {
	var runs []*reports.Run
	for i := range n {
		runs = append(runs, run(uint64(i+1)))
	}
	return runs
}

var summaries = []struct {
	name string
	s    *reports.Summary
}{
	{"pass", summarize(200, many(200, passing)...)},
	{"one_failure", summarize(3, passing(1), failing(2), passing(3))},
	{"two_kinds", summarize(40, append(append(many(30, failing), another(31), another(1<<63)), many(8, passing)...)...)},
	{"open", summarize(3, many(3, undecided)...)},
	{"interrupted", summarize(200, many(40, passing)...)},
	{"nothing", summarize(200)},
	{"small", small()},
	{"least", least()},
	{"saved", saved()},
	{"stale", stale()},
}

func TestText(t *testing.T) {
	for _, c := range summaries {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := (reports.Text{}).Scenario(&b, c.s); err != nil {
				t.Fatal(err)
			}
			golden(t, c.name+".txt", b.Bytes())
		})
	}
}

// A failure ends with the one line that must be copied.
func TestText_replayIsTheLastLine(t *testing.T) {
	for _, c := range summaries {
		var b bytes.Buffer
		reports.Text{Colour: false}.Scenario(&b, c.s)
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		if last := lines[len(lines)-1]; c.s.Failed > 0 && !strings.HasPrefix(last, "REPLAY: simrun replay TOKEN") && last != "REPLAY: simrun replay SMALLTOKEN" {
			t.Errorf("%s ends with %q", c.name, last)
		}
	}
}

// Colours change nothing but colours.
func TestText_colour(t *testing.T) {
	for _, c := range summaries {
		var plain, coloured bytes.Buffer
		reports.Text{}.Scenario(&plain, c.s)
		reports.Text{Colour: true}.Scenario(&coloured, c.s)
		if bytes.ContainsRune(plain.Bytes(), 0x1b) {
			t.Errorf("%s: colours though none are wanted", c.name)
		}
		if got := uncoloured(coloured.String()); got != plain.String() {
			t.Errorf("%s without its colours is\n%s", c.name, got)
		}
		if c.name == "one_failure" {
			golden(t, "colour.txt", coloured.Bytes())
		}
	}
}

func uncoloured(text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "\x1b[")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, text, _ = strings.Cut(rest, "m")
	}
}

func TestText_run(t *testing.T) {
	var b bytes.Buffer
	text := reports.Text{}
	text.Run(&b, passing(7), "")
	b.WriteString("--\n")
	text.Run(&b, failing(7), "dull, 2 deviations")
	text.Failure(&b, &reports.Found{Run: failing(7), Number: 1})
	b.WriteString("--\n")
	text.Waver(&b, waver)
	b.WriteString("--\n")
	text.Total(&b, &reports.Results{Scenarios: []*reports.Summary{summaries[0].s, summaries[1].s, summaries[3].s}})
	text.Total(&b, &reports.Results{Scenarios: []*reports.Summary{summaries[0].s, summaries[0].s}})
	golden(t, "run.txt", b.Bytes())
}

var waver = &reports.Waver{Scenario: "kv", Seed: 7, Hashes: [2]uint64{1, 0xabc}, Text: "the runs part at fact 12 (word):\n  a send\n  b receive"}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	j := reports.JSON{W: &b}
	s := summaries[1].s
	j.RunStart("v1.2.3", []string{"kv"})
	j.ScenarioStart(s)
	j.Failure(s.Failures[0].Found[0])
	j.Waver(waver)
	j.ScenarioEnd(s)
	j.Failure(small().Failures[0].Found[0])
	for _, x := range saved().Saved {
		j.Saved(s, x)
	}
	j.ScenarioEnd(saved())
	j.ScenarioEnd(summaries[3].s)
	j.ScenarioEnd(summaries[5].s)
	j.RunEnd(&reports.Results{Scenarios: []*reports.Summary{s, summaries[3].s}, Interrupted: true, ExitCode: 1})
	j.Result(failing(2), "TOKEN2")
	j.Result(passing(3), "")
	j.Run(passing(1))
	j.Replay(failing(2), "reproduced", "the same run", nil, 1)
	j.Replay(failing(2), "drifted", "another run", []string{"hash 1, then 2"}, 8)
	for line := range bytes.Lines(b.Bytes()) {
		var head struct {
			V    int
			Type string
		}
		if err := json.Unmarshal(line, &head); err != nil || head.V != reports.JSONVersion || head.Type == "" {
			t.Errorf("%v in %s", err, line)
		}
	}
	golden(t, "events.jsonl", b.Bytes())
}

// The same runs in the same order say the same, byte for byte.
func TestSummary_dependsOnTheRunsAlone(t *testing.T) {
	text := func() string {
		var b bytes.Buffer
		s := summarize(40, append(many(30, failing), many(10, another)...)...)
		reports.Text{}.Scenario(&b, s)
		reports.JSON{W: &b}.ScenarioEnd(s)
		return b.String()
	}
	if one, two := text(), text(); one != two {
		t.Errorf("first\n%s\nthen\n%s", one, two)
	}
}
