package term

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/big"
	"net/netip"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"pgregory.net/rapid"
)

type (
	point  struct{ X, Y int }
	letter struct {
		From PID
		Ref  Ref
		Kind Atom
		Text string
		At   time.Time
		Body any
	}
	tree struct {
		Name string
		Kids []*tree
		Up   *tree
	}
	shy struct {
		N    int
		rows []int
		held any
		err  error
	}
	join struct {
		Who  string
		Done chan int
	}
	base   struct{ Rows []int }
	nested struct {
		base
		P map[string]point
	}
	locked struct {
		N  int
		mu sync.Mutex
	}
	set    struct{ in map[string]bool } // crosses by its own method
	ring   struct{ next *ring }
	handle struct{ fd *int }
)

func (s set) Cross() any { return set{maps.Clone(s.in)} }

func (h *handle) Cross() any { return Atom("handle") }

type byPointer struct{ in map[string]bool }

func (s *byPointer) Cross() any { return &byPointer{maps.Clone(s.in)} }

func mustCopy(t *testing.T, v any) (any, int) {
	t.Helper()
	var c Copier
	got, size, err := c.Copy(v)
	if err != nil {
		t.Fatalf("Copy(%T): %v", v, err)
	}
	return got, size
}

// What cannot change arrives as the very value that was sent.
func TestCopyUnchanging(t *testing.T) {
	_, sup, child := family()
	text := strings.Repeat("x", 10)
	location := time.FixedZone("here", 60)
	for _, c := range []struct {
		v    any
		size int
	}{
		{nil, 5},
		{Atom("ok"), 4},
		{Name("kv"), 4},
		{Global("g"), 4},
		{NameAt{"kv", "a"}, 2 + 2 + 6 + 4 + 3},
		{sup, 20},
		{PID{}, 20},
		{NewRef(child.Identity(), 7), 24},
		{child.Identity(), 20},
		{Stack{1, 2}, 1},
		{&Crash{Err: Atom("badarg"), Stack: Stack{1}}, 2 + 2 + 5 + 8 + 1},
		{1, 5}, {uint8(1), 5}, {1.5, 9}, {true, 6}, {complex(1, 2), 20}, {time.Second, 5},
		{text, 13},
		{point{1, 2}, 2 + 2 + 5 + 10},
		{[3]string{"a", "b", ""}, 2 + 4 + 4 + 3},
		{[4]byte{}, 5 + 4},
		{[0]func(){}, 2},
		{Tuple{}, 2}, {[]any{}, 1}, {[]int{}, 1}, {[]byte(nil), 5}, {Tuple(nil), 2},
		{map[string]int(nil), 5}, {(*point)(nil), 5}, {(func())(nil), 5}, {(chan int)(nil), 5}, {unsafe.Pointer(nil), 5},
		{letter{Body: Tuple(nil)}, 2 + 2 + 6 + 20 + 24 + 2 + 3 + 11 + 2},
		{letter{Body: letter{Body: point{}}, Text: text}, 2*(2+2+6+20+24+2+3+11) + 10 + 19},
		{shy{N: 1, held: Atom("a"), err: io.EOF}, 2 + 2 + 3 + 5 + 1 + 3 + 2 + 2 + 11 + 3 + 3},
		{time.Unix(1, 0).In(location), 11}, {location, 5},
		{io.EOF, 2 + 2 + 11 + 3 + 3},
		{fmt.Errorf("x: %w", io.EOF), 2 + 2 + 9 + 3 + 6 + 21},
		{errors.Join(io.EOF, io.EOF), 2 + 2 + 9 + 6 + 21 + 21},
		{fmt.Errorf("no"), 0},
		{fmt.Errorf("%w %w", io.EOF, io.EOF), 0},
		{netip.MustParseAddr("::1"), 0},
		{context.Background(), 0},
		{reflect.TypeOf(1), 5},
		{join{Who: "a"}, 0},
		{&struct{}{}, 5},
		{failedAssertion(), 5},
	} {
		got, size := mustCopy(t, c.v)
		if !sameInterface(got, c.v) {
			t.Errorf("Copy(%T) made another one", c.v)
		}
		if c.size != 0 && size != c.size {
			t.Errorf("Copy(%T %[1]v) has size %d, not %d", c.v, size, c.size)
		}
	}
}

func failedAssertion() (err any) {
	defer func() { err = recover().(runtime.Error) }()
	return any(1).(fmt.Stringer)
}

// sameInterface compares the words of two interfaces.
func sameInterface(a, b any) bool {
	return *(*[2]uintptr)(unsafe.Pointer(&a)) == *(*[2]uintptr)(unsafe.Pointer(&b))
}

// What can change is copied, down to its last corner.
func TestCopyDeep(t *testing.T) {
	n := 7
	for _, c := range []struct {
		name   string
		v      any
		change func(v any)
		size   int
	}{
		{"tuple", Tuple{Atom("a"), 1}, func(v any) { v.(Tuple)[1] = 2 }, 2 + 3 + 5},
		{"list", []any{Tuple{1}}, func(v any) { v.([]any)[0].(Tuple)[0] = 2 }, 6 + 2 + 5},
		{"slice", []int{1, 2}, func(v any) { v.([]int)[0] = 2 }, 6 + 10},
		{"bytes", []byte("ab"), func(v any) { v.([]byte)[0] = 2 }, 5 + 2},
		{"map", map[string]int{"a": 1}, func(v any) { v.(map[string]int)["a"] = 2 }, 5 + 4 + 5},
		{"map of slices", map[Atom][]string{"a": {"x"}}, func(v any) { v.(map[Atom][]string)["a"][0] = "y" }, 5 + 3 + 6 + 4},
		{"empty map", map[string]int{}, func(v any) { v.(map[string]int)["a"] = 2 }, 5},
		{"pointer", &n, func(v any) { *v.(*int)++ }, 5},
		{"pointer to pointer", func() any { p := &n; return &p }(), func(v any) { **v.(**int)++ }, 5},
		{"struct", letter{Body: Tuple{1}}, func(v any) { v.(letter).Body.(Tuple)[0] = 2 }, 68 + 2 + 2 + 5},
		{"array", [1][]int{{1}}, func(v any) { v.([1][]int)[0][0] = 2 }, 2 + 6 + 5},
		{"embedded", nested{base: base{[]int{1}}}, func(v any) { v.(nested).Rows[0] = 2 }, 2 + 8 + 2 + 6 + 6 + 5 + 5},
		{"struct in map", nested{P: map[string]point{"a": {}}}, func(v any) { v.(nested).P["a"] = point{1, 1} }, 0},
		{"crash", &Crash{Err: Tuple{1}}, func(v any) { v.(*Crash).Err.(Tuple)[0] = 2 }, 2 + 7 + 7 + 1},
		{"big", big.NewInt(1 << 40), func(v any) { v.(*big.Int).Bits()[0] = 3 }, 3 + 6},
		{"big rat", big.NewRat(3, 4), func(v any) { v.(*big.Rat).Num().Bits()[0] = 5 }, 2 + 6 + 2},
		{"big float", big.NewFloat(1.5), func(v any) { f := v.(*big.Float); f.Add(f, f) }, 9 + 6},
		{"big value", []big.Int{*big.NewInt(5)}, func(v any) { v.([]big.Int)[0].Bits()[0] = 3 }, 6 + 4},
		{"path error", &fs.PathError{Op: "open", Err: fs.ErrNotExist}, func(v any) { v.(*fs.PathError).Op = "" }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, _ := Hash(c.v)
			printed := Format(c.v)
			got, size := mustCopy(t, c.v)
			if !Equal(got, c.v) || reflect.TypeOf(got) != reflect.TypeOf(c.v) {
				t.Fatalf("copied %s as %s", Format(c.v), Format(got))
			}
			c.change(got)
			if after, _ := Hash(c.v); after != before || Format(c.v) != printed {
				t.Errorf("a change of the copy shows in the original: %s", Format(c.v))
			}
			if Equal(got, c.v) {
				t.Error("the change changed nothing")
			}
			if c.size != 0 && size != c.size {
				t.Errorf("size %d, not %d", size, c.size)
			}
		})
	}
}

// The room behind a slice's end is not shared either.
func TestCopyCapacity(t *testing.T) {
	room := make([]int, 2, 8)
	got, _ := mustCopy(t, room[:0])
	if g := got.([]int); g == nil || cap(g) != 0 {
		t.Errorf("an empty slice arrived with room for %d", cap(g))
	}
	got, _ = mustCopy(t, any(room))
	if cap(got.([]int)) != 2 {
		t.Errorf("the copy has room for %d", cap(got.([]int)))
	}
	five, _ := mustCopy(t, make([]byte, 5)) // the allocator would give room for 8
	if cap(five.([]byte)) != 5 {
		t.Errorf("five bytes arrived with room for %d", cap(five.([]byte)))
	}
	terms, _ := mustCopy(t, Tuple{1, 2}[:0])
	if cap(terms.(Tuple)) != 0 {
		t.Error("an empty tuple shares its room")
	}
}

// Two pointers to one object stay two pointers to one object, and circles stay circles.
func TestCopyKeepsObjects(t *testing.T) {
	root := &tree{Name: "root"}
	for i := range 40 {
		root.Kids = append(root.Kids, &tree{Name: fmt.Sprint(i), Up: root})
	}
	got, _ := mustCopy(t, Tuple{root, root.Kids})
	r, kids := got.(Tuple)[0].(*tree), got.(Tuple)[1].([]*tree)
	for i, k := range r.Kids {
		if k.Up != r || r == root || kids[i] != k || k == root.Kids[i] {
			t.Fatalf("child %s and its parent lost each other", k.Name)
		}
	}
	m := map[string]any{}
	m["me"] = m
	got, _ = mustCopy(t, []any{m, m})
	c := got.([]any)[0].(map[string]any)
	c["new"] = 1
	if len(c["me"].(map[string]any)) != 2 || len(got.([]any)[1].(map[string]any)) != 2 || len(m) != 1 {
		t.Error("a map that holds itself arrived as several, or the same")
	}
	crash := &Crash{}
	crash.Err = Tuple{crash}
	got, _ = mustCopy(t, crash)
	if g := got.(*Crash); g == crash || g.Err.(Tuple)[0] != g {
		t.Error("a crash about itself is no longer")
	}
}

// A message weighs the same however its objects are shared, and sharing without end does not overflow.
func TestCopySizeOfShared(t *testing.T) {
	a, b := &point{}, &point{}
	_, shared := mustCopy(t, Tuple{a, a})
	_, apart := mustCopy(t, Tuple{a, b})
	if shared != apart {
		t.Errorf("shared it weighs %d, apart %d", shared, apart)
	}
	circle := &tree{Name: "a"}
	circle.Up = circle
	if _, size := mustCopy(t, circle); size != 2+2+4+4+1+5 {
		t.Errorf("a circle weighs %d", size)
	}
	top := &tree{}
	for range 100 {
		top = &tree{Kids: []*tree{top, top}}
	}
	if _, size := mustCopy(t, top); size != maxSize {
		t.Errorf("2^100 trees weigh %d", size)
	}
}

// The first send names the type and the field.
func TestCannotCross(t *testing.T) {
	self := []any{nil, nil}
	self[0], self[1] = self, self
	deep := &ring{}
	for range maxDeep + 1 {
		deep = &ring{deep}
	}
	var list *tree
	for range maxDeep + 1 {
		list = &tree{Up: list}
	}
	shyHint := " in an unexported field; term.shy may implement term.Crosser"
	for _, c := range []struct {
		v    any
		want string
	}{
		{join{Done: make(chan int)}, "term.join cannot cross to another node: field join.Done is a chan int"},
		{&join{Done: make(chan int)}, "*term.join cannot cross to another node: field join.Done is a chan int"},
		{func() {}, "func() cannot cross to another node: it is a func()"},
		{Tuple{Atom("a"), func(int) {}}, "term.Tuple cannot cross to another node: element Tuple[1] is a func(int)"},
		{Tuple{1, []any{join{Done: make(chan int)}}}, "term.Tuple cannot cross to another node: field Tuple[1][0].(term.join).Done is a chan int"},
		{map[string]any{"b": 1, "a": Tuple{make(chan<- int)}}, `map[string]any cannot cross to another node: element map[string]any["a"][0] is a chan<- int`},
		{map[any]int{&join{Done: make(chan int)}: 1}, `map[any]int cannot cross to another node: field map[any]int[the key <*term.join>].(*term.join).Done is a chan int`},
		{unsafe.Pointer(&self), "unsafe.Pointer cannot cross to another node: it is a unsafe.Pointer"},
		{&locked{}, "*term.locked cannot cross to another node: field locked.mu is a sync.Mutex in an unexported field; term.locked may implement term.Crosser"},
		{[]sync.Mutex{{}}, "[]sync.Mutex cannot cross to another node: element []sync.Mutex[0] is a sync.Mutex"},
		{shy{rows: []int{1}}, "term.shy cannot cross to another node: field shy.rows is a []int" + shyHint},
		{shy{rows: make([]int, 0, 1)}, "term.shy cannot cross to another node: field shy.rows is a []int" + shyHint},
		{shy{held: point{}, err: &fs.PathError{}}, "term.shy cannot cross to another node: field shy.err is a *fs.PathError" + shyHint},
		{shy{held: letter{Body: &n0}}, "term.shy cannot cross to another node: field shy.held.(term.letter).Body is a *int" + shyHint},
		{shy{held: set{map[string]bool{}}}, "term.shy cannot cross to another node: field shy.held.(term.set).in is a map[string]bool" + shyHint},
		{byPointer{map[string]bool{}}, "term.byPointer cannot cross to another node: field byPointer.in is a map[string]bool in an unexported field; Cross is a method of *term.byPointer, which term.byPointer itself does not have"},
		{fmt.Errorf("x: %w", &fs.PathError{}), "*fmt.wrapError cannot cross to another node: field wrapError.err is a *fs.PathError"},
		{self, "[]any cannot cross to another node: element []any[0][0][0][0][0][0][0][0]…[0][0] lies too deep: no more than 10000 values may lie inside one another"},
		{deep, "*term.ring cannot cross to another node: field ring.next is a *term.ring in an unexported field; term.ring may implement term.Crosser"},
		{list, "*term.tree cannot cross to another node: field tree.Up.Up.Up.Up.Up.Up.Up.Up….Up.Up lies too deep: no more than 10000 values may lie inside one another"},
		{[]*handle{{}}, "[]*term.handle cannot cross to another node: element []*term.handle[0] is a *term.handle, and Cross returned a term.Atom"},
	} {
		var copier Copier
		for range 2 { // a failure leaves nothing behind
			got, size, err := copier.Copy(c.v)
			if err == nil || err.Error() != c.want || got != nil || size != 0 {
				t.Errorf("Copy(%T):\n got %v\nwant %s", c.v, err, c.want)
			}
		}
		var cannot *CannotCross
		if _, _, err := copier.Copy(c.v); !errors.As(err, &cannot) || cannot.Type != typeName(reflect.TypeOf(c.v)) {
			t.Errorf("Copy(%T): no *CannotCross of that type: %v", c.v, err)
		}
		if got, _, err := copier.Copy(Tuple{1, &point{}}); err != nil || !Equal(got, Tuple{1, &point{}}) {
			t.Errorf("after Copy(%T) a point: %v, %v", c.v, got, err)
		}
	}
}

var n0 int

// A tuple of few tuples can hold very many: it comes to an end.
func TestCannotCrossTooMany(t *testing.T) {
	many := Tuple{0}
	for range 40 {
		many = Tuple{many, many}
	}
	_, _, err := new(Copier).Copy(many)
	want := "term.Tuple cannot cross to another node: it has more than 4194304 pointers, slices, maps and interfaces"
	if err == nil || err.Error() != want {
		t.Errorf("2^40 tuples: %v", err)
	}
}

// Among many bad fields the same is named in every run, whatever the order of the map.
func TestCannotCrossNamesTheSame(t *testing.T) {
	type key struct {
		A any
		B *int
	}
	for range 50 {
		strs, keys, ints := map[string]any{}, map[key]*join{}, map[any]any{}
		bad := &join{Done: make(chan int)}
		one, two := 1, 2
		for i := range 20 {
			strs[fmt.Sprintf("%02d", i)] = bad
			ints[i] = Tuple{func() {}}
			keys[key{A: Atom(fmt.Sprintf("%02d", i)), B: &two}] = bad
			keys[key{A: Atom(fmt.Sprintf("%02d", i)), B: &one}] = bad
			keys[key{A: i}] = bad
		}
		ints[Atom("z")] = bad
		for _, c := range []struct {
			v    any
			want string
		}{
			{strs, `map[string]any["00"].(*term.join).Done`},
			{keys, `map[term.key]*term.join[#key{A=0,B=nil}].Done`},
			{ints, `map[any]any[0][0]`},
		} {
			var copier Copier
			_, _, err := copier.Copy(c.v)
			if cannot := err.(*CannotCross); cannot.Path != c.want {
				t.Fatalf("it named %s, not %s", cannot.Path, c.want)
			}
		}
	}
}

// A type that has something to hide decides itself.
func TestCrosser(t *testing.T) {
	s := set{map[string]bool{"a": true}}
	got, size := mustCopy(t, Tuple{s, []set{s}, map[Atom]set{"k": s}, (*handle)(nil)})
	got.(Tuple)[0].(set).in["b"] = true
	got.(Tuple)[1].([]set)[0].in["c"] = true
	got.(Tuple)[2].(map[Atom]set)["k"].in["d"] = true
	if len(s.in) != 1 || len(got.(Tuple)[1].([]set)[0].in) != 2 {
		t.Error("the sets are one")
	}
	if one := 2 + 5 + 5 + 4 + 6; size != 2+one+6+one+5+3+one+5 {
		t.Errorf("they weigh %d", size)
	}
	p := &byPointer{map[string]bool{}}
	got, _ = mustCopy(t, []any{p, []*byPointer{p}})
	if q := got.([]any)[0].(*byPointer); q == p || got.([]any)[1].([]*byPointer)[0] != q {
		t.Error("one object was asked twice, or not at all")
	}
	if got, size := mustCopy(t, &handle{new(int)}); got != any(Atom("handle")) || size != 8 {
		t.Errorf("a handle arrived as %v of %d bytes", got, size)
	}
	if got, size := mustCopy(t, []any{nothingLeft{}}); got.([]any)[0] != nil || size != 6+5 {
		t.Errorf("a type that crosses as nil arrived as %v of %d bytes", got, size)
	}
	if got, _ := mustCopy(t, []struct{ Long inch }{{1}}); !Equal(got, []struct{ Long inch }{{2}}) {
		t.Errorf("an inch arrived as %s", Format(got))
	}
	around := &roundabout{}
	around.next = &ring{}
	around.next.next = around.next
	if _, size := mustCopy(t, around); size > 100 {
		t.Errorf("a circle weighs %d", size)
	}
}

type nothingLeft struct{}

func (nothingLeft) Cross() any { return nil }

type inch int

func (i inch) Cross() any { return i + 1 }

type roundabout struct{ next *ring }

func (r *roundabout) Cross() any { return r }

// A Cross method may itself copy something with the same Copier.
func TestCrosserCopies(t *testing.T) {
	var c Copier
	one := &point{1, 1}
	v := Tuple{one, copies{&c}, &point{2, 2}, one}
	for range 2 {
		got, _, err := c.Copy(v)
		if err != nil || !Equal(got, Tuple{&point{1, 1}, Tuple{&point{3, 3}}, &point{2, 2}, &point{1, 1}}) {
			t.Fatalf("it arrived as %v, %v", Format(got), err)
		}
		if row := got.(Tuple); row[0] != row[3] {
			t.Error("a copy within lost the objects of the one around it")
		}
	}
}

type copies struct{ c *Copier }

func (c copies) Cross() any {
	v, _, _ := c.c.Copy(Tuple{&point{3, 3}})
	return v
}

// genTerm draws what programs send. Objects drawn before may be met again.
func genTerm(t *rapid.T, depth int, pids []PID, met *[]any) any {
	kinds := 18
	if depth == 0 {
		kinds = 8
	}
	sub := func() any { return genTerm(t, depth-1, pids, met) }
	text := rapid.StringN(0, 4, 8)
	keep := func(v any) any {
		*met = append(*met, v)
		return v
	}
	many := func() int { return rapid.IntRange(0, 3).Draw(t, "many") }
	switch rapid.IntRange(0, kinds).Draw(t, "kind") {
	case 0:
		return Atom(text.Draw(t, "atom"))
	case 1:
		return rapid.Int().Draw(t, "int")
	case 2:
		return text.Draw(t, "string")
	case 3:
		return rapid.SampledFrom(pids).Draw(t, "pid")
	case 4:
		return point{many(), many()}
	case 5:
		return nil
	case 6:
		return rapid.SampledFrom([]any{true, 1.5, Name("n"), NameAt{"a", "b"}, io.EOF, time.Unix(3, 4).UTC()}).Draw(t, "other")
	case 7:
		return rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "bytes")
	case 8:
		if len(*met) == 0 {
			return 0
		}
		return rapid.SampledFrom(*met).Draw(t, "again")
	case 9, 10:
		row := make(Tuple, many())
		for i := range row {
			row[i] = sub()
		}
		return row
	case 11:
		row := make([]any, many())
		for i := range row {
			row[i] = sub()
		}
		return row
	case 12:
		m := map[string]any{}
		for range many() {
			m[text.Draw(t, "key")] = sub()
		}
		return keep(m)
	case 13:
		return letter{Kind: "k", Text: text.Draw(t, "text"), Body: sub()}
	case 14:
		return keep(&letter{From: rapid.SampledFrom(pids).Draw(t, "from"), Body: sub()})
	case 15:
		return nested{base{rapid.SliceOfN(rapid.Int(), 0, 2).Draw(t, "rows")}, map[string]point{"p": {1, many()}}}
	case 16:
		root := &tree{Name: text.Draw(t, "root")}
		for range many() {
			root.Kids = append(root.Kids, &tree{Up: root})
		}
		return keep(root)
	case 17:
		return shy{N: many(), held: text.Draw(t, "held"), err: io.EOF}
	default:
		return [2]any{sub(), &[]string{text.Draw(t, "element")}}
	}
}

// change writes into everything it can reach and write, and counts how often.
func change(v reflect.Value, seen map[seenAt]bool) (n int) {
	if !v.IsValid() || !v.CanInterface() {
		return 0
	}
	if _, ok := opaque[v.Type()]; ok || frozen[v.Type()] {
		return 0
	}
	switch v.Kind() {
	case reflect.Interface:
		n += change(v.Elem(), seen)
	case reflect.Pointer:
		if v.IsNil() || seen[placeOf(v)] {
			return 0
		}
		seen[placeOf(v)] = true
		n += change(v.Elem(), seen)
	case reflect.Struct:
		for i := range v.NumField() {
			n += change(v.Field(i), seen)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			n += change(v.Index(i), seen)
		}
	case reflect.Map:
		if v.IsNil() || seen[placeOf(v)] {
			return 0
		}
		seen[placeOf(v)] = true
		for it := v.MapRange(); it.Next(); {
			n += change(it.Value(), seen)
		}
		v.SetMapIndex(reflect.ValueOf("\x00new"), reflect.Zero(v.Type().Elem()))
		n++
	}
	if v.CanSet() && !v.IsZero() {
		v.SetZero()
		n++
	}
	return n
}

func genSome(t *rapid.T) any {
	_, sup, child := family()
	var met []any
	return genTerm(t, rapid.IntRange(0, 4).Draw(t, "depth"), []PID{{}, sup, child}, &met)
}

// The copy is the same term, weighs the same, and nothing done to it shows in the original.
func TestCopyProperties(t *testing.T) {
	var c Copier
	changed := 0
	rapid.Check(t, func(t *rapid.T) {
		v := genSome(t)
		before, _ := Hash(v)
		printed := Format(v)
		one, size, err := c.Copy(v)
		if err != nil {
			t.Fatal(err)
		}
		if !Equal(one, v) || Format(one) != printed {
			t.Fatalf("sent %s, arrived %s", printed, Format(one))
		}
		if hash, _ := Hash(one); hash != before {
			t.Fatalf("%s hashes differently", printed)
		}
		two, again, err := new(Copier).Copy(one)
		if err != nil || again != size {
			t.Fatalf("%s weighs %d, its copy %d (%v)", printed, size, again, err)
		}
		changed += change(reflect.ValueOf(one), map[seenAt]bool{})
		if after, _ := Hash(v); after != before || Format(v) != printed || !Equal(v, two) {
			t.Fatalf("a change of the copy shows in the original: %s became %s", printed, Format(v))
		}
	})
	if changed == 0 {
		t.Error("nothing was ever changed")
	}
}

// A dumb twin for plain terms: copying without plans, and counting by hand.
func TestCopyAgainstTwin(t *testing.T) {
	var twin func(v any) (any, int)
	twin = func(v any) (any, int) {
		switch v := v.(type) {
		case nil:
			return v, 5
		case Atom:
			return v, len(v) + 2
		case string:
			return v, len(v) + 3
		case int:
			return v, 5
		case Tuple:
			row, size := make(Tuple, len(v)), 2
			for i := range v {
				var n int
				row[i], n = twin(v[i])
				size += n
			}
			return row, size
		case map[string]any:
			m, size := map[string]any{}, 5
			for k, e := range v {
				c, n := twin(e)
				m[k] = c
				size += len(k) + 3 + n
			}
			return m, size
		}
		panic("not plain")
	}
	var gen func(t *rapid.T, depth int) any
	gen = func(t *rapid.T, depth int) any {
		switch rapid.IntRange(0, 3+min(depth, 1)*2).Draw(t, "kind") {
		case 0:
			return nil
		case 1:
			return Atom(rapid.String().Draw(t, "atom"))
		case 2:
			return rapid.String().Draw(t, "string")
		case 3:
			return rapid.Int().Draw(t, "int")
		case 4:
			row := make(Tuple, rapid.IntRange(0, 4).Draw(t, "many"))
			for i := range row {
				row[i] = gen(t, depth-1)
			}
			return row
		default:
			m := map[string]any{}
			for range rapid.IntRange(0, 4).Draw(t, "many") {
				m[rapid.String().Draw(t, "key")] = gen(t, depth-1)
			}
			return m
		}
	}
	var c Copier
	rapid.Check(t, func(t *rapid.T) {
		v := gen(t, 4)
		want, wantSize := twin(v)
		got, size, err := c.Copy(v)
		if err != nil || size != wantSize || !reflect.DeepEqual(got, want) {
			t.Fatalf("sent %s, arrived %s of %d bytes, not %d (%v)", Format(v), Format(got), size, wantSize, err)
		}
	})
}

var sinkTerm any

// What cannot change costs nothing to send; a tuple its elements' row and the box around it.
func TestCopyAllocs(t *testing.T) {
	_, sup, _ := family()
	for _, c := range []struct {
		name string
		v    any
		want float64
	}{
		{"atom", Atom("a"), 0},
		{"string", "text", 0},
		{"pid", sup, 0},
		{"struct of plain fields", point{1, 2}, 0},
		{"struct of strings", letter{From: sup, Text: "a"}, 0},
		{"struct with a plain body", letter{From: sup, Body: point{1, 2}}, 0},
		{"hidden fields", shy{err: io.EOF}, 0},
		{"tuple", Tuple{Atom("a"), 1, sup}, 2},
		{"tuple of tuples", Tuple{Tuple{1}, Tuple{sup}}, 6},
		{"struct with a tuple", letter{Body: Tuple{1}}, 3},
		{"slice", []int{1, 2, 3}, 2},
		{"pointer", &point{1, 2}, 1},
		{"two pointers to one", [2]*point{shared, shared}, 2},
	} {
		var copier Copier
		got := testing.AllocsPerRun(100, func() {
			v, _, err := copier.Copy(c.v)
			if err != nil {
				t.Fatal(err)
			}
			sinkTerm = v
		})
		if got != c.want {
			t.Errorf("%s: %v allocations, not %v", c.name, got, c.want)
		}
	}
}

var shared = &point{1, 2}

func BenchmarkCopyTuple(b *testing.B) {
	_, sup, child := family()
	benchmarkCopy(b, Tuple{Atom("call"), sup, NewRef(child.Identity(), 7), 42})
}

func BenchmarkCopyStruct(b *testing.B) {
	_, sup, _ := family()
	b.Run("plain", func(b *testing.B) { benchmarkCopy(b, point{1, 2}) })
	b.Run("strings", func(b *testing.B) { benchmarkCopy(b, letter{From: sup, Kind: "k", Text: "hello", Body: 1}) })
	b.Run("slice", func(b *testing.B) { benchmarkCopy(b, base{[]int{1, 2, 3}}) })
	b.Run("pointer", func(b *testing.B) { benchmarkCopy(b, &letter{From: sup, Kind: "k", Text: "hello", Body: 1}) })
	b.Run("map", func(b *testing.B) {
		benchmarkCopy(b, map[string]any{"a": 1, "b": "two", "c": Atom("three"), "d": 4})
	})
}

func benchmarkCopy(b *testing.B, v any) {
	var c Copier
	b.ReportAllocs()
	for b.Loop() {
		sinkTerm, _, _ = c.Copy(v)
	}
}

// The order in which a map's pairs are copied is a real order, and knows no place in memory.
func TestCompare(t *testing.T) {
	_, sup, child := family()
	one, two := 1, 2
	type key struct {
		A any
		P *int
	}
	ordered := []any{ // one of a type after another; between types their names decide
		[]any{}, []any{1}, []any{2},
		[2]uint{1, 1}, [2]uint{1, 2},
		false, true,
		1 + 1i, 1 + 2i, 2 + 1i,
		1.5, 2.5,
		-1, 3,
		"a", "b",
		sup, child,
		NewRef(child.Identity(), 1), NewRef(child.Identity(), 2),
		key{}, key{nil, &one}, key{nil, &two}, key{1, nil}, key{2, nil},
	}
	sign := func(a, b any) int {
		return compare(reflect.ValueOf(&a).Elem(), reflect.ValueOf(&b).Elem(), maxDepth)
	}
	for i, a := range ordered {
		again, _ := mustCopy(t, a)
		if sign(a, again) != 0 {
			t.Errorf("%s is not in one place with its copy", Format(a))
		}
		for _, b := range ordered[i+1:] {
			if reflect.TypeOf(a) == reflect.TypeOf(b) && sign(a, b) != -1 {
				t.Errorf("%s is not before %s", Format(a), Format(b))
			}
			if sign(a, b) != -sign(b, a) || sign(a, b) == 0 {
				t.Errorf("%s and %s have no order", Format(a), Format(b))
			}
		}
	}
	if sign(nil, 1) != -1 || sign(1, nil) != 1 || sign(nil, nil) != 0 {
		t.Error("nil is not first")
	}
}

// What cannot be copied and is too deep to be sure of cannot cross either.
func TestCannotCrossHiddenDepths(t *testing.T) {
	type box struct{ held any }
	var v any = Atom("a")
	for range 40 { // deeper than the first look goes: copied on suspicion, and found harmless
		v = box{v}
	}
	got, size := mustCopy(t, v)
	if !Equal(got, v) || size != 40*(2+2+3)+3 {
		t.Errorf("40 boxes weigh %d", size)
	}
	for range maxDeep {
		v = box{v}
	}
	_, _, err := new(Copier).Copy(box{[1]any{v}})
	if err == nil || !strings.HasPrefix(err.Error(), "term.box cannot cross to another node: field box.held.([1]any)[0].(term.box).held.(term.box)") ||
		!strings.Contains(err.Error(), "lies too deep") {
		t.Errorf("very many boxes: %.300v", err)
	}
}

func ExampleCopier() {
	type Join struct {
		Who  string
		Tags []string
		Done chan int
	}
	var c Copier
	sent := Join{Who: "ada", Tags: []string{"new"}}
	got, size, err := c.Copy(sent)
	got.(Join).Tags[0] = "old"
	fmt.Println(Format(sent.Tags), size, err)

	sent.Done = make(chan int)
	_, _, err = c.Copy(Tuple{Atom("join"), sent})
	fmt.Println(err)
	// Output:
	// ["new"] 31 <nil>
	// term.Tuple cannot cross to another node: field Tuple[1].(term.Join).Done is a chan int
}
