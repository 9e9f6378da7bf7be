package programs

import (
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/application"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// What a release of three applications is made of, beside a key-value store: a log, and a web front that needs
// both.

func init() {
	all["log.Sink"] = scenarios.Program{
		About: "Takes lines of a log. It can be closed, and then ends normally.",
		Requests: []scenarios.Request{
			{Name: "line", Cast: true, About: "one more line", Message: func(scenarios.Args) any { return logLine{} }},
			{Name: "lines", Call: true, About: "answers how many there are", Message: func(scenarios.Args) any { return logLines{} }},
			{Name: "close", Cast: true, About: "ends normally"},
		},
		New: func(scenarios.Setting) genserver.Server { return &logSink{} },
	}
	all["web.Front"] = scenarios.Program{
		About: "Serves pages out of a key-value store and logs each. Without an answer of the store it crashes. " +
			"How long it waits is the parameter patience of its application, in milliseconds; without one 5000.",
		Params: []scenarios.Param{
			{Name: "store", Type: scenarios.ProcessType, Required: true, About: "where pages are kept"},
			{Name: "log", Type: scenarios.ProcessType, Required: true, About: "where they are logged"},
		},
		Requests: []scenarios.Request{
			{Name: "page", Call: true, About: "answers the page, or undefined", Params: []scenarios.Param{{Name: "key", Type: scenarios.TextType, Default: "index", About: "which"}},
				Message: func(a scenarios.Args) any { return pageRequest{Key: arg[string](a, "key")} }},
		},
		New: func(s scenarios.Setting) genserver.Server { return &webFront{setting: s} },
	}
}

type (
	logLine     struct{}
	logLines    struct{ otp.Returns[int64] }
	pageRequest struct {
		otp.Returns[any]
		Key string
	}
)

type logSink struct {
	genserver.Base
	lines int64
}

// HandleCall answers how many lines there are.
func (s *logSink) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	if r, known := req.(logLines); known {
		return genserver.Reply(r, s.lines)
	}
	return s.Base.HandleCall(p, req, from)
}

// HandleCast takes a line, or closes.
func (s *logSink) HandleCast(p *sim.Proc, msg any) genserver.Result {
	switch msg {
	case logLine{}:
		s.lines++
		return genserver.NoReply()
	case sim.Atom("close"):
		return genserver.Stop(sim.Normal)
	}
	return s.Base.HandleCast(p, msg)
}

type webFront struct {
	genserver.Base
	setting  scenarios.Setting
	patience time.Duration
}

// Init reads the environment.
func (s *webFront) Init(p *sim.Proc) genserver.InitResult {
	s.patience = 5 * time.Second
	if ms, set := application.GetOwnEnv(p, "patience"); set {
		n, whole := ms.(int)
		if !whole || n < 0 {
			return genserver.StopInit(sim.Tuple{sim.Atom("bad_env"), sim.Atom("patience"), ms})
		}
		s.patience = time.Duration(n) * time.Millisecond
	}
	return genserver.Ok()
}

// HandleCall serves a page.
func (s *webFront) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	r, known := req.(pageRequest)
	if !known {
		return s.Base.HandleCall(p, req, from)
	}
	v, err := ask(p, s.setting.Address("store"), kvGet{Key: r.Key}, otp.Within(s.patience))
	if err != nil {
		p.ExitSelf(otp.ExitReason(err))
	}
	if log := s.setting.Address("log"); log != nil {
		otp.Cast(p, log, logLine{})
	}
	return genserver.Reply(r, v)
}
