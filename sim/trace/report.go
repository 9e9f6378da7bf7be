package trace

import (
	"strings"
	"unicode"

	"github.com/bedlam-sim/bedlam/sim/term"
)

// appendReport prints what a report says, in the manner of OTP's SASL: a title, then a line a field.
//
//	=CRASH REPORT==== 15.000042s ===
//	    pid: <a/kv_sup/kv_logger.6>
//	    ancestors: [<a/kv_sup>]
//	    reason: {badmatch,undefined}
func (r *Record) appendReport(b []byte, i int) []byte {
	e := r.Events[i]
	kind, text, _ := strings.Cut(r.Details[i], " ")
	if line, _, ok := strings.Cut(kind, "\n"); ok {
		kind, text = line, r.Details[i][len(line):]
	}
	p := reportPrinter{b: b}
	p.line(0, "="+title(kind)+" REPORT==== "+Seconds(e.At)+" ===")
	if strings.HasPrefix(text, " ") { // it is laid out already
		p.lines(0, text)
		return p.b
	}
	body, rest, _ := strings.Cut(text, "\n")
	if kind == "crash" {
		p.crash(r, e, body)
	} else {
		p.about(r, e, kind, body)
		p.body(body)
	}
	p.lines(2, rest)
	return p.b
}

func title(kind string) string {
	kind = strings.TrimSuffix(strings.TrimSuffix(kind, "_report"), "report")
	return strings.ToUpper(strings.ReplaceAll(kind, "_", " "))
}

type reportPrinter struct{ b []byte }

func (p *reportPrinter) line(depth int, text string) {
	p.b = append(p.b, indent...)
	for range depth {
		p.b = append(p.b, "    "...)
	}
	p.b = append(append(p.b, term.Visible(text)...), '\n')
}

// lines prints lines as they are, but for terms that are too long for one.
func (p *reportPrinter) lines(depth int, text string) {
	for line := range strings.SplitSeq(text, "\n") {
		text := strings.Trim(line, " ")
		in := depth + (len(strings.TrimRight(line, " "))-len(text))/4
		key, value, ok := strings.Cut(text, ": ")
		switch {
		case text == "":
		case ok && len(value) > valueWidth:
			p.field(in, key, value)
		default:
			p.line(in, text)
		}
	}
}

// crash is the report of a process whose code panicked: its body is the reason, or a struct that says who.
func (p *reportPrinter) crash(r *Record, e Event, body string) {
	if _, fields, ok := parts(body); ok && keyed(fields) {
		p.body(body)
		return
	}
	who := e.Object
	if who == 0 {
		who = e.Subject
	}
	p.line(1, "pid: "+r.Name(who))
	p.line(1, "ancestors: ["+strings.Join(ancestors(r.Name(who)), ",")+"]")
	if reason, ok := strings.CutSuffix(body, ",STACK}"); ok && strings.HasPrefix(reason, "{") {
		body = reason[1:]
	}
	p.field(1, "reason", body)
}

// about says who reports, and about whom, unless the body does.
func (p *reportPrinter) about(r *Record, e Event, kind, body string) {
	reporter := "reporter"
	if strings.HasPrefix(kind, "supervisor") || strings.HasPrefix(kind, "progress") {
		reporter = "supervisor"
	}
	if _, fields, ok := parts(body); !ok || !hasField(fields, reporter) {
		p.line(1, reporter+": "+r.Name(e.Subject))
	}
	if e.Object != 0 && e.Object != e.Subject && !strings.Contains(body, r.Name(e.Object)) {
		p.line(1, "about: "+r.Name(e.Object))
	}
}

func hasField(fields []string, want string) bool {
	for _, f := range fields {
		if key, _, ok := keyValue(f); ok && words(key) == want {
			return true
		}
	}
	return false
}

// body prints the fields of a struct or a map, or whatever else it is.
func (p *reportPrinter) body(body string) {
	_, fields, ok := parts(body)
	switch {
	case body == "":
	case ok && keyed(fields):
		for _, f := range fields {
			key, value, _ := keyValue(f)
			p.field(1, words(key), value)
		}
	default:
		p.field(1, "body", body)
	}
}

// valueWidth is how long a value may be before it is broken into its parts.
const valueWidth = 72

// depthMax ends the breaking: deeper parts stay on their line.
const depthMax = 5

// field prints a value behind its name; a long one in parts below it.
func (p *reportPrinter) field(depth int, name, value string) {
	_, fields, ok := parts(value)
	if len(value) <= valueWidth || !ok || depth == depthMax {
		p.line(depth, name+": "+value)
		return
	}
	p.line(depth, name+":")
	for _, f := range fields {
		if key, v, ok := keyValue(f); ok {
			p.field(depth+1, words(key), v)
		} else {
			p.line(depth+1, f)
		}
	}
}

// keyed reports whether all fields have a name.
func keyed(fields []string) bool {
	for _, f := range fields {
		if _, _, ok := keyValue(f); !ok {
			return false
		}
	}
	return len(fields) > 0
}

// parts takes the text of a struct, a map, a tuple or a list, as term.Format prints it, apart:
// #child{ID=a,Args=[1,2]} into child and ID=a, Args=[1,2]. ok is false for anything else.
func parts(text string) (name string, fields []string, ok bool) {
	open := strings.IndexAny(text, "{[\"'")
	if open < 0 || len(text) < 2 || text[open] != '{' && text[open] != '[' || open > 0 && text[0] != '#' {
		return "", nil, false
	}
	start, depth := open+1, 0
	for i := open; i < len(text); i++ {
		switch c := text[i]; c {
		case '"', '\'':
			i += quoted(text[i:], c)
		case '{', '[', '(':
			depth++
		case '}', ']', ')':
			if depth--; depth == 0 {
				if i > start {
					fields = append(fields, text[start:i])
				}
				return strings.TrimPrefix(text[:open], "#"), fields, i == len(text)-1
			}
		case ',':
			if depth == 1 {
				fields = append(fields, text[start:i])
				start = i + 1
			}
		}
	}
	return "", nil, false
}

// quoted is how far behind the opening quote at the start of s the closing one is.
func quoted(s string, quote byte) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case quote:
			return i
		}
	}
	return len(s)
}

// keyValue takes Name=value and key=>value apart. Only a plain word is a key.
func keyValue(field string) (key, value string, ok bool) {
	key, value, ok = strings.Cut(field, "=")
	value = strings.TrimPrefix(value, ">")
	return key, value, ok && key != "" && strings.IndexFunc(key, notInName) < 0
}

func notInName(c rune) bool {
	return c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c)
}

// words makes ErrorContext and error_context read error context.
func words(name string) string {
	var b strings.Builder
	before := ' '
	for _, c := range name {
		if unicode.IsUpper(c) && unicode.IsLower(before) || c == '_' {
			b.WriteByte(' ')
		}
		if c != '_' {
			b.WriteRune(unicode.ToLower(c))
		}
		before = c
	}
	return b.String()
}

// ancestors are the processes that a name goes through, nearest first: of <a/sup/w> it is <a/sup>.
func ancestors(name string) []string {
	node, path, _ := strings.Cut(bare(name), "/")
	var list []string
	for {
		i := strings.LastIndexByte(path, '/')
		if i < 0 {
			return list
		}
		path = path[:i]
		list = append(list, "<"+node+"/"+path+">")
	}
}
