package sim_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// play runs boot in a fresh world for a minute of virtual time.
func play(t *testing.T, cfg sim.Config, boot sim.Body) sim.Result {
	t.Helper()
	cfg.Boot = boot
	w := sim.New(cfg)
	defer w.Close()
	res := w.Run(time.Minute)
	if res.Stop == sim.StopCrashed {
		t.Fatalf("boot crashed: %v\n%s", res.Crash, res.Crash.Stack)
	}
	return res
}

// A killed Go process runs its deferred calls; what they ask for must not happen.
func TestTheDeadDoNotSpeak(t *testing.T) {
	var heard []any
	play(t, sim.Config{}, func(p *sim.Proc) {
		victim := p.Spawn("victim", func(p *sim.Proc) {
			defer func() {
				p.Send(p.Parent(), "from the dead")
				p.Spawn("ghost", func(p *sim.Proc) { p.Send(p.Parent(), "boo") })
				p.Register("ghost", p.Self())
			}()
			p.Sleep(sim.Forever)
		})
		p.Sleep(time.Second)
		p.Exit(victim, sim.Kill)
		for {
			m, err := sim.Any(p, sim.After(time.Second))
			if err != nil {
				break
			}
			heard = append(heard, m)
		}
		if _, ok := p.Whereis("ghost"); ok {
			t.Error("the dead registered a name")
		}
	})
	if len(heard) != 0 {
		t.Errorf("heard %v", heard)
	}
}

// A process that crashes by itself is alive while its deferred calls run, as code in Erlang's after is.
func TestDeferredCallsOfACrashAct(t *testing.T) {
	play(t, sim.Config{}, func(p *sim.Proc) {
		_, ref := p.SpawnMonitor("crasher", func(p *sim.Proc) {
			defer p.Send(p.Parent(), "last words")
			panic("boom")
		})
		m, _ := sim.Any(p)
		if m != "last words" {
			t.Errorf("first message %v", m)
		}
		down, _ := sim.Recv[sim.Down](p)
		if down.Ref != ref || !strings.Contains(fmt.Sprint(down.Reason), "boom") {
			t.Errorf("got %+v", down)
		}
	})
}

// A process killed before its first slice never runs, yet those who watch it hear (SPW1, E4).
func TestKilledBeforeItsFirstSlice(t *testing.T) {
	play(t, sim.Config{Policy: scheduler.FIFO{}}, func(p *sim.Proc) {
		pid, ref := p.SpawnMonitor("x", func(p *sim.Proc) { t.Error("it ran") })
		p.Exit(pid, sim.Kill)
		down, _ := sim.Recv[sim.Down](p)
		if down.Ref != ref || down.Reason != sim.Killed {
			t.Errorf("got %+v", down)
		}
	})
}

// EXIT comes before DOWN for the same observer, and the name is free before either (E4).
func TestOrderOfDying(t *testing.T) {
	for seed := range uint64(50) {
		play(t, sim.Config{Seed: seed}, func(p *sim.Proc) {
			p.TrapExit(true)
			pid := p.Spawn("named", func(p *sim.Proc) { p.Sleep(sim.Forever) })
			p.Register("n", pid)
			ref := p.Monitor(pid)
			p.Link(pid)
			p.Exit(pid, sim.Atom("boom"))
			first, _ := sim.Any(p)
			if _, taken := p.Whereis("n"); taken {
				t.Error("the name is still taken")
			}
			second, _ := sim.Any(p)
			if (first != sim.Exit{From: pid, Reason: sim.Atom("boom")}) {
				t.Errorf("first %v", first)
			}
			if (second != sim.Down{Ref: ref, Object: pid, Reason: sim.Atom("boom")}) {
				t.Errorf("second %v", second)
			}
		})
	}
}

// exit(P, kill), is_process_alive(P) is always false (SIG3).
func TestAliveIsABarrier(t *testing.T) {
	for seed := range uint64(200) {
		play(t, sim.Config{Seed: seed}, func(p *sim.Proc) {
			pid := p.Spawn("x", func(p *sim.Proc) {
				for {
					p.Reductions(100)
				}
			})
			if p.Rand(2) == 0 {
				p.Yield()
			}
			p.Exit(pid, sim.Kill)
			if p.Alive(pid) {
				t.Errorf("seed %d: alive", seed)
			}
		})
	}
}

// A busy process is preempted when its slice is over, so others run (SCH5), and misses its own time-outs
// because running costs time.
func TestPreemption(t *testing.T) {
	play(t, sim.Config{}, func(p *sim.Proc) {
		hog := p.Spawn("hog", func(p *sim.Proc) {
			for {
				p.Reductions(1)
			}
		})
		start := p.Now()
		p.Sleep(time.Millisecond)
		if late := p.Now() - start - time.Millisecond; late > time.Millisecond {
			t.Errorf("woke %v late beside a hog", late)
		}
		p.Exit(hog, sim.Kill)
	})
}

// Any runnable process of high priority starves the normal ones (SCH4).
func TestHighPriorityStarvesNormal(t *testing.T) {
	ran := false
	play(t, sim.Config{Seed: 3}, func(p *sim.Proc) {
		p.Priority(scheduler.High)
		p.Spawn("normal", func(p *sim.Proc) { ran = true })
		for range 10_000 {
			p.Reductions(1000)
		}
		if ran {
			t.Error("the normal process ran")
		}
		p.Sleep(time.Millisecond)
		if !ran {
			t.Error("the normal process did not run while nobody else could")
		}
	})
}

func TestDeadlockIsReported(t *testing.T) {
	res := play(t, sim.Config{}, func(p *sim.Proc) {
		a := p.Spawn("a", func(p *sim.Proc) { sim.Recv[string](p) })
		p.Spawn("b", func(p *sim.Proc) { p.Monitor(a); sim.Any(p) })
	})
	var who []sim.PID
	for _, k := range res.Deadlock {
		who = append(who, k.PID)
	}
	if res.Stop != sim.StopIdle || fmt.Sprint(who) != "[<local/a> <local/b>]" {
		t.Errorf("%v %v", res.Stop, res.Deadlock)
	}
}

func TestLivelockIsReported(t *testing.T) {
	res := play(t, sim.Config{Patience: 1000, ReductionCost: sim.Free}, func(p *sim.Proc) {
		for {
			p.Yield()
		}
	})
	if res.Stop != sim.StopLivelock {
		t.Errorf("stopped for %v", res.Stop)
	}
}

// A handler that waits for no time, again and again, is preempted and stopped like any other.
func TestImpatientHandlerIsStopped(t *testing.T) {
	ran := false
	res := play(t, sim.Config{MaxEvents: 5000, Policy: scheduler.FIFO{}}, func(p *sim.Proc) {
		pid, _ := p.SpawnHandler("impatient", sim.HandlerFunc(func(p *sim.Proc, m *sim.Msg) { p.After(0) }), sim.SpawnOptions{})
		p.Send(pid, 1)
		p.Spawn("other", func(p *sim.Proc) { ran = true })
	})
	if res.Stop != sim.StopEvents || !ran {
		t.Errorf("stopped for %v; the other one ran: %v", res.Stop, ran)
	}
}

func TestEventLimit(t *testing.T) {
	res := play(t, sim.Config{MaxEvents: 500}, func(p *sim.Proc) {
		for {
			p.Yield()
		}
	})
	if res.Stop != sim.StopEvents || res.Events < 500 || res.Events > 520 {
		t.Errorf("stopped for %v after %d events", res.Stop, res.Events)
	}
}

// A receive that a panic of its match ended leaves no time-out behind: a later wait lasts as long as it says.
func TestAbandonedReceiveLeavesNoTimer(t *testing.T) {
	play(t, sim.Config{}, func(p *sim.Proc) {
		p.SendAfter(time.Millisecond, p.Self(), "bad")
		func() {
			defer func() { recover() }()
			sim.Receive(p, func(m any) (int, bool) { panic(m) }, sim.After(time.Second))
		}()
		before := p.Now()
		p.Sleep(10 * time.Second)
		if slept := p.Now() - before; slept < 10*time.Second {
			t.Errorf("slept %v", slept)
		}
	})
}

// An envelope that is used again holds nothing of its last message.
func TestEnvelopesAreClean(t *testing.T) {
	tag := sim.NewTag("tag", func(m *sim.Msg) any { return m.Word() })
	all := func(*sim.Msg) bool { return true }
	play(t, sim.Config{}, func(p *sim.Proc) {
		dirty := func() {
			for range 100 {
				p.SendTagged(p.Self(), tag, p.MakeRef(), 7, "x")
			}
			for range 100 {
				p.Await(sim.Mark{}, all, sim.Forever)
			}
		}
		dirty()
		p.SendAfter(time.Millisecond, p.Self(), "tick")
		if m, _ := p.Await(sim.Mark{}, all, sim.Forever); !m.From().IsZero() || m.Word() != 0 || m.Tag() != nil {
			t.Errorf("a timer's message is from %v, with word %d and tag %v", m.From(), m.Word(), m.Tag())
		}
		dirty()
		p.Monitor(p.Spawn("w", func(p *sim.Proc) {}), sim.DownAs("mine"))
		if m, _ := p.Await(sim.Mark{}, all, sim.Forever); m.Tag() != nil {
			t.Errorf("a Down has the tag %v", m.Tag())
		}
	})
}

// A panic of the test harness ends the run, not the process.
func TestHarnessPanicsPassThrough(t *testing.T) {
	type overrun struct{}
	for _, depth := range []int{0, 1, 3} {
		w := sim.New(sim.Config{
			Abandon: func(v any) bool { _, ok := v.(overrun); return ok },
			Boot:    func(p *sim.Proc) { nest(p, depth, func() { panic(overrun{}) }) },
		})
		func() {
			defer func() {
				if v := recover(); v != (overrun{}) {
					t.Errorf("depth %d: Run panicked with %v", depth, v)
				}
			}()
			w.Run(time.Minute)
		}()
		w.Close()
	}
}

// nest runs act in a process at some depth of processes that wait for it.
func nest(p *sim.Proc, depth int, act func()) {
	if depth == 0 {
		act()
		return
	}
	p.SpawnMonitor("nested", func(p *sim.Proc) { nest(p, depth-1, act) })
	sim.Any(p)
}

// t.FailNow inside a process (runtime.Goexit) ends the test, wherever the process's stack is.
func TestGoexitEndsTheRun(t *testing.T) {
	for _, depth := range []int{0, 1, 2, 5} {
		done := make(chan bool)
		returned := false
		go func() {
			defer close(done)
			w := sim.New(sim.Config{Boot: func(p *sim.Proc) { nest(p, depth, runtime.Goexit) }})
			defer w.Close()
			w.Run(time.Minute)
			returned = true
		}()
		<-done
		if returned {
			t.Errorf("depth %d: Run returned although its goroutine was told to exit", depth)
		}
	}
}

// A closed world leaves no goroutine behind, however many processes were blocked.
func TestCloseLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		w := sim.New(sim.Config{Boot: func(p *sim.Proc) {
			for range 50 {
				p.Spawn("waiter", func(p *sim.Proc) {
					defer p.Send(p.Parent(), "x")
					p.Spawn("child", func(p *sim.Proc) { p.Sleep(time.Hour) })
					sim.Any(p)
				})
			}
		}})
		w.Run(time.Minute)
		w.Reset(sim.Config{Boot: func(p *sim.Proc) { p.Sleep(time.Hour) }})
		w.Run(time.Minute)
		w.Close()
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

// A world that was reset is a fresh world.
func TestResetIsFresh(t *testing.T) {
	boot := func(p *sim.Proc) {
		for i := range 20 {
			p.Spawn("w", func(p *sim.Proc) {
				p.Sleep(time.Duration(p.Rand(1000)) * time.Millisecond)
				p.SendAfter(time.Second, p.Self(), i)
				sim.Any(p)
				panic("over")
			})
		}
	}
	fresh := play(t, sim.Config{Seed: 7}, boot)
	w := sim.New(sim.Config{Seed: 99, Boot: func(p *sim.Proc) { nest(p, 10, func() { p.Sleep(time.Hour) }) }})
	defer w.Close()
	w.Run(time.Second)
	for range 3 {
		w.Reset(sim.Config{Seed: 7, Boot: boot})
		if got := w.Run(time.Minute); got.Hash != fresh.Hash || got.Events != fresh.Events {
			t.Errorf("%+v in the world that was reset, %+v in a fresh one", got, fresh)
		}
	}
}

// Sharing a message's memory is found, and the one who wrote to it named.
func TestMutationIsFound(t *testing.T) {
	var found *sim.Mutated
	play(t, sim.Config{CheckMutation: true}, func(p *sim.Proc) {
		sink := p.Spawn("sink", func(p *sim.Proc) { p.Sleep(time.Hour) })
		_, ref := p.SpawnMonitor("writer", func(p *sim.Proc) {
			shared := map[string]int{"a": 1}
			p.Send(sink, shared)
			p.Sleep(time.Second)
			shared["a"] = 2
			p.Sleep(time.Second)
		})
		down, _ := sim.Receive(p, func(m any) (sim.Down, bool) { d, ok := m.(sim.Down); return d, ok && d.Ref == ref })
		errors.As(down.Reason.(error), &found)
	})
	if found == nil || found.By.Path() != "writer" || found.To.Path() != "sink" {
		t.Errorf("found %v", found)
	}
}

// A handler that cannot be preempted and does not end crashes instead of stopping the world for ever.
func TestNoBlockHandlerMustEnd(t *testing.T) {
	play(t, sim.Config{}, func(p *sim.Proc) {
		endless := sim.HandlerFunc(func(p *sim.Proc, m *sim.Msg) {
			for {
				p.Reductions(4000)
			}
		})
		pid, ref := p.SpawnHandler("endless", endless, sim.SpawnOptions{NoBlock: true, Monitor: true})
		p.Send(pid, 1)
		down, _ := sim.Recv[sim.Down](p)
		if down.Ref != ref || !strings.Contains(fmt.Sprint(down.Reason), "system_limit") {
			t.Errorf("got %+v", down)
		}
	})
}

func TestNoBlockHandlerMustNotBlock(t *testing.T) {
	play(t, sim.Config{}, func(p *sim.Proc) {
		pid, _ := p.SpawnHandler("h", sim.HandlerFunc(func(p *sim.Proc, m *sim.Msg) { sim.Any(p) }),
			sim.SpawnOptions{NoBlock: true})
		ref := p.Monitor(pid)
		p.Send(pid, 1)
		down, _ := sim.Recv[sim.Down](p)
		if down.Ref != ref || !strings.Contains(fmt.Sprint(down.Reason), "badarg") {
			t.Errorf("got %+v", down)
		}
	})
}

// A Proc in the wrong hands says so.
func TestStrangersAreTurnedAway(t *testing.T) {
	play(t, sim.Config{}, func(p *sim.Proc) {
		mine := p
		_, _ = p.SpawnMonitor("thief", func(p *sim.Proc) { mine.Send(p.Self(), "hello") })
		down, _ := sim.Recv[sim.Down](p)
		if !strings.Contains(fmt.Sprint(down.Reason), "not running as <local/init>") {
			t.Errorf("got %v", down.Reason)
		}
	})
}

// Timers of one instant fire in an order that is drawn (TMR4, E3); under FIFO the oldest comes first.
func TestTimerTiesAreAChoice(t *testing.T) {
	order := func(cfg sim.Config) string {
		var got []any
		play(t, cfg, func(p *sim.Proc) {
			for i := range 3 {
				p.Spawn("sleeper", func(p *sim.Proc) { p.SendAfter(time.Second-p.Now(), p.Parent(), i) })
			}
			for range 3 {
				m, _ := sim.Any(p)
				got = append(got, m)
			}
		})
		return fmt.Sprint(got)
	}
	if got := order(sim.Config{Policy: scheduler.FIFO{}, ReductionCost: sim.Free}); got != "[0 1 2]" {
		t.Errorf("FIFO: %v", got)
	}
	seen := map[string]bool{}
	for seed := range uint64(100) {
		seen[order(sim.Config{Seed: seed, ReductionCost: sim.Free})] = true
	}
	if len(seen) < 6 {
		t.Errorf("orders seen: %v", seen)
	}
}

// What the log says or keeps changes nothing (the hash is over facts).
func TestVerbosityDoesNotChangeTheHash(t *testing.T) {
	boot := func(p *sim.Proc) {
		for range 5 {
			p.Spawn("x", func(p *sim.Proc) {
				p.Logf("hello %v", p.Now())
				p.Trace("note", p.Now())
				p.Send(p.Parent(), "x")
			})
		}
	}
	quiet := play(t, sim.Config{Seed: 5}, boot)
	lines := 0
	loud := play(t, sim.Config{Seed: 5, Keep: 1 << 20, Log: func(sim.Line) { lines++ }, Observer: nobody{}}, boot)
	if quiet.Hash != loud.Hash || quiet.Events != loud.Events || lines != 5 {
		t.Errorf("quiet %x, loud %x, %d lines", quiet.Hash, loud.Hash, lines)
	}
}

type nobody struct{}

func (nobody) Observe(sim.Fact) {}

// An observer sees who was spawned and who ended, why, and when.
func TestObserver(t *testing.T) {
	var seen []string
	o := observerFunc(func(f sim.Fact) {
		if f.Kind == trace.Exit {
			seen = append(seen, fmt.Sprint(f.Subject, " ", f.Detail))
		}
	})
	play(t, sim.Config{Observer: o}, func(p *sim.Proc) {
		p.Spawn("a", func(p *sim.Proc) { p.ExitSelf(sim.Tuple{sim.Shutdown, sim.Atom("test")}) })
	})
	if len(seen) != 1 || seen[0] != "<local/a> {shutdown,test}" {
		t.Errorf("saw %q", seen)
	}
}

type observerFunc func(sim.Fact)

func (f observerFunc) Observe(x sim.Fact) { f(x) }
