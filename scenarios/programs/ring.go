package programs

import (
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// A ring of processes around which a token goes: the oldest benchmark of Erlang. Who builds one by hand gives each process
// the one before it; the first was there before there was another, and must be told of the last.

func init() {
	all["ring.Node"] = scenarios.Program{
		About:  "Hands every token on to the next node. Whoever asks a node is answered when the token has come around.",
		Params: []scenarios.Param{{Name: "next", Type: scenarios.ProcessType, Required: true, About: "the next node"}},
		Requests: []scenarios.Request{
			{Name: "pass", Call: true, About: "sends a token around, and answers how many nodes it has passed",
				Params:  []scenarios.Param{{Name: "rounds", Type: scenarios.IntType, Default: "1", Least: 1, About: "how many times around"}},
				Message: func(a scenarios.Args) any { return ringPass{Rounds: arg[int64](a, "rounds")} }},
		},
		New: func(s scenarios.Setting) genserver.Server { return &ringNode{setting: s} },
	}
	all["ring.Master"] = scenarios.Program{
		About: "Builds rings of plain processes, and sends a token around each.",
		Params: []scenarios.Param{
			{Name: "size", Type: scenarios.IntType, Default: "5", Least: 1, Most: 1000, About: "how many processes a ring has"},
			{Name: "closed", Type: scenarios.BoolType, Default: "true", About: "whether the first process is told who comes after it"},
		},
		Requests: []scenarios.Request{{Name: "start", Call: true, About: "builds a ring, sends a token around, and " +
			"answers ok when it is back", Message: func(scenarios.Args) any { return ringStart{} }}},
		New: func(s scenarios.Setting) genserver.Server {
			return &ringMaster{size: int(arg[int64](s.Args, "size")), closed: arg[bool](s.Args, "closed")}
		},
	}
}

type (
	ringPass struct {
		otp.Returns[int64]
		Rounds int64
	}
	// ringToken goes around. It knows where it began and who waits for it.
	ringToken struct {
		Home   sim.PID
		From   otp.From
		Rounds int64 // to go
		Hops   int64 // so far
	}
)

type ringNode struct {
	genserver.Base
	setting scenarios.Setting
}

// HandleCall sends a token off. It is answered when the token is back.
func (s *ringNode) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	r, known := req.(ringPass)
	if !known {
		return s.Base.HandleCall(p, req, from)
	}
	s.pass(p, ringToken{Home: p.Self(), From: from, Rounds: r.Rounds})
	return genserver.NoReply()
}

// HandleCast takes a token that has come, and hands it on or answers for it.
func (s *ringNode) HandleCast(p *sim.Proc, msg any) genserver.Result {
	t, known := msg.(ringToken)
	if !known {
		return s.Base.HandleCast(p, msg)
	}
	if t.Home == p.Self() {
		if t.Rounds--; t.Rounds == 0 {
			otp.Reply(p, t.From, t.Hops)
			return genserver.NoReply()
		}
	}
	s.pass(p, t)
	return genserver.NoReply()
}

// pass hands a token to the next node. If there is none the token is lost, and nobody hears of it.
func (s *ringNode) pass(p *sim.Proc, t ringToken) {
	t.Hops++
	if next := s.setting.Address("next"); next != nil {
		otp.Cast(p, next, t)
	}
}

type (
	ringStart struct{ otp.Returns[sim.Atom] }
	// ringNext tells the first process of a ring who comes after it.
	ringNext struct{ PID sim.PID }
	// ringLap is a token that goes around once.
	ringLap struct {
		Left int
		Home sim.PID
	}
	ringDone struct{}
)

type ringMaster struct {
	genserver.Base
	size   int
	closed bool
}

// HandleCall builds a ring, and waits until a token has gone around.
func (s *ringMaster) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	r, known := req.(ringStart)
	if !known {
		return s.Base.HandleCall(p, req, from)
	}
	head := p.Spawn("head", func(p *sim.Proc) {
		next, _ := sim.Recv[ringNext](p)
		ringLoop(p, next.PID)
	})
	last := head
	for range s.size - 1 {
		next := last
		last = p.Spawn("node", func(p *sim.Proc) { ringLoop(p, next) })
	}
	if s.closed {
		p.Send(head, ringNext{last})
	}
	p.Send(head, ringLap{s.size, p.Self()})
	sim.Recv[ringDone](p)
	return genserver.Reply(r, ok)
}

// ringLoop hands the token on, once, and ends. Who finds that it has gone around says so.
func ringLoop(p *sim.Proc, next sim.PID) {
	t, _ := sim.Recv[ringLap](p)
	if t.Left--; t.Left == 0 {
		p.Send(t.Home, ringDone{})
		return
	}
	p.Send(next, t)
}
