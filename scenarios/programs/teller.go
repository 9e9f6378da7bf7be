package programs

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// Those who use a counter on another node. A cast that is lost on the way tells nobody; a call that finds nobody does, and who
// is not prepared for that dies of it.

func init() {
	counter := scenarios.Param{Name: "counter", Type: scenarios.ProcessType, Required: true, About: "which"}
	start := scenarios.Param{Name: "start", Type: scenarios.DurationType, Default: "0s", About: "how long it waits at first"}
	all["counter.Teller"] = scenarios.Program{
		About: "Has a counter count that nobody else uses, and asks now and then how far it is. If that is less " +
			"than it has told it exits with increments_lost.",
		Params: []scenarios.Param{counter,
			{Name: "every", Type: scenarios.DrawnType, Default: "100ms", Least: 1, About: "how often it counts"},
			{Name: "asks", Type: scenarios.DurationType, Default: "1s", Least: 1, About: "how often it asks"},
			start,
			{Name: "casts", Type: scenarios.BoolType, Default: "false", About: "whether it casts, and does not call " +
				"until there is an answer"},
		},
		New: func(s scenarios.Setting) genserver.Server {
			return &teller{setting: s, every: arg[scenarios.Drawn](s.Args, "every"), asks: arg[time.Duration](s.Args, "asks"), start: arg[time.Duration](s.Args, "start"), casts: arg[bool](s.Args, "casts")}
		},
	}
	all["counter.Reader"] = scenarios.Program{
		About: "Asks now and then how far a counter is.",
		Params: []scenarios.Param{counter,
			{Name: "every", Type: scenarios.DurationType, Default: "1s", Least: 1, About: "how often"},
			start,
			{Name: "patience", Type: scenarios.DurationType, Default: "5s", Least: 1, About: "how long it waits for an answer"},
			{Name: "careless", Type: scenarios.BoolType, Default: "false", About: "whether it takes it for granted " +
				"that there is an answer"},
		},
		New: func(s scenarios.Setting) genserver.Server {
			return &counterReader{setting: s, every: arg[time.Duration](s.Args, "every"), start: arg[time.Duration](s.Args, "start"),
				patience: arg[time.Duration](s.Args, "patience"), careless: arg[bool](s.Args, "careless")}
		},
	}
}

type teller struct {
	genserver.Base
	setting scenarios.Setting
	every   scenarios.Drawn
	asks    time.Duration
	start   time.Duration
	casts   bool
	told    int64
}

// asking is when a teller asks.
const asking sim.Atom = "ask"

// Init sets the timers.
func (s *teller) Init(p *sim.Proc) genserver.InitResult {
	p.SendAfter(s.start+s.every.Draw(p.Rand), p.Self(), tick)
	p.SendAfter(s.start+s.asks, p.Self(), asking)
	return genserver.Ok()
}

// HandleInfo tells the counter to count, or asks it how far it is.
func (s *teller) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	switch msg {
	case any(tick):
		s.told++
		s.tell(p)
		p.SendAfter(s.every.Draw(p.Rand), p.Self(), tick)
		return genserver.NoReply()
	case any(asking):
		if n, answered := s.ask(p, counterValue{}); answered && n < s.told {
			p.Trace("it told the counter to count", fmt.Sprintf("%d times, but it has counted %d", s.told, n))
			return genserver.Stop(sim.Atom("increments_lost"))
		}
		p.SendAfter(s.asks, p.Self(), asking)
		return genserver.NoReply()
	}
	return s.Base.HandleInfo(p, msg)
}

// tell has the counter count. It says which increment it is, so that one that was counted, and whose answer is lost, is not
// counted again.
func (s *teller) tell(p *sim.Proc) {
	if s.casts {
		if to := s.setting.Address("counter"); to != nil {
			otp.Cast(p, to, increment{By: 1})
		}
		return
	}
	for {
		if _, answered := s.ask(p, incrementOnce{Who: p.Self(), N: s.told}); answered {
			return
		}
		p.Sleep(100 * time.Millisecond)
	}
}

// ask calls the counter. It is no news if nobody answers.
func (s *teller) ask(p *sim.Proc, req any) (n int64, answered bool) {
	v, err := ask(p, s.setting.Address("counter"), req)
	n, _ = v.(int64)
	return n, err == nil
}

type counterReader struct {
	genserver.Base
	setting  scenarios.Setting
	every    time.Duration
	start    time.Duration
	patience time.Duration
	careless bool
}

// Init sets the first timer.
func (s *counterReader) Init(p *sim.Proc) genserver.InitResult {
	p.SendAfter(s.start+s.every, p.Self(), tick)
	return genserver.Ok()
}

// HandleInfo asks. Who takes the answer for granted exits without one, as gen_server:call does.
func (s *counterReader) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	if msg != any(tick) {
		return s.Base.HandleInfo(p, msg)
	}
	if _, err := ask(p, s.setting.Address("counter"), counterValue{}, otp.Within(s.patience)); err != nil {
		if s.careless {
			p.ExitSelf(otp.ExitReason(err))
		}
		p.Logf("the counter does not answer: %v", err)
	}
	p.SendAfter(s.every, p.Self(), tick)
	return genserver.NoReply()
}
