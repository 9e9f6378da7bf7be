package programs

import (
	"errors"
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/code"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// Later versions of the counter, and somebody who sees to it that it forgets nothing when it goes from one to another.

func init() {
	all["counter.Auditor"] = scenarios.Program{
		About: "Counts with a counter, and exits with state_lost if that ever knows less than it did.",
		Params: []scenarios.Param{
			{Name: "counter", Type: scenarios.ProcessType, Required: true, About: "which"},
			{Name: "every", Type: scenarios.DurationType, Default: "100ms", Least: 1, About: "how often"},
		},
		New: func(s scenarios.Setting) genserver.Server {
			return &counterAuditor{setting: s, every: arg[time.Duration](s.Args, "every")}
		},
	}
}

func counterVersions() []scenarios.ProgramVersion {
	from := func(s scenarios.Setting) counter { return counter{n: arg[int64](s.Args, "from")} }
	return []scenarios.ProgramVersion{
		{Vsn: "v1", About: "the first", New: func(s scenarios.Setting) genserver.Server { c := from(s); return &c }},
		{Vsn: "v2", About: "remembers by how much it was incremented", New: func(s scenarios.Setting) genserver.Server { return &counter2{counter: from(s)} }},
		{Vsn: "broken", About: "its code_change fails", New: func(s scenarios.Setting) genserver.Server { return &counterBroken{counter: from(s)} }},
	}
}

// counterHistory asks the second version how much it remembers.
type counterHistory struct{ otp.Returns[int64] }

// counter2 is the second version.
type counter2 struct {
	counter
	history []int64
}

// HandleCall counts, remembers and answers.
func (s *counter2) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	switch r := req.(type) {
	case increment:
		s.history = append(s.history, r.By)
	case counterHistory:
		return genserver.Reply(r, int64(len(s.history)))
	}
	return s.counter.HandleCall(p, req, from)
}

// HandleCast counts and remembers.
func (s *counter2) HandleCast(p *sim.Proc, msg any) genserver.Result {
	if r, ok := msg.(increment); ok {
		s.history = append(s.history, r.By)
	}
	return s.counter.HandleCast(p, msg)
}

// CodeChange takes the number over, and gives it back: the history is lost then.
func (s *counter2) CodeChange(_ *sim.Proc, oldVsn, _ any) error {
	switch v := oldVsn.(type) {
	case code.Up:
		s.counter = *v.From().(*counter)
	case code.Down:
		*v.To().(*counter) = s.counter
	}
	return nil
}

// counterBroken is a version that cannot take over.
type counterBroken struct{ counter }

// CodeChange fails.
func (s *counterBroken) CodeChange(*sim.Proc, any, any) error { return errors.New("unknown_state") }

type counterAuditor struct {
	genserver.Base
	setting scenarios.Setting
	every   time.Duration
	known   int64
}

// Init sets the first timer.
func (s *counterAuditor) Init(p *sim.Proc) genserver.InitResult {
	p.SendAfter(s.every, p.Self(), tick)
	return genserver.Ok()
}

// HandleInfo counts one further. Others may have counted meanwhile.
func (s *counterAuditor) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	if msg != any(tick) {
		return s.Base.HandleInfo(p, msg)
	}
	if n, counted := mustAsk(p, s.setting.Address("counter"), increment{By: 1}).(int64); counted {
		if n <= s.known {
			p.Trace("the counter has", fmt.Sprintf("%d after it had %d", n, s.known))
			return genserver.Stop(stateLost)
		}
		s.known = n
	}
	p.SendAfter(s.every, p.Self(), tick)
	return genserver.NoReply()
}

// stateLost is what auditors exit with.
const stateLost sim.Atom = "state_lost"
