package programs

import (
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
	"github.com/bedlam-sim/bedlam/sim/otp/timer"
)

// An IoT gateway: a process for each device, whose connections come and go, and a registry of those that are
// there.

func init() {
	all["iot.Device"] = deviceProgram()
	all["iot.Registry"] = scenarios.Program{
		About: "Knows which devices are connected: they say so, and it monitors them. Every now and then it " +
			"counts; if it knows more than there are it exits with knows_the_dead.",
		Params: []scenarios.Param{
			{Name: "most", Type: scenarios.IntType, Required: true, Most: 1_000_000, About: "how many devices there are"},
			{Name: "every", Type: scenarios.DurationType, Default: "1s", Least: 1, About: "how often it counts"},
		},
		Requests: []scenarios.Request{{Name: "connected", Call: true, About: "answers how many devices are connected", Message: func(scenarios.Args) any { return iotCount{} }}},
		New: func(s scenarios.Setting) genserver.Server {
			return &iotRegistry{most: int(arg[int64](s.Args, "most")), every: arg[time.Duration](s.Args, "every"), devices: map[sim.PID]sim.Ref{}}
		},
	}
}

func deviceProgram(opts ...genstatem.Option) scenarios.Program {
	return scenarios.Program{
		About: "A device behind a gateway, a gen_statem: offline, connecting or online. If its connection flaps, " +
			"too often lost in too short a time, it exits with flapping.",
		Params: []scenarios.Param{
			{Name: "registry", Type: scenarios.ProcessType, Required: true, About: "whom it tells when it is " +
				"connected, and when not any more"},
			{Name: "up", Type: scenarios.DrawnType, Default: "exp(5s)", Least: 1, About: "how long a connection lasts"},
			{Name: "down", Type: scenarios.DrawnType, Default: "100ms..2s", Least: 1, About: "how long there is none"},
			{Name: "handshake", Type: scenarios.DrawnType, Default: "10ms..50ms", About: "how long connecting takes"},
			{Name: "flaps", Type: scenarios.IntType, Default: "5", Most: 1_000_000, About: "so many connections may be lost"},
			{Name: "within", Type: scenarios.DurationType, Default: "5s", Least: 1, About: "in so long a time"},
		},
		Requests: []scenarios.Request{
			{Name: "read", Call: true, About: "answers {ok, N}, or {error, offline}; while it connects, the question waits", Message: func(scenarios.Args) any { return iotRead{} }},
			{Name: "unplug", Cast: true, About: "ends its connection", Message: func(scenarios.Args) any { return iotUnplug{} }},
		},
		Kind: scenarios.MachineKind,
		Start: func(name sim.Addr, s scenarios.Setting) otp.StartFunc {
			return genstatem.Start[deviceState](name, func() *device { return newDevice(s) }, opts...)
		},
	}
}

// deviceState is a state of a device.
type deviceState string

const (
	deviceOffline    deviceState = "offline"
	deviceConnecting deviceState = "connecting"
	deviceOnline     deviceState = "online"
)

type (
	iotRead   struct{ otp.Returns[sim.Tuple] }
	iotUnplug struct{}
	iotCount  struct{ otp.Returns[int64] }
	// iotHello and iotBye are what a device tells the registry.
	iotHello struct{ Device sim.PID }
	iotBye   struct{ Device sim.PID }
	// iotNext is what its time-outs say: on to the next state.
	iotNext struct{}
)

type device struct {
	genstatem.Base[deviceState]
	setting             scenarios.Setting
	up, down, handshake scenarios.Drawn
	losses              rateWindow
	reads               int64
}

func newDevice(s scenarios.Setting) *device {
	return &device{
		setting: s, up: arg[scenarios.Drawn](s.Args, "up"), down: arg[scenarios.Drawn](s.Args, "down"), handshake: arg[scenarios.Drawn](s.Args, "handshake"),
		losses: rateWindow{limit: int(arg[int64](s.Args, "flaps")), per: arg[time.Duration](s.Args, "within")},
	}
}

// Init begins without a connection.
func (d *device) Init(*sim.Proc) genstatem.Step[deviceState] { return d.Next(deviceOffline) }

// Enter says how long a state lasts, and tells the registry.
func (d *device) Enter(p *sim.Proc, old, state deviceState) genstatem.Step[deviceState] {
	switch {
	case state == deviceOnline:
		d.tell(p, iotHello{p.Self()})
		return d.Keep().StateTimeout(d.up.Draw(p.Rand), iotNext{})
	case state == deviceConnecting:
		return d.Keep().StateTimeout(d.handshake.Draw(p.Rand), iotNext{})
	case old == deviceOnline:
		d.tell(p, iotBye{p.Self()})
		if !d.losses.take(p.Now()) {
			return d.Stop(sim.Atom("flapping"))
		}
	}
	return d.Keep().StateTimeout(d.down.Draw(p.Rand), iotNext{})
}

// tell tells the registry, if there is one.
func (d *device) tell(p *sim.Proc, msg any) {
	if registry := d.setting.Address("registry"); registry != nil {
		otp.Cast(p, registry, msg)
	}
}

// HandleEvent goes around the states, and answers.
func (d *device) HandleEvent(_ *sim.Proc, state deviceState, e genstatem.Event) genstatem.Step[deviceState] {
	switch c := e.Content.(type) {
	case iotNext:
		return d.Next(map[deviceState]deviceState{deviceOffline: deviceConnecting, deviceConnecting: deviceOnline, deviceOnline: deviceOffline}[state])
	case iotUnplug:
		if state == deviceOnline {
			return d.Next(deviceOffline)
		}
	case iotRead:
		return d.read(state, c, e.From)
	}
	return d.Keep()
}

// read answers a question as the connection has it.
func (d *device) read(state deviceState, req iotRead, from otp.From) genstatem.Step[deviceState] {
	switch state {
	case deviceConnecting:
		return d.Keep().Postpone()
	case deviceOffline:
		return d.Keep().Reply(from, genstatem.Answer(req, sim.Tuple{sim.Atom("error"), sim.Atom("offline")}))
	}
	d.reads++
	return d.Keep().Reply(from, genstatem.Answer(req, sim.Tuple{ok, d.reads}))
}

type iotRegistry struct {
	genserver.Base
	most    int
	every   time.Duration
	devices map[sim.PID]sim.Ref // the monitors of those that are connected
}

// Init counts every now and then, by a timer that does not drift.
func (s *iotRegistry) Init(p *sim.Proc) genserver.InitResult {
	timer.SendInterval(p, s.every, p.Self(), tick)
	return genserver.Ok()
}

// HandleCall answers how many are connected.
func (s *iotRegistry) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	if r, known := req.(iotCount); known {
		return genserver.Reply(r, int64(len(s.devices)))
	}
	return s.Base.HandleCall(p, req, from)
}

// HandleCast hears of connections.
func (s *iotRegistry) HandleCast(p *sim.Proc, msg any) genserver.Result {
	switch m := msg.(type) {
	case iotHello:
		s.devices[m.Device] = p.Monitor(m.Device)
	case iotBye:
		if ref, known := s.devices[m.Device]; known {
			p.Demonitor(ref, sim.Flush())
			delete(s.devices, m.Device)
		}
	default:
		return s.Base.HandleCast(p, msg)
	}
	return genserver.NoReply()
}

// HandleInfo hears of the end of devices, and counts.
func (s *iotRegistry) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	switch m := msg.(type) {
	case sim.Down:
		if pid, is := m.Object.(sim.PID); is {
			delete(s.devices, pid)
		}
	case sim.Atom:
		if m != tick {
			return s.Base.HandleInfo(p, msg)
		}
		return s.count(p)
	default:
		return s.Base.HandleInfo(p, msg)
	}
	return genserver.NoReply()
}

// count looks whether there are more than there can be: some must be dead then.
func (s *iotRegistry) count(p *sim.Proc) genserver.Result {
	p.Trace("connected", len(s.devices))
	if len(s.devices) > s.most {
		return genserver.Stop(sim.Atom("knows_the_dead"))
	}
	return genserver.NoReply()
}
