package simtest

import (
	"fmt"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// lastFacts keeps the last few of the facts that tell a story: what the program itself says, what befell it, who died of it.
type lastFacts struct {
	next  sim.Observer // is told all of them too; may be nil
	lines []string     // as they looked when they happened
	tell  bool         // whether to keep any
}

// mostFacts is how many facts a story has.
const mostFacts = 12

// Observe keeps a fact if it is one for the story.
func (l *lastFacts) Observe(f sim.Fact) {
	if l.next != nil {
		l.next.Observe(f)
	}
	if !l.tell || !telling(f) {
		return
	}
	if len(l.lines) == mostFacts {
		copy(l.lines, l.lines[1:])
		l.lines = l.lines[:mostFacts-1]
	}
	l.lines = append(l.lines, line(f))
}

// telling reports whether a fact belongs into a story.
func telling(f sim.Fact) bool {
	switch f.Kind {
	case trace.Report:
		return f.Text != "progress" // who was started is told at length, and is seldom why
	case trace.User, trace.Fault, trace.Node:
		return true
	case trace.Exit:
		return f.Detail != nil && f.Detail != any(sim.Normal) && f.Detail != any(sim.Shutdown)
	}
	return false
}

// line is a fact in a line of text.
func line(f sim.Fact) string {
	s := fmt.Sprintf("%v %v", f.At, f.Kind)
	for _, pid := range []sim.PID{f.Subject, f.Object} {
		if !pid.IsZero() {
			s += " " + pid.String()
		}
	}
	if f.Text != "" {
		s += " " + f.Text
	}
	if c, crashed := f.Detail.(*term.Crash); crashed {
		return s + " " + term.Format(c.Err) // without the stack: lines of code are not of the plan
	}
	if f.Detail != nil {
		s += " " + term.Format(f.Detail)
	}
	return s
}
