package term

import (
	"math"
	"math/bits"
	"reflect"
	"time"
)

// Hash hashes all that a value holds, through pointers, slices, maps and structs, and reports whether any
// of it could be changed through another copy of the value. It is for noticing change: equal values of
// different types may hash alike.
func Hash(v any) (hash uint64, mutable bool) {
	switch v.(type) {
	case nil, Atom, PID, Ref, Name, int, bool, string: // what most messages are
		return 0, false
	}
	h := hasher{seen: map[seenAt]bool{}}
	h.value(reflect.ValueOf(v), 0)
	return h.sum, h.mutable
}

type hasher struct {
	sum     uint64
	mutable bool
	seen    map[seenAt]bool
}

type seenAt struct {
	at uintptr
	t  reflect.Type
}

func (h *hasher) word(x uint64) {
	hi, lo := bits.Mul64(h.sum^x^0xa0761d6478bd642f, 0xe7037ed1a0b428db)
	h.sum = hi ^ lo
}

func (h *hasher) text(s string) {
	h.word(uint64(len(s)))
	for i := range len(s) {
		h.word(uint64(s[i]))
	}
}

var (
	pidType      = reflect.TypeOf(PID{})
	refType      = reflect.TypeOf(Ref{})
	locationType = reflect.TypeOf((*time.Location)(nil))
	crashType    = reflect.TypeOf((*Crash)(nil))
)

func (h *hasher) value(v reflect.Value, depth int) {
	if !v.IsValid() || depth > maxDepth {
		return
	}
	switch v.Type() {
	case pidType, refType, crashType: // never change, and lead into the world
		return
	case locationType: // fills itself in when it is first asked
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			h.word(1)
		} else {
			h.word(0)
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		h.word(uint64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		h.word(v.Uint())
	case reflect.Float32, reflect.Float64:
		h.word(math.Float64bits(v.Float()))
	case reflect.Complex64, reflect.Complex128:
		h.word(math.Float64bits(real(v.Complex())))
		h.word(math.Float64bits(imag(v.Complex())))
	case reflect.String:
		h.text(v.String())
	case reflect.Slice:
		h.mutable = h.mutable || v.Len() > 0
		h.row(v, depth)
	case reflect.Array:
		h.row(v, depth)
	case reflect.Map:
		h.mutable = true
		h.pairs(v, depth)
	case reflect.Struct:
		for i := range v.NumField() {
			h.value(v.Field(i), depth+1)
		}
	case reflect.Interface:
		h.value(v.Elem(), depth+1)
	case reflect.Pointer:
		h.pointer(v, depth)
	}
}

func (h *hasher) row(v reflect.Value, depth int) {
	h.word(uint64(v.Len()))
	for i := range v.Len() {
		h.value(v.Index(i), depth+1)
	}
}

// pairs adds up the hashes of the pairs, so that the map's order does not matter.
func (h *hasher) pairs(v reflect.Value, depth int) {
	var sum uint64
	for it := v.MapRange(); it.Next(); {
		pair := hasher{seen: h.seen}
		pair.value(it.Key(), depth+1)
		pair.value(it.Value(), depth+1)
		pair.word(1)
		sum += pair.sum
	}
	h.word(uint64(v.Len()))
	h.word(sum)
}

func (h *hasher) pointer(v reflect.Value, depth int) {
	if v.IsNil() {
		h.word(0)
		return
	}
	h.mutable = true
	at := seenAt{v.Pointer(), v.Type()}
	if h.seen[at] {
		return
	}
	h.seen[at] = true
	h.value(v.Elem(), depth+1)
}
