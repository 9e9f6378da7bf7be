package pg_test

import (
	"errors"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/pg"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
)

type sayer = func(format string, args ...any)

// PG1, with the answers of OTP 25.3.
func TestJoin_PG1_answers(t *testing.T) {
	c := newCluster(t, "a b")
	far := c.member("b")
	c.on("a", func(p *sim.Proc, say sayer) {
		me, dead := p.Self(), p.Spawn("dead", func(*sim.Proc) {})
		p.Sleep(time.Millisecond)
		join := func(group any, pids ...sim.PID) { say("join: %v", errOf(pg.Join(p, "pg", group, pids...))) }
		leave := func(group any, pids ...sim.PID) { say("leave: %v", errOf(pg.Leave(p, "pg", group, pids...))) }
		join("g", me)
		join("g", me, me)
		say("%s", pg.Members(p, "pg", "g"))
		join("g", far)
		join("g", me, far)
		join("h")
		leave("h")
		leave("g", far)
		leave("nobody's", me)
		leave("g", dead)
		leave("g", me, dead)
		say("%s", pg.Members(p, "pg", "g"))
		say("%s", pg.WhichGroups(p, "pg"))
		leave("g", me, me, me)
		say("%s", pg.WhichGroups(p, "pg"))
		join("g", dead)
		p.Sleep(time.Millisecond)
		say("%s", pg.Members(p, "pg", "g"))
	})
	c.want("a: join: ok", "a: join: ok", "a: [a.main,a.main,a.main]",
		"a: join: pg: nolocal: <b/member>", "a: join: pg: nolocal: <b/member>", "a: join: ok",
		"a: leave: not_joined", "a: leave: pg: nolocal: <b/member>", "a: leave: not_joined", "a: leave: not_joined", "a: leave: ok",
		"a: [a.main,a.main]", `a: ["g"]`, "a: leave: ok", "a: []", "a: join: ok", "a: []")
}

func errOf(err error) any {
	if err == nil {
		return sim.Atom("ok")
	}
	return err
}

// A scope that does not run: its table is not there, and calls fail (pg_SUITE).
func TestScope_PG1_notRunning(t *testing.T) {
	c := newCluster(t, "a")
	c.on("a", func(p *sim.Proc, say sayer) {
		say("%s", pg.Members(p, "other", "g"))
		say("%s", pg.LocalMembers(p, "other", "g"))
		say("%v", errors.Is(pg.Join(p, "other", "g", p.Self()), otp.ErrNoProc))
		_, _, err := pg.Monitor(p, "other", "g")
		say("%v", errors.Is(err, otp.ErrNoProc))
		why, _ := otp.Try(p, func() { pg.WhichGroups(p, "other") })
		say("%s", why)
		why, _ = otp.Try(p, func() { pg.Join(p, "pg", make(chan int), p.Self()) })
		say("%s", why)
		_, err = pg.Start(p, "pg")
		_, already := otp.IsAlreadyStarted(err)
		say("%v", already)
		pg.Join(p, "pg", "g", p.Self())
		otp.Stop(p, pg.Default, sim.Normal, sim.Forever)
		p.Register("pg", p.Self()) // the name alone does not make it a scope
		say("%s", pg.Members(p, "pg", "g"))
		p.Unregister("pg")
		pg.Start(p, "pg")
		say("%s", pg.Members(p, "pg", "g"))
	})
	c.want("a: []", "a: []", "a: true", "a: true", "a: crashed: badarg", "a: crashed: badarg", "a: true", "a: []", "a: []")
}

// PG2: two nodes that connect exchange their members; who joins and leaves after that is told. Nobody has to connect
// for it.
func TestSync_PG2_two(t *testing.T) {
	c := newCluster(t, "a b c")
	c.member("a", "g")
	c.member("b", "g", "g", "h")
	c.see("g", "a b c")
	c.connect("a b")
	c.see("g", "a b c")
	c.see("h", "a b")
	late := c.member("a", "h")
	c.see("h", "a b c")
	c.Exit(late, sim.Kill)
	c.Run(time.Second)
	c.see("h", "a b c")
	c.want("a sees [a.member]", "b sees [b.member,b.member]", "c sees []",
		"a sees [a.member,b.member,b.member]", "b sees [a.member,b.member,b.member]", "c sees []",
		"a sees [b.member]", "b sees [b.member]",
		"a sees [b.member,a.member.2]", "b sees [b.member,a.member.2]", "c sees []",
		"a sees [b.member]", "b sees [b.member]", "c sees []")
}

// PG4: what a has from b it does not tell c.
func TestSync_PG4_notTransitive(t *testing.T) {
	c := newCluster(t, "a b c", func(cfg *sim.Config) {
		for i := range cfg.Nodes {
			cfg.Nodes[i].Kernel.NoConnectAll = true
		}
	})
	c.member("b", "g")
	c.connect("a b")
	c.connect("a c")
	c.see("g", "a b c")
	c.want("a sees [b.member]", "b sees [b.member]", "c sees []")
}

// PG2: a connection that is lost takes members away, one that is made brings them back (netsplit).
func TestSync_PG2_netsplit(t *testing.T) {
	c := newCluster(t, "a b")
	c.member("a", "g")
	c.connect("a b")
	c.Disconnect("a", "b")
	c.Run(time.Second)
	c.see("g", "a b")
	c.member("a", "g")
	c.see("g", "a b")
	c.connect("b a")
	c.see("g", "a b")
	c.want("a sees [a.member]", "b sees []",
		"a sees [a.member,a.member.2]", "b sees []",
		"a sees [a.member,a.member.2]", "b sees [a.member,a.member.2]")
}

// PG2: a scope that is started again forgets; it learns from the others whom they have, and they forget whom it had
// (scope_restart).
func TestSync_PG2_scopeRestart(t *testing.T) {
	c := newCluster(t, "a b", func(cfg *sim.Config) {
		cfg.Boot = func(p *sim.Proc) {
			supervisor.StartLink(p, nil, supervisor.Spec{Children: []supervisor.Child{{ID: "pg", Start: pg.StartLink("pg")}}})
		}
	})
	c.member("a", "g")
	c.member("b", "g")
	c.connect("a b")
	c.see("g", "a b")
	pid, _ := c.View().Whereis("a", "pg")
	c.Exit(pid, sim.Kill)
	c.Run(time.Second)
	c.see("g", "a b")
	c.want("a sees [a.member,b.member]", "b sees [a.member,b.member]", "a sees [b.member]", "b sees [b.member]")
}

// A node that goes down takes its members along, and comes back without them; so does one whose power is cut, as soon
// as ticks find it (NK7).
func TestSync_PG2_nodeDies(t *testing.T) {
	c := newCluster(t, "a b c", func(cfg *sim.Config) {
		cfg.Boot = func(p *sim.Proc) {
			pg.Start(p, pg.Default)
			p.Spawn("member", func(p *sim.Proc) { pg.Join(p, pg.Default, "g", p.Self()); p.Sleep(sim.Forever) })
		}
	})
	c.connect("a b c")
	c.see("g", "a")
	c.HaltNode("b", "test")
	c.Run(time.Second)
	c.see("g", "a")
	c.CutPower("c", "test")
	c.see("g", "a")
	c.Run(5 * time.Minute)
	c.see("g", "a")
	c.BootNode("b")
	c.BootNode("c")
	c.Run(time.Second)
	c.connect("a b c")
	c.see("g", "a b")
	c.want("a sees [a.member,b.member,c.member]", "a sees [a.member,c.member]", "a sees [a.member,c.member]", "a sees [a.member]",
		"a sees [a.member,b.member,c.member]", "b sees [a.member,b.member]")
}

// PG2: a scope that starts late tells whom it has got before it knew of others: they say discover in turn.
func TestSync_PG2_lateStart(t *testing.T) {
	c := newCluster(t, "a b")
	c.connect("a b")
	start := func(p *sim.Proc, _ sayer) {
		pg.Start(p, "late")
		pg.Join(p, "late", "g", p.Self())
		p.Sleep(sim.Forever)
	}
	c.on("a", start)
	c.on("b", start)
	c.heard = append(c.heard, show(pg.MembersOn(c.View(), "a", "late", "g")), show(pg.MembersOn(c.View(), "b", "late", "g")))
	c.want("[b.main,a.main]", "[a.main,b.main]")
}

// PG2: to tell others nobody connects, though the scope has yet to hear that they are gone.
func TestSync_PG2_noconnect(t *testing.T) {
	c := newCluster(t, "a b")
	c.connect("a b")
	c.on("a", func(p *sim.Proc, say sayer) {
		sys.Suspend(p, pg.Default)
		me := p.Self()
		p.Spawn("joiner", func(p *sim.Proc) { pg.Join(p, "pg", "g", me) })
		p.Sleep(time.Millisecond)
		p.DisconnectNode("b")
		sys.Resume(p, pg.Default)
		p.Sleep(time.Second)
		say("%s %s", pg.Members(p, "pg", "g"), p.Nodes())
	})
	c.want("a: [a.main] []")
}

// What is over is forgotten: monitors of those who have left, groups that nobody is in.
func TestScope_forgets(t *testing.T) {
	c := newCluster(t, "a")
	c.on("a", func(p *sim.Proc, say sayer) {
		pid, _ := p.Whereis("pg")
		monitors := func() int { info, _ := p.Info(pid); return len(info.Monitors) }
		pg.Join(p, "pg", "g", p.Self(), p.Self())
		pg.Join(p, "pg", "h", p.Self())
		ref, _, _ := pg.Monitor(p, "pg", "g")
		say("%s %s", monitors(), pg.GroupsKept(p, "pg"))
		pg.Leave(p, "pg", "g", p.Self(), p.Self())
		say("%s %s", monitors(), pg.GroupsKept(p, "pg"))
		pg.Leave(p, "pg", "h", p.Self())
		say("%s %s", monitors(), pg.GroupsKept(p, "pg"))
		pg.Demonitor(p, "pg", ref)
		say("%s %s", monitors(), pg.GroupsKept(p, "pg"))
	})
	c.want("a: 2 2", "a: 2 1", "a: 1 0", "a: 0 0")
}

// A hidden node is nobody's peer.
func TestSync_NK10_hidden(t *testing.T) {
	c := newCluster(t, "a b", func(cfg *sim.Config) { cfg.Nodes[1].Hidden = true })
	c.member("a", "g")
	c.connect("a b")
	c.see("g", "a b")
	c.want("a sees [a.member]", "b sees []")
}

// PG2: what a scope says that is not known is not heard, and kills nobody.
func TestSync_PG2_unknownPeer(t *testing.T) {
	c := newCluster(t, "a b")
	c.on("a", func(p *sim.Proc, say sayer) {
		pid, _ := p.Whereis("pg")
		pg.Strange(p, pid)
		p.Sleep(time.Second)
		say("%v", p.Alive(pid))
	})
	c.see("g", "a")
	c.want("a: true", "a sees []")
}

// PG3, with the messages of OTP 25.3.
func TestMonitor_PG3(t *testing.T) {
	c := newCluster(t, "a")
	c.on("a", func(p *sim.Proc, say sayer) {
		me := p.Self()
		pg.Join(p, "pg", "old", me)
		ref, members, _ := pg.Monitor(p, "pg", "g")
		say("%v %s", !ref.IsZero(), members)
		all, groups, _ := pg.MonitorScope(p, "pg")
		say("%s", groups)
		pg.Join(p, "pg", "g", me)
		pg.Join(p, "pg", "h", me, me)
		pg.Leave(p, "pg", "g", me, me)
		kid := p.Spawn("kid", func(p *sim.Proc) { p.Sleep(time.Millisecond) })
		pg.Join(p, "pg", "h", kid, kid)
		p.Sleep(time.Second)
		for {
			m, err := sim.Any(p, sim.After(0))
			if err != nil {
				break
			}
			who := "scope"
			if j, is := m.(pg.Joined); is && j.Ref == ref {
				who = "group"
			}
			if l, is := m.(pg.Left); is && l.Ref == ref {
				who = "group"
			}
			say(who+" %s", m)
		}
		pg.Join(p, "pg", "g", me)
		say("%v", must(pg.Demonitor(p, "pg", ref)))
		say("%v", must(pg.Demonitor(p, "pg", ref)))
		say("%v", must(pg.Demonitor(p, "pg", all)))
		pg.Join(p, "pg", "g", me)
		_, err := sim.Any(p, sim.After(0))
		say("%v", err)
	})
	c.want("a: true []", `a: ["old":[a.main]]`,
		`a: scope joined "g" [a.main]`, `a: group joined "g" [a.main]`, `a: scope joined "h" [a.main,a.main]`,
		`a: scope left "g" [a.main,a.main]`, `a: group left "g" [a.main,a.main]`,
		`a: scope joined "h" [a.main/kid,a.main/kid]`, `a: scope left "h" [a.main/kid]`, `a: scope left "h" [a.main/kid]`,
		"a: true", "a: false", "a: true", "a: timeout")
}

func must(v any, err error) any {
	if err != nil {
		panic(err)
	}
	return v
}

// B50: whoever monitors a group and is in one takes the scope along when it dies, in OTP 25 and if the monitor's end is
// heard first.
func TestMonitor_B50_memberToo(t *testing.T) {
	died := map[sim.Compat]int{}
	for _, compat := range []sim.Compat{sim.OTP25, sim.OTP27} {
		for seed := range uint64(20) {
			var crashed []string
			c := newCluster(t, "a", func(cfg *sim.Config) {
				cfg.Compat, cfg.Seed, cfg.Observer = compat, seed, crashes(&crashed)
			})
			c.on("a", func(p *sim.Proc, _ sayer) {
				pg.Monitor(p, "pg", "g")
				pg.Join(p, "pg", "g", p.Self())
			})
			c.Run(time.Second)
			if died[compat] += len(crashed); len(crashed) > 0 && crashed[0] != `a: crashed: {case_clause,{{#Ref<a/pg.2>,["g"]}}}` {
				t.Error(crashed)
			}
		}
	}
	if died[sim.OTP25] == 0 || died[sim.OTP25] == 20 || died[sim.OTP27] != 0 {
		t.Error(died)
	}
}

// PG3: OTP 25 does not tell of a group whose members have changed while two nodes were not connected, if the scopes did
// not lose each other.
func TestMonitor_PG3_sync(t *testing.T) {
	for compat, tells := range map[sim.Compat][]string{
		sim.OTP25: nil,
		sim.OTP27: {`a: joined "g" [b.member.2]`, `a: left "g" [b.member]`},
	} {
		c := newCluster(t, "a b", func(cfg *sim.Config) { cfg.Compat = compat })
		c.member("b", "g")
		other := c.member("b")
		peer, _ := c.View().Whereis("b", "pg")
		c.connect("a b")
		c.on("a", func(p *sim.Proc, say sayer) {
			pg.Monitor(p, "pg", "g")
			pg.Sync(p, peer, "g", other)
			for {
				m, err := sim.Any(p, sim.After(time.Second))
				if err != nil {
					return
				}
				say("%s", m)
			}
		})
		c.want(tells...)
		c.see("g", "a")
		c.want("a sees [b.member.2]")
	}
}

// A scope is a gen_server: package sys knows it.
func TestScope_sys(t *testing.T) {
	c := newCluster(t, "a")
	c.on("a", func(p *sim.Proc, say sayer) {
		sys.Suspend(p, pg.Default)
		me := p.Self()
		p.Spawn("joiner", func(p *sim.Proc) { pg.Join(p, "pg", "g", me) })
		p.Sleep(time.Millisecond)
		say("%s", pg.Members(p, "pg", "g"))
		sys.Resume(p, pg.Default)
		p.Sleep(time.Millisecond)
		say("%s", pg.Members(p, "pg", "g"))
	})
	c.want("a: []", "a: [a.main]")
}
