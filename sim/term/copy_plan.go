package term

import (
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"runtime"
	"strings"
	"time"
)

// plan is what a Copier knows of a type.
type plan struct {
	t          reflect.Type
	way        way
	unchanging bool    // no value of the type holds anything that can change
	crosser    bool    // it has a Cross method
	size       int64   // what every value weighs at least; a nil one, or an empty one, weighs just that
	elem       *plan   // see Copier.elem
	key        *plan   // see Copier.key
	fields     []field // of a struct, without those that always weigh the same
	spare      reflect.Value
}

// field is a struct's field.
type field struct {
	index  int
	name   string
	hidden bool // unexported: it can be looked at only
	plan   *plan
}

// way is how values of a type cross.
type way uint8

const (
	wayWhole     way = iota // as they are; all weigh the same
	wayText                 // as they are; they weigh as much as they are long
	wayStruct               // field by field
	wayArray                // element by element
	wayInterface            // as what they hold
	waySlice                // into memory of their own
	wayMap                  // into a map of their own
	wayPointer              // with an object of their own
	wayCrash                // as they are, if their Err does
	wayFrozen               // pointers to what never changes: as they are, if all it leads to does
	wayRow                  // slices that never change
	wayBig                  // numbers of package big, which copy themselves
	wayBound                // functions, channels and raw pointers are bound to their machine; nil crosses
	wayNever                // locks and the like are bound even if they are zero
)

// plan returns the plan for t.
func (c *Copier) plan(t reflect.Type) *plan {
	if p := c.plans[t]; p != nil {
		return p
	}
	if c.plans == nil {
		c.plans = map[reflect.Type]*plan{}
	}
	p := &plan{t: t}
	c.plans[t] = p
	c.draw(p)
	if t.Kind() != reflect.Interface && t.Implements(crosserType) {
		p.crosser, p.unchanging = true, false
	}
	return p
}

// elem is the plan for what a value of p's type holds. It is asked for late, since a type may lead back to
// itself.
func (c *Copier) elem(p *plan) *plan {
	if p.elem == nil {
		p.elem = c.plan(p.t.Elem())
	}
	return p.elem
}

// keyOf is the plan for a map's keys.
func (c *Copier) keyOf(p *plan) *plan {
	if p.key == nil {
		p.key = c.plan(p.t.Key())
	}
	return p.key
}

var (
	crosserType      = reflect.TypeFor[Crosser]()
	runtimeErrorType = reflect.TypeFor[runtime.Error]()
	tupleType        = reflect.TypeFor[Tuple]()
	atomType         = reflect.TypeFor[Atom]()
	nameType         = reflect.TypeFor[Name]()
	timeType         = reflect.TypeFor[time.Time]()
)

// opaque types cross as they are: what they lead to belongs to the world, or never changes. The standard
// library's are here because messages hold them and their fields cannot be seen from outside.
var opaque = map[reflect.Type]int64{
	pidType:                           sizePID,
	refType:                           sizeRef,
	reflect.TypeFor[*Identity]():      sizePID,
	reflect.TypeFor[Stack]():          sizeNil, // for people only: it weighs nothing
	timeType:                          sizeTime,
	reflect.TypeFor[*time.Location](): sizeNone,
	reflect.TypeOf(timeType):          sizeNone, // a reflect.Type is one of a kind
}

// frozen are the errors whose fields nobody can change once they are made. They cross as they are, so that
// errors.Is finds io.EOF on the other node, too, if what they wrap may. fmt.Errorf and errors.Join around
// an error that is a pointer to a struct of the user's cannot cross: there is no way to make the same again.
var frozen = map[reflect.Type]bool{
	reflect.TypeOf(errors.New("")):                                     true,
	reflect.TypeOf(errors.Join(errors.New(""))):                        true,
	reflect.TypeOf(fmt.Errorf("%w", errors.New(""))):                   true,
	reflect.TypeOf(fmt.Errorf("%w%w", errors.New(""), errors.New(""))): true,
	reflect.TypeOf(fmt.Errorf("")):                                     true,
}

// big numbers keep their digits in a slice they do not show, and know how to copy them.
var bigs = map[reflect.Type]bool{
	reflect.TypeFor[big.Int]():   true,
	reflect.TypeFor[big.Rat]():   true,
	reflect.TypeFor[big.Float](): true,
}

// draw draws up the plan.
func (c *Copier) draw(p *plan) {
	t := p.t
	if size, ok := opaque[t]; ok {
		p.whole(size)
		return
	}
	switch pkg := t.PkgPath(); {
	case frozen[t]:
		p.way, p.size = wayFrozen, sizeNone
		p.elem = &plan{t: t.Elem()}
		c.drawStruct(p.elem, true)
		return
	case t == crashType:
		p.way, p.size = wayCrash, sizeNone
		return
	case pkg == "unique": // handles, which netip.Addr is made of, are one of a kind
		p.whole(sizeNone)
		return
	case t.Kind() == reflect.Pointer && t.Elem().PkgPath() == "runtime" && t.Implements(runtimeErrorType):
		p.whole(sizeNone) // a failed type assertion: a crash may hold it
		return
	case t.Kind() == reflect.Struct && (pkg == "sync" || pkg == "sync/atomic"):
		p.way = wayNever
		return
	}
	c.drawKind(p)
}

func (c *Copier) drawKind(p *plan) {
	t := p.t
	switch t.Kind() {
	case reflect.Bool:
		p.whole(sizeBool)
	case reflect.Float32, reflect.Float64:
		p.whole(sizeFloat)
	case reflect.Complex64, reflect.Complex128:
		p.whole(sizeTuple + 2*sizeFloat)
	case reflect.String:
		p.way, p.unchanging, p.size = wayText, true, sizeString
		if t == atomType || t == nameType {
			p.size = sizeAtom
		}
	case reflect.Struct:
		c.drawStruct(p, false)
		if bigs[t] {
			p.way = wayBig
		}
	case reflect.Array:
		c.drawArray(p)
	case reflect.Slice:
		p.way, p.size = waySlice, sizeNil
		switch {
		case t == tupleType:
			p.size = sizeTuple
		case t.Elem().Kind() == reflect.Uint8:
			p.size = sizeBytes
		}
	case reflect.Map:
		p.way, p.size = wayMap, sizeMap
	case reflect.Pointer:
		p.way, p.size = wayPointer, sizeNone
		if t.Elem().Size() == 0 { // nothing there to change
			p.whole(sizeNone)
		}
	case reflect.Interface:
		p.way, p.size = wayInterface, sizeNone
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		p.way, p.size = wayBound, sizeNone
	default:
		p.whole(sizeInt)
	}
}

func (p *plan) whole(size int64) { p.way, p.unchanging, p.size = wayWhole, true, size }

// drawStruct plans a struct, or one behind a pointer to what is frozen: slices in there do not change either.
func (c *Copier) drawStruct(p *plan, frozen bool) {
	p.way, p.unchanging, p.size = wayStruct, true, sizeRecord(p.t)
	for i := range p.t.NumField() {
		f := p.t.Field(i)
		fp := c.plan(f.Type)
		if frozen && fp.way == waySlice {
			fp = &plan{t: f.Type, way: wayRow, size: fp.size}
		}
		if fp.fixed() {
			p.size += fp.size
			continue
		}
		embedded := f.Anonymous && fp.way == wayStruct // its exported fields are in reach
		p.fields = append(p.fields, field{i, f.Name, !f.IsExported() && !embedded, fp})
		p.unchanging = p.unchanging && fp.unchanging
	}
	if len(p.fields) == 0 {
		p.whole(p.size)
	}
}

func (c *Copier) drawArray(p *plan) {
	n := int64(p.t.Len())
	p.way, p.size = wayArray, sizeTuple
	if p.t.Elem().Kind() == reflect.Uint8 {
		p.size = sizeBytes
	}
	if n == 0 {
		p.whole(p.size)
		return
	}
	elem := c.elem(p)
	p.unchanging = elem.unchanging
	if elem.fixed() {
		p.whole(p.size + n*p.each(elem))
	}
}

// fixed reports whether all values cross as they are and weigh the same.
func (p *plan) fixed() bool { return p.way == wayWhole && p.unchanging }

// asked reports whether v is to be asked how it crosses.
func (p *plan) asked(v reflect.Value) bool { return p.crosser && v.CanInterface() && !nothing(v) }

// nothing reports whether v leads nowhere. A slice does if there is room behind it: to append would share it.
func nothing(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice:
		return v.Cap() == 0
	case reflect.Map, reflect.Pointer, reflect.Interface, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return v.IsNil()
	}
	return false
}

// place lends a variable of the type, so that a copy on its way into an interface is not made twice.
func (p *plan) place() reflect.Value {
	v := p.spare
	p.spare = reflect.Value{}
	if !v.IsValid() { // the first, or one that holds another of its type
		v = reflect.New(p.t).Elem()
	}
	return v
}

// leave gives the variable back.
func (p *plan) leave(v reflect.Value) {
	v.SetZero()
	p.spare = v
}

// is says what a value of the type is, to people.
func (p *plan) is() string { return "is a " + typeName(p.t) }

// typeName is how a program would write the type.
func typeName(t reflect.Type) string { return strings.ReplaceAll(t.String(), "interface {}", "any") }
