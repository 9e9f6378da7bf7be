package plan_test

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// This file holds small programs, each with a bug that the dull run does not show.

// change is what happens to a program after a plan was made for it.
type change struct {
	stranger bool // an unrelated process, and whom it talks to
	first    bool // it is there before all others
	kind     bool // one more kind of message on the channel that the bug is about
	noise    int  // so many pairs of unrelated processes
	rounds   int  // which send each other so many messages
}

// bed is a world in which programs run, one run after the other.
type bed struct {
	world     *sim.World
	signature string
	broke     time.Duration
	last      sim.Result
	keep      int
	policy    scheduler.Policy // nil: random
}

// fail says that the program is broken.
func (b *bed) fail(p *sim.Proc, signature string) {
	if b.signature == "" {
		b.signature, b.broke = signature, p.Now()
	}
}

// program is a program with a bug.
type program struct {
	name     string
	elements int
	length   time.Duration
	boot     func(b *bed, c change) sim.Body                      // of the first node
	cluster  func(b *bed, c change, p plan.Plan, cfg *sim.Config) // if it has several nodes
	declare  func(b *bed, c change, p plan.Plan, w *sim.World)    // what p does not leave out
	after    func(b *bed, res sim.Result) (signature string)      // looks at the end
}

// runner runs the program in bed b.
func (g program) runner(b *bed, c change) plan.Runner {
	return func(p plan.Plan, rec *choice.Recording) plan.Outcome {
		b.signature, b.broke = "", 0
		source := p.Source()
		if rec != nil {
			source.Record(rec)
		}
		cfg := sim.Config{Source: source, Policy: b.policy, MaxEvents: 3_000_000, Keep: b.keep}
		own := c
		if c.first {
			own.stranger, own.noise = false, 0
		}
		if g.boot != nil {
			cfg.Boot = g.boot(b, own)
		}
		if g.cluster != nil {
			g.cluster(b, own, p, &cfg)
		}
		if b.world == nil {
			b.world = sim.New(cfg)
		} else {
			b.world.Reset(cfg)
		}
		if c.first {
			b.world.Spawn("others", func(p *sim.Proc) { around(p, c) })
		}
		if g.declare != nil {
			g.declare(b, c, p, b.world)
		}
		length := g.length
		if p.For > 0 {
			length = p.For
		}
		b.last = b.world.Run(length)
		if b.signature == "" && g.after != nil {
			b.signature, b.broke = g.after(b, b.last), b.last.Now
		}
		return plan.Outcome{Signature: b.signature, Hash: b.last.Hash, Events: b.last.Events, Now: b.last.Now, Broke: b.broke, Drift: source.Drift()}
	}
}

func (b *bed) close() {
	if b.world != nil {
		b.world.Close()
	}
}

// around starts what has nothing to do with the program.
func around(p *sim.Proc, c change) {
	for range c.noise {
		other := p.Spawn("pong", func(p *sim.Proc) {
			for range c.rounds {
				from, _ := sim.Recv[sim.PID](p)
				p.Send(from, 1)
			}
		})
		p.Spawn("ping", func(p *sim.Proc) {
			for range c.rounds {
				p.Send(other, p.Self())
				sim.Recv[int](p)
			}
		})
	}
	if c.stranger {
		stranger := p.Spawn("stranger", func(p *sim.Proc) {
			for range 20 {
				sim.Any(p)
				p.Reductions(50)
			}
		})
		p.Spawn("stranger's friend", func(p *sim.Proc) {
			for i := range 20 {
				p.Send(stranger, i)
				p.Yield()
			}
		})
	}
}

// Messages of the programs.
type (
	get   struct{ from sim.PID }
	put   struct{ v int }
	value struct{ v int }
	log   struct{ text string }
	step  struct {
		from sim.PID
		who  string
		n    int
	}
	work struct{}
	ask  struct {
		from sim.PID
		n    int
	}
	yes struct{ n int }
)

// programs are all of them.
func programs() []program {
	return []program{lostUpdate(), lateReply(), linkRace(), mutualCall(), torn(), staleRead()}
}

// lostUpdate: two clients read, add one and write. The second is told to begin when the first is long done.
func lostUpdate() program {
	return program{name: "lost update", length: time.Second, boot: func(b *bed, c change) sim.Body {
		return func(p *sim.Proc) {
			store := p.Spawn("store", func(p *sim.Proc) {
				v := 0
				for puts := 0; puts < 2; {
					m, _ := sim.Any(p)
					switch m := m.(type) {
					case get:
						p.Send(m.from, value{v})
					case put:
						v = m.v
						puts++
					}
				}
				if v != 2 {
					b.fail(p, "no update is lost/store")
				}
			})
			client := func(p *sim.Proc) {
				sim.Recv[work](p)
				if c.kind {
					p.Send(store, log{"here I am"})
				}
				p.Send(store, get{p.Self()})
				v, _ := sim.Recv[value](p)
				p.Reductions(100)
				p.Send(store, put{v.v + 1})
			}
			first, second := p.Spawn("client", client), p.Spawn("client", client)
			around(p, c)
			p.Send(first, work{})
			for range 6 {
				p.Yield()
			}
			p.Send(second, work{})
		}
	}}
}

// lateReply: a client that gives up on a question takes the late answer to it for the answer to its next. Its patience is
// such that an order decides: with 2.2 to 2.8 ms it is the time that others take, and under POS a plan does not survive
// that a process more takes some.
func lateReply() program {
	return program{name: "late reply", length: time.Second, boot: func(b *bed, c change) sim.Body {
		return func(p *sim.Proc) {
			server := p.Spawn("server", func(p *sim.Proc) {
				for {
					q, _ := sim.Recv[ask](p)
					p.Reductions(3000)
					p.Reductions(3000)
					p.Send(q.from, yes{q.n})
				}
			})
			p.Spawn("hog", func(p *sim.Proc) {
				for range 30 {
					p.Reductions(1500)
				}
			})
			p.Spawn("client", func(p *sim.Proc) {
				for n := range 3 {
					if c.kind {
						p.Send(server, log{"next"})
					}
					p.Send(server, ask{p.Self(), n})
					a, err := sim.Recv[yes](p, sim.After(3*time.Millisecond))
					if err == nil && a.n != n {
						b.fail(p, "an answer is to the question/client")
					}
				}
			})
			around(p, c)
		}
	}}
}

// linkRace: a parent spawns a child and then links to it, in two steps; a child that is dead by then has died of noproc.
func linkRace() program {
	return program{name: "link race", length: time.Second, boot: func(b *bed, c change) sim.Body {
		return func(p *sim.Proc) {
			p.Spawn("parent", func(p *sim.Proc) {
				p.TrapExit(true)
				for i := range 4 {
					p.Reductions(200)
					child := p.Spawn("child", func(p *sim.Proc) {
						p.Reductions(10 * i)
						p.ExitSelf(sim.Atom("boom"))
					})
					if c.kind {
						p.Send(child, log{"hello"})
					}
					p.Link(child)
					if e, _ := sim.Recv[sim.Exit](p); e.Reason != sim.Atom("boom") {
						b.fail(p, "the parent hears why/parent")
					}
				}
			})
			p.Spawn("bystander", func(p *sim.Proc) {
				for range 20 {
					p.Reductions(500)
					p.Yield()
				}
			})
			around(p, c)
		}
	}}
}

// mutualCall: two servers ask each other while they serve. The second is asked to when the first is long done.
func mutualCall() program {
	var calling [2]bool
	return program{name: "mutual call", length: time.Second, boot: func(b *bed, c change) sim.Body {
		calling = [2]bool{}
		return func(p *sim.Proc) {
			var servers [2]sim.PID
			for i, role := range []string{"left", "right"} {
				servers[i] = p.Spawn(role, func(p *sim.Proc) {
					for {
						m, _ := sim.Receive(p, func(m any) (any, bool) { _, is := m.(yes); return m, !is })
						switch m := m.(type) {
						case ask:
							p.Send(m.from, yes{m.n})
						case work:
							if c.kind {
								p.Send(servers[1-i], log{"now"})
							}
							calling[i] = true
							p.Send(servers[1-i], ask{p.Self(), i})
							sim.Recv[yes](p)
							calling[i] = false
						}
					}
				})
			}
			around(p, c)
			p.Send(servers[0], work{})
			for range 5 {
				p.Yield()
			}
			p.Send(servers[1], work{})
		}
	}, after: func(b *bed, res sim.Result) string {
		if calling[0] && calling[1] {
			return "nobody waits for ever/left and right"
		}
		return ""
	}}
}

// torn: each of two transactions begins and ends within the other: a3 < b1, b3 < a4, a4 < b4.
func torn() program {
	return program{name: "torn twice", length: time.Second, boot: func(b *bed, c change) sim.Body {
		return func(p *sim.Proc) {
			book := p.Spawn("book", func(p *sim.Proc) {
				done := map[string]int{}
				began := 0
				for {
					m, _ := sim.Recv[step](p)
					if m.who == "b" && m.n == 1 {
						began = done["a"]
					}
					if m.who == "a" && m.n == 4 && done["b"] == 3 && began == 3 {
						b.fail(p, "transactions are whole/book")
					}
					done[m.who] = m.n
					p.Send(m.from, m.n)
				}
			})
			for _, who := range []string{"a", "b"} {
				p.Spawn(who, func(p *sim.Proc) {
					for n := 1; n <= 6; n++ {
						if c.kind {
							p.Send(book, log{"step"})
						}
						p.Send(book, step{p.Self(), who, n})
						sim.Recv[int](p)
					}
				})
			}
			around(p, c)
		}
	}}
}

// Messages between nodes.
type (
	Write struct {
		N    int
		From sim.PID
	}
	Copy  struct{ N int }
	Read  struct{ From sim.PID }
	Count struct{ N int }
	Noted struct{ Text string }
)

// staleRead: a client writes to b, which answers before it has copied to c, where the client then reads. Elements 0 to 3 are
// faults, 4 to 9 are writes.
func staleRead() program {
	const faults, writes = 4, 6
	nodes := []string{"a", "b", "c"}
	at := func(i int) time.Duration { return time.Duration(100+40*i) * time.Millisecond }
	return program{
		name: "stale read", elements: faults + writes, length: 2 * time.Second,
		cluster: func(b *bed, c change, p plan.Plan, cfg *sim.Config) {
			cfg.Link = netsim.Link{Latency: netsim.Uniform(time.Millisecond, 4*time.Millisecond)}
			for _, n := range nodes {
				cfg.Nodes = append(cfg.Nodes, sim.NodeSpec{Name: sim.Atom(n)})
			}
			cfg.Nodes[1].Boot = func(p *sim.Proc) {
				p.Register("store", p.Spawn("store", func(p *sim.Proc) {
					for {
						m, _ := sim.Recv[Write](p)
						if c.kind {
							p.Send(term.NameAt{Name: "replica", Node: "c"}, Noted{"write"})
						}
						p.Send(term.NameAt{Name: "replica", Node: "c"}, Copy{m.N})
						p.Send(m.From, Count{m.N})
					}
				}))
				around(p, c)
			}
			cfg.Nodes[2].Boot = func(p *sim.Proc) {
				p.Register("replica", p.Spawn("replica", func(p *sim.Proc) {
					n := 0
					for {
						m, _ := sim.Any(p)
						switch m := m.(type) {
						case Copy:
							n = m.N
						case Read:
							p.Send(m.From, Count{n})
						}
					}
				}))
			}
			cfg.Nodes[0].Boot = func(p *sim.Proc) {
				p.Register("client", p.Spawn("client", func(p *sim.Proc) {
					for {
						n, _ := sim.Recv[int](p)
						if c.kind {
							p.Send(term.NameAt{Name: "store", Node: "b"}, Noted{"soon"})
						}
						p.Send(term.NameAt{Name: "store", Node: "b"}, Write{n, p.Self()})
						if _, err := sim.Recv[Count](p, sim.After(time.Second)); err != nil {
							return
						}
						p.Send(term.NameAt{Name: "replica", Node: "c"}, Read{p.Self()})
						if got, err := sim.Recv[Count](p, sim.After(time.Second)); err == nil && got.N != n {
							b.fail(p, "a client reads what it wrote/client")
						}
					}
				}))
			}
		},
		declare: func(b *bed, c change, p plan.Plan, w *sim.World) {
			cuts := [][2]string{{"b", "c"}, {"a", "c"}, {"a", "b"}}
			for i := range faults {
				if p.Leaves(i) {
					continue
				}
				k := choice.Key{Domain: choice.Fault, ID: choice.ID("fault", fmt.Sprint(i))}
				w.At(50*time.Millisecond+time.Duration(w.Choose(k, 200))*time.Millisecond, fmt.Sprint("fault ", i), func() {
					if i == faults-1 {
						w.PauseNode("c")
						w.At(w.View().Now()+3*time.Millisecond, "resume", func() { w.ResumeNode("c") })
						return
					}
					id, err := w.Inject(netsim.Fault{Harm: netsim.Harm{Cut: true}, Where: netsim.Groups([]string{cuts[i][0]}, []string{cuts[i][1]})})
					if err != nil {
						panic(err)
					}
					w.At(w.View().Now()+10*time.Millisecond, fmt.Sprint("heal ", i), func() { w.Heal(id) })
				})
			}
			for i := range writes {
				if !p.Leaves(faults + i) {
					w.At(at(i), fmt.Sprint("write ", i), func() {
						if pid, ok := w.View().Whereis("a", "client"); ok {
							w.Send(pid, i+1)
						}
					})
				}
			}
		},
	}
}
