package term

import "reflect"

// Equal reports whether two terms are the same term. Tuples and lists are equal if their elements are;
// crashes if their errors are; anything else as reflect.DeepEqual says.
func Equal(a, b any) bool {
	switch a := a.(type) {
	case Atom:
		b, ok := b.(Atom)
		return ok && a == b
	case PID:
		b, ok := b.(PID)
		return ok && a == b
	case Ref:
		b, ok := b.(Ref)
		return ok && a == b
	case int:
		b, ok := b.(int)
		return ok && a == b
	case Tuple:
		b, ok := b.(Tuple)
		return ok && equalRows(a, b)
	case []any:
		b, ok := b.([]any)
		return ok && equalRows(a, b)
	case *Crash:
		b, ok := b.(*Crash)
		return ok && Equal(a.Err, b.Err)
	}
	return reflect.DeepEqual(a, b)
}

func equalRows(a, b []any) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}
