package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// onlooker interrupts at the third message.
type onlooker struct {
	w        *sim.World
	took     []string
	messages int
	facts    int
}

func (o *onlooker) Observe(sim.Fact) { o.facts++ }

func (o *onlooker) Took(by sim.PID, m *sim.Msg) {
	o.took = append(o.took, fmt.Sprint(m.Body()))
	if o.messages++; o.messages == 3 && o.w != nil {
		o.w.At(o.w.View().Now(), "interrupted", func() { o.took = append(o.took, "here") })
		o.w.Interrupt()
	}
}

// A Witness is told of each message, and what it wants to do comes as soon as may be: a function is interrupted before
// it does anything with the message, a handler behind it. What is left of the slice is not charged: no time passes for
// it.
func TestInterrupt(t *testing.T) {
	for _, handler := range []bool{false, true} {
		o := &onlooker{}
		var end time.Duration
		handle := func(p *sim.Proc, n int) {
			o.took = append(o.took, fmt.Sprint("did ", n))
			end = p.Now()
		}
		w := sim.New(sim.Config{ReductionCost: time.Microsecond, Boot: func(p *sim.Proc) {
			to := p.Self()
			if handler {
				to, _ = p.SpawnHandler("h", sim.HandlerFunc(func(p *sim.Proc,
					m *sim.Msg) {
					handle(p, m.Body().(int))
				}), sim.SpawnOptions{})
			}
			for n := range 5 {
				p.Send(to, n)
			}
			for !handler {
				n, _ := sim.Recv[int](p)
				handle(p, n)
			}
		}})
		o.w = w
		w.Watch(o)
		w.Run(time.Second)
		want := "[0 did 0 1 did 1 2 here did 2 3 did 3 4 did 4]"
		if handler {
			want = "[0 did 0 1 did 1 2 did 2 here 3 did 3 4 did 4]"
		}
		if fmt.Sprint(o.took) != want {
			t.Errorf("handler %v: %v", handler, o.took)
		}
		if end > 500*time.Microsecond { // a whole slice would be 4 ms
			t.Errorf("handler %v: it is %v", handler, end)
		}
		w.Close()
	}
}

// Who watches a world does not look for messages that were changed, and changes nothing about the run; whoever Config
// names goes on being told.
func TestWatch(t *testing.T) {
	run := func(watched bool) (sim.Result, int, int) {
		first, second := &onlooker{}, &onlooker{}
		w := sim.New(sim.Config{Seed: 7, Keep: 1000, Observer: first, Boot: func(p *sim.Proc) {
			to := p.Spawn("r", func(p *sim.Proc) { p.Sleep(time.Millisecond); sim.Any(p) })
			m := []int{1}
			p.Send(to, m)
			m[0] = 2
			p.Sleep(time.Hour)
		}})
		defer w.Close()
		if watched {
			w.Watch(second)
		}
		return w.Run(time.Second), first.facts, second.facts
	}
	a, n, _ := run(false)
	b, m, other := run(true)
	if a.Hash != b.Hash || a.Events != b.Events || n != m || other == 0 || a.Living != 1 {
		t.Errorf("%+v, %d facts, and watched %+v, %d and %d", a, n, b, m, other)
	}
}
