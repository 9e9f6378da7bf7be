package observer

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Order is in which order the process table is printed.
type Order string

// The orders. Among equals the oldest comes first.
const (
	ByReductions Order = "reductions" // most first
	ByMailbox    Order = "mailbox"    // longest first
	ByName       Order = "name"       // registered names first
)

// Sort puts the process table in order.
func (s *Snapshot) Sort(o Order) {
	slices.SortStableFunc(s.Processes, func(p, q Process) int {
		switch o {
		case ByMailbox:
			return cmp.Or(cmp.Compare(q.Queue, p.Queue), cmp.Compare(q.InTransit, p.InTransit))
		case ByName:
			return cmp.Or(strings.Compare(p.sortName(), q.sortName()), strings.Compare(p.PID, q.PID))
		}
		return cmp.Compare(q.Reductions, p.Reductions)
	})
}

func (p Process) sortName() string {
	if p.Name == "" {
		return "\uffff"
	}
	return p.Name
}

// WriteTop prints the first n rows of the process table, with messages if so wanted; 0 means all.
func (s *Snapshot) WriteTop(w io.Writer, n int, messages bool, t Text) error {
	c := &columns{}
	c.add(heads("PID", "NAME", "RUNS", "STATUS")...)
	last := len(c.rows) - 1
	c.rows[last] = append(c.rows[last], cell{"REDS", faint, true}, cell{"MBOX", faint, true}, cell{text: "CURRENT", sgr: faint})
	if n <= 0 {
		n = len(s.Processes)
	}
	for _, p := range s.Processes[:min(n, len(s.Processes))] {
		p.row(c, messages)
	}
	if left := len(s.Processes) - n; left > 0 {
		c.add(cell{text: fmt.Sprintf("… and %d more", left), sgr: faint})
	}
	return c.print(w, t.Colour)
}

func heads(texts ...string) []cell {
	var cells []cell
	for _, text := range texts {
		cells = append(cells, cell{text: text, sgr: faint})
	}
	return cells
}

// row prints a process.
func (p Process) row(c *columns, messages bool) {
	c.add(
		plain(p.PID), plain(p.Name), plain(p.runs()), plain(p.status()),
		number(strconv.FormatUint(p.Reductions, 10)), p.mailbox(), plain(p.where()),
	)
	if messages {
		for i, m := range p.Messages {
			c.add(plain(fmt.Sprintf("    %d  %s", i+1, m)))
		}
	}
}

func (p Process) mailbox() cell {
	text := strconv.Itoa(p.Queue)
	if p.InTransit > 0 {
		text += "+" + strconv.Itoa(p.InTransit)
	}
	return number(text)
}

// runs is what a process runs.
func (p Process) runs() string { return join(p.Behaviour, p.Module) }

func (p Process) status() string {
	status := p.Status
	if p.Suspended {
		status += " suspended"
	}
	if p.Priority != "normal" {
		status += " " + p.Priority
	}
	return status
}

// where tells where a process is, and what it waits for.
func (p Process) where() string {
	text := p.Current
	if p.Awaits != "" {
		text += " awaits " + p.Awaits
	}
	if p.Left != nil {
		text += " for " + rounded(*p.Left)
	}
	return text
}

// rounded is a time as people want it.
func rounded(d time.Duration) string { return d.Round(time.Microsecond).String() }

// WriteTimers prints the first n timers; 0 means all.
func (s *Snapshot) WriteTimers(w io.Writer, n int, t Text) error {
	c := &columns{}
	c.add(append([]cell{{"DUE IN", faint, true}}, heads("KIND", "OWNER", "TO", "SENDS")...)...)
	if n <= 0 {
		n = len(s.Timers)
	}
	for _, k := range s.Timers[:min(n, len(s.Timers))] {
		c.add(number(rounded(k.Left)), plain(k.Kind), plain(k.Owner), plain(k.To), plain(k.Sends))
	}
	if left := len(s.Timers) - n; left > 0 {
		c.add(cell{text: fmt.Sprintf("… and %d more", left), sgr: faint})
	}
	return c.print(w, t.Colour)
}
