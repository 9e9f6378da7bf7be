package term

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// CannotCross is the error of a message that cannot be copied for another node.
type CannotCross struct {
	Type string // the message's type: chat.Join
	Path string // the way to what cannot cross, as Go would write it: Join.Peers["x"].(*chat.Peer).Done; empty if it is the message itself
	Why  string // what it is: is a chan int
}

// Error says what the message is, where, and why it cannot cross.
func (e *CannotCross) Error() string {
	what := "field " + e.Path
	switch {
	case e.Path == "":
		what = "it"
	case strings.HasSuffix(e.Path, "]"):
		what = "element " + e.Path
	}
	return e.Type + " cannot cross to another node: " + what + " " + e.Why
}

// blocked is a CannotCross whose path grows on the way back up.
type blocked struct {
	why   string
	whole bool     // no field is to blame, but the message as a whole
	steps []string // the last comes first
}

var (
	whyDeep = "lies too deep: no more than " + strconv.Itoa(maxDeep) + " values may lie inside one another"
	whyMany = "has more than " + strconv.Itoa(maxCopied) + " pointers, slices, maps and interfaces"
)

// A path longer than maxSteps shows its first steps and its last.
const (
	maxSteps   = 24
	firstSteps = 8
	lastSteps  = 2
)

func (b *blocked) step(s string) *blocked {
	b.steps = append(b.steps, s)
	return b
}

func (b *blocked) in(field string) *blocked { return b.step("." + field) }

func (b *blocked) at(i int) *blocked { return b.step("[" + strconv.Itoa(i) + "]") }

// into notes that the way leads through an interface, and what it holds. Tuples and lists go without saying,
// and so does what the error is about.
func (b *blocked) into(v any) *blocked { return b.intoType(reflect.TypeOf(v)) }

func (b *blocked) intoType(t reflect.Type) *blocked {
	if len(b.steps) == 0 || t == tupleType || t == listType {
		return b
	}
	return b.step(".(" + typeName(t) + ")")
}

var listType = reflect.TypeFor[[]any]()

// hint says what can be done about an unexported field of p's type.
func (b *blocked) hint(p *plan) *blocked {
	name := typeName(p.t)
	if b.why += " in an unexported field; "; reflect.PointerTo(p.t).Implements(crosserType) {
		b.why += "Cross is a method of *" + name + ", which " + name + " itself does not have"
	} else {
		b.why += name + " may implement term.Crosser"
	}
	return b
}

// report is the error for a message of type t.
func (b *blocked) report(t reflect.Type) *CannotCross {
	e := &CannotCross{Type: typeName(t), Why: b.why}
	if b.whole || len(b.steps) == 0 {
		return e
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	steps := b.steps
	slices.Reverse(steps)
	if len(steps) > maxSteps {
		steps = slices.Concat(steps[:firstSteps], []string{"…"}, steps[len(steps)-lastSteps:])
	}
	root := t.Name()
	if root == "" {
		root = typeName(t)
	}
	e.Path = root + strings.Join(steps, "")
	return e
}

// found, tooDeep and the notes are how look leaves a trail. All report true.
func (x *crossing) found(p *plan) bool {
	if x.trail != nil {
		x.trail.why = p.is()
	}
	return true
}

func (x *crossing) tooDeep() bool {
	if x.trail != nil {
		x.trail.why = whyDeep
	}
	return true
}

func (x *crossing) noteField(name string) bool {
	if x.trail != nil {
		x.trail.in(name)
	}
	return true
}

func (x *crossing) noteIndex(i int) bool {
	if x.trail != nil {
		x.trail.at(i)
	}
	return true
}

func (x *crossing) noteType(t reflect.Type) bool {
	if x.trail != nil {
		x.trail.intoType(t)
	}
	return true
}
