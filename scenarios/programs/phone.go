package programs

import (
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
)

// A telephone exchange: a switch, which takes the calls, and lines, machines that handle one call at a time. What
// made Erlang: that a line crashes is a matter of that line.

func init() {
	all["phone.Line"] = lineProgram()
	all["phone.Switch"] = scenarios.Program{
		About: "Takes telephone calls and gives each to a line. If the line crashes it tries another; after the " +
			"last try nobody hears of the call again.",
		Params: []scenarios.Param{
			{Name: "lines", Type: scenarios.ProcessType, Required: true, About: "the lines; each call draws one"},
			{Name: "tries", Type: scenarios.IntType, Default: "3", Least: 1, Most: 1000, About: "how many lines a call is given to"},
		},
		Requests: []scenarios.Request{{Name: "dial", Call: true, About: "makes a telephone call; answers ended, or " +
			"cancelled, when it is over", Message: func(scenarios.Args) any { return phoneDial{} }}},
		New: func(s scenarios.Setting) genserver.Server {
			return &phoneSwitch{setting: s, tries: int(arg[int64](s.Args, "tries"))}
		},
	}
}

func lineProgram(opts ...genstatem.Option) scenarios.Program {
	return scenarios.Program{
		About: "A line of a telephone exchange, a gen_statem: idle, ringing or talking. A call that comes while it has another waits.",
		Params: []scenarios.Param{
			{Name: "rings", Type: scenarios.DrawnType, Default: "50ms..500ms", About: "how long it rings"},
			{Name: "talks", Type: scenarios.DrawnType, Default: "exp(500ms)", About: "how long people talk"},
			{Name: "crash", Type: scenarios.PercentType, Default: "10%", About: "how many calls crash it, half of them while it rings"},
		},
		Requests: []scenarios.Request{
			{Name: "dial", Call: true, About: "makes a telephone call; answers ended, or cancelled, when it is over", Message: func(scenarios.Args) any { return phoneDial{} }},
			{Name: "hang_up", Cast: true, About: "ends the call there is", Message: func(scenarios.Args) any { return phoneHangUp{} }},
		},
		Kind: scenarios.MachineKind,
		Start: func(name sim.Addr, s scenarios.Setting) otp.StartFunc {
			return genstatem.Start[lineState](name, func() *line {
				return &line{rings: arg[scenarios.Drawn](s.Args, "rings"), talks: arg[scenarios.Drawn](s.Args, "talks"), crash: arg[scenarios.Percent](s.Args, "crash")}
			}, opts...)
		},
	}
}

// lineState is a state of a line.
type lineState string

const (
	lineIdle    lineState = "idle"
	lineRinging lineState = "ringing"
	lineTalking lineState = "talking"
)

type (
	phoneDial   struct{ otp.Returns[sim.Atom] }
	phoneHangUp struct{}
	// phoneOver is what the time-outs of a line say: the ringing is over, or the talk.
	phoneOver struct{}
)

type line struct {
	genstatem.Base[lineState]
	rings, talks scenarios.Drawn
	crash        scenarios.Percent

	caller otp.From
	doomed lineState // where this call crashes
}

// Init waits for a call.
func (l *line) Init(*sim.Proc) genstatem.Step[lineState] { return l.Next(lineIdle) }

var lineStates = genstatem.Functions[lineState, *line]{lineIdle: (*line).idle, lineRinging: (*line).ringing, lineTalking: (*line).talking}

// HandleEvent calls the function of the state.
func (l *line) HandleEvent(p *sim.Proc, state lineState, e genstatem.Event) genstatem.Step[lineState] {
	return lineStates.Handle(l, p, state, e)
}

// idle takes a call.
func (l *line) idle(p *sim.Proc, e genstatem.Event) genstatem.Step[lineState] {
	if _, dialled := e.Content.(phoneDial); !dialled {
		return l.Keep()
	}
	l.caller, l.doomed = e.From, ""
	if chance(p, l.crash) {
		l.doomed = [...]lineState{lineRinging, lineTalking}[p.Rand(2)]
	}
	return l.Next(lineRinging).StateTimeout(l.rings.Draw(p.Rand), phoneOver{})
}

// ringing waits until somebody picks up.
func (l *line) ringing(p *sim.Proc, e genstatem.Event) genstatem.Step[lineState] {
	switch e.Content.(type) {
	case phoneOver:
		l.crashIn(lineRinging)
		return l.Next(lineTalking).StateTimeout(l.talks.Draw(p.Rand), phoneOver{})
	case phoneHangUp:
		return l.over("cancelled")
	}
	return l.Keep().Postpone()
}

// talking waits until the call is over.
func (l *line) talking(_ *sim.Proc, e genstatem.Event) genstatem.Step[lineState] {
	switch e.Content.(type) {
	case phoneOver, phoneHangUp:
		l.crashIn(lineTalking)
		return l.over("ended")
	}
	return l.Keep().Postpone()
}

// over tells the caller how the call was, and waits for the next.
func (l *line) over(how sim.Atom) genstatem.Step[lineState] {
	return l.Next(lineIdle).Reply(l.caller, genstatem.Answer(phoneDial{}, how))
}

func (l *line) crashIn(state lineState) {
	if l.doomed == state {
		panic(&sim.Error{Reason: "badmatch", Op: "line:" + string(state)})
	}
}

// phoneSwitch waits for no line: it keeps the calls that are under way.
type phoneSwitch struct {
	genserver.Base
	setting scenarios.Setting
	tries   int
	calls   []phoneCall
}

// phoneCall is a call that a line has.
type phoneCall struct {
	id     otp.RequestID[sim.Atom]
	caller otp.From
	left   int // tries, if this one fails
}

// HandleCall gives a call to a line.
func (s *phoneSwitch) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	if _, dialled := req.(phoneDial); !dialled {
		return s.Base.HandleCall(p, req, from)
	}
	s.connect(p, from, s.tries)
	return genserver.NoReply()
}

// connect gives a call to a line, if it may try another.
func (s *phoneSwitch) connect(p *sim.Proc, caller otp.From, tries int) {
	if line := s.setting.Pick(p, "lines"); line != nil && tries > 0 {
		s.calls = append(s.calls, phoneCall{otp.SendRequest(p, line, phoneDial{}), caller, tries - 1})
	}
}

// HandleInfo hears how a call went.
func (s *phoneSwitch) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	for i, c := range s.calls {
		how, is, err := otp.CheckResponse(p, msg, c.id)
		if !is {
			continue
		}
		s.calls = append(s.calls[:i], s.calls[i+1:]...)
		if err != nil {
			s.connect(p, c.caller, c.left)
		} else {
			otp.ReplyTo(p, c.caller, phoneDial{}, how)
		}
		return genserver.NoReply()
	}
	return s.Base.HandleInfo(p, msg)
}
