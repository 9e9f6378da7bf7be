package scenarios

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// A Code names a kind of mistake, for ever: Y0 is syntax of YAML, S0 the shape of a file, S1 its meaning.
type Code string

// The codes. codeTable says what each means.
const (
	NotYAML        Code = "Y001"
	BadText        Code = "Y002"
	TooBig         Code = "Y003"
	YAMLFeature    Code = "Y004"
	UnknownKey     Code = "S001"
	MissingKey     Code = "S002"
	DuplicateKey   Code = "S003"
	WrongType      Code = "S004"
	BadValue       Code = "S005"
	WrongCompany   Code = "S006"
	OutOfRange     Code = "S007"
	BadCondition   Code = "S008"
	UnknownName    Code = "S101"
	DuplicateName  Code = "S102"
	SelectsNone    Code = "S103"
	BadArgument    Code = "S104"
	OutsideRun     Code = "S105"
	BadSupervisor  Code = "S106"
	BadApplication Code = "S107"
)

var codeTable = []struct {
	code  Code
	about string
}{
	{NotYAML, "the text is not YAML"},
	{BadText, "the file is not UTF-8, or holds characters that no YAML file may hold"},
	{TooBig, "the file is too long, too deeply nested, or its aliases expand to too much"},
	{YAMLFeature, "a feature of YAML that scenario files do without: tags, merge keys, several documents"},
	{UnknownKey, "the format has no such key in this place"},
	{MissingKey, "a key is missing that must be there"},
	{DuplicateKey, "a key stands twice in one mapping"},
	{WrongType, "a list, a mapping or a single value stands where another of the three is wanted"},
	{BadValue, "a value is not of the form the key wants; durations need a unit"},
	{WrongCompany, "keys that exclude each other, or one that is of no use without another"},
	{OutOfRange, "a number or duration is too small or too large"},
	{BadCondition, "a condition is not well formed, or compares things that cannot be compared"},
	{UnknownName, "no program, request, message, workload, fault, application, process or node has this name"},
	{DuplicateName, "two things have the same name that must be told apart"},
	{SelectsNone, "a selector selects nothing in the declared trees"},
	{BadArgument, "an argument that the program or its request does not take, or one that is missing, or a " +
		"process that cannot be asked this"},
	{OutsideRun, "a time lies outside the run, or a window in which nothing can happen"},
	{BadSupervisor, "supervisor and child attributes that OTP refuses, or that cannot work"},
	{BadApplication, "applications that depend on each other in a circle, or on one that is not on their node"},
}

// Explain says in a line what a code means; "" if there is no such code.
func Explain(c Code) string {
	for _, row := range codeTable {
		if row.code == c {
			return row.about
		}
	}
	return ""
}

// A Diagnostic is one mistake in a scenario file.
type Diagnostic struct {
	Code    Code             `json:"code"` // kind of mistake
	File    string           `json:"file"` // name of the file, as given to Parse
	Pos     `json:",inline"` // where it is
	Width   int              `json:"width"`          // how many columns of the line it concerns, at least 1
	Message string           `json:"message"`        // what is wrong
	Hint    string           `json:"hint,omitempty"` // what may have been meant, or what is possible
	Source  string           `json:"source"`         // the line, trimmed if it is wide
	caret   int              // where the carets begin in Source, from 0
	carets  int
}

// Error prints code, place and message in one line.
func (d Diagnostic) Error() string {
	return fmt.Sprintf("%s:%v: %s [%s]", d.File, d.Pos, d.Message, d.Code)
}

// String prints the mistake as people like it: message, place, source line, caret, hint.
func (d Diagnostic) String() string {
	num := fmt.Sprint(d.Line)
	gap := strings.Repeat(" ", len(num))
	var b strings.Builder
	fmt.Fprintf(&b, "error[%s]: %s\n", d.Code, d.Message)
	fmt.Fprintf(&b, "%s--> %s:%v\n", gap, d.File, d.Pos)
	fmt.Fprintf(&b, "%s |\n", gap)
	fmt.Fprintf(&b, "%s\n", strings.TrimRight(num+" | "+d.Source, " "))
	fmt.Fprintf(&b, "%s | %s%s\n", gap, strings.Repeat(" ", d.caret), strings.Repeat("^", d.carets))
	if d.Hint != "" {
		fmt.Fprintf(&b, "%s = help: %s\n", gap, d.Hint)
	}
	return b.String()
}

// Diagnostics are the mistakes of a file in the order of their places. None means the file is good.
type Diagnostics []Diagnostic

// diagnosticsShown is how many mistakes are printed before "and N more".
const diagnosticsShown = 50

func (ds Diagnostics) shown() (some Diagnostics, more int) {
	n := min(len(ds), diagnosticsShown)
	return ds[:n], len(ds) - n
}

// String prints the mistakes with an empty line between them; after 50 it says how many more there are.
func (ds Diagnostics) String() string {
	some, more := ds.shown()
	texts := make([]string, 0, len(some)+1)
	for _, d := range some {
		texts = append(texts, d.String())
	}
	if more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more\n", more))
	}
	return strings.Join(texts, "\n")
}

// Err is nil if there are no mistakes.
func (ds Diagnostics) Err() error {
	if len(ds) == 0 {
		return nil
	}
	return errors.New(strings.TrimRight(ds.String(), "\n"))
}

// MarshalJSON gives {"errors": […], "more": N}, with at most 50 errors.
func (ds Diagnostics) MarshalJSON() ([]byte, error) {
	some, more := ds.shown()
	return json.Marshal(struct {
		Errors []Diagnostic `json:"errors"`
		More   int          `json:"more"`
	}{append([]Diagnostic{}, some...), more})
}

// sorted puts mistakes in the order of the file and folds those that say the same of the same place, as aliases make them.
func (ds Diagnostics) sorted() Diagnostics {
	slices.SortStableFunc(ds, func(a, b Diagnostic) int {
		switch {
		case a.Pos.Before(b.Pos):
			return -1
		case b.Pos.Before(a.Pos):
			return 1
		}
		return 0
	})
	return slices.CompactFunc(ds, func(a, b Diagnostic) bool {
		return a.Pos == b.Pos && a.Code == b.Code && a.Message == b.Message
	})
}

// diagnostic makes a mistake at p. A width of 0 means the value that stands there.
func (s *source) diagnostic(code Code, p Pos, width int, hint, message string) Diagnostic {
	p = s.clamp(p)
	if width <= 0 {
		width = s.word(p)
	}
	line := s.line(p.Line)
	width = max(1, min(width, len(line)-p.Col+1))
	d := Diagnostic{Code: code, File: s.file, Pos: p, Width: width, Message: printable(message), Hint: printable(hint)}
	d.Source, d.caret = window(line, p.Col-1, width)
	d.carets = max(1, min(width, len([]rune(d.Source))-d.caret))
	return d
}

// lineShown is how much of a source line is shown, in columns.
const lineShown = 110

// window cuts the part of a line that is shown around a caret, and answers where the caret is in it.
func window(line []rune, caret, width int) (string, int) {
	from, to := 0, len(line)
	if len(line) > lineShown {
		from = max(0, min(caret-lineShown/3, len(line)-lineShown))
		to = min(len(line), from+lineShown)
	}
	text := []rune(printable(string(line[from:to])))
	if from > 0 {
		text[0] = '…'
	}
	if to < len(line) {
		text[len(text)-1] = '…'
	}
	return string(text), caret - from
}

// printable keeps a terminal safe: a tab is one blank, what cannot be seen is a dot. It keeps the number of runes.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\t' || c == '\n':
			return ' '
		case !unicode.IsPrint(c):
			return '·'
		}
		return c
	}, s)
}

// A flaw is what is wrong with the text of one value; off and width count runes in that text. It is the error of all
// Parse functions of values.
type flaw struct {
	code       Code // BadValue if empty
	off, width int  // width 0: all of it
	text, hint string
}

// Error prints what is wrong, and the hint.
func (f *flaw) Error() string {
	if f.hint == "" {
		return f.text
	}
	return f.text + " (" + f.hint + ")"
}

func flawed(hint, format string, args ...any) *flaw {
	return &flaw{text: fmt.Sprintf(format, args...), hint: hint}
}

// asError avoids the nil *flaw that is a non-nil error.
func (f *flaw) asError() error {
	if f == nil {
		return nil
	}
	return f
}
