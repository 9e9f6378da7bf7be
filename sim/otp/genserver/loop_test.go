package genserver_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
)

func reply(v any) act {
	return func(*sim.Proc, *puppet) genserver.Result { return genserver.ReplyAny(v) }
}

func result(r genserver.Result) act {
	return func(*sim.Proc, *puppet) genserver.Result { return r }
}

func noreply(do func(p *sim.Proc, u *puppet)) act {
	return func(p *sim.Proc, u *puppet) genserver.Result {
		do(p, u)
		return genserver.NoReply()
	}
}

// GS2: what init continues with runs before any message, even one that came first; continues may follow
// each other.
func TestLoop_GS2_continueComesFirst(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		genserver.StartAlone(p, nil, s.make(func(p *sim.Proc) genserver.InitResult {
			p.Send(p.Self(), "early")
			return genserver.Ok().Continue(act(func(p *sim.Proc, u *puppet) genserver.Result {
				s.say("continue 1")
				return genserver.NoReply().Continue(2)
			}))
		}))
		s.say("started")
		p.Sleep(time.Second)
	}).want(`
		continue 1
		continue 2
		info "early"
		started`)
}

// GS2: what a result says last is what the server does; the answer stays what it was.
func TestLoop_GS2_lastWord(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		pid := s.start(p, ok)
		s.call(p, pid, "hibernate", result(genserver.ReplyAny("a").Continue("never").Hibernate()))
		s.call(p, pid, "wait", result(genserver.ReplyAny("b").Continue("never").Timeout(sim.Forever)))
	}).want("hibernate -> \"a\"\nwait -> \"b\"")
}

// overseen is a server with a method that happens to have the name of a supervisor's.
type overseen struct {
	genserver.Base
	s *story
}

func (o *overseen) Init(p *sim.Proc) genserver.InitResult {
	p.TrapExit(true)
	return genserver.Ok()
}

func (o *overseen) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	o.s.say("info %v", msg.(sim.Exit).Reason)
	return genserver.NoReply()
}

func (o *overseen) Exited(*sim.Proc, sim.PID, sim.Reason) bool {
	o.s.say("hijacked")
	return false
}

// A method of the program's own called Exited is nobody else's: the 'EXIT' comes to HandleInfo.
func TestLoop_exitedIsTheProgramsWord(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		started, _ := genserver.StartAlone(p, nil, func() *overseen { return &overseen{s: s} })
		p.Spawn("other", func(p *sim.Proc) {
			p.Link(started.PID)
			p.ExitSelf(sim.Atom("gone"))
		})
		p.Sleep(time.Second)
	}).want("info gone")
}

// GS2: the starter is told before handle_continue runs, so it goes on while that works.
func TestLoop_GS2_starterIsToldFirst(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		genserver.StartAlone(p, nil, s.make(func(p *sim.Proc) genserver.InitResult {
			return genserver.Ok().Continue(noreply(func(p *sim.Proc, u *puppet) {
				p.Sleep(time.Second)
				s.say("continued")
			}))
		}))
		s.say("started")
	}).want("started\ncontinued")
}

// GS3: the time-out fires once, as the message timeout, if nothing comes; it is not armed again by itself.
func TestLoop_GS3_timeout(t *testing.T) {
	start := func(d time.Duration) func(p *sim.Proc) genserver.InitResult {
		return func(*sim.Proc) genserver.InitResult { return genserver.Ok().Timeout(d) }
	}
	t.Run("fires once", func(t *testing.T) {
		tell(t, sim.Config{}, func(p *sim.Proc, s *story) { s.start(p, start(time.Second)) }).want("info timeout")
	})
	t.Run("any message ends it", func(t *testing.T) {
		tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
			pid := s.start(p, start(time.Second))
			p.Sleep(500 * time.Millisecond)
			p.Send(pid, "x")
		}).want(`info "x"`)
	})
	t.Run("even one that was there, for a time-out of nothing", func(t *testing.T) {
		tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
			s.start(p, func(p *sim.Proc) genserver.InitResult {
				p.Send(p.Self(), "x")
				return genserver.Ok().Timeout(0)
			})
		}).want(`info "x"`)
	})
	t.Run("of nothing", func(t *testing.T) {
		tell(t, sim.Config{}, func(p *sim.Proc, s *story) { s.start(p, start(0)) }).want("info timeout")
	})
	t.Run("a system message begins it anew", func(t *testing.T) {
		tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
			pid := s.start(p, start(time.Second))
			p.Sleep(600 * time.Millisecond)
			sys.GetState(p, pid)
			p.Sleep(600 * time.Millisecond)
			s.say("not yet")
			p.Sleep(600 * time.Millisecond)
		}).want("not yet\ninfo timeout")
	})
	t.Run("one of the user's own is the same", func(t *testing.T) {
		tell(t, sim.Config{}, func(p *sim.Proc, s *story) { p.Send(s.start(p, ok), sim.Atom("timeout")) }).want("info timeout")
	})
}

// GS4, GS6, GS7: what a callback may answer and what becomes of the server and its caller.
func TestLoop_GS4_answers(t *testing.T) {
	for _, c := range []struct {
		name  string
		act   act
		story string
	}{
		{"reply", reply(1), "call -> 1"},
		{"stop", result(genserver.Stop(sim.Atom("r"))), `
			terminate r
			call -> r
			main hears DOWN s r`},
		{"stop normal", result(genserver.Stop(sim.Normal)), `
			terminate normal
			call -> normal
			main hears DOWN s normal`},
		{"stop and reply", result(genserver.StopReplyAny(sim.Shutdown, 1)), `
			terminate shutdown
			call -> 1
			main hears DOWN s shutdown`},
		{"panic", func(*sim.Proc, *puppet) genserver.Result { panic(sim.Atom("oops")) }, `
			terminate {oops,STACK}
			call -> {oops,STACK}
			main hears DOWN s {oops,STACK}`},
		{"exit", func(p *sim.Proc, _ *puppet) genserver.Result { p.ExitSelf(sim.Atom("r")); return genserver.NoReply() }, `
			terminate r
			call -> r
			main hears DOWN s r`},
		{"nothing", result(genserver.Result{}), `
			terminate {bad_return_value,undefined}
			call -> {bad_return_value,undefined}
			main hears DOWN s {bad_return_value,undefined}`},
		{"bad argument", func(p *sim.Proc, _ *puppet) genserver.Result {
			p.Send(sim.Local("nobody"), 1)
			return genserver.NoReply()
		}, `
			terminate {badarg,STACK}
			call -> {badarg,STACK}
			main hears DOWN s {badarg,STACK}`},
		{"terminate crashes", func(_ *sim.Proc, u *puppet) genserver.Result {
			u.leave = func(*sim.Proc) { panic(sim.Atom("worse")) }
			return genserver.Stop(sim.Atom("r"))
		}, `
			terminate r
			call -> {worse,STACK}
			main hears DOWN s {worse,STACK}`},
		{"terminate crashes and there is a reply", func(_ *sim.Proc, u *puppet) genserver.Result {
			u.leave = func(p *sim.Proc) { p.ExitSelf(sim.Atom("worse")) }
			return genserver.StopReplyAny(sim.Normal, 1)
		}, `
			terminate normal
			call -> 1
			main hears DOWN s worse`},
		{"terminate exits normally", func(_ *sim.Proc, u *puppet) genserver.Result {
			u.leave = func(p *sim.Proc) { p.ExitSelf(sim.Normal) }
			return genserver.Stop(sim.Atom("r"))
		}, `
			terminate r
			call -> normal
			main hears DOWN s normal`},
	} {
		t.Run(c.name, func(t *testing.T) {
			tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
				pid := s.start(p, ok)
				p.Monitor(pid)
				s.call(p, pid, "call", c.act)
				s.hear(p)
			}).want(c.story)
		})
	}
}

// GS4: a reply is no answer to a cast.
func TestLoop_GS4_replyToCast(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		otp.Cast(p, s.start(p, ok), reply(1))
	}).want("terminate {bad_return_value,{reply,1}}")
}

// GS5, ERL-1291: whoever holds the reply of {stop,_,Reply,_} may find the server, and its name, still there.
func TestLoop_GS5_replyComesBeforeTheEnd(t *testing.T) {
	there := 0
	for seed := range uint64(100) {
		tell(t, sim.Config{Policy: scheduler.Random{}, Seed: seed}, func(p *sim.Proc, s *story) {
			pid := s.start(p, ok)
			otp.CallAny(p, pid, result(genserver.StopReplyAny(sim.Normal, 1)))
			if _, err := genserver.StartAlone(p, sim.Local("s"), s.make(ok)); err != nil {
				if holder, _ := otp.IsAlreadyStarted(err); holder != pid {
					t.Errorf("seed %d: %v", seed, err)
				}
				there++
			}
		})
	}
	t.Logf("the name was still taken in %d of 100 runs", there)
}

// GS6: when terminate is called, and when not.
func TestLoop_GS6_terminate(t *testing.T) {
	parent := func(p *sim.Proc, s *story, init func(p *sim.Proc) genserver.InitResult, reason sim.Reason) {
		parent := p.Spawn("parent", func(p *sim.Proc) {
			genserver.StartLink(p, sim.Local("s"), s.make(init))
			sim.Any(p)
			p.ExitSelf(reason)
		})
		p.Sleep(time.Second)
		p.Monitor(sim.Local("s"))
		p.Send(parent, "go")
		s.hear(p)
	}
	for _, c := range []struct {
		name  string
		do    func(p *sim.Proc, s *story)
		story string
	}{
		{"parent ends, trapping", func(p *sim.Proc, s *story) { parent(p, s, trapping, sim.Atom("r")) }, `
			terminate r
			main hears DOWN {s,local} r`},
		{"parent ends normally, trapping", func(p *sim.Proc, s *story) { parent(p, s, trapping, sim.Normal) }, `
			terminate normal
			main hears DOWN {s,local} normal`},
		{"parent ends, not trapping", func(p *sim.Proc, s *story) { parent(p, s, ok, sim.Atom("r")) },
			"main hears DOWN {s,local} r"},
		{"parent ends normally, not trapping", func(p *sim.Proc, s *story) { parent(p, s, ok, sim.Normal) }, ""},
		{"killed", func(p *sim.Proc, s *story) { p.Exit(s.start(p, trapping), sim.Kill) }, ""},
		{"exit signal, not trapping", func(p *sim.Proc, s *story) { p.Exit(s.start(p, ok), sim.Atom("r")) }, ""},
		{"exit signal, trapping", func(p *sim.Proc, s *story) { p.Exit(s.start(p, trapping), sim.Atom("r")) },
			"info EXIT main r"},
		{"stopped", func(p *sim.Proc, s *story) { s.say("%v", otp.Stop(p, s.start(p, ok), sim.Atom("r"), sim.Forever)) },
			"terminate r\n<nil>"},
		{"sys:terminate", func(p *sim.Proc, s *story) {
			p.Monitor(s.start(p, ok))
			s.say("%v", sys.Terminate(p, sim.Local("s"), sim.Atom("r")))
			s.hear(p)
		}, `
			terminate r
			<nil>
			main hears DOWN s r`},
	} {
		t.Run(c.name, func(t *testing.T) { tell(t, sim.Config{}, c.do).want(c.story) })
	}
}

// GS6: a server that is killed in the middle of a callback does not terminate, and says nothing more.
func TestLoop_GS6_killedInACallback(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		pid := s.start(p, ok)
		otp.Cast(p, pid, noreply(func(p *sim.Proc, _ *puppet) {
			s.say("begins")
			p.Sleep(time.Second)
			s.say("goes on")
		}))
		p.Sleep(time.Millisecond)
		p.Monitor(pid)
		p.Exit(pid, sim.Kill)
		s.hear(p)
	}).want("begins\nmain hears DOWN s killed")
}

// GS7, PL3: who ends for a reason that is not orderly is reported: the server first, then the process.
func TestLoop_GS7_reports(t *testing.T) {
	for _, c := range []struct {
		reason sim.Reason
		kinds  string
	}{
		{sim.Normal, ""}, {sim.Shutdown, ""}, {sim.Tuple{sim.Shutdown, 1}, ""},
		{sim.Atom("r"), "terminate gen_server s last {'$gen_cast',FUN}; crash s, ancestors [main]; "},
	} {
		var r reports
		tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
			w := sim.New(sim.Config{Observer: &r, Boot: func(p *sim.Proc) {
				p.Spawn("main", func(p *sim.Proc) {
					otp.Cast(p, s.start(p, ok), result(genserver.Stop(c.reason)))
				})
			}})
			defer w.Close()
			w.Run(time.Second)
		})
		if string(r) != c.kinds {
			t.Errorf("%v: reports %q, want %q", c.reason, r, c.kinds)
		}
	}
}

type reports string

func (r *reports) Observe(f sim.Fact) {
	switch d := f.Detail.(type) {
	case otp.TerminateReport:
		*r += reports(f.Text + " " + show(d.Behaviour) + " " + show(d.Name) + " last " + show(d.Last) + "; ")
	case otp.CrashReport:
		*r += reports(f.Text + " " + show(d.PID) + ", ancestors " + show(d.Ancestors) + "; ")
	}
}

// GS8: of the callbacks that a module may lack, handle_info is missed with a warning, the others with undef.
func TestLoop_GS8_base(t *testing.T) {
	type bare struct{ genserver.Base }
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		for range 2 {
			started, err := genserver.StartAlone(p, sim.Local("bare"), func() *bare { return &bare{} })
			if err != nil {
				t.Fatal(err)
			}
			p.Send(started.PID, "ignored")
			_, err = otp.CallAny(p, started.PID, 1)
			s.say("%v", err)
		}
		started, _ := genserver.StartMonitor(p, nil, func() *bare { return &bare{} })
		otp.Cast(p, started.PID, 1)
		s.hear(p)
	}).want(`
		call <local/main/bare> 1: {undef,STACK}
		call <local/main/bare.2> 1: {undef,STACK}
		main hears DOWN bare.3 {undef,STACK}`)
}

// GS10: any process may reply, and the caller may be given away.
func TestLoop_GS10_replyFromElsewhere(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		s.call(p, s.start(p, ok), "call", noreply(func(p *sim.Proc, u *puppet) {
			from := u.from
			p.Spawn("deputy", func(p *sim.Proc) { otp.Reply(p, from, "for him") })
		}))
	}).want(`call -> "for him"`)
}

// GS11: those who have no such name, or do not answer in time, are bad; late answers are dropped.
func TestLoop_GS11_multiCall(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		s.start(p, ok)
		here := []sim.Atom{p.Node(), "elsewhere"}
		good, bad := genserver.MultiCall(p, here, "s", question{N: 1}, time.Second)
		s.say("%v %v", good, bad)
		otp.Abcast(p, here, "s", noreply(func(p *sim.Proc, _ *puppet) { p.Sleep(2 * time.Second) }))
		good, bad = genserver.MultiCall(p, here[:1], "s", question{N: 1}, time.Second)
		s.say("%v %v", good, bad)
		p.Sleep(5 * time.Second)
		s.hear(p)
	}).want(`
		[{local 1}] [elsewhere]
		[] [local]`)
}

type question struct {
	otp.Returns[int]
	N int
}

// GS12: hibernation shows, and ends with the next message; hibernate_after comes by itself.
func TestLoop_GS12_hibernate(t *testing.T) {
	asleep := func(p *sim.Proc, s *story) {
		info, _ := p.Info(mustWhereis(p, "s"))
		s.say("hibernating: %v", info.Hibernating)
	}
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		pid := s.start(p, func(*sim.Proc) genserver.InitResult { return genserver.Ok().Hibernate() })
		asleep(p, s)
		s.call(p, pid, "wake", reply(1))
		asleep(p, s)
		s.call(p, pid, "sleep", result(genserver.ReplyAny(2).Hibernate()))
		p.Sleep(time.Millisecond)
		asleep(p, s)
		sys.GetState(p, pid)
		p.Sleep(time.Millisecond)
		asleep(p, s)
	}).want(`
		hibernating: true
		wake -> 1
		hibernating: false
		sleep -> 2
		hibernating: true
		hibernating: true`)
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		pid := s.start(p, ok, genserver.HibernateAfter(time.Second))
		p.Sleep(900 * time.Millisecond)
		asleep(p, s)
		p.Sleep(200 * time.Millisecond)
		asleep(p, s)
		s.call(p, pid, "wake", reply(1))
		asleep(p, s)
		p.Sleep(1100 * time.Millisecond)
		asleep(p, s)
	}).want(`
		hibernating: false
		hibernating: true
		wake -> 1
		hibernating: false
		hibernating: true`)
}

func mustWhereis(p *sim.Proc, name sim.Name) sim.PID {
	pid, _ := p.Whereis(name)
	return pid
}

// GS13: a process with a body becomes a server; the name it claims must be its own.
func TestLoop_GS13_enterLoop(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		started, err := otp.Start(p, "loop", func(p *sim.Proc) {
			p.Register("s", p.Self())
			otp.InitAck(p, "info")
			genserver.EnterLoop(p, &puppet{s: s}, sim.Local("s"), genserver.Ok().Timeout(time.Second))
		}, otp.StartOptions{})
		s.say("%v %v", started.Info, err)
		p.Sleep(2 * time.Second)
		s.call(p, started.PID, "call", reply(1))
		s.say("%v", otp.Stop(p, started.PID, sim.Normal, sim.Forever))

		p.SpawnMonitor("liar", func(p *sim.Proc) {
			genserver.EnterLoop(p, &puppet{s: s}, sim.Local("s"), genserver.Ok())
		})
		s.hear(p)
		p.SpawnMonitor("goes_on", func(p *sim.Proc) {
			genserver.EnterLoop(p, &puppet{s: s}, nil, genserver.Ok().Continue(result(genserver.Stop(sim.Atom("r")))))
		})
		s.hear(p)
	}).want(`
		info <nil>
		info timeout
		call -> 1
		terminate normal
		<nil>
		main hears DOWN liar process_not_registered
		terminate r
		main hears DOWN goes_on r`)
}

// GS14, SYS3: a suspended server handles system messages and its parent's end; the rest waits in order.
func TestLoop_GS14_suspended(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		pid := s.start(p, ok)
		sys.Suspend(p, pid)
		otp.Cast(p, pid, 1)
		p.Send(pid, 2)
		_, err := otp.CallAny(p, pid, 3, otp.Within(time.Second))
		s.say("%s", show(err.(*otp.CallError).Reason))
		status, _ := sys.GetStatus(p, pid)
		s.say("%s", status.Sys)
		sys.Resume(p, pid)
		s.hear(p)
	}).want(`
		timeout
		suspended
		cast 1
		info 2
		call 3`)
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		p.TrapExit(true)
		parent := p.SpawnLink("parent", func(p *sim.Proc) {
			genserver.StartLink(p, sim.Local("s"), s.make(trapping))
			sys.Suspend(p, sim.Local("s"))
			otp.Cast(p, sim.Local("s"), "never")
			sim.Any(p)
		})
		p.Sleep(time.Second)
		p.Exit(parent, sim.Atom("r"))
	}).want("terminate r")
}

// A message in its plain form, sent by hand, is as good as the one that otp sends.
func TestLoop_plainFormsServe(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		pid := s.start(p, ok)
		ref := p.Alias()
		from := otp.From{PID: p.Self(), Tag: otp.Tag{Ref: ref}}
		p.Send(pid, otp.CallMsg{From: from, Req: "q"})
		p.Send(pid, otp.CastMsg{Req: "c"})
		p.Send(pid, otp.SystemMsg{From: from, Req: sys.SuspendReq})
		p.Send(pid, otp.SystemMsg{From: from, Req: sim.Tuple{sys.TerminateReq, sim.Normal}})
		s.hear(p)
	}).want(`
		call "q"
		cast "c"
		terminate normal
		main hears {[alias|#Ref<local/main.2>],"q"}
		main hears {[alias|#Ref<local/main.2>],ok}
		main hears {[alias|#Ref<local/main.2>],ok}`)
}

// A server that promised never to block and does crashes as for any mistake.
func TestLoop_noBlockBroken(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		s.call(p, s.start(p, ok, genserver.NoBlock()), "call", noreply(func(p *sim.Proc, _ *puppet) { p.Sleep(1) }))
	}).want(`
		terminate {badarg,STACK}
		call -> {badarg,STACK}`)
}

// A server that always continues does not stop the world: it can be killed.
func TestLoop_continueForEver(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		var again act
		again = func(*sim.Proc, *puppet) genserver.Result { return genserver.NoReply().Continue(again) }
		pid := s.start(p, func(*sim.Proc) genserver.InitResult { return genserver.Ok().Continue(again) })
		p.Sleep(time.Second / 100)
		p.Exit(pid, sim.Kill)
		s.say("alive: %v", p.Alive(pid))
	}).want("alive: false")
}
