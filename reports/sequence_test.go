package reports_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/reports"
)

// crash is a picture with everything in it.
var crash = &reports.Sequence{
	Title: "kv, seed 7", Replay: "TOKEN7", Omitted: 12, // a fault, an exit, a restart, and arrows from and to nobody
	Lifelines: []reports.Lifeline{{Name: "kv_sup", Node: "a"}, {Name: "kv_sup/kv_store", Node: "a"}, {Name: "a/very/long/path/to/some/writers.12", Node: "b"}},
	Steps: []reports.Step{
		{At: 1e9, What: reports.StepStart, From: 1, To: reports.Nobody, Text: "kv_store"},
		{At: 1e9 + 50, What: reports.StepMessage, From: 2, To: 1, Taken: 3, Text: `call #kvPut{Key="c",Value=50}`},
		{At: 1e9 + 70, What: reports.StepMessage, From: 1, To: 1, Taken: 4, Text: "tick"},
		{At: 1e9 + 90, What: reports.StepTake, From: 1, To: 2, Text: `call #kvPut{Key="c",Value=50}`},
		{At: 1e9 + 95, What: reports.StepTake, From: 1, To: 1, Text: "tick"},
		{At: 2e9, What: reports.StepMessage, From: reports.Nobody, To: 2, Text: "timeout"},
		{At: 2e9, What: reports.StepDrop, From: 2, To: 1, Text: "a cast that is lost"},
		{At: 2e9, What: reports.StepMessage, From: 0, To: reports.Nobody, Text: "to a name elsewhere"},
		{At: 2e9, What: reports.StepNote, From: reports.Nobody, To: reports.Nobody, Text: "node b is up"},
		{At: 3e9, What: reports.StepFault, From: 1, To: reports.Nobody, Text: "kill the store"},
		{At: 3e9, What: reports.StepSignal, From: reports.Nobody, To: 1, Text: "exit kill"},
		{At: 3e9 + 1, What: reports.StepExit, From: 1, To: reports.Nobody, Text: "killed"},
		{At: 3e9 + 1, What: reports.StepTook, From: 1, To: reports.Nobody, Text: "kill the store"},
		{At: 3e9 + 1, What: reports.StepSignal, From: 1, To: 0, Taken: 14, Text: "exit killed"},
		{At: 3e9 + 1, What: reports.StepTake, From: 0, To: 1, Text: "exit killed"},
		{At: 3e9 + 2, What: reports.StepRestart, From: 1, To: reports.Nobody, Text: "kv_store.2"},
		{At: 3e9 + 3, What: reports.StepNote, From: 2, To: reports.Nobody, Text: "gave up"},
		{At: 3e9 + 3, What: reports.StepVerdict, From: reports.Nobody, To: reports.Nobody, Text: "BROKEN always the store lives:\nit was dead"},
	},
}

var pictures = map[string]func(*reports.Sequence, io.Writer) error{
	"sequence.mmd": (*reports.Sequence).WriteMermaid, "sequence.svg": (*reports.Sequence).WriteSVG, "sequence.html": (*reports.Sequence).WritePage,
}

func draw(t interface{ Fatalf(string, ...any) }, name string, q *reports.Sequence) string {
	var b bytes.Buffer
	if err := pictures[name](q, &b); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return b.String()
}

func TestSequence(t *testing.T) {
	for name := range pictures {
		golden(t, name, []byte(draw(t, name, crash)))
	}
	golden(t, "sequence_last.mmd", []byte(draw(t, "sequence.mmd", crash.Last(4))))
	golden(t, "sequence_empty.mmd", []byte(draw(t, "sequence.mmd", &reports.Sequence{})))
}

// evilSequence draws pictures in which nothing can be relied on.
func evilSequence(t *rapid.T) *reports.Sequence {
	text := func(what string) string { return evil().Draw(t, what) }
	q := &reports.Sequence{Title: text("title"), Replay: text("replay"), Omitted: rapid.IntRange(0, 3).Draw(t, "omitted")}
	for range rapid.IntRange(0, 4).Draw(t, "lifelines") {
		q.Lifelines = append(q.Lifelines, reports.Lifeline{Name: text("name"), Node: text("node")})
	}
	kinds := []reports.StepKind{reports.StepMessage, reports.StepSignal, reports.StepDrop, reports.StepTake, reports.StepStart, reports.StepRestart,
		reports.StepExit, reports.StepFault, reports.StepTook, reports.StepNote, reports.StepVerdict, "another kind"}
	place := rapid.IntRange(-2, 5)
	for range rapid.IntRange(0, 12).Draw(t, "steps") {
		q.Steps = append(q.Steps, reports.Step{
			At: time.Duration(rapid.Int64().Draw(t, "at")), What: rapid.SampledFrom(kinds).Draw(t, "kind"), From: place.Draw(t, "from"), To: place.Draw(t, "to"),
			Taken: rapid.IntRange(-1, 14).Draw(t, "taken"), Text: text("text"),
		})
	}
	return q
}

// SVG and the page are well-formed, hold no element that is not ours, load nothing, and say what was said.
func TestSequence_evilMarkup(t *testing.T) {
	const ours = " svg style title rect g path circle text defs marker html head meta body h1 p code span div details summary table thead tbody tr th td "
	rapid.Check(t, func(t *rapid.T) {
		q := evilSequence(t)
		for _, name := range []string{"sequence.svg", "sequence.html"} {
			src := draw(t, name, q)
			elements, text := wellFormed(t, src)
			for e := range elements {
				if !strings.Contains(ours, " "+e+" ") {
					t.Fatalf("%s holds <%s>", name, e)
				}
			}
			if !strings.Contains(text, reports.Visible(q.Title)) {
				t.Fatalf("%s does not say %q", name, q.Title)
			}
			if elements["svg"] == 0 {
				t.Fatalf("%s has no picture", name)
			}
			checkAttributes(t, src)
			if name == "sequence.html" && strings.Contains(text, "(taken at") != takes(q) {
				t.Fatalf("%s: messages taken: %v", name, !takes(q))
			}
			for _, s := range q.Steps {
				if want := reports.VisibleLines(strings.TrimRight(s.Text, "\n")); name == "sequence.html" && !strings.Contains(text, want) {
					t.Fatalf("the table does not say %q", want)
				}
			}
		}
	})
}

// takes reports whether a step says when what it sent was taken, and that is after it.
func takes(q *reports.Sequence) bool {
	for i, s := range q.Steps {
		if s.Taken > i && s.Taken < len(q.Steps) {
			return true
		}
	}
	return false
}

// checkAttributes wants no attribute that runs or loads anything.
func checkAttributes(t *rapid.T, src string) {
	d := xml.NewDecoder(strings.NewReader(src))
	for {
		tok, err := d.Token()
		if err != nil {
			return
		}
		e, _ := tok.(xml.StartElement)
		for _, a := range e.Attr {
			name := a.Name.Local
			if strings.HasPrefix(name, "on") || name == "href" || name == "src" || name == "style" || strings.Contains(a.Value, "url(") && !strings.HasPrefix(a.Value, "url(#tip-") {
				t.Fatalf("%s has %s=%q", e.Name.Local, name, a.Value)
			}
		}
	}
}

// Nothing that programs wrote has a meaning in Mermaid's grammar: each line is one of those we write, and behind the
// codes stands what was said.
func TestSequence_evilMermaid(t *testing.T) {
	const text = `((?:[^#;:"<>%{}\[\]|*&\\\x60~^$@!?+'-]|#\d+;)+)`
	line := regexp.MustCompile(`^(?:sequenceDiagram|  end|  box transparent ` + text + `|  participant p\d+ as ` + text +
		`|  Note over p\d+(?:,p\d+)?: ` + text + `|  p\d+(?:->>|-->>|-x)p\d+: ` + text + `|  participant p0 as -|  box transparent -|  participant p\d+ as -)$`)
	rapid.Check(t, func(t *rapid.T) {
		src := draw(t, "sequence.mmd", evilSequence(t))
		for l := range strings.SplitSeq(strings.TrimSuffix(src, "\n"), "\n") {
			if !line.MatchString(l) {
				t.Fatalf("%q", l)
			}
			if end := regexp.MustCompile(`(?i)\bend\b`); l != "  end" && end.MatchString(l) {
				t.Fatalf("%q ends a block", l)
			}
		}
		said := evil().Draw(t, "said")
		want := strings.TrimSpace(reports.Visible(said))
		if got := decodeMermaid(reports.MermaidCode(said, 1000)); got != want && want != "" {
			t.Fatalf("%q comes out as %q", want, got)
		}
	})
}

// decodeMermaid reads codes as Mermaid does.
func decodeMermaid(text string) string {
	return regexp.MustCompile(`#\d+;`).ReplaceAllStringFunc(text, func(code string) string {
		n, _ := strconv.Atoi(code[1 : len(code)-1])
		return string(rune(n))
	})
}

// The last n steps are those; whoever takes no part in them is not in the picture, and arrows still lead to the same.
func TestSequence_Last(t *testing.T) {
	told := func(q *reports.Sequence, s reports.Step) string {
		name := func(i int) string {
			if i < 0 || i >= len(q.Lifelines) {
				return "-"
			}
			return q.Lifelines[i].Node + "/" + q.Lifelines[i].Name
		}
		return fmt.Sprint(s.At, s.What, name(s.From), name(s.To), s.Text)
	}
	rapid.Check(t, func(t *rapid.T) {
		q, n := evilSequence(t), rapid.IntRange(-1, 14).Draw(t, "n")
		last := q.Last(n)
		keep := min(max(n, 0), len(q.Steps))
		cut := len(q.Steps) - keep
		if len(last.Steps) != keep || last.Omitted != q.Omitted+cut {
			t.Fatalf("%d steps of %d, %d omitted", len(last.Steps), len(q.Steps), last.Omitted)
		}
		part := map[int]bool{}
		for i, s := range last.Steps {
			if got, want := told(last, s), told(q, q.Steps[cut+i]); got != want {
				t.Fatalf("step %d is %s, want %s", i, got, want)
			}
			if was := q.Steps[cut+i].Taken; was > cut && s.Taken != was-cut || was <= cut && s.Taken != 0 {
				t.Fatalf("taken in step %d, was %d", s.Taken, was)
			}
			part[s.From], part[s.To] = true, true
		}
		for i := range last.Lifelines {
			if !part[i] {
				t.Fatalf("%v takes no part", last.Lifelines[i])
			}
		}
	})
}

// Text of one line is one line, can be printed, and is left alone if it could be anyway.
func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"plain ∀ text": "plain ∀ text", "a\nb": `a\nb`, "\x1b[31m": `\x1b[31m`, "\xff": `\xff`, "\u202e": `\u202e`, "\uFFFD": `�`, "\ufffe": `\ufffe`, "\x00": `\x00`,
	} {
		if got := reports.Visible(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	if got := reports.VisibleLines("a\n\tb\r\x00"); got != "a\n\tb\\r\\x00" {
		t.Errorf("%q", got)
	}
}
