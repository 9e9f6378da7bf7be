package conform

import (
	"fmt"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// localNode is the node of cases that name none. It is no atom that a case would use for something else.
const localNode = sim.Atom("nonode@nohost")

// factsMax ends a case that goes on for ever.
const factsMax = 1_000_000

// driver performs a case in a world and records it.
type driver struct {
	c     *Case
	world *sim.World
	stage *stage
	book  book
	now   int // virtual time in ms

	phase   time.Duration   // how far into a second of the machine's clock the case begins
	unheard map[string]bool // who is on a node that stops: of what they still do nothing is heard
	cluster bool            // the nodes are connected as real ones are
	pace    pace            // then: when all is quiet
	draws   uint64          // how often it has drawn
	loaded  bool            // the machine has more to do
	began   time.Duration   // and when time began
	moments time.Duration   // how many since the last sleep ended
}

// run performs the case from beginning to end.
func (d *driver) run() (*Recording, error) {
	rec := &Recording{Name: d.c.Name}
	if d.cluster {
		d.connectAll()
	}
	for _, place := range d.c.Procs {
		name, node, placed := strings.Cut(place, "@")
		if !placed {
			node = d.firstNode()
		}
		d.newPuppet(name, node)
	}
	if err := d.rest(); err != nil {
		return rec, err
	}
	d.collect()
	d.advance(d.phase)
	d.began = d.world.View().Now()
	for i, o := range d.c.Steps {
		d.do(i, o)
		step := Step{I: i, T: d.now}
		if err := d.rest(); err != nil {
			return rec, fmt.Errorf("step %d %s: %w", i, o, err)
		}
		d.record(&step)
		rec.Steps = append(rec.Steps, step)
	}
	rec.Alive = d.book.alive()
	return rec, nil
}

// do begins a step. Where the recordings come from, a sleep ends when it should, or a moment later, and each step after
// it takes a moment. So what should be due just when a sleep ends is not, and of two things due together the
// one that fewer steps had delayed comes first.
func (d *driver) do(i int, o Op) {
	if o.name() == "sleep" {
		d.now += int(o.span("ms", 0) / time.Millisecond)
		d.moments = 1
		d.advance(d.began + ms(d.now))
		return
	}
	if d.nodeStep(o) {
		return
	}
	if !d.cluster {
		d.moments++
		d.advance(d.began + ms(d.now) + d.moments*moment)
	}
	if o.name() == "batch" {
		d.tell(i, o, o.ops("ops"))
		return
	}
	d.tell(i, o, []Op{o})
}

// moment is what a step takes: too little to be seen.
const moment = time.Nanosecond

// advance lets time pass, whether or not anything is going to happen.
func (d *driver) advance(to time.Duration) {
	now := d.world.View().Now()
	if to <= now {
		return
	}
	d.world.At(to, "conform/advance", func() {})
	d.world.Run(to - now)
}

// tell has a puppet perform operations. One that is dead does nothing.
func (d *driver) tell(i int, o Op, ops []Op) {
	first, _, _ := strings.Cut(d.c.Procs[0], "@")
	by := o.textOr("by", first)
	if !d.book.living[by] {
		d.book.open = append(d.book.open, order{step: i})
		return
	}
	d.book.open = append(d.book.open, order{step: i, by: by})
	pid, _ := d.stage.things[by].(sim.PID)
	d.world.Send(pid, &command{i, ops})
}

// rest waits until a step is over.
func (d *driver) rest() error {
	if d.cluster {
		return d.restCluster()
	}
	return d.settle()
}

// settle waits until nothing can happen without time passing.
func (d *driver) settle() error {
	for {
		if err := d.calm(); err != nil || !d.seeOff() {
			return err
		}
	}
}

// calm lets the world do what it can without time passing.
func (d *driver) calm() error {
	if res := d.world.Settle(); res.Stop != sim.StopQuiet {
		return fmt.Errorf("the world stopped with %q instead of coming to rest", res.Stop)
	}
	return nil
}
