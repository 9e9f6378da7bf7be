package scenarios

import (
	"fmt"
	"slices"
	"strings"
)

// A table is all that one kind of mapping of the format consists of. It reads such mappings and prints their documentation.
type table[T any] struct {
	name   string // what the mapping is, with its article: "a fault"
	about  string
	fields []field[T]
	lost   map[string]string // hints for keys people will try that belong elsewhere
}

// A field is one key of a table.
type field[T any] struct {
	key   string
	form  string // what its value looks like, for people
	need  bool   // it must be there
	def   string // text that is read if the key is absent; "" for none
	about string
	read  func(r *reader, n *node, t *T) bool // false: it was wrong and has been reported

	filled bool // a mapping: if the key is absent, an empty one is read for its defaults
}

// must makes a field one that cannot be left out.
func (f field[T]) must() field[T] {
	f.need = true
	return f
}

// A form is a way to write a single value: what parses it, and what tells people of it.
type form[V any] struct {
	name  string // short: "duration"
	looks string // examples
	about string
	parse func(text string) (V, *flaw)
}

// one is a field with a single value.
func one[T, V any](key string, f form[V], p func(*T) *V, def, about string) field[T] {
	return field[T]{key: key, form: f.name, def: def, about: about, read: func(r *reader, n *node, t *T) bool {
		v, ok := scalar(r, n, f)
		if ok {
			*p(t) = v
		}
		return ok
	}}
}

// several is a field with a list of values, or one of them without the brackets.
func several[T, V any](key string, f form[V], p func(*T) *[]V, about string) field[T] {
	return field[T]{key: key, form: f.name + ", or a list", about: about, read: func(r *reader, n *node, t *T) bool {
		return r.eachOf(n, func(item *node) bool {
			v, ok := scalar(r, item, f)
			*p(t) = append(*p(t), v)
			return ok
		})
	}}
}

// eachOf reads the values of a list that must not be empty, or the one that stands in its place.
func (r *reader) eachOf(n *node, read func(item *node) bool) (good bool) {
	switch {
	case n.kind != listNode:
		return read(n)
	case len(n.items) == 0:
		return r.wrong(n, "", "%s is an empty list", n.path())
	}
	good = true
	for _, item := range n.items {
		good = read(item) && good
	}
	return good
}

// scalar reads a single value.
func scalar[V any](r *reader, n *node, f form[V]) (V, bool) {
	var zero V
	if n.kind == refusedNode {
		return zero, false
	}
	if n.kind != scalarNode {
		hint := "write it like " + f.looks
		if n.kind == mappingNode && f.name == "term" {
			hint = "a tuple needs quotes in YAML: \"{badmatch, 1}\""
		}
		return zero, r.wrong(n, hint, "%s must be a single value (%s), not %v", n.path(), f.name, n.kind)
	}
	if n.null {
		return zero, r.wrong(n, "write it like "+f.looks, "%s has no value; a %s is wanted", n.path(), f.name)
	}
	v, bad := f.parse(n.text)
	if bad != nil {
		return zero, r.flawIn(n, bad)
	}
	return v, true
}

// readTable reads mapping n into t by the table tb, and remembers in place where everything stood. What is wrong is
// reported, the rest is read.
func readTable[T any](r *reader, tb *table[T], n *node, t *T, place *Place) bool {
	place.Pos = n.pos
	if n.kind != mappingNode {
		return r.wantKind(n, mappingNode, tb.name, tb.keys()...)
	}
	place.keys = make(map[string]Pos, len(n.keys))
	good := true
	for _, e := range n.keys {
		f := tb.field(e.key)
		if f == nil {
			r.report(UnknownKey, e.pos, 0, tb.hint(r, e.key), "unknown key %q in %s", e.key, n.path())
			n.unknown = append(n.unknown, e.key)
			good = false
			continue
		}
		if f.read(r, e.value, t) {
			place.keys[e.key] = e.value.pos
		} else {
			good = false
		}
	}
	return tb.absent(r, n, t) && good
}

// absent reads the defaults of the keys that are not there, and reports those that must be.
func (tb *table[T]) absent(r *reader, n *node, t *T) bool {
	good := true
	for i := range tb.fields {
		f := &tb.fields[i]
		if n.get(f.key) != nil {
			continue
		}
		if f.need {
			r.missing(n, f.form, f.key)
			good = false
		} else if f.def != "" {
			f.read(r, &node{text: f.def, parent: n, key: f.key}, t)
		} else if f.filled {
			f.read(r, &node{kind: mappingNode, pos: n.pos, parent: n, key: f.key}, t)
		}
	}
	return good
}

// missing reports that n has none of these keys, unless a mistyped one has been reported.
func (r *reader) missing(n *node, form string, keys ...string) {
	for _, typo := range n.unknown {
		if r.nearest(typo, keys) != "" {
			return
		}
	}
	if len(keys) == 1 {
		r.report(MissingKey, n.pos, 1, fmt.Sprintf("add %s: (%s)", keys[0], form), "%s has no key %q", n.path(), keys[0])
		return
	}
	r.report(MissingKey, n.pos, 1, "", "%s needs one of the keys %s", n.path(), strings.Join(keys, ", "))
}

// exactlyOne reports if n does not have exactly one of these keys, and answers which; "" then: nobody knows which was meant.
func (r *reader) exactlyOne(n *node, keys ...string) (key string) {
	several := false
	for _, e := range n.keys {
		switch {
		case !slices.Contains(keys, e.key):
		case key == "":
			key = e.key
		default:
			several = true
			r.report(WrongCompany, e.pos, 0, "", "%s has both %s and %s; one of them is possible", n.path(), key, e.key)
		}
	}
	if key == "" {
		r.missing(n, "", keys...)
	}
	if several {
		return ""
	}
	return key
}

func (tb *table[T]) field(key string) *field[T] {
	for i := range tb.fields {
		if tb.fields[i].key == key {
			return &tb.fields[i]
		}
	}
	return nil
}

func (tb *table[T]) hint(r *reader, key string) string {
	if h, ok := tb.lost[key]; ok {
		return h
	}
	for _, c := range key {
		if c == ')' || c == '(' || c == ']' || c == '"' {
			return "a comma inside { } ends a value; put values that hold commas in quotes"
		}
	}
	return r.meant(key, tb.keys())
}

// keys are those that the table knows.
func (tb *table[T]) keys() []string {
	keys := make([]string, len(tb.fields))
	for i, f := range tb.fields {
		keys[i] = f.key
	}
	return keys
}
