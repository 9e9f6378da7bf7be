package reports

import (
	"fmt"
	"strings"
	"unicode"
)

// Small is a failing run made small: the least of it that still fails in the same way, and what that needs.
type Small struct {
	Run     *Run     // the run of the small plan
	Replay  string   // what replays it: a token, or the name of a file; "" if the token is too long and no file has been written
	Runs    int      // how many runs it took
	Without []string // the faults and workloads that it does without
	Needs   []Need   // what is left
	Minimal bool     // none of Needs can be left out by itself
	Others  []string // signatures of other failures that were met on the way
	Known   string   // the file that kept it before: nobody had to look for it; "" if somebody did
}

// A Need is something that a failure needs.
type Need struct {
	What    string `json:"what"`
	Without string `json:"without"` // how the run fails without it; "": nothing breaks
}

// String says what it is, and what comes of the run without it.
func (n Need) String() string {
	if n.Without == "" {
		return n.What + " (without it: passes)"
	}
	return n.What + " (without it: " + n.Without + ")"
}

// dullText is what a failure needs that needs nothing.
const dullText = "nothing of what was drawn: it fails with the first in line, the least delay and the shortest wait each time"

// shown is the run that is told: the small one, if there is one.
func (f *Found) shown() *Run {
	if f.Small != nil {
		return f.Small.Run
	}
	return f.Run
}

// Replay is what simrun replay takes to see what is shown of it once more; "" if there is nothing.
func (f *Found) Replay() string {
	if f.Small != nil && f.Small.Replay != "" {
		return f.Small.Replay
	}
	return f.Token
}

// ShellWord is text as a shell takes it for one word.
func ShellWord(text string) string {
	if text != "" && strings.IndexFunc(text, func(c rune) bool { return !isShellSafe(c) }) < 0 {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

func isShellSafe(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c > unicode.MaxASCII ||
		strings.ContainsRune("_./@%+=:,-", c)
}

// small says how small the run was made.
func (p *page) small(f *Found) {
	s := f.Small
	if s == nil {
		p.labelled("not small", f.NotSmall)
		return
	}
	if s.Known != "" {
		p.labelled("known", fmt.Sprintf("%s keeps a failure of this kind, of %s", s.Known, plural(int(s.Run.Events), "event")))
		return
	}
	text := fmt.Sprintf("%s instead of %d, found in %s", plural(int(s.Run.Events), "event"), f.Run.Events, plural(s.Runs, "run"))
	if s.Run.Events == f.Run.Events {
		text = fmt.Sprintf("no smaller than it was, after %s", plural(s.Runs, "run"))
	}
	if s.Run.Failure.At != f.Run.Failure.At {
		text += " · t=" + moment(s.Run.Failure.At)
	}
	if !s.Minimal {
		text += "; there may be less still"
	}
	p.labelled("small", text)
	if len(s.Without) > 0 {
		p.labelled("", "without "+list(s.Without))
	}
}

// needs says what the small run needs.
func (p *page) needs(s *Small) {
	if s == nil || s.Known != "" {
		return
	}
	if len(s.Needs) == 0 {
		p.labelled("needs", dullText)
	}
	for i, n := range s.Needs {
		p.labelled(first(i, "needs"), n.String())
	}
	for i, o := range s.Others {
		p.labelled(first(i, "met too"), o)
	}
}
