package otp_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// PL4: what Stop says, as asked of OTP 25.
func TestStop_PL4(t *testing.T) {
	special := func(do func(p *sim.Proc, m otp.SystemMsg)) func(p *sim.Proc) sim.Addr {
		return func(p *sim.Proc) sim.Addr {
			return p.Spawn("special", func(p *sim.Proc) {
				m, _ := sim.Recv[otp.SystemMsg](p)
				do(p, m)
			})
		}
	}
	for _, c := range []struct {
		name string
		to   func(p *sim.Proc) sim.Addr
		exit string
	}{
		{"server", func(p *sim.Proc) sim.Addr { return start(p) }, "ok"},
		{"server by name", func(p *sim.Proc) sim.Addr { start(p); return sim.Local("s") }, "ok"},
		{"nobody", func(p *sim.Proc) sim.Addr { return sim.Local("nobody") }, "noproc"},
		{"dead", func(p *sim.Proc) sim.Addr {
			dead := p.Spawn("dead", func(*sim.Proc) {})
			p.Sleep(time.Second)
			return dead
		}, "noproc"},
		{"self", func(p *sim.Proc) sim.Addr { return p.Self() }, "{calling_self,{sys,terminate,[<main>,normal,1000]}}"},
		{"ends without an answer", special(func(p *sim.Proc, m otp.SystemMsg) { p.ExitSelf(sim.Normal) }),
			"{normal,{sys,terminate,[<special>,normal,1000]}}"},
		{"ends for another reason", special(func(p *sim.Proc, m otp.SystemMsg) {
			otp.Reply(p, m.From, sim.Atom("ok"))
			p.ExitSelf(sim.Atom("other"))
		}), "other"},
		{"does not answer", special(func(p *sim.Proc, m otp.SystemMsg) { p.Sleep(10 * time.Second) }), "timeout"},
		{"does not end", special(func(p *sim.Proc, m otp.SystemMsg) {
			otp.Reply(p, m.From, sim.Atom("ok"))
			p.Sleep(10 * time.Second)
		}), "timeout"},
		{"ends as the time is over", special(func(p *sim.Proc, m otp.SystemMsg) { // which ends a millisecond early
			otp.Reply(p, m.From, sim.Atom("ok"))
			p.Sleep(time.Second - time.Millisecond/2)
		}), "timeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
				to := c.to(p)
				err := otp.Stop(p, to, sim.Normal, time.Second)
				got := "ok"
				if err != nil {
					got = show(otp.ExitReason(err))
				}
				if pid, ok := to.(sim.PID); ok && got == "timeout" && !p.Alive(pid) {
					t.Error("a process that takes too long is not killed")
				}
				s.hear(p)
				s.say("%s", got)
			}).want(c.exit)
		})
	}
}
