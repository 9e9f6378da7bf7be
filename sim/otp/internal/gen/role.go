package gen

import (
	"reflect"
	"strings"
	"unicode"
)

// RoleOf is what processes of a type are called in paths: KVStore gives kvstore, DoorLock door_lock. An
// interface gives nothing.
func RoleOf[T any]() string {
	t := reflect.TypeFor[T]()
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Interface {
		return ""
	}
	return snake(t.Name())
}

func snake(s string) string {
	var b strings.Builder
	var before rune
	for _, r := range s {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
		before = r
	}
	return b.String()
}
