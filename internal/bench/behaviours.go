package bench

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
)

// inc asks a counter for its number, and to count on.
type inc struct{ otp.Returns[int] }

var anInc any = inc{} // boxed once

type counter struct {
	genserver.Base
	n int
}

func newCounter() *counter { return new(counter) }

func (c *counter) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	c.n++
	return genserver.Reply(inc{}, c.n)
}

func (c *counter) HandleCast(p *sim.Proc, msg any) genserver.Result {
	c.n++
	return genserver.NoReply()
}

func startCounter(p *sim.Proc, noBlock bool) sim.PID {
	var opts []genserver.Option
	if noBlock {
		opts = append(opts, genserver.NoBlock())
	}
	started, err := genserver.StartAlone(p, nil, newCounter, opts...)
	if err != nil {
		panic(err)
	}
	return started.PID
}

func ask(p *sim.Proc, to sim.Addr) {
	if _, err := otp.CallAny(p, to, anInc); err != nil {
		panic(err)
	}
}

func call(noBlock bool) func(n int, start func()) {
	return func(n int, start func()) {
		world(func(p *sim.Proc) {
			server := startCounter(p, noBlock)
			ask(p, server)
			start()
			for range n {
				ask(p, server)
			}
		})
	}
}

func cast(n int, start func()) {
	world(func(p *sim.Proc) {
		server := startCounter(p, true)
		ask(p, server)
		start()
		for range n {
			otp.Cast(p, server, anInc)
		}
		ask(p, server)
	})
}

type put struct {
	otp.Returns[int]
	key, value int
}

type get struct {
	otp.Returns[int]
	key int
}

type store struct {
	genserver.Base
	data map[int]int
}

func (s *store) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	switch r := req.(type) {
	case put:
		s.data[r.key] = r.value
		return genserver.Reply(r, r.value)
	case get:
		return genserver.Reply(r, s.data[r.key])
	}
	return s.Base.HandleCall(p, req, from)
}

// kv has 100 clients put and get at 10 servers.
func kv(n int, start func()) {
	const servers, clients = 10, 100
	world(func(p *sim.Proc) {
		var at [servers]sim.PID
		for i := range at {
			s, err := genserver.StartAlone(p, nil, func() *store { return &store{data: map[int]int{}} }, genserver.NoBlock())
			if err != nil {
				panic(err)
			}
			at[i] = s.PID
		}
		start()
		for c := range clients {
			p.Spawn("client", func(p *sim.Proc) {
				for k := range n / clients {
					putOrGet(p, at[:], (c*31+k*17)%1000, k)
				}
				p.SendTagged(p.Parent(), token, sim.Ref{}, 0, nil)
			})
		}
		await(p, clients)
	})
}

func putOrGet(p *sim.Proc, at []sim.PID, key, k int) {
	var err error
	if k%2 == 0 {
		_, err = otp.Call(p, at[key%len(at)], put{key: key, value: k})
	} else {
		_, err = otp.Call(p, at[key%len(at)], get{key: key})
	}
	if err != nil {
		panic(err)
	}
}

// worker tells somebody when it has started.
type worker struct {
	genserver.Base
	tell sim.PID
}

func (k *worker) Init(p *sim.Proc) genserver.InitResult {
	if !k.tell.IsZero() {
		p.SendTagged(k.tell, started, sim.Ref{}, 0, nil)
	}
	return genserver.Ok()
}

var started = sim.NewTag("started", func(m *sim.Msg) any { return m.From() })

// restarts kills the one child of each of some supervisors in turn.
func restarts(sups int) func(n int, start func()) {
	return func(n int, start func()) {
		world(func(p *sim.Proc) {
			p.TrapExit(true)
			me := p.Self()
			child := supervisor.Child{ID: "x", Start: genserver.Start(nil, func() *worker { return &worker{tell: me} }, genserver.NoBlock())}
			spec := supervisor.Spec{Intensity: supervisor.Restarts(1<<30, time.Second), Children: []supervisor.Child{child}}
			workers := make([]sim.PID, sups)
			for i := range workers {
				if _, err := supervisor.StartLink(p, nil, spec); err != nil {
					panic(err)
				}
				workers[i] = nextStarted(p)
			}
			start()
			for i := range n {
				p.Exit(workers[i%sups], sim.Kill)
				workers[i%sups] = nextStarted(p)
			}
		})
	}
}

func nextStarted(p *sim.Proc) sim.PID {
	m, _ := p.Await(sim.Mark{}, func(m *sim.Msg) bool { return m.Tag() == started }, sim.Forever)
	return m.From()
}

// tiny makes and ends n whole worlds, in one World that is reset between them.
func tiny(n int, start func()) {
	child := func(id string) supervisor.Child {
		return supervisor.Child{ID: id, Start: genserver.Start(nil, newCounter, genserver.NoBlock())}
	}
	spec := supervisor.Spec{Children: []supervisor.Child{child("a"), child("b"), child("c"), child("d")}}
	boot := func(p *sim.Proc) {
		sup, err := supervisor.StartLink(p, nil, spec)
		if err != nil {
			panic(err)
		}
		kids, err := supervisor.WhichChildren(p, sup.PID)
		if err != nil {
			panic(err)
		}
		for range 25 {
			for _, k := range kids {
				ask(p, k.PID)
			}
		}
		p.Unlink(sup.PID)
		ref := p.Monitor(sup.PID)
		p.Exit(sup.PID, sim.Shutdown)
		p.Await(sim.Mark{}, func(m *sim.Msg) bool { return otp.IsDown(m, ref) }, sim.Forever)
	}
	w := sim.New(sim.Config{})
	defer w.Close()
	start()
	for i := range n {
		w.Reset(sim.Config{Seed: uint64(i), Boot: boot})
		must(w.Run(time.Minute))
	}
}

// IdleServers makes n gen_servers that wait for a message, calls made when they do, and lets them go.
func IdleServers(n int, made func()) {
	w := sim.New(sim.Config{Seed: 1, Boot: func(p *sim.Proc) {
		for range n {
			startCounter(p, true)
		}
	}})
	defer w.Close()
	must(w.Run(sim.Forever))
	made()
}
