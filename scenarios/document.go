package scenarios

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Limits of a file. People stay far below; generated files may come near.
const (
	maxBytes   = 256 << 10
	maxDepth   = 100
	maxAliased = 10_000 // nodes that aliases may add
)

// A node is a value of the file, as YAML understands it: a scalar, a list or a mapping. This file alone knows the YAML library.
type node struct {
	kind  nodeKind
	pos   Pos
	text  string  // of a scalar
	null  bool    // a scalar that is not there
	block bool    // a scalar written as | or >
	items []*node // of a list
	keys  []entry // of a mapping, in order, without duplicates

	parent *node
	key    string // its key, if parent is a mapping
	index  int    // its index, if parent is a list

	unknown []string // keys its table did not know
}

type nodeKind int

const (
	scalarNode nodeKind = iota
	listNode
	mappingNode
	refusedNode // has been reported: whoever reads it says no more
)

func (k nodeKind) String() string {
	return [...]string{"a single value", "a list", "a mapping", "nothing"}[k]
}

// An entry is a key of a mapping with its value.
type entry struct {
	key   string
	pos   Pos
	value *node
}

// get answers the value of key, or nil.
func (n *node) get(key string) *node {
	for _, e := range n.keys {
		if e.key == key {
			return e.value
		}
	}
	return nil
}

// path says which part of the file a node is: faults[0].kill.
func (n *node) path() string {
	if n.parent == nil {
		return "the file"
	}
	p := ""
	if n.parent.parent != nil {
		p = n.parent.path()
	}
	if n.parent.kind == listNode {
		return fmt.Sprintf("%s[%d]", p, n.index)
	}
	if p != "" {
		p += "."
	}
	return p + n.key
}

// document reads the one YAML document of a file; nil if that was not possible, which has then been reported.
func (r *reader) document(src []byte) *node {
	if len(src) > maxBytes {
		r.report(TooBig, Pos{1, 1}, 1, "a scenario has at most 256 KiB; make two of it", "the file has %d bytes; %d are allowed", len(src), maxBytes)
		return nil
	}
	if !r.legalText(src) {
		return nil
	}
	root, ok := r.load(src)
	if !ok {
		return nil
	}
	c := converter{r: r}
	n := c.convert(root, nil, 0)
	if c.refused {
		return nil
	}
	return n
}

// legalText reports the first rune that a scenario file may not hold. YAML would refuse most of them too, but cannot say where.
func (r *reader) legalText(src []byte) bool {
	p := Pos{1, 1}
	for i := 0; i < len(src); {
		c, size := utf8.DecodeRune(src[i:])
		switch {
		case c == utf8.RuneError && size == 1:
			r.report(BadText, p, 1, "save the file as UTF-8", "byte %#02x is not UTF-8", src[i])
			return false
		case c < ' ' && c != '\n' && c != '\r' && c != '\t', c == 0x7f, c >= 0x80 && c < 0xa0, c == 0x2028, c == 0x2029, c == 0xfeff, c == 0xfffe, c == 0xffff:
			r.report(BadText, p, 1, "", "character %U may not stand in a scenario file", c)
			return false
		case c == '\n' || c == '\r' && (i+1 == len(src) || src[i+1] != '\n'):
			p = Pos{p.Line + 1, 1}
		default:
			p.Col++
		}
		i += size
	}
	return true
}

// load parses the bytes with the YAML library. Whatever the library does with strange bytes, its panics end here.
func (r *reader) load(src []byte) (root *yaml.Node, ok bool) {
	defer func() {
		if p := recover(); p != nil {
			r.report(NotYAML, Pos{1, 1}, 1, "", "the YAML library could not read the file: %v", p)
			root, ok = nil, false
		}
	}()
	l, err := yaml.NewLoader(strings.NewReader(string(src)), yaml.WithUniqueKeys(false), yaml.WithPlugin(limits{}))
	if err != nil {
		r.notYAML(err)
		return nil, false
	}
	var first, second yaml.Node
	switch err := l.Load(&first); {
	case errors.Is(err, io.EOF), err == nil && len(first.Content) == 0:
		r.report(MissingKey, Pos{1, 1}, 1, "the smallest scenario has simrun: 1, name: and tree:", "the file is empty")
		return nil, false
	case err != nil:
		r.notYAML(err)
		return nil, false
	}
	switch err := l.Load(&second); {
	case errors.Is(err, io.EOF):
	case err != nil:
		r.notYAML(err)
		return nil, false
	default:
		r.report(YAMLFeature, Pos{max(second.Line, 1), max(second.Column, 1)}, 0,
			"a file is one scenario; put the second into a file of its own", "a second document begins here")
		return nil, false
	}
	return first.Content[0], true
}

// limits is a plugin of the YAML library that stops deep nesting early.
type limits struct{}

var errDepth = fmt.Errorf("nested deeper than %d", maxDepth)

// CheckDepth is called for each bracket and each indentation.
func (limits) CheckDepth(depth int, _ *yaml.DepthContext) error {
	if depth > maxDepth {
		return errDepth
	}
	return nil
}

// CheckAlias allows what comes: aliases are expanded, and counted, by converter.
func (limits) CheckAlias(int, int) error { return nil }

// notYAML reports an error of the YAML library.
func (r *reader) notYAML(err error) {
	var e *yaml.LoadError
	if !errors.As(err, &e) {
		r.report(NotYAML, Pos{1, 1}, 1, "", "not YAML: %v", err)
		return
	}
	at := Pos{e.Mark.Line, e.Mark.Column}
	if at.Line == 0 {
		at = Pos{e.ContextMark.Line, e.ContextMark.Column}
	}
	if strings.Contains(e.Message, errDepth.Error()) || strings.Contains(e.Message, "max depth") {
		r.report(TooBig, at, 1, "is a bracket not closed?", "%v", errDepth)
		return
	}
	text := strings.TrimPrefix(e.Message, "yaml: ")
	if e.ContextMsg != "" && e.ContextMark.Line > 0 {
		text += fmt.Sprintf(" %s that begins at %d:%d", e.ContextMsg, e.ContextMark.Line, e.ContextMark.Column)
	}
	hint := yamlHint(e.Message)
	if line := r.src.line(at.Line); at.Col >= 1 && at.Col <= len(line) && line[at.Col-1] == '\t' {
		hint = "YAML is not indented with tabs; use blanks"
	}
	r.report(NotYAML, at, 1, hint, "not YAML: %s", text)
}

// yamlHint translates the library's commonest complaints into what to do.
func yamlHint(message string) string {
	for _, h := range [...][2]string{
		{"tab character", "YAML is not indented with tabs; use blanks"},
		{"mapping values are not allowed", `put a value that holds ": " in quotes, and look at the indentation`},
		{"cannot start any token", "put the value in quotes"},
		{"unknown anchor", "a value that begins with * is an alias in YAML; put it in quotes"},
		{"',' or '}'", "inside { } a value with , [ ] { } or : needs quotes"},
		{"',' or ']'", "inside [ ] a value with , [ ] { } or : needs quotes"},
		{"did not find expected key", "look at the indentation of this line and the one before"},
		{"could not find expected ':'", `a line "key: value" is wanted here; look at the quotes and the line before`},
	} {
		if strings.Contains(message, h[0]) {
			return h[1]
		}
	}
	return ""
}

// converter turns the library's nodes into ours: it expands aliases and refuses what scenario files do without.
type converter struct {
	r       *reader
	aliased int
	inAlias int
	refused bool // the tree is not whole
}

func (c *converter) convert(y *yaml.Node, parent *node, depth int) *node {
	n := &node{pos: Pos{y.Line, y.Column}, parent: parent, null: true}
	if c.refused {
		return n
	}
	if c.inAlias > 0 {
		c.aliased++
	}
	if depth > maxDepth || c.aliased > maxAliased {
		c.refused = true
		c.r.report(TooBig, n.pos, 0, "what an alias (*x) stands for counts each time; write fewer of them", "aliases make too much of this: more than %d values or a depth of %d", maxAliased, maxDepth)
		return n
	}
	if y.Kind == yaml.AliasNode {
		c.inAlias++
		defer func() { c.inAlias-- }()
		return c.convert(y.Alias, parent, depth+1)
	}
	if y.Style&yaml.TaggedStyle != 0 {
		c.r.report(YAMLFeature, n.pos, 0, "if the value begins with !, put it in quotes", "a YAML tag, %s, has no meaning here", y.Tag)
		n.kind = refusedNode
		return n
	}
	switch y.Kind {
	case yaml.MappingNode:
		n.kind = mappingNode
		c.mapping(n, y, depth)
	case yaml.SequenceNode:
		n.kind = listNode
		for i, item := range y.Content {
			kid := c.convert(item, n, depth+1)
			kid.index = i
			n.items = append(n.items, kid)
		}
	default:
		n.text, n.null = y.Value, y.Tag == "!!null" && (y.Value == "" || y.Value == "~" || y.Value == "null")
		n.block = y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0
		return n
	}
	n.null = false
	return n
}

// mapping converts keys and values, and reports keys that are no text, merge keys and duplicates. The first of two
// equal keys counts.
func (c *converter) mapping(n *node, y *yaml.Node, depth int) {
	seen := map[string]Pos{}
	for i := 0; i+1 < len(y.Content) && !c.refused; i += 2 {
		k := y.Content[i]
		at := Pos{k.Line, k.Column}
		switch first, twice := seen[k.Value]; {
		case k.Kind == yaml.AliasNode || k.Style&yaml.TaggedStyle != 0:
			c.r.report(YAMLFeature, at, 0, "", "a key must be plain text, without alias or tag")
			continue
		case k.Kind != yaml.ScalarNode:
			c.r.report(WrongType, at, 1, "", "a key must be plain text")
			continue
		case k.Tag == "!!merge":
			c.r.report(YAMLFeature, at, 0, "write the keys out, or give the whole mapping an anchor (&x) and repeat it (*x)", "merge keys are not part of the format")
			continue
		case twice:
			c.r.report(DuplicateKey, at, 0, "", "key %q stands here for the second time; the first is in line %d", k.Value, first.Line)
			continue
		}
		seen[k.Value] = at
		v := c.convert(y.Content[i+1], n, depth+1)
		v.key = k.Value
		n.keys = append(n.keys, entry{k.Value, at, v})
	}
}
