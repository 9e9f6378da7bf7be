package coro

import (
	"runtime"
	"testing"
)

// Two goroutines pass one slot to and fro.
func TestSwitch(t *testing.T) {
	var trail []int
	var s *Slot
	s = New(func() {
		for i := range 3 {
			trail = append(trail, 10+i)
			s.Switch()
		}
	})
	for i := range 3 {
		trail = append(trail, i)
		s.Switch()
	}
	s.Switch() // lets it end
	want := []int{0, 10, 1, 11, 2, 12}
	if len(trail) != len(want) {
		t.Fatalf("trail %v", trail)
	}
	for i := range want {
		if trail[i] != want[i] {
			t.Fatalf("trail %v", trail)
		}
	}
}

// A goroutine can be parked in a slot that was made for another: three of them rotate through two slots.
func TestSlotsAreForAnybody(t *testing.T) {
	var trail string
	var a, b *Slot
	a = New(func() {
		trail += "a"
		b.Switch() // parks a in b's slot, starts b
		trail += "A"
	})
	b = New(func() {
		trail += "b"
		a.Switch() // parks b in a's slot, where main is parked: main goes on
		trail += "B"
	})
	a.Switch()
	trail += "m"
	b.Switch() // main parks in b's slot, a goes on, ends, and so lets b go on, which lets main go on
	if trail != "abmAB" {
		t.Errorf("trail %q", trail)
	}
}

// runtime.Goexit in one ends whoever waits for it.
func TestGoexitPropagates(t *testing.T) {
	done := make(chan bool)
	returned := false
	go func() {
		defer close(done)
		New(runtime.Goexit).Switch()
		returned = true
	}()
	<-done
	if returned {
		t.Error("Switch returned")
	}
}

func BenchmarkSwitch(b *testing.B) {
	b.ReportAllocs()
	stop := false
	var s *Slot
	s = New(func() {
		for !stop {
			s.Switch()
		}
	})
	for range b.N {
		s.Switch()
	}
	stop = true
	s.Switch()
}
