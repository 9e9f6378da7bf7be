package genserver_test

import (
	"testing"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

type ping struct{ otp.Returns[int] }

type ponger struct {
	genserver.Base
	casts int
}

func newPonger() *ponger { return &ponger{} }

func (s *ponger) HandleCall(_ *sim.Proc, req any, _ otp.From) genserver.Result {
	return genserver.Reply(req.(ping), 1)
}

func (s *ponger) HandleCast(*sim.Proc, any) genserver.Result {
	s.casts++
	return genserver.NoReply()
}

// world runs body as a world's first process until it returns.
func world(t testing.TB, body sim.Body) {
	t.Helper()
	w := sim.New(sim.Config{Patience: 1 << 60, Boot: body})
	defer w.Close()
	if res := w.Run(sim.Forever); res.Crash != nil {
		t.Fatalf("%v\n%v", res.Crash, res.Crash.Stack)
	}
}

func benchmarkCall(b *testing.B, d otp.CallOpt, opts ...genserver.Option) {
	b.ReportAllocs()
	world(b, func(p *sim.Proc) {
		started, _ := genserver.StartLink(p, nil, newPonger, opts...)
		b.ResetTimer()
		for range b.N {
			otp.Call(p, started.PID, ping{}, d)
		}
	})
}

func BenchmarkCall(b *testing.B) {
	b.Run("ordinary", func(b *testing.B) { benchmarkCall(b, otp.CallOpt{}) })
	b.Run("no_block", func(b *testing.B) { benchmarkCall(b, otp.CallOpt{}, genserver.NoBlock()) })
	b.Run("no_block_forever", func(b *testing.B) { benchmarkCall(b, otp.Within(sim.Forever), genserver.NoBlock()) })
}

func BenchmarkCast(b *testing.B) {
	b.ReportAllocs()
	world(b, func(p *sim.Proc) {
		started, _ := genserver.StartLink(p, nil, newPonger, genserver.NoBlock())
		b.ResetTimer()
		for range b.N {
			otp.Cast(p, started.PID, sim.Atom("x"))
		}
	})
}

func BenchmarkStartStop(b *testing.B) {
	b.ReportAllocs()
	world(b, func(p *sim.Proc) {
		for range b.N {
			started, _ := genserver.StartAlone(p, nil, newPonger)
			otp.Stop(p, started.PID, sim.Normal, sim.Forever)
		}
	})
}
