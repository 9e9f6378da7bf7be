package programs

import (
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// An echo server that may take its time, and may not answer at all.

func init() {
	text := []scenarios.Param{{Name: "text", Type: scenarios.TextType, Default: "hello", About: "what to say"}}
	all["echo.Server"] = scenarios.Program{
		About: "Answers what it is told, after a while or never.",
		Params: []scenarios.Param{
			{Name: "delay", Type: scenarios.DrawnType, Default: "0", About: "how long each answer takes; others are answered meanwhile"},
			{Name: "loss", Type: scenarios.PercentType, Default: "0%", About: "how many requests it forgets to answer"},
		},
		Requests: []scenarios.Request{
			{Name: "echo", Call: true, About: "answers the text", Params: text, Message: func(a scenarios.Args) any { return echo{Text: arg[string](a, "text")} }},
			{Name: "crash", Cast: true, About: "crashes", Params: text, Message: func(a scenarios.Args) any { return echoCrash{arg[string](a, "text")} }},
		},
		New: func(s scenarios.Setting) genserver.Server {
			return &echoServer{delay: arg[scenarios.Drawn](s.Args, "delay"), loss: arg[scenarios.Percent](s.Args, "loss")}
		},
	}
}

type (
	echo struct {
		otp.Returns[string]
		Text string
	}
	echoCrash struct{ Text string }
	// echoLater is what the server sends itself when an answer is due.
	echoLater struct {
		To  otp.From
		Req echo
	}
)

type echoServer struct {
	genserver.Base
	delay scenarios.Drawn
	loss  scenarios.Percent
}

// HandleCall answers now, later or never.
func (s *echoServer) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	r, known := req.(echo)
	if !known {
		return s.Base.HandleCall(p, req, from)
	}
	if chance(p, s.loss) {
		return genserver.NoReply()
	}
	if d := s.delay.Draw(p.Rand); d > 0 {
		p.SendAfter(d, p.Self(), echoLater{from, r})
		return genserver.NoReply()
	}
	return genserver.Reply(r, r.Text)
}

// HandleInfo answers what is due.
func (s *echoServer) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	due, known := msg.(echoLater)
	if !known {
		return s.Base.HandleInfo(p, msg)
	}
	otp.ReplyTo(p, due.To, due.Req, due.Req.Text)
	return genserver.NoReply()
}

// HandleCast crashes, if it is asked to.
func (s *echoServer) HandleCast(p *sim.Proc, msg any) genserver.Result {
	if r, known := msg.(echoCrash); known {
		panic(r.Text)
	}
	return s.Base.HandleCast(p, msg)
}
