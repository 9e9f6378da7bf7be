package genevent_test

import (
	"errors"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/genevent"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
)

// SYS1, SYS2: the state of a manager is a list of its handlers', newest first; a function replaces one after
// the other, and where it crashes, or changes the name, that handler stays as it is.
func TestSystem_state(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		s.add(p, a)
		s.add(p, b)
		s.add(p, c)
		s.lines = nil
		state, err := sys.GetState(p, s.bus)
		s.say("%s %v", show(state), err)
		state, err = sys.ReplaceState(p, s.bus, func(state any) any {
			h := state.(genevent.HandlerState)
			switch h.State {
			case any(a):
				panic(boom)
			case any(b):
				h.Handler = genevent.Module("other")
			}
			h.State = x
			return h
		})
		s.say("%s %v", show(state), err)
		s.sync(p, "y")
		s.want(`
			[{m,c,c},{m,b,b},{m,a,a}] <nil>
			[{m,c,x},{m,b,b},{m,a,a}] <nil>
			x event y
			b event y
			a event y
			sync y: ok`)
	})
}

// SYS3: while it is suspended, events wait; a code change concerns the handlers of one module.
func TestSystem_SYS3_suspended(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		s.add(p, a)
		genevent.AddHandler(p, s.bus, genevent.Module("other"), s.make(b))
		sys.Suspend(p, s.bus)
		genevent.Notify(p, s.bus, x)
		p.Send(s.bus, sim.Atom("y"))
		p.Sleep(time.Second)
		s.lines = nil
		s.say("%v", sys.ChangeCode(p, s.bus, sim.Atom("m"), 1, sim.Atom("extra")))
		status, _ := sys.GetStatus(p, s.bus)
		s.say("%s %s %s", status.Behaviour, status.Sys, show(status.Name))
		sys.Resume(p, s.bus)
		s.sync(p, "z")
		s.want(`
			a code_change extra
			<nil>
			gen_event suspended bus
			b event x
			a event x
			b info y
			a info y
			b event z
			a event z
			sync z: ok`)
		var fail *sys.Failure
		if err := sys.ChangeCode(p, s.bus, sim.Atom("m"), 1, x); !errors.As(err, &fail) {
			t.Error("only while suspended", err)
		}
		if err := sys.Terminate(p, s.bus, boom); err != nil {
			t.Error(err)
		}
	})
}

// SYS4: a manager tells what comes in, in the order in which it handles it.
func TestSystem_SYS4_events(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		s.add(p, a)
		s.lines = nil
		sys.Install(p, s.bus, "spy", func(_ *sim.Proc, state any, e sys.Event, name any) any {
			s.say("%s", e.Text(name))
			return state
		}, nil)
		genevent.Notify(p, s.bus, x)
		s.ask(p, a, sim.Atom("q"))
		p.Send(s.bus, boom)
		s.which(p)
		s.want(`
			bus got event x
			a event x
			bus({m,a}) got call q
			a call q
			call a: fine
			bus got boom
			a info boom
			bus got {<local/main>,{<local/main>,#Ref<local/main.5>},which_handlers}
			which: [{m,a}]`)
	})
}

type counter struct {
	genevent.Base
	n int
}

func (c *counter) HandleEvent(*sim.Proc, any) genevent.Result {
	c.n++
	return genevent.Ok()
}

func (c *counter) HandleInfo(*sim.Proc, any) genevent.Result { return genevent.Ok() }

func (c *counter) HandleCall(_ *sim.Proc, req any) genevent.Result {
	return genevent.Reply(req.(ask), 1)
}

func newCounter() *counter { return &counter{} }

// inWorld runs body as the first process of a world.
func inWorld(t testing.TB, body sim.Body) {
	t.Helper()
	w := sim.New(sim.Config{Patience: 1 << 60, Boot: body})
	defer w.Close()
	if res := w.Run(sim.Forever); res.Crash != nil {
		t.Fatalf("%v\n%v", res.Crash, res.Crash.Stack)
	}
}

func withCounters(p *sim.Proc, n int, opts ...genevent.Option) sim.PID {
	started, _ := genevent.StartLink(p, nil, opts...)
	for i := range n {
		genevent.AddHandler(p, started.PID, genevent.Module("counter").With(i), newCounter)
	}
	return started.PID
}

// Dispatching an event allocates nothing, for however many handlers; nor does waiting for it. A call allocates
// its request.
func TestAllocations(t *testing.T) {
	inWorld(t, func(p *sim.Proc) {
		bus := withCounters(p, 3)
		var event any = sim.Atom("x")
		id := genevent.Module("counter").With(1)
		for _, c := range []struct {
			name string
			f    func()
			want float64
		}{
			{"notify", func() { genevent.Notify(p, bus, event); p.Yield() }, 0},
			{"sync_notify", func() { genevent.SyncNotify(p, bus, event) }, 0},
			{"info", func() { p.Send(bus, event); p.Yield() }, 0},
			{"call", func() { genevent.Call(p, bus, id, ask{}) }, 1},
		} {
			if got := testing.AllocsPerRun(1000, c.f); got > c.want {
				t.Errorf("%s allocates %v", c.name, got)
			}
		}
	})
}

func benchmarkNotify(b *testing.B, handlers int, opts ...genevent.Option) {
	b.ReportAllocs()
	inWorld(b, func(p *sim.Proc) {
		bus := withCounters(p, handlers, opts...)
		var event any = sim.Atom("x")
		b.ResetTimer()
		for range b.N {
			genevent.Notify(p, bus, event)
		}
		genevent.SyncNotify(p, bus, event)
	})
}

func BenchmarkNotify(b *testing.B) {
	b.Run("1", func(b *testing.B) { benchmarkNotify(b, 1) })
	b.Run("1_no_block", func(b *testing.B) { benchmarkNotify(b, 1, genevent.NoBlock()) })
	b.Run("10_no_block", func(b *testing.B) { benchmarkNotify(b, 10, genevent.NoBlock()) })
}

func BenchmarkSyncNotify(b *testing.B) {
	b.ReportAllocs()
	inWorld(b, func(p *sim.Proc) {
		bus := withCounters(p, 1, genevent.NoBlock())
		var event any = sim.Atom("x")
		b.ResetTimer()
		for range b.N {
			genevent.SyncNotify(p, bus, event)
		}
	})
}

func BenchmarkCall(b *testing.B) {
	b.ReportAllocs()
	inWorld(b, func(p *sim.Proc) {
		bus := withCounters(p, 1, genevent.NoBlock())
		id := genevent.Module("counter").With(0)
		b.ResetTimer()
		for range b.N {
			genevent.Call(p, bus, id, ask{})
		}
	})
}
