package genstatem_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
	"github.com/bedlam-sim/bedlam/sim/term"
)

var beginnings = map[string]func(u *puppet, p *sim.Proc) step{
	"ok":     nil,
	"ignore": func(u *puppet, _ *sim.Proc) step { return u.Ignore() },
	"stop":   func(u *puppet, _ *sim.Proc) step { return u.Stop(sim.Atom("r")) },
	"error":  func(u *puppet, _ *sim.Proc) step { return u.Fail(sim.Atom("r")) },
	"panic":  func(*puppet, *sim.Proc) step { panic(sim.Atom("oops")) },
	"exit":   func(u *puppet, p *sim.Proc) step { p.ExitSelf(sim.Atom("r")); return u.Keep() },
	"bad":    func(u *puppet, _ *sim.Proc) step { return u.Bad(sim.Atom("junk")) },
	"keep":   func(u *puppet, _ *sim.Proc) step { return u.Keep() },
	"slow":   func(u *puppet, p *sim.Proc) step { p.Sleep(time.Hour); return u.Next("a") },
}

// SM9, GS1, PL2: what a starter that traps exits is told and what is left in its mailbox: nothing since OTP
// 26. Of a crash it is told the bare reason, where a gen_server tells the stack.
func TestStart_whatInitAnswers(t *testing.T) {
	for _, c := range []struct {
		init   string
		compat sim.Compat
		told   string
		mail   string
	}{
		{"ok", sim.OTP27, "ok", ""},
		{"ignore", sim.OTP27, "ignore", ""},
		{"stop", sim.OTP27, "{error,r}", ""},
		{"error", sim.OTP27, "{error,r}", ""},
		{"panic", sim.OTP27, "{error,oops}", ""},
		{"exit", sim.OTP27, "{error,r}", ""},
		{"bad", sim.OTP27, "{error,{bad_return_from_init,junk}}", ""},
		{"keep", sim.OTP27, "{error,{bad_return_from_init,{keep_state,[]}}}", ""},
		{"slow", sim.OTP27, "{error,timeout}", ""},
		{"ok", sim.OTP25, "ok", ""},
		{"ignore", sim.OTP25, "ignore", "normal"},
		{"stop", sim.OTP25, "{error,r}", "r"},
		{"error", sim.OTP25, "{error,{bad_return_from_init,{error,r}}}", "{bad_return_from_init,{error,r}}"},
		{"panic", sim.OTP25, "{error,oops}", "{oops,STACK}"},
		{"exit", sim.OTP25, "{error,r}", "r"},
		{"bad", sim.OTP25, "{error,{bad_return_from_init,junk}}", "{bad_return_from_init,junk}"},
		{"slow", sim.OTP25, "{error,timeout}", ""},
	} {
		t.Run(c.init+map[sim.Compat]string{sim.OTP25: "_25"}[c.compat], func(t *testing.T) {
			tell(t, sim.Config{Compat: c.compat}, func(p *sim.Proc, s *tale) {
				p.TrapExit(true)
				_, err := genstatem.StartLink(p, sim.Local("m"), func() *puppet {
					return &puppet{s: s, init: beginnings[c.init]}
				}, genstatem.Timeout(time.Second))
				if got := show(err); got != c.told {
					t.Errorf("told %s, want %s", got, c.told)
				}
				p.Yield() // before OTP 26 it may still be there
				if _, named := p.Whereis("m"); named != (c.init == "ok") {
					t.Errorf("the name is there: %v", named)
				}
				mail := ""
				if m, err := sim.Recv[sim.Exit](p, sim.After(time.Second)); err == nil {
					mail = term.Format(m.Reason)
				}
				if mail != c.mail {
					t.Errorf("mail %s, want %s", mail, c.mail)
				}
			})
		})
	}
}

// What Init says is done after the starter has been told and before any message.
func TestStart_actions(t *testing.T) {
	u := &puppet{init: func(u *puppet, _ *sim.Proc) step {
		return u.Next("b").Internal(sim.Atom("i")).StateTimeout(tick, u1).Timer(tt, 0, u2).Postpone().Hibernate()
	}}
	tell(t, sim.Config{}, func(p *sim.Proc, s *tale) {
		u.s = s
		cast(p, s.startAs(p, u, true), "x")
	}).want("b enter from b; b internal i; b timer t u2; b cast x; b state_timeout u1")

	u = &puppet{init: func(u *puppet, _ *sim.Proc) step { return u.Next("b").BadAction(sim.Atom("junk")) }}
	tell(t, sim.Config{}, func(p *sim.Proc, s *tale) { s.watch(p, u, false, casts()) }).
		want("b terminate {bad_action_from_state_function,junk}; DOWN noproc")
}

func TestStart_kinds(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *tale) {
		new := func() *puppet { return &puppet{s: s} }
		start := genstatem.Start(sim.Local("sup_child"), new)
		first, err := start(p)
		s.say("%s %s", first.PID.Path(), show(err))
		_, err = start(p)
		s.say("%s", show(err))
		m, _ := genstatem.StartMonitor(p, nil, new, genstatem.Role("other"))
		p.Exit(m.PID, sim.Kill)
		s.say("%s %s", m.PID.Path(), show(must(sim.Recv[sim.Down](p))))
		withArgs := genstatem.StartArgs(nil, func(args ...any) *puppet { return &puppet{s: s, name: show(args[0]) + " "} })
		fourth, _ := withArgs(p, sim.Atom("arg"))
		cast(p, fourth.PID, "x")
		why, _ := otp.Try(p, func() { start(p, 1) })
		s.say("%s %s", fourth.PID.Path(), show(why))
	}).want(`main/sup_child ok; {error,{already_started,main/sup_child}}; main/other DOWN killed
		arg a cast x; main/puppet {undef,STACK}`)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// GS13: a process that was something else becomes a machine.
func TestEnterLoop(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *tale) {
		body := func(name sim.Addr) func(p *sim.Proc) {
			return func(p *sim.Proc) {
				p.Register("mine", p.Self())
				otp.InitAck(p, nil)
				u := &puppet{s: s, p: p}
				genstatem.EnterLoop(p, enterPuppet{u}, name, u.Next("c").Internal(sim.Atom("i")))
			}
		}
		m, _ := otp.Start(p, "special", body(sim.Local("mine")), otp.StartOptions{Monitor: true})
		cast(p, m.PID, "x")
		otp.Stop(p, m.PID, sim.Normal, sim.Forever)
		s.say("%s", show(must(sim.Recv[sim.Down](p))))
		otp.Start(p, "special", body(sim.Local("other")), otp.StartOptions{Monitor: true})
		s.say("%s", show(must(sim.Recv[sim.Down](p))))
	}).want(`c enter from c; c internal i; c cast x; c terminate normal; DOWN normal; DOWN process_not_registered`)
}
