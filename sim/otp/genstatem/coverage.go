package genstatem

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Coverage counts which events have come in which states of a machine, or of several of a kind, and where
// they have led. The zero Coverage is ready; see Cover. It belongs to one world, or to several that run
// one after the other; those of worlds that run side by side are put together by Add.
type Coverage struct {
	states []any    // in order of appearance
	events []string // likewise
	seen   map[visit]int
	moves  map[move]int
}

// visit is an event in a state.
type visit struct {
	state any
	event string
}

// move is an event that has led from one state to another, or to the same.
type move struct {
	visit
	to any
}

// enterLabel is what an enter call is called.
const enterLabel = "enter"

// States tells which states there are, so that those never visited show, and in which order to print them.
func (c *Coverage) States(states ...any) *Coverage {
	for _, s := range states {
		c.state(s)
	}
	return c
}

// Events tells which events there are, so that those that never came show. Of an event only its type, and
// the kind of its content, count.
func (c *Coverage) Events(events ...Event) *Coverage {
	for _, e := range events {
		c.event(e.label())
	}
	return c
}

func (c *Coverage) state(s any) {
	if !slices.Contains(c.states, s) {
		c.states = append(c.states, s)
	}
}

func (c *Coverage) event(label string) {
	if !slices.Contains(c.events, label) {
		c.events = append(c.events, label)
	}
}

// saw counts an event that has come in a state.
func (c *Coverage) saw(state any, event string) { c.count(visit{state, event}, 1) }

// went counts where it has led.
func (c *Coverage) went(from any, event string, to any) { c.countMove(move{visit{from, event}, to}, 1) }

func (c *Coverage) count(v visit, n int) {
	if c.seen == nil {
		c.seen = map[visit]int{}
	}
	if c.seen[v] == 0 {
		c.state(v.state)
		c.event(v.event)
	}
	c.seen[v] += n
}

func (c *Coverage) countMove(m move, n int) {
	if c.moves == nil {
		c.moves = map[move]int{}
	}
	if c.moves[m] == 0 {
		c.state(m.to)
	}
	c.moves[m] += n
}

// Add counts what another Coverage has counted.
func (c *Coverage) Add(d *Coverage) {
	c.States(d.states...)
	for _, e := range d.events {
		c.event(e)
	}
	for v, n := range d.seen {
		c.count(v, n)
	}
	for m, n := range d.moves {
		c.countMove(m, n)
	}
}

// Seen is how often an event has come in a state.
func (c *Coverage) Seen(state any, e Event) int { return c.seen[visit{state, e.label()}] }

// Missing lists the pairs of a state and an event that have never come together, as "state × event".
func (c *Coverage) Missing() []string {
	var missing []string
	for _, s := range c.states {
		for _, e := range c.events {
			if c.seen[visit{s, e}] == 0 {
				missing = append(missing, nameOf(s)+" × "+e)
			}
		}
	}
	return missing
}

// String prints a table: a row for every event, a column for every state, how often they have come together.
func (c *Coverage) String() string {
	rows := [][]string{{""}}
	for _, s := range c.states {
		rows[0] = append(rows[0], nameOf(s))
	}
	for _, e := range c.events {
		row := []string{e}
		for _, s := range c.states {
			row = append(row, count(c.seen[visit{s, e}]))
		}
		rows = append(rows, row)
	}
	return columns(rows)
}

func count(n int) string {
	if n == 0 {
		return "-"
	}
	return strconv.Itoa(n)
}

// columns sets rows of cells one below the other, the first cell to the left, the others to the right.
func columns(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&b, "%-*s", widths[0], row[0])
		for i, cell := range row[1:] {
			fmt.Fprintf(&b, "  %*s", widths[i+1], cell)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Diagram draws the changes of state that have happened, in Mermaid's language for state diagrams.
func (c *Coverage) Diagram() string {
	var lines []string
	for m := range c.moves {
		if m.state != m.to {
			lines = append(lines, fmt.Sprintf("    %s --> %s: %s", nameOf(m.state), nameOf(m.to), m.event))
		}
	}
	slices.Sort(lines)
	return "stateDiagram-v2\n" + strings.Join(append(lines, ""), "\n")
}

// nameOf is a state's name: a string's without quotes.
func nameOf(state any) string {
	if _, ok := state.(fmt.Stringer); !ok {
		if v := reflect.ValueOf(state); v.Kind() == reflect.String {
			return v.String()
		}
	}
	return term.Format(state)
}

// label is what an event is counted as: its type and the kind of its content.
func (e *Event) label() string {
	words := e.Type.String()
	if e.Type == TimerEvent {
		words = "timer " + timerName(e.Name)
	}
	if k := kindOf(e.Content); k != "" {
		words += " " + k
	}
	return words
}

// timerName is a timer's name, if that is a word.
func timerName(name any) string {
	if s, ok := name.(string); ok {
		return s
	}
	return kindOf(name)
}

// kindOf is what values of a kind have in common: the word that a tuple begins with, the name of a type.
func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case sim.Atom:
		return v.String()
	case sim.Tuple:
		if len(v) > 0 {
			return kindOf(v[0])
		}
		return "{}"
	}
	t := reflect.TypeOf(v)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Name() == "" {
		return t.String()
	}
	return t.Name()
}
