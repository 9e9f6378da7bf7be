package genserver_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// prefixed is a registry that keeps its names among the local ones.
type prefixed struct{}

func (prefixed) Whereis(p *sim.Proc, name string) (sim.PID, bool) {
	return p.Whereis(sim.Name("via_" + name))
}

func (r prefixed) Register(p *sim.Proc, name string, pid sim.PID) bool {
	if _, taken := r.Whereis(p, name); taken {
		return false
	}
	p.Register(sim.Name("via_"+name), pid)
	return true
}

func (prefixed) Unregister(p *sim.Proc, name string) { p.Unregister(sim.Name("via_" + name)) }

func init() { otp.Provide("prefixed", prefixed{}) }

// GST1, GC2, GS13: names of a registry of the user's own serve as local ones do.
func TestVia(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		name := term.Via{Registry: "prefixed", Name: "v"}
		started, err := genserver.StartAlone(p, name, s.make(ok))
		s.say("%s %v", show(started.PID), err)
		s.call(p, name, "call", reply(1))
		otp.Cast(p, name, "c")
		p.Sleep(time.Second)
		_, err = genserver.StartAlone(p, name, s.make(ok))
		s.say("%s", show(err))
		s.say("%v", otp.Stop(p, name, sim.Normal, sim.Forever))
		s.call(p, name, "call", reply(1))
		otp.Cast(p, name, "c")
		p.SpawnMonitor("liar", func(p *sim.Proc) {
			genserver.EnterLoop(p, &puppet{s: s}, name, genserver.Ok())
		})
		s.hear(p)
		s.call(p, term.Via{Registry: "prefixed", Name: "other"}, "other", reply(1))
		why, _ := otp.Try(p, func() { otp.Cast(p, term.Via{Registry: "unheard_of"}, 1) })
		s.say("%s", show(why))
	}).want(`
		puppet <nil>
		call -> 1
		cast "c"
		{error,{already_started,<local/main/puppet>}}
		terminate normal
		<nil>
		call -> noproc
		main hears DOWN liar {process_not_registered_via,prefixed}
		other -> noproc
		{undef,STACK}`)
}
