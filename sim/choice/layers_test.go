package choice

import (
	"fmt"
	"strings"
	"testing"
)

func TestDeviate(t *testing.T) {
	k := Key{Latency, 7, 1}
	for name, s := range map[string]*Source{"seeded": New(1), "dull": Dull(), "enumerating": NewEnumeration().Source()} {
		s.Deviate([]Deviation{{k, 5}, {Key{Fault, 7, 1}, 1}, {Key{Rand, 7, 1}, 1<<64 - 1}})
		if got := s.Choose(k, 10); got != 5 {
			t.Errorf("%s: Choose is %d, want 5", name, got)
		}
		if !s.Chance(Key{Fault, 7, 1}, 1, 1000000) {
			t.Errorf("%s: Chance is false, want true", name)
		}
		if got := s.Word(Key{Rand, 7, 1}); got != 1<<64-1 {
			t.Errorf("%s: Word is %#x, want all ones", name, got)
		}
		if d := s.Drift(); d != nil {
			t.Errorf("%s: drift %v, want none", name, d)
		}
	}
}

// An override with the dull answer silences a draw: this is how seeded runs shrink.
func TestDeviate_toDull(t *testing.T) {
	s := New(1)
	s.Deviate([]Deviation{{Key{Fault, 7, 1}, 0}})
	if s.Chance(Key{Fault, 7, 1}, 1, 1) {
		t.Error("an override did not silence what is certain")
	}
}

func TestDrift(t *testing.T) {
	s := Dull()
	never, twice, fits, small := Key{Order, 1, 1}, Key{Order, 1, 2}, Key{Order, 1, 3}, Key{Order, 1, 4}
	s.Deviate([]Deviation{{never, 1}, {twice, 1}, {fits, 1}, {small, 9}})
	s.Deviate([]Deviation{{twice, 2}})
	if got := s.Choose(twice, 3); got != 2 {
		t.Errorf("named twice: %d, want the later 2", got)
	}
	s.Choose(fits, 2)
	if got := s.Choose(small, 5); got != 4 {
		t.Errorf("too large: %d, want the last answer 4", got)
	}
	if s.Chance(small, 0, 5) {
		t.Error("what cannot be true was overridden")
	}
	want := []string{
		"order/0000000000000001/1=1 was never asked",
		"order/0000000000000001/2=1 was never asked",
		"order/0000000000000001/4=9 was asked with 1 answers, and got 0",
	}
	if got := fmt.Sprint(s.Drift()); got != fmt.Sprint(want) {
		t.Errorf("drift:\n%s\nwant:\n%s", got, want)
	}
	if got := New(1).Drift(); got != nil {
		t.Errorf("a bare source drifted: %v", got)
	}
}

// The filter is never wrong in the direction that matters.
func TestDeviate_many(t *testing.T) {
	var ds []Deviation
	for i := range uint64(3000) {
		ds = append(ds, Deviation{Key{Domain(i), i * i, i / 3}, i})
	}
	s := Dull()
	s.Deviate(ds)
	for _, d := range ds {
		if got := s.Word(d.Key); got != d.Answer {
			t.Fatalf("%v got %d", d, got)
		}
	}
}

// A recording laid over Dull is the same run.
func TestRecording_reproduces(t *testing.T) {
	for seed := range uint64(50) {
		for _, nonZero := range []bool{false, true} {
			r := &Recording{NonZero: nonZero}
			s := New(seed)
			s.Record(r)
			want := life(s)
			ds, err := r.Deviations()
			if err != nil {
				t.Fatal(err)
			}
			replay, again := Dull(), &Recording{NonZero: nonZero}
			replay.Deviate(ds)
			replay.Record(again)
			if d := firstDifference(life(replay), want); d >= 0 {
				t.Fatalf("seed %d: answer %d differs", seed, d)
			}
			if fmt.Sprint(r.Draws) != fmt.Sprint(again.Draws) {
				t.Fatalf("seed %d: the recording of the replay differs", seed)
			}
			if drift := replay.Drift(); drift != nil {
				t.Fatalf("seed %d: drift %v", seed, drift)
			}
		}
	}
}

func TestRecord_order(t *testing.T) {
	all, some := &Recording{}, &Recording{NonZero: true}
	for _, r := range []*Recording{all, some} {
		s := Dull()
		s.Record(r)
		s.Deviate([]Deviation{{Key{Order, 1, 2}, 3}, {Key{Fault, 1, 1}, 1}})
		s.Choose(Key{Order, 1, 1}, 5)
		s.Choose(Key{Order, 1, 2}, 5)
		s.Word(Key{Rand, 1, 1})
		s.Chance(Key{Fault, 1, 1}, 1, 9)
		s.Record(nil)
		s.Choose(Key{Order, 1, 3}, 5)
	}
	if got, want := fmt.Sprint(all.Draws), "[order/0000000000000001/1=0 of 5 order/0000000000000001/2=3 of 5 rand/0000000000000001/1=0 of 2^64 fault/0000000000000001/1=1 of 2]"; got != want {
		t.Errorf("all:\n%s\nwant\n%s", got, want)
	}
	if got, want := fmt.Sprint(some.Draws), "[order/0000000000000001/2=3 of 5 fault/0000000000000001/1=1 of 2]"; got != want {
		t.Errorf("nonzero:\n%s\nwant\n%s", got, want)
	}
}

func TestRecording_keyAskedTwice(t *testing.T) {
	k := Key{Order, 1, 1}
	same := &Recording{Draws: []Draw{{k, 5, 3}, {k, 5, 3}}}
	if ds, err := same.Deviations(); err != nil || len(ds) != 1 {
		t.Errorf("answered alike: %v, %v; want one deviation", ds, err)
	}
	for _, r := range []*Recording{{Draws: []Draw{{k, 5, 3}, {k, 2, 1}}}, {Draws: []Draw{{k, 2, 0}, {k, 5, 3}}}} {
		if ds, err := r.Deviations(); err == nil || !strings.Contains(err.Error(), k.String()) {
			t.Errorf("answered in two ways: %v, %v; want an error with the key", ds, err)
		}
	}
}

func firstAsker(s *Source)  { s.Choose(Key{Order, 1, 1}, 5) }
func secondAsker(s *Source) { s.Chance(Key{Order, 1, 1}, 1, 5) }

func TestUnique(t *testing.T) {
	s := New(1)
	s.Unique()
	firstAsker(s)
	s.Choose(Key{Order, 1, 2}, 5)
	s.Choose(Key{Slice, 1, 1}, 5)
	twice, ok := panicked(func() { secondAsker(s) }).(*AskedTwice)
	if !ok {
		t.Fatal("no panic, or another one")
	}
	first, _, _ := strings.Cut(twice.First, "\n")
	again, _, _ := strings.Cut(twice.Again, "\n")
	if twice.Key != (Key{Order, 1, 1}) || !strings.Contains(twice.Error(), "was asked twice\nfirst by\n\t") || !strings.Contains(first, "choice.firstAsker") || !strings.Contains(again, "choice.secondAsker") {
		t.Errorf("the askers are not named:\n%v", twice)
	}
	s.Reset(1)
	firstAsker(s)
	firstAsker(s)
}
