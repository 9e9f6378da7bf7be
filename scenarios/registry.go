package scenarios

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/pg"
)

// Workers of a whole cluster that are found by a group of pg, and a dispatcher that gives them jobs.

func init() {
	group := Param{Name: "group", Type: TextType, Default: "workers", About: "the group of pg"}
	builtin["registry.Worker"] = Program{
		About:  "Joins a group of pg and does jobs.",
		Params: []Param{group, {Name: "takes", Type: DrawnType, Default: "5ms..20ms", About: "how long a job takes"}},
		New: func(s Setting) genserver.Server {
			return &groupWorker{group: arg[string](s.Args, "group"), takes: arg[Drawn](s.Args, "takes")}
		},
	}
	builtin["registry.Dispatcher"] = Program{
		About: "Gives each job to a worker of the group, and to another if that one is not there any more. It exits with nobody_works if it knows none.",
		Params: []Param{group,
			{Name: "tries", Type: IntType, Default: "3", About: "how many workers it asks"},
			{Name: "patience", Type: DurationType, Default: "500ms", About: "how long it waits for each"},
		},
		Requests: []Request{{Name: "job", Call: true, About: "has a job done, and answers ok; it crashes if nobody did it", Message: func(Args) any { return groupJob{} }}},
		New: func(s Setting) genserver.Server {
			return &dispatcher{group: arg[string](s.Args, "group"), tries: int(arg[int64](s.Args, "tries")), patience: arg[time.Duration](s.Args, "patience")}
		},
	}
}

type groupJob struct{ otp.Returns[sim.Atom] }

type groupWorker struct {
	genserver.Base
	group string
	takes Drawn
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
