package conform

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/bedlam-sim/bedlam/sim/term"
)

// exception is the result of an operation that raised.
type exception struct {
	class  string // error, exit or throw
	reason any
}

func isException(result any) bool { _, is := result.(exception); return is }

// got is the result of an operation that received a message.
type got struct{ msg any }

// remark is what an operation of a server logs that is told to.
type remark struct{ result any }

// sorted is a list whose order OTP does not define: it prints sorted.
type sorted []any

// render prints a result, a message, a reason as recordings print them.
func (s *stage) render(v any) string {
	switch v := v.(type) {
	case exception:
		return v.class + ":" + s.render(v.reason)
	case got:
		return "got " + s.render(v.msg)
	case remark:
		return "note " + s.render(v.result)
	}
	var b strings.Builder
	s.print(&b, plain(v))
	return b.String()
}

func (s *stage) print(b *strings.Builder, v any) {
	switch v := v.(type) {
	case term.Tuple:
		s.printTuple(b, v)
	case []any:
		s.printRow(b, "[", v, "]")
	case sorted:
		s.printSorted(b, v)
	case term.PID:
		s.printThing(b, v, "<pid>")
	case term.Ref:
		s.printThing(b, v, "#ref")
	case term.Atom:
		s.printThing(b, v, v.String())
	case int:
		b.WriteString(strconv.Itoa(v))
	case stack:
		b.WriteString("STACK")
	case closure:
		b.WriteString("FUN")
	case child:
		b.WriteString("CHILD")
	case alias:
		b.WriteString("#alias")
	case Op:
		b.WriteString(jsonTerm(v))
	case fmt.Stringer:
		b.WriteString(v.String())
	default:
		b.WriteString(term.Format(v))
	}
}

// jsonTerm is a piece of a case that was taken for something else, as the oracle had read it: strings are binaries.
func jsonTerm(v any) string {
	var parts []string
	switch v := v.(type) {
	case string:
		for i := range len(v) {
			parts = append(parts, strconv.Itoa(int(v[i])))
		}
		return "<<" + strings.Join(parts, ",") + ">>"
	case []any:
		for i := range v {
			parts = append(parts, jsonTerm(v[i]))
		}
		return "[" + strings.Join(parts, ",") + "]"
	case Op:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, jsonTerm(key)+"=>"+jsonTerm(v[key]))
		}
		return "#{" + strings.Join(parts, ",") + "}"
	}
	return fmt.Sprint(v)
}

func (s *stage) printThing(b *strings.Builder, v any, otherwise string) {
	if name, ok := s.labels[v]; ok {
		b.WriteString("@" + name)
		return
	}
	b.WriteString(otherwise)
}

func (s *stage) printTuple(b *strings.Builder, t term.Tuple) {
	if isCall(t) {
		b.WriteString("CALL")
		return
	}
	if len(t) == 3 && t[0] == any(appModule) && t[1] == any(term.Atom("start")) {
		b.WriteString("START")
		return
	}
	s.printRow(b, "{", t, "}")
}

func (s *stage) printRow(b *strings.Builder, open string, row []any, shut string) {
	b.WriteString(open)
	for i := range row {
		if i > 0 {
			b.WriteByte(',')
		}
		s.print(b, plain(row[i]))
	}
	b.WriteString(shut)
}

func (s *stage) printSorted(b *strings.Builder, list sorted) {
	texts := make([]string, len(list))
	for i := range list {
		texts[i] = s.render(list[i])
	}
	slices.Sort(texts)
	b.WriteString("[" + strings.Join(texts, ",") + "]")
}

// callers are the modules whose {Module,Function,Args} in an exit reason prints as CALL.
var callers = map[term.Atom]bool{
	"gen_server": true, "gen_statem": true, "gen_event": true, "gen": true, "sys": true, "proc_lib": true,
	"supervisor": true, "application": true,
}

func isCall(t term.Tuple) bool {
	if len(t) != 3 {
		return false
	}
	m, ok := t[0].(term.Atom)
	_, isName := t[1].(term.Atom)
	_, isList := t[2].([]any)
	return ok && isName && isList && callers[m]
}
