package term

import (
	"math/big"
	"reflect"
	"time"
)

// The size of a message is roughly that of Erlang's external format. It hangs on the value alone: equal
// values have equal sizes, on every machine.
//
//	atom, name                 2 + its length
//	string                     3 + its length
//	integer, duration          5      bool 6      float 9
//	nil, empty func or chan    5
//	tuple, array, complex      2 + its elements
//	struct                     2 + an atom of its type's name + its fields
//	list, other slices         6 + its elements, 1 if empty
//	bytes                      5 + its length
//	map                        5 + its keys and values
//	pointer                    what it points to, once for every way to it; 5 on its way back to itself
//	interface                  what it holds
//	PID 20, reference 24, time.Time 11, a crash's stack 1
//	big number                 3 + its bytes
//	what a Cross method gave   as above, each of its objects once
const (
	sizeAtom   = 2
	sizeString = 3
	sizeInt    = 5
	sizeBool   = 6
	sizeFloat  = 9
	sizeNone   = 5 // the atom nil
	sizeNil    = 1 // the empty list
	sizeTuple  = 2
	sizeBytes  = 5
	sizeMap    = 5
	sizePID    = 20
	sizeRef    = 24
	sizeTime   = 11
	sizeBig    = 3
)

// plainSize weighs what most messages are made of, and reports whether v is of that kind.
func plainSize(v any) (size int64, ok bool) {
	switch v := v.(type) {
	case Atom:
		return sizeAtom + int64(len(v)), true
	case PID:
		return sizePID, true
	case Ref:
		return sizeRef, true
	case int, time.Duration, int64, uint64, int32, uint32:
		return sizeInt, true
	case string:
		return sizeString + int64(len(v)), true
	case nil:
		return sizeNone, true
	case bool:
		return sizeBool, true
	case float64:
		return sizeFloat, true
	case Name:
		return sizeAtom + int64(len(v)), true
	}
	return 0, false
}

func sizeList(n int) int64 {
	if n == 0 {
		return sizeNil
	}
	return 5 + sizeNil
}

func sizeRecord(t reflect.Type) int64 { return sizeTuple + sizeAtom + int64(len(t.Name())) }

// row is what a slice of n elements weighs beside them.
func (p *plan) row(n int) int64 {
	if p.size == sizeNil {
		return sizeList(n)
	}
	return p.size
}

// each is what every element of a row weighs, where all weigh the same.
func (p *plan) each(elem *plan) int64 {
	if p.t.Elem().Kind() == reflect.Uint8 {
		return 1
	}
	return elem.size
}

// look weighs v and reports whether something in it could change; if so, the weight means nothing. It looks
// no more than so many levels deep, and takes what lies deeper for changeable. While a trail is kept, it
// notes on it where it found something.
func (x *crossing) look(v reflect.Value, p *plan, levels int) bool {
	if x.weighed == nil && p.asked(v) {
		return x.found(p)
	}
	switch p.way {
	case wayWhole:
		x.size += p.size
		return false
	case wayText:
		x.size += p.size + int64(v.Len())
		return false
	case wayStruct, wayBig:
		return x.lookFields(v, p, levels)
	case wayArray:
		x.size += p.size
		return x.lookRow(v, x.c.elem(p), levels)
	case wayNever:
		return x.weighed == nil && x.found(p)
	}
	if nothing(v) {
		x.size += p.size
		return false
	}
	switch p.way {
	case wayInterface, wayFrozen, wayCrash, wayRow:
		if levels == 0 {
			return x.weighed == nil && x.tooDeep()
		}
		return x.lookHeld(v, p, levels-1)
	}
	if x.weighed == nil {
		return x.found(p)
	}
	x.follow(v, p, levels)
	return false
}

// lookHeld looks at what v leads to, where v itself cannot change.
func (x *crossing) lookHeld(v reflect.Value, p *plan, levels int) bool {
	switch p.way {
	case wayInterface:
		held := v.Elem()
		if x.look(held, x.c.plan(held.Type()), levels) {
			return x.noteType(held.Type())
		}
		return false
	case wayCrash:
		return x.look(v.Elem(), x.c.elem(p), levels)
	case wayFrozen:
		return x.look(v.Elem(), p.elem, levels)
	default:
		x.size += p.row(v.Len())
		return x.lookRow(v, x.c.elem(p), levels)
	}
}

func (x *crossing) lookFields(v reflect.Value, p *plan, levels int) bool {
	x.size += p.size
	for i := range p.fields {
		f := &p.fields[i]
		if x.look(v.Field(f.index), f.plan, levels) {
			return x.noteField(f.name)
		}
	}
	return false
}

func (x *crossing) lookRow(v reflect.Value, elem *plan, levels int) bool {
	for i := range v.Len() {
		if x.look(v.Index(i), elem, levels) {
			return x.noteIndex(i)
		}
	}
	return false
}

// weigh adds the size of what a Cross method returned. It is not checked: the type decides.
func (x *crossing) weigh(v any) {
	if v == nil {
		x.size += sizeNone
		return
	}
	x.weighed = map[seenAt]bool{}
	val := reflect.ValueOf(v)
	x.look(val, x.c.plan(val.Type()), maxDeep)
	x.weighed = nil
}

// follow weighs what v leads to: each pointer and map once, so that circles end.
func (x *crossing) follow(v reflect.Value, p *plan, levels int) {
	x.left--
	if p.way == wayBound || levels == 0 || x.left < 0 || p.way != waySlice && x.weighed[placeOf(v)] {
		x.size += sizeNone
		return
	}
	elem := x.c.elem(p)
	if p.way == waySlice {
		x.size += p.row(v.Len())
		if elem.fixed() {
			x.size += int64(v.Len()) * p.each(elem)
			return
		}
		x.lookRow(v, elem, levels-1)
		return
	}
	x.weighed[placeOf(v)] = true
	if p.way == wayPointer {
		x.look(v.Elem(), elem, levels-1)
		return
	}
	x.size += p.size
	for it := v.MapRange(); it.Next(); {
		x.look(it.Key(), x.c.keyOf(p), levels-1)
		x.look(it.Value(), elem, levels-1)
	}
}

// setBig copies a big number into dst and weighs it.
func setBig(dst, src reflect.Value) int64 {
	dst.SetZero() // or Set would write into the original's digits
	to := dst.Addr().Interface()
	switch from := src.Interface().(type) {
	case big.Int:
		to.(*big.Int).Set(&from)
		return sizeBig + bytesOf(&from)
	case big.Rat:
		to.(*big.Rat).Set(&from)
		return sizeTuple + 2*sizeBig + bytesOf(from.Num()) + bytesOf(from.Denom())
	case big.Float:
		to.(*big.Float).Copy(&from)
		return sizeFloat + int64(from.Prec())/8
	}
	return 0
}

func bytesOf(n *big.Int) int64 { return int64(n.BitLen()+7) / 8 }
