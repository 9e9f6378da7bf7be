package code_test

import (
	"errors"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/code"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
)

// "suspend all → load → code_change → resume; messages wait meanwhile" (HOT1): what is sent to a suspended server
// is answered, in order, by the new version. And back.
func TestUpgradeAndDowngrade(t *testing.T) {
	tell(t, counterModule(), func(p *sim.Proc, s *story) {
		s.starts("a", "b")
		otp.Call(p, sim.Local("a"), add{By: 1})
		u := s.to("2")
		u.Extra = trouble{"b", func(p *sim.Proc) error { // while b changes, a waits
			otp.Cast(p, sim.Local("a"), add{By: 2})
			otp.Cast(p, sim.Local("a"), add{By: 3})
			p.Sleep(time.Second)
			s.say("asleep: %v", code.Users(p, s.m)[0].Vsn)
			return errors.New("b does not want to")
		}}
		s.upgrade(u)
		s.totals("a", "b")
		s.upgrade(s.to("2"))
		otp.Call(p, sim.Local("a"), add{By: 4})
		s.totals("a", "b")
		_, old := code.Old(p, s.m)
		s.say("old: %t", old)
		s.upgrade(s.to("2")) // nothing to do
		s.upgrade(s.to("1"))
		s.totals("a", "b")
		s.starts("c")
		s.users()
		s.upgrade(s.to("3"))
	}).want(`
		asleep: 2
		upgrade: {code_change,<local/main/b>,counter,{error,b does not want to}}
		1: 6, 1: 0
		upgraded
		2: 10 [4], 2: 0 []
		old: false
		upgraded
		upgraded
		1: 10, 1: 0
		<local/main/a> 1, <local/main/b> 1, <local/main/c> 1
		code: counter: nofile
	`)
}

// However a process fails, all go on as before, and there is a reason (SYS3).
func TestRollback(t *testing.T) {
	tell(t, counterModule(), func(p *sim.Proc, s *story) {
		s.starts("a", "b")
		otp.Call(p, sim.Local("a"), add{By: 1})
		for _, vsn := range []string{"fails", "nothing"} {
			s.upgrade(s.to(vsn))
			s.totals("a", "b")
		}
		_, err := s.to("crashes").Run(p)
		var f *code.Failed
		s.say("%t %s %s", errors.As(err, &f), f.Phase, show(f.PID))
		s.totals("a", "b")

		u := s.to("2")
		u.Extra = trouble{"b", func(p *sim.Proc) error { p.Sleep(7 * time.Second); return nil }}
		s.upgrade(u)
		began := p.Now()
		s.totals("a") // b is still at it
		s.say("at once: %t", p.Now()-began < time.Millisecond)
		p.Sleep(5 * time.Second)
		s.totals("b")

		otp.Cast(p, sim.Local("b"), nap{7 * time.Second})
		otp.Cast(p, sim.Local("b"), add{By: 5})
		s.upgrade(s.to("2"))
		s.totals("a")
		p.Sleep(5 * time.Second)
		s.totals("b") // its suspension came too late, and so did the end of that
		s.users()
		s.upgrade(s.to("2"))
		s.totals("a", "b")
	}).want(`
		upgrade: {code_change,<local/main/a>,counter,{error,bad state}}
		1: 1, 1: 0
		upgrade: {code_change,<local/main/a>,counter,{error,counter:code_change: undef: from version 1 to nothing}}
		1: 1, 1: 0
		true code_change <local/main/a>
		1: 1, 1: 0
		upgrade: {code_change,<local/main/b>,counter,timeout}
		1: 1
		at once: true
		1: 0
		upgrade: {suspend,<local/main/b>,timeout}
		1: 1
		1: 5
		<local/main/a> 1, <local/main/b> 1
		upgraded
		2: 1 [], 2: 5 []
	`)
}

// "some new processes started after suspend but before load" are what OTP's release handler kills when it purges.
// Here they change with the others.
func TestLatecomer(t *testing.T) {
	tell(t, counterModule(), func(p *sim.Proc, s *story) {
		s.starts("a", "b")
		otp.Cast(p, sim.Local("b"), nap{2 * time.Second}) // it is the last to be suspended
		p.Spawn("starter", func(q *sim.Proc) {
			q.Sleep(time.Second)
			genserver.StartAlone(q, sim.Local("c"), s.m.Server())
			otp.Call(q, sim.Local("c"), add{By: 7})
		})
		s.upgrade(s.to("2"))
		s.users()
		s.totals("c")
	}).want(`
		upgraded
		<local/main/a> 2, <local/main/b> 2, <local/main/starter/c> 2
		2: 7 []
	`)
}

// One after the other, old and new run side by side. If the last one fails, those that went before it come back
// as by a downgrade, with all that they have learnt.
func TestRolling(t *testing.T) {
	tell(t, counterModule(), func(p *sim.Proc, s *story) {
		s.starts("a", "b", "c")
		main := p.Self()
		watch := func(d time.Duration) {
			p.Spawn("watch", func(q *sim.Proc) {
				q.Sleep(d)
				v, _ := otp.Call(q, sim.Local("a"), add{By: 1})
				w, _ := otp.Call(q, sim.Local("c"), add{By: 1})
				s.say("%d %d", v, w)
				for _, u := range code.Users(q, s.m) {
					s.say("%v %s %t", u.PID, u.Vsn, u.Old)
				}
				q.Send(main, "watched")
			})
		}
		u := s.to("2")
		u.Order, u.Gap = code.Rolling, time.Second
		u.Extra = trouble{"c", func(*sim.Proc) error { return errors.New("not c") }}
		watch(1500 * time.Millisecond)
		s.upgrade(u)
		s.totals("a", "b", "c")
		s.users()
		u.Extra = nil
		s.upgrade(u)
		s.totals("a", "b", "c")
		sim.Any(p)
		u.Steps[0].To, u.Order = "1", code.Random
		s.upgrade(u)
		s.totals("a", "b", "c")
	}).want(`
		1 1
		<local/main/a> 2 false
		<local/main/b> 2 false
		<local/main/c> 1 true
		upgrade: {code_change,<local/main/c>,counter,{error,not c}}
		1: 1, 1: 0, 1: 1
		<local/main/a> 1, <local/main/b> 1, <local/main/c> 1
		upgraded
		2: 1 [], 2: 0 [], 2: 1 []
		upgraded
		1: 1, 1: 0, 1: 1
	`)
}

// Who cannot go back from a rolling upgrade lives on in the new version, and is named.
func TestStuck(t *testing.T) {
	tell(t, counterModule(), func(p *sim.Proc, s *story) {
		s.starts("a", "b", "c")
		u := s.to("2")
		u.Order = code.Rolling
		asked := map[sim.PID]int{}
		u.Extra = trouble{"", func(p *sim.Proc) error {
			a, _ := p.Whereis("a")
			c, _ := p.Whereis("c")
			if asked[p.Self()]++; p.Self() == c || p.Self() == a && asked[a] == 2 {
				return errors.New("no")
			}
			return nil
		}}
		s.upgrade(u)
		s.users()
		s.totals("a", "b", "c")
		vsn, _ := code.Old(p, s.m)
		s.say("old %s", vsn)
		u.Extra = nil
		s.upgrade(u)
		u.Steps[0].To = "1"
		s.upgrade(u) // a is late
		s.users()
	}).want(`
		upgrade: {code_change,<local/main/c>,counter,{error,no}}; 1 process could not go back
		<local/main/a> 2 old, <local/main/b> 1, <local/main/c> 1
		2: 0 [], 1: 0, 1: 0
		old 2
		upgrade: {purge,counter,{old_processes,[<local/main/a>]}}
		upgraded
		<local/main/a> 1, <local/main/b> 1, <local/main/c> 1
	`)
}

// Whoever dies meanwhile is no failure: it is started again, in the new version.
func TestDeathMeanwhile(t *testing.T) {
	tell(t, counterModule(), func(p *sim.Proc, s *story) {
		sup, _ := supervisor.StartLink(p, nil, supervisor.Spec{Children: []supervisor.Child{
			{ID: "a", Start: genserver.Start(sim.Local("a"), s.m.Server())},
			{ID: "b", Start: genserver.Start(sim.Local("b"), s.m.Server())},
		}})
		s.starts("c")
		u := s.to("2")
		u.Under = []sim.Addr{sup.PID}
		dies := func(p *sim.Proc) error {
			a, _ := p.Whereis("a")
			p.Exit(a, sim.Kill)
			p.Sleep(time.Second)
			return nil
		}
		u.Extra = trouble{"b", dies}
		s.upgrade(u) // b changes nothing of itself, and it shows
		s.users()
		u.Extra = nil
		s.upgrade(u)
		s.users()
		u.Extra = trouble{"a", func(p *sim.Proc) error { p.ExitSelf(sim.Kill); return nil }}
		u.Steps[0].To = "1"
		s.upgrade(u)
		s.users()
	}).want(`
		upgrade: {code_change,<local/main/supervisor/b>,counter,{error,counter:code_change: undef: from version 1 to 2}}
		<local/main/supervisor/b> 1, <local/main/c> 1, <local/main/supervisor/a.2> 1
		upgraded
		<local/main/supervisor/b> 2, <local/main/c> 1 old, <local/main/supervisor/a.2> 2
		upgrade: {purge,counter,{old_processes,[<local/main/c>]}}
		<local/main/supervisor/b> 2, <local/main/c> 1 old, <local/main/supervisor/a.2> 2
	`)
}

// A brutal upgrade kills who runs older code, before and after (HOT1).
func TestBrutal(t *testing.T) {
	tell(t, counterModule(), func(p *sim.Proc, s *story) {
		s.starts("a")
		s.load("2")
		s.starts("b")
		s.upgrade(s.to("1"))
		u := s.to("1")
		u.Brutal = true
		s.upgrade(u)
		s.ends()
		s.users()
	}).want(`
		upgrade: {purge,counter,{old_processes,[<local/main/a>]}}
		upgraded
		#Exit{From=<local/main/a>,Reason=killed}
		<local/main/b> 1
	`)
}

// A node does one upgrade at a time; one whose upgrader was killed is none.
func TestOneAtATime(t *testing.T) {
	tell(t, counterModule(), func(p *sim.Proc, s *story) {
		s.starts("a", "b")
		other := p.Spawn("other", func(q *sim.Proc) {
			u := s.to("2")
			u.Order, u.Gap = code.Rolling, time.Second
			u.Run(q)
		})
		p.Sleep(500 * time.Millisecond)
		s.upgrade(s.to("2"))
		p.Exit(other, sim.Kill)
		s.users()
		s.upgrade(s.to("2")) // and finishes what the other has begun
		s.users()
	}).want(`
		upgrade: {upgrading,<local/main/other>}
		<local/main/a> 2, <local/main/b> 1 old
		upgraded
		<local/main/a> 2, <local/main/b> 2
	`)
}
