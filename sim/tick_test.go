package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// pair is a cluster of a and b, with these ticktimes, in which a has connected to b at the start. It lists what a hears of b, with whole seconds.
func pair(t *testing.T, ab [2]time.Duration, body func(p *sim.Proc)) (w *sim.World, heard *[]string) {
	t.Helper()
	heard = new([]string)
	cfg := sim.Config{Link: netsim.Link{Latency: netsim.Fixed(time.Millisecond)}, Boot: func(p *sim.Proc) {
		if p.Node() == "a" {
			p.ConnectNode("b")
			p.Spawn("watcher", func(p *sim.Proc) {
				p.MonitorNodes(true, sim.NodeMonitor{Reason: true})
				for {
					m, _ := sim.Any(p)
					*heard = append(*heard, fmt.Sprintf("%v %v", p.Now().Truncate(time.Second), m))
				}
			})
		}
		if body != nil {
			p.Spawn("body", body)
		}
	}}
	for i, n := range []sim.Atom{"a", "b"} {
		cfg.Nodes = append(cfg.Nodes, sim.NodeSpec{Name: n, Kernel: sim.Kernel{TickTime: ab[i]}})
	}
	w = sim.New(cfg)
	t.Cleanup(w.Close)
	return w, heard
}

const s = time.Second

// NK7: nodes whose ticktimes are alike keep their connection however long nothing is said; one that ticks too seldom for another is given up, and the
// world does not pass for one at rest before that.
func TestTicks_NK7_seldom(t *testing.T) {
	for _, c := range []struct {
		ab   [2]time.Duration
		want string
	}{
		{[2]time.Duration{0, 0}, "[]"},
		{[2]time.Duration{8 * s, 8 * s}, "[]"},
		{[2]time.Duration{60 * s, 8 * s}, "[10s {b [{nodedown_reason,connection_closed}]}]"}, // b was the first to give up
		{[2]time.Duration{8 * s, 60 * s}, "[10s {b [{nodedown_reason,net_tick_timeout}]}]"},
		{[2]time.Duration{8 * s, 16 * s}, "[]"},
	} {
		w, heard := pair(t, c.ab, nil)
		if r := w.Run(time.Hour); r.Stop != sim.StopIdle {
			t.Errorf("%v: stopped: %v", c.ab, r.Stop)
		}
		if fmt.Sprint(*heard) != c.want {
			t.Errorf("%v: a heard %v, and should have %v", c.ab, *heard, c.want)
		}
		w, passed := pair(t, c.ab, nil)
		if r := w.Pass(time.Hour); r.Stop != sim.StopTime || r.Now != time.Hour || fmt.Sprint(*passed) != fmt.Sprint(*heard) {
			t.Errorf("%v: when an hour has passed, %v at %v, a has heard %v", c.ab, r.Stop, r.Now, *passed)
		}
	}
}

// NK7: a node ticks by its new ticktime from the moment at which it is set: it gives up one that is silent so much earlier.
func TestSetTickTime_NK7(t *testing.T) {
	w, heard := pair(t, [2]time.Duration{}, func(p *sim.Proc) {
		p.Sleep(20 * s)
		if p.TickTime() != 60*s {
			t.Errorf("ticktime %v", p.TickTime())
		}
		p.SetTickTime(4 * s)
		if p.TickTime() != 4*s {
			t.Errorf("ticktime %v", p.TickTime())
		}
	})
	w.Run(time.Hour)
	w.Pass(30 * s)
	began := w.View().Now()
	w.Inject(netsim.Fault{Harm: netsim.Harm{Cut: true}, Where: netsim.Isolate("b")})
	w.Run(time.Hour)
	if want := fmt.Sprintf("[%v {b [{nodedown_reason,net_tick_timeout}]}]", (began + 4*s).Truncate(s)); fmt.Sprint(*heard) != want {
		t.Errorf("a heard %v, and should have %v", *heard, want)
	}
}

// A ticktime that is none is a badarg.
func TestSetTickTime_badarg(t *testing.T) {
	w, _ := pair(t, [2]time.Duration{}, func(p *sim.Proc) {
		defer func() {
			if e, is := recover().(*sim.Error); !is || e.Reason != "badarg" {
				t.Errorf("%v", e)
			}
		}()
		p.SetTickTime(0)
	})
	w.Run(s)
}

// Pass lets time pass in which nothing happens, and what follows begins there; Run does not.
func TestPass(t *testing.T) {
	quiet := sim.Config{Boot: func(p *sim.Proc) { p.Spawn("waiter", func(p *sim.Proc) { sim.Any(p) }) }}
	w := sim.New(quiet)
	defer w.Close()
	if r := w.Run(time.Minute); r.Stop != sim.StopIdle || r.Now > time.Millisecond || len(r.Deadlock) != 1 {
		t.Errorf("Run: %v at %v", r.Stop, r.Now)
	}
	if r := w.Pass(time.Minute); r.Stop != sim.StopTime || r.Now < time.Minute {
		t.Errorf("Pass: %v at %v", r.Stop, r.Now)
	}
	if r := w.Pass(sim.Forever); r.Stop != sim.StopIdle || r.Now > 2*time.Minute {
		t.Errorf("Pass for ever: %v at %v", r.Stop, r.Now)
	}
	if r := w.Run(time.Minute); r.Stop != sim.StopIdle {
		t.Errorf("Run after Pass: %v at %v", r.Stop, r.Now)
	}
}

// A livelock is found in a cluster too: ticks fire, and signals arrive from other nodes, but no process gets anywhere.
func TestLivelock_cluster(t *testing.T) {
	echo := func(p *sim.Proc) {
		p.Register(sim.Name("echo"), p.Self())
		for {
			m, _ := sim.Recv[sim.PID](p)
			p.Send(m, p.Self())
		}
	}
	play := func(latency, cost, pause time.Duration, far bool) sim.Result {
		cfg := sim.Config{
			Link: netsim.Link{Latency: netsim.Fixed(latency)}, Patience: 20_000, ReductionCost: cost,
			Nodes: []sim.NodeSpec{{Name: "a", Kernel: sim.Kernel{TickTime: 4 * time.Millisecond}}, {Name: "b", Kernel: sim.Kernel{TickTime: 4 * time.Millisecond}}},
			Boot: func(p *sim.Proc) {
				p.ConnectNode("b")
				p.Spawn("echo", echo)
				if p.Node() == "b" {
					return
				}
				p.Spawn("busy", func(p *sim.Proc) {
					p.Sleep(time.Millisecond)
					there, _ := p.Whereis("echo")
					if far {
						p.Send(term.NameAt{Name: "echo", Node: "b"}, p.Self())
						there, _ = sim.Recv[sim.PID](p)
					}
					for {
						p.Send(there, p.Self())
						sim.Recv[sim.PID](p)
						if pause > 0 {
							p.Sleep(pause)
						}
					}
				})
			},
		}
		w := sim.New(cfg)
		defer w.Close()
		return w.Run(30 * s)
	}
	for _, c := range []struct {
		name                 string
		latency, cost, pause time.Duration
		far                  bool
		want                 sim.Stop
	}{
		{"on a node", 0, 0, 0, false, sim.StopLivelock},
		{"on a node, running costs nothing", 0, sim.Free, 0, false, sim.StopLivelock},
		{"between nodes", 0, 0, 0, true, sim.StopLivelock},
		{"between nodes, running costs nothing", 0, sim.Free, 0, true, sim.StopLivelock},
		{"on a node, with pauses", 0, 0, time.Millisecond, false, sim.StopTime},
		{"between nodes that are far apart", time.Millisecond, 0, 0, true, sim.StopTime}, // they wait most of the time: the end will come
	} {
		if r := play(c.latency, c.cost, c.pause, c.far); r.Stop != c.want {
			t.Errorf("%s: %v at %v, after %d slices", c.name, r.Stop, r.Now, r.Stalled)
		}
	}
}
