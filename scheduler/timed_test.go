package scheduler

import (
	"math"
	"testing"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

func TestTables_lags(t *testing.T) {
	for i := range lags {
		exact := 0.0
		if i >= 32 {
			exact = math.Pow(511, float64(i-31)/32)
		}
		if math.Abs(float64(lags[i])-exact) > 0.51 {
			t.Errorf("lag %d is %d, not %.2f", i, lags[i], exact)
		}
	}
	if lags[0] != 0 || lags[31] != 0 || lags[63] != Turns-1 {
		t.Error("the ends of the table are wrong")
	}
}

// Timers are never early, at most Slack late, half of them exact, and the late ones of all magnitudes.
func TestTimed_slack(t *testing.T) {
	for _, slack := range []Time{0, 1, 511, 1e9, MaxSlack, never} {
		s := New(Config{choice.New(4), Timed{slack}})
		const timers = 10_000
		for i := range uint64(timers) {
			s.NotBefore(Time(i), Time(i), i)
		}
		exact, small, most := 0, 0, Time(0)
		for s.Advance(never) {
			lag := s.Now() - s.Pop().(Time)
			if lag < 0 || lag > min(slack, MaxSlack) {
				t.Fatalf("slack %d: a timer lags by %d", slack, lag)
			}
			most = max(most, lag)
			if lag == 0 {
				exact++
			} else if lag < slack/50 {
				small++
			}
		}
		if slack >= 511 {
			if exact < timers*48/100 || exact > timers*52/100 || small < timers/10 || most != min(slack, MaxSlack) {
				t.Errorf("slack %d: %d of %d timers are exact, %d lag a little, one by %d", slack, exact, timers, small, most)
			}
		} else if slack == 0 && exact != timers {
			t.Errorf("without slack %d of %d timers are exact", exact, timers)
		}
	}
}

// A timer that lags has no more time left than it was set for: that it will be late, nobody can know.
func TestTimed_left(t *testing.T) {
	source := choice.From(func(k choice.Key, of uint64) uint64 { return of - 1 })
	s := New(Config{source, Timed{100}})
	timer := s.NotBefore(1000, "late", 1)
	exact := s.At(1000, "exact", 2)
	left := func(want Time) {
		t.Helper()
		for _, timer := range []Timer{timer, exact} {
			if got, ok := s.Left(timer); got != want || !ok {
				t.Errorf("at %d a timer has %d (%v), not %d", s.Now(), got, ok, want)
			}
		}
	}
	left(1000)
	s.Each(func(alarm any, when Time) {
		if when != 1000 {
			t.Errorf("%v is set for %d", alarm, when)
		}
	})
	s.Spend(999)
	left(1)
	s.Spend(1)
	left(0)
	if !s.Due() || s.Pop() != "exact" || s.Due() {
		t.Error("At lags, or NotBefore does not")
	}
	if next, _ := s.NextTimer(); next != 1100 {
		t.Errorf("the next timer pops at %d", next)
	}
	if got, ok := s.Cancel(timer); got != 0 || !ok {
		t.Errorf("cancelled, it had %d (%v)", got, ok)
	}
	// The place is used again, by one that does not lag.
	again := s.At(1500, nil, 3)
	if got, ok := s.Left(again); again.index != timer.index && again.index != exact.index || got != 500 || !ok {
		t.Errorf("a successor has %d (%v)", got, ok)
	}
	// Before time began, and at its end.
	past, last := s.NotBefore(-5, "past", 4), s.NotBefore(never, "last", 5)
	if a, _ := s.Left(past); a != 0 {
		t.Errorf("a timer of the past has %d", a)
	}
	if a, _ := s.Left(last); a != never-s.Now() {
		t.Errorf("the last timer has %d", a)
	}
	for _, want := range []any{"past", nil, "last"} {
		s.Advance(never)
		if got := s.Pop(); got != want {
			t.Errorf("popped %v, not %v", got, want)
		}
	}
}

// A time-out of ten and a message that comes at eleven: timed, the message may win; exact, it never does.
func TestTimed_race(t *testing.T) {
	for _, c := range []struct {
		policy Policy
		races  bool
	}{{Random{}, false}, {Timed{}, false}, {Timed{5}, true}, {Timed{1000}, true}} {
		won := 0
		for seed := range uint64(1000) {
			s := New(Config{choice.New(seed), c.policy})
			s.NotBefore(10, "timeout", 1)
			s.At(11, "message", 2)
			s.Advance(never)
			if s.Pop() == "message" {
				won++
			}
		}
		if won > 0 != c.races || c.races && won < 100 {
			t.Errorf("%v: the message won %d of 1000 times", c.policy, won)
		}
	}
}

// Other timers, set or cancelled, move no lag.
func TestTimed_unrelated(t *testing.T) {
	when := func(others int) Time {
		s := New(Config{choice.New(6), Timed{1 << 20}})
		for i := range others {
			s.NotBefore(Time(i), nil, uint64(1000+i))
		}
		s.NotBefore(1<<30, "it", 77)
		for s.Advance(never) {
			if s.Pop() == "it" {
				return s.Now()
			}
		}
		return 0
	}
	if a, b := when(0), when(50); a != b || a < 1<<30 {
		t.Errorf("at %d alone, at %d with others", a, b)
	}
}

// After a Reset nothing is known of how late the timers of before were.
func TestTimed_reset(t *testing.T) {
	s := New(Config{})
	for _, p := range []Policy{Random{}, Timed{100}} {
		s.Reset(Config{choice.From(func(k choice.Key, of uint64) uint64 { return of - 1 }), Timed{100}})
		s.NotBefore(1000, nil, 1)
		s.Reset(Config{choice.New(1), p})
		if left, _ := s.Left(s.At(1000, nil, 1)); left != 1000 {
			t.Errorf("%v: a timer has %d", p, left)
		}
	}
}
