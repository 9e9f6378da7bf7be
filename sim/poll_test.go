package sim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// Whoever reads the world again and again until it changes is preempted, and time passes.
func TestPoll(t *testing.T) {
	later := func(p *sim.Proc) {
		p.Sleep(time.Millisecond)
		p.Register("late", p.Self())
		p.Share("late", true)
		sim.Any(p)
	}
	polls := map[string]func(p *sim.Proc) bool{
		"a name":   func(p *sim.Proc) bool { _, ok := p.Whereis("late"); return ok },
		"shared":   func(p *sim.Proc) bool { return p.Shared("late") != nil },
		"the time": func(p *sim.Proc) bool { return p.Now() >= time.Millisecond },
		"a clock":  func(p *sim.Proc) bool { return p.SystemTime() >= time.Millisecond },
		"nodes":    func(p *sim.Proc) bool { p.Nodes(); return p.Now() >= time.Millisecond },
	}
	for name, there := range polls {
		t.Run(name, func(t *testing.T) {
			done := false
			w := sim.New(sim.Config{Seed: 1, Boot: func(p *sim.Proc) {
				p.Spawn("later", later)
				p.Spawn("poller", func(p *sim.Proc) {
					for !there(p) {
					}
					done = true
				})
			}})
			defer w.Close()
			if r := w.Run(time.Second); !done {
				t.Errorf("stopped with %v at %v", r.Stop, r.Now)
			}
		})
	}
}

// One who waits in that way for what never comes is a livelock, or, if it promised not to block, does not end.
func TestPoll_never(t *testing.T) {
	w := sim.New(sim.Config{Seed: 1, Patience: 1000, Boot: func(p *sim.Proc) {
		for {
			if _, ok := p.Whereis("nobody"); ok {
				return
			}
		}
	}})
	defer w.Close()
	if r := w.Run(time.Hour); r.Stop != sim.StopLivelock {
		t.Errorf("stopped with %v at %v", r.Stop, r.Now)
	}
	var reason sim.Reason
	w.Reset(sim.Config{Boot: func(p *sim.Proc) {
		_, ref := p.SpawnHandler("poller", pollsForEver{}, sim.SpawnOptions{Monitor: true, NoBlock: true})
		down, _ := sim.Receive(p, func(m any) (sim.Down, bool) { d, ok := m.(sim.Down); return d, ok && d.Ref == ref })
		reason = down.Reason
	}})
	w.Run(time.Hour)
	if crash, ok := reason.(error); !ok || !strings.Contains(crash.Error(), "system_limit") {
		t.Errorf("ended with %v", reason)
	}
}

type pollsForEver struct{}

func (pollsForEver) Start(p *sim.Proc) {
	for p.Now() >= 0 {
	}
}

func (pollsForEver) Handle(*sim.Proc, *sim.Msg) {}
