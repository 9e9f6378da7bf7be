package scenarios

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// A ring of processes around which a token goes: the oldest benchmark of Erlang.

func init() {
	builtin["ring.Node"] = Program{
		About:  "Hands every token on to the next node. Whoever asks a node is answered when the token has come around.",
		Params: []Param{{Name: "next", Type: ProcessType, Required: true, About: "the next node"}},
		Requests: []Request{
			{Name: "pass", Call: true, About: "sends a token around, and answers how many nodes it has passed",
				Params:  []Param{{Name: "rounds", Type: IntType, Default: "1", About: "how many times around"}},
				Message: func(a Args) any { return ringPass{Rounds: arg[int64](a, "rounds")} }},
		},
		New: func(s Setting) genserver.Server { return &ringNode{setting: s} },
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
	setting Setting
}

// HandleCall sends a token off. It is answered when the token is back.
func (s *ringNode) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	r, known := req.(ringPass)
	if !known {
		return s.Base.HandleCall(p, req, from)
	}
	if r.Rounds < 1 {
		return genserver.Reply(r, int64(0))
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
