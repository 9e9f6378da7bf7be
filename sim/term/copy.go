package term

import (
	"math"
	"reflect"
)

// A Copier copies terms for another node, as a wire between two machines does: what arrives shares nothing
// changeable with what was sent. It keeps a plan for each type it has met and is not for concurrent use;
// each world owns one. The zero Copier is ready.
//
// What cannot change crosses as it is, at no cost: numbers, strings, atoms, PIDs, references, and structs
// and interfaces that hold nothing else. Slices, maps and what pointers point to are copied. Pointers and
// maps are objects: two pointers to one object of a message become two pointers to one copy, and may form
// circles. Slices are values, as Erlang's lists: two that shared memory no longer do, and one that holds
// itself cannot cross. A pointer into the middle of another object gets an object of its own.
//
// An unexported field cannot be written from here. It crosses if what it holds now cannot change: a number,
// nil, an interface with an atom in it. A type that has more to hide implements Crosser.
type Copier struct {
	plans   map[reflect.Type]*plan
	objects objects // lent to the Copy under way, so that the next needs no new table
}

// Crosser lets a type decide itself how it crosses to another node. What Cross returns arrives in its place
// as it is, so it must share nothing changeable with its receiver. If the place has a type of its own, such
// as a struct's field, the result must fit it. Nil pointers are not asked, nor are unexported fields.
type Crosser interface{ Cross() any }

const (
	maxDeep   = 10_000  // how many pointers, slices, maps and interfaces may lie inside one another
	maxCopied = 1 << 22 // how many of those a message may hold
	maxLook   = 32      // how deep to look for something changeable before copying on suspicion
	maxSize   = math.MaxInt32
)

// Copy returns a deep copy of v that shares nothing changeable with v, and roughly how many bytes it takes
// in Erlang's external format (copy_size.go has the rule), at most 2 GB. The error is a *CannotCross that
// names the type and the path to the field that cannot cross.
func (c *Copier) Copy(v any) (copied any, size int, err error) {
	if size, ok := plainSize(v); ok {
		return v, int(size), nil
	}
	x := crossing{c: c, left: maxCopied, objects: c.objects}
	c.objects = objects{}
	copied, _, b := x.term(v)
	x.objects.clear()
	c.objects = x.objects
	if b != nil {
		return nil, 0, b.report(reflect.TypeOf(v))
	}
	return copied, int(min(x.size, maxSize)), nil
}

// crossing is one Copy under way. A Cross method may begin another: nothing of it is kept in the Copier.
type crossing struct {
	c       *Copier
	size    int64 // of what has been copied so far
	left    int   // how many values it will still copy
	depth   int
	objects objects
	trail   *blocked        // set while the way to what cannot cross is noted
	weighed map[seenAt]bool // set while the answer of a Cross method is weighed: the objects it has met
}

// term copies what an interface holds. If nothing in there can change, it returns v itself.
func (x *crossing) term(v any) (copied any, changed bool, b *blocked) {
	if size, ok := plainSize(v); ok {
		x.size += size
		return v, false, nil
	}
	switch terms := v.(type) {
	case Tuple:
		x.size += sizeTuple
		if cap(terms) == 0 {
			return v, false, nil
		}
		copied, b := x.row(terms)
		return Tuple(copied), true, b
	case []any:
		if cap(terms) == 0 {
			x.size += sizeNil
			return v, false, nil
		}
		x.size += sizeList(len(terms))
		copied, b := x.row(terms)
		return copied, true, b
	}
	return x.boxed(v)
}

// row copies the elements of a tuple or a list.
func (x *crossing) row(terms []any) ([]any, *blocked) {
	if b := x.enter(); b != nil {
		return nil, b
	}
	defer x.leave()
	row := make([]any, len(terms))
	for i, t := range terms {
		var b *blocked
		if row[i], _, b = x.term(t); b != nil {
			return nil, b.into(t).at(i)
		}
	}
	return row, nil
}

// boxed copies whatever else an interface holds.
func (x *crossing) boxed(v any) (copied any, changed bool, b *blocked) {
	src := reflect.ValueOf(v)
	p := x.c.plan(src.Type())
	if p.asked(src) {
		copied, b := x.ask(src)
		return copied, true, b
	}
	if x.same(src, p) {
		return v, false, nil
	}
	dst := p.place()
	dst.Set(src)
	if b = x.own(dst, src, p); b == nil {
		copied = dst.Interface()
	}
	p.leave(dst)
	return copied, true, b
}

// enter goes one level deeper; leave comes back.
func (x *crossing) enter() *blocked {
	if x.depth >= maxDeep {
		return &blocked{why: whyDeep}
	}
	if x.left--; x.left < 0 {
		return &blocked{why: whyMany, whole: true}
	}
	x.depth++
	return nil
}

func (x *crossing) leave() { x.depth-- }

// own makes dst, which is a shallow copy of src, the owner of all it holds.
func (x *crossing) own(dst, src reflect.Value, p *plan) *blocked {
	switch {
	case p.unchanging:
		x.look(src, p, maxLook)
		return nil
	case p.asked(src):
		answer, b := x.ask(src)
		if b != nil {
			return b
		}
		return put(dst, answer)
	}
	switch p.way {
	case wayStruct:
		return x.ownFields(dst, src, p)
	case wayArray:
		x.size += p.size
		return x.ownElems(dst, src, p)
	case wayBig:
		x.size += setBig(dst, src)
		return nil
	case wayFrozen:
		return x.hidden(src, p)
	case wayCrash:
		if x.same(src, p) {
			return nil
		}
	case wayNever:
		return &blocked{why: p.is()}
	}
	if nothing(src) {
		x.size += p.size
		return nil
	}
	if p.way == wayBound {
		return &blocked{why: p.is()}
	}
	if b := x.enter(); b != nil {
		return b
	}
	defer x.leave()
	return x.ownHeld(dst, src, p)
}

// ownHeld copies what an interface, a slice, a map or a pointer leads to.
func (x *crossing) ownHeld(dst, src reflect.Value, p *plan) *blocked {
	switch p.way {
	case wayInterface:
		v := src.Interface()
		copied, changed, b := x.term(v)
		if b != nil {
			return b.into(v)
		}
		if !changed {
			return nil
		}
		return put(dst, copied)
	case waySlice:
		return x.ownSlice(dst, src, p)
	case wayMap:
		return x.ownMap(dst, src, p)
	default:
		return x.ownPointer(dst, src, p)
	}
}

func (x *crossing) ownFields(dst, src reflect.Value, p *plan) *blocked {
	x.size += p.size
	for i := range p.fields {
		f := &p.fields[i]
		if f.hidden {
			if b := x.hidden(src.Field(f.index), f.plan); b != nil {
				return b.hint(p).in(f.name)
			}
		} else if b := x.own(dst.Field(f.index), src.Field(f.index), f.plan); b != nil {
			return b.in(f.name)
		}
	}
	return nil
}

func (x *crossing) ownElems(dst, src reflect.Value, p *plan) *blocked {
	elem := x.c.elem(p)
	for i := range src.Len() {
		if b := x.own(dst.Index(i), src.Index(i), elem); b != nil {
			return b.at(i)
		}
	}
	return nil
}

// ownSlice gives dst memory of its own, with no room behind its end: there the original may have elements
// that are others' business.
func (x *crossing) ownSlice(dst, src reflect.Value, p *plan) *blocked {
	n := src.Len()
	if n == 0 {
		dst.Set(reflect.MakeSlice(p.t, 0, 0))
		x.size += p.size
		return nil
	}
	dst.SetZero()
	dst.Grow(n)
	dst.SetLen(n)
	dst.SetCap(n)
	reflect.Copy(dst, src)
	x.size += p.row(n)
	if elem := x.c.elem(p); elem.fixed() {
		x.size += int64(n) * p.each(elem)
		return nil
	}
	return x.ownElems(dst, src, p)
}

func (x *crossing) ownPointer(dst, src reflect.Value, p *plan) *blocked {
	if x.again(dst, src) {
		return nil
	}
	elem := x.c.elem(p)
	to := reflect.New(elem.t)
	to.Elem().Set(src.Elem())
	if to.Type() != p.t {
		to = to.Convert(p.t)
	}
	dst.Set(to)
	me, before := x.objects.add(src, to), x.size
	b := x.own(to.Elem(), src.Elem(), elem)
	x.objects.weigh(me, x.size-before)
	return b
}

// again puts the copy of an object that has been met before into dst. In Erlang's external format it is
// written out once more.
func (x *crossing) again(dst, src reflect.Value) bool {
	o := x.objects.find(src)
	if o == nil {
		return false
	}
	dst.Set(o.copy)
	x.size += o.size
	return true
}

// ask has a Crosser say what crosses in its place.
func (x *crossing) ask(src reflect.Value) (any, *blocked) {
	isObject := src.Kind() == reflect.Pointer
	if isObject {
		if o := x.objects.find(src); o != nil {
			x.size += o.size
			return o.answer, nil
		}
	}
	before := x.size
	answer := src.Interface().(Crosser).Cross()
	x.weigh(answer)
	if isObject {
		me := x.objects.add(src, reflect.Value{})
		x.objects.list[me].answer = answer
		x.objects.weigh(me, x.size-before)
	}
	return answer, nil
}

// put stores v in a place that may have a type of its own.
func put(dst reflect.Value, v any) *blocked {
	if v == nil {
		dst.SetZero()
		return nil
	}
	val := reflect.ValueOf(v)
	if !val.Type().AssignableTo(dst.Type()) {
		return &blocked{why: "is a " + typeName(dst.Type()) + ", and Cross returned a " + typeName(val.Type())}
	}
	dst.Set(val)
	return nil
}

// hidden checks what cannot be copied, for it cannot be written: nothing in there may change.
func (x *crossing) hidden(src reflect.Value, p *plan) *blocked {
	before := x.size
	if !x.look(src, p, maxDeep) {
		return nil
	}
	x.size = before
	b := &blocked{}
	x.trail = b
	x.look(src, p, maxDeep)
	x.trail = nil
	return b
}

// same reports whether v can cross as it is. If so it has been weighed.
func (x *crossing) same(v reflect.Value, p *plan) bool {
	before := x.size
	if !x.look(v, p, maxLook) {
		return true
	}
	x.size = before
	return false
}
