package timer_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
	"github.com/bedlam-sim/bedlam/sim/otp/timer"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// run runs body as a process called main of a world in which running takes no time, for a minute.
func run(t *testing.T, body func(p *sim.Proc)) {
	t.Helper()
	done := false
	w := sim.New(sim.Config{
		ReductionCost: sim.Free, CheckMutation: true, Observer: crashes{t},
		Boot: func(p *sim.Proc) {
			p.Spawn("main", func(p *sim.Proc) {
				body(p)
				done = true
			})
		},
	})
	defer w.Close()
	if w.Run(time.Minute); !done {
		t.Error("main has not come to its end")
	}
}

// crashes tells of crashes that no test means to happen.
type crashes struct{ t *testing.T }

func (c crashes) Observe(f sim.Fact) {
	if crash, ok := f.Detail.(*term.Crash); ok {
		c.t.Errorf("%v crashed: %v\n%s", f.Subject, crash, crash.Stack)
	}
}

// heard is what a process receives until a time, each with its time in ms since it began to listen.
func heard(p *sim.Proc, until time.Duration) string {
	var lines []string
	began := p.Now()
	for {
		left := until - (p.Now() - began)
		m, err := sim.Any(p, sim.After(max(0, left)))
		if err != nil {
			return strings.Join(lines, " ")
		}
		if e, ok := m.(sim.Exit); ok {
			m = sim.Tuple{sim.Atom("EXIT"), e.From, e.Reason}
		}
		lines = append(lines, fmt.Sprintf("%s@%d", term.Format(m), (p.Now()-began).Milliseconds()))
	}
}

const (
	ms   = time.Millisecond
	tick = sim.Atom("tick")
	x    = sim.Atom("x")
)

// sleeper never ends of itself.
func sleeper(p *sim.Proc) { p.Sleep(time.Hour) }

func TestSendAfter_TMR6(t *testing.T) {
	run(t, func(p *sim.Proc) {
		timer.SendAfter(p, 20*ms, p.Self(), x)
		timer.SendAfter(p, 0, p.Self(), tick)
		if _, started := p.Whereis(timer.Server); started {
			t.Error("for a local PID no server is needed")
		}
		p.Register("main", p.Self())
		timer.SendAfter(p, 30*ms, sim.Local("main"), x)
		timer.SendAfter(p, 40*ms, term.NameAt{Name: "main", Node: p.Node()}, x)
		timer.SendAfter(p, 50*ms, sim.Local("nobody"), x)
		if got, want := heard(p, time.Second), "tick@0 x@20 x@30 x@40"; got != want {
			t.Errorf("heard %s, not %s", got, want)
		}
		if _, started := p.Whereis(timer.Server); !started {
			t.Error("for a name the server is needed")
		}
	})
}

// "interval timers are absolute-scheduled (no drift)": a receiver's slowness and the server's own absence do
// not move the times.
func TestSendInterval_TMR6_doesNotDrift(t *testing.T) {
	run(t, func(p *sim.Proc) {
		timer.SendInterval(p, 10*ms, p.Self(), tick)
		if got, want := heard(p, 45*ms), "tick@10 tick@20 tick@30 tick@40"; got != want {
			t.Errorf("heard %s, not %s", got, want)
		}
		server, _ := p.Whereis(timer.Server)
		suspend(p, server, 32*ms) // at 45, until 77: the ticks of 50, 60, 70 are late, all of them then come at once
		if got, want := heard(p, 15*ms), "tick@0 tick@0 tick@0 tick@3 tick@13"; got != want {
			t.Errorf("heard %s, not %s", got, want)
		}
	})
}

func TestSendInterval_TMR6_endsWithItsTarget(t *testing.T) {
	run(t, func(p *sim.Proc) {
		target := p.Spawn("target", sleeper)
		p.SpawnLink("helper", func(p *sim.Proc) { // whoever asked may end
			timer.SendInterval(p, 10*ms, target, tick)
		})
		server := watch(p)
		p.Sleep(15 * ms)
		if n := waiting(p, target); n != 1 {
			t.Errorf("%d messages wait", n)
		}
		p.Exit(target, sim.Kill)
		p.Sleep(30 * ms)
		if n := monitors(p, server); n != 0 {
			t.Errorf("the server still monitors %d", n)
		}
	})
}

func TestSendInterval_TMR6_toNobody(t *testing.T) {
	run(t, func(p *sim.Proc) {
		ref := timer.SendInterval(p, 10*ms, sim.Local("nobody"), tick)
		p.Sleep(5 * ms)
		p.Register("nobody", p.Self()) // too late: it has ended with a noproc
		if got := heard(p, 100*ms); got != "" {
			t.Errorf("heard %s", got)
		}
		timer.Cancel(p, ref)
	})
}

func TestExitAfter(t *testing.T) {
	run(t, func(p *sim.Proc) {
		p.TrapExit(true)
		p.Register("main", p.Self())
		timer.ExitAfter(p, 10*ms, p.Self(), x)
		timer.ExitAfter(p, 20*ms, sim.Local("main"), x)
		timer.ExitAfter(p, 25*ms, sim.Local("nobody"), x)
		timer.KillAfter(p, 30*ms, p.SpawnLink("victim", sleeper))
		timer.ExitAfter(p, 0, p.SpawnLink("now", sleeper), x)
		timer.ExitAfter(p, 0, sim.Local("nobody"), x)
		from := fmt.Sprint(p.Self())
		want := fmt.Sprintf("{'EXIT',%s,x}@0 {'EXIT',T,x}@10 {'EXIT',T,x}@20 {'EXIT',%s,killed}@30",
			strings.Replace(from, ">", "/now>", 1), strings.Replace(from, ">", "/victim>", 1))
		server, _ := p.Whereis(timer.Server)
		if got := strings.ReplaceAll(heard(p, time.Second), server.String(), "T"); got != want {
			t.Errorf("heard %s, not %s", got, want)
		}
	})
}

// job says up when it begins and down when it ends.
func job(to sim.PID, takes time.Duration) sim.Body {
	return func(p *sim.Proc) {
		p.Send(to, sim.Atom("up"))
		p.Sleep(takes)
		p.Send(to, sim.Atom("down"))
	}
}

func TestApply(t *testing.T) {
	for _, c := range []struct {
		name  string
		start func(p *sim.Proc) timer.Ref
		want  string
	}{
		{"after", func(p *sim.Proc) timer.Ref { return timer.ApplyAfter(p, 10*ms, job(p.Self(), 5*ms)) }, "up@10 down@15"},
		{"at once", func(p *sim.Proc) timer.Ref { return timer.ApplyAfter(p, 0, job(p.Self(), 5*ms)) }, "up@0 down@5"},
		{"interval", func(p *sim.Proc) timer.Ref { return timer.ApplyInterval(p, 10*ms, job(p.Self(), 15*ms)) },
			"up@10 up@20 down@25 up@30 down@35 up@40 down@45"},
		{"repeatedly", func(p *sim.Proc) timer.Ref { return timer.ApplyRepeatedly(p, 10*ms, job(p.Self(), 5*ms)) },
			"up@10 down@15 up@20 down@25 up@30 down@35 up@40 down@45"},
		// "if one apply takes 2.5*Time, the following two applies will be made immediately one after the other"
		{"repeatedly, late", func(p *sim.Proc) timer.Ref { return timer.ApplyRepeatedly(p, 10*ms, once(p.Self(), 25*ms)) },
			"up@10 down@35 up@35 down@35 up@35 down@35 up@40 down@40"},
	} {
		t.Run(c.name, func(t *testing.T) {
			run(t, func(p *sim.Proc) {
				ref := c.start(p)
				if got := heard(p, 46*ms); got != c.want {
					t.Errorf("heard %s, not %s", got, c.want)
				}
				timer.Cancel(p, ref)
				heard(p, 100*ms)
				if got := heard(p, 100*ms); got != "" {
					t.Errorf("after cancel it goes on: %s", got)
				}
			})
		})
	}
}

// once is a job that takes long the first time only.
func once(to sim.PID, takes time.Duration) sim.Body {
	return func(p *sim.Proc) {
		d := takes
		takes = 0
		job(to, d)(p)
	}
}

// "TMR6: interval timers … stop at its death": those that run functions stop with whoever asked for them.
func TestApplyInterval_TMR6_endsWithItsCaller(t *testing.T) {
	run(t, func(p *sim.Proc) {
		main := p.Self()
		helper := p.Spawn("helper", func(p *sim.Proc) {
			timer.ApplyInterval(p, 10*ms, job(main, 0))
			timer.ApplyRepeatedly(p, 10*ms, job(main, 100*ms))
			p.Sleep(15 * ms)
		})
		_ = helper
		if got, want := heard(p, time.Second), "up@10 down@10 up@10 down@110"; got != want && got != "up@10 up@10 down@10 down@110" {
			t.Errorf("heard %s, not %s", got, want)
		}
		server, _ := p.Whereis(timer.Server)
		if n := monitors(p, server); n != 0 {
			t.Errorf("the server still monitors %d", n)
		}
	})
}

func TestCancel(t *testing.T) {
	run(t, func(p *sim.Proc) {
		for _, ref := range []timer.Ref{
			timer.SendAfter(p, 10*ms, p.Self(), x),
			timer.SendAfter(p, 10*ms, term.NameAt{Name: "main", Node: p.Node()}, x),
			timer.SendInterval(p, 10*ms, p.Self(), x),
			timer.ExitAfter(p, 10*ms, p.Self(), x),
			timer.ApplyAfter(p, 10*ms, job(p.Self(), 0)),
			{},
		} {
			timer.Cancel(p, ref)
			timer.Cancel(p, ref)
		}
		if got := heard(p, time.Second); got != "" {
			t.Errorf("heard %s", got)
		}
	})
}

func TestBadarg(t *testing.T) {
	run(t, func(p *sim.Proc) {
		for name, f := range map[string]func(){
			"negative":   func() { timer.SendAfter(p, -1, p.Self(), x) },
			"global":     func() { timer.SendInterval(p, ms, term.Global("x"), x) },
			"no address": func() { timer.ExitAfter(p, ms, nil, x) },
			"interval":   func() { timer.ApplyInterval(p, -1, sleeper) },
		} {
			reason, ok := otp.Try(p, f)
			crash, isCrash := reason.(*term.Crash)
			if ok || !isCrash || !term.Is(crash.Err, "badarg") {
				t.Errorf("%s: %v", name, reason)
			}
		}
	})
}

// The server is a permanent child of kernel_sup, if there is one, and is started again when it has died.
func TestStart_TMR6_underKernelSup(t *testing.T) {
	run(t, func(p *sim.Proc) {
		supervisor.StartLink(p, sim.Local("kernel_sup"), supervisor.Spec{Intensity: supervisor.Restarts(10, time.Second)})
		timer.Start(p)
		timer.Start(p)
		ref := timer.SendInterval(p, 10*ms, p.Self(), tick)
		children, _ := supervisor.WhichChildren(p, sim.Local("kernel_sup"))
		if len(children) != 1 || children[0].ID != "timer_server" {
			t.Fatal(children)
		}
		p.Exit(children[0].PID, sim.Kill)
		if got := heard(p, 100*ms); got != "" {
			t.Errorf("its timers should be gone: %s", got)
		}
		timer.Cancel(p, ref)
		if err := supervisor.TerminateChild(p, sim.Local("kernel_sup"), "timer_server"); err != nil {
			t.Error(err)
		}
		timer.SendInterval(p, 10*ms, p.Self(), tick)
		if got := heard(p, 15*ms); got != "tick@10" {
			t.Errorf("started again: %s", got)
		}
	})
}

func TestMeasure(t *testing.T) {
	run(t, func(p *sim.Proc) {
		took, v := timer.Measure(p, func() string { p.Sleep(7 * ms); return "done" })
		if took != 7*ms || v != "done" {
			t.Error(took, v)
		}
	})
}
