package suite

import (
	"time"

	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// RacesElements is how many programs a run of Races declares.
var RacesElements = len(races)

// Races runs small programs side by side, each with a race in it that is well handled, or, with a mutant, not. Nothing
// is drawn but the schedule: what the other suites find by drawing a program, this one finds by the order of a few
// messages.
func (b *Bed) Races(p plan.Plan, m mutant.Mutant, rec *choice.Recording) plan.Outcome {
	return b.race(drawing(p, rec), p, m)
}

func (b *Bed) race(d *draws, p plan.Plan, m mutant.Mutant) plan.Outcome {
	t := &track{}
	b.lay(d, sim.Config{ReductionCost: sim.Free, Boot: func(boot *sim.Proc) {
		for i, r := range races {
			if !p.Leaves(i) {
				boot.Spawn(r.name, func(p *sim.Proc) { r.body(p, t.run(r.name)) })
			}
		}
	}}, m)
	t.w = b.world
	limit := time.Minute
	if p.For > 0 {
		limit = p.For
	}
	b.world.Run(limit)
	if p.For == 0 {
		for _, r := range t.runs {
			if r.waiting > 0 {
				t.fail(b.world.View().Now(), "race: "+r.name, r.lasting)
			}
		}
	}
	return b.outcome(&t.verdict, d)
}

// track is where races are run.
type track struct {
	verdict
	w    *sim.World
	runs []*race
}

// race is one of them.
type race struct {
	*track
	name    string
	waiting int    // what has to come yet
	lasting string // what is wrong if it never comes
}

func (t *track) run(name string) *race {
	r := &race{track: t, name: name}
	t.runs = append(t.runs, r)
	return r
}

// lost says that a race was lost.
func (r *race) lost(p *sim.Proc, how string) { r.fail(p.Now(), "race: "+r.name, how) }

// races are in an order of their own: plans leave them out by their places.
var races = []struct {
	name string
	body func(p *sim.Proc, r *race)
}{
	{"wake-up", wakeUp}, {"link", linkRace}, {"unlink", unlinkRace}, {"demonitor", demonitorRace}, {"name", nameRace},
	{"shutdown", shutdownRace}, {"update", updateRace}, {"calls", callRace}, {"transactions", tornRace},
}

// after lets n rounds pass.
func after(p *sim.Proc, n int) {
	for range n {
		p.Yield()
	}
}

// Messages of the programs.
type (
	put    struct{ N int }
	take   struct{ From sim.PID }
	waits  struct{ From sim.PID }
	wake   struct{}
	query  struct{ From sim.PID }
	reply  struct{ N int }
	begin  struct{}
	lockIt struct{ From sim.PID }
	free   struct{}
	step   struct {
		From sim.PID
		Who  string
		N    int
	}
)

// wakeUp: a consumer looks whether there is something, and if there is not says that it waits. A producer comes in between.
func wakeUp(p *sim.Proc, r *race) {
	r.waiting, r.lasting = 1, "the consumer sleeps, and there is something for it"
	shelf := p.Spawn("shelf", func(p *sim.Proc) {
		items := 0
		var sleeper sim.PID
		rouse := func() {
			if !sleeper.IsZero() && items > 0 {
				p.Send(sleeper, wake{})
				sleeper = sim.PID{}
			}
		}
		for {
			switch m, _ := sim.Any(p); m := m.(type) {
			case put:
				items++
				rouse()
			case take:
				p.Send(m.From, reply{items})
				items = max(0, items-1)
			case waits:
				sleeper = m.From
				if !p.Mutant().Is(mutant.LostWakeUp) {
					rouse()
				}
			}
		}
	})
	p.Spawn("consumer", func(p *sim.Proc) {
		for {
			p.Send(shelf, take{p.Self()})
			if m, _ := sim.Recv[reply](p); m.N > 0 {
				r.waiting--
				return
			}
			p.Send(shelf, waits{p.Self()})
			sim.Recv[wake](p)
		}
	})
	p.Spawn("producer", func(p *sim.Proc) {
		after(p, 9)
		p.Send(shelf, put{})
	})
}

// linkRace: a parent wants to know why its child has ended.
func linkRace(p *sim.Proc, r *race) {
	p.TrapExit(true)
	for range 3 {
		var child sim.PID
		if body := func(p *sim.Proc) { p.ExitSelf(boom) }; p.Mutant().Is(mutant.LinkLater) {
			child = p.Spawn("child", body)
			p.Link(child)
		} else {
			child = p.SpawnLink("child", body)
		}
		if e, _ := sim.Recv[sim.Exit](p); e.From == child && e.Reason != any(boom) {
			r.lost(p, "the parent does not hear why its child has ended")
		}
	}
}

// helper is a process that ends by itself a while after it was started, or waits for ever.
func helper(rounds int) sim.Body {
	return func(p *sim.Proc) {
		if rounds == 0 {
			p.Sleep(sim.Forever)
		}
		after(p, rounds)
	}
}

// unlinkRace: a parent does without its first helper, and waits for the end of its second.
func unlinkRace(p *sim.Proc, r *race) {
	p.TrapExit(true)
	first := p.SpawnLink("first", helper(12))
	after(p, 6)
	p.Unlink(first)
	if !p.Mutant().Is(mutant.ExitUnflushed) {
		p.Await(sim.Mark{}, func(m *sim.Msg) bool { e, is := m.Value().(sim.Exit); return is && e.From == first }, 0)
	}
	second := p.SpawnLink("second", helper(2))
	if e, _ := sim.Recv[sim.Exit](p); e.From != second {
		r.lost(p, "the end of one helper is taken for that of the other")
	}
}

// demonitorRace: a client has its answer from the first server, and asks the second.
func demonitorRace(p *sim.Proc, r *race) {
	ask := func(rest int) bool {
		server := p.Spawn("server", func(p *sim.Proc) {
			m, _ := sim.Recv[query](p)
			after(p, 2)
			p.Send(m.From, reply{})
			after(p, rest)
		})
		ref := p.Monitor(server)
		p.Send(server, query{p.Self()})
		for {
			switch m, _ := sim.Any(p); m := m.(type) {
			case reply:
				p.Reductions(200)
				if p.Mutant().Is(mutant.DownUnflushed) {
					p.Demonitor(ref)
				} else {
					p.Demonitor(ref, sim.Flush())
				}
				return true
			case sim.Down:
				return m.Ref == ref
			}
		}
	}
	if !ask(4) || !ask(4) {
		r.lost(p, "the end of one server is taken for that of the other")
	}
}

// nameRace: two clients start a server of a name, each if there is none.
func nameRace(p *sim.Proc, r *race) {
	const name = sim.Name("one of us")
	server := func(p *sim.Proc) {
		if !registered(p, name) {
			return
		}
		p.Sleep(sim.Forever)
	}
	for i := range 2 {
		p.Spawn("client", func(p *sim.Proc) {
			after(p, 1+5*i)
			if _, there := p.Whereis(name); there {
				return
			}
			p.SpawnMonitor("server", server)
			if d, _ := sim.Recv[sim.Down](p); d.Reason != any(sim.Normal) {
				r.lost(p, "a server crashes, since its name is taken")
			}
		})
	}
}

// registered is whether a process has got a name; without the mutant it does not crash if it has not.
func registered(p *sim.Proc, name sim.Name) (ok bool) {
	defer func() {
		if ok || p.Mutant().Is(mutant.NameUnchecked) {
			return
		}
		if why := recover(); why != nil {
			if _, mistake := p.Caught(why); !mistake {
				panic(why)
			}
		}
	}()
	p.Register(name, p.Self())
	return true
}

// shutdownRace: a manager has an agent start its worker anew, and is told to end.
func shutdownRace(p *sim.Proc, r *race) {
	worker := func(life int) sim.Body {
		return func(p *sim.Proc) {
			r.waiting++
			defer func() { r.waiting-- }()
			if after(p, life); life == 0 {
				p.Sleep(sim.Forever)
			}
		}
	}
	r.lasting = "a worker is left that nobody manages"
	agent := p.Spawn("agent", func(p *sim.Proc) {
		for {
			m, _ := sim.Recv[query](p)
			after(p, 1)
			p.Send(m.From, p.Spawn("worker", worker(0)))
		}
	})
	manager := p.Spawn("manager", func(p *sim.Proc) {
		p.TrapExit(true)
		pid := p.SpawnLink("worker", worker(3))
		starting := false
		for stopping := false; ; {
			switch m, _ := sim.Any(p); m := m.(type) {
			case sim.Exit:
				if m.From == pid && !stopping {
					starting, pid = true, sim.PID{}
					p.Send(agent, query{p.Self()})
				}
			case sim.PID:
				pid, starting = m, false
			case begin: // the end
				stopping = true
			}
			if stopping && (!starting || p.Mutant().Is(mutant.RestartInShutdown)) {
				if !pid.IsZero() {
					p.Exit(pid, sim.Kill)
				}
				return
			}
		}
	})
	after(p, 25)
	p.Send(manager, begin{})
}

// updateRace: two clients add one to a value.
func updateRace(p *sim.Proc, r *race) {
	store := p.Spawn("store", func(p *sim.Proc) {
		v, puts := 0, 0
		for puts < 2 {
			switch m, _ := sim.Any(p); m := m.(type) {
			case query:
				p.Send(m.From, reply{v})
			case put:
				v, puts = m.N, puts+1
			case step:
				v, puts = v+m.N, puts+1
			}
		}
		if v != 2 {
			r.lost(p, "an update is lost")
		}
	})
	for i := range 2 {
		p.Spawn("client", func(p *sim.Proc) {
			after(p, 1+8*i)
			if !p.Mutant().Is(mutant.LostUpdate) {
				p.Send(store, step{N: 1})
				return
			}
			p.Send(store, query{p.Self()})
			v, _ := sim.Recv[reply](p)
			p.Send(store, put{v.N + 1})
		})
	}
}

// callRace: two servers ask each other.
func callRace(p *sim.Proc, r *race) {
	r.waiting, r.lasting = 2, "two servers wait for each other"
	var servers [2]sim.PID
	for i := range servers {
		servers[i] = p.Spawn("server", func(p *sim.Proc) {
			asked := func(m any) (sim.PID, bool) { q, is := m.(query); return q.From, is }
			for {
				switch m, _ := sim.Any(p); m := m.(type) {
				case query:
					p.Send(m.From, reply{})
				case begin:
					p.Send(servers[1-i], query{p.Self()})
					for answered := false; !answered; {
						m, _ := sim.Receive(p, func(m any) (any, bool) {
							_, is := m.(reply)
							_, ask := asked(m)
							return m, is || ask && !p.Mutant().Is(mutant.MutualCall)
						})
						if from, is := asked(m); is {
							p.Send(from, reply{})
						} else {
							answered = true
						}
					}
					r.waiting--
				}
			}
		})
	}
	after(p, 1)
	p.Send(servers[0], begin{})
	after(p, 6)
	p.Send(servers[1], begin{})
}

// tornRace: two clients have transactions of several steps, under a lock.
func tornRace(p *sim.Proc, r *race) {
	book := p.Spawn("book", func(p *sim.Proc) {
		done := map[string]int{}
		began := 0
		for {
			m, _ := sim.Recv[step](p)
			if m.Who == "b" && m.N == 1 {
				began = done["a"]
			}
			if m.Who == "a" && m.N == 5 && done["b"] >= 2 && began >= 3 {
				r.lost(p, "each transaction begins and ends within the other")
			}
			done[m.Who] = m.N
			p.Send(m.From, reply{m.N})
		}
	})
	lock := p.Spawn("lock", func(p *sim.Proc) {
		for {
			m, _ := sim.Recv[lockIt](p)
			p.Send(m.From, begin{})
			sim.Recv[free](p)
		}
	})
	for _, who := range []string{"a", "b"} {
		p.Spawn(who, func(p *sim.Proc) {
			locked := !p.Mutant().Is(mutant.TornTwice)
			if locked {
				p.Send(lock, lockIt{p.Self()})
				sim.Recv[begin](p)
			}
			for n := 1; n <= 5; n++ {
				p.Send(book, step{p.Self(), who, n})
				sim.Recv[reply](p)
			}
			if locked {
				p.Send(lock, free{})
			}
		})
	}
}
