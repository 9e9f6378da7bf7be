package genserver_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/term"
)

var beginnings = map[string]func(p *sim.Proc) genserver.InitResult{
	"ok":         ok,
	"ignore":     func(*sim.Proc) genserver.InitResult { return genserver.Ignore() },
	"stop":       func(*sim.Proc) genserver.InitResult { return genserver.StopInit(sim.Atom("r")) },
	"stopNormal": func(*sim.Proc) genserver.InitResult { return genserver.StopInit(sim.Normal) },
	"error":      func(*sim.Proc) genserver.InitResult { return genserver.Fail(sim.Atom("r")) },
	"panic":      func(*sim.Proc) genserver.InitResult { panic(sim.Atom("oops")) },
	"bad":        func(*sim.Proc) genserver.InitResult { return genserver.InitResult{} },
	"exit": func(p *sim.Proc) genserver.InitResult {
		p.ExitSelf(sim.Atom("r"))
		return genserver.Ok()
	},
	"slow": func(p *sim.Proc) genserver.InitResult {
		p.Sleep(time.Hour)
		return genserver.Ok()
	},
}

// GS1: what starters are told, whether a linked starter that does not trap exits survives, and what is left
// in the mailbox of one that does: nothing since OTP 26, the exit message of the failed process before (PL2).
func TestStart_GS1_whatInitAnswers(t *testing.T) {
	for _, c := range []struct {
		init   string
		compat sim.Compat
		told   string
		dies   string // the reason of a linked starter that does not trap exits
		mail   string // what one that traps exits finds
	}{
		{"ok", sim.OTP27, "ok", "", ""},
		{"ignore", sim.OTP27, "ignore", "", ""},
		{"stop", sim.OTP27, "{error,r}", "r", ""},
		{"stopNormal", sim.OTP27, "{error,normal}", "", ""},
		{"error", sim.OTP27, "{error,r}", "", ""},
		{"panic", sim.OTP27, "{error,{oops,STACK}}", "{oops,STACK}", ""},
		{"exit", sim.OTP27, "{error,r}", "r", ""},
		{"bad", sim.OTP27, "{error,{bad_return_value,undefined}}", "{bad_return_value,undefined}", ""},
		{"slow", sim.OTP27, "{error,timeout}", "", ""},

		{"ok", sim.OTP25, "ok", "", ""},
		{"ignore", sim.OTP25, "ignore", "", "normal"},
		{"stop", sim.OTP25, "{error,r}", "r", "r"},
		{"error", sim.OTP25, "{error,{bad_return_value,{error,r}}}", "{bad_return_value,{error,r}}", "{bad_return_value,{error,r}}"},
		{"panic", sim.OTP25, "{error,{oops,STACK}}", "{oops,STACK}", "{oops,STACK}"},
		{"exit", sim.OTP25, "{error,r}", "r", "r"},
		{"slow", sim.OTP25, "{error,timeout}", "", ""},
	} {
		name := c.init
		if c.compat == sim.OTP25 {
			name += "_25"
		}
		t.Run(name, func(t *testing.T) {
			tell(t, sim.Config{Compat: c.compat}, func(p *sim.Proc, s *story) {
				limit := genserver.Timeout(time.Second)
				_, err := genserver.StartAlone(p, nil, s.make(beginnings[c.init]), limit)
				s.want("")
				if got := show(err); got != c.told {
					t.Errorf("start: told %s, want %s", got, c.told)
				}
				p.TrapExit(true)
				started, err := genserver.StartLink(p, nil, s.make(beginnings[c.init]), limit)
				if got := show(err); got != c.told {
					t.Errorf("start_link: told %s, want %s", got, c.told)
				}
				mail := ""
				if m, err := sim.Recv[sim.Exit](p, sim.After(time.Second)); err == nil {
					mail = term.Format(m.Reason)
				}
				if mail != c.mail {
					t.Errorf("start_link: exit message %q, want %q", mail, c.mail)
				}
				if !started.PID.IsZero() && !p.Alive(started.PID) {
					t.Error("it is not alive")
				}
				started, err = genserver.StartMonitor(p, nil, s.make(beginnings[c.init]), limit)
				if got := show(err); got != c.told {
					t.Errorf("start_monitor: told %s, want %s", got, c.told)
				}
				if (err == nil) == started.Ref.IsZero() {
					t.Errorf("start_monitor: %v with reference %v", err, started.Ref)
				}
				if m, err := sim.Any(p, sim.After(time.Second)); err == nil {
					t.Errorf("start_monitor: a message is left: %s", show(m))
				}
				// A linked starter that does not trap exits.
				_, ref := p.SpawnMonitor("starter", func(p *sim.Proc) {
					genserver.StartLink(p, nil, s.make(beginnings[c.init]), limit)
					p.Sleep(time.Second)
					p.ExitSelf(sim.Atom("survived"))
				})
				want := c.dies
				if want == "" {
					want = "survived"
				}
				d, _ := sim.Recv[sim.Down](p)
				if got := term.Format(d.Reason); d.Ref != ref || got != want {
					t.Errorf("the linked starter ended with %s, want %s", got, want)
				}
			})
		})
	}
}

// PL2: since OTP 26 nothing is left of a process that failed to start when its starter goes on; before, it
// might still be there, which depends on the schedule.
func TestStart_PL2_isGoneWhenTheStarterGoesOn(t *testing.T) {
	for _, compat := range []sim.Compat{sim.OTP27, sim.OTP25} {
		alive := 0
		for seed := range uint64(200) {
			tell(t, sim.Config{Policy: scheduler.Random{}, Seed: seed, Compat: compat}, func(p *sim.Proc, s *story) {
				var pid sim.PID
				genserver.StartAlone(p, nil, s.make(func(p *sim.Proc) genserver.InitResult {
					pid = p.Self()
					return genserver.StopInit(sim.Atom("r"))
				}))
				if _, there := p.Info(pid); there {
					alive++
				}
			})
		}
		if compat == sim.OTP27 && alive > 0 {
			t.Errorf("OTP 27: still alive in %d of 200 runs", alive)
		}
	}
}

// GST1: a name that is taken stops the start before anything is spawned.
func TestStart_GST1_alreadyStarted(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		first := s.start(p, ok)
		_, err := genserver.StartLink(p, sim.Local("s"), s.make(func(*sim.Proc) genserver.InitResult {
			s.say("init ran")
			return genserver.Ok()
		}))
		if pid, taken := otp.IsAlreadyStarted(err); !taken || pid != first {
			t.Errorf("got %v", err)
		}
		s.hear(p)
	}).want("")
}

// GST1: two that start under one name at once: whoever comes second in the new process hears who was first.
func TestStart_GST1_clashInTheNewProcess(t *testing.T) {
	clashes := 0
	for seed := range uint64(100) {
		tell(t, sim.Config{Policy: scheduler.Random{}, Seed: seed}, func(p *sim.Proc, s *story) {
			for range 2 {
				p.Spawn("starter", func(p *sim.Proc) {
					p.TrapExit(true)
					started, err := genserver.StartLink(p, sim.Local("s"), s.make(ok))
					pid, _ := p.Whereis("s")
					if holder, taken := otp.IsAlreadyStarted(err); taken {
						clashes++
						started.PID = holder
					}
					if started.PID != pid {
						t.Errorf("seed %d: %v, but the name belongs to %v", seed, err, pid)
					}
					s.hear(p)
				})
			}
			p.Sleep(10 * time.Second)
			s.want("")
		})
	}
	if clashes != 100 {
		t.Errorf("%d of 100 runs had exactly one loser", clashes)
	}
}

// GST2: the name is free when the starter hears of the failure, but for a bad return value before OTP 26.
func TestStart_GST2_nameIsFreeAfterFailure(t *testing.T) {
	for _, compat := range []sim.Compat{sim.OTP27, sim.OTP25} {
		for _, init := range []string{"ignore", "stop", "error", "panic", "exit", "bad"} {
			for seed := range uint64(20) {
				if compat == sim.OTP25 && (init == "bad" || init == "error") {
					continue
				}
				tell(t, sim.Config{Compat: compat, Policy: scheduler.Random{}, Seed: seed}, func(p *sim.Proc, s *story) {
					genserver.StartAlone(p, sim.Local("s"), s.make(beginnings[init]))
					if pid, held := p.Whereis("s"); held {
						t.Errorf("%s: the name still belongs to %v", init, pid)
					}
				})
			}
		}
	}
}

// GST3: the name is registered before init, init runs in the new process, and the parent of a linked or
// monitored server is its starter.
func TestStart_initHasTheName(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		started, _ := genserver.StartLink(p, sim.Local("s"), s.make(func(p *sim.Proc) genserver.InitResult {
			pid, _ := p.Whereis("s")
			s.say("%v, child of %s", pid == p.Self(), p.Parent().Path())
			return genserver.Ok()
		}))
		s.say("%s", started.PID)
	}).want(`
		true, child of main
		<local/main/s>`)
}

// A starter that ends while its child's init is still running: a linked child ends with it, another one starts
// for nobody.
func TestStart_starterDies(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		slow := func(name string) func(p *sim.Proc) genserver.InitResult {
			return func(p *sim.Proc) genserver.InitResult {
				p.Sleep(time.Second)
				s.say("%s has started", name)
				return genserver.Ok()
			}
		}
		one := p.Spawn("one", func(p *sim.Proc) { genserver.StartLink(p, nil, s.make(slow("linked"))) })
		two := p.Spawn("two", func(p *sim.Proc) { genserver.StartAlone(p, nil, s.make(slow("alone"))) })
		p.Sleep(time.Millisecond)
		p.Exit(one, sim.Kill)
		p.Exit(two, sim.Kill)
	}).want("alone has started")
}

// Every start makes a new value: what a server has forgotten it has forgotten.
func TestStart_everyStartIsFresh(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		start := genserver.StartArgs(nil, func(args ...any) *puppet {
			s.say("made of %s", show(args))
			return &puppet{s: s, init: ok}
		})
		a, _ := start(p, 1)
		b, _ := otp.As(p, "by_id", start, 2)
		s.say("%s %s", a.PID, b.PID)
	}).want(`
		made of [1]
		made of [2]
		<local/main/puppet> <local/main/by_id>`)
}

// Extra arguments that a server does not take are an undefined function.
func TestStart_extraArguments(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		why, _ := otp.Try(p, func() { genserver.Start(nil, s.make(ok))(p, 1) })
		s.say("%s", show(why))
	}).want("{undef,STACK}")
}
