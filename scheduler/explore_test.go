package scheduler

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"pgregory.net/rapid"
)

// explorers are the policies that remember something of a run.
var explorers = []Policy{
	PCT{}, PCT{Depth: 1}, PCT{Depth: 4}, PCT{Depth: 3, Steps: 10}, PCT{Depth: 16, Steps: 1}, PCT{Steps: MaxSteps}, POS{},
	Timed{}, Timed{Slack: 1000}, Timed{Slack: MaxSlack}, Portfolio{},
}

// life lets tasks and timers come and go as roll says, and tells what it saw.
func life(s *Scheduler, roll func(n int) int, steps int) (facts []int64) {
	var timers []Timer
	var running, known [8]bool
	id := uint64(0)
	for range steps {
		i := roll(len(known))
		t := Task(i)
		switch what := roll(12); {
		case !known[i]:
			id++
			s.Add(t, id)
			known[i], running[i] = true, true
		case what == 0:
			s.Remove(t)
			known[i] = false
		case what <= 4 && running[i]:
			s.Ready(t, []Priority{Normal, Normal, Normal, Normal, Low, High, Max}[roll(7)])
			running[i] = false
		case what <= 7:
			t, reductions, ok := s.Pick()
			if ok {
				running[t] = true
				facts = append(facts, int64(t), int64(reductions))
				s.Spend(Time(roll(3)) * Time(reductions))
			} else {
				s.Advance(s.Now() + Time(roll(5000)))
			}
		case what == 8:
			s.Raced(t)
		case what == 9:
			id++
			timers = append(timers, s.NotBefore(s.Now()+Time(roll(5)*roll(1000)), id, id))
		case what == 10 && len(timers) > 0:
			left, ok := s.Left(timers[roll(len(timers))])
			again, is := s.Cancel(timers[roll(len(timers))])
			if ok && is {
				facts = append(facts, int64(left), int64(again))
			}
		}
		for s.Due() {
			facts = append(facts, int64(s.Pop().(uint64)), int64(s.Now()))
		}
	}
	return facts
}

// The same seed is the same run, and other seeds are others.
func TestExplorers_deterministic(t *testing.T) {
	for _, p := range explorers {
		used := New(Config{})
		other := 0
		for seed := range uint64(20) {
			run := func(s *Scheduler, seed uint64) []int64 {
				s.Reset(Config{choice.New(seed), p})
				d := &dice{source: choice.New(77)}
				return life(s, d.roll, 2000)
			}
			first := run(New(Config{}), seed)
			if !slices.Equal(first, run(used, seed)) {
				t.Fatalf("%v: seed %d is not the same twice", p, seed)
			}
			if !slices.Equal(first, run(used, seed+100)) {
				other++
			}
		}
		if other < 15 {
			t.Errorf("%v: only %d of 20 seeds differ from another", p, other)
		}
	}
}

// All answers dull, all policies are FIFO.
func TestExplorers_dullIsFIFO(t *testing.T) {
	same := func(t interface{ Fatalf(string, ...any) }, roll func() func(int) int, steps int) {
		want := life(New(Config{Policy: FIFO{}}), roll(), steps)
		for _, p := range explorers {
			if got := life(New(Config{choice.Dull(), p}), roll(), steps); !slices.Equal(got, want) {
				t.Fatalf("%v is not FIFO:\n%v\n%v", p, got, want)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		rolls := rapid.SliceOfN(rapid.IntRange(0, 1<<20), 200, 2000).Draw(t, "rolls")
		same(t, func() func(int) int {
			i := 0
			return func(n int) int {
				i++
				return rolls[i%len(rolls)] % n
			}
		}, 600)
	})
	for seed := range uint64(3) {
		same(t, func() func(int) int { return (&dice{source: choice.New(seed)}).roll }, 50_000)
	}
}

// Round robin of many: the turn gets further ahead than the ring is long.
func TestExplorers_dullCrowd(t *testing.T) {
	for _, p := range explorers {
		for i, task := range run(Config{choice.Dull(), p}, 3000, 20_000, Normal) {
			if task != Task(i%3000) {
				t.Fatalf("%v: pick %d is %d", p, i, task)
			}
		}
	}
}

// No key is asked twice, whatever happens: Unique panics.
func TestExplorers_unique(t *testing.T) {
	for _, p := range explorers {
		for seed := range uint64(4) {
			source := choice.New(seed)
			source.Unique()
			life(New(Config{source, p}), (&dice{source: choice.New(seed)}).roll, 5000)
		}
	}
}

// Who is alone is asked nothing but how long his slice is.
func TestExplorers_aloneAsksNothing(t *testing.T) {
	for _, p := range explorers {
		if p == (Portfolio{}) {
			continue
		}
		s := New(Config{choice.From(func(k choice.Key, of uint64) uint64 {
			if k.Domain != choice.Slice {
				t.Fatalf("%v: %v asked", p, k)
			}
			return 0
		}), p})
		s.Add(0, 1)
		for range 1000 {
			s.Ready(0, Normal)
			s.Raced(0)
			s.Pick()
		}
	}
}

// Somebody unrelated moves no draw: what was asked of the others is answered alike, and as long as
// there is no change point they run in the same order.
func TestExplorers_unrelated(t *testing.T) {
	play := func(seed uint64, p Policy, extra int) (order string, draws map[choice.Key]uint64) {
		source, record := choice.New(seed), &choice.Recording{}
		source.Record(record)
		s := New(Config{source, p})
		left := map[Task]int{}
		for i := range 5 + extra {
			t := Task((i + 5) % (5 + extra)) // those in excess come first
			s.Add(t, choice.ID("task", fmt.Sprint(t)))
			left[t] = 4
		}
		for i := range 5 + extra {
			s.Ready(Task(i), Normal)
		}
		var b strings.Builder
		for {
			t, _, ok := s.Pick()
			if !ok {
				break
			}
			if t < 5 {
				fmt.Fprint(&b, t, " ")
			}
			if left[t]--; left[t] > 0 {
				s.Ready(t, Normal)
			}
		}
		draws = map[choice.Key]uint64{}
		for _, d := range record.Draws {
			draws[d.Key] = d.Answer
		}
		return b.String(), draws
	}
	for _, p := range []Policy{PCT{Depth: 1, Steps: 1000}, PCT{Depth: 3, Steps: 1000}, POS{}} {
		same := 0
		for seed := range uint64(100) {
			one, asked := play(seed, p, 0)
			two, again := play(seed, p, 4)
			for k, a := range asked {
				if b, ok := again[k]; !ok && k.Domain != choice.Order || ok && a != b {
					t.Fatalf("%v, seed %d: %v=%d is now %d (%v)", p, seed, k, a, b, ok)
				}
			}
			if one == two {
				same++
			}
		}
		// In POS the old gain a place on the young in four rounds, and who is between them may count.
		want := map[bool]int{true: 100, false: 60}[p == PCT{Depth: 1, Steps: 1000}]
		if same < want {
			t.Errorf("%v: of 100 orders only %d are as they were", p, same)
		}
	}
}

// spiteful answers so that victim, and nobody else, always has the worst answer.
func spiteful(victim uint64) *choice.Source {
	return choice.From(func(k choice.Key, of uint64) uint64 {
		if of > 0 && (k.ID == victim || k.ID == pctID && of == maxStamina+1-minStamina) {
			return of - 1
		}
		return 0
	})
}

// longestWait is for how many picks at most a task waited among n, of which the first always wants to run, as do
// all others or, if they are mortal, their successors.
func longestWait(s *Scheduler, n, picks int, mortal bool) (wait, row int) {
	since := make([]int, n)
	id := uint64(n)
	for i := range n {
		s.Add(Task(i), uint64(i))
		s.Ready(Task(i), Normal)
	}
	last, streak := Task(n), 0
	for pick := range picks {
		t, _, _ := s.Pick()
		if t == last {
			streak++
		} else {
			last, streak = t, 1
		}
		row = max(row, streak)
		wait = max(wait, pick-since[t])
		since[t] = pick
		if mortal && t > 0 {
			s.Remove(t)
			s.Add(t, id)
			id++
		}
		s.Ready(t, Normal)
	}
	for _, before := range since {
		wait = max(wait, picks-before)
	}
	return wait, row
}

func TestExplorers_starvation(t *testing.T) {
	const n = 10
	for _, c := range []struct {
		policy Policy
		bound  int
		tight  bool // spite gets near the bound
	}{
		{PCT{Depth: 3}, 512*64 + n, true},
		{PCT{Depth: 3, Steps: 100}, 512*64 + n, true},
		{PCT{Depth: 3, Steps: 8192}, 512*128 + n, true},
		{POS{}, 512 * 4 * n, true},
		{Timed{}, 512 * n, true},
	} {
		worst := 0
		for _, mortal := range []bool{false, true} {
			for seed := range uint64(2) {
				wait, _ := longestWait(New(Config{choice.New(seed), c.policy}), n, 50_000, mortal)
				worst = max(worst, wait)
			}
		}
		spite, row := longestWait(New(Config{spiteful(0), c.policy}), n, 100_000, true)
		if worst = max(worst, spite); worst > c.bound {
			t.Errorf("%v: somebody waited for %d picks, more than %d", c.policy, worst, c.bound)
		}
		t.Logf("%v: longest wait %d of %d, longest row %d", c.policy, worst, c.bound, row)
		if c.tight && spite < c.bound/2 {
			t.Errorf("%v: in the worst case somebody waits for %d picks: is the bound %d not too generous?", c.policy,
				spite, c.bound)
		}
	}
}

// A task that never yields gives way after a drawn number of slices.
func TestPCT_tires(t *testing.T) {
	rows := map[int]bool{}
	for seed := range uint64(200) {
		_, row := longestWait(New(Config{choice.New(seed), PCT{Depth: 1}}), 2, 3000, false)
		if row > maxStamina {
			t.Fatalf("seed %d: %d slices in a row", seed, row)
		}
		rows[row] = true
	}
	if len(rows) < 50 {
		t.Errorf("only %d different rows", len(rows))
	}
}

// Nobody is drawn again for ever: a task that always races runs at last.
func TestRaced_bounded(t *testing.T) {
	s := New(Config{spiteful(0), POS{}})
	for i := range 3 {
		s.Add(Task(i), uint64(i))
		s.Ready(Task(i), Normal)
	}
	ran := false
	for range 255 + 512*4*3 {
		task, _, _ := s.Pick()
		if ran = task == 0; ran {
			break
		}
		s.Ready(task, Normal)
		s.Raced(0)
	}
	if !ran {
		t.Error("it never ran")
	}
}

// Raced does nothing but under POS, and not to those who do not wait.
func TestRaced_elsewhere(t *testing.T) {
	for _, p := range []Policy{Random{}, FIFO{}, PCT{}, Timed{}, late{}} {
		play := func(race bool) (picked []Task) {
			s := New(Config{choice.New(5), p})
			for i := range 4 {
				s.Add(Task(i), uint64(i))
				s.Ready(Task(i), Normal)
			}
			for range 200 {
				task, _, _ := s.Pick()
				for i := range 4 {
					if race {
						s.Raced(Task(i))
					}
				}
				s.Ready(task, Normal)
				picked = append(picked, task)
			}
			return picked
		}
		if !slices.Equal(play(true), play(false)) {
			t.Errorf("%v: Raced changed the run", p)
		}
	}
}

// A low task is passed over seven times of eight, and no more, also where places are priorities.
func TestExplorers_low(t *testing.T) {
	for _, p := range []Policy{PCT{}, POS{}, Timed{}} {
		s := New(Config{choice.New(3), p})
		for i := range 3 {
			s.Add(Task(i), uint64(i))
			s.Ready(Task(i), []Priority{Low, Normal, Normal}[i])
		}
		low := 0
		const picks = 100_000
		for range picks {
			task, _, _ := s.Pick()
			s.Ready(task, []Priority{Low, Normal, Normal}[task])
			if task == 0 {
				low++
			}
		}
		t.Logf("%v: low ran %d times of %d", p, low, picks)
		if low < picks/1000 || low > picks/8 {
			t.Errorf("%v: low ran %d times of %d", p, low, picks)
		}
	}
}
