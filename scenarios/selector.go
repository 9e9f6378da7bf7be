package scenarios

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Selector says which processes are meant: by their place in the declared trees, or by the name one is registered under.
type Selector struct {
	Pos   Pos    // in the file
	Name  string // a registered name; then there are no Steps
	Steps []Step // from the top of a tree downwards
	Node  string // only on this node; "any": on any node; "": on all, or, for who lives on a node, rather there
}

// anyNode stands for a node in a selector.
const anyNode = "any"

// globalPrefix begins the names that the whole cluster knows.
const globalPrefix = "global:"

// anywhere is the selector without its node.
func (s Selector) anywhere() Selector {
	s.Node = ""
	return s
}

// A Step of a selector is one level of a tree, or several.
type Step struct {
	ID    string // of a child; "*" is any, "**" is any number of levels: below the last step at least one, between two also none
	Index int    // which instance of a simple_one_for_one child, from 1 in the order they were first started; 0 is all
}

// maxSteps bounds what a selector costs.
const maxSteps = 2 * maxDepth

// IsZero reports whether there is no selector.
func (s Selector) IsZero() bool { return s.Name == "" && len(s.Steps) == 0 }

// String prints /sup/room[3], or a registered name; behind an @ the node.
func (s Selector) String() string {
	if s.Node != "" {
		return s.anywhere().String() + "@" + s.Node
	}
	if s.Name != "" {
		return s.Name
	}
	var b strings.Builder
	for _, x := range s.Steps {
		b.WriteByte('/')
		b.WriteString(x.ID)
		if x.Index > 0 {
			fmt.Fprintf(&b, "[%d]", x.Index)
		}
	}
	return b.String()
}

// ParseSelector reads /sup/child, /sup/*, /sup/**, /rooms/room[3] or a registered name.
func ParseSelector(text string) (Selector, error) {
	s, bad := parseSelector(text)
	return s, bad.asError()
}

const selectorForms = "a selector is a path like /sup/child, /sup/*, /sup/** or /rooms/room[3], or a " +
	"registered name; @node may stand behind it"

func parseSelector(text string) (Selector, *flaw) {
	what, at, placed := strings.Cut(text, "@")
	s, bad := parsePlace(what)
	if bad == nil && placed && !isIdent(at) {
		bad = flawed("as in /sup/child@a, or @any", "%q is not a node", at)
		bad.off, bad.width = utf8.RuneCountInString(what)+1, max(1, utf8.RuneCountInString(at))
	}
	if placed {
		s.Node = at
	}
	return s, bad
}

// parsePlace reads a selector without a node.
func parsePlace(text string) (Selector, *flaw) {
	path, ok := strings.CutPrefix(text, "/")
	if !ok {
		if !isIdent(strings.TrimPrefix(text, globalPrefix)) {
			return Selector{}, flawed(selectorForms, "%q is not a selector", text)
		}
		return Selector{Name: text}, nil
	}
	var s Selector
	off := 1
	for part := range strings.SplitSeq(path, "/") {
		step, bad := parseStep(part)
		if bad == nil && len(s.Steps) == maxSteps {
			bad = &flaw{code: OutOfRange, text: fmt.Sprintf("the selector has more than %d steps", maxSteps)}
		}
		if bad != nil {
			bad.off, bad.width = off, max(1, utf8.RuneCountInString(part))
			return Selector{}, bad
		}
		s.Steps = append(s.Steps, step)
		off += utf8.RuneCountInString(part) + 1
	}
	return s, nil
}

func parseStep(part string) (Step, *flaw) {
	const numbers = "instances have numbers from 1, as in room[3]"
	id, rest, indexed := strings.Cut(part, "[")
	digits, closed := strings.CutSuffix(rest, "]")
	switch {
	case part == "*" || part == "**":
		return Step{ID: part}, nil
	case part == "":
		return Step{}, flawed("after each / stands an id, * or **", "the selector has an empty step")
	case indexed && !strings.Contains(rest, "]"):
		return Step{}, flawed(numbers, "the bracket of %q is not closed", part)
	case indexed && id == "":
		return Step{}, flawed(numbers, "there is no id before %q", part)
	case !isIdent(id):
		return Step{}, flawed(selectorForms, "%q is not an id", id)
	case !indexed:
		return Step{ID: id}, nil
	}
	n, err := strconv.Atoi(digits)
	if !closed || err != nil || n < 1 || strconv.Itoa(n) != digits {
		return Step{}, flawed(numbers, "%q is not a number of an instance", "["+rest)
	}
	return Step{ID: id, Index: n}, nil
}

// isIdent reports whether text can be an id or a registered name: a letter or underscore, then letters, digits,
// underscores and dashes.
func isIdent(text string) bool {
	for i, c := range text {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_':
		case i > 0 && (c >= '0' && c <= '9' || c == '-'):
		default:
			return false
		}
	}
	return text != "" && len(text) <= 255
}

// Matches reports whether the process with this path and registered name ("" for none) is selected. Paths look like
// /rooms_sup/room[3].
func (s Selector) Matches(path, name string) bool {
	if s.Name != "" {
		return s.Name == name
	}
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	return matchSteps(s.Steps, parts, func(x Step, part string) bool {
		id, rest, _ := strings.Cut(part, "[")
		return x.ID == id && (x.Index == 0 || strconv.Itoa(x.Index)+"]" == rest)
	})
}

// matchSteps compares a path level by level. It keeps the set of steps that may come next, so many ** cost no more than one.
func matchSteps[P any](steps []Step, path []P, same func(Step, P) bool) bool {
	var next [maxSteps + 1]bool // next[i]: the levels so far are matched by the steps before i
	next[0] = true
	for _, p := range path {
		var after [maxSteps + 1]bool
		for i, x := range steps {
			if !next[i] {
				continue
			}
			switch {
			case x.ID == "**":
				after[i], after[i+1] = true, true
				if i+1 < len(steps) {
					next[i+1] = true // none of its levels
				}
			case x.ID == "*" || same(x, p):
				after[i+1] = true
			}
		}
		next = after
	}
	return len(steps) > 0 && next[len(steps)]
}

// selectors is the form of a selector.
var selectors = form[Selector]{
	name:  "selector",
	looks: "/kv_sup/kv_store, /pool/*, /sup/**, /rooms/room[3], kv_store, /sup/child@a, global:leader",
	about: "Which processes are meant. A path goes from the id of a tree down: * is any child, ** any process " +
		"below (between two ids also none), room[3] the third instance of a simple_one_for_one child, room all of them. " +
		"A word without / is a registered name, global:word one that the cluster knows. Behind it may stand a " +
		"node: /sup/child@a, kv_store@b. Without one all nodes are meant; but a client, or a program that is told " +
		"whom to ask, asks those on its own node if there are any, unless it is /sup/child@any. " +
		"A selector that selects nothing in the declared trees is an error.",
	parse: parseSelector,
}

// oneSelector is a field with a selector, which remembers its own place.
func oneSelector[T any](key string, p func(*T) *Selector, def, about string) field[T] {
	f := one(key, selectors, p, def, about)
	read := f.read
	f.read = func(r *reader, n *node, t *T) bool {
		ok := read(r, n, t)
		p(t).Pos = r.src.inside(n)(0)
		return ok
	}
	return f
}
