package programs

import (
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
)

// A door with a code lock: the gen_statem of OTP's design principles, with an alarm, and somebody who looks
// whether the door stands open.

func init() {
	all["door.Lock"] = doorProgram()
	all["door.Watch"] = scenarios.Program{
		About: "Looks at a door now and then. If it has stood open for too long it exits with stands_open.",
		Params: []scenarios.Param{
			{Name: "door", Type: scenarios.ProcessType, Required: true, About: "which"},
			{Name: "every", Type: scenarios.DrawnType, Default: "1s..2s", Least: 1, About: "how often"},
			{Name: "most", Type: scenarios.DurationType, Default: "3s", About: "how long it may stand open"},
		},
		New: func(s scenarios.Setting) genserver.Server {
			return &doorWatch{setting: s, every: arg[scenarios.Drawn](s.Args, "every"), most: arg[time.Duration](s.Args, "most")}
		},
	}
}

func doorProgram(opts ...genstatem.Option) scenarios.Program {
	return scenarios.Program{
		About: "A door with a code lock, a gen_statem. The right code opens it for a while; three wrong ones in a " +
			"row raise an alarm, during which it stays locked.",
		Params: []scenarios.Param{
			{Name: "code", Type: scenarios.TextType, Default: "42", About: "that opens it"},
			{Name: "open", Type: scenarios.DurationType, Default: "3s", About: "how long it stays open"},
			{Name: "pause", Type: scenarios.DurationType, Default: "1s", About: "if no button is pushed for so long, " +
				"those pushed before are forgotten"},
			{Name: "alarm", Type: scenarios.DurationType, Default: "5s", About: "how long an alarm lasts"},
		},
		Requests: []scenarios.Request{
			{Name: "push", Cast: true, About: "pushes a button; while the door is open it waits until the door is locked", Params: []scenarios.Param{{Name: "button", Type: scenarios.TextType, Default: "4", About: "which"}},
				Message: func(a scenarios.Args) any { return doorPush{arg[string](a, "button")} }},
			{Name: "enter", Call: true, About: "puts the whole code in and answers opened or denied; while the door " +
				"is open, or there is an alarm, it waits", Params: []scenarios.Param{{Name: "code", Type: scenarios.TextType, Default: "42", About: "the code"}},
				Message: func(a scenarios.Args) any { return doorEnter{Code: arg[string](a, "code")} }},
			{Name: "state", Call: true, About: "answers {State, Since}", Message: func(scenarios.Args) any { return doorAsk{} }},
		},
		Kind: scenarios.MachineKind,
		Start: func(name sim.Addr, s scenarios.Setting) otp.StartFunc {
			return genstatem.Start[doorState](name, func() *door {
				return &door{
					code: arg[string](s.Args, "code"), openFor: arg[time.Duration](s.Args, "open"),
					pause: arg[time.Duration](s.Args, "pause"), alarmFor: arg[time.Duration](s.Args, "alarm"),
				}
			}, opts...)
		},
	}
}

// doorState is a state of the door.
type doorState string

const (
	doorLocked doorState = "locked"
	doorOpen   doorState = "open"
	doorAlarm  doorState = "alarm"
)

type (
	doorPush  struct{ Button string }
	doorEnter struct {
		otp.Returns[sim.Atom]
		Code string
	}
	doorAsk  struct{ otp.Returns[doorView] }
	doorView struct {
		State doorState
		Since time.Duration
	}
	// doorForget and doorClose are what its time-outs say.
	doorForget struct{}
	doorClose  struct{}
)

// door is the data of the machine.
type door struct {
	genstatem.Base[doorState]
	code                     string
	openFor, pause, alarmFor time.Duration

	given string
	wrong int           // codes in a row
	since time.Duration // when it came into its state
}

// wrongMax is how many wrong codes in a row raise an alarm.
const wrongMax = 3

// Init locks the door.
func (d *door) Init(*sim.Proc) genstatem.Step[doorState] { return d.Next(doorLocked) }

// Enter notes when the door came into its state.
func (d *door) Enter(p *sim.Proc, _, _ doorState) genstatem.Step[doorState] {
	d.since, d.given = p.Now(), ""
	return d.Keep()
}

// HandleEvent handles what the states have in common.
func (d *door) HandleEvent(p *sim.Proc, state doorState, e genstatem.Event) genstatem.Step[doorState] {
	switch c := e.Content.(type) {
	case doorAsk:
		return d.waiting().Reply(e.From, genstatem.Answer(c, doorView{state, d.since}))
	case doorClose:
		d.wrong = 0
		return d.Next(doorLocked)
	case doorPush, doorEnter:
		if state == doorLocked {
			return d.locked(e)
		}
		if _, pushed := c.(doorPush); pushed && state == doorAlarm {
			return d.Keep() // nobody listens
		}
		return d.Keep().Postpone()
	case doorForget:
		d.given = ""
	}
	return d.Keep()
}

// locked is what buttons and codes do to a door that is locked.
func (d *door) locked(e genstatem.Event) genstatem.Step[doorState] {
	switch c := e.Content.(type) {
	case doorPush:
		if d.given += c.Button; len(d.given) < len(d.code) {
			return d.waiting()
		}
		step, _ := d.try(d.given)
		return step
	case doorEnter:
		step, answer := d.try(c.Code)
		return step.Reply(e.From, genstatem.Answer(c, answer))
	}
	return d.Keep()
}

// waiting stays, and waits for the next button if there was one. Any event cancels this time-out, be it only a
// question: it has to be set again.
func (d *door) waiting() genstatem.Step[doorState] {
	if d.given == "" {
		return d.Keep()
	}
	return d.Keep().Timeout(d.pause, doorForget{})
}

// try is what a code does, and the answer to whoever has put it in.
func (d *door) try(code string) (genstatem.Step[doorState], sim.Atom) {
	d.given = ""
	if code == d.code {
		d.wrong = 0
		return d.Next(doorOpen).StateTimeout(d.openFor, doorClose{}), "opened"
	}
	if d.wrong++; d.wrong < wrongMax {
		return d.Keep(), "denied"
	}
	return d.Next(doorAlarm).StateTimeout(d.alarmFor, doorClose{}), "denied"
}

type doorWatch struct {
	genserver.Base
	setting scenarios.Setting
	every   scenarios.Drawn
	most    time.Duration
}

// Init sets the first timer.
func (s *doorWatch) Init(p *sim.Proc) genserver.InitResult {
	p.SendAfter(s.every.Draw(p.Rand), p.Self(), tick)
	return genserver.Ok()
}

// HandleInfo looks at the door. That it is not there is not its affair.
func (s *doorWatch) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	if msg != any(tick) {
		return s.Base.HandleInfo(p, msg)
	}
	v, err := ask(p, s.setting.Address("door"), doorAsk{})
	if d, seen := v.(doorView); err == nil && seen && d.State == doorOpen && p.Now()-d.Since > s.most+patienceOfWatch {
		return genserver.Stop(sim.Atom("stands_open"))
	}
	p.SendAfter(s.every.Draw(p.Rand), p.Self(), tick)
	return genserver.NoReply()
}

// patienceOfWatch is what a watch allows for the way of a question.
const patienceOfWatch = 10 * time.Millisecond
