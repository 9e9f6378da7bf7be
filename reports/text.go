package reports

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Text prints for people. What it prints depends on the data alone, and on whether colours are wanted.
type Text struct{ Colour bool }

// margin stands before all lines but the first of a scenario or a failure.
const margin = "      "

// Scenario prints what the runs of a scenario say together: its verdict in one line, what became of kept runs, a line a
// rule, the faults, how many calls were answered, what ended the search, warnings, and then each kind of failure with the line
// that replays it. After that nothing is printed.
func (t Text) Scenario(w io.Writer, s *Summary) error {
	p := &page{Text: t}
	p.headline(s)
	p.saved(s)
	p.rules(s)
	p.faults(s)
	p.calls(s)
	if text := s.ended(); text != "" {
		p.line(margin, p.paint(dim, "ended   "), text)
	}
	p.warnings(s)
	for _, x := range s.Saved {
		if !s.knows(x.File) {
			p.failed(x)
		}
	}
	for _, g := range s.Failures {
		p.group(g)
	}
	return p.to(w)
}

// Failure prints one failing run: what was expected and what there was, what happened before, where it is
// written, and as the last line the command that replays it.
func (t Text) Failure(w io.Writer, f *Found) error {
	p := &page{Text: t}
	p.failure(f)
	return p.to(w)
}

// Run prints one run in the manner of a scenario of one seed, without its failure: that is for Failure. plan is what was
// played, if it is not the run of a seed; else "".
func (t Text) Run(w io.Writer, r *Run, plan string) error {
	s := &Summary{Scenario: r.Scenario, File: r.File, Asked: 1, For: r.For}
	s.Add(r)
	p := &page{Text: t}
	p.line(p.badge(s), " ", p.paint(bold, r.Scenario), "  ", (&Found{Run: r, Plan: plan}).origin(), ", ",
		moment(r.Now), " of virtual time, ",
		strconv.FormatUint(r.Events, 10), " events, hash ", fmt.Sprintf("%016x", r.Hash))
	p.rules(s)
	p.faults(s)
	p.calls(s)
	return p.to(w)
}

// Warnings prints what makes the runs of a scenario say less than they seem to, as Scenario does.
func (t Text) Warnings(w io.Writer, s *Summary) error {
	p := &page{Text: t}
	p.warnings(s)
	return p.to(w)
}

func (p *page) warnings(s *Summary) {
	for _, text := range s.Warnings() {
		p.line(margin, p.paint(yellow, "warning "), text)
	}
}

// Total prints a table of several scenarios, and a line for all of them.
func (t Text) Total(w io.Writer, r *Results) error {
	p, all := &page{Text: t}, r.Scenarios
	p.scenarios(all)
	sum, failed, kinds := Total(all), []string(nil), 0
	for _, s := range all {
		kinds += len(s.Failures)
		if s.Word() == Broken {
			failed = append(failed, s.called())
		}
	}
	text := plural(len(all), "scenario") + ", " + p.count(sum)
	if len(failed) > 0 {
		text = fmt.Sprintf("%d of %s failed: %s; %s of %s",
			len(failed), plural(len(all), "scenario"), list(failed), p.count(sum), plural(kinds, "kind"))
	}
	p.line(p.sign(r.Word()), " ", text)
	return p.to(w)
}

// scenarios prints the table of scenarios: one has none.
func (p *page) scenarios(all []*Summary) {
	if len(all) < 2 {
		return
	}
	wide := len("scenario")
	for _, s := range all {
		wide = max(wide, utf8.RuneCountInString(shorten(s.called())))
	}
	p.line()
	p.line(margin, p.paint(dim, pad("scenario", wide)+"    seeds     held  failed  undecided  failure rate at 95 %"))
	for _, s := range all {
		p.line(p.badge(s), " ", pad(shorten(s.called()), wide), p.number(9, s.Runs, ""), p.number(9, s.Held, ""),
			p.number(8, s.Failed, red), p.number(11, s.Undecided, yellow), "  ", s.rate())
	}
}

func (p *page) count(s *Summary) string {
	text := plural(s.Runs, "seed")
	if s.Partial() {
		text = fmt.Sprintf("%d of %s", s.Runs, plural(s.Asked, "seed"))
	}
	if s.Undecided > 0 {
		text += fmt.Sprintf(", %d undecided", s.Undecided)
	}
	if n := s.savedFailed(); n > 0 {
		text += ", " + plural(n, "kept failure")
	}
	return text + ", " + plural(s.Failed, "failure")
}

// list names some and counts the others.
func list(names []string) string {
	const most = 6
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// page gathers lines, so that writers get a block at a time.
type page struct {
	Text
	b strings.Builder
}

func (p *page) to(w io.Writer) error {
	_, err := io.WriteString(w, p.b.String())
	return err
}

func (p *page) line(parts ...string) {
	p.b.WriteString(strings.TrimRight(strings.Join(parts, ""), " "))
	p.b.WriteByte('\n')
}

// Colours, as terminals call them.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

func (p *page) paint(sgr, text string) string {
	if !p.Colour || text == "" {
		return text
	}
	return "\x1b[" + sgr + "m" + text + "\x1b[0m"
}

func (p *page) badge(s *Summary) string { return p.sign(s.Word()) }

// sign is a word in five capitals.
func (p *page) sign(word Word) string {
	switch word {
	case Holds:
		return p.paint(green, "PASS ")
	case Broken:
		return p.paint(red, "FAIL ")
	case Outdated:
		return p.paint(yellow, "STALE")
	case Stopped:
		return p.paint(yellow, "STOP ")
	}
	return p.paint(yellow, "OPEN ")
}

func (p *page) headline(s *Summary) {
	p.line(p.badge(s), " ", p.paint(bold, s.called()), "  ", s.Bound())
}

// rules prints the table of rules. Rules that no file writes are in it only if they did not hold.
func (p *page) rules(s *Summary) {
	var shown []RuleCount
	wide := len("rule")
	for _, r := range s.Rules {
		if r.implied() && r.Broken == 0 && r.Undecided == 0 {
			continue
		}
		shown = append(shown, r)
		wide = max(wide, utf8.RuneCountInString(shorten(r.Rule)))
	}
	if len(shown) == 0 {
		return
	}
	p.line(margin, p.paint(dim, pad("rule", wide)+"     held  broken  undecided  evaluated"))
	for _, r := range shown {
		p.line(margin, pad(shorten(r.Rule), wide),
			p.number(9, r.Held, ""), p.number(8, r.Broken, red), p.number(11, r.Undecided, yellow), p.number(11, r.Evaluated, ""))
	}
}

// number prints a count; colour is for counts that are not 0.
func (p *page) number(wide, n int, colour string) string {
	text := fmt.Sprintf("%*d", wide, n)
	switch {
	case n == 0:
		return p.paint(dim, text)
	case colour != "":
		return p.paint(colour, text)
	}
	return text
}

// calls prints how available those were whom the clients called, a line a workload.
func (p *page) calls(s *Summary) {
	label := "calls   "
	for _, w := range s.Workloads {
		if a := w.Availability(); a.Calls() > 0 {
			p.line(margin, p.paint(dim, label), w.Name, ": ", a.String())
			label = "        "
		}
	}
}

// ruleWidth is how much of a rule the table shows.
const ruleWidth = 60

func shorten(text string) string {
	if runes := []rune(text); len(runes) > ruleWidth {
		return string(runes[:ruleWidth-1]) + "…"
	}
	return text
}

func pad(text string, wide int) string {
	return text + strings.Repeat(" ", max(0, wide-utf8.RuneCountInString(text)))
}

// moment prints virtual time without digits that say nothing: 15s, 0.25s, 15.000042s.
func moment(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	text := fmt.Sprintf("%d.%09d", d/time.Second, d%time.Second)
	return sign + strings.TrimRight(strings.TrimRight(text, "0"), ".") + "s"
}
