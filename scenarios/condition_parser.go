package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// condParser is a recursive descent over the runes of a condition. It stops at the first flaw.
type condParser struct {
	text  []rune
	at    int           // where tok begins
	end   int           // where it ends
	tok   string        // "" at the end of the text
	kind  rune          // w word, q quoted text, o operator or punctuation
	depth int           // of parentheses and !
	pos   func(int) Pos // where a rune of the text stands in the file
	suggester
}

// maxCond is how many characters a condition may have.
const maxCond = 5000

func parseCond(text string, pos func(int) Pos) (c Cond, bad *flaw) {
	p := &condParser{text: []rune(text), pos: pos}
	if len(p.text) > maxCond {
		return nil, &flaw{code: BadCondition, text: fmt.Sprintf("the condition is longer than %d characters", maxCond), hint: "make several expectations of it"}
	}
	if bad := p.next(); bad != nil {
		return nil, bad
	}
	c, bad = p.or()
	switch {
	case bad != nil:
		return nil, bad
	case p.tok == ")":
		return nil, p.flaw("", "this parenthesis was not opened")
	case p.tok != "":
		return nil, p.flaw(p.joinHint(), "%q cannot follow here", p.tok)
	}
	return c, nil
}

// flaw is a mistake at the present token.
func (p *condParser) flaw(hint, format string, args ...any) *flaw {
	return &flaw{code: BadCondition, off: p.at, width: max(1, p.end-p.at), text: fmt.Sprintf(format, args...), hint: hint}
}

func (p *condParser) joinHint() string {
	switch p.tok {
	case "and", "AND", "&":
		return "did you mean &&?"
	case "or", "OR", "|":
		return "did you mean ||?"
	case "=":
		return "did you mean ==?"
	}
	if p.kind == 'o' && slices.Contains(Ops, Op(p.tok)) {
		return "two comparisons are joined with &&"
	}
	return "conditions are joined with && and ||"
}

// operators, longer ones first.
var operators = []string{"&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", ",", "&", "|", "="}

// next goes to the next token.
func (p *condParser) next() *flaw {
	p.at = p.end
	for p.at < len(p.text) && unicode.IsSpace(p.text[p.at]) {
		p.at++
	}
	p.end, p.tok, p.kind = p.at, "", 0
	if p.at == len(p.text) {
		return nil
	}
	if c := p.text[p.at]; c == '"' || c == '\'' {
		return p.quotedToken()
	}
	rest := string(p.text[p.at:min(p.at+2, len(p.text))])
	for _, op := range operators {
		if strings.HasPrefix(rest, op) {
			p.end, p.tok, p.kind = p.at+len(op), op, 'o'
			return nil
		}
	}
	for p.end < len(p.text) && !unicode.IsSpace(p.text[p.end]) && !strings.ContainsRune("&|=!<>(),\"'", p.text[p.end]) {
		p.end++
	}
	p.tok, p.kind = string(p.text[p.at:p.end]), 'w'
	return nil
}

func (p *condParser) quotedToken() *flaw {
	t := termParser{text: p.text, at: p.at}
	text, bad := t.quoted(p.text[p.at])
	if bad != nil {
		bad.code, bad.hint = BadCondition, ""
		return bad
	}
	p.end, p.tok, p.kind = t.at, text, 'q'
	if text == "" {
		return p.flaw("", "the name is empty")
	}
	return nil
}

// is reports whether the present token is the operator op.
func (p *condParser) is(op string) bool { return p.kind == 'o' && p.tok == op }

func (p *condParser) or() (Cond, *flaw) {
	l, bad := p.and()
	for bad == nil && p.is("||") {
		var r Cond
		if bad = p.next(); bad == nil {
			r, bad = p.and()
		}
		l = Or{l, r}
	}
	return l, bad
}

func (p *condParser) and() (Cond, *flaw) {
	l, bad := p.unary()
	for bad == nil && p.is("&&") {
		var r Cond
		if bad = p.next(); bad == nil {
			r, bad = p.unary()
		}
		l = And{l, r}
	}
	return l, bad
}

func (p *condParser) unary() (Cond, *flaw) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.flaw("", "the condition is nested deeper than %d", maxDepth)
	}
	defer func() { p.depth-- }()
	at := p.pos(p.at)
	switch {
	case p.is("!"):
		if bad := p.next(); bad != nil {
			return nil, bad
		}
		x, bad := p.unary()
		return Not{at, x}, bad
	case p.is("("):
		return p.parens()
	}
	return p.comparison()
}

func (p *condParser) parens() (Cond, *flaw) {
	open := p.at
	if bad := p.next(); bad != nil {
		return nil, bad
	}
	c, bad := p.or()
	if bad != nil {
		return nil, bad
	}
	if !p.is(")") {
		if p.tok != "" {
			return nil, p.flaw(p.joinHint(), "%q cannot follow here", p.tok)
		}
		return nil, &flaw{code: BadCondition, off: open, width: 1, text: "this parenthesis is not closed"}
	}
	return c, p.next()
}

// comparison reads a fact, and what it is compared with.
func (p *condParser) comparison() (Cond, *flaw) {
	start := *p
	l, bad := p.operand()
	if bad != nil {
		return nil, bad
	}
	switch {
	case p.kind == 'w' && p.tok == "in":
		return p.in(l, start)
	case p.kind == 'o' && slices.Contains(Ops, Op(p.tok)):
		return p.compare(l, start)
	case p.is("="):
		return nil, p.flaw("did you mean ==?", "there is no operator =")
	case l.Fact == nil:
		return nil, start.flaw("compare it with a fact, as in restarts(/sup/**) <= 5", "%q alone is no condition", start.tok)
	case l.Type == CountFact:
		return nil, start.flaw("compare it, as in "+l.String()+" <= 5", "%s is a count, not true or false", start.tok)
	case l.Type == TimeFact:
		return nil, start.flaw("say when, as in "+l.String()+" in 10s..20s", "%s is a moment, not true or false", start.tok)
	}
	return Is{*l.Fact}, nil
}

func (p *condParser) compare(l Operand, left condParser) (Cond, *flaw) {
	op := Op(p.tok)
	operator := *p
	if bad := p.next(); bad != nil {
		return nil, bad
	}
	right := *p
	r, bad := p.operand()
	switch {
	case bad != nil:
		return nil, bad
	case l.Type == TruthFact:
		return nil, left.flaw("leave the comparison out, or use !", "%s is true or false; it cannot be compared", left.tok)
	case r.Type == TruthFact:
		return nil, right.flaw("", "%s is true or false; it cannot be compared", right.tok)
	case l.Fact == nil && r.Fact == nil:
		return nil, operator.flaw("one side must be a fact", "this compares two constants")
	}
	l, r = l.zeroAs(r.Type), r.zeroAs(l.Type)
	if l.Type != r.Type {
		return nil, operator.flaw(unlike(l, r), "this compares %s with %s", l.sort(), r.sort())
	}
	return Compare{l, op, r}, nil
}

// sort is what an operand is, to people.
func (o Operand) sort() string {
	switch {
	case o.Type == CountFact && o.Fact == nil:
		return "a number"
	case o.Type == CountFact:
		return "a count"
	case o.Fact == nil:
		return "a duration"
	}
	return "a moment"
}

// unlike is the hint for two operands that cannot be compared.
func unlike(l, r Operand) string {
	if l.Fact == nil {
		l, r = r, l
	}
	switch {
	case r.Fact != nil:
		return "moments compare with moments, and counts with counts"
	case r.Type == CountFact:
		return "a moment needs a unit, as in 15s"
	}
	return "a count has no unit, as in 15"
}

// zeroAs makes of a constant 0 a moment if it is compared with one.
func (o Operand) zeroAs(t FactType) Operand {
	if o.Fact == nil && o.N == 0 && o.Type == CountFact && t == TimeFact {
		o.Type = TimeFact
	}
	return o
}

func (p *condParser) in(l Operand, left condParser) (Cond, *flaw) {
	if l.Fact == nil || l.Type != TimeFact {
		return nil, left.flaw("only died, app_died and node_died are moments", "%s is no moment that could lie in a span", left.tok)
	}
	if bad := p.next(); bad != nil {
		return nil, bad
	}
	s, bad := parseSpan(p.tok)
	if bad != nil {
		return nil, p.flaw(bad.hint, "%s", bad.text)
	}
	return In{*l.Fact, s}, p.next()
}

// operand reads a fact or a constant.
func (p *condParser) operand() (Operand, *flaw) {
	o := Operand{Pos: p.pos(p.at)}
	switch {
	case p.tok == "":
		return o, p.flaw(conditionForms, "a condition is wanted here")
	case p.kind != 'w':
		return o, p.flaw(conditionForms, "%q cannot stand here", p.tok)
	case p.tok[0] >= '0' && p.tok[0] <= '9' || p.tok[0] == '-':
		return p.constant(o)
	}
	f, spec, bad := p.fact()
	o.Fact, o.Type = &f, spec.Type
	return o, bad
}

func (p *condParser) constant(o Operand) (Operand, *flaw) {
	n, bad := parseCount(p.tok)
	if bad == nil {
		o.Type, o.N = CountFact, n
		return o, p.next()
	}
	t, badTime := parseDuration(p.tok)
	if badTime == nil {
		o.Type, o.T = TimeFact, t
		return o, p.next()
	}
	if strings.Trim(p.tok, "0123456789.-kMG") != "" {
		bad = badTime
	}
	return o, p.flaw(bad.hint, "%s", bad.text)
}

// fact reads a name and what stands in the parentheses behind it.
func (p *condParser) fact() (Fact, FactSpec, *flaw) {
	f := Fact{Name: p.tok, Pos: p.pos(p.at)}
	spec, ok := factSpec(p.tok)
	if !ok {
		names := make([]string, len(Facts))
		for i := range Facts {
			names[i] = Facts[i].Name
		}
		hint := p.meant(p.tok, names)
		if p.tok == "not" {
			hint = "did you mean !?"
		}
		return f, spec, p.flaw(hint, "there is no fact %q", p.tok)
	}
	if bad := p.next(); bad != nil {
		return f, spec, bad
	}
	if spec.Of == "" && p.is("(") {
		return f, spec, p.flaw("leave the parentheses out", "%s is about all nodes", spec.Name)
	}
	if spec.Of == "" || spec.Of == "node" && !p.is("(") {
		return f, spec, nil
	}
	if !p.is("(") {
		return f, spec, p.flaw("as in "+spec.Name+"("+exampleOf(spec.Of)+")", "after %s a parenthesis is wanted", spec.Name)
	}
	if bad := p.next(); bad != nil {
		return f, spec, bad
	}
	if bad := p.argument(&f, spec); bad != nil {
		return f, spec, bad
	}
	if !p.is(")") {
		return f, spec, p.flaw("", "after what %s is about, a closing parenthesis is wanted", spec.Name)
	}
	return f, spec, p.next()
}

func exampleOf(what string) string {
	switch what {
	case "selector":
		return "/sup/child"
	case "tree":
		return "/sup"
	case "application":
		return "kv"
	case "node":
		return "a"
	case "two nodes":
		return "a, b"
	case "global name":
		return "leader"
	}
	return what
}

// argument reads what a fact is about, and the reason of exits.
func (p *condParser) argument(f *Fact, spec FactSpec) *flaw {
	f.ArgPos = p.pos(p.at)
	if p.kind != 'w' && p.kind != 'q' {
		return p.flaw("as in "+spec.Name+"("+exampleOf(spec.Of)+")", "a %s is wanted here", spec.Of)
	}
	switch spec.Of {
	case "workload":
		f.Workload = p.tok
	case "fault":
		f.Fault = p.tok
	case "application":
		name, at, placed := strings.Cut(p.tok, "@")
		if f.App = name; placed {
			f.Nodes = []string{at}
		}
	case "node", "two nodes":
		f.Nodes = []string{p.tok}
	case "global name":
		name, at, placed := strings.Cut(strings.TrimPrefix(p.tok, globalPrefix), "@")
		if f.Global = name; placed {
			f.Nodes = []string{at}
		}
	default:
		if bad := p.selector(f, spec); bad != nil {
			return bad
		}
	}
	if bad := p.next(); bad != nil {
		return bad
	}
	switch {
	case spec.Of == "two nodes":
		return p.second(f)
	case spec.Name != "exits" || !p.is(","):
		return nil
	}
	return p.reason(f)
}

// second reads the other one of two nodes.
func (p *condParser) second(f *Fact) *flaw {
	if !p.is(",") {
		return p.flaw("as in "+f.Name+"(a, b)", "a second node is wanted here")
	}
	if bad := p.next(); bad != nil {
		return bad
	}
	if p.kind != 'w' && p.kind != 'q' {
		return p.flaw("as in "+f.Name+"(a, b)", "a second node is wanted here")
	}
	f.Nodes = append(f.Nodes, p.tok)
	return p.next()
}

func (p *condParser) selector(f *Fact, spec FactSpec) *flaw {
	text, shift := p.tok, 0
	if p.kind == 'q' {
		shift = 1
	}
	if spec.Of == "tree" && isIdent(text) {
		f.Select = Selector{Steps: []Step{{ID: text}}}
	} else {
		s, bad := parseSelector(text)
		if bad != nil {
			bad.code = BadCondition
			if bad.width == 0 {
				bad.width = p.end - p.at
			}
			bad.off += p.at + shift
			return bad
		}
		f.Select = s
	}
	f.Select.Pos = f.ArgPos
	return nil
}

// reason reads the term behind the comma of exits.
func (p *condParser) reason(f *Fact) *flaw {
	t := termParser{text: p.text, at: p.end}
	term, bad := t.term(0)
	if bad != nil {
		bad.code = BadCondition
		return bad
	}
	f.Reason = &term
	p.end = t.at
	return p.next()
}
