package term

import (
	"cmp"
	"reflect"
	"slices"
)

// ownMap gives dst a map of its own. Pairs in which nothing can change go straight over, in the map's own
// order, for nobody can tell. The others are copied in the order of their keys: which of two fields is
// named in an error, or which way to an object is the first, must not hang on chance.
func (x *crossing) ownMap(dst, src reflect.Value, p *plan) *blocked {
	if x.again(dst, src) {
		return nil
	}
	to := reflect.MakeMapWithSize(p.t, src.Len())
	dst.Set(to)
	me, before := x.objects.add(src, to), x.size
	x.size += p.size
	rest := x.plainPairs(to, src, p)
	slices.SortFunc(rest, func(a, b pair) int {
		return cmp.Or(compare(a.key, b.key, maxDepth), compare(a.val, b.val, maxDepth))
	})
	for _, pr := range rest {
		if b := x.ownPair(to, pr, p); b != nil {
			return b
		}
	}
	x.objects.weigh(me, x.size-before)
	return nil
}

type pair struct{ key, val reflect.Value }

// plainPairs copies the pairs in which nothing can change, and returns the others.
func (x *crossing) plainPairs(to, src reflect.Value, p *plan) (rest []pair) {
	kp, vp := x.c.keyOf(p), x.c.elem(p)
	key, val := kp.place(), vp.place()
	for it := src.MapRange(); it.Next(); {
		key.SetIterKey(it)
		val.SetIterValue(it)
		before := x.size
		if x.look(key, kp, maxLook) || x.look(val, vp, maxLook) {
			x.size = before
			rest = append(rest, pair{it.Key(), it.Value()})
			continue
		}
		to.SetMapIndex(key, val)
	}
	kp.leave(key)
	vp.leave(val)
	return rest
}

func (x *crossing) ownPair(to reflect.Value, pr pair, p *plan) *blocked {
	key, val := reflect.New(p.t.Key()).Elem(), reflect.New(p.t.Elem()).Elem()
	key.Set(pr.key)
	val.Set(pr.val)
	if b := x.own(key, pr.key, x.c.keyOf(p)); b != nil {
		return b.step("[the key " + keyText(pr.key) + "]")
	}
	if !key.Comparable() {
		return (&blocked{why: "is no longer fit to be a key after Cross"}).
			step("[the key " + keyText(pr.key) + "]")
	}
	if b := x.own(val, pr.val, x.c.elem(p)); b != nil {
		return b.step("[" + keyText(pr.key) + "]")
	}
	to.SetMapIndex(key, val)
	return nil
}

// keyText prints a key. Pointers are not followed: they may lead anywhere.
func keyText(v reflect.Value) string {
	if v.Kind() == reflect.Interface && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() == reflect.Pointer {
		return "<" + typeName(v.Type()) + ">"
	}
	return Format(v.Interface())
}

// compare orders values by what they hold, never by where they lie in memory. What it takes for equal, down
// to so many levels, is in no order.
func compare(a, b reflect.Value, levels int) int {
	if levels == 0 {
		return 0
	}
	switch a.Kind() {
	case reflect.Bool:
		return compareBool(a.Bool(), b.Bool())
	case reflect.String:
		return cmp.Compare(a.String(), b.String())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return cmp.Compare(a.Int(), b.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return cmp.Compare(a.Uint(), b.Uint())
	case reflect.Float32, reflect.Float64:
		return cmp.Compare(a.Float(), b.Float())
	case reflect.Complex64, reflect.Complex128:
		return cmp.Or(cmp.Compare(real(a.Complex()), real(b.Complex())), cmp.Compare(imag(a.Complex()), imag(b.Complex())))
	case reflect.Struct:
		for i := range a.NumField() {
			if c := compare(a.Field(i), b.Field(i), levels-1); c != 0 {
				return c
			}
		}
	case reflect.Array, reflect.Slice:
		for i := range min(a.Len(), b.Len()) {
			if c := compare(a.Index(i), b.Index(i), levels-1); c != 0 {
				return c
			}
		}
		return cmp.Compare(a.Len(), b.Len())
	case reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			return compareBool(!a.IsNil(), !b.IsNil())
		}
		if a.Pointer() != b.Pointer() {
			return compare(a.Elem(), b.Elem(), levels-1)
		}
	case reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return compareBool(!a.IsNil(), !b.IsNil())
		}
		a, b = a.Elem(), b.Elem()
		if a.Type() != b.Type() {
			return cmp.Or(cmp.Compare(a.Type().String(), b.Type().String()), cmp.Compare(a.Type().PkgPath(), b.Type().PkgPath()))
		}
		return compare(a, b, levels-1)
	}
	return 0
}

// compareBool puts false first.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
