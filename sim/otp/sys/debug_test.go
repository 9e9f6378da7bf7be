package sys_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// spy is a debug function that writes down what it sees, and counts.
func spy(to *[]string) sys.Func {
	return func(_ *sim.Proc, state any, e sys.Event, name any) any {
		*to = append(*to, text("%v %v %v", state, e, name))
		return state.(int) + 1
	}
}

// exercise makes the server do all it can.
func exercise(p *sim.Proc, s sim.PID) {
	call(p, s, add)
	call(p, s, later)
	otp.Cast(p, s, sim.Atom("x"))
	otp.Cast(p, s, wait)
	p.Sleep(time.Millisecond)
	p.Send(s, sim.Atom("info"))
	sys.GetState(p, s)
	call(p, s, stop)
}

// "Events {in,Msg},{out,Msg,To,State},{noreply,State},… order = processing order." The same was run on OTP 25.
func TestInstall_SYS4_events(t *testing.T) {
	begin(t, func(p *sim.Proc, s sim.PID) {
		var seen []string
		sys.Install(p, s, "spy", spy(&seen), 0)
		exercise(p, s)
		for i, l := range seen { // references differ
			if at := strings.Index(l, "#Ref<"); at >= 0 {
				seen[i] = l[:at] + l[at+strings.Index(l[at:], ">")+1:]
			}
		}
		compare(t, "the spy saw", seen, lines(`
			0 {in,{'$gen_call',{<local/main>,[alias|]},add}} s
			1 {out,1,{<local/main>,[alias|]},1} s
			2 {in,{'$gen_call',{<local/main>,[alias|]},later}} s
			3 {noreply,1} s
			4 {continue,c} s
			5 {noreply,1} s
			6 {in,{'$gen_cast',x}} s
			7 {noreply,2} s
			8 {in,{'$gen_cast',wait}} s
			9 {noreply,2} s
			10 {in,timeout} s
			11 {noreply,3} s
			12 {in,info} s
			13 {noreply,4} s
			14 {in,{'$gen_call',{<local/main>,[alias|]},stop}} s
			15 {out,bye,{<local/main>,[alias|]},4} s`))
	})
}

// "fun(State,Event,ProcState) → done|NewState; crash removes it."
func TestInstall_SYS4_doneAndCrash(t *testing.T) {
	begin(t, func(p *sim.Proc, s sim.PID) {
		var seen []string
		sys.Install(p, s, "spy", spy(&seen), 0)
		sys.Install(p, s, "spy", spy(&seen), 100) // there is one: nothing happens
		sys.Install(p, s, "done", func(_ *sim.Proc, _ any, e sys.Event, _ any) any {
			seen = append(seen, "done")
			return sys.Done
		}, nil)
		sys.Install(p, s, "crash", func(*sim.Proc, any, sys.Event, any) any {
			seen = append(seen, "crash")
			panic(boom)
		}, nil)
		sys.Install(p, s, "exit", func(p *sim.Proc, _ any, _ sys.Event, _ any) any {
			seen = append(seen, "exit")
			p.ExitSelf(boom)
			return nil
		}, nil)
		status, _ := sys.GetStatus(p, s)
		seen = append(seen, shown(status.Debug))
		otp.Cast(p, s, sim.Atom("x"))
		status, _ = sys.GetStatus(p, s)
		seen = append(seen, shown(status.Debug))
		sys.Remove(p, s, "none")
		sys.Remove(p, s, "spy")
		otp.Cast(p, s, sim.Atom("x"))
		status, _ = sys.GetStatus(p, s)
		seen = append(seen, shown(status.Debug))
		compare(t, "seen", seen, lines(`
			["exit","crash","done","spy"]
			exit
			crash
			done
			0 {in,{'$gen_cast',x}} s
			1 {noreply,1} s
			["spy"]
			[]`))
	})
}

// A debug function runs in the process, and may send.
func TestInstall_sends(t *testing.T) {
	begin(t, func(p *sim.Proc, s sim.PID) {
		main := p.Self()
		sys.Install(p, s, 1, func(p *sim.Proc, state any, e sys.Event, _ any) any {
			p.Send(main, e)
			return state
		}, nil)
		otp.Cast(p, s, sim.Atom("x"))
		e, err := sim.Recv[sys.Event](p, sim.After(time.Second))
		if err != nil || e.Kind != sys.In {
			t.Error(e, err)
		}
	})
}

func TestLog(t *testing.T) {
	begin(t, func(p *sim.Proc, s sim.PID) {
		logged := func(what, want string) {
			t.Helper()
			events, err := sys.GetLog(p, s)
			if got := shown(events); got != want || err != nil {
				t.Errorf("%s: %s, not %s (%v)", what, got, want, err)
			}
		}
		cast := func(n int) {
			for i := range n {
				otp.Cast(p, s, i)
			}
		}
		cast(3)
		logged("nothing is logged", "[]")
		sys.Log(p, s, 3)
		cast(3)
		logged("the last three", "[{noreply,5},{in,{'$gen_cast',2}},{noreply,6}]")
		sys.Log(p, s, sys.DefaultLog)
		cast(1)
		logged("the size grows", "[{noreply,5},{in,{'$gen_cast',2}},{noreply,6},{in,{'$gen_cast',0}},{noreply,7}]")
		sys.Log(p, s, 1)
		logged("the size shrinks", "[{noreply,7}]")
		sys.Log(p, s, 0)
		logged("it ends", "[]")
	})
}

func TestStatistics(t *testing.T) {
	begin(t, func(p *sim.Proc, s sim.PID) {
		if _, ok, err := sys.GetStatistics(p, s); ok || err != nil {
			t.Error("nothing counts", ok, err)
		}
		began := p.Now()
		sys.Statistics(p, s, true)
		call(p, s, add)
		otp.Cast(p, s, 1)
		p.Sleep(time.Second)
		stats, ok, err := sys.GetStatistics(p, s)
		if !ok || err != nil || stats.MessagesIn != 2 || stats.MessagesOut != 1 || stats.Reductions == 0 {
			t.Error(stats, ok, err)
		}
		if stats.Since < began || stats.Now-stats.Since < time.Second {
			t.Error(stats)
		}
		sys.Statistics(p, s, false)
		if _, ok, _ := sys.GetStatistics(p, s); ok {
			t.Error("it has ended")
		}
	})
}

// "simulator should expose the same stream": the trace has it, and the log in OTP's words.
func TestTrace_SYS4(t *testing.T) {
	var facts facts
	var log []string
	cfg := sim.Config{Observer: &facts, Log: func(l sim.Line) { log = append(log, l.Text) }}
	run(t, cfg, func(p *sim.Proc, s sim.PID) {
		sys.Trace(p, s, true)
		call(p, s, add)
		otp.Cast(p, s, sim.Atom("x"))
		p.Send(s, sim.Atom("y"))
		sys.Trace(p, s, false)
		call(p, s, add)
		sys.Log(p, s, 1)
		otp.Cast(p, s, sim.Atom("z"))
		sys.PrintLog(p, s)
	})
	compare(t, "log", log, lines(`
		*DBG* s got call add from <local/main>
		*DBG* s sent 1 to <local/main>, new state 1
		*DBG* s got cast x
		*DBG* s new state 2
		*DBG* s got y
		*DBG* s new state 3
		*DBG* s new state 5`))
	if len(facts) != 6 || facts[1].(sys.Event).Term()[1] != 1 {
		t.Error(facts)
	}
}

// facts are the details of the facts that tracing makes.
type facts []any

func (f *facts) Observe(x sim.Fact) {
	if x.Kind == trace.User && x.Text == "sys" {
		*f = append(*f, x.Detail)
	}
}

func TestNoDebug(t *testing.T) {
	begin(t, func(p *sim.Proc, s sim.PID) {
		var seen []string
		sys.Install(p, s, "spy", spy(&seen), 0)
		sys.Log(p, s, 5)
		sys.Statistics(p, s, true)
		sys.Trace(p, s, true)
		if err := sys.NoDebug(p, s); err != nil {
			t.Error(err)
		}
		call(p, s, add)
		status, _ := sys.GetStatus(p, s)
		if len(seen) > 0 || len(status.Debug) > 0 {
			t.Error(seen, status.Debug)
		}
	})
}

// SYS1: "Errors exit({Reason,{sys,F,Args}}) as calls." What is no debug request is answered unknown_debug.
func TestDebug_SYS1_errors(t *testing.T) {
	begin(t, func(p *sim.Proc, s sim.PID) {
		nobody := sim.Local("nobody")
		_, getLog := sys.GetLog(p, nobody)
		for _, c := range []struct {
			err  error
			want string
		}{
			{sys.Trace(p, nobody, true), "{noproc,{sys,trace,[nobody,true]}}"},
			{sys.Log(p, nobody, 7, otp.Within(time.Second)), "{noproc,{sys,log,[nobody,{true,7},1000]}}"},
			{getLog, "{noproc,{sys,log,[nobody,get]}}"},
			{sys.Install(p, nobody, 1, nil, 2), "{noproc,{sys,install,[nobody,{1,nil,2}]}}"},
			{sys.Remove(p, nobody, 1), "{noproc,{sys,remove,[nobody,1]}}"},
			{sys.NoDebug(p, nobody), "{noproc,{sys,{debug,no_debug},[nobody]}}"},
			{sys.Log(p, s, -1), "unknown_debug"},
			{sys.Install(p, s, 1, nil, 2), "unknown_debug"},
		} {
			var fail *sys.Failure
			got := shown(otp.ExitReason(c.err))
			if errors.As(c.err, &fail) {
				got = shown(fail.Reason)
			}
			got = strings.ReplaceAll(got, "FUN", "nil")
			if got != c.want {
				t.Errorf("%s, not %s", got, c.want)
			}
		}
		if v, _, _ := otp.Ask(p, s, otp.SystemTag, sim.Tuple{sys.DebugReq, 7}, time.Second); v != any(sim.Atom("unknown_debug")) {
			t.Error(v)
		}
	})
}

// What is switched off costs nothing.
func TestDebug_offIsFree(t *testing.T) {
	w := sim.New(sim.Config{Patience: 1 << 60, Boot: func(p *sim.Proc) {
		started, _ := genserver.StartAlone(p, nil, newServer)
		s := started.PID
		cast := func() { otp.Cast(p, s, add); p.Yield() }
		before := testing.AllocsPerRun(1000, cast)
		sys.Statistics(p, s, true)
		cast()
		sys.NoDebug(p, s)
		if after := testing.AllocsPerRun(1000, cast); before != 0 || after != 0 {
			t.Errorf("a cast allocates %v before and %v after", before, after)
		}
	}})
	defer w.Close()
	if res := w.Run(sim.Forever); res.Crash != nil {
		t.Fatal(res.Crash)
	}
}
