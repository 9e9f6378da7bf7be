package scheduler

import (
	"fmt"
	"slices"
	"testing"
	"unsafe"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

func TestTimer_zero(t *testing.T) {
	s := New(Config{})
	check := func(when string) {
		if _, ok := s.Cancel(Timer{}); ok {
			t.Errorf("%s: the zero Timer was cancelled", when)
		}
		if _, ok := s.Left(Timer{}); ok {
			t.Errorf("%s: the zero Timer has time left", when)
		}
	}
	check("new")
	timer := s.At(1, nil, 1)
	check("one timer")
	s.Cancel(timer)
	check("none")
	if timer == (Timer{}) {
		t.Error("At gave the zero Timer")
	}
}

func TestTimer_stale(t *testing.T) {
	s := New(Config{})
	gone := s.At(5, nil, 1)
	s.Cancel(gone)
	again := s.At(5, nil, 2) // the same place
	if _, ok := s.Cancel(gone); ok || again.index != gone.index {
		t.Error("a cancelled Timer names its successor")
	}
	s.Advance(9)
	s.Pop()
	if _, ok := s.Left(again); ok {
		t.Error("a popped timer has time left")
	}
}

func TestTimer_past(t *testing.T) {
	s := New(Config{})
	s.Spend(100)
	s.At(200, "a", 1)
	s.Spend(150)
	b := s.At(10, "b", 2) // due at 250, as it is now
	if left, ok := s.Left(b); left != 0 || !ok {
		t.Errorf("left %d %v", left, ok)
	}
	for _, want := range []string{"a", "b"} {
		if !s.Due() {
			t.Fatal("not due")
		}
		if got := s.Pop(); got != want {
			t.Errorf("popped %v, not %s", got, want)
		}
	}
	if s.Due() || s.Now() != 250 {
		t.Errorf("due %v at %d", s.Due(), s.Now())
	}
}

// Time slept over: timers still pop in the order of their times.
func TestTimer_behind(t *testing.T) {
	s := New(Config{Source: choice.New(1)})
	d := dice{source: choice.New(6)}
	var want []Time
	for i := range 1000 {
		when := d.span(40)
		want = append(want, when)
		s.At(when, when, uint64(i))
	}
	slices.Sort(want)
	s.Spend(1 << 41)
	for i := range want {
		if got := s.Pop(); got != want[i] {
			t.Fatalf("timer %d: %v, not %d", i, got, want[i])
		}
	}
}

func TestTimer_ties(t *testing.T) {
	order := func(c Config, n int) string {
		s := New(c)
		for i := range n {
			s.At(1_000_000, i, uint64(i))
		}
		s.Advance(never)
		out := ""
		for s.Due() {
			out += fmt.Sprint(s.Pop())
		}
		return out
	}
	for seed := range uint64(20) {
		for _, c := range []Config{{choice.New(seed), FIFO{}}, {}, {Source: choice.Dull()}} {
			if got := order(c, 5); got != "01234" {
				t.Errorf("dull order is %s", got)
			}
		}
	}
	seen := map[string]int{}
	for seed := range uint64(6000) {
		seen[order(Config{Source: choice.New(seed)}, 3)]++
	}
	for o, n := range seen {
		if n < 850 || n > 1150 {
			t.Errorf("order %s came %d times of 6000", o, n)
		}
	}
	if len(seen) != 6 {
		t.Errorf("orders seen: %v", seen)
	}
}

func TestAdvance(t *testing.T) {
	s := New(Config{})
	if s.Advance(7) || s.Now() != 7 {
		t.Errorf("without timers at %d", s.Now())
	}
	s.At(1<<40+5, "a", 1)
	for _, limit := range []Time{100, 3, 1 << 39, 1 << 40} { // to the limit, never back
		want := max(s.Now(), limit)
		if s.Advance(limit) || s.Now() != want {
			t.Errorf("limit %d: at %d", limit, s.Now())
		}
	}
	s.At(1<<40+2, "b", 2) // between the limit and the timer that was looked for
	if !s.Advance(1<<40+2) || s.Now() != 1<<40+2 || s.Pop() != "b" {
		t.Errorf("b: at %d", s.Now())
	}
	if !s.Advance(never) || s.Now() != 1<<40+5 || s.Pop() != "a" {
		t.Errorf("a: at %d", s.Now())
	}
}

func TestSizes(t *testing.T) {
	if size := unsafe.Sizeof(sheet{}); size > 64 {
		t.Errorf("a sheet has %d bytes", size)
	}
	if size := unsafe.Sizeof(node{}) + unsafe.Sizeof(sheet{})/sheetSize; size > 64 {
		t.Errorf("a timer has %d bytes", size)
	}
	if size := unsafe.Sizeof(task{}); size > 32 {
		t.Errorf("a task has %d bytes", size)
	}
}

// A time's slot by digits, one by one.
func TestSlotOf(t *testing.T) {
	d := dice{source: choice.New(1)}
	var w wheel
	for range 10_000 {
		w.base = d.span(62)
		when := w.base + d.span(60)
		level := uint(10)
		for ; level > 0 && when>>(6*level) == w.base>>(6*level); level-- {
		}
		digit := uint(when>>(6*level)) & 63
		if got := w.slotOf(when); got != level*64+digit {
			t.Fatalf("slot of %x from %x is %d, not %d/%d", when, w.base, got, level, digit)
		}
	}
}

// Whole sheets cancelled in any order, and what is set afterwards: the rest pops, the
// oldest first.
func TestTimer_sheets(t *testing.T) {
	const sheets = 5
	for seed := range uint64(300) {
		s := New(Config{})
		d := dice{source: choice.New(seed)}
		var timers []Timer
		for i := range sheets * sheetSize {
			timers = append(timers, s.At(1<<30, i, 0))
		}
		gone := map[int]bool{}
		for range 1 + d.roll(6) {
			sheet := d.roll(sheets)
			for i := sheet * sheetSize; i < (sheet+1)*sheetSize; i++ {
				if _, ok := s.Cancel(timers[i]); ok == gone[i] {
					t.Fatalf("seed %d: timer %d cancelled %v", seed, i, ok)
				}
				gone[i] = true
			}
		}
		for i := range 2 * sheetSize {
			s.At(1<<30, len(timers)+i, 0)
		}
		s.Advance(never)
		for i := range len(timers) + 2*sheetSize {
			if !gone[i] {
				if got := s.Pop(); got != i {
					t.Fatalf("seed %d: popped %v, not %d", seed, got, i)
				}
			}
		}
		if s.Timers() != 0 {
			t.Errorf("seed %d: %d timers left", seed, s.Timers())
		}
	}
}
