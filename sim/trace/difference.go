package trace

import (
	"fmt"
	"strings"
)

// Difference is where two runs part.
type Difference struct {
	Window          // of one fact if it was kept: the first that differs
	What   string   // what differs about it: time, kind, subject, object, word, name, end
	A, B   string   // the fact in each run; "" if the run had ended
	Before []string // the facts before it, which are the same
	// Text says where the details part before the facts do. They take no part in the hash, but a message
	// whose body differs is often why runs part later.
	Text string
}

// contextLines is how many facts a Difference shows before it.
const contextLines = 5

// FirstDifference finds the first fact in which two runs differ; nil if they are the same. Both records
// must have been filtered alike; where they begin with different facts, what both have is compared. If all
// that was kept is the same and the hashes are not, the difference is a window of facts that were not kept:
// run again with Log.KeepFrom.
func FirstDifference(a, b *Record) *Difference {
	c := comparison{a: a, b: b}
	c.align()
	for c.more() {
		if what := c.differ(); what != "" {
			return c.found(what)
		}
		c.i++
		c.j++
	}
	return c.atEnd()
}

// comparison walks through two records side by side.
type comparison struct {
	a, b  *Record
	i, j  int
	since int // the first fact that was compared
	text  string
}

// align skips what only one of the records has at its beginning.
func (c *comparison) align() {
	for c.more() && c.a.Index(c.i) < c.b.Index(c.j) {
		c.i++
	}
	for c.more() && c.b.Index(c.j) < c.a.Index(c.i) {
		c.j++
	}
	c.since = c.i
}

func (c *comparison) more() bool { return c.i < len(c.a.Events) && c.j < len(c.b.Events) }

// differ says what differs about the facts side by side.
func (c *comparison) differ() string {
	x, y := c.a.Events[c.i], c.b.Events[c.j]
	switch {
	case c.a.Index(c.i) != c.b.Index(c.j):
		return "number"
	case x.Kind != y.Kind:
		return "kind"
	case x.Subject != y.Subject:
		return "subject"
	case x.Object != y.Object:
		return "object"
	case x.Word != y.Word:
		return "word"
	case x.At != y.At:
		return "time"
	case x.Kind == Spawn && c.namesDiffer(x.Object):
		return "name"
	}
	c.compareText()
	return ""
}

func (c *comparison) namesDiffer(serial uint64) bool {
	x, known := c.a.Names[serial]
	y, too := c.b.Names[serial]
	return known && too && x != y
}

// compareText remembers the first fact whose texts differ, where both have one.
func (c *comparison) compareText() {
	x, ok := c.a.Details[c.i]
	y, too := c.b.Details[c.j]
	if c.text == "" && ok && too && x != y {
		c.text = fmt.Sprintf("the texts part before, at fact %d:\n  a %s\n  b %s", c.a.Index(c.i), c.a.Line(c.i), c.b.Line(c.j))
	}
}

func (c *comparison) found(what string) *Difference {
	d := &Difference{What: what, Text: c.text}
	if c.i < len(c.a.Events) {
		d.A, d.From = c.a.Line(c.i), c.a.Index(c.i)
	}
	if c.j < len(c.b.Events) {
		d.B, d.From = c.b.Line(c.j), c.b.Index(c.j)
	}
	d.To = d.From + 1
	for k := max(c.since, c.i-contextLines); k < c.i; k++ {
		d.Before = append(d.Before, c.a.Line(k))
	}
	return d
}

// atEnd is the difference of runs whose kept facts are the same as far as both go.
func (c *comparison) atEnd() *Difference {
	w, differ := FirstWindow(c.a.Chain, c.b.Chain)
	if !differ {
		return nil
	}
	if c.i == len(c.a.Events) && c.a.ended(c.i) && c.j < len(c.b.Events) ||
		c.j == len(c.b.Events) && c.b.ended(c.j) && c.i < len(c.a.Events) {
		return c.found("end")
	}
	if c.i > 0 && c.a.Indexes == nil && c.since == 0 && c.a.First == 0 { // the same up to here
		w.From = max(w.From, c.a.Index(c.i-1)+1)
	}
	return &Difference{Window: w, What: "hash", Text: c.text}
}

// ended reports whether the run had ended where its kept facts do.
func (r *Record) ended(n int) bool {
	return r.Indexes == nil && r.First+uint64(n) == r.Count
}

// String shows both facts under those before them.
func (d *Difference) String() string {
	var b strings.Builder
	if d.What == "hash" {
		fmt.Fprintf(&b, "the runs part among %v, which were not kept (keep them with KeepFrom(%d) and run again)",
			d.Window, d.From)
	} else {
		fmt.Fprintf(&b, "the runs part at %v (%s):\n", d.Window, d.What)
		for _, line := range d.Before {
			b.WriteString("    " + line + "\n")
		}
		fmt.Fprintf(&b, "  a %s\n  b %s", orEnd(d.A), orEnd(d.B))
	}
	if d.Text != "" {
		b.WriteString("\n" + d.Text)
	}
	return b.String()
}

func orEnd(line string) string {
	if line == "" {
		return "             (the run had ended)"
	}
	return line
}
