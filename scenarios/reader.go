package scenarios

import (
	"fmt"
	"strings"
)

// reader is what one Parse knows while it reads and checks.
type reader struct {
	src      *source
	programs Programs
	grammar  *grammar
	suggester
	list Diagnostics
	torn map[string]bool // parts of the file (trees, workloads, faults) that are not whole: what is not found in them may be meant to be there
}

// report notes a mistake at p that takes width columns; 0 means the value that stands there.
func (r *reader) report(code Code, p Pos, width int, hint, format string, args ...any) {
	r.list = append(r.list, r.src.diagnostic(code, p, width, hint, fmt.Sprintf(format, args...)))
}

// wrong reports a value of the wrong type, and answers false for the caller to return.
func (r *reader) wrong(n *node, hint, format string, args ...any) bool {
	r.report(WrongType, n.pos, r.src.width(n), hint, format, args...)
	return false
}

// bad reports a mistake of meaning at p, and answers false.
func (r *reader) bad(code Code, p Pos, hint, format string, args ...any) bool {
	r.report(code, p, 0, hint, format, args...)
	return false
}

// flawIn reports what is wrong with the text of a scalar, exactly where it is wrong.
func (r *reader) flawIn(n *node, f *flaw) bool {
	code := f.code
	if code == "" {
		code = BadValue
	}
	at, width := n.pos, f.width
	if f.off > 0 || f.width > 0 {
		at = r.src.inside(n)(f.off)
	} else {
		width = r.src.width(n)
	}
	r.report(code, at, width, f.hint, "%s: %s", n.path(), f.text)
	return false
}

// wantKind reports that n should have been a list or a mapping, and answers false. keys are those of the mapping.
func (r *reader) wantKind(n *node, kind nodeKind, what string, keys ...string) bool {
	hint := "write it like [a, b], or with a line for each that begins with a dash"
	switch {
	case len(keys) > 0:
		hint = "its keys are " + strings.TrimPrefix(allowed(keys), "possible are ")
	case kind == mappingNode:
		hint = "write it like {key: value}"
	}
	if n.kind == refusedNode {
		return false
	}
	what += ", "
	if _, noun, _ := strings.Cut(what, " "); noun == n.key+", " || what == n.key+", " || what == kind.String()+", " {
		what = "" // the key says it
	}
	if n.null {
		return r.wrong(n, hint, "%s has no value; wanted is %s%v", n.path(), what, kind)
	}
	return r.wrong(n, hint, "%s must be %s%v; this is %v", n.path(), what, kind, n.kind)
}
