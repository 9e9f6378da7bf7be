package trace

import (
	"slices"
	"strings"
	"time"
)

// Filter says which facts to show. The zero Filter shows all; what is set must hold together.
type Filter struct {
	Kinds []Kind   // of one of these kinds
	Paths []string // with a process, subject or object, that matches one of these globs; see Match
	From  time.Duration
	To    time.Duration // before this time; 0: to the end
}

// Select is the part of the record that passes the filter. Its facts keep their numbers.
func (r *Record) Select(f Filter) *Record {
	s := &Record{Chain: r.Chain, Names: r.Names, Details: map[int]string{}}
	var indexes []uint64
	pass := f.test(r)
	for i, e := range r.Events {
		if !pass(e) {
			continue
		}
		if text, ok := r.Details[i]; ok {
			s.Details[len(s.Events)] = text
		}
		s.Events = append(s.Events, e)
		indexes = append(indexes, r.Index(i))
	}
	s.number(indexes)
	return s
}

// test is the filter as a function. Each process is matched once.
func (f Filter) test(r *Record) func(Event) bool {
	known := map[uint64]bool{}
	about := func(serial uint64) bool {
		hit, ok := known[serial]
		if !ok {
			hit = serial != 0 && slices.ContainsFunc(f.Paths, func(glob string) bool { return Match(glob, r.Name(serial)) })
			known[serial] = hit
		}
		return hit
	}
	return func(e Event) bool {
		return f.passes(e) && (len(f.Paths) == 0 || about(e.Subject) || about(e.Object))
	}
}

// passes is as much of the filter as the fact alone tells: all but the globs.
func (f *Filter) passes(e Event) bool {
	at := time.Duration(e.At)
	return at >= f.From && (f.To == 0 || at < f.To) && (len(f.Kinds) == 0 || slices.Contains(f.Kinds, e.Kind))
}

// Match reports whether a process's name, such as <a/kv_sup/kv_store.2>, matches a glob: * stands for any
// text without a slash, ** for any text, ? for one character that is no slash. The glob speaks of the whole
// path, with its node or without: a/kv_sup/*, kv_sup/**, **/kv_store*. Angle brackets may be left out.
func Match(glob, name string) bool {
	glob, name = bare(glob), bare(name)
	if match(glob, name) {
		return true
	}
	_, path, ok := strings.Cut(name, "/")
	return ok && match(glob, path)
}

func bare(name string) string {
	return strings.TrimSuffix(strings.TrimPrefix(name, "<"), ">")
}

// match goes back, on a mismatch, to the last star and lets it take one character more, and where that one
// may not, to the last double star. So it takes no longer than the product of the lengths.
func match(glob, s string) bool {
	var star, far mark
	g, i := 0, 0
	for i < len(s) || g < len(glob) {
		switch {
		case strings.HasPrefix(glob[g:], "**"):
			g += 2
			far, star = mark{g, i, true}, mark{}
			continue
		case g < len(glob) && glob[g] == '*':
			g++
			star = mark{g, i, true}
			continue
		case g < len(glob) && i < len(s) && (glob[g] == s[i] || glob[g] == '?' && s[i] != '/'):
			g++
			i++
			continue
		}
		switch {
		case star.set && star.i < len(s) && s[star.i] != '/':
			star.i++
			g, i = star.g, star.i
		case far.set && far.i < len(s):
			far.i++
			star = mark{}
			g, i = far.g, far.i
		default:
			return false
		}
	}
	return true
}

// mark is where a star stands in the glob, and how much of the text is taken before and by it.
type mark struct {
	g, i int
	set  bool
}
