package scenarios

import (
	"fmt"
	"strings"
)

// A Term is an Erlang term as far as reasons need it: boom, 42, "text", {badmatch, 1}, [a, b].
type Term struct {
	Kind  TermKind
	Text  string // of an atom, a number or a text
	Items []Term // of a tuple or a list
}

// TermKind is what sort of term a Term is.
type TermKind int

// The kinds of terms.
const (
	Atom TermKind = iota
	Number
	Text
	Tuple
	List
)

// String prints the term as Erlang does.
func (t Term) String() string {
	switch t.Kind {
	case Number:
		return t.Text
	case Text:
		return quote(t.Text, '"')
	case Tuple:
		return "{" + joinTerms(t.Items) + "}"
	case List:
		return "[" + joinTerms(t.Items) + "]"
	}
	if isAtom(t.Text) {
		return t.Text
	}
	return quote(t.Text, '\'')
}

// Equal reports whether two terms are the same.
func (t Term) Equal(u Term) bool {
	if t.Kind != u.Kind || t.Text != u.Text || len(t.Items) != len(u.Items) {
		return false
	}
	for i := range t.Items {
		if !t.Items[i].Equal(u.Items[i]) {
			return false
		}
	}
	return true
}

func joinTerms(items []Term) string {
	texts := make([]string, len(items))
	for i, x := range items {
		texts[i] = x.String()
	}
	return strings.Join(texts, ", ")
}

func quote(text string, q rune) string {
	var b strings.Builder
	b.WriteRune(q)
	for _, c := range text {
		if c == q || c == '\\' {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	b.WriteRune(q)
	return b.String()
}

// isAtom reports whether an atom needs no quotes.
func isAtom(text string) bool {
	for i, c := range text {
		switch {
		case c >= 'a' && c <= 'z':
		case i > 0 && (c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '@'):
		default:
			return false
		}
	}
	return text != ""
}

// ParseTerm reads a term.
func ParseTerm(text string) (Term, error) {
	t, bad := parseTerm(text)
	return t, bad.asError()
}

func parseTerm(text string) (Term, *flaw) {
	p := termParser{text: []rune(text)}
	t, bad := p.term(0)
	if bad != nil {
		return Term{}, bad
	}
	if p.skip(); p.at < len(p.text) {
		return Term{}, p.flaw("the term ends here, but the text goes on")
	}
	return t, nil
}

// termParser reads terms from runes, also in the midst of a condition.
type termParser struct {
	text []rune
	at   int
}

func (p *termParser) flaw(format string, args ...any) *flaw {
	f := flawed("reasons look like boom, normal, 42, \"text\", {badmatch, 1}, [a, b]", format, args...)
	f.off, f.width = p.at, 1
	return f
}

func (p *termParser) skip() {
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\n') {
		p.at++
	}
}

func (p *termParser) term(depth int) (Term, *flaw) {
	p.skip()
	switch {
	case depth > 20:
		return Term{}, p.flaw("the term is nested deeper than 20")
	case p.at == len(p.text):
		return Term{}, p.flaw("a term is wanted here")
	}
	switch c := p.text[p.at]; {
	case c == '{':
		items, bad := p.items('}', depth)
		return Term{Kind: Tuple, Items: items}, bad
	case c == '[':
		items, bad := p.items(']', depth)
		return Term{Kind: List, Items: items}, bad
	case c == '"':
		text, bad := p.quoted(c)
		return Term{Kind: Text, Text: text}, bad
	case c == '\'':
		text, bad := p.quoted(c)
		return Term{Kind: Atom, Text: text}, bad
	}
	return p.word()
}

func (p *termParser) word() (Term, *flaw) {
	from := p.at
	for p.at < len(p.text) && !strings.ContainsRune(" \n,{}[]()\"'", p.text[p.at]) {
		p.at++
	}
	word := string(p.text[from:p.at])
	digits := strings.TrimPrefix(word, "-")
	switch {
	case isAtom(word):
		return Term{Kind: Atom, Text: word}, nil
	case digits != "" && strings.Trim(digits, "0123456789") == "" && len(digits) <= 18 && (digits == "0" && word == "0" || digits[0] != '0'):
		return Term{Kind: Number, Text: word}, nil
	}
	p.at = from
	f := p.flaw("%q is not a term", word)
	f.width = max(1, len([]rune(word)))
	if word != "" && isAtom(strings.ToLower(word)) {
		f.hint = fmt.Sprintf("atoms begin with a small letter; otherwise write '%s'", word)
	}
	return Term{}, f
}

func (p *termParser) items(end rune, depth int) ([]Term, *flaw) {
	p.at++
	var items []Term
	for {
		p.skip()
		if p.at < len(p.text) && p.text[p.at] == end && len(items) == 0 {
			p.at++
			return nil, nil
		}
		t, bad := p.term(depth + 1)
		if bad != nil {
			return nil, bad
		}
		items = append(items, t)
		p.skip()
		if p.at == len(p.text) || p.text[p.at] != ',' && p.text[p.at] != end {
			return nil, p.flaw("a comma or %q is wanted here", string(end))
		}
		p.at++
		if p.text[p.at-1] == end {
			return items, nil
		}
	}
}

func (p *termParser) quoted(q rune) (string, *flaw) {
	from := p.at
	var b strings.Builder
	for p.at++; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == q:
			p.at++
			return b.String(), nil
		case c == '\\' && p.at+1 < len(p.text):
			p.at++
			b.WriteRune(p.text[p.at])
		default:
			b.WriteRune(c)
		}
	}
	p.at = from
	return "", p.flaw("the quote is not closed")
}

var terms = form[Term]{
	name:  "term",
	looks: `boom, normal, "{badmatch, 1}"`,
	about: "An Erlang term: an atom, a whole number, a \"text\", a {tuple} or a [list]. Tuples and lists need quotes in YAML.",
	parse: parseTerm,
}
