package reports

import (
	"fmt"
	"io"
	"regexp"
	"strings"
)

// mermaidText is how many characters of a text Mermaid shows: it does not break lines.
const mermaidText = 80

// WriteMermaid writes the picture as a sequenceDiagram of Mermaid, which GitHub and GitLab draw.
func (q *Sequence) WriteMermaid(w io.Writer) error {
	m := mermaid{q: q}
	m.line("sequenceDiagram")
	m.participants()
	if text := q.omission(); text != "" {
		m.over(Nobody, text)
	}
	for i := range q.Steps {
		m.step(&q.Steps[i])
	}
	_, err := io.WriteString(w, m.b.String())
	return err
}

type mermaid struct {
	q *Sequence
	b strings.Builder
}

func (m *mermaid) line(format string, args ...any) { fmt.Fprintf(&m.b, format+"\n", args...) }

// participants lists the lifelines, those of a node in a box. A picture without any has one of its own: Mermaid
// draws none without.
func (m *mermaid) participants() {
	if len(m.q.Lifelines) == 0 {
		m.line("  participant p0 as -")
	}
	open := false
	for i, l := range m.q.Lifelines {
		if i == 0 || m.q.Lifelines[i-1].Node != l.Node {
			if open {
				m.line("  end")
			}
			m.line("  box transparent %s", mermaidCode(l.Node, mermaidText))
			open = true
		}
		m.line("  participant p%d as %s", i, mermaidCode(l.Name, mermaidText))
	}
	if open {
		m.line("  end")
	}
}

func (m *mermaid) step(s *Step) {
	text := moment(s.At) + " " + s.words()
	arrows := map[StepKind]string{StepMessage: "->>", StepSignal: "-->>", StepDrop: "-x"}
	arrow, ok := arrows[s.What]
	switch {
	case s.What == StepTake:
		// Mermaid's arrows are level: the moment at which a message is taken is not drawn.
	case !ok || !m.q.has(s.From) && !m.q.has(s.To):
		m.over(s.From, text)
	case !m.q.has(s.From):
		m.over(s.To, text)
	case !m.q.has(s.To):
		m.over(s.From, text)
	default:
		m.line("  p%d%sp%d: %s", s.From, arrow, s.To, mermaidCode(text, mermaidText))
	}
}

// over writes a note over a lifeline, or over all.
func (m *mermaid) over(i int, text string) {
	switch last := len(m.q.Lifelines) - 1; {
	case m.q.has(i):
		m.line("  Note over p%d: %s", i, mermaidCode(text, mermaidText))
	case last < 1:
		m.line("  Note over p0: %s", mermaidCode(text, 2*mermaidText))
	default:
		m.line("  Note over p0,p%d: %s", last, mermaidCode(text, 2*mermaidText))
	}
}

var endWord = regexp.MustCompile(`(?i)\be(nd)\b`)

// mermaidCode is text as Mermaid reads it: all that has a meaning in its grammar is written as #59;, the code of the
// character, and so is the e of the word end, which ends a block.
func mermaidCode(text string, most int) string {
	text = coded(clip(strings.TrimSpace(visible(text)), most), in(" ._/,=()"), "#%d;")
	text = endWord.ReplaceAllStringFunc(text, func(end string) string { return fmt.Sprintf("#%d;%s", end[0], end[1:]) })
	if text == "" {
		return "-"
	}
	return text
}
