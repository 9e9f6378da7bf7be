package scenarios

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// A rate limiter in front of a service that dies of too many requests. What the limiter knows dies with it.

func init() {
	many := []Param{
		{Name: "limit", Type: IntType, Default: "10", About: "so many requests"},
		{Name: "per", Type: DurationType, Default: "1s", About: "in so long a time, and not one more"},
	}
	requests := []Request{{Name: "request", Call: true, About: "answers ok, or denied", Message: func(Args) any { return rateRequest{} }}}
	builtin["rate.Limiter"] = Program{
		About:    "Lets so many requests through to a service, and denies the others.",
		Params:   append([]Param{{Name: "service", Type: ProcessType, Required: true, About: "whom it protects"}}, many...),
		Requests: requests,
		New: func(s Setting) genserver.Server {
			return &limiter{setting: s, window: rateWindow{limit: int(arg[int64](s.Args, "limit")), per: arg[time.Duration](s.Args, "per")}}
		},
	}
	builtin["rate.Service"] = Program{
		About:    "Serves requests. If there are too many it exits with overloaded.",
		Params:   many,
		Requests: requests,
		New: func(s Setting) genserver.Server {
			return &service{window: rateWindow{limit: int(arg[int64](s.Args, "limit")), per: arg[time.Duration](s.Args, "per")}}
		},
	}
}

type rateRequest struct{ otp.Returns[sim.Atom] }

// rateWindow holds the times of the latest requests.
type rateWindow struct {
	limit int
	per   time.Duration
	times []time.Duration
}

// take reports whether one more request is within the limit, and counts it if so.
func (w *rateWindow) take(now time.Duration) bool {
	for len(w.times) > 0 && w.times[0] <= now-w.per {
		w.times = w.times[1:]
	}
	if len(w.times) >= w.limit {
		return false
	}
	w.times = append(w.times, now)
	return true
}

type limiter struct {
	genserver.Base
	setting Setting
	window  rateWindow
}

// HandleCall lets a request through, or denies it.
func (s *limiter) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	r, known := req.(rateRequest)
	if !known {
		return s.Base.HandleCall(p, req, from)
	}
	if !s.window.take(p.Now()) {
		return genserver.Reply(r, denied)
	}
	if _, err := ask(p, s.setting.Address("service"), r); err != nil {
		return genserver.Reply(r, denied)
	}
	return genserver.Reply(r, ok)
}

const denied sim.Atom = "denied"

type service struct {
	genserver.Base
	window rateWindow
}

// HandleCall serves a request, or gives up under the load.
func (s *service) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	r, known := req.(rateRequest)
	if !known {
		return s.Base.HandleCall(p, req, from)
	}
	if !s.window.take(p.Now()) {
		return genserver.Stop(sim.Atom("overloaded"))
	}
	return genserver.Reply(r, ok)
}
