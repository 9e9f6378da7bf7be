package trace

import (
	"strings"
	"testing"
)

// twins are two logs of the same n facts, but for the one at place: change makes it differ.
func twins(n, place, keep int, every uint64, change func(*Event)) (a, b *Log) {
	a, b = new(Log), new(Log)
	for _, l := range []*Log{a, b} {
		l.Reset(keep)
		l.Checkpoint(every)
		l.Name(1, "<a/one>")
		l.Name(2, "<a/two>")
		d := dice(1)
		for i := range n {
			e := Event{int64(i) * 100, 1, 2, uint64(d.roll(5)), Send}
			if l == b && i == place && change != nil {
				change(&e)
			}
			l.Note(e.At, e.Kind, e.Subject, e.Object, e.Word)
		}
	}
	return a, b
}

var changes = map[string]func(*Event){
	"time":    func(e *Event) { e.At++ },
	"kind":    func(e *Event) { e.Kind = Drop },
	"subject": func(e *Event) { e.Subject = 2 },
	"object":  func(e *Event) { e.Object = 1 },
	"word":    func(e *Event) { e.Word += 7 },
}

func TestFirstDifference(t *testing.T) {
	for what, change := range changes {
		for _, place := range []int{0, 3, 20, 49} {
			a, b := twins(50, place, 100, 0, change)
			d := FirstDifference(a.Record(), b.Record())
			if d == nil || d.From != uint64(place) || d.To != d.From+1 || d.What != what ||
				len(d.Before) != min(place, contextLines) {
				t.Errorf("%s of fact %d: %+v", what, place, d)
				continue
			}
			if d.A != a.Record().Line(place) || d.B != b.Record().Line(place) {
				t.Errorf("%s of fact %d: a %q, b %q", what, place, d.A, d.B)
			}
		}
	}
	a, b := twins(50, 0, 100, 0, nil)
	if d := FirstDifference(a.Record(), b.Record()); d != nil {
		t.Errorf("the same runs differ: %v", d)
	}
}

func TestFirstDifference_end(t *testing.T) {
	a, _ := twins(50, 0, 100, 0, nil)
	b, _ := twins(48, 0, 100, 0, nil)
	d := FirstDifference(a.Record(), b.Record())
	if d == nil || d.What != "end" || d.From != 48 || d.B != "" || !strings.Contains(d.String(), "had ended") {
		t.Errorf("%v", d)
	}
	if d = FirstDifference(b.Record(), a.Record()); d == nil || d.What != "end" || d.From != 48 || d.A != "" {
		t.Errorf("%v", d)
	}
}

// What differs behind what was kept is narrowed down, and found in a second run.
func TestFirstDifference_narrowed(t *testing.T) {
	for _, place := range []int{0, 99, 100, 5_000, 99_999} {
		a, b := twins(100_000, place, 10, 8, changes["word"])
		d := FirstDifference(a.Record(), b.Record())
		if d == nil || d.From > uint64(place) || d.To <= uint64(place) || d.To-d.From > 64 {
			t.Fatalf("%d: %v", place, d)
		}
		if place >= 10 && (d.What != "hash" || !strings.Contains(d.String(), "KeepFrom")) {
			t.Errorf("%d: %v", place, d)
		}
		w, differ := FirstWindow(a.Chain(), b.Chain())
		if !differ || w.From > uint64(place) || w.To <= uint64(place) {
			t.Fatalf("%d: %v, %v", place, w, differ)
		}
		again := func(change func(*Event)) *Record {
			var l Log
			l.Reset(100)
			l.KeepFrom(w.From)
			d := dice(1)
			for i := range 100_000 {
				e := Event{int64(i) * 100, 1, 2, uint64(d.roll(5)), Send}
				if i == place {
					change(&e)
				}
				l.Note(e.At, e.Kind, e.Subject, e.Object, e.Word)
			}
			return l.Record()
		}
		d = FirstDifference(again(func(*Event) {}), again(changes["word"]))
		if d == nil || d.From != uint64(place) || d.What != "word" {
			t.Errorf("second run: %v, want fact %d", d, place)
		}
	}
}

// Logs that mark at different distances are compared where both have marks.
func TestFirstWindow_unequalMarks(t *testing.T) {
	a, _ := twins(100_000, 0, 0, 16, nil)
	_, b := twins(100_000, 70_000, 0, 24, changes["time"])
	w, differ := FirstWindow(a.Chain(), b.Chain())
	if !differ || w.From > 70_000 || w.To <= 70_000 || w.To-w.From > 400 {
		t.Errorf("%v (marks every %d and %d)", w, a.Chain().Every, b.Chain().Every)
	}
	_, c := twins(100_000, 70_000, 0, 0, changes["time"])
	if w, differ = FirstWindow(a.Chain(), c.Chain()); !differ || w != (Window{0, 100_000}) {
		t.Errorf("%v without marks", w)
	}
}

// A message whose body differs is pointed at, though it is the same fact.
func TestFirstDifference_text(t *testing.T) {
	a, b := story(), story()
	b.Details = map[int]string{5: "other"}
	if d := FirstDifference(a, b); d != nil {
		t.Errorf("texts are no difference: %v", d)
	}
	b.Events = append([]Event(nil), b.Events...)
	b.Events[8].Word++
	d := FirstDifference(a, b)
	if d == nil || d.From != 8 || !strings.Contains(d.Text, "at fact 5") || !strings.Contains(d.String(), "other") {
		t.Errorf("%v", d)
	}
}

func TestFirstDifference_name(t *testing.T) {
	a, b := story(), story()
	b.Names[4] = "<a/kv_sup/other>"
	if d := FirstDifference(a, b); d == nil || d.What != "name" || d.From != 16 {
		t.Errorf("%v", d)
	}
}
