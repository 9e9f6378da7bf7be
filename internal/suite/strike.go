package suite

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
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
	failsLate  // {stop, Reason}, after a while
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
		o.node = (1 + d.value(id, 1, len(t.nodes))) % len(t.nodes)
		if i > 0 {
			how := d.value(id, 8, 8)
			if ops[i-1].kind == arms {
				how += 4
			}
			o.node = t.near(ops[i-1].node, how, o.node)
		}
		b := t.nodes[o.node]
		n := d.value(id, 2, 12)
		if i < 3 && sups[len(sups)-1].sup.Strategy == supervisor.SimpleOneForOne {
			n = 11
		}
		if i > 0 && ops[i-1].kind == arms && n > 2 {
			n = 0
		}
		switch {
		case n < 4:
			o.kind, o.reason = ends, endReasons[d.value(id, 3, len(endReasons))]
		case n < 8 && b.sup == nil:
			o.kind = arms
			o.fault = fault{kind: mishap(d.value(id, 3, mishaps)), whom: t.near(o.node, 4, d.value(id, 4, len(t.nodes)))}
		case n < 8:
			o.kind = ends
		case n < 9:
			o.kind = terminates
		case n < 10:
			o.kind = []opKind{restarts, deletes}[d.value(id, 3, 2)]
		default:
			o.kind = starts
			above := sups[d.value(id, 3, len(sups))]
			if s := sups[len(sups)-1]; i < 3 && s.sup.Strategy == supervisor.SimpleOneForOne {
				above = s
			}
			c := t.grow(d, part(id, "new", 0), above, true)
			o.node = c.id
		}
		if o.kind == ends && b.sup != nil {
			o.reason = sim.Kill
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
		o.chase(d, id, t, ops, i)
	}
	return ops
}

// near is a node that has to do with another: itself, its supervisor, a brother; or else otherwise.
func (t *tree) near(node, how, otherwise int) int {
	b := t.nodes[node]
	switch {
	case how >= 5:
		return node
	case b.above < 0 || how < 3:
		return otherwise
	case how == 3:
		return b.above
	}
	brothers := t.nodes[b.above].below
	if len(brothers) == 0 {
		return node
	}
	return brothers[otherwise%len(brothers)]
}

// chase lets operations follow on each other that together are more than each alone: while a restart is under way that
// will fail, or a stop that takes its time, something is asked of the supervisor, or it is killed.
func (o *operation) chase(d *draws, id uint64, t *tree, ops []operation, i int) {
	if i < 2 || o.kind == starts || d.value(id, 9, 2) == 0 {
		return
	}
	last, before := ops[i-1], ops[i-2]
	above := t.nodes[last.node].above
	switch {
	case above < 0:
	case last.kind == terminates && t.nodes[last.node].worker != plain:
		o.kind, o.node, o.reason = ends, above, sim.Kill
	case last.kind == ends && before.kind == arms && before.node == last.node:
		o.kind, o.node = []opKind{terminates, deletes, terminates, restarts}[d.value(id, 10, 4)], last.node
		ops[i-2].joins = false // at rest before
		ops[i-2].fault.kind, ops[i-1].reason, ops[i-1].after = failsLate, boom, 0
		last = ops[i-1]
	default:
		return
	}
	o.joins, o.after = true, last.after+20*time.Millisecond
}
