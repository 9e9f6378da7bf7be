package sim_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// deep waits for a message n calls deep.
func deep(p *sim.Proc, n int) {
	if n > 0 {
		deep(p, n-1)
		return
	}
	sim.Recv[string](p)
}

// pass is a handler that never blocks: it runs on top of others' stacks.
type pass struct{ to sim.PID }

func (h pass) Handle(p *sim.Proc, m *sim.Msg) {
	if !h.to.IsZero() {
		p.Send(h.to, m.Value())
	}
}

// crowd is a world of processes that wait everywhere one can wait.
func crowd(p *sim.Proc) {
	p.TrapExit(true)
	sink, _ := p.SpawnHandler("sink", pass{}, sim.SpawnOptions{NoBlock: true})
	relay, _ := p.SpawnHandler("relay", pass{sink}, sim.SpawnOptions{NoBlock: true})
	for i := range 5 {
		p.Spawn("deep", func(p *sim.Proc) { deep(p, i) })
	}
	p.Spawn("sleeper", func(p *sim.Proc) { p.Sleep(time.Hour) })
	p.Spawn("busy", func(p *sim.Proc) {
		for {
			p.Reductions(100)
			p.Send(relay, 1)
		}
	})
	p.Spawn("ticker", func(p *sim.Proc) {
		for {
			p.Sleep(time.Duration(1+p.Rand(500)) * time.Microsecond)
			p.Send(relay, "tick")
		}
	})
	blocking, _ := p.SpawnHandler("blocking", sim.HandlerFunc(func(p *sim.Proc, m *sim.Msg) { p.Sleep(time.Hour) }),
		sim.SpawnOptions{})
	p.Send(blocking, "go")
	p.Send(blocking, "again")
}

func find(t *testing.T, v sim.View, path string) sim.PID {
	t.Helper()
	for _, pid := range v.Processes() {
		if pid.Path() == path {
			return pid
		}
	}
	t.Fatalf("no process %s among %v", path, v.Processes())
	return sim.PID{}
}

func TestStackTellsWhereAProcessWaits(t *testing.T) {
	w := sim.New(sim.Config{Seed: 7, Boot: crowd})
	defer w.Close()
	w.Run(10 * time.Millisecond)
	for range 3 { // a stack that was asked may be asked again
		stack := w.View().Stack(find(t, w.View(), "deep.3"))
		if len(stack) != 4 || stack[0].Func != "sim_test.deep" || stack[3].Func != "sim_test.crowd.func1" {
			t.Fatalf("the stack of a process three calls deep:\n%v", stack)
		}
		if at := stack.Own().String(); !regexp.MustCompile(`^sim_test\.deep \(sim/site_test\.go:\d+\)$`).MatchString(at) {
			t.Error(at)
		}
	}
	for path, want := range map[string]string{"sleeper": "crowd.func2", "busy": "crowd.func3",
		"blocking": "crowd.func5", "sink": ""} {
		if got := w.View().Stack(find(t, w.View(), path)).Own().Func; !strings.HasSuffix(got, want) || want == "" && got != "" {
			t.Errorf("%s is in %q", path, got)
		}
	}
}

// lookAtAll asks every process for its stack and all there is to know.
func lookAtAll(v sim.View) (stacks int) {
	for _, pid := range v.Processes() {
		if len(v.Stack(pid)) > 0 {
			stacks++
		}
		v.Info(pid)
		v.Waiter(pid)
		v.Mailbox(pid)
		v.Behaviour(pid)
		v.InTransit(pid)
	}
	v.Timers()
	v.Nodes()
	return stacks
}

// watching looks at the world whenever something happens, wherever the loop may stand.
type watching struct {
	w      *sim.World
	stacks int
}

func (o *watching) Observe(sim.Fact) { o.stacks += lookAtAll(o.w.View()) }

// Looking changes nothing, however often, between runs or in the middle of one.
func TestLookingChangesNothing(t *testing.T) {
	for seed := range uint64(20) {
		cfg := sim.Config{Seed: seed, Boot: func(p *sim.Proc) {
			crowd(p)
			p.Spawn("teller", func(p *sim.Proc) {
				for {
					p.Sleep(time.Millisecond)
					p.Trace("tick", nil)
				}
			})
		}}
		const long = 20 * time.Millisecond
		w := sim.New(cfg)
		want := w.Run(long)
		w.Close()

		w = sim.New(cfg)
		got, stacks := sim.Result{Stop: sim.StopTime}, 0
		for got.Stop == sim.StopTime && got.Now < long {
			got = w.Run(min(770*time.Microsecond, long-got.Now))
			stacks += lookAtAll(w.View())
		}
		w.Close()
		if got.Hash != want.Hash || got.Events != want.Events || stacks < 100 {
			t.Fatalf("seed %d, looked at between runs: %d stacks\n%v\n%v", seed, stacks, got, want)
		}

		o := &watching{}
		cfg.Observer = o
		w = sim.New(sim.Config{})
		o.w = w
		w.Reset(cfg)
		got = w.Run(long)
		w.Close()
		if got.Hash != want.Hash || got.Events != want.Events || o.stacks < 50 {
			t.Fatalf("seed %d, looked at from inside: %d stacks\n%v\n%v", seed, o.stacks, got, want)
		}
	}
}

// A run that is stopped on its way is a livelock after as many slices as one that is not.
func TestStoppingDoesNotProlongALivelock(t *testing.T) {
	cfg := sim.Config{Patience: 1000, Boot: func(p *sim.Proc) {
		p.Spawn("busy", func(p *sim.Proc) {
			for {
				p.Yield()
			}
		})
	}}
	w := sim.New(cfg)
	want := w.Run(time.Hour)
	w.Close()
	w = sim.New(cfg)
	defer w.Close()
	w.Run(50 * time.Microsecond)
	if got := w.Run(time.Hour); got.Hash != want.Hash || got.Stop != sim.StopLivelock {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestDeadlockTellsWhereAndWhatWaits(t *testing.T) {
	res := play(t, sim.Config{}, func(p *sim.Proc) {
		a := p.Spawn("a", func(p *sim.Proc) { sim.Recv[string](p) })
		b := p.Spawn("b", func(p *sim.Proc) { p.Monitor(a); sim.Recv[string](p) })
		for i := range 7 {
			p.Send(b, i)
		}
	})
	if len(res.Deadlock) != 2 {
		t.Fatalf("%v", res)
	}
	text := fmt.Sprint(res.Deadlock[1])
	want := `^<local/b> at sim_test\.TestDeadlock\S+ \(sim/site_test\.go:\d+\), watches <local/a>, ` +
		`7 in its mailbox: 0, 1, 2, 3, 4…$`
	if !regexp.MustCompile(want).MatchString(text) {
		t.Error(text)
	}
}

func TestTimersAreListed(t *testing.T) {
	w := sim.New(sim.Config{ReductionCost: sim.Free, Boot: func(p *sim.Proc) {
		a := p.Spawn("a", func(p *sim.Proc) { p.Sleep(3 * time.Second) })
		p.Spawn("b", func(p *sim.Proc) {
			p.SendAfter(2*time.Second, a, "two")
			p.StartTimer(time.Second, sim.Name("nobody"), "one")
			p.CancelTimer(p.SendAfter(time.Minute, a, "never"))
			sim.Any(p, sim.After(5*time.Second))
		})
	}})
	defer w.Close()
	w.At(4*time.Second, "later", func() {})
	want := []string{
		`start_timer <local/b> {nobody,local} 1s "one"`, `send_after <local/b> <local/a> 2s "two"`,
		`wait <local/a> <nil> 3s nil`, `world <none> <nil> 4s nil`, `wait <local/b> <nil> 5s nil`,
	}
	for _, passed := range []time.Duration{0, 500 * time.Millisecond} { // waits have timers of their own only later
		w.Settle()
		if passed > 0 {
			w.Run(passed)
		}
		for i, k := range w.View().Timers() {
			k.Left += passed
			if got := fmt.Sprintf("%s %v %v %v %s", k.Kind, k.Owner, k.To, k.Left, quoted(k.Message)); got != want[i] {
				t.Errorf("%s, want %s", got, want[i])
			}
		}
		if n := len(w.View().Timers()); n != len(want) {
			t.Errorf("%d timers", n)
		}
	}
}

func quoted(v any) string {
	if v == nil {
		return "nil"
	}
	return fmt.Sprintf("%q", v)
}
