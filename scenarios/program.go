package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genevent"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// Programs is what scenario files can start: a registry that the caller of Parse hands in.
type Programs interface {
	// Lookup answers the program of a name like kv.Store.
	Lookup(name string) (Program, bool)
	// Names lists all names, sorted.
	Names() []string
}

// A Program is what a worker of a tree runs, as far as a file can know it.
type Program struct {
	About    string    // one line
	Params   []Param   // what `with:` of the child can say
	Requests []Request // what workloads can ask of it

	// Says is what its processes say beside that, to each other, to themselves and in answer: a message for each of the words
	// by which faults wait for such messages, as in the 3rd message WORD of kv_store. nil: that is not known. A file in which
	// all programs tell what they say cannot wait for anything else.
	Says map[string]any

	// New makes its server, anew for each start. Without it, and without Start, the program can be spoken of in
	// files, but not run.
	New func(Setting) genserver.Server
	// Versions are those of its code, the oldest first, if it can be upgraded. The first is what New makes.
	Versions []ProgramVersion
	// Start is for programs that are no gen_servers, which have no New: it makes what starts one, linked, under a
	// name; nil is none. It is asked once for each place in a tree, what it makes is called for each start.
	Start func(name sim.Addr, s Setting) otp.StartFunc
	Kind  Kind // what Start starts
}

// request answers the request of a name.
func (p Program) request(name string) (Request, bool) {
	for _, q := range p.Requests {
		if q.Name == name {
			return q, true
		}
	}
	return Request{}, false
}

// A Request is one thing that can be asked of a program.
type Request struct {
	Name   string
	Call   bool // it answers, so a workload may call it
	Cast   bool // it can be told without waiting
	Params []Param
	About  string

	// Message makes what the process is sent; nil: an atom of the request's name.
	Message func(Args) any
	// Handler is who answers the request, if the program is of EventsKind; the zero ID: all hear of it.
	Handler genevent.ID
}

// A Param is an argument of a program or of a request.
type Param struct {
	Name     string
	Type     Type
	Required bool
	Default  string   // the value if it is not given, as text; "" if there is none. Parse panics at one that could not be given
	OneOf    []string // of a TextType: the only texts possible; nil is any
	About    string

	// Least and Most limit a number, or in nanoseconds a duration, also a drawn one, of which an exponential counts with its
	// mean; both are possible themselves. Most 0 is no limit above; if both are 0 there is none at all.
	Least, Most int64
}

// Limits says between what a value must lie, as in 1 to 65535 or above 0; "" is that there are no limits.
func (p Param) Limits() string {
	show := FormatCount
	if p.Type != IntType {
		show = func(n int64) string { return FormatDuration(time.Duration(n)) }
	}
	switch {
	case p.Most != 0:
		return show(p.Least) + " to " + show(p.Most)
	case p.Least == 1 && p.Type != IntType:
		return "above 0"
	case p.Least != 0:
		return "at least " + show(p.Least)
	}
	return ""
}

// parse reads a value of the parameter. drawn: it may be a range of numbers.
func (p Param) parse(text string, drawn bool) (v any, bad *flaw) {
	switch {
	case p.OneOf != nil:
		v, bad = boxed(parseWord("value", p.OneOf, text))
	case p.Type == IntType && drawn && strings.Contains(text, ".."):
		v, bad = boxed(parseIntRange(text))
	default:
		v, bad = p.Type.parse(text)
	}
	if bad == nil {
		bad = p.limit(v, text)
	}
	return v, bad
}

// limit says that a value lies outside the limits, if it does.
func (p Param) limit(v any, text string) *flaw {
	var low, high int64
	switch v := v.(type) {
	case int64:
		low, high = v, v
	case IntRange:
		low, high = v.Min, v.Max
	case time.Duration:
		low, high = int64(v), int64(v)
	case Drawn:
		low, high = int64(cmp.Or(v.Mean, v.Min)), int64(cmp.Or(v.Mean, v.Max))
	}
	limits := p.Limits()
	bad := &flaw{code: OutOfRange, hint: p.About + ": " + limits}
	switch {
	case limits == "":
		return nil
	case low < p.Least:
		bad.text = text + " is too small"
	case p.Most != 0 && high > p.Most:
		bad.text = text + " is too large"
	default:
		return nil
	}
	return bad
}

// Type is the type of a Param.
type Type int

// The types, and the Go types their values have.
const (
	IntType      Type = iota // int64
	TextType                 // string
	BoolType                 // bool
	DurationType             // time.Duration
	DrawnType                // Drawn
	PercentType              // Percent
	ProcessType              // Selector; the trees must have such a process
)

// String says what a value of the type looks like.
func (t Type) String() string {
	return [...]string{"whole number", "text", "true or false", "duration", "drawn duration", "share", "selector"}[t]
}

// parse reads a value of the type.
func (t Type) parse(text string) (any, *flaw) {
	switch t {
	case IntType:
		return boxed(parseInt(text))
	case BoolType:
		return boxed(parseBool(text))
	case DurationType:
		return boxed(parseDuration(text))
	case DrawnType:
		return boxed(parseDrawn(text))
	case PercentType:
		return boxed(parsePercent(text))
	case ProcessType:
		return boxed(parseSelector(text))
	}
	return text, nil
}

func boxed[V any](v V, bad *flaw) (any, *flaw) { return v, bad }

func parseBool(text string) (bool, *flaw) {
	switch text {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "yes", "on", "True", "TRUE", "Yes", "y":
		return false, flawed("did you mean true?", "%q is not true or false", text)
	case "no", "off", "False", "FALSE", "No", "n":
		return false, flawed("did you mean false?", "%q is not true or false", text)
	}
	return false, flawed("", "%q is not true or false", text)
}

var bools = form[bool]{name: "true or false", looks: "true, false", parse: parseBool}

// Args are the arguments of a program or a request. After Parse, every parameter that has a value or a default is
// there, in the order of the parameters.
type Args []Arg

// An Arg is one argument.
type Arg struct {
	Name  string
	Value any // of the Go type that Type names; in requests of a workload also an IntRange or a Choice
	Pos   Pos // of the value; nowhere, if it is the default
}

// Choice is several values, of which each request draws one.
type Choice []any

// Draw answers the arguments of one request: of each Choice and each IntRange one value is drawn. choose is as in Drawn.Draw.
func (a Args) Draw(choose func(n int) int) Args {
	drawn := slices.Clone(a)
	for i := range drawn {
		if c, ok := drawn[i].Value.(Choice); ok {
			drawn[i].Value = c[choose(len(c))]
		}
		if x, ok := drawn[i].Value.(IntRange); ok {
			drawn[i].Value = x.Draw(choose)
		}
	}
	return drawn
}

// Value answers the argument of a name, if there is one and it is a V.
func Value[V any](a Args, name string) (V, bool) {
	for _, x := range a {
		if x.Name == name {
			v, ok := x.Value.(V)
			return v, ok
		}
	}
	var zero V
	return zero, false
}

// args reads a mapping of arguments, which may be absent (nil). what names the taker: "program kv.Store".
func (r *reader) args(n *node, at Pos, what string, params []Param, drawn bool) Args {
	if n != nil && n.kind != mappingNode {
		r.wantKind(n, mappingNode, "arguments")
		return nil
	}
	known := make([]string, len(params))
	for i, p := range params {
		known[i] = p.Name
	}
	if n == nil {
		n = &node{kind: mappingNode, pos: at}
	}
	for _, e := range n.keys {
		if !slices.Contains(known, e.key) {
			n.unknown = append(n.unknown, e.key)
			r.report(BadArgument, e.pos, 0, r.meant(e.key, known), "%s takes no argument %q", what, e.key)
		}
	}
	var args Args
	for _, p := range params {
		if a, ok := r.arg(n, at, what, p, drawn); ok {
			args = append(args, a)
		}
	}
	return args
}

// arg reads one argument, or its default.
func (r *reader) arg(n *node, at Pos, what string, p Param, drawn bool) (Arg, bool) {
	v := n.get(p.Name)
	switch {
	case v != nil:
		value, ok := r.argValue(v, p, drawn)
		return Arg{p.Name, value, v.pos}, ok
	case p.Default != "":
		value, bad := p.parse(p.Default, false)
		if bad != nil {
			panic(fmt.Sprintf("scenarios: %s has a bad default for %s: %v", what, p.Name, bad))
		}
		return Arg{Name: p.Name, Value: value}, true
	case p.Required && !slices.ContainsFunc(n.unknown, func(typo string) bool { return r.nearest(typo, []string{p.Name}) != "" }):
		r.report(BadArgument, at, 0, fmt.Sprintf("add %s: (%v)", p.Name, p.Type), "%s needs the argument %q", what, p.Name)
	}
	return Arg{}, false
}

func (r *reader) argValue(n *node, p Param, drawn bool) (any, bool) {
	if n.kind == listNode && drawn {
		var c Choice
		for _, item := range n.items {
			v, ok := r.argValue(item, p, false)
			if !ok {
				return nil, false
			}
			c = append(c, v)
		}
		if len(c) == 0 {
			return nil, r.wrong(n, "", "%s is an empty list: nothing can be drawn", n.path())
		}
		return c, true
	}
	f := form[any]{name: p.Type.String(), looks: p.looks(), parse: func(text string) (any, *flaw) { return p.parse(text, drawn) }}
	v, ok := scalar(r, n, f)
	if s, is := v.(Selector); is {
		s.Pos = n.pos
		v = s
	}
	return v, ok
}

func (p Param) looks() string {
	switch p.Type {
	case IntType:
		return "7, 5k"
	case DurationType:
		return "250ms, 5s"
	case DrawnType:
		return drawns.looks
	case PercentType:
		return percents.looks
	case ProcessType:
		return "/sup/child or a registered name"
	case BoolType:
		return bools.looks
	}
	return "some text"
}

// FormatValue prints the value of an argument as files hold it.
func FormatValue(v any) string {
	switch v := v.(type) {
	case time.Duration:
		return FormatDuration(v)
	case Choice:
		texts := make([]string, len(v))
		for i, x := range v {
			texts[i] = FormatValue(x)
		}
		return "[" + strings.Join(texts, ", ") + "]"
	}
	return fmt.Sprint(v)
}
