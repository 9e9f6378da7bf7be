package sim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// cluster is a world of nodes a, b, c… whose links take a millisecond, and what was heard in it.
type cluster struct {
	*sim.World
	t     *testing.T
	heard []string
}

func newCluster(t *testing.T, nodes string, change ...func(*sim.Config)) *cluster {
	t.Helper()
	cfg := sim.Config{Link: netsim.Link{Latency: netsim.Fixed(time.Millisecond)}}
	for _, n := range strings.Fields(nodes) {
		cfg.Nodes = append(cfg.Nodes, sim.NodeSpec{Name: sim.Atom(n)})
	}
	for _, f := range change {
		f(&cfg)
	}
	c := &cluster{World: sim.New(cfg), t: t}
	t.Cleanup(c.Close)
	return c
}

// hear notes what somebody has to say, with the time.
func (c *cluster) hear(p *sim.Proc, format string, args ...any) {
	c.heard = append(c.heard, fmt.Sprintf("%v %v: ", p.Node(), p.Now().Truncate(time.Millisecond))+fmt.Sprintf(format, args...))
}

// on runs a process on a node for a while.
func (c *cluster) on(node sim.Atom, body sim.Body) sim.PID { return c.SpawnAt(node, "p", body) }

func (c *cluster) want(lines ...string) {
	c.t.Helper()
	if got, want := strings.Join(c.heard, "\n"), strings.Join(lines, "\n"); got != want {
		c.t.Errorf("heard\n\t%s\nand should have\n\t%s", strings.ReplaceAll(got, "\n", "\n\t"),
			strings.ReplaceAll(want, "\n", "\n\t"))
	}
	c.heard = nil
}

// hears makes a process note every message it gets.
func (c *cluster) hears(p *sim.Proc) {
	for {
		m, _ := sim.Any(p)
		c.hear(p, "%s", term.Format(m))
	}
}

// NK3, NK9: a send connects, nodeup comes before what was sent, and both sides list each other.
func TestConnect_NK3_NK9_bySending(t *testing.T) {
	c := newCluster(t, "a b")
	c.on("b", func(p *sim.Proc) {
		p.Register("echo", p.Self())
		p.MonitorNodes(true, sim.NodeMonitor{})
		c.hears(p)
	})
	c.on("a", func(p *sim.Proc) {
		p.MonitorNodes(true, sim.NodeMonitor{Reason: true})
		p.Send(term.NameAt{Name: "echo", Node: "b"}, "hello")
		c.hear(p, "%v", p.Nodes())
		c.hears(p)
	})
	c.Run(time.Second)
	c.want("a 0s: []", "b 3ms: #NodeUp{Node=a,Info=[]}", "a 4ms: #NodeUp{Node=b,Info=[]}", `b 5ms: "hello"`)
	if fmt.Sprint(c.View().Connected("a"), c.View().Connected("b")) != "[b] [a]" {
		t.Error(c.View().Connected("a"), c.View().Connected("b"))
	}
	c.Disconnect("a", "b")
	c.Run(time.Second)
	c.want("a 5ms: #NodeDown{Node=b,Info=[{nodedown_reason,disconnect}]}", "b 6ms: #NodeDown{Node=a,Info=[]}")
}

// LNK3, LNK4, MON2, NMN1, NK9: links and monitors to the dead, to nodes that are not there, and over a lost connection.
func TestFar_LNK_MON(t *testing.T) {
	c := newCluster(t, "a b")
	var target, dead sim.PID
	target = c.on("b", func(p *sim.Proc) { p.TrapExit(true); c.hears(p) })
	dead = c.on("b", func(p *sim.Proc) {})
	c.Run(time.Millisecond)
	c.on("a", func(p *sim.Proc) {
		p.TrapExit(true)
		p.Link(dead)
		p.Monitor(dead)
		p.Monitor(term.NameAt{Name: "nobody", Node: "b"})
		p.Monitor(term.NameAt{Name: "nobody", Node: "nowhere"})
		for range 4 {
			m, _ := sim.Any(p)
			c.hear(p, "%s", term.Format(m))
		}
		p.Link(target)
		p.Monitor(target)
		p.MonitorNode("b", true)
		p.MonitorNode("b", true)
		p.MonitorNodes(true, sim.NodeMonitor{})
		c.hears(p)
	})
	c.Run(time.Second)
	c.want(
		"a 0s: #Down{Tag=nil,Ref=#Ref<a/p.3>,Object={nobody,nowhere},Reason=noconnection}",
		"a 6ms: #Exit{From=<b/p.2>,Reason=noproc}",
		"a 6ms: #Down{Tag=nil,Ref=#Ref<a/p.1>,Object=<b/p.2>,Reason=noproc}",
		"a 6ms: #Down{Tag=nil,Ref=#Ref<a/p.2>,Object={nobody,b},Reason=noproc}")
	c.Disconnect("b", "a")
	c.Run(time.Second)
	c.want(
		"b 7ms: #Exit{From=<a/p>,Reason=noconnection}",
		"a 8ms: #Exit{From=<b/p>,Reason=noconnection}",
		"a 8ms: #Down{Tag=nil,Ref=#Ref<a/p.4>,Object=<b/p>,Reason=noconnection}",
		"a 8ms: #NodeDown{Node=b,Info=[]}",
		"a 8ms: #NodeDown{Node=b,Info=[]}",
		"a 8ms: #NodeDown{Node=b,Info=[]}")
}

// E4, EXT1 over the net: exit signals and downs of a process that ends elsewhere; the exit comes first.
func TestFar_E4_exitBeforeDown(t *testing.T) {
	c := newCluster(t, "a b")
	target := c.on("b", func(p *sim.Proc) { c.hears(p) })
	c.on("a", func(p *sim.Proc) {
		p.TrapExit(true)
		p.Monitor(target)
		p.Link(target)
		p.Exit(target, sim.Atom("boom"))
		c.hears(p)
	})
	c.Run(time.Second)
	c.want("a 6ms: #Exit{From=<b/p>,Reason=boom}", "a 6ms: #Down{Tag=nil,Ref=#Ref<a/p.1>,Object=<b/p>,Reason=boom}")
}

// SPW2: what spawning on another node gives, where that can be reached and where not.
func TestSpawnAt_SPW2(t *testing.T) {
	c := newCluster(t, "a b c", func(cfg *sim.Config) { cfg.Nodes[2].Down = true })
	c.on("a", func(p *sim.Proc) {
		p.TrapExit(true)
		pid, ref := p.SpawnAt("b", "kid", func(p *sim.Proc) {
			c.hear(p, "parent %v", p.Parent())
			p.ExitSelf(sim.Atom("done"))
		}, sim.SpawnOptions{Link: true, Monitor: true})
		c.hear(p, "%v %v", pid, ref)
		dead, _ := p.SpawnAt("c", "kid", func(p *sim.Proc) {}, sim.SpawnOptions{Link: true})
		c.hear(p, "%v here %v", dead.Node(), p.IsLocal(dead))
		p.SpawnRequest("nowhere", "kid", func(p *sim.Proc) {}, sim.SpawnOptions{})
		c.hears(p)
	})
	c.Run(time.Second)
	c.want(
		"b 5ms: parent <a/p>",
		"a 6ms: <b/p/kid> #Ref<a/p.2>",
		"a 8ms: a here true",
		"a 8ms: #Exit{From=<b/p/kid>,Reason=done}",
		"a 8ms: #Down{Tag=nil,Ref=#Ref<a/p.2>,Object=<b/p/kid>,Reason=done}",
		"a 8ms: #SpawnReply{Ref=#Ref<a/p.5>,PID=<none>,Reason=noconnection}",
		"a 8ms: #Exit{From=<a/p/kid.3>,Reason=noconnection}")
}

// NK2: both connect at once; one connection comes of it, and each hears of it once.
func TestConnect_NK2_simultaneous(t *testing.T) {
	for seed := range uint64(200) {
		c := newCluster(t, "a b", func(cfg *sim.Config) {
			cfg.Seed = seed
			cfg.Link.Latency = netsim.Uniform(time.Millisecond, 3*time.Millisecond)
		})
		for _, side := range [][2]sim.Atom{{"a", "b"}, {"b", "a"}} {
			c.on(side[0], func(p *sim.Proc) {
				p.MonitorNodes(true, sim.NodeMonitor{})
				p.Sleep(time.Duration(p.Rand(4)) * time.Millisecond)
				if !p.ConnectNode(side[1]) {
					t.Errorf("seed %d: %s could not connect", seed, side[0])
				}
				c.hears(p)
			})
		}
		c.Run(time.Minute)
		if len(c.heard) != 2 || fmt.Sprint(c.View().Connected("a"), c.View().Connected("b")) != "[b] [a]" {
			t.Errorf("seed %d: %q %v %v", seed, c.heard, c.View().Connected("a"), c.View().Connected("b"))
		}
	}
}

// NK5: cookies that differ do not connect, and nobody hears of a node; an override on one side is enough.
func TestConnect_NK5_cookies(t *testing.T) {
	c := newCluster(t, "a b", func(cfg *sim.Config) { cfg.Nodes[0].Cookie = "x"; cfg.Nodes[1].Cookie = "y" })
	c.on("b", func(p *sim.Proc) { p.MonitorNodes(true, sim.NodeMonitor{}); c.hears(p) })
	c.on("a", func(p *sim.Proc) {
		c.hear(p, "%v %v", p.ConnectNode("b"), p.ConnectNode("a"))
		p.SetCookie("b", "y")
		c.hear(p, "%v", p.ConnectNode("b"))
	})
	c.Run(time.Second)
	c.want("a 4ms: false true", "b 7ms: #NodeUp{Node=a,Info=[]}", "a 8ms: true")
}

// NK3: dist_auto_connect never and once.
func TestConnect_NK3_never_once(t *testing.T) {
	c := newCluster(t, "a b c", func(cfg *sim.Config) {
		cfg.Nodes[0].Kernel.AutoConnect = sim.ConnectNever
		cfg.Nodes[2].Kernel.AutoConnect = sim.ConnectOnce
	})
	to := term.NameAt{Name: "x", Node: "b"}
	c.on("b", func(p *sim.Proc) { p.Register("x", p.Self()); c.hears(p) })
	c.on("a", func(p *sim.Proc) {
		p.Send(to, 1)
		p.Monitor(to)
		m, _ := sim.Recv[sim.Down](p)
		c.hear(p, "%v %v %v", m.Reason, p.SendNoConnect(to, 2), p.ConnectNode("b"))
		p.Send(to, 3)
	})
	c.Run(time.Second)
	c.want("a 4ms: noconnection false true", "b 5ms: 3")
	c.on("c", func(p *sim.Proc) {
		p.Send(to, 4)
		p.Sleep(10 * time.Millisecond)
		p.DisconnectNode("b")
		p.Send(to, 5)
		p.Sleep(10 * time.Millisecond)
		c.hear(p, "%v %v", p.Nodes(), p.ConnectNode("b"))
		p.Send(to, 6)
	})
	c.Run(time.Second)
	c.want("b 10ms: 4", "c 29ms: [] true", "b 30ms: 6")
}

// NK7: a silent cut is found by ticks, at both ends for itself, between T and T+T/4.
func TestTicks_NK7(t *testing.T) {
	c := newCluster(t, "a b")
	for _, side := range [][2]sim.Atom{{"a", "b"}, {"b", "a"}} {
		c.on(side[0], func(p *sim.Proc) {
			p.MonitorNodes(true, sim.NodeMonitor{Reason: true})
			p.ConnectNode(side[1])
			c.hears(p)
		})
	}
	c.Run(time.Hour)
	c.heard = nil
	id, err := c.Inject(netsim.Fault{Harm: netsim.Harm{Cut: true}, Where: netsim.Groups([]string{"a"}, []string{"b"})})
	if err != nil {
		t.Fatal(err)
	}
	begin := c.View().Now()
	c.Run(10 * time.Minute)
	if len(c.heard) != 2 || !strings.Contains(c.heard[0], "net_tick_timeout") ||
		!strings.Contains(c.heard[1], "net_tick_timeout") {
		t.Fatal(c.heard)
	}
	for _, h := range c.heard {
		at, _ := time.ParseDuration(strings.TrimSuffix(strings.Fields(h)[1], ":"))
		if after := at - begin; after < 45*time.Second || after > 76*time.Second {
			t.Errorf("%s: %v after the cut", h, after)
		}
	}
	c.Heal(id)
	c.on("a", func(p *sim.Proc) { c.heard = nil; p.ConnectNode("b") })
	c.Run(time.Second)
	if len(c.heard) != 2 {
		t.Error(c.heard)
	}
}

// REG5: a process of a node's earlier life is dead, wherever one asks, also after the node is back.
func TestReboot_REG5(t *testing.T) {
	c := newCluster(t, "a b")
	old := c.on("b", func(p *sim.Proc) { p.Register("x", p.Self()); c.hears(p) })
	c.on("a", func(p *sim.Proc) {
		p.TrapExit(true)
		p.MonitorNodes(true, sim.NodeMonitor{Reason: true})
		p.Monitor(old)
		c.hears(p)
	})
	c.Run(time.Second)
	c.HaltNode("b", "test")
	c.Run(time.Second)
	c.BootNode("b")
	c.want("a 4ms: #NodeUp{Node=b,Info=[]}",
		"a 6ms: #Down{Tag=nil,Ref=#Ref<a/p.1>,Object=<b/p>,Reason=noconnection}",
		"a 6ms: #NodeDown{Node=b,Info=[{nodedown_reason,connection_closed}]}")
	fresh := c.on("b", func(p *sim.Proc) {
		p.TrapExit(true)
		p.Link(old)
		c.hears(p)
	})
	c.on("a", func(p *sim.Proc) {
		p.TrapExit(true)
		p.Send(old, "lost")
		p.Link(old)
		p.Monitor(old)
		p.Send(fresh, "hello")
		c.hears(p)
	})
	c.Run(time.Second)
	c.want("b 6ms: #Exit{From=<b/p>,Reason=noproc}",
		"a 10ms: #NodeUp{Node=b,Info=[]}",
		`b 11ms: "hello"`,
		"a 12ms: #Exit{From=<b/p>,Reason=noproc}",
		"a 12ms: #Down{Tag=nil,Ref=#Ref<a/p.2.1>,Object=<b/p>,Reason=noproc}")
	if fresh.String() != "<b!2/p>" {
		t.Error(fresh)
	}
}

// A node that loses its power is missed by ticks; one that stands still is not, if it comes back in time.
func TestPowerCutAndPause(t *testing.T) {
	c := newCluster(t, "a b c")
	echo := func(p *sim.Proc) {
		p.Register("echo", p.Self())
		for {
			m, _ := sim.Recv[sim.PID](p)
			p.Send(m, p.Node())
		}
	}
	c.on("b", echo)
	c.on("c", echo)
	c.on("a", func(p *sim.Proc) {
		p.MonitorNodes(true, sim.NodeMonitor{Reason: true})
		p.Send(term.NameAt{Name: "echo", Node: "b"}, p.Self())
		p.Send(term.NameAt{Name: "echo", Node: "c"}, p.Self())
		c.hears(p)
	})
	c.Run(time.Second)
	c.heard = nil
	c.CutPower("b", "test")
	c.PauseNode("c")
	c.on("a", func(p *sim.Proc) { p.Send(term.NameAt{Name: "echo", Node: "c"}, p.Self()); c.hears(p) })
	c.Run(30 * time.Second)
	c.want()
	c.ResumeNode("c")
	c.Run(5 * time.Minute)
	if len(c.heard) != 2 || !strings.HasSuffix(c.heard[0], ": c") ||
		!strings.Contains(c.heard[1], "#NodeDown{Node=b,Info=[{nodedown_reason,net_tick_timeout}]}") {
		t.Error(c.heard)
	}
}

// NK10: a hidden node is not among nodes(), and who watches only visible ones does not hear of it.
func TestHidden_NK10(t *testing.T) {
	c := newCluster(t, "a b", func(cfg *sim.Config) { cfg.Nodes[1].Hidden = true })
	c.on("a", func(p *sim.Proc) { p.MonitorNodes(true, sim.NodeMonitor{}); c.hears(p) })
	c.on("a", func(p *sim.Proc) {
		p.MonitorNodes(true, sim.NodeMonitor{Kind: sim.ConnectedNodes, Type: true})
		p.ConnectNode("b")
		c.hear(p, "%v %v %v", p.Nodes(), p.NodesOf(sim.HiddenNodes), p.NodesOf(sim.ConnectedNodes))
		c.hears(p)
	})
	c.Run(time.Second)
	c.want("a 4ms: [] [b] [b]", "a 4ms: #NodeUp{Node=b,Info=[{node_type,hidden}]}")
}

// What cannot cross to another node is an error where it is sent, and names the field.
func TestSend_whatCannotCross(t *testing.T) {
	c := newCluster(t, "a b")
	type job struct{ Done chan int }
	c.on("a", func(p *sim.Proc) {
		defer func() { c.hear(p, "%v", recover()) }()
		p.Send(term.NameAt{Name: "x", Node: "b"}, job{Done: make(chan int)})
	})
	c.Run(time.Second)
	if len(c.heard) != 1 || !strings.Contains(c.heard[0], "Done") || !strings.Contains(c.heard[0], "badarg") {
		t.Error(c.heard)
	}
}

// What is sent to another node is a copy.
func TestSend_copies(t *testing.T) {
	c := newCluster(t, "a b")
	to := c.on("b", func(p *sim.Proc) { c.hears(p) })
	c.on("a", func(p *sim.Proc) {
		list := []any{1, 2}
		p.Send(to, list)
		list[0] = "changed"
	})
	c.Run(time.Second)
	c.want("b 5ms: [1,2]")
}

// SIG6: with a limit to the queue a sender waits until there is room, and nothing is lost.
func TestBusy_SIG6(t *testing.T) {
	c := newCluster(t, "a b", func(cfg *sim.Config) { cfg.Link.Bandwidth, cfg.Link.Queue = 1000, 200 })
	n := 0
	to := c.on("b", func(p *sim.Proc) {
		for {
			if m, _ := sim.Recv[int](p); m != n {
				t.Errorf("%d after %d", m, n)
			}
			n++
		}
	})
	c.on("a", func(p *sim.Proc) {
		p.ConnectNode("b") // what waits for a connection has no limit
		for i := range 50 {
			p.Send(to, i)
		}
		c.hear(p, "sent")
	})
	c.Run(time.Minute)
	if n != 50 || len(c.heard) != 1 || c.heard[0] < "a 1." {
		t.Error(n, c.heard)
	}
}

// TMR5: clocks go wrong and timers do not.
func TestClock_TMR5(t *testing.T) {
	c := newCluster(t, "a b", func(cfg *sim.Config) { cfg.ReductionCost = sim.Free })
	c.SetClock("a", sim.Clock{Offset: time.Hour, Drift: 1000})
	c.on("a", func(p *sim.Proc) {
		p.Sleep(1000 * time.Second)
		c.hear(p, "%v", p.SystemTime())
	})
	c.Run(2000 * time.Second)
	c.want("a 16m40s: 1h16m41s")
}

// SPW2: a node that is not there, or that must not be connected to, is an answer at once.
func TestSpawnAt_SPW2_nowhere(t *testing.T) {
	c := newCluster(t, "a b", func(cfg *sim.Config) { cfg.Nodes[0].Kernel.AutoConnect = sim.ConnectNever })
	c.on("a", func(p *sim.Proc) {
		for _, n := range []sim.Atom{"nowhere", "b"} {
			pid, ref := p.SpawnAt(n, "kid", func(p *sim.Proc) {}, sim.SpawnOptions{Monitor: true})
			m, _ := sim.Recv[sim.Down](p)
			c.hear(p, "%v %v %v", pid, m.Ref == ref, m.Reason)
		}
	})
	c.Run(time.Second)
	c.want("a 0s: <a/p/kid.2> true noconnection", "a 0s: <a/p/kid.4> true noconnection")
}
