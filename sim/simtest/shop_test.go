package simtest_test

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
	"github.com/bedlam-sim/bedlam/sim/simtest"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// The shop has one store, which knows how many things there are, and clients that add to it: they read, count and
// write, in two steps. Two who do so at the same time lose an update. That is the planted bug.

type (
	get   struct{ From sim.PID }
	value struct{ N int }
	set   struct{ N int }
)

func store(p *sim.Proc) {
	p.Register("store", p.Self())
	n := 0
	for {
		switch m, _ := sim.Any(p); m := m.(type) {
		case get:
			p.Send(m.From, value{n})
		case set:
			n = m.N
			p.Trace("stock", n)
		}
	}
}

func bootShop(p *sim.Proc) { p.Spawn("store", store) }

// add adds N things.
type add struct{ N int }

func (a add) String() string { return fmt.Sprint("add ", a.N) }

// Do adds in two steps.
func (a add) Do(p *sim.Proc) {
	p.Send(sim.Local("store"), get{p.Self()})
	v, err := sim.Recv[value](p, sim.After(time.Second))
	if err != nil {
		return
	}
	p.Sleep(100 * time.Microsecond)
	p.Send(sim.Local("store"), set{v.N + a.N})
}

// look looks, and harms nobody.
type look struct{}

func (look) String() string { return "look" }

// Do looks.
func (look) Do(p *sim.Proc) {
	p.Send(sim.Local("store"), get{p.Self()})
	sim.Recv[value](p, sim.After(time.Second))
}

func drawOp(d *simtest.Dice) simtest.Op {
	if d.N("kind", 2) == 0 {
		return look{}
	}
	return add{1 + d.N("n", 3)}
}

// growing: the stock only grows.
type growing struct {
	check.Base
	last int
}

func (g *growing) Observe(f sim.Fact) {
	if f.Kind != trace.User || f.Text != "stock" {
		return
	}
	g.Evaluate()
	n := f.Detail.(int)
	if n <= g.last {
		g.Break(f.At, "store", fmt.Sprintf("%d after %d", n, g.last))
	}
	g.last = n
}

// shop is a Spec of it. Operations begin at few different times, so that they meet.
func shop() simtest.Spec {
	return simtest.Spec{
		Name:  "shop",
		Boot:  bootShop,
		For:   10 * time.Second,
		Ops:   simtest.Ops{Draw: drawOp, Most: 12, Clients: 3, Within: 20 * time.Millisecond},
		Rules: func() []check.Rule { return []check.Rule{&growing{Base: check.NewBase("the stock grows", "always")}} },
		Bare:  true,
	}
}
