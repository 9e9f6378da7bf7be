package genstatem_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
)

// world runs body as a world's first process until it returns.
func world(t testing.TB, body sim.Body) {
	t.Helper()
	w := sim.New(sim.Config{Patience: 1 << 60, Boot: body})
	defer w.Close()
	if res := w.Run(sim.Forever); res.Crash != nil {
		t.Fatalf("%v\n%v", res.Crash, res.Crash.Stack)
	}
}

type phase uint8

const (
	off phase = iota
	on
)

// worker does on each cast what one thing costs.
type worker struct {
	genstatem.Base[phase]
	do func(w *worker, state phase, e genstatem.Event) genstatem.Step[phase]
}

func (w *worker) Init(*sim.Proc) genstatem.Step[phase] { return w.Next(off) }

func (w *worker) HandleEvent(_ *sim.Proc, state phase, e genstatem.Event) genstatem.Step[phase] {
	return w.do(w, state, e)
}

// enteringWorker has enter calls too.
type enteringWorker struct{ *worker }

func (w enteringWorker) Enter(*sim.Proc, phase, phase) genstatem.Step[phase] { return w.Keep() }

type poke struct{ otp.Returns[int] }

var jobs = []struct {
	name string
	do   func(w *worker, state phase, e genstatem.Event) genstatem.Step[phase]
}{
	{"keep", func(w *worker, _ phase, e genstatem.Event) genstatem.Step[phase] { return w.Keep() }},
	{"next", func(w *worker, s phase, e genstatem.Event) genstatem.Step[phase] { return w.Next(1 - s) }},
	{"internal", func(w *worker, s phase, e genstatem.Event) genstatem.Step[phase] {
		if e.Type == genstatem.CastEvent {
			return w.Next(1 - s).Internal(nil)
		}
		return w.Keep()
	}},
	{"postpone", func(w *worker, s phase, e genstatem.Event) genstatem.Step[phase] {
		switch {
		case e.Type == genstatem.InternalEvent:
			return w.Next(on)
		case s == off:
			return w.Keep().Postpone().Internal(nil)
		}
		return w.Next(off)
	}},
	{"timeouts", func(w *worker, s phase, e genstatem.Event) genstatem.Step[phase] {
		if e.Type != genstatem.CastEvent {
			return w.Keep()
		}
		return w.Next(1-s).StateTimeout(time.Second, nil).Timeout(time.Hour, nil).Timer("t", time.Minute, nil)
	}},
	{"zero", func(w *worker, s phase, e genstatem.Event) genstatem.Step[phase] {
		if e.Type == genstatem.CastEvent {
			return w.Keep().Timer("t", 0, nil)
		}
		return w.Keep()
	}},
}

func (w *worker) factory() func() genstatem.Machine[phase] {
	return func() genstatem.Machine[phase] { return w }
}

func BenchmarkCast(b *testing.B) {
	for _, job := range jobs {
		b.Run(job.name, func(b *testing.B) {
			b.ReportAllocs()
			world(b, func(p *sim.Proc) {
				started, _ := genstatem.StartLink(p, nil, (&worker{do: job.do}).factory(), genstatem.NoBlock())
				b.ResetTimer()
				for range b.N {
					otp.Cast(p, started.PID, nil)
				}
			})
		})
	}
}

// answers is a machine that answers every call with its state.
func answers(w *worker, s phase, e genstatem.Event) genstatem.Step[phase] {
	return w.Next(1-s).Reply(e.From, int(s))
}

func BenchmarkCall(b *testing.B) {
	for name, opts := range map[string][]genstatem.Option{"ordinary": nil, "no_block": {genstatem.NoBlock()}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			world(b, func(p *sim.Proc) {
				started, _ := genstatem.StartLink(p, nil, (&worker{do: answers}).factory(), opts...)
				b.ResetTimer()
				for range b.N {
					genstatem.Call(p, started.PID, poke{})
				}
			})
		})
	}
}

func BenchmarkStartStop(b *testing.B) {
	b.ReportAllocs()
	world(b, func(p *sim.Proc) {
		new := (&worker{do: answers}).factory()
		for range b.N {
			started, _ := genstatem.StartAlone(p, nil, new)
			otp.Stop(p, started.PID, sim.Normal, sim.Forever)
		}
	})
}
