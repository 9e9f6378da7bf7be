package reports

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// This file tells whether faults did anything.

// heard adds up what became of the events that a fault waits for.
func (c *FaultCount) heard(events []FaultEvent) {
	if c.Events == nil {
		c.Events = slices.Clone(events)
		return
	}
	for i, e := range events {
		c.Events[i].Came += e.Came
		c.Events[i].Times = max(c.Events[i].Times, e.Times)
	}
}

// silent reports whether it waits for events alone, and none has happened.
func (c *FaultCount) silent() bool {
	return c.Due == 0 && len(c.Events) > 0 && !slices.ContainsFunc(c.Events, func(e FaultEvent) bool { return e.Came > 0 })
}

// never says that none of its events has happened in any of so many runs.
func (c *FaultCount) never(runs int) string {
	if len(c.Events) > 1 {
		return "never came up: none of its events ever happened in " + plural(runs, "run")
	}
	return "never came up: its event never happened in " + plural(runs, "run")
}

// idleFault says what of a fault never came into play.
func (s *Summary) idleFault(f *FaultCount) (idle []string) {
	runs := s.Runs - f.Left
	switch {
	case runs == 0 && s.Planned:
		return nil
	case runs == 0:
		return []string{fmt.Sprintf("the fault %q was left out of all runs", f.Name)}
	case f.silent():
		var events []string
		for _, e := range f.Events {
			events = append(events, e.text())
		}
		return []string{fmt.Sprintf("the fault %q %s: %s", f.Name, f.never(runs), strings.Join(events, "; "))}
	case f.Took == 0 && f.RolledBack == 0:
		idle = append(idle, fmt.Sprintf("the fault %q never took effect (%s, %d injected)", f.Name, times(f.Due, "due"), f.Injected))
	}
	for _, e := range f.Events {
		if e.Came == 0 {
			idle = append(idle, fmt.Sprintf("the fault %q never came by an event, which never happened in %s: %s",
				f.Name, plural(runs, "run"), e.text()))
		}
	}
	return idle
}

// text is the event that never happened, where it is written, how near it came, and what may have been meant.
func (e FaultEvent) text() string {
	text := e.Event
	if e.Line > 0 {
		text = fmt.Sprintf("%s (%s:%d:%d)", text, e.File, e.Line, e.Col)
	}
	if e.Times > 0 {
		text += ", of which there were at most " + strconv.Itoa(e.Times)
	}
	if e.Hint != "" {
		text += ", " + e.Hint
	}
	return text
}

// faults prints what the faults did in all runs.
func (p *page) faults(s *Summary) {
	label := "faults  "
	for i := range s.Faults {
		f := &s.Faults[i]
		p.line(margin, p.paint(dim, label), f.Name, ": ", f.did(s))
		label = "        "
	}
}

// did is what a fault did in all runs.
func (c *FaultCount) did(s *Summary) string {
	switch runs := s.Runs - c.Left; {
	case runs == 0:
		return "left out"
	case c.silent():
		return c.never(runs)
	}
	text := fmt.Sprintf("injected %d, took effect %d", c.Injected, c.Took)
	if c.RolledBack > 0 {
		text += ", rolled back " + strconv.Itoa(c.RolledBack)
	}
	if c.Runs > 0 && c.Runs < s.Runs {
		text += " (in " + ofRuns(c.Runs, s) + ")"
	}
	return text
}
