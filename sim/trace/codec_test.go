package trace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
)

// forms are the ways to write a record down and read it again.
var forms = []struct {
	name  string
	write func(io.Writer, *Record) error
	read  func(io.Reader) (*Record, error)
}{{"binary", Encode, Decode}, {"jsonl", WriteJSONL, ReadJSONL}}

// tidy is the record as every form gives it back: names only of processes that the facts speak of, no
// empty texts, no empty tables.
func tidy(r *Record) *Record {
	s := *r
	s.Names, s.Details = map[uint64]string{}, map[int]string{}
	for i, e := range r.Events {
		s.name(e.Subject, r.Names[e.Subject])
		s.name(e.Object, r.Names[e.Object])
		if r.Details[i] != "" {
			s.Details[i] = r.Details[i]
		}
	}
	if len(s.Events) == 0 {
		s.Events, s.Indexes, s.First = nil, nil, 0
	}
	if len(s.Marks) == 0 {
		s.Marks = nil
	}
	return &s
}

// A record that was written and read is the same record.
func TestRoundTrip(t *testing.T) {
	for _, f := range forms {
		t.Run(f.name, func(t *testing.T) {
			for seed := range 2000 {
				d := dice(seed)
				want := d.record()
				var b bytes.Buffer
				if err := f.write(&b, want); err != nil {
					t.Fatal(err)
				}
				got, err := f.read(bytes.NewReader(b.Bytes()))
				if err != nil {
					t.Fatalf("seed %d: %v\n%q", seed, err, b.Bytes())
				}
				if !reflect.DeepEqual(tidy(got), tidy(want)) {
					t.Fatalf("seed %d:\ngot  %+v\nwant %+v", seed, tidy(got), tidy(want))
				}
			}
		})
	}
}

func TestRead_nothingBehindIt(t *testing.T) {
	d := dice(7)
	want := d.log(20, 20, false).Record()
	var b bytes.Buffer
	Encode(&b, want)
	b.WriteString("and more")
	if got, err := Decode(&b); err != nil || !reflect.DeepEqual(tidy(got), tidy(want)) {
		t.Errorf("%v", err)
	}
}

// A file that was cut off or changed is never taken for a trace of something else.
func TestRead_damaged(t *testing.T) {
	d := dice(3)
	r := d.log(15, 15, false).Record()
	for _, f := range forms {
		var b bytes.Buffer
		f.write(&b, r)
		whole := b.Bytes()
		for n := range len(bytes.TrimSpace(whole)) {
			if _, err := f.read(bytes.NewReader(whole[:n])); err == nil {
				t.Fatalf("%s: %d of %d bytes are a trace", f.name, n, len(whole))
			}
		}
		for i := range whole {
			changed := bytes.Clone(whole)
			changed[i] ^= 1 << d.roll(8)
			got, err := f.read(bytes.NewReader(changed))
			if err == nil && !reflect.DeepEqual(got.Events, r.Events) {
				t.Fatalf("%s: with byte %d changed it is another trace", f.name, i)
			}
		}
	}
}

func TestRead_errors(t *testing.T) {
	if _, err := Decode(strings.NewReader("PK\x03\x04")); !errors.Is(err, ErrFormat) {
		t.Errorf("%v", err)
	}
	const head = `{"format":"bedlam-trace","version":1,"hash":"0x1","facts":9,"kept":1}` + "\n"
	for _, c := range []struct{ text, want string }{
		{"", "not even a head"},
		{`{"format":"bedlam-trace","version":2}`, "line 1: a trace begins with"},
		{`{"i":0}`, "line 1: a trace begins with"},
		{head, "0 facts, and the head says 1"},
		{head + `{"i":0,"kind":"spwan"}`, `line 2: a kind of fact is one of spawn`},
		{head + "\n{", "line 3: "},
		{head + `{"i":9,"kind":"spawn"}`, "fact 9 in a run of 9"},
		{head + `{"i":0,"kind":"spawn","word":"x"}`, `line 2: `},
	} {
		if _, err := ReadJSONL(strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want …%s…", c.text, err, c.want)
		}
	}
}

// Later versions may add members and lines.
func TestReadJSONL_additive(t *testing.T) {
	const text = `{"format":"bedlam-trace","version":1,"hash":"0x1","facts":9,"kept":1,"seed":7}
{"note":"a line of a later version"}

{"i":3,"at":5,"kind":"send","s":1,"subject":"<a/x>","color":"red","word":"0xffffffffffffffff"}
`
	r, err := ReadJSONL(strings.NewReader(text))
	if err != nil || len(r.Events) != 1 || r.Index(0) != 3 || r.Events[0].Word != 1<<64-1 || r.Name(1) != "<a/x>" {
		t.Errorf("%+v, %v", r, err)
	}
}

func ExampleWriteJSONL() {
	var b bytes.Buffer
	WriteJSONL(&b, story())
	lines := strings.SplitAfter(b.String(), "\n")
	fmt.Print(lines[0], lines[2], lines[5])
	// Output:
	// {"format":"bedlam-trace","version":1,"hash":"0xa33e66f31ea1f288","facts":22,"kept":22}
	// {"i":1,"at":700,"kind":"spawn","s":1,"subject":"<a/init>","o":2,"object":"<a/kv_sup>","word":1}
	// {"i":4,"at":1300,"kind":"register","s":3,"subject":"<a/kv_sup/kv_store>","word":"0x9e3779b97f4a7c15","detail":"kv_store"}
}

func addSeeds(f *testing.F, write func(io.Writer, *Record) error) {
	for seed := range 20 {
		d := dice(seed)
		var b bytes.Buffer
		write(&b, d.record())
		f.Add(b.Bytes())
	}
	f.Add([]byte(magic))
}

// fuzzForm: reading never panics, and what it takes for a record is written and read as the same.
func fuzzForm(t *testing.T, data []byte, i int) {
	r, err := forms[i].read(bytes.NewReader(data))
	if err != nil {
		return
	}
	WriteText(io.Discard, r)
	for _, f := range forms[:i+1] {
		var b bytes.Buffer
		if err := f.write(&b, r); err != nil {
			t.Fatal(err)
		}
		again, err := f.read(&b)
		if err != nil || !reflect.DeepEqual(tidy(again), tidy(r)) {
			t.Fatalf("%s: %v\n%+v\n%+v", f.name, err, tidy(again), tidy(r))
		}
	}
}

// The sum is left out, or nothing a fuzzer makes would get past it.
func FuzzDecode(f *testing.F) {
	addSeeds(f, Encode)
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzForm(t, data, 0)
		r, _, err := decode(bytes.NewReader(data))
		if err != nil || r.Verify() != nil {
			return
		}
		var b bytes.Buffer
		Encode(&b, r)
		again, err := Decode(&b)
		if err != nil || !reflect.DeepEqual(tidy(again), tidy(r)) {
			t.Fatalf("%v\n%+v\n%+v", err, tidy(again), tidy(r))
		}
	})
}

func FuzzReadJSONL(f *testing.F) {
	addSeeds(f, WriteJSONL)
	f.Fuzz(func(t *testing.T, data []byte) { fuzzForm(t, data, 1) })
}
