package gentcp_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/gentcp"
)

// crowd is a world in which much happens to many connections.
func crowd(w *sim.World) {
	for _, text := range []string{"latency(5ms±4ms) at b", "slicer(20B±10B, 1ms) from c toxicity=50%", "reset_peer(300ms) from a toxicity=20%", "timeout(900ms) toxicity=10%"} {
		x, err := sim.ParseToxic(text)
		if err == nil {
			_, err = w.AddToxic(x)
		}
		if err != nil {
			panic(err)
		}
	}
	w.SpawnAt("b", "server", func(p *sim.Proc) {
		l, _ := gentcp.Listen(p, 80, gentcp.Active(gentcp.False))
		for {
			s, _ := gentcp.Accept(p, l, sim.Forever)
			pid := p.Spawn("echo", echo)
			gentcp.ControllingProcess(p, s, pid)
			p.Send(pid, s)
		}
	})
	for i := range 20 {
		w.SpawnAt([]sim.Atom{"a", "b", "c"}[i%3], "client", func(p *sim.Proc) {
			p.Sleep(time.Millisecond)
			for range 5 {
				s, err := gentcp.Connect(p, "b", 80, time.Second, gentcp.Active(gentcp.False))
				if err != nil {
					p.Trace("connect", err)
					continue
				}
				for n := range 5 {
					gentcp.Send(p, s, fmt.Appendf(nil, "message %d of %d, and some more to be sliced", n, i))
					b, err := gentcp.Recv(p, s, 0, time.Second)
					p.Trace("recv", fmt.Sprintf("%s %v", b, err))
				}
				gentcp.Close(p, s)
			}
		})
	}
	w.At(200*time.Millisecond, "cut", func() { w.CutPower("a", "test") })
	w.At(400*time.Millisecond, "boot", func() { w.BootNode("a") })
	w.At(600*time.Millisecond, "halt", func() { w.HaltNode("b", "test") })
}

// The same seed gives the same facts, in a new world and in one that was used before; another seed gives others.
func TestDeterminism(t *testing.T) {
	seen := map[uint64]uint64{}
	var used *sim.World
	for seed := range uint64(30) {
		cfg := sim.Config{
			Seed: seed, Link: netsim.Link{Latency: netsim.Exponential(3 * time.Millisecond), Loss: 10_000},
			Nodes: []sim.NodeSpec{{Name: "a"}, {Name: "b"}, {Name: "c"}},
		}
		one := sim.New(cfg)
		crowd(one)
		first := one.Run(time.Hour)
		one.Close()
		cfg.Keep = 1 << 16
		if used == nil {
			used = sim.New(cfg)
		} else {
			used.Reset(cfg)
		}
		crowd(used)
		if again := used.Run(time.Hour); again.Hash != first.Hash || again.Events != first.Events {
			t.Errorf("seed %d: %x after %d facts, then %x after %d", seed, first.Hash, first.Events, again.Hash, again.Events)
		}
		if other, twice := seen[first.Hash]; twice {
			t.Errorf("seeds %d and %d give the same run", seed, other)
		}
		seen[first.Hash] = seed
	}
	used.Close()
}

// In the steady state what travels allocates nothing; what is handed over is the receiver's own: its bytes and its message.
func TestAlloc_steadyState(t *testing.T) {
	s := tell(t)
	rounds := 0
	s.SpawnAt("b", "server", func(p *sim.Proc) {
		l, _ := gentcp.Listen(p, 80)
		gentcp.Accept(p, l, sim.Forever)
		for {
			m, _ := sim.Any(p)
			gentcp.Send(p, m.(gentcp.Data).Socket, m.(gentcp.Data).Bytes)
		}
	})
	s.SpawnAt("a", "client", func(p *sim.Proc) {
		p.Sleep(time.Millisecond)
		k, _ := gentcp.Connect(p, "b", 80, sim.Forever)
		for gentcp.Send(p, k, []byte("ping")) == nil {
			sim.Any(p)
			rounds++
		}
	})
	s.Run(time.Minute)
	before := rounds
	const most = 4 // two messages, of two parts each
	if got := testing.AllocsPerRun(10, func() { s.Run(time.Second) }); rounds-before < 11*490 || got/float64(500) > most+0.1 {
		t.Errorf("%d rounds, and %.1f allocations in each", rounds-before, got/500)
	} else {
		t.Logf("%.2f allocations in each round", got/500)
	}
}

func BenchmarkEcho(b *testing.B) {
	b.ReportAllocs()
	w := sim.New(sim.Config{Nodes: []sim.NodeSpec{{Name: "a"}, {Name: "b"}}})
	defer w.Close()
	w.SpawnAt("b", "server", func(p *sim.Proc) {
		l, _ := gentcp.Listen(p, 80)
		gentcp.Accept(p, l, sim.Forever)
		for {
			m, _ := sim.Recv[gentcp.Data](p)
			gentcp.Send(p, m.Socket, m.Bytes)
		}
	})
	w.SpawnAt("a", "client", func(p *sim.Proc) {
		p.Sleep(time.Millisecond)
		k, _ := gentcp.Connect(p, "b", 80, sim.Forever)
		b.ResetTimer()
		for range b.N {
			gentcp.Send(p, k, []byte("ping"))
			sim.Recv[gentcp.Data](p)
		}
		w.Halt()
	})
	w.Run(sim.Forever)
}
