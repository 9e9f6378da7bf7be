package trace

import (
	"reflect"
	"testing"
)

// "The hash … does not depend on whether events are kept."
func TestLog_keepingChangesNothing(t *testing.T) {
	for seed := range 200 {
		d := dice(seed)
		n := d.roll(100)
		var want *Log
		for _, keep := range []int{0, 1, 50, 1000} {
			d := dice(seed + 1000)
			l := d.log(n, keep, true)
			if want == nil {
				want = l
			}
			if l.Hash() != want.Hash() || l.Count() != uint64(n) || len(l.Events()) != min(n, keep) {
				t.Fatalf("seed %d, keep %d: hash %x, %d facts, %d kept; want %x, %d", seed, keep, l.Hash(), l.Count(),
					len(l.Events()), want.Hash(), n)
			}
		}
	}
}

func note(l *Log, n int) {
	for i := range n {
		at := int64(l.Count()) * 100
		l.Note(at, Slice, uint64(i%3+1), 0, 7)
		if l.Keeping() {
			l.Detail("text")
		}
	}
}

func TestLog_keepFrom(t *testing.T) {
	var l Log
	l.Reset(5)
	note(&l, 3) // dropped
	l.KeepFrom(10)
	note(&l, 9) // up to fact 11
	if !l.Keeping() {
		t.Error("facts will still be kept, but Keeping is false")
	}
	note(&l, 20)
	r := l.Record()
	if len(r.Events) != 5 || r.First != 10 || r.Events[0].At != 1000 || r.Index(4) != 14 || len(r.Details) != 5 {
		t.Errorf("kept %+v from %d, texts %v", r.Events, r.First, r.Details)
	}
	if l.Keeping() {
		t.Error("nothing will be kept any more, but Keeping is true")
	}
	l.Reset(0)
	if l.Keeping() || len(r.Events) != 5 || l.Count() != 0 {
		t.Error("Reset does not forget, or makes others forget")
	}
}

func TestLog_checkpoint(t *testing.T) {
	var l Log
	note(&l, 3)
	l.Checkpoint(2)
	var want []uint64
	for range 8 {
		note(&l, 1)
		if l.Count()%2 == 0 {
			want = append(want, l.Hash())
		}
	}
	c := l.Chain()
	if c.Every != 2 || c.Marks[0] != 0 || !reflect.DeepEqual(c.Marks[1:], want) {
		t.Errorf("marks %x, want 0 and %x", c.Marks, want)
	}
	if len(l.Events()) != 0 || l.Keeping() {
		t.Error("marks make it keep events")
	}
}

// A log of any length is small: marks go, and those that stay are where they should be.
func TestLog_checkpointsThin(t *testing.T) {
	var l, twin Log
	l.Checkpoint(1)
	all := map[uint64]uint64{}
	for range 10 * marksMax {
		note(&l, 1)
		note(&twin, 1)
		all[twin.Count()] = twin.Hash()
	}
	c := l.Chain()
	if len(c.Marks) >= marksMax || len(c.Marks) < marksMax/2 || uint64(len(c.Marks)) != c.Count/c.Every {
		t.Fatalf("%d marks, every %d of %d", len(c.Marks), c.Every, c.Count)
	}
	for i, m := range c.Marks {
		if place := uint64(i+1) * c.Every; m != all[place] {
			t.Fatalf("the mark after %d facts is %x, want %x", place, m, all[place])
		}
	}
}

func TestLog_allocatesNothing(t *testing.T) {
	var l Log
	if n := testing.AllocsPerRun(100, func() { l.Note(1, Send, 2, 3, 4) }); n != 0 {
		t.Errorf("%v allocations a fact", n)
	}
	l.Checkpoint(1 << 20)
	if n := testing.AllocsPerRun(100, func() { l.Note(1, Send, 2, 3, 4) }); n != 0 {
		t.Errorf("%v allocations a fact with checkpoints", n)
	}
}

func TestParseKinds(t *testing.T) {
	for k := range 256 {
		if got, err := ParseKind(Kind(k).String()); err != nil || got != Kind(k) {
			t.Errorf("%v reads back as %v, %v", Kind(k), got, err)
		}
	}
	if ks, err := ParseKinds("spawn, exit"); err != nil || !reflect.DeepEqual(ks, []Kind{Spawn, Exit}) {
		t.Errorf("%v, %v", ks, err)
	}
	for _, bad := range []string{"", "Spawn", "kind1", "kind256", "kind007", "spawn,,exit"} {
		if ks, err := ParseKinds(bad); err == nil {
			t.Errorf("%q is %v", bad, ks)
		}
	}
}
