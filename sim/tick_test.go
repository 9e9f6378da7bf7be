package sim_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// pair is a cluster of a and b, with these ticktimes, in which a has connected to b at the start. It lists what a hears
// of b, with whole seconds.
func pair(t *testing.T, ab [2]time.Duration, body func(p *sim.Proc)) (w *sim.World, heard *[]string) {
	t.Helper()
	w, heard = pairOf(ab, body)
	t.Cleanup(w.Close)
	return w, heard
}

// pairOf is pair for those who close the world.
func pairOf(ab [2]time.Duration, body func(p *sim.Proc)) (w *sim.World, heard *[]string) {
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
	return sim.New(cfg), heard
}

// says makes a body that sends from b to a at some times.
func says(times ...time.Duration) func(p *sim.Proc) {
	return func(p *sim.Proc) {
		if p.Node() != "b" {
			return
		}
		for _, at := range times {
			p.Sleep(at - p.Now())
			p.Send(term.NameAt{Name: "nobody", Node: "a"}, "hello")
		}
	}
}

const s = time.Second

// NK7: nodes whose ticktimes are alike keep their connection however long nothing is said; one that ticks too seldom
// for another is given up, and the world does not pass for one at rest before that.
func TestTicks_NK7_seldom(t *testing.T) {
	for _, c := range []struct {
		ab   [2]time.Duration
		body func(p *sim.Proc)
		want string
	}{
		{[2]time.Duration{0, 0}, nil, "[]"},
		{[2]time.Duration{8 * s, 8 * s}, nil, "[]"},
		{[2]time.Duration{60 * s, 8 * s}, nil, "[10s {b [{nodedown_reason,connection_closed}]}]"}, // b was the first to give up
		{[2]time.Duration{8 * s, 60 * s}, nil, "[10s {b [{nodedown_reason,net_tick_timeout}]}]"},
		{[2]time.Duration{8 * s, 16 * s}, nil, "[]"},
		// Who has written spares itself the next tick: b is silent for ten seconds after the handshake, or a send.
		{[2]time.Duration{8 * s, 20 * s}, nil, "[10s {b [{nodedown_reason,net_tick_timeout}]}]"},
		{[2]time.Duration{8 * s, 20 * s}, says(4900 * time.Millisecond), "[]"},
		{[2]time.Duration{8 * s, 20 * s}, says(4*s, 5100*time.Millisecond), "[14s {b [{nodedown_reason,net_tick_timeout}]}]"},
		{[2]time.Duration{8 * s, 20 * s}, says(4*s, 9900*time.Millisecond), "[]"},
	} {
		w, heard := pair(t, c.ab, c.body)
		if r := w.Run(time.Hour); r.Stop != sim.StopIdle {
			t.Errorf("%v: stopped: %v", c.ab, r.Stop)
		}
		if fmt.Sprint(*heard) != c.want {
			t.Errorf("%v: a heard %v, and should have %v", c.ab, *heard, c.want)
		}
		w, passed := pair(t, c.ab, c.body)
		if r := w.Pass(time.Hour); r.Stop != sim.StopTime || r.Now != time.Hour || fmt.Sprint(*passed) != fmt.Sprint(*heard) {
			t.Errorf("%v: when an hour has passed, %v at %v, a has heard %v", c.ab, r.Stop, r.Now, *passed)
		}
	}
}

// NK7: nothing comes of ticks after a world has stopped because nothing can happen: whatever the ticktimes are, whoever
// has written when, and however long a node stood still, a run in which all the time passes tells no more.
func TestTicks_NK7_idle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := func(label string, low, high int) time.Duration {
			return time.Duration(rapid.IntRange(low, high).Draw(t, label)) * time.Millisecond
		}
		ab := [2]time.Duration{ms("a", 2000, 20_000), ms("b", 2000, 20_000)}
		var times []time.Duration
		for range rapid.IntRange(0, 3).Draw(t, "times") {
			times = append(times, ms("at", 0, 30_000))
		}
		slices.Sort(times)
		pause, stand := ms("pause", 0, 30_000), ms("stand", 0, 8000)
		node := rapid.SampledFrom([]sim.Atom{"", "a", "b"}).Draw(t, "node")
		play := func(run func(w *sim.World, d time.Duration) sim.Result) string {
			w, heard := pairOf(ab, says(times...))
			defer w.Close()
			if node != "" {
				w.At(pause, "pause", func() { w.PauseNode(node) })
				w.At(pause+stand, "resume", func() { w.ResumeNode(node) })
			}
			for w.View().Now() < time.Hour && run(w, time.Hour).Stop != sim.StopIdle {
			}
			return fmt.Sprint(*heard)
		}
		if got, all := play((*sim.World).Run), play((*sim.World).Pass); got != all {
			t.Errorf("idle after %s, and then %s", got, all)
		}
	})
}

// NK7: a node ticks by its new ticktime from the moment at which it is set: it gives up one that is silent so much
// earlier.
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
	want := fmt.Sprintf("[%v {b [{nodedown_reason,net_tick_timeout}]}]", (began + 4*s).Truncate(s))
	if fmt.Sprint(*heard) != want {
		t.Errorf("a heard %v, and should have %v", *heard, want)
	}
}

// Ticks before a change of the ticktime and after it are different ones: each has a draw of its own for when nodes tick
// at the same instant.
func TestSetTickTime_draws(t *testing.T) {
	source := choice.New(1)
	source.Unique()
	cfg := sim.Config{Source: source, ReductionCost: sim.Free, Nodes: []sim.NodeSpec{{Name: "a"}, {Name: "b"}}}
	var bodies []sim.PID
	cfg.Boot = func(p *sim.Proc) {
		if p.Node() == "a" {
			p.ConnectNode("b")
		}
		bodies = append(bodies, p.Spawn("body", func(p *sim.Proc) {
			sim.Any(p)
			p.SetTickTime(4 * s)
		}))
	}
	w := sim.New(cfg)
	defer w.Close()
	w.At(50*s, "now", func() {
		for _, pid := range bodies {
			w.Send(pid, "now")
		}
	})
	if r := w.Pass(time.Minute); r.Stop != sim.StopTime {
		t.Error(r.Stop)
	}
}

// ticksOf lists when a sends ticks.
func ticksOf(t *testing.T, w *sim.World) *[]time.Duration {
	t.Helper()
	var times []time.Duration
	_, err := w.AddRule(netsim.Rule{Kind: "tick", From: "a", When: func(netsim.Packet) bool {
		times = append(times, w.View().Now().Round(time.Second))
		return false
	}})
	if err != nil {
		t.Fatal(err)
	}
	return &times
}

// Tick writes on each connection, so that the node spares itself the next tick of its own.
func TestTick(t *testing.T) {
	w, _ := pair(t, [2]time.Duration{}, func(p *sim.Proc) {
		if p.Node() == "a" {
			p.Sleep(20 * s)
			p.Tick()
		}
	})
	ticks := ticksOf(t, w)
	w.Run(70 * s)
	if fmt.Sprint(*ticks) != "[20s 45s 1m0s]" {
		t.Errorf("ticks at %v", *ticks)
	}
}

// Where something waits to be sent Tick adds nothing to it.
func TestTick_backlog(t *testing.T) {
	w, _ := pair(t, [2]time.Duration{}, func(p *sim.Proc) {
		if p.Node() == "b" {
			return
		}
		p.Spawn("sender", func(p *sim.Proc) {
			for range 4 {
				p.Send(term.NameAt{Name: "nobody", Node: "b"}, make([]byte, 1000))
			}
		})
		p.Sleep(s)
		p.Tick()
	})
	w.SetLink("a", "b", netsim.Link{Bandwidth: 500, Queue: 1500})
	ticks := ticksOf(t, w)
	w.Run(10 * s)
	if len(*ticks) > 0 {
		t.Errorf("ticks at %v", *ticks)
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
	now := w.View().Now()
	for name, run := range map[string]func(time.Duration) sim.Result{"Pass": w.Pass, "Run": w.Run} { // a span below 0 is none
		for _, d := range []time.Duration{0, -1, -time.Second, math.MinInt64} {
			if r := run(d); r.Stop != sim.StopTime || r.Now != now {
				t.Errorf("%s of %v: %v at %v, not %v", name, d, r.Stop, r.Now, now)
			}
		}
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
	quick := sim.Kernel{TickTime: 4 * time.Millisecond}
	play := func(latency, cost, pause time.Duration, far bool) sim.Result {
		cfg := sim.Config{
			Link: netsim.Link{Latency: netsim.Fixed(latency)}, Patience: 20_000, ReductionCost: cost,
			Nodes: []sim.NodeSpec{{Name: "a", Kernel: quick}, {Name: "b", Kernel: quick}},
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
		// They wait most of the time: the end will come.
		{"between nodes that are far apart", time.Millisecond, 0, 0, true, sim.StopTime},
	} {
		if r := play(c.latency, c.cost, c.pause, c.far); r.Stop != c.want {
			t.Errorf("%s: %v at %v, after %d slices", c.name, r.Stop, r.Now, r.Stalled)
		}
	}
}

// What the world was asked to do at a time is progress.
func TestLivelock_at(t *testing.T) {
	for _, harmed := range []bool{false, true} {
		w := sim.New(sim.Config{Patience: 1000, Boot: func(p *sim.Proc) {
			for {
				p.Yield()
			}
		}})
		for i := range 20 {
			if harmed {
				w.At(time.Duration(i)*50*time.Microsecond, "fault", func() {})
			}
		}
		want := sim.StopLivelock
		if harmed {
			want = sim.StopTime
		}
		if r := w.Run(time.Millisecond); r.Stop != want {
			t.Errorf("%v after %d slices", r.Stop, r.Stalled)
		}
		w.Close()
	}
}
