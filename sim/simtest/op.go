package simtest

import (
	"fmt"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Op is an operation of a workload: plain data, so that it can be drawn, left out and printed.
type Op interface {
	// String prints it: put x 3.
	String() string
	// Do does it. It is run by a process of its own, and what it draws there is keyed by its place in the workload.
	Do(p *sim.Proc)
}

// Ops is a workload: operations that are drawn for each run and done by clients, each of which does one after the other. The zero
// Ops is none.
type Ops struct {
	Draw    func(d *Dice) Op // draws one
	Least   int              // how many there are at least
	Most    int              // and at most; 0: 20, or Least if that is more
	Clients int              // how many processes do them; 0: one
	Nodes   []sim.Atom       // where clients are, in turns; none: the first node
	From    time.Duration    // they begin not before; 0: a second, or a tenth of the run's time, in which nodes boot
	Within  time.Duration    // and so much later at most; 0: half of the run's time
}

func (o *Ops) most() int {
	switch {
	case o.Draw == nil:
		return 0
	case o.Most == 0:
		return max(o.Least, 20)
	}
	return max(o.Least, o.Most)
}

// bootTime is how long a world is left to itself before anybody asks anything of it.
const bootTime = time.Second

func (o *Ops) from(length time.Duration) time.Duration {
	if o.From > 0 {
		return o.From
	}
	return min(bootTime, length/10)
}

func (o *Ops) clients() int { return max(o.Clients, 1) }

// timedOp is an operation with its time and its client.
type timedOp struct {
	at     time.Duration
	client int
	op     Op
}

// String prints at 1.5s client 2: put x 3.
func (t timedOp) String() string {
	return fmt.Sprintf("op at %v client %d: %v", t.at, t.client, t.op)
}

// draw draws a workload. Its times are whole milliseconds.
func (o *Ops) draw(source *choice.Source, length time.Duration) []timedOp {
	if o.Draw == nil {
		return nil
	}
	n := o.Least + source.Choose(opKey("how many", ""), o.most()-o.Least+1)
	ops := make([]timedOp, 0, n)
	for i := range n {
		ops = append(ops, o.one(source, i, length))
	}
	return ops
}

func (o *Ops) one(source *choice.Source, i int, length time.Duration) timedOp {
	within := o.Within
	if within == 0 {
		within = length / 2
	}
	d := &Dice{source, fmt.Sprint(i)}
	t := timedOp{at: o.from(length) + d.Time("at", within), client: d.N("client", o.clients())}
	if t.op = o.Draw(d); t.op == nil {
		panic(mistaken("Spec.Ops.Draw answered nil, which is no operation"))
	}
	return t
}

func opKey(i, what string) choice.Key {
	return choice.Key{Domain: choice.Value, ID: choice.ID("op", i, what)}
}

// Dice draw what an operation is. Each question has a name of its own, and 0 is the dull answer to all: what a failure
// does not need becomes that.
type Dice struct {
	source *choice.Source
	which  string
}

// N draws a number from 0 to n-1. To ask twice for the same thing is to get the same answer.
func (d *Dice) N(what string, n int) int { return d.source.Choose(opKey(d.which, what), n) }

// Time draws a time of whole milliseconds below most.
func (d *Dice) Time(what string, most time.Duration) time.Duration {
	return time.Duration(d.N(what, max(1, int(most/time.Millisecond)))) * time.Millisecond
}

// OneOf draws one of some values, of which the first is the dull one.
func OneOf[V any](d *Dice, what string, values ...V) V { return values[d.N(what, len(values))] }

// clients do the operations of a run.
type clients struct {
	ops   *Ops
	world *sim.World
	first sim.Atom // the first node
	pids  []sim.PID
	doing map[sim.PID]Op // by whom
	begun int            // how many a client was there for
}

func newClients(w *sim.World, o *Ops, first sim.Atom) *clients {
	return &clients{ops: o, world: w, first: first, pids: make([]sim.PID, o.clients()), doing: map[sim.PID]Op{}}
}

// schedule puts an operation on the world's calendar.
func (c *clients) schedule(i int, t timedOp) {
	c.world.At(t.at, fmt.Sprint("op ", i), func() { c.begin(i, t) })
}

// begin hands an operation to its client, who is started when there is something to do: its node may have been down since. An
// operation for a node that is down is lost.
func (c *clients) begin(i int, t timedOp) {
	if !c.world.View().Alive(c.pids[t.client]) {
		node := c.first
		if len(c.ops.Nodes) > 0 {
			node = c.ops.Nodes[t.client%len(c.ops.Nodes)]
		}
		c.pids[t.client] = c.world.SpawnAt(node, fmt.Sprint("client ", t.client), func(p *sim.Proc) { p.Become(&client{all: c}) })
	}
	if pid := c.pids[t.client]; !pid.IsZero() {
		c.begun++
		c.world.Send(pid, job{fmt.Sprint("op ", i), t.op})
	}
}

// job is what a client is told to do.
type job struct {
	role string
	op   Op
}

// client does one operation after the other, each in a process of its own: one that crashes takes nobody with it, and what
// it draws is not moved by those before it. It is a handler, so it never waits in the middle of its code.
type client struct {
	all   *clients
	busy  sim.Ref
	queue []job
}

// Handle takes a job, or hears that one is done.
func (c *client) Handle(p *sim.Proc, m *sim.Msg) {
	switch v := m.Value().(type) {
	case job:
		c.queue = append(c.queue, v)
	case sim.Down:
		if v.Ref == c.busy {
			c.busy = sim.Ref{}
		}
	}
	if c.busy != (sim.Ref{}) || len(c.queue) == 0 {
		return
	}
	next := c.queue[0]
	c.queue = slices.Delete(c.queue, 0, 1)
	_, c.busy = p.SpawnMonitor(next.role, func(p *sim.Proc) {
		c.all.doing[p.Self()] = next.op
		next.op.Do(p)
	})
}
