package choice

import (
	"math"
	"strings"
	"testing"
)

func TestChoose_bounds(t *testing.T) {
	s := New(1)
	for _, n := range []int{1, 2, 3, 1 << 30, math.MaxInt} {
		for i := range uint64(1000) {
			if a := s.Choose(Key{Order, 1, i}, n); a < 0 || a >= n {
				t.Fatalf("Choose of %d is %d", n, a)
			}
		}
	}
}

func TestChance_edges(t *testing.T) {
	s := New(1)
	for _, c := range []struct {
		num, den int
		want     bool
	}{
		{0, 1, false}, {-1, 1, false}, {math.MinInt, math.MaxInt, false}, {0, math.MaxInt, false},
		{1, 1, true}, {2, 1, true}, {math.MaxInt, 1, true}, {math.MaxInt, math.MaxInt, true},
	} {
		for i := range uint64(100) {
			if got := s.Chance(Key{Fault, 1, i}, c.num, c.den); got != c.want {
				t.Fatalf("Chance %d/%d is %v", c.num, c.den, got)
			}
		}
	}
}

func TestImpossibleQuestionsPanic(t *testing.T) {
	k := Key{Order, 1, 2}
	with := Dull()
	with.Record(new(Recording))
	for name, s := range map[string]*Source{"seeded": New(1), "dull": Dull(), "recorded": with} {
		for what, ask := range map[string]func(){
			"Choose wants n >= 1, not 0":       func() { s.Choose(k, 0) },
			"Choose wants n >= 1, not -1":      func() { s.Choose(k, -1) },
			"Chance wants den >= 1, not 1/0":   func() { s.Chance(k, 1, 0) },
			"Chance wants den >= 1, not -1/-2": func() { s.Chance(k, -1, -2) },
		} {
			if got, ok := panicked(ask).(string); !ok || !strings.Contains(got, what) || !strings.Contains(got, k.String()) {
				t.Errorf("%s: panic %q, want %q and the key", name, got, what)
			}
		}
	}
}

func panicked(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}

func TestDull(t *testing.T) {
	var zero Source
	for name, s := range map[string]*Source{"Dull": Dull(), "the zero Source": &zero} {
		for i := range uint64(100) {
			k := Key{Domain(i), i, i * i}
			if s.Choose(k, 10) != 0 || s.Word(k) != 0 || s.Chance(k, 1, 2) || s.Chance(k, 1, 1) {
				t.Fatalf("%s is not dull at %v", name, k)
			}
		}
	}
}

// A source with layers that do nothing answers as one without.
func TestDetour_sameAnswers(t *testing.T) {
	for name, base := range map[string]func() *Source{"seeded": func() *Source { return New(9) }, "dull": Dull} {
		bare, layered := base(), base()
		layered.Deviate([]Deviation{{Key{Plan, 0, 0}, 1}})
		layered.Record(new(Recording))
		got, want := life(layered), life(bare)
		if d := firstDifference(got, want); d >= 0 {
			t.Errorf("%s: answer %d differs: %d, want %d", name, d, got[d], want[d])
		}
	}
}

func TestReset(t *testing.T) {
	s := From(func(Key, uint64) uint64 { return 0 })
	s.Deviate([]Deviation{{Key{Plan, 0, 0}, 1}})
	s.Reset(5)
	if *s != *New(5) {
		t.Errorf("after Reset(5): %+v, want %+v", *s, *New(5))
	}
	if s.Seed() != 5 || Dull().Seed() != 0 {
		t.Errorf("seeds: %d, want 5; %d, want 0", s.Seed(), Dull().Seed())
	}
}

func TestFrom(t *testing.T) {
	var asked []uint64
	s := From(func(k Key, of uint64) uint64 { asked = append(asked, of); return k.N })
	k := Key{Value, 1, 1}
	if s.Choose(k, 3) != 1 || s.Word(k) != 1 || !s.Chance(k, 1, 100) {
		t.Error("the function's answers are not those given")
	}
	if s.Choose(k, 1) != 0 || s.Chance(k, 0, 100) {
		t.Error("where there is one answer the function has no say")
	}
	if d := firstDifference(asked, []uint64{3, 0, 2}); d >= 0 {
		t.Errorf("the function was asked %v, want [3 0 2]", asked)
	}
	if got, _ := panicked(func() { s.Choose(Key{Value, 1, 3}, 3) }).(string); !strings.Contains(got, "with 3 of 3") {
		t.Errorf("an answer too large: panic %q", got)
	}
}

// Draws do not move one another, whatever else is asked in between.
func TestIndependence(t *testing.T) {
	s := New(4)
	want := s.Choose(Key{Slice, 7, 3}, 1000)
	life(s)
	if got := s.Choose(Key{Slice, 7, 3}, 1000); got != want {
		t.Errorf("asked again: %d, want %d", got, want)
	}
}

func TestFastPath_allocatesNothing(t *testing.T) {
	s, i := New(1), uint64(0)
	if n := testing.AllocsPerRun(100, func() {
		i++
		k := Key{Order, Child(i, "kv_worker", 3), i}
		sink += uint64(s.Choose(k, 10)) + s.Word(k)
		if s.Chance(k, 1, 10) {
			sink++
		}
		s.Reset(i)
	}); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func TestIdentity(t *testing.T) {
	seen := map[uint64]string{}
	note := func(id uint64, what string) {
		if other, ok := seen[id]; ok {
			t.Errorf("%s and %s are both %#x", what, other, id)
		}
		seen[id] = what
	}
	note(ID(), "nothing")
	for n := range 40 { // lengths on both sides of every case of text
		s := strings.Repeat("a", n)
		note(ID(s), "ID "+s)
		note(ID(s, ""), "ID "+s+",")
		if n > 0 {
			note(ID("", s), "ID ,"+s)
		}
		note(Child(0, s, 0), "Child "+s)
		note(Child(0, s, 1), "Child 1 "+s)
		note(Child(1, s, 0), "Child of 1 "+s)
		for i := range n {
			b := s[:i] + "b" + s[i+1:]
			note(ID(b), "ID "+b)
			note(Child(0, b, 0), "Child "+b)
		}
	}
}

// life asks as a small world would: what is asked next depends on the answers.
func life(s *Source) (answers []uint64) {
	for i := uint64(0); i < 300; i++ {
		k := Key{Domain(1 + i%10), ID("p", string(rune('a'+i%7))), i}
		switch i % 4 {
		case 0:
			if s.Chance(k, 1, 3) {
				answers = append(answers, 1)
				i += 4
			}
		case 1:
			answers = append(answers, s.Word(k))
		default:
			a := s.Choose(k, int(i%9)+1)
			answers = append(answers, uint64(a))
			i += uint64(a)
		}
	}
	return answers
}

func firstDifference(a, b []uint64) int {
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			return i
		}
	}
	return -1
}
