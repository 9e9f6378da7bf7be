package supervisor_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
)

type idle struct{ genserver.Base }

func newIdle() *idle { return &idle{} }

// often is an intensity that is never reached.
var often = supervisor.Restarts(math.MaxInt, time.Second)

// inWorld runs body as a world's first process until it returns.
func inWorld(t testing.TB, body sim.Body) {
	t.Helper()
	w := sim.New(sim.Config{Patience: 1 << 60, Boot: body})
	defer w.Close()
	if res := w.Run(sim.Forever); res.Crash != nil {
		t.Fatalf("%v\n%v", res.Crash, res.Crash.Stack)
	}
}

// BenchmarkRestart kills a child and waits until its supervisor has restarted it.
func BenchmarkRestart(b *testing.B) {
	for _, children := range []int{1, 1000} {
		b.Run(fmt.Sprintf("one_of_%d", children), func(b *testing.B) {
			b.ReportAllocs()
			inWorld(b, func(p *sim.Proc) {
				var last sim.PID
				spec := supervisor.Spec{Intensity: often}
				for i := range children {
					spec.Children = append(spec.Children, supervisor.Child{
						ID:    fmt.Sprint("c", i),
						Start: genserver.Start(nil, func() *announcing { return &announcing{at: &last, to: p.Self()} }, genserver.NoBlock()),
					})
				}
				supervisor.StartLink(p, nil, spec)
				for range children {
					awaitUp(p)
				}
				b.ResetTimer()
				for range b.N {
					p.Exit(last, sim.Kill)
					awaitUp(p)
				}
				b.StopTimer()
			})
		})
	}
}

// announcing is a server that says who it is.
type announcing struct {
	genserver.Base
	at *sim.PID
	to sim.PID // who wants to know; zero if nobody
}

var up = sim.NewTag("up", func(*sim.Msg) any { return "up" })

func (s *announcing) Init(p *sim.Proc) genserver.InitResult {
	*s.at = p.Self()
	if !s.to.IsZero() {
		p.SendTagged(s.to, up, sim.Ref{}, 0, nil)
	}
	return genserver.Ok()
}

func awaitUp(p *sim.Proc) {
	p.Take(sim.Mark{}, func(m *sim.Msg) bool { return m.Tag() == up }, sim.Forever)
}

// BenchmarkRestart_supervisors kills one child of each of a thousand supervisors, round and round.
func BenchmarkRestart_supervisors(b *testing.B) {
	const supervisors = 1000
	b.ReportAllocs()
	inWorld(b, func(p *sim.Proc) {
		var last [supervisors]sim.PID
		for i := range last {
			supervisor.StartLink(p, nil, supervisor.Spec{Intensity: often, Children: []supervisor.Child{{
				ID:    "c",
				Start: genserver.Start(nil, func() *announcing { return &announcing{at: &last[i]} }, genserver.NoBlock()),
			}}})
		}
		b.ResetTimer()
		for n := 0; n < b.N; {
			for i := range last {
				p.Exit(last[i], sim.Kill)
				n++
			}
			p.Sleep(time.Second)
		}
		b.StopTimer()
	})
}

// BenchmarkRestartAll kills one of ten children of a one_for_all supervisor: nine are stopped, ten started.
func BenchmarkRestartAll(b *testing.B) {
	b.ReportAllocs()
	inWorld(b, func(p *sim.Proc) {
		var last sim.PID
		spec := supervisor.Spec{Strategy: supervisor.OneForAll, Intensity: often}
		for i := range 10 {
			spec.Children = append(spec.Children, supervisor.Child{
				ID: fmt.Sprint("c", i), Start: genserver.Start(nil, func() *announcing { return &announcing{at: &last} }, genserver.NoBlock()),
			})
		}
		supervisor.StartLink(p, nil, spec)
		b.ResetTimer()
		for range b.N {
			p.Exit(last, sim.Kill)
			p.Sleep(time.Second)
		}
		b.StopTimer()
	})
}

// BenchmarkStartTerminateDelete starts, stops and forgets a child of a supervisor that has many.
func BenchmarkStartTerminateDelete(b *testing.B) {
	for _, others := range []int{0, 1000} {
		b.Run(fmt.Sprintf("beside_%d", others), func(b *testing.B) {
			b.ReportAllocs()
			inWorld(b, func(p *sim.Proc) {
				var spec supervisor.Spec
				start := genserver.Start(nil, newIdle, genserver.NoBlock())
				for i := range others {
					spec.Children = append(spec.Children, supervisor.Child{ID: fmt.Sprint("c", i), Start: start})
				}
				sup, _ := supervisor.StartLink(p, nil, spec)
				b.ResetTimer()
				for range b.N {
					supervisor.StartChild(p, sup.PID, supervisor.Child{ID: "x", Start: start})
					supervisor.TerminateChild(p, sup.PID, "x")
					supervisor.DeleteChild(p, sup.PID, "x")
				}
				b.StopTimer()
			})
		})
	}
}

// BenchmarkDynamic starts and stops a child of a simple_one_for_one supervisor.
func BenchmarkDynamic(b *testing.B) {
	b.ReportAllocs()
	inWorld(b, func(p *sim.Proc) {
		sup, _ := supervisor.StartLink(p, nil, supervisor.Spec{Strategy: supervisor.SimpleOneForOne, Children: []supervisor.Child{{
			ID: "x", Restart: supervisor.Temporary, Start: genserver.Start(nil, newIdle, genserver.NoBlock()),
		}}})
		b.ResetTimer()
		for range b.N {
			x, _ := supervisor.StartDynamic(p, sup.PID)
			supervisor.TerminateChild(p, sup.PID, x.PID)
		}
		b.StopTimer()
	})
}

// BenchmarkStop stops a supervisor and its thousand children.
func BenchmarkStop(b *testing.B) {
	const children = 1000
	for _, dynamic := range []bool{false, true} {
		b.Run(map[bool]string{false: "one_by_one", true: "side_by_side"}[dynamic], func(b *testing.B) {
			b.ReportAllocs()
			inWorld(b, func(p *sim.Proc) {
				start := genserver.Start(nil, newIdle, genserver.NoBlock())
				spec := supervisor.Spec{Children: []supervisor.Child{{ID: "x", Start: start}}}
				if dynamic {
					spec.Strategy = supervisor.SimpleOneForOne
				}
				for i := 1; i < children && !dynamic; i++ {
					spec.Children = append(spec.Children, supervisor.Child{ID: fmt.Sprint("c", i), Start: start})
				}
				b.ResetTimer()
				for range b.N {
					sup, _ := supervisor.StartLink(p, nil, spec)
					for i := 0; i < children && dynamic; i++ {
						supervisor.StartDynamic(p, sup.PID)
					}
					p.Unlink(sup.PID)
					ref := p.Monitor(sup.PID)
					p.Exit(sup.PID, sim.Shutdown)
					sim.Receive(p, func(m any) (sim.Down, bool) { d, ok := m.(sim.Down); return d, ok && d.Ref == ref })
				}
				b.StopTimer()
			})
		})
	}
}
