package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// recorded runs a built-in scenario with all of its trace.
func recorded(t *testing.T, name string, seed uint64) (*reports.Run, *trace.Record) {
	t.Helper()
	target, ok := builtin(name)
	if !ok {
		t.Fatalf("there is no %s", name)
	}
	sc, ds := target.parse()
	if err := ds.Err(); err != nil {
		t.Fatal(err)
	}
	r := newRunner(sc)
	defer r.Close()
	run := r.Run(seed, scenarios.RunOptions{Keep: math.MaxInt})
	return run, r.Trace().Record()
}

// The picture of a known failure: the limiter is killed and started again, it has forgotten whom it let through, and the service
// is asked too often.
func TestPicture(t *testing.T) {
	run, record := recorded(t, "rate-limiter-crash", 2)
	var b bytes.Buffer
	if err := picture(run, record, 80).WriteMermaid(&b); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", "rate-limiter-crash.mmd")
	if *update {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), want) {
		t.Errorf("%s is stale; -update writes it anew. Now it would be:\n%s", file, b.String())
	}
}

// The kinds of signals are those that package trace knows by these words.
func TestPicture_signalWords(t *testing.T) {
	for kind, want := range map[uint64]string{signalExit: "exit", signalLinkExit: "link exit", signalDown: "down"} {
		r := &trace.Record{Events: []trace.Event{{Kind: trace.Signal, Subject: 1, Object: 2, Word: kind << signalShift}}}
		if line := r.Line(0); !strings.HasSuffix(line, "  "+want) {
			t.Errorf("signal %d is %q, want %s", kind, line, want)
		}
	}
}

// kv allows five restarts: three of the store and two of the logger. Nothing else is started again, and each has one lifeline.
func TestPicture_restarts(t *testing.T) {
	run, record := recorded(t, "kv", 1)
	q := picture(run, record, math.MaxInt)
	got := map[string]int{}
	for _, s := range q.Steps {
		if s.What == reports.StepRestart {
			got[q.Lifelines[s.From].Name]++
		}
	}
	want := map[string]int{"kv_sup/kv_store": 3, "kv_sup/kv_logger": 2}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("restarts %v, want %v", got, want)
	}
	// web's sockets are started for users, one after the other: that is no restart.
	run, record = recorded(t, "web", 1)
	q = picture(run, record, math.MaxInt)
	starts := 0
	for _, s := range q.Steps {
		switch name := q.Lifelines[max(s.From, 0)].Name; {
		case s.What == reports.StepStart:
			starts++
		case s.What == reports.StepRestart && strings.Contains(name, "socket"):
			t.Errorf("%v: %s is started again", s.At, name)
		}
	}
	if starts < 20 {
		t.Errorf("only %d starts", starts)
	}
}

// Whatever is shown stands in the trace, in order, up to the failure and not behind it, and who is taken from has sent.
func TestPicture_facts(t *testing.T) {
	run, record := recorded(t, "rate-limiter-crash", 2)
	for _, most := range []int{0, 1, 7, 100, math.MaxInt} {
		q := picture(run, record, most)
		last := len(q.Steps) - 1
		if q.Steps[last].What != reports.StepVerdict || last > most {
			t.Fatalf("%d steps of %d, the last is %v", last, most, q.Steps[last])
		}
		before, twice := time.Duration(0), map[int]bool{}
		for i, s := range q.Steps {
			if s.At < before || s.At > run.Failure.At {
				t.Fatalf("step %d at %v", i, s.At)
			}
			before = s.At
			if s.Taken == 0 {
				continue
			}
			take := q.Steps[s.Taken]
			if s.Taken <= i || take.What != reports.StepTake || take.From != s.To || take.To != s.From || take.Text != s.Text || twice[s.Taken] {
				t.Fatalf("%+v is taken by %+v", s, take)
			}
			twice[s.Taken] = true
		}
		if whole := picture(run, record, math.MaxInt); q.Omitted+last != len(whole.Steps)-1 {
			t.Fatalf("%d omitted and %d shown of %d", q.Omitted, last, len(whole.Steps)-1)
		}
	}
}

// A message to a name of another node leads to whoever took it.
func TestPicture_toAName(t *testing.T) {
	r := &trace.Record{
		Events: []trace.Event{{Kind: trace.Send, Subject: 1}, {Kind: trace.Send, Subject: 1}, {Kind: trace.Receive, Subject: 2, Object: 1}, {Kind: trace.Receive, Subject: 3, Object: 1}},
		Names:  map[uint64]string{1: "<a/client>", 2: "<b/server>", 3: "<c/server>"}, Details: map[int]string{0: "'$gen_call' one", 1: "two"},
	}
	q := picture(&reports.Run{}, r, 10)
	for i, want := range []string{"b", "c"} {
		if s := q.Steps[i]; s.Taken != i+2 || q.Lifelines[s.To].Node != want || q.Steps[s.Taken].Text != s.Text {
			t.Errorf("%+v", s)
		}
	}
	if q.Steps[0].Text != "call one" {
		t.Errorf("%q", q.Steps[0].Text)
	}
}

// Any record gives a picture, also one that no world would write.
func TestPicture_anyRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &trace.Record{Details: map[int]string{}, Names: map[uint64]string{}}
		at := int64(0)
		for i := range rapid.IntRange(0, 30).Draw(t, "facts") {
			at += rapid.Int64Range(0, 3).Draw(t, "at")
			process := rapid.Uint64Range(0, 5)
			r.Events = append(r.Events, trace.Event{
				At: at, Kind: trace.Kind(rapid.IntRange(0, 25).Draw(t, "kind")), Subject: process.Draw(t, "s"), Object: process.Draw(t, "o"),
				Word: rapid.OneOf(rapid.Uint64(), rapid.Just(uint64(signalDown)<<signalShift), rapid.Just(uint64(0))).Draw(t, "word"),
			})
			if rapid.Bool().Draw(t, "detailed") {
				r.Details[i] = rapid.String().Draw(t, "detail")
			}
		}
		for n := range rapid.Uint64Range(0, 6).Draw(t, "names") {
			r.Names[n] = rapid.OneOf(rapid.SampledFrom([]string{"<a/x>", "<a/x.2>", "<a/x.3>", "<b/x>", "<>", "x"}), rapid.String()).Draw(t, "name")
		}
		run := &reports.Run{Scenario: "any"}
		if rapid.Bool().Draw(t, "failed") {
			run.Failure = &reports.Failure{At: time.Duration(rapid.Int64Range(-1, 100).Draw(t, "failure"))}
		}
		q := picture(run, r, rapid.IntRange(0, 40).Draw(t, "most"))
		var one, two bytes.Buffer
		if err := q.WritePage(&one); err != nil {
			t.Fatal(err)
		}
		picture(run, r, 40).WritePage(&two)
		for i, s := range q.Steps {
			if s.From >= len(q.Lifelines) || s.To >= len(q.Lifelines) || s.Taken >= len(q.Steps) || s.Taken < 0 || s.Taken > 0 && s.Taken <= i {
				t.Fatalf("step %+v of %d, with %d lifelines", s, len(q.Steps), len(q.Lifelines))
			}
		}
		nodes := map[string]bool{}
		for i, l := range q.Lifelines {
			if new := i == 0 || q.Lifelines[i-1].Node != l.Node; new && nodes[l.Node] {
				t.Fatalf("node %q stands in two places: %v", l.Node, q.Lifelines)
			}
			nodes[l.Node] = true
		}
	})
}
