package sim_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
)

const treeDepth = 3 // how many generations there are

// plan is a small random world: what it is made of and what its processes do follow from this number.
// Plans are drawn, not written, so that the check meets what nobody thought of.
type plan uint64

// draws are a plan's answers for one of its processes. They hang on the process's path and on nothing that
// happens in the run, so that a run which goes astray does not draw another program on top of that.
type draws struct {
	source *choice.Source
	id, n  uint64
}

func (pl plan) draws(about string) *draws {
	return &draws{source: choice.New(uint64(pl)), id: choice.ID("determinism", about)}
}

func (d *draws) upTo(n int) int {
	d.n++
	return d.source.Choose(choice.Key{Domain: choice.Value, ID: d.id, N: d.n}, n)
}

func (d *draws) oneIn(n int) bool { return d.upTo(n) == n-1 }

func (d *draws) span() time.Duration {
	return time.Duration(d.upTo(4)*d.upTo(4000)) * time.Microsecond
}

func (d *draws) patience() time.Duration {
	if d.oneIn(6) {
		return sim.Forever
	}
	return d.span()
}

func (d *draws) reason() sim.Reason {
	return []sim.Reason{
		sim.Normal, sim.Shutdown, sim.Kill, sim.Killed, sim.Atom("boom"), 7, "text", nil, errors.New("oops"),
		sim.Tuple{sim.Shutdown, sim.Atom("late")}, sim.Tuple{sim.Atom("badmatch"), d.upTo(3)},
	}[d.upTo(11)]
}

// config is the world of the plan, without what a setting adds.
func (pl plan) config() sim.Config {
	d := pl.draws("world")
	cfg := sim.Config{
		Seed: uint64(pl) * 31, Node: []sim.Atom{"", "a", "long_node_name"}[d.upTo(3)], MaxEvents: 200 + uint64(d.upTo(8)*200),
		ReductionCost: []time.Duration{0, sim.Free, time.Microsecond}[d.upTo(3)],
		Buggify:       []int{sim.NoBuggify, 30}[d.upTo(2)], Boot: pl.body(treeDepth),
	}
	if d.oneIn(4) {
		cfg.Policy = scheduler.FIFO{}
	}
	if d.oneIn(4) {
		cfg.Compat = sim.OTP25
	}
	return cfg
}

// drive lets the world run in a few pieces and disturbs it from outside.
func (pl plan) drive(w *sim.World) sim.Result {
	d := pl.draws("outside")
	for i := range d.upTo(3) {
		w.Spawn("guest", pl.body(treeDepth-1))
		w.At(d.span(), fmt.Sprint("disturb ", i), func() {
			if list := w.View().Processes(); len(list) > 0 {
				victim := list[d.upTo(len(list))]
				w.Send(victim, "from outside")
				w.Exit(victim, d.reason())
			}
		})
	}
	w.Run(d.span())
	w.Settle()
	w.Run(d.span())
	return w.Run(time.Second)
}

// actor is a process of a plan: it knows some others, and does one thing after another.
type actor struct {
	*sim.Proc
	*draws
	pl     plan
	depth  int
	known  []sim.PID
	refs   []sim.Ref
	timers []sim.Timer
}

// hello is the message actors send: it makes the receiver know the sender.
type hello struct {
	From  sim.PID
	Alias sim.Ref
	Load  []int
}

func (pl plan) actor(p *sim.Proc, depth int) *actor {
	a := &actor{Proc: p, draws: pl.draws(p.Self().Path()), pl: pl, depth: depth, known: []sim.PID{p.Self()}}
	if !p.Parent().IsZero() {
		a.known = append(a.known, p.Parent())
	}
	return a
}

// body is an actor with a stack.
func (pl plan) body(depth int) sim.Body {
	return func(p *sim.Proc) {
		a := pl.actor(p, depth)
		if a.oneIn(4) {
			defer p.Send(a.somebody(), "from the dead")
		}
		if depth == treeDepth {
			for range 2 + a.upTo(4) {
				a.spawn(sim.SpawnOptions{Link: a.oneIn(3)})
			}
		}
		for range 5 + a.upTo(40) {
			a.act()
		}
		if a.oneIn(5) {
			p.Become(&handler{pl: pl, depth: depth})
		}
	}
}

// handler is an actor that is called for each message.
type handler struct {
	pl    plan
	depth int
	actor *actor
}

func (h *handler) Start(p *sim.Proc) { h.actor = h.pl.actor(p, h.depth) }

func (h *handler) Handle(p *sim.Proc, m *sim.Msg) {
	if h.actor == nil { // it was a body before
		h.Start(p)
	}
	a := h.actor
	a.hear(m.Value())
	a.act()
	switch a.upTo(12) {
	case 0, 1, 2:
		p.After(a.span())
	case 3:
		p.Only(func(m *sim.Msg) bool { return m.Tag() == tag || m.Tag() == sim.TimedOut })
	case 4, 5, 6:
		p.Only(nil)
	case 7:
		if a.oneIn(4) {
			p.Terminate(a.reason())
		}
	case 8:
		p.Doze()
	}
}

// tag marks messages that are more than a value.
var tag = sim.NewTag("tag", func(m *sim.Msg) any { return sim.Tuple{sim.Atom("tag"), m.Word(), m.Body()} })

func (a *actor) hear(m any) {
	if h, ok := m.(hello); ok && len(a.known) < 9 {
		a.known = append(a.known, h.From)
		if !h.Alias.IsZero() {
			a.Send(h.Alias, "by alias")
		}
	}
}

func (a *actor) somebody() sim.PID { return a.known[a.upTo(len(a.known))] }

func (a *actor) name() sim.Name { return sim.Name([]string{"red", "green", "blue"}[a.upTo(3)]) }

// act does one thing, drawn from all that a process can do. What Erlang would raise is often caught.
func (a *actor) act() {
	if a.upTo(20) > 0 {
		defer func() {
			if v := recover(); v != nil {
				if _, raised := v.(*sim.Error); !raised {
					panic(v)
				}
			}
		}()
	}
	acts[a.upTo(len(acts))](a)
}

func (a *actor) spawn(opts sim.SpawnOptions) {
	if a.depth == 0 {
		return
	}
	role := []string{"w", "x", "sup"}[a.upTo(3)]
	var pid sim.PID
	var ref sim.Ref
	if a.oneIn(3) {
		opts.NoBlock = a.oneIn(2)
		pid, ref = a.SpawnHandler(role, &handler{pl: a.pl, depth: a.depth - 1}, opts)
	} else {
		pid, ref = a.SpawnOpt(role, a.pl.body(a.depth-1), opts)
	}
	a.known, a.refs = append(a.known, pid), append(a.refs, ref)
}

func (a *actor) ref() sim.Ref {
	if len(a.refs) == 0 {
		return a.MakeRef()
	}
	return a.refs[a.upTo(len(a.refs))]
}

func (a *actor) receive(match func(m any) bool, d time.Duration) {
	m, err := sim.Receive(a.Proc, func(m any) (any, bool) { return m, match(m) }, sim.After(d))
	if err == nil {
		a.hear(m)
	}
}

// acts is all that a process can do.
var acts []func(a *actor)

func init() { // not where it is declared: an act spawns those who act
	acts = []func(a *actor){
		func(a *actor) { a.Send(a.somebody(), hello{From: a.Self()}) },
		func(a *actor) { a.Send(a.somebody(), hello{From: a.somebody(), Load: []int{a.upTo(9)}}) },
		func(a *actor) { a.Send(a.somebody(), hello{From: a.Self(), Alias: a.Alias(sim.AliasReply())}) },
		func(a *actor) { a.Send(a.name(), "by name") },
		func(a *actor) { a.receive(func(any) bool { return true }, a.span()) },
		func(a *actor) { a.receive(func(any) bool { return true }, 0) },
		func(a *actor) { a.receive(func(m any) bool { _, ok := m.(hello); return ok }, a.span()) },
		func(a *actor) { a.receive(func(m any) bool { _, ok := m.(sim.Down); return ok }, a.span()) },
		func(a *actor) { a.receive(func(m any) bool { _, ok := m.(sim.Exit); return ok }, a.patience()) },
		func(a *actor) { a.spawn(sim.SpawnOptions{}) },
		func(a *actor) { a.spawn(sim.SpawnOptions{Link: true}) },
		func(a *actor) { a.spawn(sim.SpawnOptions{Monitor: true, Priority: scheduler.Priority(a.upTo(4))}) },
		func(a *actor) { a.Link(a.somebody()) },
		func(a *actor) { a.Unlink(a.somebody()) },
		func(a *actor) { a.refs = append(a.refs, a.Monitor(a.somebody())) },
		func(a *actor) { a.refs = append(a.refs, a.Monitor(a.name(), sim.DownAs(sim.Atom("gone")))) },
		func(a *actor) { a.refs = append(a.refs, a.Monitor(a.somebody(), sim.AliasReplyDemonitor())) },
		func(a *actor) { a.Demonitor(a.ref()) },
		func(a *actor) { a.Demonitor(a.ref(), sim.Flush()) },
		func(a *actor) { a.Unalias(a.ref()) },
		func(a *actor) {
			if a.oneIn(2) {
				a.Exit(a.somebody(), a.reason())
			}
		},
		func(a *actor) {
			if a.oneIn(8) {
				a.ExitSelf(a.reason())
			}
		},
		func(a *actor) {
			if a.oneIn(8) {
				var m map[string]int
				m["crash"] = 1
			}
		},
		func(a *actor) { a.TrapExit(a.oneIn(2)) },
		func(a *actor) { a.TrapExit(true) },
		func(a *actor) { a.Register(a.name(), a.somebody()) },
		func(a *actor) { a.Unregister(a.name()) },
		func(a *actor) { a.Whereis(a.name()) },
		func(a *actor) { a.timers = append(a.timers, a.SendAfter(a.span(), a.somebody(), "tick")) },
		func(a *actor) { a.timers = append(a.timers, a.StartTimer(a.span(), a.name(), "tock")) },
		func(a *actor) {
			if n := len(a.timers); n > 0 {
				a.CancelTimer(a.timers[a.upTo(n)])
			}
		},
		func(a *actor) { a.Sleep(a.span()) },
		func(a *actor) { a.Reductions(a.upTo(3000)) },
		func(a *actor) { a.Yield() },
		func(a *actor) {
			mark := a.Mark()
			a.Send(a.somebody(), hello{From: a.Self()})
			a.Await(mark, func(m *sim.Msg) bool { return m.Tag() == nil }, a.span())
		},
		func(a *actor) { a.SendTagged(a.somebody(), tag, a.MakeRef(), int64(a.upTo(9)), "tagged") },
		func(a *actor) { a.SendAlias(a.MonitorAlias(a.somebody()), tag, 5, "to itself") },
		func(a *actor) { a.refs = append(a.refs, a.Monitor(a.name(), sim.AliasExplicit())) },
		func(a *actor) {
			if a.oneIn(4) {
				a.Hibernate()
			}
		},
		func(a *actor) {
			if n := len(a.timers); n > 0 {
				left, _ := a.ReadTimer(a.timers[a.upTo(n)])
				a.Reductions(int(left % 1000))
			}
		},
		func(a *actor) { a.SetGroupLeader(a.somebody()) },
		func(a *actor) { a.Priority(scheduler.Priority(a.upTo(4))) },
		func(a *actor) { a.Reductions(a.Rand(2000)) },
		func(a *actor) {
			if a.Buggify("here") {
				a.Yield()
			}
		},
		func(a *actor) { a.Logf("%v knows %v", a.Self(), a.known) },
		func(a *actor) { a.Trace("at", a.known) },
		func(a *actor) { a.Report("note", a.somebody(), hello{From: a.Self()}) },
		func(a *actor) { a.Alive(a.somebody()) },
		func(a *actor) {
			if info, ok := a.Info(a.somebody()); ok {
				a.Reductions(1 + len(info.Links) + 2*len(info.MonitoredBy) + 4*info.QueueLen)
			}
		},
		func(a *actor) {
			for _, pid := range a.known {
				a.Send(pid, hello{From: a.Self()})
			}
		},
	}
}
