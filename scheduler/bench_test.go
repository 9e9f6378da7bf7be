package scheduler

import (
	"fmt"
	"testing"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// contest are the policies worth timing: with draws, without, and through the interface.
var contest = []struct {
	name   string
	policy Policy
}{
	{"random", Random{}}, {"fifo", FIFO{}}, {"late", late{}}, {"pct", PCT{}}, {"pos", POS{}}, {"timed", Timed{}},
}

// crowd is a scheduler with n runnable tasks.
func crowd(p Policy, n int) *Scheduler {
	s := New(Config{choice.New(1), p})
	for i := range n {
		s.Add(Task(i), choice.ID("task", fmt.Sprint(i)))
		s.Ready(Task(i), Normal)
	}
	return s
}

// turn lets one task run.
func turn(s *Scheduler) {
	t, reductions, _ := s.Pick()
	s.Spend(Time(reductions))
	s.Ready(t, Normal)
}

// BenchmarkTurn is Ready, Pick and Spend with so many tasks always runnable.
func BenchmarkTurn(b *testing.B) {
	for _, c := range contest {
		for _, n := range []int{1, 10, 1000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", c.name, n), func(b *testing.B) {
				s := crowd(c.policy, n)
				for range 4 * n {
					turn(s)
				}
				b.ReportAllocs()
				for b.Loop() {
					turn(s)
				}
			})
		}
	}
}

// busyTimers is a scheduler with n timers pending, a second around its time.
func busyTimers(n int) (*Scheduler, *dice) {
	s := New(Config{Source: choice.New(1)})
	d := &dice{source: choice.New(2)}
	for range n {
		s.At(Time(d.roll(1e9)), s, d.n)
	}
	return s, d
}

// BenchmarkHold pops the earliest of so many timers and sets another, up to a second
// later. The cost of drawing how much later is in it.
func BenchmarkHold(b *testing.B) {
	for _, n := range []int{100, 10_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, d := busyTimers(n)
			hold := func() {
				s.Advance(never)
				s.At(s.Now()+Time(d.roll(1e9)), s.Pop(), d.n)
			}
			for range 2 * n {
				hold()
			}
			b.ReportAllocs()
			for b.Loop() {
				hold()
			}
		})
	}
}

// BenchmarkDrain pops so many timers in order.
func BenchmarkDrain(b *testing.B) {
	const n = 1_000_000
	b.Run(fmt.Sprint(n), func(b *testing.B) {
		var s *Scheduler
		b.ReportAllocs()
		for i := 0; i < b.N; i++ {
			if i%n == 0 {
				b.StopTimer()
				s, _ = busyTimers(n)
				b.StartTimer()
			}
			s.Advance(never)
			s.Pop()
		}
	})
}

// BenchmarkSetCancel is a timeout that does not come: set and cancelled, with so many
// others pending.
func BenchmarkSetCancel(b *testing.B) {
	for _, n := range []int{0, 100, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, _ := busyTimers(n)
			b.ReportAllocs()
			for b.Loop() {
				s.Cancel(s.At(s.Now()+5e9, s, 1))
			}
		})
	}
}

// BenchmarkTie pops timers of one instant, a hundred at a time.
func BenchmarkTie(b *testing.B) {
	s := New(Config{Source: choice.New(1)})
	id := uint64(0)
	b.ReportAllocs()
	for b.Loop() {
		if s.Timers() == 0 {
			for range 100 {
				id++
				s.At(s.Now()+1000, s, id)
			}
			s.Advance(never)
		}
		s.Pop()
	}
}

func BenchmarkReset(b *testing.B) {
	s := crowd(Random{}, 100)
	c := Config{Source: choice.New(1)}
	b.ReportAllocs()
	for b.Loop() {
		s.Reset(c)
	}
}

// BenchmarkRaced is a turn with one race in it.
func BenchmarkRaced(b *testing.B) {
	for _, c := range contest {
		b.Run(c.name, func(b *testing.B) {
			s := crowd(c.policy, 10)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				turn(s)
				s.Raced(Task(i % 10))
			}
		})
	}
}

// BenchmarkNotBefore is BenchmarkSetCancel for timers that may lag.
func BenchmarkNotBefore(b *testing.B) {
	for _, p := range []Policy{Random{}, Timed{Slack: 1e9}} {
		b.Run(fmt.Sprint(p), func(b *testing.B) {
			s := New(Config{choice.New(1), p})
			b.ReportAllocs()
			for i := uint64(0); b.Loop(); i++ {
				s.Cancel(s.NotBefore(s.Now()+5e9, s, i))
			}
		})
	}
}

// Nothing is allocated by a scheduler that has been as full before.
func TestAllocations(t *testing.T) {
	for _, p := range append(explorers, Random{}, FIFO{}) {
		checkAllocations(t, p)
	}
}

func checkAllocations(t *testing.T, p Policy) {
	s, source := crowd(p, 100), choice.New(1)
	d := &dice{source: choice.New(2)}
	var timers [100]Timer
	life := func() {
		turn(s)
		i := d.roll(len(timers))
		s.Cancel(timers[i])
		timers[i] = s.NotBefore(s.Now()+d.span(20), s, d.n)
		for s.Due() {
			s.Pop()
		}
		s.Advance(s.Now() + 100)
		s.Remove(Task(i))
		s.Add(Task(i), d.n)
		s.Ready(Task(i), Priority(d.roll(4)))
		s.Raced(Task(d.roll(len(timers))))
	}
	round := func() {
		s.Reset(Config{source, p})
		clear(timers[:])
		for i := range 100 {
			s.Add(Task(i), uint64(i))
			s.Ready(Task(i), Normal)
		}
		for range 1000 {
			life()
		}
	}
	round()
	if n := testing.AllocsPerRun(20, round); n != 0 {
		t.Errorf("%v: %v allocations", p, n)
	}
}
