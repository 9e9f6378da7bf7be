package sim

import (
	"reflect"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim/trace"
)

// late runs a process with somebody dead and somebody alive at hand, and gives what it says.
func late(t *testing.T, body func(p *Proc, dead, alive PID, say func(any))) (said []any) {
	t.Helper()
	w := New(Config{ReductionCost: Free, Boot: func(p *Proc) {
		dead := p.Spawn("dead", func(*Proc) {})
		alive := p.Spawn("alive", func(p *Proc) { p.Sleep(Forever) })
		p.Sleep(time.Second)
		p.Spawn("main", func(p *Proc) {
			body(p, dead, alive, func(v any) { said = append(said, v) })
		})
		p.Sleep(time.Minute)
	}})
	defer w.Close()
	w.Run(time.Hour)
	return said
}

// what is what a receive finds that does not wait.
func what(p *Proc) any {
	switch m, _ := Any(p, After(0)); m := m.(type) {
	case Down:
		return m.Reason
	case Exit:
		return m.Reason
	default:
		return m
	}
}

// MON2: nobody is there to be monitored. A process is told so when it has been scheduled out, or monitors another; of a
// name it is told at once.
func TestMonitor_MON2_theDeadAnswerLate(t *testing.T) {
	ask := NewTag("ask", func(*Msg) any { return "ask" })
	for _, c := range []struct {
		name string
		body func(p *Proc, dead, alive PID) Ref
		want []any
	}{
		{"at once", func(p *Proc, dead, _ PID) Ref { return p.Monitor(dead) }, []any{nil, NoProc}},
		{"another", func(p *Proc, dead, alive PID) Ref { ref := p.Monitor(dead); p.Monitor(alive); return ref }, []any{NoProc, nil}},
		{"a request", func(p *Proc, dead, alive PID) Ref {
			ref := p.Monitor(dead)
			p.Request(alive, ask, 0, nil)
			return ref
		}, []any{NoProc, nil}},
		{"of the dead", func(p *Proc, dead, _ PID) Ref { return p.Request(dead, ask, 0, nil) }, []any{nil, NoProc}},
		{"yield", func(p *Proc, dead, _ PID) Ref { ref := p.Monitor(dead); p.Yield(); return ref }, []any{NoProc, nil}},
		{"send", func(p *Proc, dead, alive PID) Ref { ref := p.Monitor(dead); p.Send(alive, 1); return ref }, []any{nil, NoProc}},
		{"a name", func(p *Proc, _, _ PID) Ref { return p.Monitor(Name("nobody")) }, []any{NoProc, nil}},
		{"demonitor", func(p *Proc, dead, _ PID) Ref {
			ref := p.Monitor(dead)
			if !p.Demonitor(ref) {
				t.Error("the monitor was over already")
			}
			return ref
		}, []any{nil, nil}},
	} {
		got := late(t, func(p *Proc, dead, alive PID, say func(any)) {
			c.body(p, dead, alive)
			say(what(p))
			p.Sleep(time.Millisecond)
			say(what(p))
		})
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// LNK2: a process that trapped exits when it linked to the dead gets a message, whatever it does later.
func TestLink_LNK2_trappedThen(t *testing.T) {
	got := late(t, func(p *Proc, dead, _ PID, say func(any)) {
		p.TrapExit(true)
		p.Link(dead)
		p.TrapExit(false)
		p.Sleep(time.Millisecond)
		say(what(p))
	})
	if want := []any{NoProc}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// RCV3: of a message and a time-out that come together, the time-out comes first.
func TestReceive_RCV3_timeoutFirst(t *testing.T) {
	got := late(t, func(p *Proc, _, _ PID, say func(any)) {
		p.SendAfter(time.Second, p.Self(), "tick")
		_, err := Any(p, After(time.Second))
		say(err)
		say(what(p))
		p.Become(HandlerFunc(func(p *Proc, m *Msg) {
			if m.Tag() == TimedOut {
				say("timeout")
				return
			}
			say(m.Body())
		}))
		p.SendAfter(time.Second, p.Self(), "tock")
		p.After(time.Second)
	})
	if want := []any{ErrTimeout, "tick", "timeout", "tock"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// EXT3: who exits itself is dead at once, but those who were to run run before its name is free and its end is told. Who
// exits by ExitSelf does not wait.
func TestExit_EXT3_lingers(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(p *Proc)
		want []any
	}{
		{"exit/2", func(p *Proc) { p.Exit(p.Self(), Atom("r")) }, []any{false, true, Atom("first")}},
		{"kill", func(p *Proc) { p.Exit(p.Self(), Kill) }, []any{false, true, Atom("first")}},
		{"exit/1", func(p *Proc) { p.ExitSelf(Atom("r")) }, []any{false, false, Atom("r")}},
	} {
		got := late(t, func(p *Proc, _, _ PID, say func(any)) {
			both, ref := p.SpawnMonitor("both", func(p *Proc) { p.Sleep(Forever) })
			first := p.SpawnLink("first", func(p *Proc) { p.Link(both); p.Sleep(Forever) })
			p.Unlink(first)
			p.Spawn("ends", func(p *Proc) {
				ends := p.Self()
				witness := p.Spawn("witness", func(p *Proc) {
					_, _ = Any(p)
					_, named := p.Whereis("ends")
					say(p.Alive(ends))
					say(named)
				})
				p.Register("ends", ends)
				p.Link(both)
				p.Sleep(time.Second)
				p.Send(witness, "look")
				p.Exit(first, Atom("first"))
				c.end(p)
				say("goes on")
			})
			d, _ := Recv[Down](p)
			if d.Ref == ref {
				say(d.Reason)
			}
		})
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// RCV3: a receive whose time is over while its match is preempted gives up when that is done, and does not wait anew.
func TestReceive_RCV3_overInMatch(t *testing.T) {
	long := func(p *Proc) {
		p.Reductions(4000)
		p.Reductions(4000)
	}
	var body, handler time.Duration
	w := New(Config{Seed: 1, Boot: func(p *Proc) {
		a := p.Spawn("a", func(p *Proc) {
			began := p.Now()
			_, _ = Receive(p, func(any) (int, bool) { long(p); return 0, false }, After(time.Millisecond))
			body = p.Now() - began
		})
		b, _ := p.SpawnHandler("b", selecting{long, &handler}, SpawnOptions{})
		p.SendAfter(900*time.Microsecond, a, "x")
		p.Sleep(10 * time.Millisecond)
		p.Send(b, "begin")
		p.SendAfter(900*time.Microsecond, b, "x")
	}})
	defer w.Close()
	w.Run(time.Second)
	for who, took := range map[string]time.Duration{"the body": body, "the handler": handler} {
		if took < time.Millisecond || took > 2*time.Millisecond {
			t.Errorf("%s gave up after %v", who, took)
		}
	}
}

// selecting waits a millisecond for what never comes, once it is told to begin.
type selecting struct {
	long func(*Proc)
	took *time.Duration
}

func (s selecting) Handle(p *Proc, m *Msg) {
	if m.Tag() == TimedOut {
		*s.took = p.Now() - *s.took
		p.Only(nil)
		return
	}
	*s.took = p.Now()
	p.Only(func(*Msg) bool { s.long(p); return false })
	p.After(time.Millisecond)
}

// EXT3: what comes to a process that has exited itself while others run first is answered as for the dead.
func TestExit_EXT3_lingersFar(t *testing.T) {
	for seed := range uint64(20) {
		heard := map[any]int{}
		w := New(Config{Seed: seed, Keep: 1 << 20, Nodes: []NodeSpec{{Name: "a", Boot: func(p *Proc) {
			p.Spawn("mon", func(p *Proc) {
				p.Sleep(2 * time.Second)
				for range 60 {
					p.Monitor(NameAt{Name: "x", Node: "b"})
					p.Sleep(200 * time.Microsecond)
				}
				for range 60 {
					d, _ := Recv[Down](p)
					heard[d.Reason]++
				}
			})
		}}, {Name: "b", Boot: func(p *Proc) {
			for range 5 {
				p.Spawn("busy", func(p *Proc) {
					p.Sleep(2 * time.Second)
					for range 300 {
						p.Reductions(4000)
					}
				})
			}
			p.Spawn("x", func(p *Proc) {
				p.Register("x", p.Self())
				p.Sleep(2*time.Second + 10*time.Millisecond)
				p.Trace("exits", 1)
				p.Exit(p.Self(), Atom("boom"))
			})
		}}}})
		w.Run(10 * time.Second)
		before := 0 // monitors that have come before it exits
		rec := w.Trace().Record()
		for _, e := range rec.Events {
			if e.Kind == trace.User {
				break
			}
			if e.Kind == trace.Arrive && rec.Name(e.Subject) == "<a/mon>" {
				before++
			}
		}
		w.Close()
		if heard[Atom("boom")] != before || heard[NoProc] != 60-before {
			t.Errorf("seed %d: %d have come, and %v is heard", seed, before, heard)
		}
	}
}
