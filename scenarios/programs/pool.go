package programs

import (
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// A pool of workers that are all alike.

func init() {
	all["pool.Worker"] = scenarios.Program{
		About: "Does one job after the other. Some jobs kill it.",
		Params: []scenarios.Param{
			{Name: "takes", Type: scenarios.DrawnType, Default: "10ms", About: "how long a job takes; meanwhile others wait"},
			{Name: "poison", Type: scenarios.PercentType, Default: "0%", About: "how many jobs crash the worker"},
		},
		Requests: []scenarios.Request{
			{Name: "job", Call: true, Cast: true, About: "does a job",
				Params:  []scenarios.Param{{Name: "number", Type: scenarios.IntType, Default: "1", About: "which"}},
				Message: func(a scenarios.Args) any { return job{Number: arg[int64](a, "number")} }},
		},
		New: func(s scenarios.Setting) genserver.Server {
			return &poolWorker{takes: arg[scenarios.Drawn](s.Args, "takes"), poison: arg[scenarios.Percent](s.Args, "poison")}
		},
	}
}

type job struct {
	otp.Returns[int64]
	Number int64
}

type poolWorker struct {
	genserver.Base
	takes  scenarios.Drawn
	poison scenarios.Percent
}

// HandleCall does a job and answers its number.
func (s *poolWorker) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	r, known := req.(job)
	if !known {
		return s.Base.HandleCall(p, req, from)
	}
	s.do(p)
	return genserver.Reply(r, r.Number)
}

// HandleCast does a job.
func (s *poolWorker) HandleCast(p *sim.Proc, msg any) genserver.Result {
	if _, known := msg.(job); !known {
		return s.Base.HandleCast(p, msg)
	}
	s.do(p)
	return genserver.NoReply()
}

func (s *poolWorker) do(p *sim.Proc) {
	if d := s.takes.Draw(p.Rand); d > 0 {
		p.Sleep(min(d, 24*time.Hour))
	}
	if chance(p, s.poison) {
		panic("poisoned job")
	}
}
