package programs

import (
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// Two processes that send each other a ball.

func init() {
	all["pingpong.Player"] = scenarios.Program{
		About:  "Plays a ball back to whoever it came from.",
		Params: []scenarios.Param{{Name: "partner", Type: scenarios.ProcessType, Required: true, About: "whom it plays with"}},
		Requests: []scenarios.Request{
			{Name: "rally", Call: true, About: "plays with the partner, and answers when the last ball is back",
				Params: []scenarios.Param{
					{Name: "balls", Type: scenarios.IntType, Default: "10", Least: 1, About: "how often the ball is played there and back"},
				},
				Message: func(a scenarios.Args) any { return rally{Balls: arg[int64](a, "balls")} }},
		},
		New: func(s scenarios.Setting) genserver.Server {
			return &player{setting: s}
		},
	}
}

type (
	rally struct {
		otp.Returns[sim.Atom]
		Balls int64
	}
	ping struct {
		From otp.From // who waits for the end of the rally
		By   sim.PID
		Left int64
	}
	pong ping
)

type player struct {
	genserver.Base
	setting scenarios.Setting
}

// HandleCall begins a rally, which is answered at its end.
func (s *player) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	r, known := req.(rally)
	if !known {
		return s.Base.HandleCall(p, req, from)
	}
	s.serve(p, ping{From: from, By: p.Self(), Left: r.Balls})
	return genserver.NoReply()
}

// HandleCast plays a ball back.
func (s *player) HandleCast(p *sim.Proc, msg any) genserver.Result {
	switch ball := msg.(type) {
	case ping:
		otp.Cast(p, ball.By, pong(ball))
	case pong:
		s.serve(p, ping(ball))
	default:
		return s.Base.HandleCast(p, msg)
	}
	return genserver.NoReply()
}

// serve plays the next ball of a rally, or ends it.
func (s *player) serve(p *sim.Proc, ball ping) {
	if ball.Left <= 0 {
		otp.Reply(p, ball.From, ok)
		return
	}
	ball.Left--
	if partner := s.setting.Address("partner"); partner != nil {
		otp.Cast(p, partner, ball)
	}
}
