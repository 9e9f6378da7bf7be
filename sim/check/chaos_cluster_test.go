package check_test

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/fault"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/application"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
	"github.com/bedlam-sim/bedlam/sim/otp/netkernel"
	"github.com/bedlam-sim/bedlam/sim/otp/pg"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// chaos is a cluster of two to seven nodes that does nothing wrong, and a list of all that goes wrong around it. Each
// node runs an application with a tree of servers that call each other, join groups, take locks, want one global name
// and watch each other.
type chaos struct {
	seed   uint64
	source *choice.Source // of what the cluster is like; the run has its own
	nodes  []sim.Atom
	cfg    sim.Config
	faults []fault.Fault
}

const (
	breaking = 45 * time.Second // until then faults begin
	healed   = 75 * time.Second // and until then they end
	busy     = 2 * time.Minute  // until then nodes do something
)

func newChaos(seed uint64) *chaos {
	c := &chaos{seed: seed, source: choice.New(seed)}
	for i := range 2 + c.draw("nodes", 6) {
		c.nodes = append(c.nodes, sim.Atom(fmt.Sprint("n", i+1)))
	}
	c.cfg = sim.Config{Seed: seed, Boot: c.boot, Link: netsim.Link{Latency: netsim.LogNormal(time.Millisecond, 20*time.Millisecond)}}
	if c.draw("lossy", 3) == 0 {
		c.cfg.Link.Loss = netsim.Share(c.draw("loss", 50_000))
	}
	if c.draw("policy", 2) == 0 {
		c.cfg.Policy = scheduler.Portfolio{}
	}
	c.cfg.CheckMutation = c.draw("mutation", 8) == 0
	overlap, uneven, one := c.draw("overlap", 8) == 0, c.draw("uneven", 4) == 0, c.draw("hidden", 4*len(c.nodes))
	for i, n := range c.nodes {
		spec := sim.NodeSpec{Name: n, Hidden: i == one, Kernel: sim.Kernel{TickTime: 8 * time.Second, AllowOverlap: overlap}}
		if uneven {
			spec.ReductionCost = time.Duration(i) * 200 * time.Nanosecond
		}
		c.cfg.Nodes = append(c.cfg.Nodes, spec)
	}
	c.faults = fault.Mix{
		Nodes: c.nodes, Most: 16, Within: breaking, Longest: healed - breaking,
		Anchored: []int{fault.NotAnchored, 50}[c.draw("anchored", 2)],
	}.Draw(c.source)
	return c
}

func (c *chaos) draw(what string, n int) int {
	return c.source.Choose(choice.Key{Domain: choice.Plan, ID: choice.ID("chaos", what)}, n)
}

// rules are those of Default, and those about what this program alone can tell.
func (c *chaos) rules() []check.Rule {
	return append(check.DefaultWith(check.Limits{Every: time.Duration(1+c.seed%10) * time.Second}),
		check.Always("signals_in_order", check.User("beacon", func(b beacon) bool { return b.ok })),                                // I1
		check.Always("down_comes_once", check.User("down", func(asked bool) bool { return asked })),                                // I2
		check.LeadsTo("calls_end", check.User[bool]("call", nil).ByFact(caller), check.Facts(ended).ByFact(caller), 2*time.Minute), // I5
		check.Never("nodedown_is_last", check.User("late", func(late bool) bool { return late })),                                  // I9
	)
}

// ended is about the end of a call, and of a caller.
func ended(f sim.Fact) (yes, asked bool) {
	yes = f.Kind == trace.Exit || f.Kind == trace.User && f.Text == "end"
	return yes, yes
}

func caller(f sim.Fact) string { return f.Subject.String() }

// reign lets things break for a while, heals all and waits for rest.
func (c *chaos) reign(w *sim.World, run func(d time.Duration) sim.Result) sim.Result {
	fault.Schedule(w, c.faults)
	run(healed + time.Second)
	w.HealAll()
	for _, n := range c.nodes {
		w.ResumeNode(n)
		w.BootNode(n)
	}
	return run(20 * time.Minute)
}

func (c *chaos) boot(p *sim.Proc) {
	netkernel.Kernel(p)
	pg.Start(p, pg.Default)
	kind := []application.Type{application.Permanent, application.Permanent, application.Transient,
		application.Temporary}[c.draw("type "+string(p.Node()), 4)]
	application.Release{Apps: []application.Item{{App: application.App{Name: "shop", Start: c.shop}, Type: kind}}}.Boot(p)
}

func (c *chaos) shop(p *sim.Proc, _ application.StartType, _ any) (otp.Started, error) {
	var kids []supervisor.Child
	for _, n := range workers {
		kids = append(kids, supervisor.Child{ID: string(n),
			Start: genserver.Start(sim.Local(string(n)), func() *worker { return &worker{} })})
	}
	for _, k := range []struct {
		id   string
		body sim.Body
	}{{"client", c.client}, {"watcher", c.watch}, {"lamp", c.shine}, {"mourner", c.mourn}, {"miller", mill}} {
		kids = append(kids, supervisor.Child{ID: k.id, Start: func(p *sim.Proc, _ ...any) (otp.Started, error) {
			return otp.Started{PID: p.SpawnLink(k.id, k.body)}, nil
		}})
	}
	strategies := []supervisor.Strategy{supervisor.OneForOne, supervisor.OneForAll, supervisor.RestForOne}
	return supervisor.StartLink(p, sim.Local("shop_sup"), supervisor.Spec{
		Intensity: supervisor.Restarts(3, 5*time.Second), Strategy: strategies[p.Rand(3)], Children: kids,
	})
}

var workers = []sim.Name{"a", "b", "c"}

type work struct{ otp.Returns[int] }

// worker is a server that is slow, and now and then fails.
type worker struct{ genserver.Base }

func (s *worker) Init(p *sim.Proc) genserver.InitResult {
	p.TrapExit(p.Rand(2) == 0)
	pg.Join(p, pg.Default, "workers", p.Self())
	p.SpawnLink("helper", forever)
	return genserver.Ok()
}

func (s *worker) HandleCall(p *sim.Proc, _ any, _ otp.From) genserver.Result {
	if p.Rand(20) == 0 {
		panic("out of luck")
	}
	p.Sleep(time.Duration(p.Rand(100)) * time.Millisecond)
	return genserver.ReplyAny(1)
}

func (c *chaos) anyWorker(p *sim.Proc) term.NameAt {
	return term.NameAt{Name: workers[p.Rand(len(workers))], Node: c.nodes[p.Rand(len(c.nodes))]}
}

// client calls workers of its node and others, now and then in the lock of all.
func (c *chaos) client(p *sim.Proc) {
	for p.Now() < busy {
		p.Sleep(time.Duration(p.Rand(500)) * time.Millisecond)
		switch p.Rand(6) {
		case 0:
			global.RegisterName(p, sim.Atom("boss"), p.Self(), nil)
		case 1:
			check.Ask(p, "till")
			global.Trans(p, global.Lock{Resource: sim.Atom("till"), Requester: p.Self()}, func() any {
				check.Enter(p, "till")
				p.Sleep(20 * time.Millisecond)
				check.Leave(p, "till")
				return nil
			}, nil, 2)
		default:
			p.Trace("call", true)
			otp.Call(p, c.anyWorker(p), work{}, otp.Within(time.Duration(50+p.Rand(500))*time.Millisecond))
			p.Trace("end", true)
		}
	}
	forever(p)
}

// beacon is a number that a lamp sends: each watcher is sent all of them, while it is connected. ok is what a watcher
// thinks of it.
type beacon struct {
	N  int
	ok bool
}

// shine sends numbers to every watcher that it can reach without connecting.
func (c *chaos) shine(p *sim.Proc) {
	sent := make([]int, len(c.nodes))
	for p.Now() < busy {
		p.Sleep(time.Duration(p.Rand(600)) * time.Millisecond)
		for i, n := range c.nodes {
			if p.SendNoConnect(term.NameAt{Name: "watcher", Node: n}, sim.Tuple{p.Self(), beacon{N: sent[i] + 1}}) {
				sent[i]++
			}
		}
	}
	forever(p)
}

// watch sees to it that the signals of a lamp come in their order, and none is missing as long as the connection stands
// (I1); and that none comes after its node is down (I9).
func (c *chaos) watch(p *sim.Proc) {
	p.Register("watcher", p.Self())
	p.MonitorNodes(true, sim.NodeMonitor{Kind: sim.ConnectedNodes})
	up := map[sim.Atom]bool{p.Node(): true}
	for _, n := range p.NodesOf(sim.ConnectedNodes) {
		up[n] = true
	}
	last := map[sim.PID]int{}   // of whom nothing is missing
	behind := map[sim.PID]int{} // of whom a connection was lost since
	for {
		switch m, _ := sim.Any(p); m := m.(type) {
		case sim.NodeUp:
			up[m.Node] = true
		case sim.NodeDown:
			up[m.Node] = false
			for pid, n := range last {
				if pid.Node() == m.Node {
					delete(last, pid)
					behind[pid] = n
				}
			}
		case sim.Tuple:
			from, b := m[0].(sim.PID), m[1].(beacon)
			n, gapless := last[from]
			b.ok = b.N > behind[from] && (!gapless || b.N == n+1)
			last[from] = b.N
			p.Trace("beacon", b)
			p.Trace("late", !up[from.Node()])
		}
	}
}

// mourn monitors workers, and sees to it that it hears at most once of each, and never of one that it has ceased to monitor (I2).
func (c *chaos) mourn(p *sim.Proc) {
	asked := map[sim.Ref]bool{}
	var refs []sim.Ref
	for p.Now() < busy {
		switch p.Rand(3) {
		case 0:
			if len(refs) > 0 {
				i := p.Rand(len(refs))
				p.Demonitor(refs[i], sim.Flush())
				delete(asked, refs[i])
				refs = append(refs[:i], refs[i+1:]...)
			}
		default:
			if len(refs) < 20 {
				refs = append(refs, p.Monitor(c.anyWorker(p)))
				asked[refs[len(refs)-1]] = true
			}
		}
		for {
			d, err := sim.Recv[sim.Down](p, sim.After(time.Duration(p.Rand(400))*time.Millisecond))
			if err != nil {
				break
			}
			p.Trace("down", asked[d.Ref])
			asked[d.Ref] = false
		}
	}
	for {
		d, _ := sim.Recv[sim.Down](p)
		p.Trace("down", asked[d.Ref])
		asked[d.Ref] = false
	}
}

// mill is at work without a pause, for some seconds: it is ready to run whenever somebody looks, and so are its like.
func mill(p *sim.Proc) {
	p.Sleep(time.Duration(p.Rand(60)) * time.Second)
	for range p.Rand(10_000) {
		p.Reductions(4_000)
	}
	forever(p)
}
