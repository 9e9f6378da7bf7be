package scenarios

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// source is the text of a file as people see it: lines of runes. Breaks are those of YAML: LF, CR and CRLF.
type source struct {
	file  string
	lines []string
	runes map[int][]rune // lines already split into runes; a 100 kB line must not be split once per value
}

func newSource(file, text string) *source {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	lines := strings.Split(text, "\n")
	if n := len(lines); n > 1 && lines[n-1] == "" {
		lines = lines[:n-1] // the break that ends the last line begins no other
	}
	return &source{file: file, lines: lines, runes: map[int][]rune{}}
}

// line answers line number n (from 1) as runes; nil if there is none.
func (s *source) line(n int) []rune {
	if n < 1 || n > len(s.lines) {
		return nil
	}
	r, ok := s.runes[n]
	if !ok {
		r = []rune(s.lines[n-1])
		s.runes[n] = r
	}
	return r
}

// clamp moves p to the nearest place that is inside the file.
func (s *source) clamp(p Pos) Pos {
	if p.Line < 1 {
		return Pos{1, 1}
	}
	if p.Line > len(s.lines) {
		p = Pos{len(s.lines), len(s.line(len(s.lines))) + 1}
	}
	return Pos{p.Line, min(max(p.Col, 1), len(s.line(p.Line))+1)}
}

// word is how many runes the value at p takes on its line: to the end of a quoted text, or to the first blank, comma or
// closing bracket that is not inside brackets.
func (s *source) word(p Pos) int {
	line := s.line(p.Line)
	if p.Col > len(line) {
		return 1
	}
	line = line[p.Col-1:]
	if q := line[0]; q == '"' || q == '\'' {
		for i := 1; i < len(line); i++ {
			if line[i] == q {
				return i + 1
			}
		}
	}
	depth := 0
	for i, c := range line {
		switch {
		case strings.ContainsRune("([{", c):
			depth++
		case strings.ContainsRune(")]}", c):
			depth--
		}
		if depth < 0 || depth == 0 && (c == ',' || unicode.IsSpace(c) || c == ':' && (i+1 == len(line) || line[i+1] == ' ')) {
			return max(i, 1)
		}
	}
	return len(line)
}

// inside answers, for the text of a scalar, where its n-th rune stands in the file. Quotes, escapes, folded lines and
// the indentation of blocks are passed over by looking for the text's runes one after the other; where that fails, all
// the rest stands where the last did.
func (s *source) inside(n *node) func(off int) Pos {
	text := []rune(n.text)
	places := make([]Pos, 0, len(text)+1)
	at := n.pos
	if n.block {
		at = Pos{n.pos.Line + 1, 1}
	}
	for _, c := range text {
		found, ok := s.find(c, at)
		if !ok {
			break
		}
		places = append(places, found)
		at = Pos{found.Line, found.Col + 1}
	}
	last := n.pos
	if k := len(places); k > 0 {
		last = Pos{places[k-1].Line, places[k-1].Col + 1}
	}
	return func(off int) Pos {
		if off >= 0 && off < len(places) {
			return places[off]
		}
		return last
	}
}

// width is how many columns a scalar takes on the line where it begins, with its quotes; 0 if that cannot be told.
func (s *source) width(n *node) int {
	if n.kind != scalarNode || n.block || n.text == "" {
		return 0
	}
	last := s.inside(n)(utf8.RuneCountInString(n.text) - 1)
	if last.Line != n.pos.Line {
		return 0
	}
	line, quotes := s.line(n.pos.Line), 0
	if c := line[n.pos.Col-1]; c == '"' || c == '\'' {
		quotes = 1
	}
	return last.Col - n.pos.Col + 1 + quotes
}

// find looks for rune c from at on, at most some hundred runes far. Blanks of a folded text may be line breaks in the file.
func (s *source) find(c rune, at Pos) (Pos, bool) {
	for range 300 {
		line := s.line(at.Line)
		if at.Col > len(line) {
			if at.Line >= len(s.lines) {
				return at, false
			}
			if unicode.IsSpace(c) {
				return at, true
			}
			at = Pos{at.Line + 1, 1}
			continue
		}
		if line[at.Col-1] == c {
			return at, true
		}
		at.Col++
	}
	return at, false
}
