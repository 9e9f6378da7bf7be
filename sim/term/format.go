package term

import (
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Format prints any value in Erlang's syntax, without spaces: atoms and tuples as such, slices as lists,
// maps (their keys sorted) as #{k=>v}, structs by their type's name as #name{field=…}. It never prints an
// address in memory, so the text is the same in every run.
func Format(v any) string { return (Printer{}).Format(v) }

// Printer is Format with a say in it: Replace, if set, is asked first for every value on the way down.
type Printer struct {
	Replace func(v any) (string, bool)
}

// maxDepth ends the printing of values that contain themselves, and maxValues that of values that are merely
// large: a state full of pointers into a world could print without end.
const (
	maxDepth  = 24
	maxValues = 4096
)

// Format prints v.
func (pr Printer) Format(v any) string {
	var b strings.Builder
	(&printing{pr, maxValues}).print(&b, v, 0)
	return b.String()
}

// printing is one Format under way.
type printing struct {
	Printer
	left int // how many values it will still print
}

func (pr *printing) print(b *strings.Builder, v any, depth int) {
	if pr.Replace != nil {
		if s, ok := pr.Replace(v); ok {
			b.WriteString(s)
			return
		}
	}
	if pr.cut(b, depth) {
		return
	}
	switch v := v.(type) {
	case nil:
		b.WriteString("nil")
	case Tuple:
		pr.row(b, "{", v, "}", depth)
	case []any:
		pr.row(b, "[", v, "]", depth)
	case *Crash:
		pr.row(b, "{", []any{v.Err, v.Stack}, "}", depth)
	case Stack:
		b.WriteString("STACK")
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case string:
		b.WriteString(strconv.Quote(v))
	case error:
		b.WriteString(v.Error())
	case fmt.Stringer:
		b.WriteString(v.String())
	default:
		pr.reflected(b, reflect.ValueOf(v), depth)
	}
}

// cut reports whether enough has been printed, and leaves a mark.
func (pr *printing) cut(b *strings.Builder, depth int) bool {
	if pr.left--; pr.left > 0 && depth <= maxDepth {
		return false
	}
	b.WriteString("...")
	return true
}

func (pr *printing) row(b *strings.Builder, open string, terms []any, shut string, depth int) {
	b.WriteString(open)
	for i, t := range terms {
		if i > 0 {
			b.WriteByte(',')
		}
		if pr.left <= 0 {
			b.WriteString("...")
			break
		}
		pr.print(b, t, depth+1)
	}
	b.WriteString(shut)
}

func (pr *printing) reflected(b *strings.Builder, v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Bool:
		b.WriteString(strconv.FormatBool(v.Bool()))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		b.WriteString(strconv.FormatInt(v.Int(), 10))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		b.WriteString(strconv.FormatUint(v.Uint(), 10))
	case reflect.Float32, reflect.Float64:
		b.WriteString(strconv.FormatFloat(v.Float(), 'g', -1, 64))
	case reflect.String:
		b.WriteString(strconv.Quote(v.String()))
	case reflect.Slice, reflect.Array:
		b.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				b.WriteByte(',')
			}
			if pr.left <= 0 {
				b.WriteString("...")
				break
			}
			pr.nested(b, v.Index(i), depth)
		}
		b.WriteByte(']')
	case reflect.Map:
		pr.printMap(b, v, depth)
	case reflect.Struct:
		pr.printStruct(b, v, depth)
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			b.WriteString("nil")
			return
		}
		pr.nested(b, v.Elem(), depth)
	case reflect.Func:
		b.WriteString("FUN")
	default:
		b.WriteString("<" + v.Kind().String() + ">")
	}
}

// nested prints a value reached by reflection, through its own String where it may be asked.
func (pr *printing) nested(b *strings.Builder, v reflect.Value, depth int) {
	if pr.cut(b, depth) {
		return
	}
	switch {
	case v.CanInterface():
		pr.print(b, v.Interface(), depth+1)
	case v.Type() == pidType:
		hiddenPID(b, v)
	case v.Type() == refType:
		b.WriteString("#Ref<hidden>")
	case v.Kind() == reflect.Interface && !v.IsNil():
		pr.nested(b, v.Elem(), depth+1)
	case v.Kind() == reflect.Pointer && !v.IsNil():
		b.WriteString("<" + v.Type().String() + ">") // what a struct hides behind a pointer it is not asked for
	default:
		pr.reflected(b, v, depth+1)
	}
}

// hiddenPID prints a PID that cannot be asked, being in an unexported field.
func hiddenPID(b *strings.Builder, v reflect.Value) {
	var path []string
	id := v.Field(0)
	if id.IsNil() {
		b.WriteString("<none>")
		return
	}
	home := id.Elem().FieldByName("Home").Elem()
	node := home.FieldByName("Node").String()
	if life := home.FieldByName("Creation").Uint(); life > 1 {
		node += "!" + strconv.FormatUint(life, 10)
	}
	for ; !id.IsNil(); id = id.Elem().FieldByName("Parent") {
		own := id.Elem().FieldByName("Role").Elem().String()
		if n := id.Elem().FieldByName("Ordinal").Uint(); n > 1 {
			own += "." + strconv.FormatUint(n, 10)
		}
		path = append(path, own)
	}
	if len(path) > 1 {
		path = path[:len(path)-1] // the node's first process goes without saying
	}
	slices.Reverse(path)
	b.WriteString("<" + node + "/" + strings.Join(path, "/") + ">")
}

// printMap prints a map in the order of its keys' texts. A key's text has a limit of its own: where the
// printing stops must not hang on the map's own order.
func (pr *printing) printMap(b *strings.Builder, v reflect.Value, depth int) {
	type pair struct {
		key string
		val reflect.Value
	}
	pairs := make([]pair, 0, v.Len())
	for it := v.MapRange(); it.Next(); {
		var key strings.Builder
		(&printing{pr.Printer, maxValues / 64}).nested(&key, it.Key(), depth)
		pairs = append(pairs, pair{key.String(), it.Value()})
	}
	sort.Slice(pairs, func(i, j int) bool { return pairs[i].key < pairs[j].key })
	b.WriteString("#{")
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte(',')
		}
		if pr.left <= 0 {
			b.WriteString("...")
			break
		}
		b.WriteString(p.key + "=>")
		pr.nested(b, p.val, depth)
	}
	b.WriteByte('}')
}

func (pr *printing) printStruct(b *strings.Builder, v reflect.Value, depth int) {
	t := v.Type()
	b.WriteString("#" + t.Name() + "{")
	first := true
	for i := range t.NumField() {
		if t.Field(i).Anonymous && v.Field(i).Kind() == reflect.Struct && v.Field(i).NumField() == 0 {
			continue // an embedded marker says nothing
		}
		if !first {
			b.WriteByte(',')
		}
		first = false
		b.WriteString(t.Field(i).Name + "=")
		pr.nested(b, v.Field(i), depth)
	}
	b.WriteByte('}')
}

// quoteAtom puts quotes around an atom that is not a plain lower-case word.
func quoteAtom(s string) string {
	if plainAtom(s) {
		return s
	}
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`).Replace(s) + "'"
}

func plainAtom(s string) bool {
	for i, r := range s {
		switch {
		case 'a' <= r && r <= 'z':
		case i > 0 && (r == '_' || r == '@' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z'):
		default:
			return false
		}
	}
	return s != "" && !reserved[s]
}

// reserved are Erlang's own words: as atoms they need quotes.
var reserved = map[string]bool{
	"after": true, "and": true, "andalso": true, "band": true, "begin": true, "bnot": true, "bor": true, "bsl": true,
	"bsr": true, "bxor": true, "case": true, "catch": true, "cond": true, "div": true, "end": true, "fun": true,
	"if": true, "let": true, "not": true, "of": true, "or": true, "orelse": true, "receive": true,
	"rem": true, "try": true, "when": true, "xor": true,
}
