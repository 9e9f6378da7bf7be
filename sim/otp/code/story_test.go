package code_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/code"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// nap makes a counter do nothing for a while.
type nap struct{ d time.Duration }

// story is what happened in a world, a line each.
type story struct {
	t     *testing.T
	p     *sim.Proc
	m     *code.Module
	lines []string
}

func (s *story) say(format string, args ...any) {
	s.lines = append(s.lines, fmt.Sprintf(format, args...))
}

func (s *story) want(text string) {
	s.t.Helper()
	var lines []string
	for _, l := range strings.Split(strings.TrimSpace(text), "\n") {
		lines = append(lines, strings.TrimSpace(l))
	}
	if got, want := strings.Join(s.lines, "\n\t"), strings.Join(lines, "\n\t"); got != want {
		s.t.Errorf("the story went\n\t%s\n\nand should have gone\n\t%s", got, want)
	}
}

// tell runs body as an ordinary process called main, which traps exits.
func tell(t *testing.T, m *code.Module, body func(p *sim.Proc, s *story)) *story {
	t.Helper()
	s := &story{t: t, m: m}
	done := false
	w := sim.New(sim.Config{Policy: scheduler.FIFO{}, Boot: func(p *sim.Proc) {
		p.Spawn("main", func(p *sim.Proc) {
			p.TrapExit(true)
			s.p = p
			body(p, s)
			done = true
		})
	}})
	defer w.Close()
	if w.Run(time.Minute); !done {
		t.Error("main has not come to its end")
	}
	return s
}

// starts starts servers of the module, one for each name.
func (s *story) starts(names ...sim.Name) {
	for _, n := range names {
		if _, err := genserver.StartLink(s.p, n, s.m.Server()); err != nil {
			s.t.Error(err)
		}
	}
}

// totals tells what the counters say.
func (s *story) totals(names ...sim.Name) {
	var all []string
	for _, n := range names {
		v, err := otp.Call(s.p, n, total{})
		if err != nil {
			v = show(otp.ExitReason(err))
		}
		all = append(all, v)
	}
	s.say("%s", strings.Join(all, ", "))
}

// users tells who runs which version.
func (s *story) users() {
	var all []string
	for _, u := range code.Users(s.p, s.m) {
		text := show(u.PID) + " " + u.Vsn
		if u.Old {
			text += " old"
		}
		all = append(all, text)
	}
	s.say("%s", strings.Join(all, ", "))
}

func (s *story) load(vsn string) {
	if err := code.Load(s.p, s.m, vsn); err != nil {
		s.say("%v", err)
	}
}

// upgrade tells how an upgrade went.
func (s *story) upgrade(u code.Upgrade) {
	if _, err := u.Run(s.p); err != nil {
		s.say("%s", err)
	} else {
		s.say("upgraded")
	}
}

func (s *story) to(vsn string) code.Upgrade {
	return code.Upgrade{Steps: []code.Step{{Module: s.m, To: vsn}}}
}

// ends tells of those whose end main hears.
func (s *story) ends() {
	for {
		m, err := sim.Any(s.p, sim.After(0))
		if err != nil {
			return
		}
		s.say("%s", show(m))
	}
}

func show(v any) string { return term.Format(v) }

// "The code of a module can exist in two variants in a system: current and old. When a module is loaded into the
// system for the first time, the code becomes 'current'. If then a new instance of the module is loaded,
// the code of the previous instance becomes 'old'. Both old and current code is valid, and can be evaluated
// concurrently." – Erlang Reference Manual, Compilation and Code Loading (HOT1)
func TestTwoVersions(t *testing.T) {
	tell(t, counterModule(), func(p *sim.Proc, s *story) {
		vsn, ok := code.Which(p, s.m)
		s.say("%q %t", vsn, ok)
		s.starts("a")
		s.load("2")
		s.starts("b")
		s.totals("a", "b")
		s.users()
		a, _ := p.Whereis("a")
		s.say("%t, soft purge %t", code.CheckProcess(p, a, s.m), code.SoftPurge(p, s.m))
		s.load("17")
		s.say("%+v", code.AllLoaded(p))
		s.say("purge %t %t", code.Purge(p, s.m), code.Purge(p, s.m))
		s.ends()
		s.users()
		_, old := code.Old(p, s.m)
		s.say("old: %t, soft purge %t", old, code.SoftPurge(p, s.m))
	}).want(`
		"" false
		1: 0, 2: 0 []
		<local/main/a> 1 old, <local/main/b> 2
		true, soft purge false
		code: counter: nofile
		[{Module:counter Current:2 Old:1}]
		purge true false
		#Exit{From=<local/main/a>,Reason=killed}
		<local/main/b> 2
		old: false, soft purge true
	`)
}

// "If a third instance of the module is loaded, the code server removes (purges) the old code and any processes
// lingering in it are terminated." – the same (HOT1)
func TestThirdLoad(t *testing.T) {
	tell(t, counterModule(), func(p *sim.Proc, s *story) {
		s.starts("a")
		s.load("2")
		s.starts("b")
		s.load("1")
		s.starts("c")
		s.ends()
		s.users()
		s.load("1") // the same once more is another load
		s.ends()
		s.users()
	}).want(`
		#Exit{From=<local/main/a>,Reason=killed}
		<local/main/b> 2 old, <local/main/c> 1
		#Exit{From=<local/main/b>,Reason=killed}
		<local/main/c> 1 old
	`)
}

// "To change from old code to current code, a process must make a fully qualified function call." (HOT1)
func TestQualifiedCall(t *testing.T) {
	loop := func(vsn string) code.Version {
		return code.Body(vsn, func(p *sim.Proc, args ...any) []any {
			for {
				switch m, _ := sim.Any(p); m {
				case any("who"):
					p.Send(args[0].(sim.PID), vsn)
				case any("jump"):
					return args
				case any("end"):
					return nil
				}
			}
		})
	}
	m := &code.Module{Name: "loop", Versions: []code.Version{loop("1"), loop("2")}}
	tell(t, m, func(p *sim.Proc, s *story) {
		pid := p.SpawnLink("loop", m.Body(p.Self()))
		who := func(before ...any) {
			for _, b := range before {
				p.Send(pid, b)
			}
			p.Send(pid, "who")
			v, _ := sim.Any(p)
			s.say("%v", v)
		}
		who()
		s.load("2")
		who()
		s.upgrade(s.to("1")) // nobody suspends it, and it needs no leave
		who("jump")
		s.say("soft purge %t", code.SoftPurge(p, m))
		s.upgrade(s.to("1"))
		who()
		who("jump")
		s.load("2")
		s.load("2")
		s.ends()
	}).want(`
		1
		1
		upgrade: {purge,loop,{old_processes,[<local/main/loop>]}}
		2
		soft purge true
		upgraded
		2
		1
		#Exit{From=<local/main/loop>,Reason=killed}
	`)
}

// A behaviour's process goes over when it is told to, by hand too, and not before (SYS3).
func TestByHand(t *testing.T) {
	tell(t, counterModule(), func(p *sim.Proc, s *story) {
		s.starts("a")
		otp.Call(p, sim.Local("a"), add{By: 3})
		change := func(vsn any) {
			s.say("%v", sys.ChangeCode(p, sim.Local("a"), "counter", vsn, nil))
		}
		s.load("2")
		change("1")
		sys.Suspend(p, sim.Local("a"))
		s.totals("a") // it is suspended
		change("1")
		sys.Resume(p, sim.Local("a"))
		otp.Call(p, sim.Local("a"), add{By: 4})
		s.totals("a")
		st, _ := sys.GetStatus(p, sim.Local("a"))
		s.say("%s %T %s", st.Module, st.State, show(st.State))
		sys.ReplaceState(p, sim.Local("a"), func(any) any { return &counter2{n: 70} })
		s.totals("a")
	}).want(`
		sys: {error,{unknown_system_msg,{change_code,"counter","1",nil}}}
		{timeout,{gen_server,call,[a,#total{}]}}
		<nil>
		2: 7 [4]
		counter 2 *code_test.counter2 #counter2{n=7,history=[4]}
		2: 70 []
	`)
}
