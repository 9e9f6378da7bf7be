package programs

import (
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/pg"
)

// Workers of a whole cluster that are found by a group of pg, and a dispatcher that gives them jobs.

func init() {
	group := scenarios.Param{Name: "group", Type: scenarios.TextType, Default: "workers", About: "the group of pg"}
	all["registry.Worker"] = scenarios.Program{
		About:  "Joins a group of pg and does jobs.",
		Params: []scenarios.Param{group, {Name: "takes", Type: scenarios.DrawnType, Default: "5ms..20ms", About: "how long a job takes"}},
		New: func(s scenarios.Setting) genserver.Server {
			return &groupWorker{group: arg[string](s.Args, "group"), takes: arg[scenarios.Drawn](s.Args, "takes")}
		},
	}
	all["registry.Dispatcher"] = scenarios.Program{
		About: "Gives each job to a worker of the group, and to another if that one is not there any more. It " +
			"exits with nobody_works if it knows none.",
		Params: []scenarios.Param{group,
			{Name: "tries", Type: scenarios.IntType, Default: "3", Least: 1, Most: 1000, About: "how many workers it asks"},
			{Name: "patience", Type: scenarios.DurationType, Default: "500ms", Least: 1, About: "how long it waits for each"},
		},
		Requests: []scenarios.Request{{Name: "job", Call: true, About: "has a job done, and answers ok; it crashes " +
			"if nobody did it", Message: func(scenarios.Args) any { return groupJob{} }}},
		New: func(s scenarios.Setting) genserver.Server {
			return &dispatcher{group: arg[string](s.Args, "group"), tries: int(arg[int64](s.Args, "tries")), patience: arg[time.Duration](s.Args, "patience")}
		},
	}
}

type groupJob struct{ otp.Returns[sim.Atom] }

type groupWorker struct {
	genserver.Base
	group string
	takes scenarios.Drawn
}

// Init joins the group.
func (s *groupWorker) Init(p *sim.Proc) genserver.InitResult {
	if err := pg.Join(p, pg.Default, sim.Atom(s.group), p.Self()); err != nil {
		return genserver.StopInit(otp.ExitReason(err))
	}
	return genserver.Ok()
}

// HandleCall does a job.
func (s *groupWorker) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	r, known := req.(groupJob)
	if !known {
		return s.Base.HandleCall(p, req, from)
	}
	p.Sleep(s.takes.Draw(p.Rand))
	return genserver.Reply(r, ok)
}

type dispatcher struct {
	genserver.Base
	group    string
	tries    int
	patience time.Duration
}

// HandleCall has a job done.
func (s *dispatcher) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	r, known := req.(groupJob)
	if !known {
		return s.Base.HandleCall(p, req, from)
	}
	var last error
	for range s.tries {
		members := pg.Members(p, pg.Default, sim.Atom(s.group))
		if len(members) == 0 {
			return genserver.Stop(sim.Atom("nobody_works"))
		}
		done, err := otp.Call(p, members[p.Rand(len(members))], r, otp.Within(s.patience))
		if err == nil {
			return genserver.Reply(r, done)
		}
		last = err
	}
	return genserver.Stop(otp.ExitReason(last))
}
