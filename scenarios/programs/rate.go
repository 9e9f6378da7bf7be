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

// A rate limiter in front of a service that dies of too many requests. What the limiter knows dies with it, unless it keeps
// that in a table; and one that never forgets what it has counted lets nobody through any more.

func init() {
	many := []scenarios.Param{
		{Name: "limit", Type: scenarios.IntType, Default: "10", Least: 1, Most: 1_000_000, About: "so many requests"},
		{Name: "per", Type: scenarios.DurationType, Default: "1s", Least: 1, About: "in so long a time, and not one more"},
	}
	requests := []scenarios.Request{{Name: "request", Call: true, About: "answers ok, or denied", Message: func(scenarios.Args) any { return rateRequest{} }}}
	all["rate.Limiter"] = scenarios.Program{
		About: "Lets so many requests through to a service, and denies the others.",
		Params: append([]scenarios.Param{{Name: "service", Type: scenarios.ProcessType, Required: true, About: "whom it protects"},
			{Name: "resets", Type: scenarios.BoolType, Default: "true", About: "whether requests count no more when " +
				"they are older than per"},
			{Name: "keeps", Type: scenarios.BoolType, Default: "false", About: "whether it keeps its counts in a " +
				"table of its node, which outlives it"}}, many...),
		Requests: requests,
		New: func(s scenarios.Setting) genserver.Server {
			return &limiter{setting: s, window: windowOf(s), keeps: arg[bool](s.Args, "keeps")}
		},
	}
	all["rate.Customer"] = scenarios.Program{
		About: "Asks a limiter now and then. If it is denied so many times in a row it exits with turned_away.",
		Params: []scenarios.Param{
			{Name: "limiter", Type: scenarios.ProcessType, Required: true, About: "which"},
			{Name: "every", Type: scenarios.DrawnType, Default: "1s", Least: 1, About: "how often it asks"},
			{Name: "patience", Type: scenarios.IntType, Default: "5", Least: 1, Most: 1_000_000, About: "so many times"},
		},
		New: func(s scenarios.Setting) genserver.Server {
			return &customer{setting: s, every: arg[scenarios.Drawn](s.Args, "every"), patience: int(arg[int64](s.Args, "patience"))}
		},
	}
	all["rate.Service"] = scenarios.Program{
		About:    "Serves requests. If there are too many it exits with overloaded.",
		Params:   many,
		Requests: requests,
		New: func(s scenarios.Setting) genserver.Server {
			return &service{window: windowOf(s)}
		},
	}
}

type (
	rateRequest struct{ otp.Returns[sim.Atom] }
	// rateStatus asks a limiter what it counts.
	rateStatus struct{ otp.Returns[string] }
)

// rateWindow holds the times of the latest requests.
type rateWindow struct {
	limit int
	per   time.Duration // 0: requests count for ever
	times []time.Duration
}

// windowOf is an empty window, as the arguments of a program say.
func windowOf(s scenarios.Setting) rateWindow {
	w := rateWindow{limit: int(arg[int64](s.Args, "limit")), per: arg[time.Duration](s.Args, "per")}
	if resets, said := scenarios.Value[bool](s.Args, "resets"); said && !resets {
		w.per = 0
	}
	return w
}

// take reports whether one more request is within the limit, and counts it if so.
func (w *rateWindow) take(now time.Duration) bool {
	for w.per > 0 && len(w.times) > 0 && w.times[0] <= now-w.per {
		w.times = w.times[1:]
	}
	if len(w.times) >= w.limit {
		return false
	}
	w.times = append(w.times, now)
	return true
}

// late counts the latest request from now on, and not from when it was taken.
func (w *rateWindow) late(now time.Duration) {
	if n := len(w.times); n > 0 {
		w.times[n-1] = now
	}
}

type limiter struct {
	genserver.Base
	setting scenarios.Setting
	window  rateWindow
	keeps   bool
}

// Init finds what a limiter before it has kept. The latest of that may be on its way to the service still.
func (s *limiter) Init(p *sim.Proc) genserver.InitResult {
	if s.keeps {
		kept, _ := p.Shared(s.table()).([]time.Duration)
		s.window.times = slices.Clone(kept)
		s.window.late(p.Now())
	}
	return genserver.Ok()
}

// table is where it keeps its counts.
func (s *limiter) table() string { return "rate.Limiter " + s.setting.Path }

// keep writes down what has been counted.
func (s *limiter) keep(p *sim.Proc) {
	if s.keeps {
		p.Share(s.table(), slices.Clone(s.window.times))
	}
}

// HandleCall lets a request through, or denies it.
func (s *limiter) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	switch r := req.(type) {
	case rateRequest:
		return genserver.Reply(r, s.request(p, r))
	case rateStatus:
		return genserver.Reply(r, s.status(p))
	}
	return s.Base.HandleCall(p, req, from)
}

// request asks the service, within the limit. A request counts before it is made, since the limiter may die meanwhile; and from
// when it was answered, since the service has it later than it was sent: ten that are slow to arrive, and the eleventh,
// a second after the first was sent, which is not, are too many.
func (s *limiter) request(p *sim.Proc, r rateRequest) sim.Atom {
	if !s.window.take(p.Now()) {
		return denied
	}
	s.keep(p)
	_, err := ask(p, s.setting.Address("service"), r)
	s.window.late(p.Now())
	s.keep(p)
	if err != nil {
		return denied
	}
	return ok
}

// status tells what it counts.
func (s *limiter) status(p *sim.Proc) string {
	w := s.window
	if len(w.times) == 0 {
		return fmt.Sprintf("it counts 0 of %d", w.limit)
	}
	return fmt.Sprintf("it counts %d of %d, the oldest %s old", len(w.times), w.limit, scenarios.FormatDuration((p.Now() - w.times[0]).Truncate(time.Millisecond)))
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

// customer is somebody who does not ask too much.
type customer struct {
	genserver.Base
	setting  scenarios.Setting
	every    scenarios.Drawn
	patience int
	denials  int // in a row
}

// Init sets the first timer.
func (s *customer) Init(p *sim.Proc) genserver.InitResult {
	p.SendAfter(s.every.Draw(p.Rand), p.Self(), tick)
	return genserver.Ok()
}

// HandleInfo asks.
func (s *customer) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	if msg != any(tick) {
		return s.Base.HandleInfo(p, msg)
	}
	limiter := s.setting.Address("limiter")
	answer, _ := ask(p, limiter, rateRequest{})
	if answer == any(ok) {
		s.denials = 0
	} else if s.denials++; s.denials >= s.patience {
		p.Trace("it was denied", fmt.Sprintf("%d times in a row; the limiter says: %v", s.denials, mustAsk(p, limiter, rateStatus{})))
		return genserver.Stop(sim.Atom("turned_away"))
	}
	p.SendAfter(s.every.Draw(p.Rand), p.Self(), tick)
	return genserver.NoReply()
}
