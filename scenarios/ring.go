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
		New: func(s Setting) genserver.Server { return &ringNode{setting: s, next: arg[Selector](s.Args, "next")} },
	}
}

type (
	ringPass struct {
		otp.Returns[int64]
		Rounds int64
	}
	// ringToken goes around. It knows where it began and who waits for it.
	ringToken struct {
		home   sim.PID
		from   otp.From
		rounds int64 // to go
		hops   int64 // so far
	}
)

type ringNode struct {
	genserver.Base
	setting Setting
	next    Selector
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
	s.pass(p, ringToken{home: p.Self(), from: from, rounds: r.Rounds})
	return genserver.NoReply()
}

// HandleCast takes a token that has come, and hands it on or answers for it.
func (s *ringNode) HandleCast(p *sim.Proc, msg any) genserver.Result {
	t, known := msg.(ringToken)
	if !known {
		return s.Base.HandleCast(p, msg)
	}
	if t.home == p.Self() {
		if t.rounds--; t.rounds == 0 {
			otp.Reply(p, t.from, t.hops)
			return genserver.NoReply()
		}
	}
	s.pass(p, t)
	return genserver.NoReply()
}

// pass hands a token to the next node. If there is none the token is lost, and nobody hears of it.
func (s *ringNode) pass(p *sim.Proc, t ringToken) {
	t.hops++
	if next := s.setting.Address(s.next); next != nil {
		otp.Cast(p, next, t)
	}
}
