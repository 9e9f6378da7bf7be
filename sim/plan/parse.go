package plan

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// A Mistake is something in a text that no plan says.
type Mistake struct {
	Line   int // from 1
	Column int // from 1, in characters; a tab is one
	What   string
}

// Error is line:column: what.
func (m Mistake) Error() string { return fmt.Sprintf("%d:%d: %s", m.Line, m.Column, m.What) }

// Mistakes are those of one text, in their order. Of more than mostMistakes the rest is not told.
type Mistakes []Mistake

const mostMistakes = 20

// Error has a line for each.
func (ms Mistakes) Error() string {
	lines := make([]string, len(ms))
	for i, m := range ms {
		lines[i] = m.Error()
	}
	return strings.Join(lines, "\n")
}

// Parse reads what Format prints. Lines may be in any order after the first; blanks, empty lines and comments do not matter.
// What it gives is Canonical. The error is of type Mistakes.
func Parse(text string) (Plan, error) {
	r := &reader{keys: map[choice.Key]int{}, places: map[int]int{}, words: map[string]int{}}
	text = strings.TrimPrefix(text, "\ufeff")
	for line := range strings.Lines(text) {
		r.line++
		r.read(line)
		if len(r.mistakes) >= mostMistakes {
			break
		}
	}
	if !r.begun {
		r.line = max(r.line, 1)
		r.mistake(0, "the text is empty; a plan begins with the line %q", heading)
	} else if len(r.mistakes) == 0 && r.words["dull"] == 0 && r.words["seed"] == 0 {
		r.mistake(0, "who answers the draws? A plan has a line dull, or seed and a number")
	}
	if len(r.mistakes) > 0 {
		return Plan{}, r.mistakes
	}
	return r.plan.Canonical(), nil
}

// reader reads a plan line by line.
type reader struct {
	plan     Plan
	line     int
	text     string // of the line
	begun    bool
	words    map[string]int // on which line each word stood first
	places   map[int]int
	keys     map[choice.Key]int
	mistakes Mistakes
}

// mistake notes one at a byte of the line.
func (r *reader) mistake(at int, format string, args ...any) {
	column := utf8.RuneCountInString(r.text[:min(at, len(r.text))]) + 1
	r.mistakes = append(r.mistakes, Mistake{r.line, column, fmt.Sprintf(format, args...)})
}

// field is a word of a line and where it begins.
type field struct {
	text string
	at   int
}

func (r *reader) read(line string) {
	r.text = strings.TrimRight(line, "\r\n")
	fields := fieldsOf(r.text)
	switch {
	case len(fields) == 0:
	case !r.begun:
		r.begun = true
		r.heading(fields)
	case strings.ContainsAny(fields[0].text, "/="):
		r.deviation(fields)
	default:
		r.word(fields)
	}
}

// fieldsOf cuts a line into words, up to a comment.
func fieldsOf(line string) (fields []field) {
	begin := -1
	for i, c := range line {
		if c == '#' {
			line = line[:i]
			break
		}
		switch blank := unicode.IsSpace(c); {
		case blank && begin >= 0:
			fields = append(fields, field{line[begin:i], begin})
			begin = -1
		case !blank && begin < 0:
			begin = i
		}
	}
	if begin >= 0 {
		fields = append(fields, field{line[begin:], begin})
	}
	return fields
}

func (r *reader) heading(fields []field) {
	words := make([]string, len(fields))
	for i, f := range fields {
		words[i] = f.text
	}
	got := strings.Join(words, " ")
	if got == heading {
		return
	}
	if len(fields) == 3 && words[0] == "bedlam" && words[1] == "plan" {
		r.mistake(fields[2].at, "a plan of form %s; only form 1 is read here", quote(words[2]))
		return
	}
	r.mistake(fields[0].at, "a plan begins with the line %q, not with %s", heading, quote(got))
}

// words are what a line may begin with that is no deviation.
var words = []string{"dull", "for", "seed", "without"}

func (r *reader) word(fields []field) {
	w := fields[0]
	wants := 2
	switch {
	case w.text == "dull":
		wants = 1
	case slices.Contains(domains(), w.text):
		r.mistake(w.at, "%s", deviationForm)
		return
	case !slices.Contains(words, w.text):
		r.mistake(w.at, "what is %s? %s", quote(w.text), meant(w.text, append(domains(), words...),
			"a line is dull, seed N, for DURATION, without PLACE, or a deviation: domain/identity/n=answer"))
		return
	}
	if len(fields) < wants {
		r.mistake(len(r.text), "%s wants %s", w.text, wanted[w.text])
		return
	}
	if len(fields) > wants {
		r.mistake(fields[wants].at, "%s is too much: %s", quote(fields[wants].text), "one thing a line")
		return
	}
	if w.text != "without" {
		if before := r.words[w.text]; before > 0 {
			r.mistake(w.at, "%s again; it stands on line %d", w.text, before)
			return
		}
		r.words[w.text] = r.line
	}
	r.meaning(w, fields[wants-1])
}

// wanted is what follows a word.
var wanted = map[string]string{
	"seed":    "a number, 0x and hexadecimal digits, or a git hash",
	"for":     "how long, such as 1.5s",
	"without": "a place, counted from 0",
}

// meaning does what a word with its value says.
func (r *reader) meaning(w, v field) {
	switch w.text {
	case "dull":
		r.plan.Dull = true
		if before := r.words["seed"]; before > 0 {
			r.mistake(w.at, "a plan is dull or has a seed; the seed stands on line %d", before)
		}
	case "seed":
		seed, err := choice.ParseSeed(v.text)
		if err != nil {
			r.mistake(v.at, "%v", err)
		}
		r.plan.Seed = seed
		if before := r.words["dull"]; before > 0 {
			r.mistake(w.at, "a plan is dull or has a seed; dull stands on line %d", before)
		}
	case "for":
		d, err := time.ParseDuration(v.text)
		if err != nil || d <= 0 {
			r.mistake(v.at, "for wants %s, not %s", wanted["for"], quote(v.text))
		}
		r.plan.For = d
	case "without":
		r.without(v)
	}
}

func (r *reader) without(v field) {
	place, err := strconv.ParseUint(v.text, 10, 31)
	switch {
	case errors.Is(err, strconv.ErrRange):
		r.mistake(v.at, "place %s is too large; the last is %d", quote(v.text), math.MaxInt32)
		return
	case err != nil:
		r.mistake(v.at, "without wants %s, not %s", wanted["without"], quote(v.text))
		return
	}
	if before := r.places[int(place)]; before > 0 {
		r.mistake(v.at, "place %d is left out already, on line %d", place, before)
		return
	}
	r.places[int(place)] = r.line
	r.plan.Without = append(r.plan.Without, int(place))
}

func (r *reader) deviation(fields []field) {
	f := fields[0]
	d, err := choice.ParseDeviation(f.text)
	if err != nil {
		at, what := r.deviant(f)
		if what == "" {
			what = err.Error()
		}
		r.mistake(at, "%s", what)
		return
	}
	if len(fields) > 1 {
		r.mistake(fields[1].at, "%s is too much: a comment begins with #", quote(fields[1].text))
		return
	}
	if before := r.keys[d.Key]; before > 0 {
		r.mistake(f.at, "%v is answered on line %d already", d.Key, before)
		return
	}
	r.keys[d.Key] = r.line
	r.plan.Deviations = append(r.plan.Deviations, d)
}

const deviationForm = "a deviation is domain/identity/n=answer, such as slice/00000000deadbeef/3=7"

// deviant finds out where in a word that is no deviation the mistake is. what is "" if choice says it well enough.
func (r *reader) deviant(f field) (at int, what string) {
	key, answer, answered := strings.Cut(f.text, "=")
	parts := strings.Split(key, "/")
	switch {
	case len(parts) != 3:
		return f.at, deviationForm
	case !answered:
		return f.at + len(f.text), "the answer is missing: " + deviationForm
	}
	if _, err := choice.ParseDomain(parts[0]); err != nil {
		known := domains()
		return f.at, fmt.Sprintf("there is no domain %s; %s", quote(parts[0]), meant(parts[0], known, "there are "+strings.Join(known, " ")))
	}
	at = f.at + len(parts[0]) + 1
	if _, err := strconv.ParseUint(parts[1], 16, 64); err != nil || len(parts[1]) != 16 || strings.ToLower(parts[1]) != parts[1] {
		return at, fmt.Sprintf("an identity is 16 hexadecimal digits in small letters, not %s", quote(parts[1]))
	}
	at += len(parts[1]) + 1
	for _, number := range []string{parts[2], answer} {
		if n, err := strconv.ParseUint(number, 10, 64); err != nil || strconv.FormatUint(n, 10) != number {
			return at, fmt.Sprintf("a decimal number is wanted here, not %s", quote(number))
		}
		at += len(number) + 1
	}
	return f.at, ""
}

// domains are the names of all domains.
func domains() []string {
	var names []string
	for d := choice.Domain(1); !strings.HasPrefix(d.String(), "domain"); d++ {
		names = append(names, d.String())
	}
	return names
}

// quote is text in quotes, and not too much of it.
func quote(text string) string {
	const most = 40
	if utf8.RuneCountInString(text) > most {
		return strconv.Quote(string([]rune(text)[:most])) + "…"
	}
	return strconv.Quote(text)
}

// meant asks whether the nearest word was meant, or else says what is possible.
func meant(word string, known []string, possible string) string {
	best, least := "", 1+len(word)/3
	if len(word) > 40 {
		return possible
	}
	for _, w := range known {
		if d := distance(strings.ToLower(word), w); d < least {
			best, least = w, d
		}
	}
	if best == "" {
		return possible
	}
	return fmt.Sprintf("did you mean %q?", best)
}

// distance counts the letters to insert, delete, replace or swap with their neighbours that make b of a.
func distance(a, b string) int {
	before, last, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			change := 1
			if a[i] == b[j] {
				change = 0
			}
			next[j+1] = min(last[j]+change, last[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, last, next = last, next, before
	}
	return last[len(b)]
}
