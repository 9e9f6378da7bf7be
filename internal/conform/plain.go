package conform

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genevent"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// What has no value of its own in a plain term.
type (
	stack   struct{} // a stack trace
	closure struct{} // a fun
	alias   struct{} // [alias|Ref], the tag of a call
	child   struct{} // what a supervisor knows of a child
)

// erlang is what types of sim/otp have that know which term they stand for.
type erlang interface{ Term() sim.Tuple }

// plain turns a value into the term that Erlang would have in its place, of atoms, integers, tuples, lists
// and processes alone, so that patterns of cases can look into it and it prints as Erlang prints it.
func plain(v any) any {
	switch v := v.(type) {
	case bool:
		return atomOf(v)
	case string: // a list of characters
		return characters(v)
	case term.Tuple:
		return term.Tuple(plains(v))
	case []any:
		return plains(v)
	case sim.Exit:
		return term.Tuple{term.Atom("EXIT"), v.From, plain(v.Reason)}
	case sim.Down:
		return term.Tuple{downTag(v), v.Ref, term.Atom("process"), plain(v.Object), plain(v.Reason)}
	case sim.Timeout:
		return term.Tuple{term.Atom("timeout"), v.Ref, plain(v.Msg)}
	case sim.NodeUp:
		return nodeMessage("nodeup", v.Node, v.Info)
	case sim.NodeDown:
		return nodeMessage("nodedown", v.Node, v.Info)
	case *term.Crash:
		return term.Tuple{plain(v.Err), stack{}}
	case otp.Tag:
		if v.Plain {
			return v.Ref
		}
		return alias{}
	case supervisor.Child, *supervisor.Child:
		return child{}
	case func(any) any, sys.Replace:
		return closure{}
	case erlang:
		return term.Tuple(plains(v.Term()))
	case wait:
		return int(v) * oracleScale
	case term.Name:
		return term.Atom(v)
	case term.NameAt:
		return term.Tuple{term.Atom(v.Name), v.Node}
	case term.Global:
		return term.Tuple{term.Atom("global"), term.Atom(v)}
	}
	return v
}

// nodeMessage is what is told of a node: a pair, or with info, even if that is empty, three.
func nodeMessage(what, node term.Atom, info []any) any {
	if info == nil {
		return term.Tuple{what, node}
	}
	return term.Tuple{what, node, plains(info)}
}

func plains(row []any) []any {
	out := make([]any, len(row))
	for i := range row {
		out[i] = plain(row[i])
	}
	return out
}

func characters(s string) []any {
	list := []any{}
	for _, r := range s {
		list = append(list, int(r))
	}
	return list
}

func downTag(d sim.Down) any {
	if d.Tag == nil {
		return term.Atom("DOWN")
	}
	return plain(d.Tag)
}

// native turns a term that looks like a message of the machinery into that message: in Erlang, who looks
// right is right.
func native(v any) any {
	t, _ := v.(term.Tuple)
	switch {
	case matches(term.Tuple{term.Atom("EXIT"), anything, anything}, t):
		if from, ok := t[1].(sim.PID); ok {
			return sim.Exit{From: from, Reason: t[2]}
		}
	case matches(term.Tuple{term.Atom("DOWN"), anything, term.Atom("process"), anything, anything}, t):
		if ref, ok := t[1].(sim.Ref); ok {
			return sim.Down{Ref: ref, Object: t[3], Reason: t[4]}
		}
	case matches(term.Tuple{term.Atom("timeout"), anything, anything}, t):
		if ref, ok := t[1].(sim.Ref); ok {
			return sim.Timeout{Ref: ref, Msg: t[2]}
		}
	case matches(term.Tuple{term.Atom("$gen_cast"), anything}, t):
		return otp.CastMsg{Req: t[1]}
	case matches(term.Tuple{term.Atom("notify"), anything}, t):
		return genevent.NotifyMsg{Event: t[1]}
	}
	return v
}

// peek is a message as a plain term; the envelope stays as it is, for whoever knows its tag.
func peek(m *sim.Msg) any {
	envelope := *m
	return plain(envelope.Value())
}

// same reports whether two plain terms are equal.
func same(a, b any) bool { return term.Equal(a, b) }

// anything is the pattern that matches every term.
const anything = term.Atom("_")

// matches reports whether a plain term matches a pattern: "_" matches anything, alone or as an element of
// a tuple of at most five.
func matches(pattern, v any) bool {
	if pattern == any(anything) {
		return true
	}
	p, ok := pattern.(term.Tuple)
	if !ok {
		return same(pattern, v)
	}
	t, ok := v.(term.Tuple)
	if !ok || len(t) != len(p) || len(p) < 1 || len(p) > 5 {
		return false
	}
	for i := range p {
		if p[i] != any(anything) && !same(p[i], t[i]) {
			return false
		}
	}
	return true
}
