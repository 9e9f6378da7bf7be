package genstatem_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// SM10: until OTP 26 another process makes a call that has a time-out, unless the address says that the machine is on
// this node. Then that process is who is answered.
func TestCall_proxy_SM10(t *testing.T) {
	tests := []struct {
		name   string
		compat sim.Compat
		d      time.Duration
		to     func(p *sim.Proc, pid sim.PID) sim.Addr
		want   string
	}{
		{"pid", sim.OTP25, tick, func(_ *sim.Proc, pid sim.PID) sim.Addr { return pid }, "caller"},
		{"name", sim.OTP25, tick, byName, "proxy"},
		{"name for ever", sim.OTP25, sim.Forever, byName, "caller"},
		{"name at node", sim.OTP25, tick, nameAt, "caller"},
		{"name in 27", sim.OTP27, tick, byName, "caller"},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			tell(t, sim.Config{Compat: c.compat}, func(p *sim.Proc, s *tale) {
				pid := p.Spawn("asked", func(p *sim.Proc) {
					m, _ := p.Await(sim.Mark{}, func(*sim.Msg) bool { return true }, sim.Forever)
					from := otp.FromOf(&m)
					otp.Reply(p, from, from.PID)
				})
				p.Register("asked", pid)
				v, err := genstatem.CallAny(p, c.to(p, pid), sim.Atom("q"), otp.Within(c.d))
				who := "proxy"
				if v == any(p.Self()) {
					who = "caller"
				}
				if _, is := v.(sim.PID); !is {
					t.Error(v, err)
				}
				s.say("%s", who)
			}).want(c.want)
		})
	}
}

func byName(*sim.Proc, sim.PID) sim.Addr { return sim.Name("asked") }

func nameAt(p *sim.Proc, _ sim.PID) sim.Addr { return term.NameAt{Name: "asked", Node: p.Node()} }

// SM10, GC2: who calls itself through a proxy is not seen to, and waits until the time is over.
func TestCall_self_SM10(t *testing.T) {
	for _, c := range []struct {
		compat sim.Compat
		want   string
	}{{sim.OTP25, "1s timeout"}, {sim.OTP27, "0s calling_self"}} {
		tell(t, sim.Config{Compat: c.compat}, func(p *sim.Proc, s *tale) {
			p.Register("me", p.Self())
			began := p.Now()
			_, err := genstatem.CallAny(p, sim.Name("me"), sim.Atom("q"), otp.Within(time.Second))
			s.say("%v %s", p.Now()-began, show(err.(*otp.CallError).Reason))
		}).want(c.want)
	}
}

// SM10: a proxy is a process like any other. The end of one that is killed is its caller's.
func TestCall_proxyKilled_SM10(t *testing.T) {
	tell(t, sim.Config{Compat: sim.OTP25}, func(p *sim.Proc, s *tale) {
		p.Register("asked", p.Self())
		_, ref := p.SpawnMonitor("caller", func(p *sim.Proc) {
			genstatem.CallAny(p, sim.Name("asked"), sim.Atom("q"), otp.Within(time.Second))
		})
		m, _ := p.Await(sim.Mark{}, func(m *sim.Msg) bool { return m.Tag() == otp.CallTag }, sim.Forever)
		p.Exit(otp.FromOf(&m).PID, sim.Kill)
		m, _ = p.Await(sim.Mark{}, func(m *sim.Msg) bool { return otp.IsDown(m, ref) }, sim.Forever)
		s.say("%s", show(m.Value()))
	}).want("DOWN killed")
}
