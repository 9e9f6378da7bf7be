package otp_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// PL1: what the starter of a special process is told.
func TestStart_PL1(t *testing.T) {
	for _, c := range []struct {
		name string
		body sim.Body
		told string
		dies string // the reason of a linked starter that does not trap exits
	}{
		{"ack", func(p *sim.Proc) { otp.InitAck(p, 7); p.Sleep(sim.Forever) }, "7", ""},
		{"ack and the end", func(p *sim.Proc) { otp.InitAck(p, 7) }, "7", ""},
		{"no word", func(p *sim.Proc) {}, "{error,normal}", ""},
		{"exit", func(p *sim.Proc) { p.ExitSelf(sim.Atom("r")) }, "{error,r}", "r"},
		{"panic", func(p *sim.Proc) { panic(sim.Atom("oops")) }, "{error,{oops,STACK}}", "{oops,STACK}"},
		{"too slow", func(p *sim.Proc) { p.Sleep(sim.Forever) }, "{error,timeout}", ""},
		{"fail", func(p *sim.Proc) { otp.InitFail(p, otp.ErrIgnore) }, "ignore", ""},
		{"fail with a reason", func(p *sim.Proc) {
			otp.InitFail(p, &otp.StartError{Reason: sim.Atom("no")})
		}, "{error,no}", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
				for _, o := range []otp.StartOptions{{}, {Link: true}, {Monitor: true}, {Link: true, Monitor: true}} {
					p.TrapExit(true)
					o.Timeout = time.Second
					started, err := otp.Start(p, "special", c.body, o)
					if got := told(started, err); got != c.told {
						t.Errorf("%+v: told %s, want %s", o, got, c.told)
					}
					if err == nil {
						p.Unlink(started.PID)
						p.Demonitor(started.Ref, sim.Flush())
						continue
					}
					if m, err := sim.Any(p, sim.After(time.Second)); err == nil && !isExit(m) {
						t.Errorf("%+v: a message is left: %s", o, show(m))
					}
				}
				_, _ = p.SpawnMonitor("starter", func(p *sim.Proc) {
					otp.Start(p, "special", c.body, otp.StartOptions{Link: true, Timeout: time.Second})
					p.Sleep(time.Second)
					p.ExitSelf(sim.Atom("survived"))
				})
				want := c.dies
				if want == "" {
					want = "survived"
				}
				for {
					if d, err := sim.Recv[sim.Down](p); err == nil {
						if got := show(d.Reason); got != want {
							t.Errorf("the linked starter ended with %s, want %s", got, want)
						}
						return
					}
				}
			})
		})
	}
}

// PL1: one that exits its starter by exit/2 has not started, as far as that can tell, but goes on: its ack comes too late.
func TestStart_PL1_exitsItsStarter(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		p.TrapExit(true)
		_, err := otp.Start(p, "special", func(p *sim.Proc) {
			p.Exit(p.Parent(), sim.Atom("r"))
			otp.InitAck(p, nil)
			p.Sleep(sim.Forever)
		}, otp.StartOptions{Link: true})
		s.say("%s", told(otp.Started{}, err))
		s.hear(p)
		info, _ := p.Info(p.Self())
		s.say("%d links", len(info.Links))
	}).want("{error,r}", "{ack,<special>,{ok,<special>}}", "1 links")
}

// What is said too late is in Erlang's words.
func TestStart_late(t *testing.T) {
	for _, c := range []struct {
		say  func(p *sim.Proc)
		want string
	}{
		{func(p *sim.Proc) { otp.InitAck(p, sim.Atom("info")) }, "{ack,<special>,{ok,<special>,info}}"},
		{func(p *sim.Proc) { otp.InitFail(p, otp.ErrIgnore) }, "{nack,<special>,ignore}"},
		{func(p *sim.Proc) { otp.InitFail(p, &otp.StartError{Reason: sim.Atom("no")}) }, "{nack,<special>,{error,no}}"},
	} {
		tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
			p.TrapExit(true)
			otp.Start(p, "special", func(p *sim.Proc) {
				p.Exit(p.Parent(), sim.Atom("r"))
				c.say(p)
				p.Sleep(sim.Forever)
			}, otp.StartOptions{Link: true})
			s.hear(p)
		}).want(c.want)
	}
}

func isExit(m any) bool { _, ok := m.(sim.Exit); return ok }

func told(started otp.Started, err error) string {
	switch err {
	case nil:
		return show(started.Info)
	case otp.ErrIgnore:
		return "ignore"
	}
	return "{error," + show(otp.ExitReason(err)) + "}"
}

// PL2: since OTP 26, who said that it did not start is gone when its starter goes on, even if it takes its time.
func TestStart_PL2_waitsForTheEnd(t *testing.T) {
	for compat, want := range map[sim.Compat]string{sim.OTP27: "gone", sim.OTP25: "still there"} {
		tell(t, sim.Config{Compat: compat}, func(p *sim.Proc, s *story) {
			otp.Start(p, "special", func(p *sim.Proc) {
				p.Register("s", p.Self())
				otp.InitFail(p, otp.ErrIgnore)
				p.Sleep(time.Second)
			}, otp.StartOptions{Link: true})
			if _, ok := p.Whereis("s"); ok {
				s.say("still there")
			} else {
				s.say("gone")
			}
		}).want(want)
	}
}

// PL3: a crash is reported, with those who started the process, and those who started them.
func TestSpawn_PL3_crashReport(t *testing.T) {
	var r crashes
	tell(t, sim.Config{Observer: &r}, func(p *sim.Proc, s *story) {
		for _, reason := range []sim.Reason{sim.Normal, sim.Shutdown, sim.Tuple{sim.Shutdown, 1}, sim.Atom("r")} {
			otp.Spawn(p, "child", func(p *sim.Proc) {
				otp.Spawn(p, "grandchild", func(p *sim.Proc) { p.ExitSelf(reason) })
			})
		}
		otp.Spawn(p, "crasher", func(p *sim.Proc) { panic(sim.Atom("oops")) })
		p.Sleep(time.Second)
	})
	want := "<child.4/grandchild> r [<child.4>,<main>]; <crasher> {oops,STACK} [<main>]; "
	if string(r) != want && string(r) != "<crasher> {oops,STACK} [<main>]; <child.4/grandchild> r [<child.4>,<main>]; " {
		t.Errorf("%s, want %s", r, want)
	}
}

type crashes string

func (c *crashes) Observe(f sim.Fact) {
	if r, ok := f.Detail.(otp.CrashReport); ok {
		*c += crashes(show(r.PID) + " " + show(r.Reason) + " " + show(r.Ancestors) + "; ")
	}
}

// A special process as a child: a StartFunc, linked, playing the role that As gives it.
func TestSpecial(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		start := otp.Special("worker", func(p *sim.Proc, extra ...any) {
			otp.InitAck(p, extra)
			p.Sleep(sim.Forever)
		})
		a, _ := start(p, 1, 2)
		b, _ := otp.As(p, "by_id", start)
		info, _ := p.Info(p.Self())
		s.say("%s %s %s %d links", show(a.PID), show(a.Info), show(b.PID), len(info.Links))
	}).want("<worker> [1,2] <by_id> 2 links")
}

// Try lets the engine's own panics pass: a process that is killed inside it is gone.
func TestTry_killed(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		pid := p.Spawn("victim", func(p *sim.Proc) {
			otp.Try(p, func() { p.Sleep(sim.Forever) })
			s.say("goes on")
		})
		p.Sleep(time.Second)
		p.Exit(pid, sim.Kill)
		s.say("alive: %v", p.Alive(pid))
	}).want("alive: false")
}
