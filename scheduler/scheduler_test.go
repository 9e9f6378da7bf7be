package scheduler

import (
	"fmt"
	"testing"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// late is a policy that is neither of ours, to go through the interface.
type late struct{ Random }

// policies are the ways to configure a scheduler for the comparison with its twin.
func policies(seed uint64) map[string]Config {
	return map[string]Config{
		"random": {choice.New(seed), Random{}},
		"fifo":   {choice.New(seed), FIFO{}},
		"late":   {choice.New(seed), late{}},
		"dull":   {choice.Dull(), Random{}},

		"pct":     {choice.New(seed), PCT{Depth: 4}},
		"windows": {choice.New(seed), PCT{Depth: 3, Steps: 7}},
		"pos":     {choice.New(seed), POS{}},
		"timed":   {choice.New(seed), Timed{Slack: 5000}},
	}
}

// dice are the random decisions of a test, apart from those under test.
type dice struct {
	source *choice.Source
	n      uint64
}

func (d *dice) roll(n int) int {
	d.n++
	return d.source.Choose(choice.Key{Domain: choice.Value, N: d.n}, n)
}

// span is a time of any order of magnitude below 2^bits, often one seen before.
func (d *dice) span(bits int) Time {
	return Time(1)<<d.roll(bits) + Time(d.roll(8))*Time(d.roll(1<<20))
}

// TestScheduler_twin does the same to a scheduler and to its dumb twin, at random.
func TestScheduler_twin(t *testing.T) {
	for name := range policies(0) {
		t.Run(name, func(t *testing.T) {
			s := New(Config{})
			for seed := uint64(0); seed < 100; seed++ {
				c := policies(seed)[name]
				s.Reset(c) // so that Reset is compared with new twins, too
				compare(t, s, newTwin(c), &dice{source: choice.New(seed)}, 600, false)
				s.Reset(c)
				compare(t, s, newTwin(c), &dice{source: choice.New(seed)}, 1000, true)
				if seed == 0 { // long enough for windows to end and the old to gain
					s.Reset(c)
					compare(t, s, newTwin(c), &dice{source: choice.New(seed)}, 6000, false)
				}
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
		})
	}
}

// compare takes so many steps, or so many with timers only, of which there are more
// than fit on a sheet then.
func compare(t *testing.T, s *Scheduler, w *twin, d *dice, steps int, onlyTimers bool) {
	const tasks = 12
	type armed struct {
		timer Timer
		alarm any
	}
	var timers []armed
	var id uint64
	reach := 1 + d.roll(50) // how far in bits timers are set
	for step := range steps {
		task := Task(d.roll(tasks))
		known := w.tasks[task]
		what := d.roll(16)
		if onlyTimers {
			what = [...]int{8, 9, 9, 9, 9, 9, 9, 12, 12, 12, 12, 13, 14, 9, 9, 12}[what]
		}
		switch {
		case what == 0 && known != nil:
			s.Remove(task)
			w.remove(task)
		case what <= 4 && known == nil:
			id++
			s.Add(task, id)
			w.add(task, id)
		case what <= 4 && !known.isQueued:
			p := Priority([...]int{0, 0, 0, 0, 1, 1, 2, 3}[d.roll(8)])
			s.Ready(task, p)
			w.ready(task, p)
		case what <= 7:
			t1, r1, ok1 := s.Pick()
			t2, r2, ok2 := w.pick()
			if t1 != t2 || r1 != r2 || ok1 != ok2 {
				t.Errorf("step %d: picked %d for %d (%v), twin %d for %d (%v)", step, t1, r1, ok1, t2, r2, ok2)
			}
		case what == 8:
			v := d.span(reach) * Time(d.roll(2))
			s.Spend(v)
			w.now += v
		case what <= 11:
			when := w.now + d.span(reach)
			switch d.roll(8) {
			case 0:
				when = w.now - d.span(reach)
			case 1:
				when = w.now
			case 2, 3:
				when = when >> 10 << 10 // ties
			case 4:
				when = when >> 24 << 24
			case 5:
				when = never - Time(d.roll(2))
			}
			id++
			alarm := new(uint64)
			*alarm = id
			if id%2 == 0 {
				timers = append(timers, armed{s.NotBefore(when, alarm, id), alarm})
				w.notBefore(when, alarm, id)
			} else {
				timers = append(timers, armed{s.At(when, alarm, id), alarm})
				w.at(when, alarm, id)
			}
		case what == 12 && len(timers) > 0:
			a := timers[d.roll(len(timers))]
			left, ok := s.Left(a.timer)
			l1, ok1 := s.Cancel(a.timer)
			l2, ok2 := w.cancel(a.alarm)
			if left != l1 || ok != ok1 || l1 != l2 || ok1 != ok2 {
				t.Errorf("step %d: left %d %v, cancelled %d %v, twin %d %v", step, left, ok, l1, ok1, l2, ok2)
			}
		case what == 13:
			limit := w.now - 5 + d.span(reach)
			if a, b := s.Advance(limit), w.advance(limit); a != b {
				t.Errorf("step %d: advanced %v, twin %v", step, a, b)
			}
		case what == 14:
			t1, ok1 := s.NextTimer()
			t2, ok2 := w.next()
			if t1 != t2 || ok1 != ok2 {
				t.Errorf("step %d: next timer %d %v, twin %d %v", step, t1, ok1, t2, ok2)
			}
		}
		if what == 15 && known != nil {
			s.Raced(task)
			w.raced(task)
		}
		pops := d.roll(6)
		if onlyTimers {
			pops = d.roll(2) * d.roll(4) * d.roll(10)
		}
		for n := pops; n > 0 && (s.Due() || w.due()); n-- {
			if !s.Due() || !w.due() {
				t.Fatalf("step %d: due %v, twin %v", step, s.Due(), w.due())
			}
			if a, b := s.Pop().(*uint64), w.pop().(*uint64); a != b {
				t.Fatalf("step %d: popped %d, twin %d", step, *a, *b)
			}
		}
		queued := 0
		for task, k := range w.tasks {
			if k.isQueued {
				queued++
			}
			if s.Queued(task) != k.isQueued {
				t.Errorf("step %d: task %d queued %v, twin %v", step, task, s.Queued(task), k.isQueued)
			}
		}
		if s.Now() != w.now || s.Runnable() != queued || s.Timers() != len(w.timers) || s.Due() != w.due() {
			t.Errorf("step %d: now %d runnable %d timers %d due %v, twin %d %d %d %v", step,
				s.Now(), s.Runnable(), s.Timers(), s.Due(), w.now, queued, len(w.timers), w.due())
		}
		if t.Failed() {
			return
		}
	}
}

// run keeps n tasks of one priority always runnable and returns who was picked.
func run(c Config, n, picks int, p Priority) []Task {
	s := New(c)
	for i := range n {
		s.Add(Task(i), choice.ID("task", fmt.Sprint(i)))
		s.Ready(Task(i), p)
	}
	var picked []Task
	for range picks {
		t, _, _ := s.Pick()
		picked = append(picked, t)
		s.Ready(t, p)
	}
	return picked
}

// "Round robin inside a level: preempted process goes to the tail" – SCH5
func TestPick_dullIsRoundRobin(t *testing.T) {
	for name, c := range map[string]Config{
		"zero": {}, "fifo": {choice.New(1), FIFO{}}, "dull": {choice.Dull(), nil}, "dull other": {nil, late{}},
	} {
		for i, task := range run(c, 7, 100, Normal) {
			if task != Task(i%7) {
				t.Fatalf("%s: pick %d is %d, not %d", name, i, task, i%7)
			}
		}
	}
}

// "Four queues max>high>normal/low. Any runnable max/high starves lower completely" – SCH4
func TestPick_starvation(t *testing.T) {
	for name, c := range policies(5) {
		s := New(c)
		for i, p := range []Priority{Low, Normal, High, Max} {
			s.Add(Task(i), uint64(i))
			s.Ready(Task(i), p)
		}
		for _, top := range []Task{3, 2} {
			for range 1000 {
				task, _, _ := s.Pick()
				if task != top {
					t.Fatalf("%s: %d ran while %d was runnable", name, task, top)
				}
				s.Ready(task, []Priority{Low, Normal, High, Max}[top])
			}
			s.Remove(top)
		}
		if task, _, _ := s.Pick(); task > 1 {
			t.Fatalf("%s: %d ran, which was removed", name, task)
		}
	}
}

// "Low shares normal's queue but must come to the front RESCHEDULE_LOW=8 times (not if
// it is the only one) → measured 8.00:1" – SCH4
func TestPick_low(t *testing.T) {
	const picks = 90_000
	for name, want := range map[string][2]int{"fifo": {10_000, 10_000}, "dull": {10_000, 10_000}, "random": {9_700, 10_300}} {
		s := New(policies(3)[name])
		s.Add(0, 10)
		s.Add(1, 11)
		s.Ready(0, Normal)
		s.Ready(1, Low)
		low := 0
		for range picks {
			task, _, _ := s.Pick()
			low += int(task)
			s.Ready(task, Priority(task)) // 0 is Normal, 1 is Low
		}
		if low < want[0] || low > want[1] {
			t.Errorf("%s: low ran %d times of %d, not %v", name, low, picks, want)
		}
		s.Remove(0)
		if task, _, ok := s.Pick(); task != 1 || !ok {
			t.Errorf("%s: low does not run alone", name)
		}
	}
}

func TestPick_random(t *testing.T) {
	const picks = 200_000
	for _, n := range []int{2, 3, 10, 64, 1000} {
		picked := run(Config{Source: choice.New(9)}, n, picks, Normal)
		count := make([]int, n)
		again, run, longest := 0, 1, 1
		for i, task := range picked {
			count[task]++
			if i > 0 && task == picked[i-1] {
				again++
				run++
			} else {
				run = 1
			}
			longest = max(longest, run)
		}
		for task, c := range count {
			// 6 sigma of a fair pick, and 2 % for the table.
			share := float64(picks) / float64(n)
			if diff := float64(c) - share; diff*diff > 36*share+0.0004*share*share {
				t.Errorf("of %d tasks %d was picked %d times, not about %.0f", n, task, c, share)
			}
		}
		// Memoryless: whoever ran last is as likely as another to be next.
		if rate := float64(again) * float64(n) / picks; rate < 0.75 || rate > 1.3 {
			t.Errorf("of %d tasks the last one is next %.2f times as often as it should be", n, rate)
		}
		t.Logf("of %d tasks: again %.3f, longest run %d", n, float64(again)*float64(n)/picks, longest)
		if n == 2 && longest < 12 {
			t.Errorf("of 2 tasks none ran more than %d times in a row", longest)
		}
	}
}

func TestSlice_random(t *testing.T) {
	s := New(Config{Source: choice.New(2)})
	s.Add(0, 7)
	const picks = 64_000
	count := map[int32]int{}
	for range picks {
		s.Ready(0, Normal)
		_, reductions, _ := s.Pick()
		count[reductions]++
	}
	if full := count[FullSlice]; full < picks*48/100 || full > picks*52/100 {
		t.Errorf("%d of %d slices are full, not half", full, picks)
	}
	below := 0
	for r, c := range count {
		if r < 64 {
			below += c
		}
	}
	if below < picks*23/100 || below > picks*30/100 || count[1] < picks/64 {
		t.Errorf("%d of %d slices are shorter than 64, %d are 1", below, picks, count[1])
	}
}

// Whether somebody unrelated exists moves no draw: the others run in the same order
// and as long as before.
func TestPick_unrelated(t *testing.T) {
	play := func(extra bool) (out []string) {
		s := New(Config{Source: choice.New(4)})
		for i := range 5 {
			s.Add(Task(i), uint64(100+i))
			s.Ready(Task(i), Normal)
		}
		if extra {
			s.Add(9, 999)
			s.Ready(9, Normal)
		}
		for len(out) < 500 {
			task, r, _ := s.Pick()
			s.Ready(task, Normal)
			if task != 9 {
				out = append(out, fmt.Sprint(task, r))
			}
		}
		return out
	}
	same, with := 0, play(true)
	for i, v := range play(false) {
		if v == with[i] {
			same++
		}
	}
	// The newcomer moves turns, so that a bucket's order may differ here and there.
	if same < 400 {
		t.Errorf("only %d of 500 slices are as they were", same)
	}
}

func TestKeys_unique(t *testing.T) {
	c := Config{Source: choice.New(8)}
	asked := map[choice.Key]bool{}
	c.Source = choice.From(func(k choice.Key, of uint64) uint64 {
		if asked[k] {
			t.Fatalf("%v asked twice", k)
		}
		asked[k] = true
		return choice.New(8).Word(k) % of
	})
	s := New(c)
	for i := range 6 {
		s.Add(Task(i), uint64(i))
		s.Ready(Task(i), Priority(i%2))
	}
	for i := range 5000 {
		task, _, _ := s.Pick()
		s.Ready(task, Priority(task%2))
		s.At(s.Now()+Time(i%7), nil, uint64(i))
		if i%4 == 0 {
			s.Spend(3)
		}
		for i%3 == 0 && s.Due() {
			s.Pop()
		}
	}
	if len(asked) < 15_000 {
		t.Errorf("only %d draws", len(asked))
	}
}

// No rival, no question: what cannot matter is not there to be shrunk or enumerated.
func TestKeys_none(t *testing.T) {
	s := New(Config{Source: choice.From(func(k choice.Key, of uint64) uint64 {
		if k.Domain != choice.Slice {
			t.Fatalf("%v asked", k)
		}
		return 0
	})})
	s.Add(0, 1)
	s.Add(1, 2)
	for range 10 {
		s.Ready(0, Normal)
		s.Ready(1, High)
		s.At(s.Now(), nil, 1)
		s.At(s.Now()+1, nil, 2)
		s.Pick()
		s.Pick()
		s.Pop()
		s.Spend(1)
		s.Pop()
	}
}

func TestStalled(t *testing.T) {
	s := New(Config{})
	s.Add(0, 1)
	spin := func() {
		for range 10 {
			s.Ready(0, Normal)
			s.Pick()
		}
	}
	spin()
	if s.Stalled() != 10 {
		t.Errorf("stalled %d", s.Stalled())
	}
	s.Progress()
	spin()
	s.At(0, nil, 1)
	if s.Stalled() != 10 || s.Slices() != 20 {
		t.Errorf("stalled %d of %d", s.Stalled(), s.Slices())
	}
	s.Pop() // whether that was progress is for others to say
	if s.Stalled() != 10 || s.Fired() != 1 {
		t.Errorf("stalled %d after a timer, fired %d", s.Stalled(), s.Fired())
	}
}

func TestPanics(t *testing.T) {
	for name, f := range map[string]func(s *Scheduler){
		"ready twice":     func(s *Scheduler) { s.Ready(0, Normal); s.Ready(0, Low) },
		"ready, lost":     func(s *Scheduler) { s.Ready(1, Normal) },
		"ready, unknown":  func(s *Scheduler) { s.Ready(17, Normal) },
		"no priority":     func(s *Scheduler) { s.Ready(0, Max+1) },
		"add twice":       func(s *Scheduler) { s.Add(0, 2) },
		"remove twice":    func(s *Scheduler) { s.Remove(0); s.Remove(0) },
		"pop nothing":     func(s *Scheduler) { s.Pop() },
		"pop too early":   func(s *Scheduler) { s.At(1, nil, 1); s.Pop() },
		"spend backwards": func(s *Scheduler) { s.Spend(-1) },
	} {
		t.Run(name, func(t *testing.T) {
			s := New(Config{})
			s.Add(0, 1)
			s.Add(1, 2)
			s.Remove(1)
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f(s)
		})
	}
}
