package observer_test

import (
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/application"
	"github.com/bedlam-sim/bedlam/sim/otp/genevent"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
	"github.com/bedlam-sim/bedlam/sim/otp/timer"
)

// pump is a server that is told how to begin, and does what it is told.
type pump struct {
	genserver.Base
	init func(p *sim.Proc) genserver.InitResult
	pid  sim.PID
}

func (s *pump) Init(p *sim.Proc) genserver.InitResult {
	p.TrapExit(true)
	if s.init != nil {
		return s.init(p)
	}
	return genserver.Ok()
}

func (s *pump) HandleCall(p *sim.Proc, req any, _ otp.From) genserver.Result {
	switch req := req.(type) {
	case time.Duration:
		p.Sleep(req)
	case sim.Addr:
		otp.CallAny(p, req, time.Hour, otp.Within(time.Minute))
	}
	return genserver.ReplyAny(req)
}

func (s *pump) HandleCast(p *sim.Proc, msg any) genserver.Result {
	s.HandleCall(p, msg, otp.From{})
	return genserver.NoReply()
}

// Terminate takes its time.
func (s *pump) Terminate(p *sim.Proc, _ sim.Reason) { p.Sleep(300 * time.Millisecond) }

// valve is open or shut.
type valve struct{ genstatem.Base[sim.Atom] }

func (v *valve) Init(*sim.Proc) genstatem.Step[sim.Atom] {
	return v.Next("shut").StateTimeout(90*time.Second, "rust")
}

func (v *valve) HandleEvent(*sim.Proc, sim.Atom, genstatem.Event) genstatem.Step[sim.Atom] {
	return v.Next("open")
}

// gauge is an event handler that does nothing.
type gauge struct{ genevent.Base }

// plant has something of everything. What is to be seen at a second: a supervisor that is starting one child
// while another is to be restarted, one that waits for a child's end while another child dies, servers that
// wait for each other.
var plant = application.Release{
	Apps: []application.Item{
		{App: application.App{Name: "pipes", Vsn: "1.2", Description: "pipes and valves"}},
		{App: application.App{Name: "plant", Deps: []sim.Atom{"pipes"}, Start: startPlant}},
		{App: application.App{Name: "spare"}, Type: application.LoadOnly},
	},
	Run: func(p *sim.Proc) { p.Spawn("story", story) },
}

func server(name string) otp.StartFunc {
	return genserver.Start(sim.Local(name), func() *pump { return &pump{} })
}

func startPlant(p *sim.Proc, _ application.StartType, _ any) (otp.Started, error) {
	return supervisor.StartLink(p, sim.Local("plant_sup"), supervisor.Spec{
		Strategy: supervisor.RestForOne,
		Children: []supervisor.Child{
			{ID: "events", Start: genevent.Start(sim.Local("events"))},
			{ID: "valve", Start: genstatem.Start(sim.Local("valve"), func() *valve { return &valve{} })},
			{ID: "pumps", Type: supervisor.Supervisor, Start: supervisor.Start(sim.Local("pumps"), pumps())},
			{ID: "leaks", Type: supervisor.Supervisor, Restart: supervisor.Transient, Start: supervisor.Start(nil, leaks())},
			{ID: "taps", Type: supervisor.Supervisor, Start: supervisor.Start(sim.Local("taps"), taps)},
		},
	})
}

// pumps: one of its children starts only once.
func pumps() supervisor.Spec {
	starts := 0
	once := func() *pump {
		return &pump{init: func(*sim.Proc) genserver.InitResult {
			if starts++; starts > 1 {
				return genserver.StopInit(sim.Atom("worn_out"))
			}
			return genserver.Ok()
		}}
	}
	return supervisor.Spec{
		Intensity: supervisor.Restarts(3, 10*time.Second),
		Children: []supervisor.Child{
			{ID: "north", Start: server("north")},
			{ID: "south", Start: genserver.Start(sim.Local("south"), once)},
			{ID: "off", Start: genserver.Start(nil, func() *pump {
				return &pump{init: func(*sim.Proc) genserver.InitResult { return genserver.Ignore() }}
			})},
		},
	}
}

// leaks: its children take their time to end.
func leaks() supervisor.Spec {
	return supervisor.Spec{Strategy: supervisor.OneForAll, Intensity: supervisor.Restarts(1, 5*time.Second), Children: []supervisor.Child{
		{ID: "left", Start: server("left")},
		{ID: "right", Start: server("right")},
		{ID: "middle", Start: server("middle")},
	}}
}

var taps = supervisor.Spec{Strategy: supervisor.SimpleOneForOne, Children: []supervisor.Child{
	{ID: "tap", Restart: supervisor.Temporary, Start: genserver.StartArgs(nil, func(...any) *pump { return &pump{} })},
}}

// story brings the plant to where it is interesting.
func story(p *sim.Proc) {
	genevent.AddHandler(p, sim.Local("events"), genevent.Module("gauge"), func() *gauge { return &gauge{} })
	for range 12 {
		supervisor.StartDynamic(p, sim.Local("taps"))
	}
	p.Spawn("observer", func(p *sim.Proc) { sys.Suspend(p, sim.Local("valve")); p.Sleep(time.Hour) })
	p.Spawn("idler", func(p *sim.Proc) { p.Priority(scheduler.Low); sim.Recv[string](p) })
	kill(p, "north")
	timer.SendInterval(p, 40*time.Second, sim.Local("north"), "tick")
	p.Sleep(990 * time.Millisecond)

	// South cannot be restarted, and will not be tried again before slow has started.
	south, _ := p.Whereis("south")
	p.Exit(south, sim.Kill)
	p.Spawn("builder", func(p *sim.Proc) {
		supervisor.StartChild(p, sim.Local("pumps"), supervisor.Child{ID: "slow", Start: genserver.Start(nil, func() *pump {
			return &pump{init: func(p *sim.Proc) genserver.InitResult { p.Sleep(time.Minute); return genserver.Ok() }}
		})})
	})
	p.Sleep(time.Millisecond)
	kill(p, "middle") // right must end before all three are started again; meanwhile left dies
	p.Sleep(time.Millisecond)
	kill(p, "left")

	north, _ := p.Whereis("north")
	otp.Cast(p, north, sim.Local("events"))
	for _, m := range []sim.Atom{"one", "two"} {
		p.Send(north, m)
	}
	otp.CallAny(p, north, "hello", otp.Within(sim.Forever))
}

func kill(p *sim.Proc, name sim.Name) {
	if pid, ok := p.Whereis(name); ok {
		p.Exit(pid, sim.Kill)
	}
	p.Sleep(time.Millisecond)
}
