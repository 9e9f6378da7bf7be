package otp_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genevent"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
	"github.com/bedlam-sim/bedlam/sim/otp/timer"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// far is a server that is asked from other nodes: in words, since functions do not travel.
type far struct{ genserver.Base }

func newFar() *far { return &far{} }

// slow is how long a slow answer takes.
const slow = 500 * time.Millisecond

func (far) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	switch req {
	case "die":
		return genserver.Stop(sim.Atom("r"))
	case "halt":
		p.HaltNode("asked to")
	case "slow":
		p.Sleep(slow)
	case "through":
		p.Spawn("deputy", func(p *sim.Proc) { otp.Reply(p, from, p.Node()) })
		return genserver.NoReply()
	}
	return genserver.ReplyAny(p.Node())
}

func (far) HandleCast(p *sim.Proc, msg any) genserver.Result {
	p.Send(msg.(sim.PID), p.Node())
	return genserver.NoReply()
}

// abroad runs body on node a of a cluster a, b, c whose links take a millisecond; b and c have a server called x.
func abroad(t *testing.T, body func(p *sim.Proc, s *story), change ...func(cfg *sim.Config)) *story {
	t.Helper()
	s, done := &story{t: t}, false
	cfg := sim.Config{
		Nodes: []sim.NodeSpec{{Name: "a"}, {Name: "b"}, {Name: "c"}}, Policy: scheduler.FIFO{},
		Link: netsim.Link{Latency: netsim.Fixed(time.Millisecond)},
		Boot: func(p *sim.Proc) {
			if p.Node() != "a" {
				genserver.StartAlone(p, sim.Local("x"), newFar)
			}
		},
	}
	for _, f := range change {
		f(&cfg)
	}
	w := sim.New(cfg)
	defer w.Close()
	w.Run(time.Millisecond)
	w.SpawnAt("a", "main", func(p *sim.Proc) {
		why, ok := otp.Try(p, func() { body(p, s) })
		if done = true; !ok {
			t.Errorf("main crashed: %s", show(why))
			if c, ok := why.(*term.Crash); ok {
				t.Log(c.Stack)
			}
		}
	})
	if w.Run(10 * time.Minute); !done {
		t.Error("main has not come to its end")
	}
	s.hash = w.Trace().Hash()
	return s
}

func at(node sim.Atom, name sim.Name) sim.Addr { return term.NameAt{Name: name, Node: node} }

func exitOf(v any, err error) string {
	if err != nil {
		return show(otp.ExitReason(err))
	}
	return show(v)
}

// cutAfter cuts the connection to b, and connects again if it is to.
func cutAfter(p *sim.Proc, d time.Duration, again bool) {
	p.Spawn("vandal", func(p *sim.Proc) {
		p.Sleep(d)
		p.DisconnectNode("b")
		if again {
			p.ConnectNode("b")
		}
	})
}

// GC2: what a call to another node exits with, with the answers of OTP 25.3.
func TestCall_GC2_farAway(t *testing.T) {
	abroad(t, func(p *sim.Proc, s *story) {
		call := func(to sim.Addr, req any, opts ...otp.CallOpt) { s.say("%s", exitOf(otp.CallAny(p, to, req, opts...))) }
		pid := farPID(p, "b")
		call(pid, "node")
		call(at("b", "x"), "node")
		call(at("b", "x"), "through")
		call(at("b", "x"), "die")
		call(pid, "node")
		call(at("b", "x"), "node")
		call(at("nowhere", "x"), "node")
		call(at("a", "x"), "node")
		call(at("c", "x"), "slow", otp.Within(time.Millisecond))
		call(at("c", "x"), "halt")
		_, err := otp.CallAny(p, at("nowhere", "x"), "node")
		s.say("%v", errors.Is(err, otp.ErrNodeDown))
		s.hear(p)
	}).want("b", "b", "b", `{r,{gen_server,call,[{x,b},"die"]}}`, `{noproc,{gen_server,call,[<x>,"node"]}}`,
		`{noproc,{gen_server,call,[{x,b},"node"]}}`, `{{nodedown,nowhere},{gen_server,call,[{x,nowhere},"node"]}}`,
		`{noproc,{gen_server,call,[{x,a},"node"]}}`, `{timeout,{gen_server,call,[{x,c},"slow",1]}}`,
		`{{nodedown,c},{gen_server,call,[{x,c},"halt"]}}`, "true")
}

// farPID is the server of a node.
func farPID(p *sim.Proc, node sim.Atom) sim.PID {
	_, ref := p.SpawnAt(node, "ask", func(p *sim.Proc) { pid, _ := p.Whereis("x"); p.ExitSelf(pid) }, sim.SpawnOptions{Monitor: true})
	d, _ := sim.Receive(p, func(m any) (sim.Down, bool) { d, ok := m.(sim.Down); return d, ok && d.Ref == ref })
	pid, _ := d.Reason.(sim.PID)
	return pid
}

// GC2, I5: a connection that is lost ends the calls over it, though it be there again at once; the reply that comes
// after that is dropped, since its alias is gone.
func TestCall_I5_lost(t *testing.T) {
	for _, again := range []bool{false, true} {
		abroad(t, func(p *sim.Proc, s *story) {
			for _, to := range []sim.Addr{at("b", "x"), farPID(p, "b")} {
				cutAfter(p, slow/2, again)
				s.say("%s", exitOf(otp.CallAny(p, to, "slow")))
				p.Sleep(2 * slow)
			}
			s.hear(p)
		}).want(`{{nodedown,b},{gen_server,call,[{x,b},"slow"]}}`, `{{nodedown,b},{gen_server,call,[<x>,"slow"]}}`)
	}
}

// I5, GC3: at whatever moment a connection is cut and made again, a call has one outcome and leaves nothing behind.
func TestCall_I5_oneOutcome(t *testing.T) {
	outcomes := map[string]int{}
	for cut := range 100 {
		s := abroad(t, func(p *sim.Proc, s *story) {
			cutAfter(p, time.Duration(cut)*100*time.Microsecond, true)
			s.say("%s", exitOf(otp.CallAny(p, at("b", "x"), "node", otp.Within(time.Duration(5+cut%3)*time.Millisecond))))
			s.hear(p)
		}, func(cfg *sim.Config) { cfg.Seed, cfg.Policy = uint64(cut), nil })
		if len(s.lines) != 1 {
			t.Fatalf("cut %d: %q", cut, s.lines)
		}
		outcomes[strings.SplitN(s.lines[0], ",{gen_server", 2)[0]]++
	}
	if len(outcomes) != 3 || outcomes["b"] == 0 || outcomes["{timeout"] == 0 || outcomes["{{nodedown,b}"] == 0 {
		t.Error(outcomes)
	}
}

// GC7: requests to other nodes tell what a monitor tells, as it is.
func TestRequest_GC7_farAway(t *testing.T) {
	abroad(t, func(p *sim.Proc, s *story) {
		fail := func(to sim.Addr, req any) {
			_, err := otp.ReceiveResponse(p, otp.SendRequestAny(p, to, req), sim.Forever)
			var e *otp.CallError
			if errors.As(err, &e) {
				s.say("%s %s", show(e.Reason), show(e.To))
			}
		}
		pid := farPID(p, "b")
		fail(at("nowhere", "x"), "node")
		fail(at("b", "xx"), "node")
		cutAfter(p, slow/2, false)
		fail(pid, "slow")
		fail(at("b", "x"), "die")
		fail(pid, "node")
		many := otp.Requests[any, string]{}
		many.Add(otp.SendRequestAny(p, at("c", "x"), "slow"), "slow")
		many.Add(otp.SendRequestAny(p, at("c", "nobody"), "node"), "nobody")
		for range 2 {
			label, v, err := otp.WaitAny(p, &many, sim.Forever)
			s.say("%s %v %v", label, v, err != nil)
		}
		s.hear(p)
	}).want("noconnection {x,nowhere}", "noproc {xx,b}", "noconnection <x>", "r {x,b}", "noproc <x>", "nobody <nil> true", "slow c false")
}

// GS9: casts never fail, and wait for nobody.
func TestCast_GS9_farAway(t *testing.T) {
	abroad(t, func(p *sim.Proc, s *story) {
		otp.Cast(p, at("nowhere", "x"), p.Self())
		otp.Cast(p, at("b", "nobody"), p.Self())
		otp.Cast(p, at("b", "x"), p.Self())
		otp.Abcast(p, []sim.Atom{"a", "nowhere", "c"}, "x", p.Self())
		s.say("%v", p.Now() < 2*time.Millisecond)
		s.hear(p)
	}).want("true", "c", "b")
}

// PL4: stopping what is on another node.
func TestStop_PL4_farAway(t *testing.T) {
	abroad(t, func(p *sim.Proc, s *story) {
		pid := farPID(p, "b")
		stop := func(to sim.Addr) {
			err := otp.Stop(p, to, sim.Normal, sim.Forever)
			if err == nil {
				s.say("ok")
				return
			}
			s.say("%s", show(otp.ExitReason(err)))
		}
		stop(at("nowhere", "x"))
		stop(at("b", "xx"))
		stop(at("b", "x"))
		stop(pid)
		s.hear(p)
	}).want("{{nodedown,nowhere},{sys,terminate,[{x,nowhere},normal,infinity]}}", "noproc", "ok", "noproc")
}

// GS11: multi_call over nodes; who has no such name, no connection, no time, or dies, is bad.
func TestMultiCall_GS11_nodes(t *testing.T) {
	for _, compat := range []sim.Compat{sim.OTP25, sim.OTP27} {
		abroad(t, func(p *sim.Proc, s *story) {
			multi := func(nodes []sim.Atom, req string, d time.Duration) {
				good, bad := genserver.MultiCall(p, nodes, "x", word{Word: req}, d)
				s.say("%v %v", good, bad)
			}
			all := []sim.Atom{"a", "b", "nowhere", "c"}
			multi(all, "node", sim.Forever)
			multi(all, "node", time.Second)
			multi(all, "slow on b", slow/2)
			p.Sleep(2 * slow)
			multi(otp.Everywhere(p), "node", time.Second)
			multi(all, "die", time.Second)
			multi(all, "node", time.Second)
			s.hear(p)
		}, func(cfg *sim.Config) { cfg.Compat = compat }, withWords).want(
			"[{b b} {c c}] [a nowhere]", "[{b b} {c c}] [a nowhere]", "[{c c}] [a b nowhere]", "[{b b} {c c}] [a]", "[] [a b nowhere c]",
			"[] [a b nowhere c]")
	}
}

// word asks a server of words.
type word struct {
	otp.Returns[sim.Atom]
	Word string
}

type words struct{ far }

func (s words) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	text := req.(word).Word
	if text == "slow on "+string(p.Node()) {
		text = "slow"
	}
	return s.far.HandleCall(p, text, from)
}

func withWords(cfg *sim.Config) {
	cfg.Boot = func(p *sim.Proc) {
		if p.Node() != "a" {
			genserver.StartAlone(p, sim.Local("x"), func() words { return words{} })
		}
	}
}

// GS11: with a time-out OTP 25 has a process of its own do the calls; without one the answer of a node that was lost
// and is back stays in the mailbox. From OTP 26 on nothing ever does.
func TestMultiCall_GS11_releases(t *testing.T) {
	for compat, left := range map[sim.Compat]string{sim.OTP25: "{#ref,b}", sim.OTP27: ""} {
		s := abroad(t, func(p *sim.Proc, s *story) {
			cutAfter(p, slow/2, true)
			good, bad := genserver.MultiCall(p, []sim.Atom{"b"}, "x", word{Word: "slow"}, sim.Forever)
			s.say("%v %v", good, bad)
			s.hear(p)
			cutAfter(p, slow/2, true)
			genserver.MultiCall(p, []sim.Atom{"b"}, "x", word{Word: "slow"}, time.Minute)
			s.hear(p)
		}, func(cfg *sim.Config) { cfg.Compat = compat }, withWords)
		want := []string{"[] [b]"}
		if left != "" {
			want = append(want, left)
		}
		s.want(want...)
	}
}

// The other behaviours, called by {Name, Node}, with the answers of OTP 25.3.
func TestBehaviours_GC2_farAway(t *testing.T) {
	abroad(t, func(p *sim.Proc, s *story) {
		s.say("%s", exitOf(genstatem.CallAny(p, at("nowhere", "sm"), "q")))
		s.say("%s", exitOf(genstatem.CallAny(p, at("b", "sm"), "q")))
		s.say("%s", exitOf(genevent.CallAny(p, at("nowhere", "ev"), genevent.Module("h"), "q")))
		genevent.Notify(p, at("nowhere", "ev"), "q")
		genevent.Notify(p, at("b", "ev"), "q")
		s.say("%s", exitOf(nil, genevent.SyncNotify(p, at("nowhere", "ev"), "q")))
		s.say("%s", exitOf(nil, genevent.SyncNotify(p, at("b", "ev"), "q")))
		s.say("%s", exitOf(sys.GetState(p, at("nowhere", "x"))))
		s.say("%s", exitOf(supervisor.WhichChildren(p, at("nowhere", "sup"))))
		s.say("%v", sys.Suspend(p, at("b", "x")))
		s.say("%s", exitOf(otp.CallAny(p, at("b", "x"), "node", otp.Within(time.Second))))
		s.say("%v", sys.Resume(p, at("b", "x")))
		s.say("%s", exitOf(otp.CallAny(p, at("b", "x"), "node", otp.Within(time.Second))))
		s.hear(p)
	}).want("{{nodedown,nowhere},{gen_statem,call,[{sm,nowhere},\"q\",infinity]}}", "{noproc,{gen_statem,call,[{sm,b},\"q\",infinity]}}",
		`{{nodedown,nowhere},{gen_event,call,[{ev,nowhere},h,"q"]}}`, "{nodedown,nowhere}", "noproc",
		"{{nodedown,nowhere},{sys,get_state,[{x,nowhere}]}}", "{{nodedown,nowhere},{gen_server,call,[{sup,nowhere},which_children,infinity]}}",
		"<nil>", `{timeout,{gen_server,call,[{x,b},"node",1000]}}`, "<nil>", "b")
}

// hoard has a state that cannot cross to another node.
type hoard struct {
	far
	things []string
}

// To look at a server from another node does not end it: a state that cannot cross is told as text.
func TestGetState_farAway(t *testing.T) {
	abroad(t, func(p *sim.Proc, s *story) {
		v, err := sys.GetState(p, at("b", "x"))
		s.say("%T %v", v, err)
		s.say("%s", exitOf(otp.CallAny(p, at("b", "x"), "node")))
	}, func(cfg *sim.Config) {
		cfg.Boot = func(p *sim.Proc) {
			if p.Node() == "b" {
				genserver.StartAlone(p, sim.Local("x"), func() *hoard { return &hoard{things: []string{"one"}} })
			}
		}
	}).want("term.Atom <nil>", "b")
}

// gen_event: handlers are added and asked from another node.
func TestGenEvent_farAway(t *testing.T) {
	abroad(t, func(p *sim.Proc, s *story) {
		ev := at("b", "ev")
		s.say("%v", genevent.AddHandler(p, ev, genevent.ID{Module: "echo"}, func() *echo { return &echo{} }))
		genevent.Notify(p, ev, p.Self())
		m, err := sim.Any(p, sim.After(time.Second))
		s.say("%v %v", m, err)
		s.say("%v", genevent.SyncNotify(p, ev, p.Self()))
		s.hear(p)
	}, func(cfg *sim.Config) {
		cfg.Boot = func(p *sim.Proc) {
			if p.Node() == "b" {
				genevent.StartLink(p, sim.Local("ev"))
			}
		}
	}).want("<nil>", "b <nil>", "<nil>", "b")
}

// echo sends everybody who sends his PID the name of the node.
type echo struct{ genevent.Base }

func (echo) HandleEvent(p *sim.Proc, event any) genevent.Result {
	p.Send(event.(sim.PID), p.Node())
	return genevent.Ok()
}

// timer: a name on another node is as good as a PID (TMR).
func TestTimer_farAway(t *testing.T) {
	abroad(t, func(p *sim.Proc, s *story) {
		p.Register("main", p.Self())
		me := p.Self()
		timer.SendAfter(p, time.Second, at("nowhere", "x"), "lost")
		timer.SendAfter(p, 2*time.Second, at("b", "x"), otp.CastMsg{Req: p.Self()})
		timer.SendAfter(p, 3*time.Second, farPID(p, "c"), otp.CastMsg{Req: p.Self()})
		p.SpawnAt("b", "far", func(p *sim.Proc) {
			timer.SendAfter(p, 4*time.Second, at("a", "main"), "by name")
			timer.SendAfter(p, 5*time.Second, me, "by pid")
		}, sim.SpawnOptions{})
		timer.KillAfter(p, 6*time.Second, farPID(p, "b"))
		for {
			m, err := sim.Any(p, sim.After(10*time.Second))
			if err != nil {
				break
			}
			s.say("%v", m)
		}
		s.say("%s", exitOf(otp.CallAny(p, at("b", "x"), "node")))
	}).want("b", "c", "by name", "by pid", `{noproc,{gen_server,call,[{x,b},"node"]}}`)
}

// supervisor: a child is started from another node, by a function that runs where the supervisor is.
func TestSupervisor_startChildFarAway(t *testing.T) {
	abroad(t, func(p *sim.Proc, s *story) {
		sup := at("b", "sup")
		child := supervisor.Child{ID: "x", Start: genserver.Start(sim.Local("x"), newFar), Modules: []string{"far"}}
		started, err := supervisor.StartChild(p, sup, child)
		s.say("%v %v", started.PID.Node(), err)
		s.say("%s", exitOf(otp.CallAny(p, started.PID, "node")))
		_, err = supervisor.StartChild(p, sup, child)
		_, already := otp.IsAlreadyStarted(err)
		s.say("%v", already)
		kids, err := supervisor.WhichChildren(p, sup)
		s.say("%d %v", len(kids), err)
		p.Exit(started.PID, sim.Kill)
		p.Sleep(time.Second)
		s.say("%s", exitOf(otp.CallAny(p, at("b", "x"), "node")))
		s.say("%v %v", supervisor.TerminateChild(p, sup, "x"), supervisor.DeleteChild(p, sup, "x"))
		counts, err := supervisor.CountChildren(p, sup)
		s.say("%d %v", counts.Specs, err)
		s.hear(p)
	}, func(cfg *sim.Config) {
		cfg.Boot = func(p *sim.Proc) {
			if p.Node() == "b" {
				supervisor.StartLink(p, sim.Local("sup"), supervisor.Spec{})
			}
		}
	}).want("b <nil>", "b", "true", "1 <nil>", "b", "<nil> <nil>", "0 <nil>")
}

// The same seed gives the same run.
func TestFar_determinism(t *testing.T) {
	run := func() uint64 {
		return abroad(t, func(p *sim.Proc, s *story) {
			cutAfter(p, 3*time.Millisecond, true)
			genserver.MultiCall(p, []sim.Atom{"a", "b", "c"}, "x", word{Word: "node"}, time.Second)
		}, func(cfg *sim.Config) { cfg.Seed, cfg.Policy = 5, nil }, withWords).hash
	}
	if a, b := run(), run(); a != b {
		t.Errorf("%x and %x", a, b)
	}
}
