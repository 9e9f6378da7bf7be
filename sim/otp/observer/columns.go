package observer

import (
	"io"
	"strings"
	"unicode/utf8"
)

// Text says how a snapshot is printed.
type Text struct {
	Colour bool
	All    bool // print every one of many that are alike
}

// cell is a text in a column, and its colour.
type cell struct {
	text, sgr string
	right     bool // it is a number
}

func plain(text string) cell  { return cell{text: text} }
func number(text string) cell { return cell{text: text, right: true} }

// columns are rows whose cells stand below each other.
type columns struct{ rows [][]cell }

func (c *columns) add(cells ...cell) { c.rows = append(c.rows, cells) }

// Red, faint and bold, as terminals know them.
const (
	red   = "31"
	faint = "2"
	bold  = "1"
)

// print prints the rows. A row of one cell stands by itself: no column is as wide as that.
func (c *columns) print(w io.Writer, colour bool) error {
	widths := c.widths()
	var b strings.Builder
	for _, row := range c.rows {
		var line strings.Builder
		for i, x := range row {
			if i > 0 {
				line.WriteString("  ")
			}
			pad := ""
			if len(row) > 1 {
				pad = strings.Repeat(" ", widths[i]-utf8.RuneCountInString(x.text))
			}
			if x.right {
				line.WriteString(pad)
			}
			line.WriteString(x.paint(colour))
			if !x.right {
				line.WriteString(pad)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (c *columns) widths() []int {
	var widths []int
	for _, row := range c.rows {
		for i, x := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			if len(row) > 1 {
				widths[i] = max(widths[i], utf8.RuneCountInString(x.text))
			}
		}
	}
	return widths
}

func (x cell) paint(colour bool) string {
	if !colour || x.sgr == "" || x.text == "" {
		return x.text
	}
	return "\x1b[" + x.sgr + "m" + x.text + "\x1b[0m"
}
