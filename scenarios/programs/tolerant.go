package programs

import (
	"fmt"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// A server that keeps workers by itself: it traps exits, and whoever ends is replaced. But an exit signal does not come from
// workers only. Its parent's is the order to end, and a stranger may send what looks like a worker's end.

func init() {
	all["tolerant.Server"] = scenarios.Program{
		About: "Keeps so many workers, each of which works for a while and ends; it replaces them, without a supervisor.",
		Params: []scenarios.Param{
			{Name: "workers", Type: scenarios.IntType, Default: "3", Least: 1, Most: 1000, About: "how many"},
			{Name: "works", Type: scenarios.DrawnType, Default: "5s..10s", Least: 1, About: "how long each works"},
			{Name: "knows", Type: scenarios.BoolType, Default: "true", About: "whether it looks whose exit signal it " +
				"gets: a worker's, its parent's or a stranger's"},
		},
		Kind: scenarios.PlainKind,
		Start: func(_ sim.Addr, s scenarios.Setting) otp.StartFunc {
			return func(p *sim.Proc, _ ...any) (otp.Started, error) {
				server := tolerant{works: arg[scenarios.Drawn](s.Args, "works"), knows: arg[bool](s.Args, "knows")}
				many := int(arg[int64](s.Args, "workers"))
				return otp.Start(p, "tolerant", func(p *sim.Proc) { server.serve(p, many) }, otp.StartOptions{Link: true})
			}
		},
	}
	all["tolerant.Auditor"] = scenarios.Program{
		About: "Counts the workers of a server on its node. If there are too many it exits with too_many_workers.",
		Params: []scenarios.Param{
			{Name: "server", Type: scenarios.ProcessType, Required: true, About: "which"},
			{Name: "most", Type: scenarios.IntType, Default: "3", Most: 1_000_000, About: "so many it may have"},
			{Name: "every", Type: scenarios.DurationType, Default: "100ms", Least: 1, About: "how often"},
		},
		New: func(s scenarios.Setting) genserver.Server {
			return &tolerantAuditor{setting: s, most: int(arg[int64](s.Args, "most")), every: arg[time.Duration](s.Args, "every")}
		},
	}
}

type tolerant struct {
	works   scenarios.Drawn
	knows   bool
	workers []sim.PID
}

// serve replaces whoever ends.
func (s tolerant) serve(p *sim.Proc, many int) {
	p.TrapExit(true)
	for range many {
		s.hire(p)
	}
	otp.InitAck(p, nil)
	for {
		end, _ := sim.Recv[sim.Exit](p)
		i := slices.Index(s.workers, end.From)
		switch {
		case s.knows && end.From == p.Parent():
			p.ExitSelf(end.Reason)
		case s.knows && i < 0:
			p.Trace("ignores", sim.Tuple{sim.Atom("EXIT"), end.From, end.Reason})
			continue
		case i >= 0:
			s.workers = slices.Delete(s.workers, i, i+1)
		}
		p.Trace("replaces a worker:", sim.Tuple{sim.Atom("EXIT"), end.From, end.Reason})
		s.hire(p)
	}
}

// hire starts a worker.
func (s *tolerant) hire(p *sim.Proc) {
	s.workers = append(s.workers, p.SpawnLink("worker", func(p *sim.Proc) { p.Sleep(s.works.Draw(p.Rand)) }))
}

type tolerantAuditor struct {
	genserver.Base
	setting scenarios.Setting
	most    int
	every   time.Duration
}

// Init sets the first timer.
func (s *tolerantAuditor) Init(p *sim.Proc) genserver.InitResult {
	p.SendAfter(s.every, p.Self(), tick)
	return genserver.Ok()
}

// HandleInfo counts whom the server is linked to, but for its parent.
func (s *tolerantAuditor) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	if msg != any(tick) {
		return s.Base.HandleInfo(p, msg)
	}
	if server, there := s.setting.Address("server").(sim.PID); there {
		if info, alive := p.Info(server); alive && len(info.Links)-1 > s.most {
			p.Trace("the server has", fmt.Sprintf("%d workers, and should have %d", len(info.Links)-1, s.most))
			return genserver.Stop(sim.Atom("too_many_workers"))
		}
	}
	p.SendAfter(s.every, p.Self(), tick)
	return genserver.NoReply()
}
