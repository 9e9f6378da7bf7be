package genevent_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genevent"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// "Handlers kept newest-first; events run newest→oldest; which_handlers same order. Same {Mod,Id} may be
// added twice (no dup check); lookups hit the newest."
func TestHandlers_EV1_newestFirst(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		s.add(p, a)
		s.add(p, b)
		s.add(p, a)
		s.which(p)
		s.sync(p, x)
		s.delete(p, a, sim.Atom("bye"))
		s.which(p)
		s.want(`
			a init
			add a: ok
			b init
			add b: ok
			a init
			add a: ok
			which: [{m,a},{m,b},{m,a}]
			a event x
			b event x
			a event x
			sync x: ok
			a terminate bye
			delete a: {gone,a}
			which: [{m,b},{m,a}]`)
		if info, _ := p.Info(s.bus); !info.TrapExit {
			t.Error("a manager always traps exits")
		}
	})
}

func panics(v any) func() genevent.Result { return func() genevent.Result { panic(v) } }

// "add_handler result: ok | anything init returned | {'EXIT',R}. add_sup_handler links manager↔caller before
// init and leaves the link if init fails."
func TestAddHandler_EV2(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		how := func(f func() genevent.Result) func(*puppet) { return func(u *puppet) { u.init = f } }
		s.add(p, a, how(func() genevent.Result { return genevent.Fail(x) }))
		s.add(p, a, how(func() genevent.Result { return genevent.Bad(x) }))
		s.add(p, a, how(func() genevent.Result { return genevent.Result{} }))
		s.add(p, a, how(func() genevent.Result { return genevent.Remove() }))
		s.add(p, a, how(func() genevent.Result { return genevent.ReplyAny(1) }))
		s.add(p, a, how(panics(boom)))
		info, _ := p.Info(s.bus)
		s.say("links %s", show(info.Links))
		s.addSup(p, a, how(panics(boom)))
		info, _ = p.Info(s.bus)
		s.say("links %s", show(info.Links))
		s.which(p)
		s.want(`
			a init
			add a: error {error,x}
			a init
			add a: error x
			a init
			add a: error undefined
			a init
			add a: error remove_handler
			a init
			add a: error {ok,1}
			a init
			add a: error {'EXIT',{boom,STACK}}
			links []
			a init
			add_sup a: error {'EXIT',{boom,STACK}}
			links [main]
			which: []`)
	})
}

// "notify: async ok; to unregistered local atom → error badarg, dead pid/global ok; sync_notify returns after all
// handlers ran. Non-protocol message → handle_info of all."
func TestNotify_EV3(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		s.add(p, a, func(u *puppet) {
			u.event = func(p *sim.Proc, _ any) genevent.Result {
				p.Sleep(time.Second)
				s.say("%s has slept", u.name)
				return genevent.Ok()
			}
		})
		s.add(p, b)
		genevent.Notify(p, s.bus, sim.Atom("y"))
		s.say("notified")
		s.sync(p, x)
		p.Send(s.bus, sim.Atom("hi"))
		otp.Cast(p, s.bus, sim.Atom("cast"))
		p.Send(s.bus, genevent.NotifyMsg{Event: sim.Atom("plain")})
		p.Sleep(10 * time.Second)
		s.want(`
			a init
			add a: ok
			b init
			add b: ok
			notified
			b event y
			a event y
			a has slept
			b event x
			a event x
			a has slept
			sync x: ok
			b info hi
			a info hi
			a has slept
			b info {'$gen_cast',cast}
			a info {'$gen_cast',cast}
			a has slept
			b event plain
			a event plain
			a has slept`)

		genevent.Notify(p, sim.Local("bus"), x)
		dead := p.Spawn("dead", func(*sim.Proc) {})
		p.Sleep(time.Second)
		genevent.Notify(p, dead, x)
		genevent.Notify(p, term.NameAt{Name: "nobody", Node: p.Node()}, x)
		why, ok := otp.Try(p, func() { genevent.Notify(p, sim.Local("nobody"), x) })
		if crash, is := why.(*term.Crash); ok || !is || !term.Is(crash.Err, "badarg") {
			t.Errorf("notify to nobody: %v", why)
		}
		if err := genevent.SyncNotify(p, sim.Local("nobody"), x); show(err) != "error noproc" {
			t.Error(err)
		}
	})
}

// "Handler crash/bad return: only that handler removed; terminate({error,Term},S) (Term={'EXIT',…}); others still
// run same event; manager lives. From call: reply {error,{'EXIT',_}}."
func TestCrash_EV4_isolated(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func(p *sim.Proc) genevent.Result
		arg  string
	}{
		{"panic", func(*sim.Proc) genevent.Result { panic(boom) }, "{'EXIT',{boom,STACK}}"},
		{"exit", func(p *sim.Proc) genevent.Result { p.ExitSelf(boom); return genevent.Ok() }, "{'EXIT',boom}"},
		{"bad", func(*sim.Proc) genevent.Result { return genevent.Bad(x) }, "x"},
		{"none", func(*sim.Proc) genevent.Result { return genevent.Result{} }, "undefined"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
				fails := func(u *puppet) {
					u.event = func(p *sim.Proc, _ any) genevent.Result { return c.f(p) }
					u.call = func(p *sim.Proc, _ any) genevent.Result { return c.f(p) }
				}
				s.add(p, a)
				s.add(p, b, fails)
				s.add(p, a)
				s.sync(p, x)
				s.which(p)
				s.add(p, b, fails)
				s.lines = s.lines[:8]
				s.want(`
					a init
					add a: ok
					b init
					add b: ok
					a init
					add a: ok
					a event x
					b event x`)
				p.Send(s.bus, x)
				p.Sleep(time.Second)
				s.want(`
					b info x
					b terminate {error,` + c.arg + `}
					a info x
					a info x`)
				s.add(p, b, fails)
				s.ask(p, b, x)
				s.ask(p, b, x)
				s.want(`
					b init
					add b: ok
					b call x
					b terminate {error,` + c.arg + `}
					call b: error ` + c.arg + `
					call b: error bad_module`)
			})
		})
	}
}

// What does not fit the callback is a bad answer too.
func TestCrash_EV4_answersOfTheWrongKind(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		for _, r := range []genevent.Result{genevent.ReplyAny(1), genevent.Remove().Replying(1)} {
			s.add(p, a, does(func() genevent.Result { return r }))
			s.sync(p, x)
		}
		for _, r := range []genevent.Result{genevent.Ok(), genevent.Remove()} {
			s.add(p, a, func(u *puppet) { u.call = func(*sim.Proc, any) genevent.Result { return r } })
			s.ask(p, a, x)
		}
		s.which(p)
		s.want(`
			a init
			add a: ok
			a event x
			a terminate {error,{ok,1}}
			sync x: ok
			a init
			add a: ok
			a event x
			a terminate {error,{remove_handler,1}}
			sync x: ok
			a init
			add a: ok
			a call x
			a terminate {error,{ok}}
			call a: error {ok}
			a init
			add a: ok
			a call x
			a terminate {error,remove_handler}
			call a: error remove_handler
			which: []`)
	})
}

// "manager stop → every handler terminate(stop), newest first"; one that crashes then stops nobody.
func TestStop_EV5(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		s.add(p, a)
		s.add(p, b, func(u *puppet) { u.leave = func() any { panic(boom) } })
		s.add(p, c)
		s.lines = nil
		s.say("stop: %s", show(otp.Stop(p, s.bus, sim.Shutdown, time.Second)))
		s.which(p)
		s.want(`
			c terminate stop
			b terminate stop
			a terminate stop
			stop: ok
			which: error noproc`)
	})
}

// "remove_handler → terminate(remove_handler); delete_handler → terminate(Args), returns its value or
// {error,module_not_found}."
func TestRemove_EV5(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		s.add(p, a, does(genevent.Remove))
		s.add(p, b, func(u *puppet) {
			u.call = func(_ *sim.Proc, req any) genevent.Result { return genevent.Remove().Replying(req) }
		})
		s.lines = nil
		s.sync(p, x)
		s.ask(p, b, 7)
		s.delete(p, b, x)
		s.add(p, b, func(u *puppet) { u.leave = func() any { panic(boom) } })
		s.delete(p, b, x)
		s.which(p)
		s.want(`
			b event x
			a event x
			a terminate remove_handler
			sync x: ok
			b call 7
			b terminate remove_handler
			call b: 7
			delete b: error module_not_found
			b init
			add b: ok
			b terminate x
			delete b: error {'EXIT',{boom,STACK}}
			which: []`)
	})
}

// "swap: new init gets {Args2, TerminateResult}; old missing → {Args2,error} and swap still happens; from
// callback {swap_handler,A1,S1,H2,A2}; init failing → handler just gone."
func TestSwap_EV6(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		swap := func(old, new sim.Atom, how ...func(*puppet)) {
			s.say("swap: %s", show(genevent.SwapHandler(p, s.bus, id(old), sim.Atom("sw"), id(new), s.make(new, how...))))
		}
		s.add(p, a)
		s.add(p, b)
		swap(a, c)
		s.which(p)
		swap("none", a)
		s.which(p)
		swap(a, b, func(u *puppet) { u.init = panics(boom) })
		s.which(p)
		s.want(`
			a init
			add a: ok
			b init
			add b: ok
			a terminate sw
			c init after {gone,a}
			swap: ok
			which: [{m,c},{m,b}]
			a init after error
			swap: ok
			which: [{m,a},{m,c},{m,b}]
			a terminate sw
			b init after {gone,a}
			swap: error {'EXIT',{boom,STACK}}
			which: [{m,c},{m,b}]`)
	})
}

// A handler that names its successor keeps its place among the others. An Init that then wants to hibernate
// counts as failed: so does OTP (run on 25; gen_event.erl do_swap).
func TestSwap_EV6_byTheHandlerItself(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		becomes := func(name sim.Atom, how ...func(*puppet)) func(*puppet) {
			return func(u *puppet) {
				r := genevent.Swap(sim.Atom("sw"), id(name), s.make(name, how...))
				u.event = func(*sim.Proc, any) genevent.Result { return r }
				u.call = func(_ *sim.Proc, req any) genevent.Result { return r.Replying(req) }
			}
		}
		s.addSup(p, a, becomes(c))
		s.add(p, b)
		s.lines = nil
		s.sync(p, x)
		s.which(p)
		s.hear(p)
		s.want(`
			b event x
			a event x
			a terminate sw
			c init after {gone,a}
			sync x: ok
			which: [{m,b},{m,c}]
			main hears {gen_event_EXIT,{m,a},{swapped,{m,c},main}}`)

		s.addSup(p, a, becomes(c, func(u *puppet) {
			u.init = func() genevent.Result { return genevent.Ok().Hibernate() }
		}))
		s.ask(p, a, 5)
		s.which(p)
		s.hear(p)
		s.want(`
			a init
			add_sup a: ok
			a call 5
			a terminate sw
			c init after {gone,a}
			call a: 5
			which: [{m,b},{m,c}]
			main hears {gen_event_EXIT,{m,a},{swapped,{m,c},main}}
			main hears {gen_event_EXIT,{m,c},crash}`)
	})
}

// "Supervised: owner gets {gen_event_EXIT,Handler,Reason}: normal (deleted/removed), shutdown (manager stops),
// {swapped,New,Pid}, or crash term."
func TestOwner_EV7_isTold(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		s.addSup(p, a)
		s.delete(p, a, x)
		s.addSup(p, a, does(genevent.Remove))
		s.sync(p, x)
		s.addSup(p, a, does(panics(boom)))
		s.sync(p, x)
		s.addSup(p, a, does(func() genevent.Result { return genevent.Bad(x) }))
		s.sync(p, x)
		s.addSup(p, a)
		genevent.SwapHandler(p, s.bus, id(a), x, id(b), s.make(b))
		genevent.SwapSupHandler(p, s.bus, id(b), x, id(c), s.make(c))
		s.lines = nil
		info, _ := p.Info(p.Self())
		s.say("links %s", show(info.Links))
		otp.Stop(p, s.bus, boom, time.Second)
		s.hear(p)
		info, _ = p.Info(p.Self())
		s.say("links %s", show(info.Links))
		s.want(`
			links [bus]
			c terminate stop
			main hears {gen_event_EXIT,{m,a},normal}
			main hears {gen_event_EXIT,{m,a},normal}
			main hears {gen_event_EXIT,{m,a},{'EXIT',{boom,STACK}}}
			main hears {gen_event_EXIT,{m,a},x}
			main hears {gen_event_EXIT,{m,a},{swapped,{m,b},main}}
			main hears {gen_event_EXIT,{m,b},{swapped,{m,c},main}}
			main hears {gen_event_EXIT,{m,c},shutdown}
			links []`)
	})
}

// "supervised owner died → terminate({stop,Reason}), then other handlers get info {'EXIT',…}."
func TestOwner_EV5_ends(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		s.add(p, c)
		owner := p.Spawn("owner", func(p *sim.Proc) {
			s.addSup(p, a)
			s.addSup(p, b)
			p.Sleep(time.Hour)
		})
		p.Sleep(time.Second)
		s.lines = nil
		p.Exit(owner, boom)
		p.Sleep(time.Second)
		s.which(p)
		s.want(`
			b terminate {stop,boom}
			a terminate {stop,boom}
			c info {EXIT,owner,boom}
			which: [{m,c}]`)
	})
}

// An owner that has ended before the manager could link to it has ended with noproc.
func TestOwner_EV5_endedBefore(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		s.add(p, a, func(u *puppet) {
			u.event = func(p *sim.Proc, _ any) genevent.Result { p.Sleep(time.Second); return genevent.Ok() }
		})
		genevent.Notify(p, s.bus, x)
		owner := p.Spawn("owner", func(p *sim.Proc) { s.addSup(p, b) })
		p.Sleep(time.Millisecond)
		p.Exit(owner, sim.Kill)
		p.Sleep(time.Minute / 2)
		s.which(p)
		s.want(`
			a init
			add a: ok
			a event x
			b init
			b terminate {stop,noproc}
			a info {EXIT,owner,noproc}
			which: [{m,a}]`)
	})
}

type ask struct {
	otp.Returns[int]
	n int
}

// "call default 5000; unknown handler → {error,bad_module}; parent EXIT terminates manager with that reason; other
// EXIT = info."
func TestCall_EV8(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		s.add(p, a, func(u *puppet) {
			u.call = func(_ *sim.Proc, req any) genevent.Result {
				q := req.(ask)
				return genevent.Reply(q, q.n*2)
			}
		})
		s.add(p, b, func(u *puppet) {
			u.event = func(p *sim.Proc, _ any) genevent.Result { p.Sleep(6 * time.Second); return genevent.Ok() }
		})
		if n, err := genevent.Call(p, s.bus, id(a), ask{n: 21}); n != 42 || err != nil {
			t.Error(n, err)
		}
		if _, err := genevent.Call(p, s.bus, id(b), ask{n: 21}); show(err) != "error {bad_reply,fine}" {
			t.Error(err)
		}
		genevent.Notify(p, s.bus, x)
		began := p.Now()
		_, err := genevent.Call(p, s.bus, id(a), ask{n: 21})
		if waited := p.Now() - began; waited.Round(time.Millisecond) != 5*time.Second || show(err) != "error {timeout,{gen_event,call,[<local/main/bus>,{m,a},"+show(ask{n: 21})+"]}}" {
			t.Error(waited, show(err))
		}
		if _, err := genevent.Call(p, sim.Local("nobody"), genevent.Module("m"), ask{}, otp.Within(sim.Forever)); show(err) !=
			"error {noproc,{gen_event,call,[nobody,m,"+show(ask{})+",infinity]}}" {
			t.Error(show(err))
		}
	})
}

func TestParent_EV8(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		parent := p.Spawn("parent", func(p *sim.Proc) {
			started, _ := genevent.StartLink(p, nil)
			s.bus = started.PID
			s.add(p, a)
			p.Sleep(time.Hour)
		})
		p.Sleep(time.Second)
		s.lines = nil
		p.Link(s.bus)
		p.Exit(s.bus, x) // from a stranger
		p.Exit(parent, boom)
		s.hear(p)
		s.want(`
			a info {EXIT,main,x}
			a terminate stop
			main hears {EXIT,parent/gen_event,boom}`)
	})
}

// Alone, a manager has no parent but itself.
func TestStart(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		_, err := genevent.StartLink(p, sim.Local("bus"))
		if pid, is := otp.IsAlreadyStarted(err); !is || pid != s.bus {
			t.Error(err)
		}
		started, err := genevent.StartMonitor(p, nil, genevent.Role("other"), genevent.NoBlock())
		if err != nil {
			t.Error(err)
		}
		p.Exit(started.PID, sim.Kill)
		d, _ := sim.Recv[sim.Down](p)
		if d.Ref != started.Ref || !term.Is(d.Reason, sim.Killed) {
			t.Error(d)
		}
		child, err := genevent.Start(nil)(p)
		if err != nil || !p.Alive(child.PID) {
			t.Error(err)
		}
	})
}

// A handler's answer makes the manager hibernate; a message wakes it.
func TestHibernate(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		sleeps := func() bool {
			p.Sleep(time.Millisecond)
			info, _ := p.Info(s.bus)
			return info.Hibernating
		}
		s.add(p, a, does(func() genevent.Result { return genevent.Ok().Hibernate() }))
		s.add(p, b)
		if sleeps() {
			t.Error("nobody has said so")
		}
		s.sync(p, x)
		if !sleeps() {
			t.Error("one is enough")
		}
		genevent.WhichHandlers(p, s.bus)
		if sleeps() {
			t.Error("it is awake")
		}
		started, _ := genevent.StartLink(p, nil, genevent.HibernateAfter(time.Second))
		s.bus = started.PID
		s.add(p, a)
		if sleeps() {
			t.Error("too soon")
		}
		p.Sleep(2 * time.Second)
		if !sleeps() {
			t.Error("time is over")
		}
	})
}

// Base answers as OTP does for callbacks that a module does not have.
func TestBase(t *testing.T) {
	type bare struct{ genevent.Base }
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		m := genevent.Module("bare")
		if err := genevent.AddHandler(p, s.bus, m, func() bare { return bare{} }); err != nil {
			t.Error(err)
		}
		p.Send(s.bus, x)
		if left, err := genevent.DeleteHandler(p, s.bus, m, x); show(left) != "ok" || err != nil {
			t.Error(left, err)
		}
		genevent.AddSupHandler(p, s.bus, m, func() bare { return bare{} })
		s.sync(p, x)
		_, err := genevent.CallAny(p, s.bus, m, x)
		s.say("call: %s", show(err))
		genevent.AddSupHandler(p, s.bus, m, func() bare { return bare{} })
		_, err = genevent.CallAny(p, s.bus, m, x)
		s.say("call: %s", show(err))
		s.hear(p)
		s.want(`
			sync x: ok
			call: error bad_module
			call: error {'EXIT',{undef,STACK}}
			main hears {gen_event_EXIT,bare,{'EXIT',{undef,STACK}}}
			main hears {gen_event_EXIT,bare,{'EXIT',{undef,STACK}}}`)
	})
}
