package suite

import (
	"fmt"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// RegistryElements is how many moves a run of Registry declares: some that the network suffers, some of users.
const RegistryElements = breaks + uses

const (
	breaks = 4
	uses   = 10
)

// The rules of Registry.
const (
	ruleNames   = "I6: names of connected nodes differ"
	ruleMutual  = "I7: two processes of connected nodes hold a lock"
	ruleClique  = "I10: connected to one that is connected to others"
	ruleDead    = "I11: a name of a dead process"
	ruleBlocked = "I12: a registrar, a session or a lock that does not end"
	ruleLeft    = "I12: a request to global that does not end"
	ruleTwice   = "GLB1: a process registered twice"
)

// Registry lets a cluster go to pieces, lets each part be used, and brings all together again. Whenever it is quiet, I6
// and I10 to I12 must hold, and, while it is used, I7.
func (b *Bed) Registry(p plan.Plan, m mutant.Mutant, rec *choice.Recording) plan.Outcome {
	return b.register(drawing(p, rec), p, m)
}

func (b *Bed) register(d *draws, p plan.Plan, m mutant.Mutant) plan.Outcome {
	id := choice.ID("registry")
	r := &registry{d: d, id: id}
	r.nodes = []sim.Atom{"a", "b", "c", "d", "e"}[:2+d.value(id, 1, 4)]
	cfg := sim.Config{Boot: r.boot}
	for _, n := range r.nodes {
		cfg.Nodes = append(cfg.Nodes, sim.NodeSpec{Name: n, Kernel: sim.Kernel{TickTime: 4 * time.Second}})
	}
	cfg.Link.Latency = netsim.Uniform(0, time.Duration(1+d.value(id, 2, 20))*time.Millisecond)
	b.lay(d, cfg, m)
	r.w = b.world
	r.run(p)
	return b.outcome(&r.verdict, d)
}

// registry is a cluster that runs global.
type registry struct {
	verdict
	w       *sim.World
	d       *draws
	id      uint64
	nodes   []sim.Atom
	workers []sim.PID
	holders []sim.PID // who is inside of the critical section
	busy    int       // requests that have not returned
}

func (r *registry) boot(p *sim.Proc) {
	if err := global.Start(p); err != nil {
		r.fail(p.Now(), ruleLeft, "global does not start: "+err.Error())
	}
}

func (r *registry) run(p plan.Plan) {
	r.pass(time.Millisecond)
	r.mesh()
	for i := range RegistryElements {
		if i == breaks {
			r.pass(40 * time.Second)
		}
		id := part(r.id, "move", i)
		if p.Leaves(i) {
			continue
		}
		if i < breaks {
			r.breaks(id)
		} else {
			r.uses(id)
		}
		r.pass([...]time.Duration{0, time.Millisecond, 20 * time.Millisecond, 500 * time.Millisecond, 3 * time.Second}[r.d.value(id, 9, 5)])
	}
	r.settle()
	if r.signature != "" {
		return
	}
	r.w.HealAll()
	for _, n := range r.nodes {
		r.w.BootNode(n)
	}
	r.pass(10 * time.Second)
	r.mesh()
	r.settle()
}

// settle looks at the cluster when it is at rest. Who does not get a lock tries again after pauses of up to eight seconds
// (LCK3), as long as it takes: one in some hundred thousand runs has somebody who needs more than forty seconds.
func (r *registry) settle() {
	r.pass(40 * time.Second)
	for tries := 0; tries < 10 && r.atWork(); tries++ {
		r.pass(40 * time.Second)
	}
	r.quiet()
}

// atWork is whether somebody waits for global, or a registrar is busy.
func (r *registry) atWork() bool {
	busy := r.busy > 0
	for _, n := range r.nodes {
		info, up := global.Of(r.w.View(), n)
		busy = busy || up && info.Registering
	}
	return busy
}

// pass lets time pass.
func (r *registry) pass(d time.Duration) {
	if res := r.w.Run(d); res.Stop != sim.StopTime && res.Stop != sim.StopIdle {
		r.fail(res.Now, ruleQuiet, res.Stop.String())
	}
}

// mesh has all nodes connect.
func (r *registry) mesh() {
	for range 3 {
		for i, a := range r.nodes {
			r.w.SpawnAt(a, "join", func(p *sim.Proc) {
				p.Sleep(time.Duration(i) * time.Second)
				for _, b := range r.nodes {
					p.ConnectNode(b)
				}
			})
		}
		r.pass(30 * time.Second)
		whole := true
		for _, n := range r.nodes {
			whole = whole && len(r.w.View().Connected(n)) == len(r.nodes)-1
		}
		if whole {
			return
		}
	}
}

func (r *registry) node(id uint64, n int) sim.Atom { return r.nodes[r.d.value(id, n, len(r.nodes))] }

// breaks is a move that the network suffers.
func (r *registry) breaks(id uint64) {
	a, b := r.node(id, 1), r.node(id, 2)
	switch r.d.value(id, 3, 6) {
	case 0:
		if a != b {
			r.w.Disconnect(a, b)
		}
	case 1, 2:
		var left, right []string
		for i, n := range r.nodes {
			switch r.d.value(id, 10+i, 3) {
			case 0:
				left = append(left, string(n))
			case 1:
				right = append(right, string(n))
			}
		}
		if len(left) > 0 && len(right) > 0 {
			r.w.Inject(netsim.Fault{Harm: netsim.Harm{Cut: true}, Where: netsim.Groups(left, right)})
		}
	case 3:
		if a != b {
			r.w.Disconnect(a, b)
			r.w.SpawnAt(b, "join", func(p *sim.Proc) { p.ConnectNode(a) })
		}
	case 4:
		r.w.HaltNode(a, "strike")
	case 5:
		r.w.HaltNode(a, "strike")
		r.w.BootNode(a)
	}
}

// uses is a move of a user.
func (r *registry) uses(id uint64) {
	name := []sim.Atom{"k", "l", "m"}[r.d.value(id, 2, 3)]
	resolve := []global.Resolver{nil, global.RandomNotifyName, global.NotifyAllName}[r.d.value(id, 5, 3)]
	switch r.d.value(id, 3, 9) {
	case 0, 1, 2:
		pid := r.worker(id)
		r.by(pid.Node(), func(p *sim.Proc) { global.RegisterName(p, name, pid, resolve) })
	case 3:
		pid := r.worker(id)
		r.by(pid.Node(), func(p *sim.Proc) { global.ReRegisterName(p, name, pid, resolve) })
	case 4:
		r.by(r.node(id, 1), func(p *sim.Proc) { global.UnregisterName(p, name) })
	case 5, 6:
		if len(r.workers) > 0 {
			r.w.Exit(r.workers[r.d.value(id, 4, len(r.workers))], sim.Kill)
		}
	case 7:
		r.lock(id)
	case 8:
		if len(r.workers) > 0 { // one that may have a name
			pid := r.workers[r.d.value(id, 4, len(r.workers))]
			r.by(pid.Node(), func(p *sim.Proc) { r.registerOld(p, name, pid) })
		}
	}
}

// registerOld registers a process that has a name, or has ended: it must not get another.
func (r *registry) registerOld(p *sim.Proc, name sim.Atom, pid sim.PID) {
	named := false
	for _, e := range global.InfoOf(p).Names {
		named = named || e.PID == pid && !term.Equal(e.Name, name)
	}
	if global.RegisterName(p, name, pid, nil) && named && r.w.View().Alive(pid) {
		for _, e := range global.InfoOf(p).Names {
			if e.PID == pid && !term.Equal(e.Name, name) {
				r.fail(p.Now(), ruleTwice, fmt.Sprintf("%v has the names %v and %v", pid, e.Name, name))
			}
		}
	}
}

// worker starts a process that may get a name.
func (r *registry) worker(id uint64) sim.PID {
	pid := r.w.SpawnAt(r.node(id, 1), "worker", func(p *sim.Proc) { p.Sleep(sim.Forever) })
	if !pid.IsZero() {
		r.workers = append(r.workers, pid)
	}
	return pid
}

// by has a node ask global for something.
func (r *registry) by(node sim.Atom, body sim.Body) {
	if node == "" {
		return
	}
	r.busy++
	if r.w.SpawnAt(node, "user", func(p *sim.Proc) { body(p); r.busy-- }).IsZero() {
		r.busy--
	}
}

// lock holds a lock for a while: I7.
func (r *registry) lock(id uint64) {
	d := time.Duration(r.d.value(id, 4, 10)) * 100 * time.Millisecond
	pid := r.w.SpawnAt(r.node(id, 1), "lock", func(p *sim.Proc) {
		global.Trans(p, global.Lock{Resource: sim.Atom("r"), Requester: p.Self()}, func() bool {
			r.enter(p)
			p.Sleep(d)
			r.holders = slices.DeleteFunc(r.holders, func(o sim.PID) bool { return o == p.Self() })
			return true
		}, nil, 3)
	})
	if !pid.IsZero() {
		r.workers = append(r.workers, pid)
	}
}

func (r *registry) enter(p *sim.Proc) {
	v := r.w.View()
	for _, o := range r.holders {
		if v.Alive(o) && (o.Node() == p.Node() || slices.Contains(v.Connected(p.Node()), o.Node())) {
			r.fail(p.Now(), ruleMutual, fmt.Sprintf("%v and %v", o, p.Self()))
		}
	}
	r.holders = append(r.holders, p.Self())
}

// quiet looks at a cluster that is at rest.
func (r *registry) quiet() {
	v := r.w.View()
	fail := func(rule, format string, args ...any) { r.fail(v.Now(), rule, fmt.Sprintf(format, args...)) }
	if r.busy > 0 {
		fail(ruleLeft, "%d requests have not returned", r.busy)
	}
	for _, n := range r.nodes {
		info, up := global.Of(v, n)
		if !up {
			continue
		}
		peers := v.Connected(n)
		for _, m := range peers {
			theirs := slices.DeleteFunc(append(v.Connected(m), m), func(o sim.Atom) bool { return o == n })
			if slices.Sort(theirs); !slices.Equal(theirs, peers) {
				fail(ruleClique, "%v is connected to %v, but %v to %v", n, peers, m, v.Connected(m))
			}
			if other, _ := global.Of(v, m); namesOf(info) != namesOf(other) {
				fail(ruleNames, "%v has the names %v, but %v has %v", n, namesOf(info), m, namesOf(other))
			}
		}
		if !slices.Equal(info.Known, peers) || len(info.Pending) > 0 || info.Registering && v.Now()-info.Since > 30*time.Second || len(info.Locks) > 0 {
			fail(ruleBlocked, "%v knows %v of %v, has sessions with %v and %d locks, and its registrar is busy: %v",
				n, info.Known, peers, info.Pending, len(info.Locks), info.Registering)
		}
		for _, e := range info.Names {
			if at := e.PID.Node(); !v.Alive(e.PID) {
				fail(ruleDead, "on %v %v is the name of %v", n, e.Name, e.PID)
			} else if at != n && !slices.Contains(peers, at) {
				fail(ruleNames, "on %v %v is the name of %v, whose node is not connected", n, e.Name, e.PID)
			}
		}
	}
}

// namesOf lists the names that a node knows.
func namesOf(i global.Info) string {
	var words []string
	for _, e := range i.Names {
		words = append(words, fmt.Sprintf("%v=%v#%d", e.Name, e.PID, e.PID.Identity().Serial))
	}
	slices.Sort(words)
	return fmt.Sprint(words)
}
