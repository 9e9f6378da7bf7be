package bench

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// mayfly sends its parent a message and ends.
type mayfly struct{}

func (mayfly) Start(p *sim.Proc) {
	p.SendTagged(p.Parent(), token, sim.Ref{}, 0, nil)
	p.Terminate(sim.Normal)
}

func (mayfly) Handle(*sim.Proc, *sim.Msg) {}

func spawnExit(n int, start func()) {
	world(func(p *sim.Proc) {
		start()
		for range n {
			p.SpawnHandler("mayfly", mayfly{}, never)
			await(p, 1)
		}
	})
}

func spawnExitBodies(n int, start func()) {
	world(func(p *sim.Proc) {
		start()
		for range n {
			p.Spawn("mayfly", func(p *sim.Proc) { p.SendTagged(p.Parent(), token, sim.Ref{}, 0, nil) })
			await(p, 1)
		}
	})
}

// deaf takes every message and does nothing.
type deaf struct{}

func (deaf) Handle(*sim.Proc, *sim.Msg) {}

// stormSize is how many processes are linked to the one that dies.
const stormSize = 1000

// hub spawns its links and waits to be killed.
type hub struct{}

func (hub) Start(p *sim.Proc) {
	for range stormSize {
		p.SpawnHandler("leaf", deaf{}, sim.SpawnOptions{NoBlock: true, Link: true})
	}
	p.SendTagged(p.Parent(), token, sim.Ref{}, 0, nil)
}

func (hub) Handle(p *sim.Proc, m *sim.Msg) { p.Terminate(sim.Atom("storm")) }

// linkStorm kills stars of linked processes: spawning them counts.
func linkStorm(n int, start func()) {
	world(func(p *sim.Proc) {
		start()
		for range n / stormSize {
			center, _ := p.SpawnHandler("hub", hub{}, never)
			await(p, 1)
			p.SendTagged(center, token, sim.Ref{}, 0, nil)
			p.Sleep(time.Millisecond)
		}
	})
}

// timers sets and cancels a timer while a million others are pending.
func timers(n int, start func()) {
	world(func(p *sim.Proc) {
		for i := range 1_000_000 {
			p.SendAfter(100_000*time.Second+time.Duration(i*7919%1_000_003)*time.Millisecond, p.Self(), nil)
		}
		start()
		for range n {
			p.CancelTimer(p.SendAfter(5*time.Second, p.Self(), nil))
		}
		p.ExitSelf(sim.Normal) // the pending ones end with us
	})
}

// Idle makes n processes that wait for a message, calls made when they do, and lets them go.
func Idle(n int, made func()) {
	w := sim.New(sim.Config{Seed: 1, Boot: func(p *sim.Proc) {
		for range n {
			p.SpawnHandler("idle", deaf{}, never)
		}
	}})
	defer w.Close()
	must(w.Run(sim.Forever))
	made()
}

// Blocked makes n processes that wait in the middle of their code, each on a stack, calls made when they
// do, and lets them go.
func Blocked(n int, made func()) {
	w := sim.New(sim.Config{Seed: 1, Boot: func(p *sim.Proc) {
		for range n {
			p.Spawn("blocked", func(p *sim.Proc) { sim.Any(p) })
		}
	}})
	defer w.Close()
	must(w.Run(sim.Forever))
	made()
}
