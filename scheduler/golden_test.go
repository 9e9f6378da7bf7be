package scheduler

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// The tables are what their comments say, so that nobody "corrects" them.
func TestTables(t *testing.T) {
	for i := range waits {
		exact := -64 * math.Log(1-float64(i)/64)
		if math.Abs(float64(waits[i])-exact) > 0.51 {
			t.Errorf("wait %d is %d, not %.2f", i, waits[i], exact)
		}
	}
	for i := range lengths {
		exact := math.Pow(FullSlice, min(1, 1-float64(i-31)/32))
		if math.Abs(float64(lengths[i])-exact) > 0.51 {
			t.Errorf("length %d is %d, not %.2f", i, lengths[i], exact)
		}
	}
	if waits[0] != 0 || lengths[0] != FullSlice || waits[63] >= Turns || lengths[63] < 1 {
		t.Error("the ends of the tables are wrong")
	}
}

// history is a life of tasks and timers, hashed fact by fact.
func history(s *Scheduler) (hash uint64) {
	hash = 14695981039346656037
	note := func(facts ...uint64) {
		for _, f := range facts {
			hash = (hash ^ f) * 1099511628211
		}
	}
	for i := range 8 {
		s.Add(Task(i), uint64(i)*77)
		s.Ready(Task(i), Priority(i%2))
	}
	for i := range uint64(4000) {
		if task, r, ok := s.Pick(); ok {
			note(uint64(task), uint64(r))
			s.Spend(Time(r))
			when := s.Now() + Time(r)*Time(i%11)
			timer := s.At(when>>8<<8, task, i)
			if r < 20 {
				left, _ := s.Cancel(timer)
				note(uint64(left))
				s.Ready(task, Priority(i%4))
			}
		} else {
			s.Advance(never)
		}
		for s.Due() {
			task := s.Pop().(Task)
			note(uint64(task), uint64(s.Now()))
			s.Ready(task, Priority(i%3))
		}
	}
	return hash
}

// mix gives answers that have nothing to do with a seed.
func mix(k choice.Key, of uint64) uint64 {
	x := uint64(k.Domain)<<60 ^ k.ID<<32 ^ k.N
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return (x ^ x>>31) % of
}

// What the answers mean is frozen, for a seed is to mean the same run for ever. The
// answers come from here and not from a seed, so that this fails only if it is we
// who changed something.
func TestGolden(t *testing.T) {
	s := New(Config{Source: choice.New(5)})
	history(s)
	for _, c := range []struct {
		config Config
		want   uint64
	}{
		{Config{}, 0xc560420d08210f02},
		{Config{Source: choice.From(mix)}, 0x3d657b6fed5732c3},
	} {
		if got := history(New(c.config)); got != c.want {
			t.Errorf("history is %#x, not %#x", got, c.want)
		}
		s.Reset(c.config)
		if got := history(s); got != c.want {
			t.Errorf("after Reset history is %#x, not %#x", got, c.want)
		}
	}
}

// What they mean to the exploring policies is frozen, too. A life has more in it than a history: timers that may lag,
// races, tasks that come and go.
func TestGolden_explorers(t *testing.T) {
	s := New(Config{})
	for _, c := range []struct {
		policy        Policy
		history, life uint64
	}{
		{FIFO{}, 0xc560420d08210f02, 0xea033a68cd941c61},
		{Random{}, 0x3d657b6fed5732c3, 0x698be681130635d8},
		{PCT{}, 0xa1ad492a05d81cf7, 0x6a8709bc9b6eb74e},
		{PCT{Depth: 2}, 0x1f6c12e6080d0f3e, 0xaf9ef249a501e5c8},
		{PCT{Depth: 5, Steps: 100}, 0x3c4bf786a9216fae, 0x4b3c2747afe8866d},
		{PCT{Depth: 3, Steps: 10_000}, 0xecd9ada1b06a99df, 0x21aaea4844b1d671},
		{POS{}, 0xc3a278ca206126a5, 0xd59a910e9c36e89a},
		{Timed{}, 0xe419ce618dc1fe8c, 0xd27ff234f862f6e},
		{Timed{Slack: 1e6}, 0xe419ce618dc1fe8c, 0x23de49c57987d1b9},
		{Portfolio{}, 0xc560420d08210f02, 0xea033a68cd941c61},
	} {
		config := Config{choice.From(mix), c.policy}
		s.Reset(config)
		if got := history(s); got != c.history {
			t.Errorf("%v: history is %#x, not %#x", c.policy, got, c.history)
		}
		s.Reset(config)
		hash := uint64(14695981039346656037)
		for _, fact := range life(s, (&dice{source: choice.From(mix)}).roll, 20_000) {
			hash = (hash ^ uint64(fact)) * 1099511628211
		}
		if hash != c.life {
			t.Errorf("%v: life is %#x, not %#x", c.policy, hash, c.life)
		}
	}
}

// Which policy a seed gets from the portfolio is frozen.
func TestGolden_portfolio(t *testing.T) {
	var got []string
	for seed := range uint64(16) {
		got = append(got, fmt.Sprint(Portfolio{}.Choose(choice.New(seed))))
	}
	const want = "random pct(depth=2) pct(depth=3) pct(depth=3) pct(depth=2) timed(slack=1ms) " +
		"random pct(depth=2) random pct(depth=4) random pos random pct(depth=2) random pos"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("the seeds have\n%s\nnot\n%s", s, want)
	}
}
