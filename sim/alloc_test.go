package sim_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// Nothing on a message's road allocates once a world is warm: send, arrive, handle, receive, reply by alias,
// monitor, timers. Each world here does one thing over and over; a millisecond of it is thousands of times.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	tag := sim.NewTag("t", func(m *sim.Msg) any { return m.Word() })
	never := sim.SpawnOptions{NoBlock: true}
	any1 := any("one")
	isTag := func(m *sim.Msg) bool { return m.Tag() == tag }
	worlds := map[string]sim.Body{
		"handlers that send": func(p *sim.Proc) {
			var a, b sim.PID
			back := func(to *sim.PID) sim.Handler {
				return sim.HandlerFunc(func(p *sim.Proc, m *sim.Msg) { p.SendTagged(*to, tag, sim.Ref{}, m.Word()+1, nil) })
			}
			a, _ = p.SpawnHandler("a", back(&b), never)
			b, _ = p.SpawnHandler("b", back(&a), never)
			p.SendTagged(a, tag, sim.Ref{}, 0, nil)
		},
		"bodies that receive": func(p *sim.Proc) {
			echo := p.Spawn("echo", func(p *sim.Proc) {
				for {
					m, _ := p.Await(sim.Mark{}, isTag, sim.Forever)
					p.SendTagged(m.From(), tag, sim.Ref{}, 0, any1)
				}
			})
			for {
				p.SendTagged(echo, tag, sim.Ref{}, 0, any1)
				p.Take(sim.Mark{}, isTag, time.Hour)
			}
		},
		"requests": func(p *sim.Proc) {
			server, _ := p.SpawnHandler("server", sim.HandlerFunc(func(p *sim.Proc, m *sim.Msg) {
				p.SendAlias(m.Ref(), tag, 0, nil)
			}), never)
			for {
				ref := p.Request(server, tag, 0, any1)
				p.Take(sim.Mark{}, isTag, time.Hour)
				p.Demonitor(ref)
			}
		},
		"monitors and links": func(p *sim.Proc) {
			other := p.Spawn("other", func(p *sim.Proc) { p.Sleep(sim.Forever) })
			for {
				p.Demonitor(p.Monitor(other))
				p.Link(other)
				p.Unlink(other)
				p.Yield()
			}
		},
		"timers set and cancelled": func(p *sim.Proc) {
			for {
				p.CancelTimer(p.SendAfter(time.Second, p.Self(), nil))
			}
		},
		"timers that fire": func(p *sim.Proc) {
			for {
				p.StartTimer(time.Microsecond, p.Self(), any1)
				p.Await(sim.Mark{}, func(m *sim.Msg) bool { return m.Tag() == sim.TimeoutTag }, sim.Forever)
			}
		},
		"sleeps": func(p *sim.Proc) {
			for {
				p.Sleep(time.Microsecond)
			}
		},
	}
	for name, boot := range worlds {
		t.Run(name, func(t *testing.T) {
			w := sim.New(sim.Config{Seed: 1, Patience: 1 << 60, Boot: boot})
			defer w.Close()
			w.Run(10 * time.Millisecond)
			before := w.Run(0).Events
			const runs = 20
			allocs := testing.AllocsPerRun(runs, func() { w.Run(time.Millisecond) })
			if res := w.Run(0); res.Stop == sim.StopCrashed || res.Events-before < 5*runs {
				t.Fatalf("%d facts: %+v", res.Events-before, res)
			}
			if allocs > 0 {
				t.Errorf("%v allocations a millisecond", allocs)
			}
		})
	}
}
