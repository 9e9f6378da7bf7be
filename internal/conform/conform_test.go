package conform

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/sim/term"
)

const hello = `{"case":{"name":"hello","domain":"proc","procs":["p1","p2"],"steps":[` +
	`{"op":"send","to":"@p2","msg":["hi",1]},{"op":"sleep","ms":200},{"op":"recv","by":"p2"}]},"otp":"any",` +
	`"recording":{"name":"hello","steps":[{"i":0,"t":0,"res":["ok"],"mail":{"p2":["{@p1,{hi,1}}"]}},{"i":1,"t":200},` +
	`{"i":2,"t":200,"res":["got {@p1,{hi,1}}"]}],"alive":["p1","p2"]}}`

func lineOf(t *testing.T, text string) Line {
	t.Helper()
	lines, err := Read(strings.NewReader(text))
	if err != nil || len(lines) != 1 {
		t.Fatal(lines, err)
	}
	return lines[0]
}

func TestRun(t *testing.T) {
	if o := Run(lineOf(t, hello), Options{}); !o.Matched || !o.Conforms || o.Diff != "" || o.Name != "hello" {
		t.Errorf("%+v", o)
	}
}

// What is told of a case that fails is the first step that differs, and only what differs of it.
func TestRun_differs(t *testing.T) {
	line := lineOf(t, strings.Replace(hello, `"got {@p1,{hi,1}}"`, `"got {@p1,{ho,1}}"`, 1))
	o := Run(line, Options{Schedules: 3})
	want := "as OTP 27, step 2 {\"by\":\"p2\",\"op\":\"recv\"}\n" +
		"  res   want [\"got {@p1,{ho,1}}\"]\n" +
		"        got  [\"got {@p1,{hi,1}}\"]\n"
	if o.Matched || o.Conforms || o.Diff != want {
		t.Errorf("%+v", o)
	}
}

func TestRun_mistakes(t *testing.T) {
	for op, want := range map[string]string{
		`{"op":"dance"}`:                      "no such operation",
		`{"op":"link"}`:                       "has no to",
		`{"op":"recv","timeout":"soon"}`:      "wants milliseconds",
		`{"op":"monitor","to":["a"]}`:         "",
		`{"op":"batch","ops":["x"]}`:          "wants objects in ops",
		`{"op":"raw","to":"@p1","msg":{}}`:    "is no term",
		`{"op":"info","to":"@p1","item":"x"}`: "knows no item x",
	} {
		line := lineOf(t, strings.Replace(hello, `{"op":"sleep","ms":200}`, op, 1))
		var r Runner
		o := r.Run(line, Options{Schedules: 2})
		if o.Conforms || want != "" && (o.Err == nil || !strings.Contains(o.Err.Error(), want)) {
			t.Errorf("%s: %+v", op, o)
		}
		if o := r.Run(lineOf(t, hello), Options{}); !o.Matched { // the runner goes on
			t.Errorf("after %s: %+v", op, o)
		}
		r.Close()
	}
}

func TestRead_errors(t *testing.T) {
	for text, want := range map[string]string{
		hello + "\n\n{": "line 3: ",
		"{}":            "line 1: the case has no name",
		strings.Replace(hello, `"any"`, `"26"`, 1):        `otp wants 25, 27 or any, not "26"`,
		strings.Replace(hello, `"op":"sleep",`, ``, 1):    "step 1 has no op",
		strings.Replace(hello, `"ms":200`, `"ms":0.5`, 1): "0.5 is not an integer",
		strings.Replace(hello, `"otp"`, `"opt"`, 1):       `unknown field "opt"`,
	} {
		if _, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// A line prints as it was read.
func TestRead_roundTrip(t *testing.T) {
	for _, file := range files {
		for _, line := range read(t, file)[:1] {
			text, err := json.Marshal(line)
			if err != nil {
				t.Fatal(err)
			}
			again := lineOf(t, string(text))
			again.Number = line.Number
			if !reflect.DeepEqual(line, again) {
				t.Fatalf("%s line %d reads otherwise when printed", file, line.Number)
			}
		}
	}
}

func TestRender(t *testing.T) {
	s := newStage(nil)
	s.things["x"] = term.Atom("X")
	for _, c := range []struct {
		json, want string
	}{
		{`["a","B",1,true]`, "{a,'B',1,true}"},
		{`{"list":["a",{"list":[]}]}`, "[a,[]]"},
		{`[]`, "{}"},
		{`{"name":"n"}`, "n"},
		{`["gen_server","call",{"list":["x"]}]`, "CALL"},
		{`"EXIT"`, "'EXIT'"},
	} {
		var o Op
		if err := o.UnmarshalJSON([]byte(`{"v":` + c.json + `}`)); err != nil {
			t.Fatal(err)
		}
		if got := s.render(s.term(o["v"])); got != c.want {
			t.Errorf("%s prints as %s, not %s", c.json, got, c.want)
		}
	}
	if got := s.render(&term.Crash{Err: term.Atom("boom")}); got != "{boom,STACK}" {
		t.Error(got)
	}
	if got := s.render(localNode); got != "@local" {
		t.Error(got)
	}
	if got := s.render(sorted{term.Atom("b"), true, 1}); got != "[1,b,true]" {
		t.Error(got)
	}
}

func TestMatches(t *testing.T) {
	ab := term.Tuple{term.Atom("a"), term.Atom("b")}
	for _, c := range []struct {
		pattern, msg any
		want         bool
	}{
		{anything, ab, true},
		{term.Tuple{anything, term.Atom("b")}, ab, true},
		{term.Tuple{anything, term.Atom("c")}, ab, false},
		{term.Tuple{anything}, ab, false},
		{term.Tuple{term.Tuple{anything, anything}}, term.Tuple{ab}, false}, // only at the top
		{term.Tuple{}, term.Tuple{}, false},
		{1, 1, true},
	} {
		if got := matches(c.pattern, c.msg); got != c.want {
			t.Errorf("%v matches %v: %v", c.pattern, c.msg, got)
		}
	}
}

func TestBySender(t *testing.T) {
	got := bySender([]string{"{@p2,b}", "x", "{@p1,z}", "{'DOWN',@r9,process,@p1,boom}", "{@p1,a}"})
	want := []string{"x", "{@p1,z}", "{'DOWN',@r9,process,@p1,boom}", "{@p1,a}", "{@p2,b}"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestFresh(t *testing.T) {
	for _, c := range []struct{ old, box, want []any }{
		{nil, []any{1, 2}, []any{1, 2}},
		{[]any{1, 2}, []any{1, 2, 3}, []any{3}},
		{[]any{1, 2, 3}, []any{1, 3, 1}, []any{1}}, // 2 was flushed
		{[]any{1}, nil, nil},
	} {
		if got := fresh(c.old, c.box); !slices.Equal(got, c.want) {
			t.Errorf("old %v, box %v: %v", c.old, c.box, got)
		}
	}
}

// Children of a simple_one_for_one supervisor end side by side; all else stands in the order it happened.
func TestSortSideBySide(t *testing.T) {
	log := [][2]string{{"z", "init"}, {"d2#1", "{terminate,shutdown}"}, {"d1#1", "{terminate,shutdown}"}, {"a", "init"},
		{"d3#1", "{terminate,x}"}, {"a", "{terminate,x}"}, {"d1#2", "{terminate,x}"}}
	sortSideBySide(log)
	var who []string
	for _, entry := range log {
		who = append(who, entry[0])
	}
	if want := []string{"z", "d1#1", "d2#1", "a", "d3#1", "a", "d1#2"}; !slices.Equal(who, want) {
		t.Errorf("%q", who)
	}
}
