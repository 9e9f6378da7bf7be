package reports

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Saved is a run that was kept, mostly a failing one, and has been played again, before all others.
type Saved struct {
	File string    // that keeps it
	Word SavedWord // what became of it
	Run  *Run      // as it is now; nil if it could not be played

	Signature string   // how it failed; "" if it is kept because nothing broke
	Says      []string // what else there is to say of it, such as which parts of its plan apply no more
}

// SavedWord is what became of a kept run.
type SavedWord string

// The words.
const (
	StillFails SavedWord = "still fails"     // in the same way
	FailsNow   SavedWord = "fails otherwise" // or though nothing broke
	Fixed      SavedWord = "fixed"           // nothing breaks any more
	Guards     SavedWord = "holds"           // nothing broke, and nothing breaks
	Stale      SavedWord = "stale"           // nothing breaks, but it is not the run that was kept: it says nothing
	NotPlayed  SavedWord = "not played"      // it is of another scenario than those that are run
)

// Failed reports whether something breaks.
func (s *Saved) Failed() bool { return s.Word == StillFails || s.Word == FailsNow }

// String is one line of it.
func (s *Saved) String() string {
	text := fmt.Sprintf("%s  %s", pad(string(s.Word), savedWidth), s.File)
	if s.Signature != "" {
		text += ": " + s.Signature
	}
	switch s.Word {
	case Fixed:
		text += "; delete the file, or keep it as a guard"
	case Stale:
		text += "; mend the file, or delete it"
	}
	return text
}

// line is all that there is to say, in one.
func (s *Saved) line() string {
	return strings.Join(append([]string{s.String()}, s.Says...), "; ")
}

// Loose prints kept runs that are of none of the scenarios, a line each.
func (t Text) Loose(w io.Writer, all []*Saved) error {
	p := &page{Text: t}
	for _, x := range all {
		colour := dim
		if x.Word == Stale {
			colour = yellow
		}
		p.line(p.paint(dim, "kept   "), p.paint(colour, string(x.Word)), strings.TrimPrefix(x.line(), string(x.Word)))
	}
	return p.to(w)
}

// savedWidth is that of the widest word.
const savedWidth = len(FailsNow)

// failed prints a kept run that fails, as one that was found.
func (p *page) failed(s *Saved) {
	if s.Failed() && s.Run != nil && s.Run.Failed() {
		p.line()
		p.failure(&Found{Run: s.Run, Token: s.File, Plan: "kept in " + s.File})
	}
}

// block is all that there is to say.
func (s *Saved) block() string {
	lines := append([]string{s.String()}, s.Says...)
	return strings.Join(lines, "\n"+strings.Repeat(" ", savedWidth+2))
}

// text is all that there is to say, with the story if it fails.
func (s *Saved) text() string {
	p := &page{}
	p.line(s.block())
	p.failed(s)
	return p.b.String()
}

// saved prints the kept runs.
func (p *page) saved(s *Summary) {
	for i, x := range s.Saved {
		label := "kept    "
		if i > 0 {
			label = "        "
		}
		colour := ""
		switch {
		case x.Failed():
			colour = red
		case x.Word == Stale:
			colour = yellow
		}
		for j, line := range strings.Split(x.block(), "\n") {
			if j > 0 {
				label = "        "
			}
			word, rest, _ := strings.Cut(line, "  "+x.File)
			if j == 0 {
				line = p.paint(colour, word) + "  " + x.File + rest
			}
			p.line(margin, p.paint(dim, label), line)
		}
	}
}

// knows reports whether a failure of this time is the one that a file keeps: then it is told as that.
func (s *Summary) knows(file string) bool {
	return slices.ContainsFunc(s.Failures, func(g *Group) bool {
		return len(g.Found) > 0 && g.Found[0].Small != nil && g.Found[0].Small.Known == file
	})
}

// SavedUndecided is how many kept runs break nothing and leave something undecided.
func (s *Summary) SavedUndecided() int {
	n := 0
	for _, x := range s.Saved {
		if x.undecided() {
			n++
		}
	}
	return n
}

// undecided reports whether nothing breaks, and something is not decided.
func (s *Saved) undecided() bool { return s.Run != nil && s.Run.Word() == Undecided }

// savedFailed is how many kept runs break something.
func (s *Summary) savedFailed() int {
	n := 0
	for _, x := range s.Saved {
		if x.Failed() {
			n++
		}
	}
	return n
}

// Stale are the kept runs that say nothing any more.
func (s *Summary) Stale() (list []*Saved) {
	for _, x := range s.Saved {
		if x.Word == Stale {
			list = append(list, x)
		}
	}
	return list
}
