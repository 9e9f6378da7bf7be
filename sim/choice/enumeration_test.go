package choice

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A world whose later questions depend on earlier answers.
func tree(s *Source) (path string) {
	a := s.Choose(Key{Order, 1, 0}, 3)
	path = fmt.Sprint(a)
	s.Choose(Key{Order, 1, 1}, 1) // no choice, no digit
	if a == 1 {
		return path
	}
	if s.Chance(Key{Fault, 1, 0}, 1, 1000) {
		path += "!"
	}
	if s.Chance(Key{Fault, 1, 1}, 0, 1000) {
		path += "impossible"
	}
	return path + fmt.Sprint(s.Choose(Key{Order, 1, 2}, a+1))
}

func TestEnumeration_lastFastest(t *testing.T) {
	var got []string
	e := NewEnumeration()
	for e.Next() {
		got = append(got, tree(e.Source()))
	}
	want := []string{"00", "0!0", "1", "20", "21", "22", "2!0", "2!1", "2!2"}
	if !slices.Equal(got, want) {
		t.Errorf("visited %v, want %v", got, want)
	}
	if e.Visited() != 9 || !e.Complete() || e.Err() != nil || e.Next() {
		t.Errorf("visited %d, complete %v, %v", e.Visited(), e.Complete(), e.Err())
	}
}

// The dumb twin: nested loops.
func TestEnumeration_twin(t *testing.T) {
	var want, got [][3]int
	for a := range 2 {
		for b := range 4 {
			for c := range 3 {
				want = append(want, [3]int{a, b, c})
			}
		}
	}
	for e := NewEnumeration(); e.Next(); {
		s := e.Source()
		got = append(got, [3]int{s.Choose(Key{Order, 1, 0}, 2), s.Choose(Key{Order, 1, 1}, 4), s.Choose(Key{Order, 1, 2}, 3)})
	}
	if !slices.Equal(got, want) {
		t.Errorf("visited %v, want %v", got, want)
	}
}

func TestEnumeration_limit(t *testing.T) {
	for _, c := range []struct {
		limit, visited int
		complete       bool
	}{{0, 9, true}, {1, 1, false}, {8, 8, false}, {9, 9, true}, {10, 9, true}} {
		e := NewEnumeration().Limit(c.limit)
		for e.Next() {
			tree(e.Source())
		}
		if e.Visited() != c.visited || e.Complete() != c.complete {
			t.Errorf("limit %d: visited %d, complete %v; want %d, %v", c.limit, e.Visited(), e.Complete(), c.visited, c.complete)
		}
	}
}

func TestEnumeration_oddWorlds(t *testing.T) {
	for name, c := range map[string]struct {
		world    func(*Source)
		visited  int
		complete bool
	}{
		"nothing asked": {func(*Source) {}, 1, true},
		"key asked twice is one choice": {func(s *Source) {
			if s.Choose(Key{Order, 1, 0}, 3) != s.Choose(Key{Order, 1, 0}, 3) {
				t.Error("one key, two answers")
			}
		}, 3, true},
		"a word cannot be enumerated": {func(s *Source) {
			if s.Word(Key{Rand, 1, 0}) != 0 {
				t.Error("the word is not dull")
			}
			s.Choose(Key{Order, 1, 0}, 3)
		}, 3, false},
		"what is overridden is no digit": {func(s *Source) {
			s.Deviate([]Deviation{{Key{Order, 1, 0}, 2}})
			s.Choose(Key{Order, 1, 0}, 3)
			s.Choose(Key{Order, 1, 1}, 2)
		}, 2, true},
		"unique within each run": {func(s *Source) {
			if s.detour.asked == nil {
				s.Unique()
			}
			s.Choose(Key{Order, 1, 0}, 3)
		}, 3, true},
	} {
		e := NewEnumeration()
		for e.Next() {
			c.world(e.Source())
		}
		if e.Visited() != c.visited || e.Complete() != c.complete || e.Err() != nil {
			t.Errorf("%s: visited %d, complete %v, %v; want %d, %v", name, e.Visited(), e.Complete(), e.Err(), c.visited, c.complete)
		}
	}
}

func TestEnumeration_worldIsNotDeterministic(t *testing.T) {
	for want, world := range map[string]func(s *Source, run int){
		"in run 2, after 0 choices answered as before, it asked order/0000000000000001/2 of 3, where run 1 asked order/0000000000000001/1 of 3": func(s *Source, run int) {
			s.Choose(Key{Order, 1, uint64(run)}, 3)
		},
		"it asked order/0000000000000001/0 of 3, where run 1 asked order/0000000000000001/0 of 2": func(s *Source, run int) {
			s.Choose(Key{Order, 1, 0}, 1+run)
		},
		"in run 2, after 1 choices answered as before, it ended, where run 1 asked order/0000000000000001/1 of 2": func(s *Source, run int) {
			s.Choose(Key{Order, 1, 0}, 2)
			if run == 1 {
				s.Choose(Key{Order, 1, 1}, 2)
			}
		},
	} {
		e := NewEnumeration()
		for e.Next() {
			world(e.Source(), e.Visited())
		}
		if err := e.Err(); err == nil || !strings.Contains(err.Error(), want) || e.Complete() || e.Visited() != 2 {
			t.Errorf("run %d, complete %v:\n%v\nwant\n%s", e.Visited(), e.Complete(), err, want)
		}
	}
}

// Each run of an enumeration can be stored and replayed like any other.
func TestEnumeration_recorded(t *testing.T) {
	for e := NewEnumeration(); e.Next(); {
		r := new(Recording)
		e.Source().Record(r)
		want := tree(e.Source())
		ds, err := r.Deviations()
		if err != nil {
			t.Fatal(err)
		}
		s := Dull()
		s.Deviate(ds)
		if got := tree(s); got != want {
			t.Errorf("replay %s, want %s", got, want)
		}
	}
}
