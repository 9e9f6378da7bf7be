package trace

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim/term"
)

// story is a short run: a supervisor's child crashes and is started again.
func story() *Record {
	var l Log
	l.Reset(100)
	fact := func(at int64, k Kind, subject, object, word uint64, text string) {
		l.Note(at, k, subject, object, word)
		if text != "" {
			l.Detail(text)
		}
	}
	l.Name(1, "<a/init>")
	l.Name(2, "<a/kv_sup>")
	l.Name(3, "<a/kv_sup/kv_store>")
	l.Name(4, "<a/kv_sup/kv_store.2>")
	l.Name(5, "<a/a_process_with_a_long_name/child.12>")
	fact(0, Spawn, 0, 1, 1, "")
	fact(700, Spawn, 1, 2, 1, "")
	fact(1200, Spawn, 2, 3, 1, "")
	fact(1200, Link, 2, 3, 1, "")
	fact(1300, Register, 3, 0, 0x9e3779b97f4a7c15, "kv_store")
	fact(2000, Send, 5, 3, 7, `'$gen_call' {size,"a\nb"}`)
	fact(2000, Monitor, 5, 3, 7, "")
	fact(2300, Slice, 5, 0, 1, "")
	fact(2700, Receive, 3, 5, 7, "")
	fact(12_000_042_000, Report, 3, 3, 0xabc, "crash {{badmatch,undefined},STACK}\nkv.handle (kv.go:31)\nkv.size (kv.go:40)\n")
	fact(12_000_042_000, Slice, 3, 0, 420, "")
	fact(12_000_042_000, Exit, 3, 0, 0xdef, "{{badmatch,undefined},STACK}")
	fact(12_000_042_000, Unregister, 3, 0, 0x9e3779b97f4a7c15, "kv_store")
	fact(12_000_042_000, Signal, 3, 2, 2<<56, "")
	fact(12_000_042_000, Report, 2, 3, 0xabd, "supervisor     supervisor: {local,kv_sup}\n    errorContext: child_terminated\n"+
		"    reason: {{badmatch,undefined},STACK}\n    offender: [{pid,<a/kv_sup/kv_store>},{id,kv_store},"+
		"{restart_type,permanent},"+
		"{significant,false},{shutdown,5000},{child_type,worker}]\n")
	fact(12_000_042_000, Report, 3, 3, 0xabd, "terminate "+
		"#TerminateReport{Behaviour=gen_server,Name=kv_store,Last=size,State=#kv{"+
		"items=#{a=>1,b=>2},reads=812,writes=9,"+
		"lastError=enoent,file=\"store, {1}.db\"},Reason={badmatch,undefined},Client=<none>}")
	fact(12_000_042_100, Spawn, 2, 4, 2, "")
	fact(12_000_042_100, Report, 2, 4, 0xabe, "progress #{started=>kv_store}")
	fact(13_000_000_000, Timer, 5, 0, 0, "")
	fact(13_000_000_000, User, 5, 0, 0xccc, "gave_up {after,\x1b[31m}")
	fact(13_000_000_000, Drop, 5, 9, 0, "")
	fact(13_000_000_000, Report, 5, 0, 0xccd, "odd")
	return l.Record()
}

// The text form, whole. To change it on purpose: UPDATE=1 go test ./sim/trace
func TestWriteText(t *testing.T) {
	const file = "testdata/story.txt"
	var b bytes.Buffer
	if err := WriteText(&b, story()); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("UPDATE") != "" {
		os.WriteFile(file, b.Bytes(), 0o644)
	}
	want, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(b.Bytes(), want) {
		t.Errorf("%v\ngot:\n%swant:\n%s", err, b.Bytes(), want)
	}
}

// However wild a record is, a fact is one line and its reports are indented below.
func TestWriteText_oneLineAFact(t *testing.T) {
	for seed := range 500 {
		d := dice(seed)
		r := d.record()
		var b bytes.Buffer
		WriteText(&b, r)
		lines := 0
		for line := range strings.Lines(b.String()) {
			if !strings.HasPrefix(line, indent) {
				lines++
			}
			if term.Visible(strings.TrimSuffix(line, "\n")) != strings.TrimSuffix(line, "\n") {
				t.Fatalf("%q is not clean", line)
			}
		}
		if lines != len(r.Events)+1 {
			t.Fatalf("seed %d: %d lines for %d facts:\n%s", seed, lines, len(r.Events), b.String())
		}
	}
}

func TestSeconds(t *testing.T) {
	for at, want := range map[int64]string{
		0: "0.000000s", 12_000_042_000: "12.000042s", 12_000_042_100: "12.000042100s", 1: "0.000000001s",
		-1500: "-0.000001500s", -1 << 63: "-9223372036.854775808s", 1<<63 - 1: "9223372036.854775807s",
	} {
		if got := Seconds(at); got != want {
			t.Errorf("%d: %s, want %s", at, got, want)
		}
	}
}

func TestParts(t *testing.T) {
	for _, c := range []struct {
		text, name string
		fields     []string
		ok         bool
	}{
		{"#sup{A=1,B={x,[y,z]}}", "sup", []string{"A=1", "B={x,[y,z]}"}, true},
		{`{"a,b}",'c,]',d}`, "", []string{`"a,b}"`, "'c,]'", "d"}, true},
		{"[]", "", nil, true},
		{"#{k=>v}", "", []string{"k=>v"}, true},
		{"{a,b},{c}", "", nil, false},
		{"{a,(b}", "", nil, false},
		{"plain", "", nil, false},
		{"a{b}", "", nil, false},
		{`"{"`, "", nil, false},
		{"{a]]", "", nil, false},
	} {
		name, fields, ok := parts(c.text)
		if ok != c.ok || ok && (name != c.name || strings.Join(fields, "|") != strings.Join(c.fields, "|")) {
			t.Errorf("%s: %q %q %v", c.text, name, fields, ok)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		glob, name string
		want       bool
	}{
		{"a/kv_sup", "<a/kv_sup>", true},
		{"<a/kv_sup>", "<a/kv_sup>", true},
		{"kv_sup", "<a/kv_sup>", true},
		{"kv_sup/*", "<a/kv_sup/kv_store.2>", true},
		{"kv_sup/*", "<a/kv_sup/kv_store.2/x>", false},
		{"kv_sup/**", "<a/kv_sup/kv_store.2/x>", true},
		{"**/kv_store*", "<a/kv_sup/kv_store.2>", true},
		{"*/kv_sup", "<b/kv_sup>", true},
		{"*", "<a/kv_sup>", true},
		{"*", "<a/kv_sup/x>", false},
		{"**", "<a/kv_sup/x>", true},
		{"kv_su?", "<a/kv_sup>", true},
		{"kv?store", "<a/kv/store>", false},
		{"", "<a/kv>", false},
	} {
		if got := Match(c.glob, c.name); got != c.want {
			t.Errorf("%s, %s: %v", c.glob, c.name, got)
		}
	}
}

// The dumb twin of match is a regular expression.
func TestMatch_twin(t *testing.T) {
	d := dice(5)
	letters := []string{"a", "b", "/", "*", "**", "?", "a"}
	for range 10_000 {
		var glob, text string
		for range d.roll(7) {
			glob += letters[d.roll(len(letters))]
		}
		for range d.roll(8) {
			text += letters[d.roll(3)]
		}
		twin := strings.NewReplacer("**", ".*", "*", "[^/]*", "?", "[^/]").Replace(glob)
		if got, want := match(glob, text), regexp.MustCompile("^(?:"+twin+")$").MatchString(text); got != want {
			t.Fatalf("%q, %q: %v", glob, text, got)
		}
	}
}

func TestSelect(t *testing.T) {
	r := story()
	for _, c := range []struct {
		f    Filter
		want int
	}{
		{Filter{}, len(r.Events)},
		{Filter{Kinds: []Kind{Report}}, 5},
		{Filter{Paths: []string{"kv_sup/*"}}, 15},
		{Filter{Paths: []string{"kv_sup/*"}, Kinds: []Kind{Spawn, Exit}}, 3},
		{Filter{From: 12 * time.Second, To: 13 * time.Second}, 9},
		{Filter{From: 13 * time.Second}, 4},
		{Filter{Paths: []string{"nobody"}}, 0},
	} {
		s := r.Select(c.f)
		if len(s.Events) != c.want {
			t.Errorf("%+v: %d facts, want %d", c.f, len(s.Events), c.want)
		}
		for i := range s.Events {
			if n := int(s.Index(i)); s.Events[i] != r.Events[n] || s.Line(i) != r.Line(n) {
				t.Errorf("%+v: fact %d is %q, want %q", c.f, n, s.Line(i), r.Line(n))
			}
		}
	}
}
