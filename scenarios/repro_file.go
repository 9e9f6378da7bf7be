package scenarios

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// File is a scenario file that ends with the repro: src, without the repro that it may have, is the one it is of, and s is what
// it says. words has some for each deviation, as a comment; nil: there are none. It is an error if the file would be too long to
// be read.
func (x *Repro) File(src []byte, s *Scenario, words func(choice.Deviation) string) ([]byte, error) {
	mark := ""
	if rest, ok := bytes.CutPrefix(src, []byte(byteOrderMark)); ok {
		mark, src = byteOrderMark, rest
	}
	want := Digest(src)
	n := topOf(src)
	if n == nil {
		return nil, fmt.Errorf("%s is no scenario file", s.File)
	}
	text := ""
	if len(n.keys) > 0 && !bytes.ContainsRune(bytes.ReplaceAll(src, []byte("\r\n"), nil), '\r') {
		text = x.behind(cutRepro(string(src), n), n.keys[0].pos.Col-1, s, words)
	}
	if end := topOf([]byte(text)); end == nil || end.get("repro") == nil || Digest([]byte(text)) != want {
		text = x.behind(plainly(n), 0, s, words) // it is written in a way that nothing can be put behind
	}
	if len(mark)+len(text) > maxBytes {
		return nil, fmt.Errorf("the file would have %d bytes; %d are possible", len(text), maxBytes)
	}
	return []byte(mark + text), nil
}

// topOf is the mapping that a file is; nil if it is none.
func topOf(src []byte) *node {
	r := &reader{src: newSource("", string(src)), programs: noPrograms{}, grammar: theGrammar, torn: map[string]bool{}}
	if n := r.document(src); n != nil && n.kind == mappingNode && len(r.list) == 0 {
		return n
	}
	return nil
}

// cutRepro is the text without the lines of the key repro.
func cutRepro(text string, n *node) string {
	i := slices.IndexFunc(n.keys, func(e entry) bool { return e.key == "repro" })
	if i < 0 {
		return text
	}
	lines := strings.SplitAfter(text, "\n")
	from, to := n.keys[i].pos.Line-1, len(lines)
	if i+1 < len(n.keys) {
		to = n.keys[i+1].pos.Line - 1
	}
	return strings.Join(slices.Delete(lines, from, to), "")
}

// behind is text with the repro behind it.
func (x *Repro) behind(text string, indent int, s *Scenario, words func(choice.Deviation) string) string {
	var b strings.Builder
	b.WriteString(text)
	if text != "" && !strings.HasSuffix(text, "\n") {
		b.WriteByte('\n')
	}
	if text != "" && !strings.HasSuffix(text, "\n\n") && !strings.HasSuffix(text, "\n\r\n") {
		b.WriteByte('\n')
	}
	for _, line := range x.lines(s, words) {
		b.WriteString(strings.Repeat(" ", indent) + line + "\n")
	}
	return b.String()
}

// lines are the repro as it stands in a file.
func (x *Repro) lines(s *Scenario, words func(choice.Deviation) string) []string {
	p := x.Plan.Canonical()
	list := []string{"repro: # one run: simrun replay plays it"}
	add := func(key, value string) {
		if value != "" {
			list = append(list, "  "+key+": "+value)
		}
	}
	add("fails", scalarText(x.Fails))
	if p.Dull {
		add("dull", "true")
	} else {
		add("seed", strconv.FormatUint(p.Seed, 10))
	}
	if p.For > 0 {
		add("for", FormatDuration(p.For))
	}
	add("policy", scalarText(string(x.Policy)))
	if len(p.Without) > 0 {
		list = append(list, "  without:")
	}
	for _, place := range p.Without {
		list = append(list, "    - "+scalarText(s.Element(place)))
	}
	if len(p.Deviations) > 0 {
		list = append(list, "  deviations:")
	}
	for _, d := range p.Deviations {
		line := "    - " + d.String()
		if words != nil {
			line += " # " + printable(words(d))
		}
		list = append(list, line)
	}
	if x.Hash != 0 {
		add("hash", fmt.Sprintf("%016x", x.Hash))
	}
	if x.Digest != (Sum{}) {
		add("digest", x.Digest.String())
	}
	return list
}

// scalarText is text as a value in YAML: in quotes, if it needs them.
func scalarText(text string) string {
	plain := text == "" || unicode.IsLetter(rune(text[0])) && !strings.HasSuffix(text, " ") && strings.TrimFunc(text, isPlain) == ""
	for i, c := range text {
		plain = plain && isPlain(c) && (c != ' ' || text[i-1] != ' ')
	}
	if plain && !slices.Contains([]string{"true", "false", "null", "yes", "no"}, strings.ToLower(text)) {
		return text
	}
	return quotedText(text)
}

func isPlain(c rune) bool {
	return c <= unicode.MaxASCII && (unicode.IsLetter(c) || unicode.IsDigit(c) || strings.ContainsRune(" _./()*=@-", c))
}

// quotedText is text in double quotes, as YAML has them.
func quotedText(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case c == ' ' || unicode.IsPrint(c):
			b.WriteRune(c)
		default:
			fmt.Fprintf(&b, "\\U%08X", c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// plainly writes a mapping in the plainest way, without its repro: a key a line.
func plainly(n *node) string {
	var b strings.Builder
	for _, e := range n.keys {
		if e.key != "repro" {
			b.WriteString(quotedText(e.key) + ": ")
			e.value.flow(&b)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// flow writes a value in one line.
func (n *node) flow(b *strings.Builder) {
	between := ""
	switch {
	case n.kind == mappingNode:
		b.WriteByte('{')
		for _, e := range n.keys {
			b.WriteString(between + quotedText(e.key) + ": ")
			e.value.flow(b)
			between = ", "
		}
		b.WriteByte('}')
	case n.kind == listNode:
		b.WriteByte('[')
		for _, item := range n.items {
			b.WriteString(between)
			item.flow(b)
			between = ", "
		}
		b.WriteByte(']')
	case n.null:
		b.WriteByte('~')
	default:
		b.WriteString(quotedText(n.text))
	}
}
