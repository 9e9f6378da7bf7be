package reports

import (
	"fmt"
	"io"
	"strings"
)

// What fits into a comment or a step summary, of which GitHub takes a mebibyte.
const (
	markdownGroups = 20    // signatures told in full
	markdownBlock  = 8_000 // characters of one of them
	markdownSteps  = 40    // of its picture
)

// WriteMarkdown writes a page for a pull request, an issue or a step summary: a table of the scenarios, then each
// kind of failure, folded, with its REPLAY line, and with a picture of the run if there is one. It is small
// enough for GitHub's limits, and what programs wrote cannot become markup.
func WriteMarkdown(w io.Writer, r *Results) error {
	m := &markdown{results: r}
	m.title()
	m.table()
	m.warnings()
	for _, s := range r.Scenarios {
		m.failures(s)
	}
	if r.Bug != "" {
		m.fold("simrun itself could not go on", r.Bug, nil)
	}
	if m.hidden > 0 {
		m.line("And ", plural(m.hidden, "more kind"), " of failures.")
		m.line()
	}
	m.counts()
	_, err := io.WriteString(w, m.b.String())
	return err
}

type markdown struct {
	results *Results
	b       strings.Builder
	shown   int // groups
	hidden  int // groups that are one too many
}

func (m *markdown) line(parts ...string) {
	for _, p := range parts {
		m.b.WriteString(p)
	}
	m.b.WriteByte('\n')
}

// signs stand before words, so that nobody needs to tell colours apart.
var signs = map[state]string{good: "✅", open: "❔", bad: "❌"}

func (m *markdown) title() {
	failed := 0
	worst, stopped := good, false
	for _, s := range m.results.Scenarios {
		state := m.results.state(s)
		worst, stopped = max(worst, state), stopped || s.Word() == Stopped
		if state == bad {
			failed++
		}
	}
	all := plural(len(m.results.Scenarios), "scenario")
	text := all + ", all as they should be"
	switch {
	case failed > 0:
		text = fmt.Sprintf("%d of %s failed", failed, all)
	case len(m.results.Scenarios) == 0:
		text = "no scenario was run"
	case worst == open && stopped:
		text = all + ", nothing broke before it was broken off"
	case worst == open:
		text = all + ", nothing broke, not all is decided"
	}
	if n := m.results.staleLoose(); n > 0 {
		worst, text = bad, text+", and of "+plural(n, "kept run")+" nobody can say what became"
	}
	if m.results.Bug != "" {
		worst, text = bad, text+", and simrun itself could not go on"
	}
	if m.results.Interrupted {
		text += " (interrupted)"
	}
	m.line("## ", signs[worst], " simrun: ", text)
	m.line()
}

func (m *markdown) table() {
	if len(m.results.Scenarios) == 0 {
		return
	}
	m.line("| | scenario | seeds | held | failed | undecided | failure rate at 95 % |")
	m.line("|---|---|--:|--:|--:|--:|---|")
	for _, s := range m.results.Scenarios {
		seeds := fmt.Sprint(s.Runs)
		if s.Partial() {
			seeds = fmt.Sprintf("%d of %d", s.Runs, s.Asked)
		}
		m.line("| ", signs[m.results.state(s)], " ", m.results.word(s), " | ", code(s.called()), " | ", seeds, " | ",
			fmt.Sprint(s.Held), " | ", fmt.Sprint(s.Failed), " | ", fmt.Sprint(s.Undecided), " | ", s.rate(), " |")
	}
	m.line()
}

func (m *markdown) warnings() {
	before := m.b.Len()
	for _, x := range m.results.Loose {
		sign := signs[open]
		if x.Word == Stale {
			sign = signs[bad]
		}
		text := strings.Join(append([]string{string(x.Word)}, x.Says...), " · ")
		m.line("- ", sign, " ", code(x.File), " ", markdownText(visible(text)))
	}
	for _, s := range m.results.Scenarios {
		m.saved(s)
		if text := s.ended(); text != "" {
			m.line("- ⏹️ ", code(s.called()), ": ended ", markdownText(visible(text)))
		}
		for _, text := range s.Warnings() {
			m.line("- ⚠️ ", code(s.called()), ": ", markdownText(visible(text)))
		}
	}
	if m.b.Len() > before {
		m.line()
	}
}

// saved lists the kept runs that were played again.
func (m *markdown) saved(s *Summary) {
	for _, x := range s.Saved {
		sign := signs[good]
		if x.Failed() && !m.results.Canary || x.Word == Stale {
			sign = signs[bad]
		}
		text := []string{string(x.Word)}
		if x.Signature != "" {
			text = append(text, x.Signature)
		}
		all := visible(strings.Join(append(text, x.Says...), " · "))
		m.line("- ", sign, " ", code(s.called()), ": ", code(x.File), " ", markdownText(all))
	}
}

func (m *markdown) failures(s *Summary) {
	for _, x := range m.results.wavers(s) {
		m.fold(code(s.called())+": not deterministic", x.text(), nil)
	}
	for _, x := range s.Saved {
		if x.Failed() {
			m.fold(fmt.Sprintf("%s: %s %s", code(s.called()), code(x.File), string(x.Word)), x.text(), nil)
		}
	}
	for _, g := range s.Failures {
		title := fmt.Sprintf("%s: %s in %s", code(s.called()), code(g.Rule), ofRuns(g.Count, s))
		var picture *Sequence
		if len(g.Found) > 0 {
			picture = g.Found[0].Picture
		}
		m.fold(title, g.text(), picture)
	}
}

// fold writes a block that is opened by a click.
func (m *markdown) fold(title, text string, picture *Sequence) {
	if m.shown == markdownGroups {
		m.hidden++
		return
	}
	m.shown++
	m.line("<details><summary>", title, "</summary>")
	m.line()
	m.fence("text", middleCut(strings.TrimRight(visibleLines(text), "\n"), markdownBlock))
	if picture != nil {
		var b strings.Builder
		picture.Last(markdownSteps).WriteMermaid(&b) // a strings.Builder has no errors
		m.line("The end of the first of these runs:")
		m.line()
		m.fence("mermaid", strings.TrimRight(b.String(), "\n"))
	}
	m.line("</details>")
	m.line()
}

// middleCut leaves out the middle of text that is too long: its last line is the one to copy.
func middleCut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	head, tail := text[:most/2], text[len(text)-most/2:]
	if i := strings.LastIndexByte(head, '\n'); i >= 0 {
		head = head[:i]
	}
	if i := strings.IndexByte(tail, '\n'); i >= 0 {
		tail = tail[i+1:]
	}
	return strings.ToValidUTF8(head, "") + "\n…\n" + strings.ToValidUTF8(tail, "")
}

// fence writes a block of text as it is: the fence is longer than any that is in it.
func (m *markdown) fence(kind, text string) {
	longest, run := 2, 0
	for _, c := range text {
		if run++; c != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	m.line(fence, kind)
	m.line(text)
	m.line(fence)
	m.line()
}

// counts writes the tables of rules and faults, as text has them.
func (m *markdown) counts() {
	p := &page{}
	for _, s := range m.results.Scenarios {
		if len(s.Rules)+len(s.Faults) > 0 {
			p.headline(s)
			p.rules(s)
			p.faults(s)
			p.calls(s)
		}
	}
	if p.b.Len() == 0 {
		return
	}
	m.line("<details><summary>Rules, faults and calls</summary>")
	m.line()
	m.fence("text", middleCut(strings.TrimRight(visibleLines(p.b.String()), "\n"), 4*markdownBlock))
	m.line("</details>")
}

// markdownText is text in which nothing is markup, neither of Markdown nor of HTML.
func markdownText(text string) string { return coded(text, in(" ,./-"), "&#%d;") }

// code is text as a program's, in which nobody is mentioned and nothing is linked.
func code(text string) string { return "<code>" + markdownText(visible(text)) + "</code>" }

// made says whether what is told was made small.
func made(f *Found) string {
	if f.Small == nil {
		return ""
	}
	return ", made small"
}

// WriteStory writes a page on one failing run: what broke, where, what came before, how to see it again, and its
// picture if there is one.
func WriteStory(w io.Writer, f *Found) error {
	m := &markdown{}
	r := f.shown()
	m.line("# ", markdownText(visible(r.Scenario)), ": ", markdownText(visible(r.failure().Rule)))
	m.line()
	m.line(markdownText(visible(f.Played())), ": broken at ", moment(r.failure().At), " of ", moment(r.For),
		" of virtual time, ",
		plural(int(r.Events), "event"), fmt.Sprintf(", hash %016x.", r.Hash))
	m.line()
	p := &page{}
	p.failure(f)
	m.fence("text", strings.TrimRight(visibleLines(p.b.String()), "\n"))
	if f.Picture != nil {
		var b strings.Builder
		f.Picture.Last(markdownSteps).WriteMermaid(&b)
		m.fence("mermaid", strings.TrimRight(b.String(), "\n"))
	}
	_, err := io.WriteString(w, m.b.String())
	return err
}
