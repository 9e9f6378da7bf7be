package reports

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Of a story that is long a failure shows the beginning, and more of the end.
const (
	storyHead = 3
	storyTail = 12
)

// group prints the failures of one signature: the first of them, and how many there are. The last line can be copied.
func (p *page) group(g *Group) {
	for _, f := range g.Found {
		p.line()
		p.tell(f, g.others())
	}
}

// others says which seeds fail in the same way, if it is more than one.
func (g *Group) others() string {
	if g.Count < 2 || len(g.Seeds) == 0 {
		return ""
	}
	var seeds []string
	for _, seed := range g.Seeds {
		seeds = append(seeds, choice.FormatSeed(seed))
	}
	text := fmt.Sprintf("%d fail like this: %s", g.Count, strings.Join(seeds, ", "))
	if hidden := g.Count - len(g.Seeds); hidden > 0 {
		text += fmt.Sprintf(" and %d more", hidden)
	}
	return text
}

// origin is the seed, or what was played in its place.
func (f *Found) origin() string {
	if f.Plan != "" {
		return f.Plan
	}
	return f.Run.played()
}

// Played says what is shown of it: seed 7, made small.
func (f *Found) Played() string { return f.origin() + made(f) }

// failure prints one failing run.
func (p *page) failure(f *Found) { p.tell(f, "") }

// tell prints one failing run: what is shown of it is the small one, if there is one.
func (p *page) tell(f *Found, others string) {
	v, r := f.Run.broken(), f.Run
	p.line(p.paint(red, "✗ "), p.paint(bold, v.Rule), "  ", f.origin(), " · t=", moment(r.Failure.At), " · ",
		strconv.FormatUint(r.Events, 10), " events")
	p.labelled("seeds", others)
	p.small(f)
	r = f.shown()
	v = r.broken()
	p.labelled("expected", v.expected())
	p.labelled("got", v.Got)
	for i, w := range r.Waiting {
		p.labelled(first(i, "waiting"), w.String())
	}
	p.story(r.before())
	p.needs(f.Small)
	if v.File != "" {
		p.labelled("source", v.place())
	} else if r.File != "" {
		p.labelled("scenario", r.File)
	}
	if again := f.Replay(); again != "" {
		p.line(p.paint(bold, "REPLAY: simrun replay "+ShellWord(again)))
	}
}

// broken is the verdict that the failure is about.
func (r *Run) broken() Verdict {
	f := r.Failure
	for _, v := range r.Verdicts {
		if v.Word == Broken && v.Rule == f.Rule && v.Kind == f.Kind {
			return v
		}
	}
	return Verdict{Rule: f.Rule, Kind: f.Kind, Word: Broken, At: f.At, Got: f.Got}
}

// before is the story up to the failure. What came of it is in the trace.
func (r *Run) before() []Line {
	for i, l := range r.Story {
		if l.What == LineVerdict && l.At >= r.Failure.At {
			return r.Story[:i]
		}
	}
	return r.Story
}

// expected says what was to hold.
func (v *Verdict) expected() string {
	switch {
	case v.Cond == "":
		return ""
	case v.Kind == "at_end":
		return "at the end " + v.Cond
	}
	return v.Kind + " " + v.Cond
}

func (v *Verdict) place() string {
	if v.Line == 0 {
		return v.File
	}
	return fmt.Sprintf("%s:%d:%d", v.File, v.Line, max(v.Col, 1))
}

// labelWidth is that of the words that stand before what a failure has to say.
const labelWidth = 10

// labelled prints text behind a label, its further lines below; nothing if there is no text.
func (p *page) labelled(label, text string) {
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if text != "" {
			p.line("    ", p.paint(dim, pad(first(i, label), labelWidth)), line)
		}
	}
}

func first(i int, label string) string {
	if i == 0 {
		return label
	}
	return ""
}

var lineColours = map[LineKind]string{
	LineFault: yellow, LineExit: red, LineRestart: cyan, LineStart: dim, LineReport: dim,
	LineNode: cyan, LineVerdict: red, LineGap: dim,
}

// story prints what happened before.
func (p *page) story(lines []Line) {
	lines = abridge(lines)
	wide := 0
	for _, l := range lines {
		wide = max(wide, len(moment(l.At)))
	}
	for i, l := range lines {
		text, more, _ := strings.Cut(l.Text, "\n")
		p.labelled(first(i, "story"), strings.Repeat(" ", wide-len(moment(l.At)))+moment(l.At)+"  "+p.paint(lineColours[l.What], text))
		if more = strings.TrimRight(more, "\n"); more != "" {
			p.labelled("", indented(more, wide+2))
		}
	}
}

func indented(text string, n int) string {
	gap := strings.Repeat(" ", n)
	return gap + strings.ReplaceAll(text, "\n", "\n"+gap)
}

// abridge leaves out the middle of a long story.
func abridge(lines []Line) []Line {
	hidden := len(lines) - storyHead - storyTail
	if hidden <= 1 {
		return lines
	}
	short := append([]Line(nil), lines[:storyHead]...)
	text := fmt.Sprintf("… %d lines left out: simrun replay --trace shows all", hidden)
	short = append(short, Line{At: lines[storyHead].At, What: LineGap, Text: text})
	return append(short, lines[len(lines)-storyTail:]...)
}
