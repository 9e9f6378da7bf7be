package sim_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// exits notes who ended, and why, and what nodes did.
type exits struct{ lines []string }

func (e *exits) Observe(f sim.Fact) {
	switch f.Kind {
	case trace.Exit:
		e.lines = append(e.lines, fmt.Sprint(f.Subject, " ", f.Detail))
	case trace.Node:
		e.lines = append(e.lines, fmt.Sprint(f.Text, " ", f.Detail))
	}
}

// town is a node of processes that wait in all the ways there are; the last halts the node after a second.
func town(t *testing.T, halt func(p *sim.Proc)) sim.Body {
	heard := func(p *sim.Proc) {
		m, err := sim.Any(p)
		t.Errorf("%v received %v, %v", p.Self(), m, err)
	}
	return func(p *sim.Proc) {
		p.TrapExit(true)
		p.Register("mayor", p.Self())
		p.SendAfter(2*time.Second, sim.Name("mayor"), "tick")
		p.SendAfter(2*time.Second, p.Self(), "tick")
		sleeper := p.SpawnLink("sleeper", func(p *sim.Proc) {
			defer p.Send(p.Parent(), "from the dead")
			p.Sleep(time.Hour)
		})
		watcher := p.Spawn("watcher", func(p *sim.Proc) {
			p.TrapExit(true)
			p.Link(sleeper)
			p.Monitor(sleeper)
			heard(p)
		})
		p.SpawnHandler("idler", sim.HandlerFunc(func(p *sim.Proc,
			m *sim.Msg) {
			t.Error("the idler received", m.Value())
		}), sim.SpawnOptions{})
		p.SpawnHandler("caller", sim.HandlerFunc(func(p *sim.Proc, m *sim.Msg) { heard(p) }), sim.SpawnOptions{Monitor: true})
		p.Spawn("busy", func(p *sim.Proc) {
			for {
				p.Reductions(100)
			}
		})
		p.Monitor(watcher)
		p.Sleep(time.Second)
		p.Spawn("unborn", func(*sim.Proc) { t.Error("it began") })
		halt(p)
	}
}

var townsfolk = []string{
	"<local/init> node_down", "<local/sleeper> node_down", "<local/watcher> node_down", "<local/idler> node_down",
	"<local/caller> node_down", "<local/busy> node_down", "<local/unborn> node_down",
}

// NK7: a node ticks four times in its net_ticktime, or as often as it is told to.
func TestKernel_Intensity(t *testing.T) {
	nodes := []sim.NodeSpec{{Name: "a"}, {Name: "b", Kernel: sim.Kernel{TickIntensity: 8}}}
	w := sim.New(sim.Config{Nodes: nodes, Boot: func(p *sim.Proc) {
		if n, want := p.Kernel().Intensity(), map[sim.Atom]int{"a": 4, "b": 8}[p.Node()]; n != want {
			t.Errorf("%v: %d, and should be %d", p.Node(), n, want)
		}
	}})
	defer w.Close()
	w.Run(time.Second)
}

// When a node halts all of its processes are gone at once, and none hears of another's end.
func TestHaltNode(t *testing.T) {
	seen := &exits{}
	w := sim.New(sim.Config{Seed: 3, Observer: seen, Boot: town(t, func(p *sim.Proc) {
		defer func() { p.Send(sim.Name("mayor"), "too late") }()
		p.HaltNode("enough")
		t.Error("HaltNode returned")
	})})
	defer w.Close()
	res := w.Run(time.Minute)
	want := append([]string{`down {local,"enough"}`}, townsfolk...)
	if !slices.Equal(seen.lines, want) {
		t.Errorf("%q", seen.lines)
	}
	if res.Living != 0 || res.Stop != sim.StopIdle || len(res.Deadlock) > 0 || w.View().NodeUp("local") {
		t.Errorf("%+v", res)
	}
	if pids := w.View().Processes(); len(pids) > 0 {
		t.Error(pids)
	}
	if _, ok := w.View().Whereis("local", "mayor"); ok {
		t.Error("a name is left")
	}
	if pid := w.Spawn("stranger", func(*sim.Proc) { t.Error("on a node that is down") }); !pid.IsZero() {
		t.Error(pid)
	}
	w.Run(time.Minute)
}

// From outside it is the same, wherever the processes are.
func TestHaltNode_fromOutside(t *testing.T) {
	for seed := range uint64(20) {
		seen := &exits{}
		w := sim.New(sim.Config{Seed: seed, Observer: seen, Boot: town(t, func(p *sim.Proc) { p.Sleep(time.Hour) })})
		w.At(time.Second, "plug", func() {
			if !w.HaltNode("local", "plug pulled") || w.HaltNode("local", "again") || w.HaltNode("other", "") {
				t.Error("it was up, once")
			}
		})
		res := w.Run(time.Minute)
		if res.Living != 0 || len(seen.lines) < len(townsfolk) {
			t.Errorf("seed %d: %+v %q", seed, res, seen.lines)
		}
		w.Close()
	}
}

// A node that was booted again knows nothing of its past, and its processes are others.
func TestBootNode(t *testing.T) {
	var first, second []sim.PID
	w := sim.New(sim.Config{Seed: 1, Boot: func(p *sim.Proc) {
		if v := p.Shared("past"); v != nil {
			t.Error("it remembers", v)
		}
		p.Share("past", 1)
		p.Register("king", p.Spawn("king", func(p *sim.Proc) { sim.Any(p) }))
		king, _ := p.Whereis("king")
		if first, second = second, p.Processes(); len(second) != 1 || second[0] != king {
			t.Error(second)
		}
		if len(first) > 0 {
			p.Send(first[0], "boo")
			if p.Alive(first[0]) || !p.Alive(king) {
				t.Error("the king is dead, long live the king")
			}
		}
	}})
	defer w.Close()
	if w.BootNode("local") || w.BootNode("other") {
		t.Error("it was up")
	}
	w.Settle()
	w.HaltNode("local", "")
	if !w.BootNode("local") || !w.View().NodeUp("local") {
		t.Error("it was down")
	}
	w.Settle()
	a, b := first[0].Identity(), second[0].Identity()
	if a == b || a.Key == b.Key || w.View().Alive(first[0]) || !w.View().Alive(second[0]) {
		t.Error(a, b)
	}
	if got, _ := w.View().Whereis("local", "king"); got != second[0] {
		t.Error(got)
	}
}

// What halting a node does depends on nothing but the seed: not on what the world was used for before.
func TestHaltNode_isDeterministic(t *testing.T) {
	body := town(t, func(p *sim.Proc) { p.HaltNode("enough") })
	fresh := func(seed uint64) uint64 {
		w := sim.New(sim.Config{Seed: seed, Boot: body})
		defer w.Close()
		return w.Run(time.Minute).Hash
	}
	used := sim.New(sim.Config{})
	defer used.Close()
	for seed := range uint64(10) {
		used.Reset(sim.Config{Seed: seed, Boot: body})
		if got, want := used.Run(time.Minute).Hash, fresh(seed); got != want {
			t.Errorf("seed %d: %x, in a fresh world %x", seed, got, want)
		}
	}
}

// Processes are led by whom their parent is led by.
func TestLed(t *testing.T) {
	w := sim.New(sim.Config{Boot: func(p *sim.Proc) {
		idle := sim.HandlerFunc(func(*sim.Proc, *sim.Msg) {})
		leader, _ := p.SpawnHandler("leader", idle, sim.SpawnOptions{})
		stranger, _ := p.SpawnHandler("stranger", idle, sim.SpawnOptions{})
		var kid sim.PID
		led := p.Spawn("led", func(p *sim.Proc) {
			p.SetGroupLeader(leader)
			kid, _ = p.SpawnHandler("kid", idle, sim.SpawnOptions{})
			p.Become(idle)
		})
		p.Sleep(time.Millisecond)
		if got := p.Led(leader); !slices.Equal(got, []sim.PID{led, kid}) {
			t.Error(got)
		}
		p.Exit(kid, sim.Kill)
		if p.Alive(kid) {
			t.Error("killed, and alive")
		}
		if got := p.Led(leader); !slices.Equal(got, []sim.PID{led}) {
			t.Error(got)
		}
		if got := p.Processes(); !slices.Equal(got, []sim.PID{leader, stranger, led}) {
			t.Error(got)
		}
	}})
	defer w.Close()
	w.Run(time.Second)
}

// What is shared is there for all processes of the node at once.
func TestShare(t *testing.T) {
	w := sim.New(sim.Config{Boot: func(p *sim.Proc) {
		p.Share("n", 1)
		p.Spawn("reader", func(p *sim.Proc) {
			if v := p.Shared("n"); v != 2 {
				t.Error(v)
			}
		})
		p.Share("n", 2)
	}})
	defer w.Close()
	w.Settle()
}
