package main

import (
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/otp/observer"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// A campaign is one scenario run over many seeds, several at once. Each hand has its own world; the runs come
// out in the order of the seeds, whoever made them and however long that took.
type campaign struct {
	target target
	seeds  scenarios.Seeds
	count  int // how many seeds that are
	jobs   int
	opts   scenarios.RunOptions
	twice  share // how many of the runs are made twice and compared
	stop   *interrupt
	until  time.Time // no more are wanted after that; zero: it does not matter
	late   bool      // that is why there were no more

	next    atomic.Int64  // the number of the next run
	over    atomic.Bool   // no more are to be started
	room    chan struct{} // one for each run that has begun and is not yet delivered
	results chan outcome
}

// outcome is one run, as it comes from a hand.
type outcome struct {
	number int
	run    *reports.Run
	waver  *reports.Waver // the run made twice was two
	bug    error          // simrun panicked
}

// ahead is how many runs may be done before one that is not: what must be kept meanwhile.
const ahead = 512

// run makes the runs and delivers them in order until deliver says no. pulse is called now and then in between, and deliver and
// pulse never at once.
func (c *campaign) run(deliver func(outcome) bool, pulse func()) {
	if c.count == 0 {
		return
	}
	hands := min(c.jobs, c.count)
	c.room = make(chan struct{}, hands+ahead)
	c.results = make(chan outcome, hands)
	left := int64(hands)
	for range hands {
		go func() {
			c.work()
			if atomic.AddInt64(&left, -1) == 0 {
				close(c.results)
			}
		}()
	}
	c.collect(deliver, pulse)
}

// collect puts the runs in order. After an end it goes on taking what the hands still bring, so that none of them waits for ever.
func (c *campaign) collect(deliver func(outcome) bool, pulse func()) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	waiting, expected := map[int]outcome{}, 0
	for {
		select {
		case <-ticker.C:
			pulse()
		case o, ok := <-c.results:
			if !ok {
				return
			}
			waiting[o.number] = o
		}
		for o, ok := waiting[expected]; ok; o, ok = waiting[expected] {
			delete(waiting, expected)
			expected++
			<-c.room
			if c.over.Load() {
				continue
			}
			goOn := deliver(o)
			if goOn && !c.until.IsZero() && time.Now().After(c.until) {
				c.late = true
			}
			if !goOn || c.late {
				c.over.Store(true)
			}
		}
	}
}

// work is what a hand does: one run after the other until there is no more, or no more wanted.
func (c *campaign) work() {
	h := &hand{campaign: c}
	defer h.close()
	for {
		select {
		case c.room <- struct{}{}:
		case <-c.stop.ctx.Done():
			return
		}
		number := int(c.next.Add(1) - 1)
		if number >= c.count || c.over.Load() || c.stop.asked() {
			return
		}
		o := h.safely(number, seedAt(c.seeds, number))
		c.results <- o
		if o.bug != nil {
			return
		}
	}
}

// A runner runs one scenario with one seed after the other. It is a scenarios.Runner; tests have others.
type runner interface {
	Run(seed uint64, opts scenarios.RunOptions) *reports.Run
	Planned(opts scenarios.RunOptions) plan.Runner
	Words(p plan.Plan, opts scenarios.RunOptions) func(choice.Deviation) string
	Drift() []choice.Drift
	Snapshot(seed uint64, at time.Duration, opts scenarios.RunOptions) *observer.Snapshot
	Trace() *trace.Log
	Hear(seeds []uint64, opts scenarios.RunOptions) []scenarios.Sounds
	Meant(f *scenarios.Fault, i int, heard []scenarios.Sounds) (hint string, likely bool)
	Close()
}

// newRunner makes a runner.
var newRunner = func(sc *scenarios.Scenario) runner { return scenarios.NewRunner(sc, programs()) }

// A hand runs a scenario. It reads the scenario itself, so that it shares nothing.
type hand struct {
	*campaign
	sc    *scenarios.Scenario
	first runner
	other runner // for what is run twice; nil until then
}

func (h *hand) open() {
	sc, ds := h.target.parse()
	must(ds.Err())
	h.sc, h.first = sc, newRunner(sc)
}

func (h *hand) close() {
	for _, r := range []runner{h.first, h.other} {
		if r != nil {
			r.Close()
		}
	}
}

// panicOf is the error for a panic of simrun's own, while it did something.
func panicOf(what string, v any) error {
	return fmt.Errorf("simrun panicked while it %s: %v\n%s", what, v, debug.Stack())
}

// safely makes a run. A panic here is simrun's own: those of actors are exit reasons.
func (h *hand) safely(number int, seed uint64) (o outcome) {
	o.number = number
	defer func() {
		if v := recover(); v != nil {
			o.bug = panicOf(fmt.Sprintf("ran %s with seed %d", h.target.word(), seed), v)
			h.first, h.other = nil, nil // whatever state they are in, they are not touched again
		}
	}()
	if h.first == nil {
		h.open()
	}
	o.run = h.first.Run(seed, h.opts)
	if h.twice.takes(number) {
		o.waver = h.compare(seed, o.run)
	}
	return o
}
