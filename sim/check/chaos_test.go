package check_test

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/application"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
	"github.com/bedlam-sim/bedlam/sim/otp/pg"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
	"github.com/bedlam-sim/bedlam/sim/term"
)

var chaosRuns = flag.Uint64("chaos", 40, "how many random clusters TestDefault_chaos runs")

// A well-behaved cluster: each node runs an application with a tree of servers that call each other, join groups, take locks and want one
// global name, and everything breaks.

type work struct{ otp.Returns[int] }

type worker struct {
	genserver.Base
	name sim.Name
}

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

func shop(p *sim.Proc, _ application.StartType, _ any) (otp.Started, error) {
	var kids []supervisor.Child
	for _, n := range []string{"a", "b", "c"} {
		kids = append(kids, supervisor.Child{ID: n, Start: genserver.Start(sim.Local(n), func() *worker { return &worker{name: sim.Name(n)} })})
	}
	strategies := []supervisor.Strategy{supervisor.OneForOne, supervisor.OneForAll, supervisor.RestForOne}
	return supervisor.StartLink(p, sim.Local("shop_sup"), supervisor.Spec{
		Intensity: supervisor.Restarts(3, 5*time.Second),
		Strategy:  strategies[p.Rand(3)],
		Children: append(kids, supervisor.Child{ID: "client", Start: func(p *sim.Proc, _ ...any) (otp.Started, error) {
			return otp.Started{PID: p.SpawnLink("client", client)}, nil
		}}),
	})
}

// client calls workers of its node and others, now and then in the lock of all.
func client(p *sim.Proc) {
	nodes := []sim.Atom{"n1", "n2", "n3"}
	for range 200 {
		p.Sleep(time.Duration(p.Rand(500)) * time.Millisecond)
		to := term.NameAt{Name: []sim.Name{"a", "b", "c"}[p.Rand(3)], Node: nodes[p.Rand(3)]}
		switch p.Rand(6) {
		case 0:
			global.RegisterName(p, sim.Atom("boss"), p.Self(), nil)
		case 1:
			global.Trans(p, global.Lock{Resource: sim.Atom("till"), Requester: p.Self()}, func() any {
				check.Enter(p, "till")
				p.Sleep(20 * time.Millisecond)
				check.Leave(p, "till")
				return nil
			}, nil, 2)
		default:
			otp.Call(p, to, work{}, otp.Within(time.Duration(50+p.Rand(500))*time.Millisecond))
		}
	}
	forever(p)
}

func chaos(seed uint64) sim.Config {
	cfg := sim.Config{Seed: seed, Link: netsim.Link{Latency: netsim.LogNormal(time.Millisecond, 20*time.Millisecond)}}
	for _, n := range []sim.Atom{"n1", "n2", "n3"} {
		cfg.Nodes = append(cfg.Nodes, sim.NodeSpec{Name: n, Kernel: sim.Kernel{TickTime: 8 * time.Second}})
	}
	cfg.Boot = func(p *sim.Proc) {
		global.Start(p)
		pg.Start(p, pg.Default)
		application.Release{Apps: []application.Item{{App: application.App{Name: "shop", Start: shop}, Type: application.Permanent}}}.Boot(p)
	}
	return cfg
}

// reign lets things break for half a minute, heals all and waits for rest.
func reign(w *sim.World, run func(d time.Duration) sim.Result) sim.Result {
	draws := uint64(0)
	draw := func(n int) int {
		draws++
		return w.Choose(choice.Key{Domain: choice.Plan, ID: 99, N: draws}, n)
	}
	nodes := []sim.Atom{"n1", "n2", "n3"}
	run(3 * time.Second)
	for range 12 {
		node := nodes[draw(3)]
		switch draw(8) {
		case 0:
			w.HaltNode(node, "test")
		case 1:
			w.CutPower(node, "test")
		case 2, 3:
			w.Inject(netsim.Fault{Harm: netsim.Harm{Cut: true}, Where: netsim.Isolate(string(node))})
		case 4:
			w.PauseNode(node)
		case 5:
			w.HealAll()
			w.ResumeNode(node)
		case 6:
			w.BootNode(node)
		default:
			pid, _ := w.View().Whereis(node, []sim.Name{"a", "b", "c"}[draw(3)])
			w.Exit(pid, sim.Kill)
		}
		run(time.Duration(draw(4000)) * time.Millisecond)
	}
	w.HealAll()
	for _, n := range nodes {
		w.ResumeNode(n)
		w.BootNode(n)
	}
	return run(20 * time.Minute)
}

// Rules of Default hold in a cluster whose program does nothing wrong, whatever breaks; the run is the same as one that nobody looks
// at; and all verdicts are the same each time.
func TestDefault_chaos(t *testing.T) {
	runs := *chaosRuns
	if testing.Short() {
		runs = min(runs, 8)
	}
	judged := map[string]int{}
	for seed := range runs {
		var verdicts [2]string
		var hash [3]uint64
		for i := range hash {
			cfg := chaos(seed)
			set := check.NewSet(check.DefaultWith(check.Limits{Every: time.Duration(1+seed%10) * time.Second})...)
			if i < 2 {
				set.Attach(&cfg)
			}
			w := sim.New(cfg)
			var r sim.Result
			if i < 2 {
				r = reign(w, func(d time.Duration) sim.Result { return set.Drive(w, d) })
				set.Finish(w.View(), r)
				verdicts[i] = fmt.Sprint(set.Verdicts())
			} else {
				r = reign(w, w.Run)
			}
			hash[i] = r.Hash
			w.Close()
			for _, v := range set.Verdicts() {
				if i == 0 && v.State == check.Broken {
					t.Errorf("seed %d: %v", seed, v)
				}
				judged[v.Rule] += v.Evaluated
			}
		}
		if hash[0] != hash[1] || hash[1] != hash[2] {
			t.Errorf("seed %d: a run that was looked at is not the same: %x", seed, hash)
		}
		if verdicts[0] != verdicts[1] {
			t.Errorf("seed %d: two runs, two verdicts:\n%s\n%s", seed, verdicts[0], verdicts[1])
		}
	}
	for _, v := range check.NewSet(check.Default()...).Verdicts() {
		if v.Rule == "no_shared_message" || v.Rule == "runnable_runs" { // nobody is ready to run when somebody looks
			continue
		}
		if judged[v.Rule] == 0 {
			t.Errorf("%s never had anything to judge: this proves nothing of it", v.Rule)
		}
	}
}
