package suite

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
)

// A tree is what is supervised, as it is specified: node 0 is its root, and a node comes behind the one above it.
type tree struct{ nodes []*branch }

// branch is a place in a tree: a supervisor, or a worker.
type branch struct {
	id, above int
	spec      supervisor.Child // without its Start
	sup       *supervisor.Spec // without its Children; nil: a worker
	below     []int            // of a supervisor: its static children, in their order
	worker    worker           // of a simple_one_for_one supervisor: what its children are
	dynamic   bool             // it is there when an operation has started it
	shared    bool             // its supervisor is simple_one_for_one
	deep      int
}

// worker is how a worker behaves when it is stopped.
type worker uint8

const (
	plain    worker = iota // dies of the exit signal
	trapping               // traps exits, and says when it terminates
	slow                   // takes a while for it
	deaf                   // takes no notice of shutdown
)

func (b *branch) name() string { return fmt.Sprint("n", b.id) }

const (
	mostDeep  = 4
	mostNodes = 14
	slowTime  = 120 * time.Millisecond
)

// drawTree grows a random tree. The dull one is a supervisor with one permanent worker.
func drawTree(d *draws, id uint64) *tree {
	t := &tree{}
	t.nodes = append(t.nodes, &branch{id: 0, above: -1})
	t.supervise(d, part(id, "root", 0), t.nodes[0])
	return t
}

// supervise makes a branch a supervisor and draws what it has.
func (t *tree) supervise(d *draws, id uint64, b *branch) {
	spec := &supervisor.Spec{
		Strategy:  [...]supervisor.Strategy{supervisor.OneForOne, supervisor.RestForOne, supervisor.OneForAll, supervisor.SimpleOneForOne}[d.value(id, 1, 4)],
		Intensity: supervisor.Restarts([...]int{2, 1, 3, 0, 5, 1}[d.value(id, 2, 6)], time.Duration(1+d.value(id, 3, 3))*time.Second),
	}
	if spec.Strategy != supervisor.SimpleOneForOne {
		spec.AutoShutdown = [...]supervisor.AutoShutdown{supervisor.Never, supervisor.Never, supervisor.AnySignificant, supervisor.AllSignificant}[d.value(id, 4, 4)]
	}
	b.sup = spec
	if spec.Strategy == supervisor.SimpleOneForOne {
		c := &branch{above: b.id, deep: b.deep + 1, shared: true}
		t.work(d, part(id, "template", 0), c) // the template: not in the tree, but what is made of it is like it
		b.worker, b.sup.Children = c.worker, []supervisor.Child{c.spec}
		return
	}
	for i := range 1 + d.value(id, 5, 4) {
		if len(t.nodes) >= mostNodes {
			break
		}
		t.grow(d, part(id, "child", i), b, false)
	}
}

// grow draws a child of b.
func (t *tree) grow(d *draws, id uint64, b *branch, dynamic bool) *branch {
	c := &branch{id: len(t.nodes), above: b.id, dynamic: dynamic, deep: b.deep + 1}
	t.nodes = append(t.nodes, c)
	if !dynamic {
		b.below = append(b.below, c.id)
	}
	c.shared = b.sup.Strategy == supervisor.SimpleOneForOne
	if c.shared {
		c.spec, c.worker = b.sup.Children[0], b.worker
		return c
	}
	t.work(d, id, c)
	if b.sup.AutoShutdown.String() != string(supervisor.Never) && c.spec.Restart != supervisor.Permanent {
		c.spec.Significant = d.value(id, 6, 2) == 0
	}
	if !dynamic && c.deep < mostDeep && d.value(id, 7, 4) == 3 {
		c.spec.Type = supervisor.Supervisor
		c.spec.Shutdown = supervisor.Infinity
		c.worker = plain
		t.supervise(d, part(id, "sup", 0), c)
	}
	return c
}

// work draws what a worker is like.
func (t *tree) work(d *draws, id uint64, c *branch) {
	c.spec.ID = c.name()
	c.spec.Restart = [...]supervisor.Restart{supervisor.Permanent, supervisor.Transient, supervisor.Temporary}[d.value(id, 1, 3)]
	c.worker = worker(d.value(id, 2, 4))
	c.spec.Shutdown = [...]supervisor.Shutdown{supervisor.After(300 * time.Millisecond), supervisor.BrutalKill, supervisor.After(0)}[d.value(id, 3, 3)]
}
