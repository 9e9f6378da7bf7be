package netkernel_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/netkernel"
)

// NK7: what a node answers that is told to change its net_ticktime, and when the change is over, as OTP 25.3 has answered
// the same.
func TestSetNetTicktime_NK7_answers(t *testing.T) {
	play(t, same, func(p *sim.Proc, say func(string, ...any)) {
		began := p.Now()
		at := func() time.Duration { return (p.Now() - began).Round(100 * time.Millisecond) }
		set := func(d, transition time.Duration) {
			done, ticktime := netkernel.SetNetTicktime(p, d, transition)
			say("%v %v %v", at(), done, ticktime)
		}
		wait := func() {
			for {
				ticktime, changing := netkernel.GetNetTicktime(p)
				if !changing {
					say("%v is %v", at(), ticktime)
					return
				}
				p.Sleep(20 * time.Millisecond)
			}
		}
		wait()
		set(60*time.Second, netkernel.DefaultTransition)
		set(8*time.Second, 5*time.Second)
		set(8*time.Second, netkernel.DefaultTransition)
		set(9*time.Second, netkernel.DefaultTransition)
		set(60*time.Second, netkernel.DefaultTransition)
		wait() // three ticks of two seconds
		set(16*time.Second, time.Second)
		wait()
		set(4*time.Second, 0)
		wait()
		set(7*time.Second, 0)
		wait()
	},
		"0s is 1m0s", "0s unchanged 1m0s",
		"0s change_initiated 8s", "0s ongoing_change_to 8s", "0s ongoing_change_to 8s", "0s ongoing_change_to 8s", "6s is 8s",
		"6s change_initiated 16s", "8s is 16s",
		"8s change_initiated 4s", "8s is 4s",
		"8s change_initiated 7s", "8s is 7s")
}

// NK7: with net_tickintensity 8 the same change takes five ticks of a second, as in OTP 25.3.
func TestSetNetTicktime_NK7_intensity(t *testing.T) {
	play(t, func(cfg *sim.Config) { cfg.Nodes[0].Kernel.TickIntensity = 8 }, func(p *sim.Proc, say func(string, ...any)) {
		began := p.Now()
		netkernel.SetNetTicktime(p, 8*time.Second, 5*time.Second)
		for {
			if _, changing := netkernel.GetNetTicktime(p); !changing {
				break
			}
			p.Sleep(10 * time.Millisecond)
		}
		say("%v", (p.Now() - began).Round(100*time.Millisecond))
	}, "5s")
}

// NK7: a longer ticktime is in force from the beginning, and its end changes nothing: what somebody has set meanwhile stays.
func TestSetNetTicktime_NK7_longerEnds(t *testing.T) {
	play(t, same, func(p *sim.Proc, say func(string, ...any)) {
		netkernel.SetNetTicktime(p, 2*time.Minute, time.Second)
		say("%v", p.TickTime())
		p.SetTickTime(time.Second)
		p.Sleep(time.Minute)
		say("%v", p.TickTime())
	}, "2m0s", "1s")
}

// Where no net_kernel runs it is ignored; a ticktime that is none is refused by the caller itself.
func TestSetNetTicktime_ignored(t *testing.T) {
	play(t, func(cfg *sim.Config) { cfg.Nodes[0].Boot = func(*sim.Proc) {} }, func(p *sim.Proc, say func(string, ...any)) {
		done, ticktime := netkernel.SetNetTicktime(p, time.Second, 0)
		now, changing := netkernel.GetNetTicktime(p)
		say("%v %v %v %v", done, ticktime, now, changing)
		for _, bad := range [][2]time.Duration{{0, 0}, {-time.Second, 0}, {time.Second, -1}} {
			func() {
				defer func() { say("%v", recover().(*sim.Error).Reason) }()
				netkernel.SetNetTicktime(p, bad[0], bad[1])
			}()
		}
	}, "ignored 0s 0s false", "function_clause", "function_clause", "function_clause")
}

// NK7: if all nodes are told before the transition is over for any, no connection is lost, whether they tick more often
// from then on or more seldom; and they find a silent node by the new ticktime. If there is no transition, or the other
// is told too late, one gives up the other.
func TestSetNetTicktime_NK7_transition(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		name            string
		from, to        time.Duration
		transition, gap time.Duration // between one node and the other
		lost            bool
	}{
		{"shorter", 60 * s, 8 * s, 30 * s, 20 * s, false},
		{"longer", 8 * s, 60 * s, 30 * s, 20 * s, false},
		{"shorter, too late", 60 * s, 8 * s, 30 * s, 45 * s, true},
		{"longer, too late", 8 * s, 60 * s, 30 * s, 60 * s, true},
		{"shorter, without transition", 60 * s, 8 * s, 0, 20 * s, true},
		{"longer, without transition", 8 * s, 60 * s, 0, 20 * s, true},
	} {
		for _, order := range [][2]sim.Atom{{"a", "b"}, {"b", "a"}} {
			var heard []string
			cfg := sim.Config{
				Nodes: []sim.NodeSpec{{Name: "a", Kernel: sim.Kernel{TickTime: c.from}}, {Name: "b", Kernel: sim.Kernel{TickTime: c.from}}},
				Link:  netsim.Link{Latency: netsim.Fixed(time.Millisecond)},
				Boot: func(p *sim.Proc) {
					netkernel.Start(p)
					p.Spawn("watcher", func(p *sim.Proc) {
						p.MonitorNodes(true, sim.NodeMonitor{Reason: true})
						for {
							if m, _ := sim.Any(p); fmt.Sprintf("%T", m) == "sim.NodeDown" {
								heard = append(heard, fmt.Sprint(p.Node(), " ", p.Now().Truncate(s), " ", m))
							}
						}
					})
				},
			}
			w := sim.New(cfg)
			w.SpawnAt("a", "main", func(p *sim.Proc) { p.ConnectNode("b") })
			w.Pass(3 * s)
			for i, n := range order {
				w.SpawnAt(n, "setter", func(p *sim.Proc) { netkernel.SetNetTicktime(p, c.to, c.transition) })
				if i == 0 {
					w.Pass(c.gap)
				}
			}
			w.Pass(10 * time.Minute)
			if lost := len(heard) > 0; lost != c.lost {
				t.Errorf("%s, %v first: heard %v", c.name, order[0], heard)
			}
			if !c.lost {
				began := w.View().Now()
				w.Inject(netsim.Fault{Harm: netsim.Harm{Cut: true}, Where: netsim.Isolate("b")})
				r := w.Run(10 * time.Minute)
				for n := range 2 {
					if len(heard) != 2 || r.Now < began || !within(heard[n], began, c.to) {
						t.Errorf("%s, %v first: cut off at %v, heard %v", c.name, order[0], began, heard)
					}
				}
			}
			w.Close()
		}
	}
}

// within is whether news tell of a time-out of that ticktime: not a quarter of it earlier or later (NK7).
func within(news string, began, ticktime time.Duration) bool {
	var node, at, rest string
	fmt.Sscanf(news, "%s %s %s", &node, &at, &rest)
	d, err := time.ParseDuration(at)
	return err == nil && d+time.Second >= began+ticktime*3/4 && d <= began+ticktime*5/4+time.Second
}
