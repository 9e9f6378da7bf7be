package suite

import (
	"fmt"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// ProcessesElements is how many deeds a run of Processes declares.
const ProcessesElements = 20

// The rules of Processes.
const (
	ruleOrder    = "I1: messages of one sender out of order"
	ruleDown     = "I2: a monitor fires twice, or after demonitor"
	ruleNoDown   = "I2: a monitor of a dead process has not fired"
	ruleReason   = "I2: told of an end that was otherwise"
	ruleLinks    = "I3: a link has one end"
	ruleSurvivor = "I4: a linked process has not heard of the end of the other"
	ruleUnlinked = "LNK5: an exit signal comes after unlink"
	ruleDeath    = "EXT1: a process has ended that should live"
	ruleKill     = "EXT1: a killed process lives"
	ruleCall     = "I5: a call has no outcome, or a wrong one"
	ruleGarbage  = "I5: a reply comes after its call is over"
	ruleStart    = "GS1: a start answers otherwise than init"
	ruleNodes    = "I9: nodeup and nodedown do not alternate"
	ruleNodeDown = "I9: nodedown comes before what the lost connection had to tell"
	ruleLate     = "I9: something comes over a connection after its nodedown"
)

// Processes lets processes on one to three nodes link, monitor, call and end each other while connections are lost, and
// looks whether I1 to I5 and I9 hold.
func (b *Bed) Processes(p plan.Plan, m mutant.Mutant, rec *choice.Recording) plan.Outcome {
	return b.process(drawing(p, rec), p, m)
}

func (b *Bed) process(d *draws, p plan.Plan, m mutant.Mutant) plan.Outcome {
	c := &crowd{}
	id := choice.ID("processes")
	cfg := sim.Config{Observer: c, Boot: c.boot, ReductionCost: [...]time.Duration{sim.Free, 0, 10 * time.Microsecond}[d.value(id, 1, 3)]}
	c.free = cfg.ReductionCost == sim.Free
	c.nodes = []sim.Atom{"a", "b", "c"}[:1+d.value(id, 2, 3)]
	for _, n := range c.nodes {
		cfg.Nodes = append(cfg.Nodes, sim.NodeSpec{Name: n})
	}
	cfg.Link.Latency = netsim.Uniform(0, time.Duration(1+d.value(id, 3, 3))*time.Millisecond)
	c.joined = d.value(id, 4, 3) < 2
	c.draw(d, id)
	b.lay(d, cfg, m)
	c.w = b.world
	c.run(p)
	return b.outcome(&c.verdict, d)
}

// crowd is processes that have to do with each other.
type crowd struct {
	verdict
	w      *sim.World
	nodes  []sim.Atom
	actors []*actor
	deeds  []deed
	ends   []ending
	calls  int
	struck int  // how often a server was killed
	joined bool // all nodes are connected when it begins
	free   bool // running takes no time
}

// ending is the end of a process.
type ending struct {
	pid    sim.PID
	reason sim.Reason
	at     time.Duration
}

const actorsOfNode = 3

func (c *crowd) draw(d *draws, id uint64) {
	for i := range actorsOfNode * len(c.nodes) {
		id := part(id, "actor", i)
		c.actors = append(c.actors, &actor{crowd: c, index: i, node: c.nodes[i%len(c.nodes)], traps: d.value(id, 1, 2) == 0})
	}
	c.deeds = make([]deed, ProcessesElements)
	for i := range c.deeds {
		c.deeds[i].draw(d, part(id, "deed", i), c, i)
	}
}

// boot starts what a node has: its actors and a server.
func (c *crowd) boot(p *sim.Proc) {
	for _, a := range c.actors {
		if a.node == p.Node() {
			a.pid = p.Spawn(fmt.Sprint("actor", a.index), a.live)
		}
	}
	startServer(p, initFine)
}

// Observe hears of ends.
func (c *crowd) Observe(f sim.Fact) {
	if f.Kind == trace.Exit {
		c.ends = append(c.ends, ending{f.Subject, f.Detail, f.At})
	}
}

// endOf is what a process has ended with.
func (c *crowd) endOf(pid sim.PID) (reason sim.Reason, ended bool) {
	for _, e := range c.ends {
		if e.pid == pid {
			return e.reason, true
		}
	}
	return nil, false
}

// run does all deeds and looks at what is left when all is quiet.
func (c *crowd) run(p plan.Plan) {
	c.w.Run(time.Second)
	if c.joined {
		for _, n := range c.nodes {
			c.w.SpawnAt(n, "join", func(p *sim.Proc) {
				for _, m := range c.nodes {
					p.ConnectNode(m)
				}
			})
			c.w.Run(time.Second)
		}
	}
	now := c.w.View().Now()
	for i := range c.deeds {
		d := &c.deeds[i]
		now += d.wait
		if !p.Leaves(i) {
			c.w.At(now, "deed", func() { c.do(d) })
		}
	}
	limit := 10 * time.Minute
	if p.For > 0 {
		limit = p.For
	}
	r := c.w.Run(limit)
	if r.Stop != sim.StopIdle && p.For == 0 {
		c.fail(r.Now, ruleQuiet, r.Stop.String())
	}
	if c.signature == "" && p.For == 0 {
		c.quiet()
	}
}

// quiet looks at a world that has come to rest.
func (c *crowd) quiet() {
	v := c.w.View()
	fail := func(rule, format string, args ...any) { c.fail(v.Now(), rule, fmt.Sprintf(format, args...)) }
	for _, pid := range v.Processes() {
		info, _ := v.Info(pid)
		for _, to := range info.Links {
			if other, alive := v.Info(to); !alive || !slices.Contains(other.Links, pid) {
				fail(ruleLinks, "%v is linked to %v, but not the other way round", pid, to)
			}
		}
		for _, to := range info.Monitors {
			if to, is := to.(sim.PID); is && !v.Alive(to) {
				fail(ruleNoDown, "%v monitors %v, which is dead", pid, to)
			}
		}
		for _, by := range info.MonitoredBy {
			if !v.Alive(by) {
				fail(ruleNoDown, "%v is monitored by %v, which is dead", pid, by)
			}
		}
	}
	for _, a := range c.actors {
		a.quiet(v, fail)
	}
}

func (a *actor) quiet(v sim.View, fail func(rule, format string, args ...any)) {
	c := a.crowd
	if !v.Alive(a.pid) {
		if reason, _ := c.endOf(a.pid); term.Is(reason, sim.Normal) && !a.toldNormal {
			fail(ruleDeath, "actor %d has ended normally, and nobody told it to", a.index)
		}
		return
	}
	if a.killed {
		fail(ruleKill, "actor %d lives", a.index)
	}
	if a.calling {
		fail(ruleCall, "actor %d waits for an answer", a.index)
	}
	for _, w := range a.watches {
		if !w.over && !v.Alive(w.to) {
			fail(ruleNoDown, "actor %d monitors %v, which is dead", a.index, w.to)
		}
	}
	for _, l := range a.links {
		reason, ended := c.endOf(l.to)
		if l.stands && ended && !a.unmoved(l.to) {
			fail(ruleSurvivor, "actor %d was linked to %v, which has ended with %v", a.index, l.to, term.Format(reason))
		}
	}
	for _, n := range c.nodes {
		if n != a.node && a.up(n) != slices.Contains(v.Connected(a.node), n) {
			fail(ruleNodes, "actor %d takes %v for up: %v, it is connected to %v", a.index, n, a.up(n), v.Connected(a.node))
		}
	}
}
