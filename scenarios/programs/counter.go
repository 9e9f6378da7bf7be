package programs

import (
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// A counter: the first gen_server that anybody writes.

func init() {
	by := []scenarios.Param{{Name: "by", Type: scenarios.IntType, Default: "1", Least: 1, About: "by how much"}}
	all["counter.Counter"] = scenarios.Program{
		About:  "Counts. A new one begins anew.",
		Params: []scenarios.Param{{Name: "from", Type: scenarios.IntType, Default: "0", About: "where it begins"}},
		Requests: []scenarios.Request{
			{Name: "increment", Call: true, Cast: true, About: "counts, and answers how far it is", Params: by,
				Message: func(a scenarios.Args) any { return increment{By: arg[int64](a, "by")} }},
			{Name: "value", Call: true, About: "answers how far it is", Message: func(scenarios.Args) any { return counterValue{} }},
			{Name: "stop", Cast: true, About: "ends normally"},
			{Name: "history", Call: true, About: "answers how many increments it remembers; v2", Message: func(scenarios.Args) any { return counterHistory{} }},
		},
		Versions: counterVersions(),
		New:      func(s scenarios.Setting) genserver.Server { return &counter{n: arg[int64](s.Args, "from")} },
	}
}

type (
	increment struct {
		otp.Returns[int64]
		By int64
	}
	counterValue struct{ otp.Returns[int64] }
	// incrementOnce counts somebody's N-th increment, if that was not counted before.
	incrementOnce struct {
		otp.Returns[int64]
		Who sim.PID
		N   int64
	}
)

type counter struct {
	genserver.Base
	n    int64
	once map[sim.PID]int64 // the latest of those who count them
}

// HandleCall counts and answers.
func (s *counter) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	switch r := req.(type) {
	case increment:
		s.n += r.By
		return genserver.Reply(r, s.n)
	case incrementOnce:
		if s.once[r.Who] < r.N {
			if s.once == nil {
				s.once = map[sim.PID]int64{}
			}
			s.once[r.Who] = r.N
			s.n++
		}
		return genserver.Reply(r, s.n)
	case counterValue:
		return genserver.Reply(r, s.n)
	}
	return s.Base.HandleCall(p, req, from)
}

// HandleCast counts, or stops.
func (s *counter) HandleCast(p *sim.Proc, msg any) genserver.Result {
	switch r := msg.(type) {
	case increment:
		s.n += r.By
		return genserver.NoReply()
	case sim.Atom:
		if r == "stop" {
			return genserver.Stop(sim.Normal)
		}
	}
	return s.Base.HandleCast(p, msg)
}
