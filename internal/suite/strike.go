package suite

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// An operation is something done to a tree from outside: a strike, or a request to a supervisor.
type operation struct {
	kind   opKind
	node   int        // whom it is about
	reason sim.Reason // of a strike
	fault  fault      // of an arming
	wait   time.Duration
	after  time.Duration // behind the first of its burst
	joins  bool          // it is of the same burst as the one before: nobody waits until all is quiet
}

type opKind uint8

const (
	ends       opKind = iota // a process is made to end
	arms                     // something will happen in a worker's next init
	terminates               // terminate_child
	restarts
	deletes
	starts // start_child of a node that is not there yet
)

// fault is what happens when a worker is started.
type fault struct {
	kind mishap
	whom int // the brother that is killed
}

type mishap uint8

const (
	stopsInit  mishap = iota // {stop, Reason}
	panicsInit               // init crashes
	killedInit               // the process is killed in init
	ignores
	declines   // {error, Reason}
	tarries    // init takes a while
	killsOther // init kills a brother
	killsAbove // init kills the supervisor
	diesAtOnce // init is well, and the process ends behind it
	mishaps    = iota
)

const boom = sim.Atom("boom")

var endReasons = [...]sim.Reason{sim.Kill, boom, sim.Normal, sim.Shutdown, sim.Tuple{sim.Shutdown, sim.Atom("over")}}

// operations are how many there are in a run.
const operations = 12

// drawOps draws what is done to a tree. Nodes that operations start are added to it.
func drawOps(d *draws, id uint64, t *tree) []operation {
	var sups []*branch
	for _, b := range t.nodes {
		if b.sup != nil {
			sups = append(sups, b)
		}
	}
	ops := make([]operation, operations)
	for i := range ops {
		id := part(id, "operation", i)
		o := &ops[i]
		o.node = d.value(id, 1, len(t.nodes))
		b := t.nodes[o.node]
		switch n := d.value(id, 2, 12); {
		case n < 5:
			o.kind, o.reason = ends, endReasons[d.value(id, 3, len(endReasons))]
			if b.sup != nil {
				o.reason = sim.Kill
			}
		case n < 8:
			o.kind = arms
			o.fault = fault{kind: mishap(d.value(id, 3, mishaps)), whom: d.value(id, 4, len(t.nodes))}
			if b.sup != nil {
				o.kind, o.reason = ends, sim.Kill
			}
		case n < 9:
			o.kind = terminates
		case n < 10:
			o.kind = []opKind{restarts, deletes}[d.value(id, 3, 2)]
		default:
			o.kind = starts
			c := t.grow(d, part(id, "new", 0), sups[d.value(id, 3, len(sups))], true)
			o.node = c.id
		}
		o.joins = d.value(id, 5, 5) > 1 && i > 0
		if o.kind == arms {
			o.joins = false
		}
		if i > 0 && ops[i-1].kind == arms {
			o.joins = true
		}
		o.wait = time.Duration(1+d.value(id, 6, 5)) * 500 * time.Millisecond
		o.after = [...]time.Duration{0, 0, 20 * time.Millisecond, slowTime, 2 * slowTime}[d.value(id, 7, 5)]
	}
	return ops
}
