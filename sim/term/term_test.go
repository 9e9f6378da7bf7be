package term

import (
	"errors"
	"testing"
	"unsafe"
)

func TestIdentityFitsACacheLine(t *testing.T) {
	if size := unsafe.Sizeof(Identity{}); size != 64 {
		t.Errorf("an Identity has %d bytes, not 64", size)
	}
}

func family() (root, sup, child PID) {
	home := &Home{Node: "a"}
	role := func(s string) *string { return &s }
	init := &Identity{Serial: 1, Role: role("init"), Ordinal: 1, Home: home}
	top := &Identity{Serial: 2, Parent: init, Role: role("kv_sup"), Ordinal: 1, Home: home}
	kid := &Identity{Serial: 3, Parent: top, Role: role("kv_store"), Ordinal: 2, Home: home}
	return NewPID(init), NewPID(top), NewPID(kid)
}

// What prints the way Erlang prints it.
func TestFormat(t *testing.T) {
	_, sup, child := family()
	type pair struct {
		Key string
		N   int
	}
	for _, c := range []struct {
		v    any
		want string
	}{
		{Atom("ok"), "ok"},
		{Atom("EXIT"), "'EXIT'"},
		{Atom("it's"), `'it\'s'`},
		{Atom("a@b_C1"), "a@b_C1"},
		{Atom("receive"), "'receive'"},
		{Atom(""), "''"},
		{Tuple{Atom("shutdown"), 3}, "{shutdown,3}"},
		{[]any{1, Tuple{}, []any{}}, "[1,{},[]]"},
		{[]int{1, 2}, "[1,2]"},
		{map[Atom]int{"b": 2, "a": 1}, "#{a=>1,b=>2}"},
		{pair{"k", 1}, `#pair{Key="k",N=1}`},
		{&pair{"k", 1}, `#pair{Key="k",N=1}`},
		{"text", `"text"`},
		{true, "true"},
		{1.5, "1.5"},
		{nil, "nil"},
		{func() {}, "FUN"},
		{errors.New("enoent"), "enoent"},
		{&Crash{Err: Atom("badarg"), Stack: Callers(0)}, "{badarg,STACK}"},
		{sup, "<a/kv_sup>"},
		{child, "<a/kv_sup/kv_store.2>"},
		{PID{}, "<none>"},
		{NewRef(child.Identity(), 7), "#Ref<a/kv_sup/kv_store.2.7>"},
		{NameAt{"n", "a"}, "{n,a}"},
		{Global("g"), "{global,g}"},
		{Via{"reg", "n"}, "{via,reg,n}"},
	} {
		if got := Format(c.v); got != c.want {
			t.Errorf("Format(%#v) = %s, want %s", c.v, got, c.want)
		}
	}
}

// A value that contains itself prints, and ends.
func TestFormatOfACycleEnds(t *testing.T) {
	type node struct{ Next *node }
	n := new(node)
	n.Next = n
	if got := Format(n); len(got) > 1000 {
		t.Errorf("%d bytes", len(got))
	}
	if _, mutable := Hash(n); !mutable {
		t.Error("it cannot be changed?")
	}
}

// What a struct hides: PIDs print as ever, pointers are not followed.
func TestFormatOfHiddenFields(t *testing.T) {
	_, _, child := family()
	type state struct {
		who  PID
		none PID
		n    int
		far  *Identity
		any  any
		m    map[string]int
	}
	got := Format(state{who: child, n: 1, far: child.Identity(), any: child.Identity(), m: map[string]int{"a": 1}})
	want := `#state{who=<a/kv_sup/kv_store.2>,none=<none>,n=1,far=<*term.Identity>,any=<*term.Identity>,m=#{"a"=>1}}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestFormatOfATangleOfMapsEnds(t *testing.T) {
	m := map[string]any{}
	m["a"], m["b"], m["c"] = m, m, m
	if got := Format(m); len(got) > 100*maxValues {
		t.Errorf("%d bytes", len(got))
	}
}

// A value that leads everywhere, many times over, prints, and ends soon.
func TestFormatOfATangleEnds(t *testing.T) {
	type node struct{ Next []*node }
	all := make([]*node, 50)
	for i := range all {
		all[i] = new(node)
	}
	for _, n := range all {
		n.Next = all
	}
	if got := Format(all); len(got) > 100*maxValues {
		t.Errorf("%d bytes", len(got))
	}
}

func TestPrinterReplaces(t *testing.T) {
	_, sup, _ := family()
	pr := Printer{Replace: func(v any) (string, bool) {
		if v == any(sup) {
			return "@s", true
		}
		return "", false
	}}
	if got := pr.Format(Tuple{Atom("EXIT"), sup, []any{sup}}); got != "{'EXIT',@s,[@s]}" {
		t.Error(got)
	}
}

func TestEqual(t *testing.T) {
	_, sup, child := family()
	same := [][2]any{
		{Tuple{Atom("a"), 1}, Tuple{Atom("a"), 1}},
		{[]any{Tuple{}}, []any{Tuple{}}},
		{&Crash{Err: Atom("x"), Stack: Callers(0)}, &Crash{Err: Atom("x")}},
		{sup, sup},
		{"a", "a"},
		{nil, nil},
	}
	for _, p := range same {
		if !Equal(p[0], p[1]) {
			t.Errorf("%v and %v differ", p[0], p[1])
		}
	}
	differ := [][2]any{
		{Atom("a"), "a"},
		{Tuple{1}, []any{1}},
		{Tuple{1}, Tuple{1, 2}},
		{sup, child},
		{1, int64(1)},
		{nil, Atom("nil")},
	}
	for _, p := range differ {
		if Equal(p[0], p[1]) {
			t.Errorf("%v and %v are equal", p[0], p[1])
		}
	}
}

// SUP10: shutdown counts as an orderly end; kill and crashes do not.
func TestOrderly(t *testing.T) {
	for _, r := range []Reason{Normal, Shutdown, ShutdownWith(1)} {
		if !Orderly(r) {
			t.Errorf("%v is not orderly", r)
		}
	}
	for _, r := range []Reason{Kill, Killed, Tuple{Shutdown}, Tuple{Tuple{}, 1}, &Crash{Err: Normal}, "normal", nil} {
		if Orderly(r) {
			t.Errorf("%v is orderly", Format(r))
		}
	}
}

func TestHashNoticesChange(t *testing.T) {
	shared := map[string][]int{"a": {1, 2}}
	before, mutable := Hash(shared)
	if !mutable {
		t.Fatal("a map can be changed")
	}
	shared["a"][1] = 3
	if after, _ := Hash(shared); after == before {
		t.Error("the change was not noticed")
	}
	shared["a"][1] = 2
	if after, _ := Hash(shared); after != before {
		t.Error("the same content hashes differently")
	}
	if _, mutable := Hash(struct{ A, B int }{1, 2}); mutable {
		t.Error("a struct of numbers cannot be changed through a copy")
	}
}

func FuzzAtomQuoting(f *testing.F) {
	f.Add("ok")
	f.Add("it's\n\\")
	f.Fuzz(func(t *testing.T, s string) {
		got := Atom(s).String()
		if got == "" || got != s && (got[0] != '\'' || got[len(got)-1] != '\'') {
			t.Errorf("%q prints as %s", s, got)
		}
	})
}
