package check_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
	"github.com/bedlam-sim/bedlam/sim/fault"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/application"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
	"github.com/bedlam-sim/bedlam/sim/otp/pg"
	"github.com/bedlam-sim/bedlam/sim/otp/rpc"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// trial is a world and what its rules shall say.
type trial struct {
	name string
	cfg  sim.Config
	rule check.Rule
	acts func(w *sim.World, set *check.Set) // after a second; nil: nothing
	run  time.Duration                      // after that; 0: a quarter of an hour
	want string                             // a signature; "" if the rule holds, "undecided" if it is that
}

func (c trial) judge() check.Verdict {
	set := check.NewSet(c.rule)
	set.Attach(&c.cfg)
	w := sim.New(c.cfg)
	defer w.Close()
	r := set.Drive(w, time.Second)
	if c.acts != nil {
		c.acts(w, set)
	}
	if c.run == 0 {
		c.run = 15 * time.Minute
	}
	if r.Stop != sim.StopLivelock {
		r = set.Drive(w, c.run)
	}
	set.Finish(w.View(), r)
	return set.Verdicts()[0]
}

// try judges trials, with the rule that is given if they have none of their own.
func try(t *testing.T, trials []trial, rule ...func() check.Rule) {
	t.Helper()
	for _, c := range trials {
		if c.rule == nil {
			c.rule = rule[0]()
		}
		v := c.judge()
		got := v.Signature()
		if v.State == check.Undecided {
			got = "undecided"
		}
		if got != c.want {
			t.Errorf("%s: %q, and should be %q: %v", c.name, got, c.want, v)
		}
		if v.State == check.Broken && v.Got == "" {
			t.Errorf("%s: the verdict does not say what was seen", c.name)
		}
	}
}

// boot makes a world of one node.
func boot(body sim.Body) sim.Config { return sim.Config{Boot: body} }

// some spawns a process.
func some(role string, body sim.Body) sim.Config {
	return boot(func(p *sim.Proc) { p.Spawn(role, body) })
}

// cluster makes a world of nodes whose links are slow, each booted so.
func cluster(nodes string, latency time.Duration, body sim.Body) sim.Config {
	cfg := sim.Config{Boot: body, Link: netsim.Link{Latency: netsim.Fixed(latency)}}
	for _, n := range strings.Fields(nodes) {
		cfg.Nodes = append(cfg.Nodes, sim.NodeSpec{Name: sim.Atom(n)})
	}
	return cfg
}

func forever(p *sim.Proc) {
	for {
		sim.Any(p)
	}
}

// short has no patience with what is only late.
var short = check.Limits{Every: 100 * time.Millisecond, Grace: time.Second}

func TestUnexpectedExits(t *testing.T) {
	boom := func(p *sim.Proc) { p.Sleep(time.Second); p.ExitSelf(sim.Atom("boom")) }
	deaf := func(p *sim.Proc) { p.TrapExit(true); boom(p) }
	try(t, []trial{
		{name: "unheard", cfg: some("worker", boom), want: "no_unheard_exit/worker"},
		{name: "a panic", cfg: some("worker", func(*sim.Proc) { panic("oh") }), want: "no_unheard_exit/worker"},
		{name: "in good order", cfg: some("worker", func(*sim.Proc) {})},
		{name: "killed", cfg: some("worker", func(p *sim.Proc) { p.Exit(p.Self(), sim.Kill); p.Sleep(1) })},
		{name: "monitored", cfg: some("parent", func(p *sim.Proc) { p.SpawnMonitor("worker", boom); forever(p) })},
		{name: "linked to one that traps", cfg: some("parent",
			func(p *sim.Proc) { p.TrapExit(true); p.SpawnLink("worker", boom); forever(p) })},
		{name: "linked to one that dies too", cfg: some("parent",
			func(p *sim.Proc) { p.SpawnLink("worker", boom); forever(p) }), want: "no_unheard_exit/parent/worker"},
		{name: "the helper of one that is heard", cfg: some("grandparent", func(p *sim.Proc) {
			p.SpawnMonitor("parent", func(p *sim.Proc) { p.SpawnLink("helper", forever); boom(p) })
			forever(p)
		})},
		{name: "heard at the end of a chain", cfg: some("grandparent", func(p *sim.Proc) {
			p.SpawnMonitor("parent", func(p *sim.Proc) { p.SpawnLink("helper", boom); forever(p) })
			forever(p)
		})},
		{name: "nobody ended", cfg: boot(func(*sim.Proc) {}), want: "undecided"},
		{name: "linked to one that is dead, and has not heard", cfg: some("parent", func(p *sim.Proc) {
			p.SpawnLink("worker", func(p *sim.Proc) {
				p.TrapExit(true)
				p.Exit(p.Parent(), sim.Kill)
				p.Reductions(100_000)
				p.ExitSelf(sim.Atom("boom"))
			})
			forever(p)
		})},
		{name: "told to exit by a parent that lives, and does not hear", cfg: some("parent", func(p *sim.Proc) {
			worker := p.Spawn("worker", deaf)
			p.Sleep(100 * time.Millisecond)
			p.Exit(worker, sim.Atom("go"))
			forever(p)
		}), want: "no_unheard_exit/parent/worker"},
		{name: "told to exit by a parent that has ended since, and was not linked", cfg: some("parent", func(p *sim.Proc) {
			worker := p.Spawn("worker", deaf)
			p.Sleep(100 * time.Millisecond)
			p.Exit(worker, sim.Atom("go"))
		}), want: "no_unheard_exit/parent/worker"},
		{name: "of a parent that has ended, which it has not seen", cfg: some("parent", func(p *sim.Proc) {
			p.SpawnLink("worker", deaf)
			p.Sleep(500 * time.Millisecond)
		})},
		{name: "of a parent that cannot be reached, which it has not seen", cfg: cluster("a b", time.Millisecond, func(p *sim.Proc) {
			if p.Node() == "a" {
				p.Spawn("parent", func(p *sim.Proc) {
					p.SpawnAt("b", "worker", deaf, sim.SpawnOptions{Link: true})
					p.Sleep(500 * time.Millisecond)
					p.DisconnectNode("b")
					forever(p)
				})
			}
		})},
		{name: "cut off from one that it is linked to", cfg: cluster("a b", time.Millisecond, func(p *sim.Proc) {
			if p.Node() == "a" {
				p.Spawn("worker", func(p *sim.Proc) {
					p.SpawnAt("b", "far", forever, sim.SpawnOptions{Link: true})
					forever(p)
				})
			}
		}), acts: func(w *sim.World, _ *check.Set) { w.CutPower("b", "test") }},
	}, check.UnexpectedExits)
	// The second worker ends just less than a second after the first, of the same, and its helper a little later.
	again := func(p *sim.Proc) {
		p.TrapExit(true)
		p.SpawnLink("worker", func(p *sim.Proc) {
			p.SpawnAt("b", "helper", forever, sim.SpawnOptions{Link: true})
			p.Sleep(p.Shared("until").(time.Duration) - p.Now())
			p.ExitSelf(sim.Atom("boom"))
		})
		forever(p)
	}
	// Whoever asked by rpc is dead when the answer, a process's reason, is there.
	asks := cluster("a b", 10*time.Millisecond, func(p *sim.Proc) {
		if p.Node() == "a" {
			asker := p.Spawn("asker", func(p *sim.Proc) {
				rpc.Call(p, "b", func(p *sim.Proc) int { p.Sleep(time.Second); p.ExitSelf(sim.Atom("boom")); return 0 })
			})
			p.Sleep(500 * time.Millisecond)
			p.Exit(asker, sim.Kill)
		}
	})
	try(t, []trial{{name: "an answer", cfg: asks}}, check.UnexpectedExits)
	try(t, []trial{{name: "heard again", cfg: cluster("a b", 10*time.Millisecond, func(p *sim.Proc) {
		if p.Node() == "a" {
			p.Share("until", 3*time.Second)
			p.Spawn("parent", again)
			p.Sleep(time.Second)
			p.Share("until", 3995*time.Millisecond)
			p.Spawn("parent", again)
		}
	})}}, check.UnexpectedExits)
	try(t, []trial{{name: "with its node", cfg: some("worker", forever), rule: check.UnexpectedExits(),
		acts: func(w *sim.World, _ *check.Set) { w.HaltNode("local", "test") }}})
}

// A reason is under way for as long as it takes until those who are linked have handled it (EXT1): they may stand still
// with their node, be far away, or take their time to end. What they end of was judged where it began.
func TestUnexpectedExits_passedOn(t *testing.T) {
	boom := func(p *sim.Proc) { p.Sleep(2 * time.Second); p.ExitSelf(sim.Atom("boom")) }
	parent := func(p *sim.Proc) { p.SpawnLink("helper", forever); boom(p) }
	monitored := func(body sim.Body) sim.Config {
		return some("grandparent", func(p *sim.Proc) { p.SpawnMonitor("parent", body); forever(p) })
	}
	afterwards := func(cfg sim.Config, body sim.Body) sim.Config {
		return boot(func(p *sim.Proc) { cfg.Boot(p); p.Spawn("later", body) })
	}
	pause := func(text string) func(w *sim.World, _ *check.Set) {
		return func(w *sim.World, _ *check.Set) {
			f, err := fault.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			fault.Schedule(w, []fault.Fault{f})
		}
	}
	late := func(p *sim.Proc) { p.Sleep(30 * time.Second); p.ExitSelf(sim.Atom("boom")) }
	stands := pause("at the 1st exit of any for 15s: pause local")
	far := cluster("a b", 3*time.Second, func(p *sim.Proc) {
		if p.Node() == "a" {
			p.Spawn("grandparent", func(p *sim.Proc) {
				p.SpawnMonitor("parent", func(p *sim.Proc) {
					p.SpawnAt("b", "helper", forever, sim.SpawnOptions{Link: true})
					boom(p)
				})
				forever(p)
			})
		}
	})
	slow := func(p *sim.Proc) {
		p.SpawnLink("child", func(p *sim.Proc) {
			p.TrapExit(true)
			m, _ := sim.Recv[sim.Exit](p)
			p.Sleep(5 * time.Second)
			p.ExitSelf(m.Reason)
		})
		boom(p)
	}
	chain := func(p *sim.Proc) { p.SpawnLink("helper", boom); forever(p) }
	try(t, []trial{
		{name: "after it was heard", cfg: monitored(parent), acts: stands},
		{name: "before it is heard", cfg: monitored(chain), acts: stands},
		{name: "and never heard", cfg: some("parent", chain), acts: stands, want: "no_unheard_exit/parent/helper"},
		{name: "and never handled", cfg: some("parent", chain), acts: pause("at the 1st exit of any: pause local"), want: "undecided"},
		{name: "far away", cfg: far},
		{name: "to a child that takes its time", cfg: monitored(slow)},
		{name: "to a child, by one who is not heard", cfg: some("parent", slow), want: "no_unheard_exit/parent/child"},
		{name: "to one that heard, and ends of the same later", cfg: some("parent", func(p *sim.Proc) {
			p.TrapExit(true)
			p.Monitor(p.SpawnLink("worker", boom))
			sim.Recv[sim.Exit](p)
			late(p)
		}), want: "no_unheard_exit/parent"},
		{name: "to one that has unlinked, too late to be known", cfg: some("parent", func(p *sim.Proc) {
			worker := p.SpawnLink("worker", forever)
			p.Sleep(2 * time.Second)
			p.Exit(worker, sim.Atom("boom"))
			p.Unlink(worker)
			forever(p)
		}), want: "no_unheard_exit/parent/worker"},
		{name: "and one that ends of the same later", cfg: afterwards(monitored(parent), late), acts: stands,
			want: "no_unheard_exit/later"},
		{name: "and one who is heard of the same later", cfg: afterwards(some("parent", parent), func(p *sim.Proc) {
			p.SpawnMonitor("heard", late)
			forever(p)
		}), want: "no_unheard_exit/parent"},
	}, check.UnexpectedExits)
	unheard := trial{cfg: some("parent", chain), acts: stands, rule: check.UnexpectedExits()}
	if v := unheard.judge(); v.At > 3*time.Second {
		t.Errorf("it began at 2s, not at %v", v.At)
	}
}

func TestSendsToNobody(t *testing.T) {
	try(t, []trial{
		{name: "to nobody", cfg: some("worker", func(p *sim.Proc) { p.Send(sim.Name("nobody"), 1) }), want: "no_send_to_nobody/worker"},
		{name: "another mistake", cfg: some("worker", func(p *sim.Proc) { p.Unregister("nobody") })},
		{name: "caught", cfg: some("worker", func(p *sim.Proc) { otp.Try(p, func() { p.Send(sim.Name("nobody"), 1) }) })},
	}, check.SendsToNobody)
}

func TestMutations(t *testing.T) {
	careless := boot(func(p *sim.Proc) {
		to := p.Spawn("reader", func(p *sim.Proc) { p.Sleep(time.Hour) })
		p.Spawn("writer", func(p *sim.Proc) {
			m := &[]int{1}
			p.Send(to, m)
			(*m)[0] = 2
			forever(p)
		})
	})
	watched := careless
	watched.CheckMutation = true
	quiet := boot(func(*sim.Proc) {})
	quiet.CheckMutation = true
	try(t, []trial{
		{name: "nobody looks", cfg: careless, want: "undecided"},
		{name: "changed", cfg: watched, want: "no_shared_message/writer"},
		{name: "nothing sent", cfg: quiet},
	}, check.Mutations)
}

type ask struct{ otp.Returns[int] }

func TestDeadlocks(t *testing.T) {
	callForever := func(to sim.Name) sim.Body {
		return func(p *sim.Proc) { otp.Call(p, to, ask{}, otp.Within(sim.Forever)) }
	}
	pair := func(p *sim.Proc) {
		for _, n := range []sim.Name{"left", "right"} {
			p.Register(n, p.Spawn(string(n), callForever(map[sim.Name]sim.Name{"left": "right", "right": "left"}[n])))
		}
	}
	try(t, []trial{
		{name: "two call each other", cfg: boot(pair), want: "nobody_waits_for_ever/left"},
		{name: "they give up", cfg: boot(func(p *sim.Proc) {
			p.Register("left", p.Spawn("left", func(p *sim.Proc) { otp.Call(p, sim.Name("right"), ask{}); forever(p) }))
			p.Register("right", p.Spawn("right", forever))
		})},
		{name: "all is done", cfg: some("server", forever)},
		{name: "servers that watch each other", cfg: boot(func(p *sim.Proc) {
			a := p.Spawn("a", func(p *sim.Proc) { b, _ := sim.Recv[sim.PID](p); p.Monitor(b); forever(p) })
			b := p.Spawn("b", func(p *sim.Proc) { p.Monitor(a); forever(p) })
			p.Send(a, b)
		})},
		{name: "global and pg at rest", cfg: cluster("a b", time.Millisecond, func(p *sim.Proc) {
			global.Start(p)
			pg.Start(p, pg.Default)
			p.Spawn("main", func(p *sim.Proc) { p.ConnectNode("a") })
		})},
	}, func() check.Rule { return check.Deadlocks() })
	stuck := check.Deadlocks(func(k sim.Waiter) bool { return k.PID.Path() == "server" })
	try(t, []trial{{name: "so says the program", cfg: some("server", forever), rule: stuck, want: "nobody_waits_for_ever/server"}})
	v := trial{cfg: boot(pair), rule: check.Deadlocks()}.judge()
	for _, part := range []string{"<local/left> at", "world_test.go", "$gen_call"} {
		if !strings.Contains(v.Got, part) {
			t.Errorf("it does not tell %q: %s", part, v.Got)
		}
	}
}

func TestLivelocks(t *testing.T) {
	cfg := boot(func(p *sim.Proc) {
		p.Spawn("spinner", func(p *sim.Proc) {
			for {
				p.Yield()
			}
		})
	})
	cfg.ReductionCost, cfg.Patience = sim.Free, 1000
	try(t, []trial{
		{name: "round and round", cfg: cfg, want: "time_goes_on/spinner"},
		{name: "rest", cfg: some("server", forever)},
	}, check.Livelocks)
}

func TestMailboxes(t *testing.T) {
	flood := func(n int) sim.Config {
		return boot(func(p *sim.Proc) {
			slow := p.Spawn("slow", func(p *sim.Proc) { sim.Recv[string](p) })
			for i := range n {
				p.Send(slow, i)
			}
		})
	}
	few := func() check.Rule { return check.Mailboxes(check.Limits{Mailbox: 10}) }
	try(t, []trial{{name: "full", cfg: flood(10)}, {name: "one too many", cfg: flood(11), want: "mailbox_bound/slow"}}, few)
	if v := (trial{cfg: flood(7), rule: few()}).judge(); v.Margin.String() != "7 of 10" {
		t.Errorf("the margin is %v", v.Margin)
	}
}

// I15: with no patience at all, the second of two who compute is waiting too long.
func TestScheduled(t *testing.T) {
	busy := boot(func(p *sim.Proc) {
		for range 3 {
			p.Spawn("worker", func(p *sim.Proc) {
				for range 10_000 {
					p.Reductions(4000)
				}
			})
		}
	})
	under := func(p scheduler.Policy) sim.Config {
		cfg := busy
		cfg.Policy = p
		return cfg
	}
	patient := func(wait time.Duration) check.Limits { return check.Limits{Every: time.Millisecond, Wait: wait} }
	hasty := check.Limits{Every: time.Microsecond, Wait: 1}
	try(t, []trial{
		{name: "no patience", cfg: busy, rule: check.Scheduled(hasty), want: "runnable_runs/worker", run: time.Millisecond},
		{name: "patience", cfg: busy, rule: check.Scheduled(patient(100 * time.Millisecond)), run: time.Second},
		{name: "pct has more", cfg: under(scheduler.PCT{}), rule: check.Scheduled(patient(sim.Forever)), run: time.Second},
		{name: "pos has more", cfg: under(scheduler.POS{}), rule: check.Scheduled(patient(sim.Forever)), run: time.Second},
	})
}

// I2, I3, I4: what is late on a slow link is a flaw to one who has no patience; one who has finds that all is well.
func TestLinks(t *testing.T) {
	pair := func(tie func(p *sim.Proc, to sim.PID)) sim.Config {
		return cluster("a b", 1500*time.Millisecond, func(p *sim.Proc) {
			if p.Node() != "a" {
				return
			}
			p.Spawn("here", func(p *sim.Proc) {
				there, _ := p.SpawnAt("b", "there", func(p *sim.Proc) { p.Sleep(time.Minute) }, sim.SpawnOptions{})
				tie(p, there)
				forever(p)
			})
		})
	}
	link := pair(func(p *sim.Proc, to sim.PID) { p.Link(to) })
	monitor := pair(func(p *sim.Proc, to sim.PID) { p.Monitor(to) })
	try(t, []trial{
		{name: "late links", cfg: link, rule: check.Links(short), want: "links_agree/here"},
		{name: "links", cfg: link, rule: check.Links(check.Limits{})},
		{name: "late downs", cfg: monitor, rule: check.Monitors(short), want: "monitors_fire_once/here"},
		{name: "downs", cfg: monitor, rule: check.Monitors(check.Limits{})},
		{name: "twice", rule: check.Monitors(check.Limits{}), want: "monitors_fire_once/twice watcher", cfg: boot(func(p *sim.Proc) {
			to := p.Spawn("watcher", func(p *sim.Proc) { sim.Recv[string](p) })
			for range 2 {
				p.Send(to, sim.Down{Ref: p.MakeRef()}) // two, under two references
			}
			same := sim.Down{Ref: p.MakeRef()}
			p.Send(to, same)
			p.Send(to, same)
		})},
	})
}

// I5.
func TestCalls(t *testing.T) {
	late := func(answers int) sim.Config {
		return boot(func(p *sim.Proc) {
			server := p.Spawn("server", func(p *sim.Proc) {
				m, _ := sim.Recv[otp.CallMsg](p)
				p.Sleep(10 * time.Second)
				for range answers {
					otp.ReplyTo(p, m.From, m.Req.(ask), 1)
				}
			})
			p.Spawn("client", func(p *sim.Proc) { otp.Call(p, server, ask{}); sim.Recv[string](p) })
		})
	}
	try(t, []trial{
		{name: "late answers are dropped", cfg: late(2)},
		{name: "a stray one", cfg: boot(func(p *sim.Proc) {
			p.Spawn("client", func(p *sim.Proc) {
				p.Send(p.Self(), otp.ReplyMsg{Tag: otp.Tag{Ref: p.MakeRef(), Plain: true}, Reply: 1})
				sim.Recv[string](p)
			})
		}), want: "calls_end_once/client"},
		{name: "of somebody else's", cfg: boot(func(p *sim.Proc) {
			to := p.Spawn("client", func(p *sim.Proc) { sim.Recv[string](p) })
			p.Send(to, otp.ReplyMsg{Tag: otp.Tag{Ref: p.MakeRef(), Plain: true}, Reply: 1})
		})},
	}, func() check.Rule { return check.Calls(check.Limits{}) })
}

type idle struct{ genserver.Base }

func child(id string) supervisor.Child {
	return supervisor.Child{ID: id, Start: genserver.Start(sim.Local(id), func() *idle { return &idle{} })}
}

// I8.
func TestChildren(t *testing.T) {
	tree := func(leaves bool, restart supervisor.Restart) sim.Config {
		return boot(func(p *sim.Proc) {
			supervisor.StartLink(p, sim.Local("sup"), supervisor.Spec{Children: []supervisor.Child{{ID: "kid", Restart: restart,
				Start: func(p *sim.Proc, _ ...any) (otp.Started, error) {
					sup := p.Self()
					return otp.Started{PID: p.SpawnLink("kid", func(p *sim.Proc) {
						p.Sleep(time.Second)
						if leaves {
							p.Unlink(sup)
							p.ExitSelf(sim.Atom("gone"))
						}
						forever(p)
					})}, nil
				}}}})
		})
	}
	rule := func() check.Rule { return check.Children(check.Limits{}) }
	try(t, []trial{{name: "it stays", cfg: tree(false, supervisor.Permanent)},
		{name: "it stole away", cfg: tree(true, supervisor.Permanent), want: "permanent_children_live/sup/kid"},
		{name: "so it may", cfg: tree(true, supervisor.Transient), want: "undecided"}}, rule)
	try(t, []trial{{name: "stopped on purpose", cfg: boot(func(p *sim.Proc) {
		supervisor.StartLink(p, sim.Local("sup"), supervisor.Spec{Children: []supervisor.Child{child("kid")}})
		supervisor.TerminateChild(p, sim.Local("sup"), "kid")
	})}}, rule)
}

// I8, SUP17.
func TestOrphans(t *testing.T) {
	tree := func(traps bool) sim.Config {
		return boot(func(p *sim.Proc) {
			p.TrapExit(true)
			supervisor.StartLink(p, sim.Local("sup"), supervisor.Spec{Children: []supervisor.Child{{ID: "kid",
				Start: func(p *sim.Proc, _ ...any) (otp.Started, error) {
					return otp.Started{PID: p.SpawnLink("kid", func(p *sim.Proc) { p.TrapExit(traps); forever(p) })}, nil
				}}}})
		})
	}
	kill := func(w *sim.World, _ *check.Set) {
		pid, _ := w.View().Whereis("local", "sup")
		w.Exit(pid, sim.Kill)
	}
	try(t, []trial{
		{name: "it goes too", cfg: tree(false), acts: kill},
		{name: "it does not listen", cfg: tree(true), acts: kill, want: "no_orphans/sup/kid"},
		{name: "all live", cfg: tree(true)},
	}, func() check.Rule { return check.Orphans(check.Limits{Every: time.Second}) })
}

// SUP7, SUP9, SUP10: reports that no supervisor would make.
func TestSupervisors(t *testing.T) {
	tree := func(strategy supervisor.Strategy) sim.Config {
		return boot(func(p *sim.Proc) {
			p.TrapExit(true)
			supervisor.StartLink(p, sim.Local("sup"), supervisor.Spec{Strategy: strategy,
				Children: []supervisor.Child{child("a"), child("b"), child("c")}})
		})
	}
	// says makes a report of the supervisor's own of each word: down a, up a, no a, over a.
	says := func(words ...string) func(w *sim.World, set *check.Set) {
		return func(w *sim.World, set *check.Set) {
			pid, _ := w.View().Whereis("local", "sup")
			for _, word := range words {
				what, id, _ := strings.Cut(word, " ")
				r := &supervisor.Report{Child: &supervisor.Child{ID: id, Restart: supervisor.Permanent}, Reason: sim.Atom("boom")}
				r.Context = map[string]supervisor.Context{"down": supervisor.ChildTerminated, "up": supervisor.Progress,
					"no": supervisor.StartError, "over": supervisor.GivingUp}[what]
				f := sim.Fact{At: w.View().Now(), Kind: trace.Report, Subject: pid, Text: "supervisor", Detail: r}
				set.Observe(f)
			}
		}
	}
	kill := func(names ...sim.Name) func(w *sim.World, set *check.Set) {
		return func(w *sim.World, set *check.Set) {
			for _, n := range names {
				pid, _ := w.View().Whereis("local", n)
				w.Exit(pid, sim.Kill)
				set.Drive(w, 100*time.Millisecond)
			}
		}
	}
	const one, all, rest = supervisor.OneForOne, supervisor.OneForAll, supervisor.RestForOne
	try(t, []trial{
		{name: "really once", cfg: tree(one), acts: kill("a")},
		{name: "really all", cfg: tree(all), acts: kill("b")},
		{name: "really the rest", cfg: tree(rest), acts: kill("b")},
		{name: "really too often", cfg: tree(one), acts: kill("a", "b")},
		{name: "nothing ended", cfg: tree(one), want: "undecided"},
		{name: "goes on", cfg: tree(one), acts: says("down a", "up a", "down b", "up b"), want: "restarts_in_bounds/sup too often"},
		{name: "gives up at once", cfg: tree(one), acts: says("down a", "over a"), want: "restarts_in_bounds/sup too early"},
		{name: "had trouble", cfg: tree(one), acts: says("down a", "no a", "over a")},
		{name: "had trouble before", cfg: tree(one), acts: says("no a", "down a", "up a", "down b", "up b")},
		{name: "really by request", cfg: tree(all), acts: func(w *sim.World, set *check.Set) {
			kill("b")(w, set)
			w.Spawn("operator", func(p *sim.Proc) {
				supervisor.TerminateChild(p, sim.Local("sup"), "b")
				supervisor.RestartChild(p, sim.Local("sup"), "b")
			})
		}},
		{name: "order", cfg: tree(all), acts: says("down b", "up a"), want: "restarts_in_bounds/sup order"},
		{name: "order of the rest", cfg: tree(rest), acts: says("down a", "up b"), want: "restarts_in_bounds/sup order"},
		{name: "by request", cfg: tree(rest), acts: says("down b", "up a")},
		{name: "by request, a second time", cfg: tree(all), acts: says("down b", "up c", "up c")},
	}, check.Supervisors)
}

// I14: an application's end that its node survives.
func TestApplications(t *testing.T) {
	ends := func(typ application.Type, reason sim.Reason) sim.Config {
		return some("controller", func(p *sim.Proc) {
			p.Report("application", p.Self(), &application.Report{Application: "shop", Type: typ, Reason: reason})
		})
	}
	try(t, []trial{
		{name: "permanent", cfg: ends(application.Permanent, sim.Normal), want: "node_goes_with_application/shop"},
		{name: "transient, shut down", cfg: ends(application.Transient, sim.Shutdown), want: "node_goes_with_application/shop"},
		{name: "transient, normal", cfg: ends(application.Transient, sim.Normal)},
		{name: "temporary", cfg: ends(application.Temporary, sim.Atom("boom"))},
		{name: "stopped", cfg: ends(application.Permanent, sim.Atom("stopped"))},
		{name: "really", cfg: boot(application.Release{Apps: []application.Item{{App: application.App{
			Name: "shop", Start: func(p *sim.Proc, _ application.StartType, _ any) (otp.Started, error) {
				return otp.Started{PID: p.SpawnLink("top", func(p *sim.Proc) { p.Sleep(time.Second) })}, nil
			},
		}}}}.Boot)},
		{name: "really, and the node is up again", cfg: boot(application.Release{Apps: []application.Item{{App: application.App{
			Name: "shop", Start: func(p *sim.Proc, _ application.StartType, _ any) (otp.Started, error) {
				return otp.Started{PID: p.SpawnLink("top", func(p *sim.Proc) { p.Sleep(time.Second) })}, nil
			},
		}}}}.Boot), acts: func(w *sim.World, set *check.Set) { set.Drive(w, 2*time.Second); w.BootNode("local") },
			run: 500 * time.Millisecond},
		{name: "none", cfg: boot(func(*sim.Proc) {}), want: "undecided"},
	}, func() check.Rule { return check.Applications(check.Limits{}) })
}

func news(node, text, about string) sim.Fact {
	return sim.Fact{Kind: trace.Node, Text: text, Detail: sim.Tuple{sim.Atom(node), sim.Atom(about)}}
}

// I9.
func TestNodeNews(t *testing.T) {
	for _, c := range []struct {
		facts []sim.Fact
		want  string
	}{
		{nil, ""},
		{[]sim.Fact{news("a", "nodeup", "b"), news("b", "nodeup", "a"), news("a", "nodedown", "b"), news("a", "nodeup", "b")}, ""},
		{[]sim.Fact{news("a", "nodeup", "b"), news("a", "nodeup", "b")}, "node_news_alternate/nodeup"},
		{[]sim.Fact{news("a", "nodedown", "b")}, "node_news_alternate/nodedown"},
		{[]sim.Fact{news("a", "nodeup", "b"), news("a", "down", "halted"), news("a", "nodeup", "b")}, ""},
	} {
		r := check.NodeNews()
		for _, f := range c.facts {
			r.Observe(f)
		}
		if got := r.Verdict(); got.Signature() != c.want {
			t.Errorf("%v: %v, and should be %q", c.facts, got, c.want)
		}
	}
}

// named boots a node with global, connects all and lets a process of node b take a name.
func named(p *sim.Proc) {
	global.Start(p)
	p.Spawn("main", func(p *sim.Proc) {
		for _, n := range []sim.Atom{"a", "b", "c"} {
			p.ConnectNode(n)
		}
		if p.Node() == "b" {
			p.Sleep(time.Minute)
			global.RegisterName(p, sim.Atom("shop"), p.Self(), nil)
			p.Sleep(time.Minute)
			global.SetLock(p, global.Lock{Resource: sim.Atom("till"), Requester: p.Self()}, nil, 0)
			p.Sleep(time.Minute)
		}
	})
}

// I6, I10, I11, I12: the same cluster to one who has patience and one who has not.
func TestGlobal(t *testing.T) {
	slow := func() sim.Config { return cluster("a b c", 2*time.Second, named) }
	cut := func(w *sim.World, set *check.Set) {
		set.Drive(w, 30*time.Second)
		w.Inject(netsim.Fault{Harm: netsim.Harm{Reset: true}, Where: netsim.OneWay([]string{"a"}, []string{"b"})})
	}
	impatient := check.Limits{Every: 100 * time.Millisecond, Grace: 500 * time.Millisecond}
	try(t, []trial{
		{name: "names", cfg: slow(), rule: check.OneOwner(check.Limits{})},
		{name: "late names", cfg: slow(), rule: check.OneOwner(impatient), want: `one_owner/shop`},
		{name: "dead names", cfg: slow(), rule: check.DeadNames(check.Limits{})},
		{name: "late dead names", cfg: slow(), rule: check.DeadNames(impatient), want: `no_dead_names/shop`},
		{name: "dead locks", cfg: slow(), rule: check.DeadLocks(check.Limits{})},
		{name: "late dead locks", cfg: slow(), rule: check.DeadLocks(impatient), want: `no_dead_locks/till`},
		{name: "the registrar", cfg: slow(), rule: check.Registrars(check.Limits{})},
		{name: "the registrar is slow", cfg: slow(), rule: check.Registrars(impatient), want: "names_can_be_taken/session"},
		{name: "the registrar waits for ever", rule: check.Registrars(check.Limits{}), want: "names_can_be_taken/registrar",
			cfg: cluster("a b", time.Millisecond, func(p *sim.Proc) {
				global.Start(p)
				if p.Node() == "a" {
					p.Spawn("greedy", func(p *sim.Proc) {
						global.SetLock(p, global.Lock{Resource: sim.Atom("global"), Requester: p.Self()}, nil, 0) // LCK5
						p.Spawn("honest", func(p *sim.Proc) { global.RegisterName(p, sim.Atom("shop"), p.Self(), nil) })
						forever(p)
					})
				}
			})},
		{name: "a partition", cfg: slow(), rule: check.Cliques(check.Limits{}), acts: cut},
		{name: "at first it overlaps", cfg: slow(), rule: check.Cliques(impatient), acts: cut, want: "cliques"},
		{name: "nobody runs global", cfg: cluster("a b", 0, func(*sim.Proc) {}), rule: check.Cliques(check.Limits{}),
			want: "undecided"},
	})
}

// I10: kernels that were told to allow overlaps make no cliques.
func TestCliques_allowed(t *testing.T) {
	cfg := cluster("a b c", 2*time.Second, named)
	cfg.Nodes[2].Kernel.AllowOverlap = true
	try(t, []trial{{name: "allowed", cfg: cfg, rule: check.Cliques(short), want: "undecided"}})
}

// I13.
func TestGroups(t *testing.T) {
	cfg := cluster("a b", 3*time.Second, func(p *sim.Proc) {
		pg.Start(p, pg.Default)
		p.Spawn("main", func(p *sim.Proc) {
			p.ConnectNode("a")
			p.Sleep(time.Minute)
			pg.Join(p, pg.Default, "room", p.Self())
			p.Sleep(time.Minute)
		})
	})
	try(t, []trial{
		{name: "patience", cfg: cfg, rule: check.Groups(check.Limits{})},
		{name: "none", cfg: cfg, rule: check.Groups(short), want: "pg_agrees/pg"},
		{name: "another scope", cfg: cfg, rule: check.Groups(short, "other"), want: "undecided"},
	})
}

// I7: LCK2, LCK4.
func TestCritical(t *testing.T) {
	// The clerk of a is in from the beginning, for ten seconds; that of b comes when it has waited twice.
	both := func(connect bool, ask, enter time.Duration) sim.Config {
		return cluster("a b", time.Millisecond, func(p *sim.Proc) {
			p.Spawn("clerk", func(p *sim.Proc) {
				if connect {
					p.ConnectNode("a")
				}
				if p.Node() == "b" {
					p.Sleep(ask)
					check.Ask(p, "till")
					p.Sleep(enter)
				}
				check.Enter(p, "till")
				p.Sleep(10 * time.Second)
				check.Leave(p, "till")
				forever(p)
			})
		})
	}
	const s = time.Second
	cut := func(w *sim.World, _ *check.Set) { w.Disconnect("a", "b") }
	again := func(w *sim.World, set *check.Set) {
		cut(w, set)
		set.Drive(w, s)
		w.SpawnAt("b", "main", func(p *sim.Proc) { p.ConnectNode("a") })
	}
	try(t, []trial{
		{name: "at once", cfg: both(true, s, 0), want: "one_at_a_time/till"},
		{name: "in turn", cfg: both(true, 20*s, 0)},
		{name: "asked before", cfg: both(true, 5*s, 10*s)},
		{name: "apart", cfg: both(false, s, 0)},
		{name: "another till", cfg: some("clerk", func(p *sim.Proc) {
			check.Enter(p, "till 1")
			p.Spawn("clerk", func(p *sim.Proc) { check.Enter(p, "till 2"); forever(p) })
			forever(p)
		})},
		{name: "in it twice", cfg: some("clerk", func(p *sim.Proc) { check.Enter(p, "till"); check.Enter(p, "till"); forever(p) })},
		{name: "of one node", cfg: some("clerk", func(p *sim.Proc) {
			check.Enter(p, "till")
			p.Spawn("clerk", func(p *sim.Proc) { check.Enter(p, "till"); forever(p) })
			forever(p)
		}), want: "one_at_a_time/till"},
		{name: "cut off meanwhile", cfg: both(true, 5*s, 0), acts: cut},
		// the other holds its own node's lock
		{name: "connected again before one asked", cfg: both(true, 5*s, 0), acts: again, want: "one_at_a_time/till"},
		{name: "connected again after one asked", cfg: both(true, 0, 5*s), acts: again},
		{name: "refused, and asked again", cfg: both(true, 0, 5*s), acts: func(w *sim.World, set *check.Set) {
			again(w, set)
			set.Drive(w, s)
			for _, pid := range w.View().Processes() {
				if pid.Node() == "b" && pid.Path() == "clerk" {
					set.Observe(sim.Fact{Kind: trace.User, Subject: pid, Text: "ask", Detail: check.Section{Name: "till"}})
				}
			}
		}, want: "one_at_a_time/till"},
		{name: "down meanwhile", cfg: both(true, 0, 5*s),
			acts: func(w *sim.World, _ *check.Set) { w.HaltNode("a", "test"); w.BootNode("a") }},
		{name: "hidden", cfg: func() sim.Config { cfg := both(true, s, 0); cfg.Nodes[1].Hidden = true; return cfg }()},
	}, check.Critical)
}

// I7: a node that goes down forgets whom it has met. Here the other side is connected again, as far as it knows, before its
// clerk asks; the node that was down is not yet.
func TestCritical_I7_down(t *testing.T) {
	v := trial{rule: check.Critical(), cfg: cluster("a b", time.Millisecond, func(p *sim.Proc) { p.Spawn("clerk", forever) }),
		acts: func(w *sim.World, set *check.Set) {
			clerk := func(node sim.Atom, does string) sim.Fact {
				all := w.View().Processes()
				i := slices.IndexFunc(all, func(pid sim.PID) bool { return pid.Node() == node && pid.Path() == "clerk" })
				return sim.Fact{Kind: trace.User, Subject: all[i], Text: does, Detail: check.Section{Name: "till"}}
			}
			for _, f := range []sim.Fact{
				news("a", "nodeup", "b"), news("b", "nodeup", "a"), news("a", "down", "halted"), news("b", "nodedown", "a"),
				news("b", "nodeup", "a"), clerk("a", "enter"), clerk("b", "ask"), clerk("b", "enter"),
			} {
				set.Observe(f)
			}
		}}.judge()
	if v.State != check.Holds || !strings.Contains(v.Got, "across a partition") {
		t.Errorf("%v", v)
	}
}

// I7, LCK2, LCK4: global gives one lock to both sides of a partition. The rule holds all the same, and names those who
// were in it at once; where all are connected the same clerks go in turn.
func TestCritical_I7_witness(t *testing.T) {
	till := func(parted bool) check.Verdict {
		cfg := cluster("a b c", time.Millisecond, func(p *sim.Proc) {
			global.Start(p)
			p.Spawn("clerk", func(p *sim.Proc) {
				p.ConnectNode("a")
				p.Sleep(time.Minute)
				check.Ask(p, "till")
				global.Trans(p, global.Lock{Resource: sim.Atom("till"), Requester: p.Self()}, func() any {
					check.Enter(p, "till")
					p.Sleep(10 * time.Second)
					check.Leave(p, "till")
					return nil
				}, nil, global.Infinity)
				p.Trace("done", p.Node())
				forever(p)
			})
		})
		return trial{cfg: cfg, rule: check.Critical(), acts: func(w *sim.World, set *check.Set) {
			if parted {
				w.Inject(netsim.Fault{Harm: netsim.Harm{Reset: true}, Where: netsim.Groups([]string{"a"}, []string{"b", "c"})})
			}
		}}.judge()
	}
	one, two := till(false), till(true)
	if one.State != check.Holds || one.Evaluated != 3 || one.Got != "" {
		t.Errorf("connected: %d entered: %v", one.Evaluated, one)
	}
	want := regexp.MustCompile(`^at 1m0\.\d+s <b/clerk> entered till, in which <a/clerk> is, across a partition: global allows it$`)
	if two.State != check.Holds || two.Evaluated != 3 || !want.MatchString(two.Got) {
		t.Errorf("parted: %d entered: %v %s", two.Evaluated, two, two.Got)
	}
}

// What lasts breaks the rule; what was there twice, or while nodes came and went, does not.
func TestAtRest(t *testing.T) {
	const s = time.Second
	type times [][2]time.Duration // from, to
	for _, c := range []struct {
		name   string
		flaws  times
		unrest time.Duration
		end    time.Duration // of all that happens; the run goes on until a minute
		now    bool          // not for a moment
		want   string
	}{
		{name: "never", end: 90 * s},
		{name: "for a while", flaws: times{{5 * s, 14 * s}}, end: 90 * s},
		{name: "too long", flaws: times{{5 * s, 17 * s}}, end: 90 * s, want: "r/flaw broken at 16s"},
		{name: "for a moment", flaws: times{{5 * s, 6 * s}}, now: true, end: 90 * s, want: "r/flaw broken at 5s"},
		{name: "twice", flaws: times{{5 * s, 14 * s}, {16 * s, 25 * s}}, end: 90 * s},
		{name: "while things change", flaws: times{{5 * s, 22 * s}}, unrest: 13 * s, end: 90 * s},
		{name: "after things have changed", flaws: times{{5 * s, 26 * s}}, unrest: 13 * s, end: 90 * s, want: "r/flaw broken at 24s"},
		{name: "at the end", flaws: times{{55 * s, 90 * s}}, end: 90 * s, want: "undecided"},
		{name: "for ever", flaws: times{{55 * s, 90 * s}}, end: 57 * s, want: "r/flaw broken at 57s"},
	} {
		flawed := func(v sim.View) (flaws []check.Flaw, judged bool) {
			for _, f := range c.flaws {
				if now := v.Now().Truncate(time.Millisecond); now >= f[0] && now <= f[1] {
					flaws = append(flaws, check.Flaw{Key: "flaw", Got: "a flaw", Now: c.now})
				}
			}
			return flaws, true
		}
		set := check.NewSet(check.AtRest("r", check.Limits{Every: s, Grace: 10 * s}, flawed))
		cfg := some("p", func(p *sim.Proc) { p.Sleep(c.end) })
		set.Attach(&cfg)
		w := sim.New(cfg)
		if c.unrest > 0 {
			w.At(c.unrest, "unrest", func() { w.Note(trace.Fault, sim.PID{}, "something", nil) })
		}
		set.Finish(w.View(), set.Drive(w, time.Minute))
		w.Close()
		v := set.Verdicts()[0]
		got := v.Signature()
		if v.State == check.Broken {
			got += " broken at " + v.At.Truncate(time.Millisecond).String()
		} else if v.State == check.Undecided {
			got = "undecided"
		}
		if got != c.want {
			t.Errorf("%s: %q, and should be %q: %v", c.name, got, c.want, v)
		}
	}
}
