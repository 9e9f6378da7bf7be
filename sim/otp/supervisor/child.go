package supervisor

import "github.com/bedlam-sim/bedlam/sim"

// child is one entry of a supervisor's table.
type child struct {
	spec       *Child  // never changed in place: reports and callers hold on to it
	pid        sim.PID // its process; of a retried child, the process it had; zero if it has none
	phase      phase
	args       []any   // what a dynamic child was started with
	watch      sim.Ref // the monitor of a child that is being stopped
	prev, next *child
}

// phase is what a child's process is: OTP's pid, undefined and {restarting, _}.
type phase uint8

const (
	stopped  phase = iota
	running        // alive, for all the supervisor knows
	retrying       // it could not be restarted and will be tried again
)

// table holds a supervisor's children in the order in which they were started, and finds them by name or by
// process. It has no effects.
type table struct {
	first, last *child
	size        int
	byID        map[string]*child // nil if the children are dynamic, or few
	byPID       map[uint64]*child // by the birth number of the process; nil if the children are few
	template    *Child            // of dynamic children; nil if they are not
	retried     int               // OTP's dynamic_restarts: off by one for ever after a retried child was stopped
	ghost       *child            // what OTP 25 takes for a child whose process is called undefined
	spare       *child
}

// newTable makes the table of a supervisor before it has started anything. children have been checked.
func newTable(children []Child, dynamic bool) (t table) {
	if dynamic {
		t.template = settled(children[0])
		return t
	}
	specs, entries := make([]Child, len(children)), make([]child, len(children)) // at once: most trees stay as they are
	for i := range children {
		specs[i] = children[i].withDefaults()
		t.spare = &entries[i]
		t.add(&specs[i])
	}
	return t
}

// settled is a copy of a specification with nothing left open.
func settled(c Child) *Child {
	c = c.withDefaults()
	return &c
}

// serial is the birth number of a process, 0 for none.
func serial(pid sim.PID) uint64 {
	if pid.IsZero() {
		return 0
	}
	return pid.Identity().Serial
}

// add puts a stopped child last.
func (t *table) add(spec *Child) *child {
	c := t.spare
	if c == nil {
		c = new(child)
	} else {
		t.spare = c.next
	}
	*c = child{spec: spec}
	t.link(c)
	return c
}

func (t *table) link(c *child) {
	c.prev, c.next = t.last, nil
	if t.last == nil {
		t.first = c
	} else {
		t.last.next = c
	}
	t.last = c
	t.size++
	switch {
	case t.byPID != nil:
		t.enter(c)
	case t.size > few:
		t.index()
	}
}

// toFront moves the last child before all others.
func (t *table) toFront(c *child) {
	if c.prev == nil {
		return
	}
	t.last, c.prev.next = c.prev, nil
	c.prev, c.next = nil, t.first
	t.first.prev, t.first = c, c
}

// enter puts a child into the maps.
func (t *table) enter(c *child) {
	if t.byID != nil {
		t.byID[c.spec.ID] = c
	}
	if t.known(c) {
		t.byPID[serial(c.pid)] = c
	}
}

// few is up to how many children a look through all of them is cheaper than a map, which most supervisors
// never need.
const few = 12

// index makes the maps of a table that has become too large to be looked through.
func (t *table) index() {
	t.byPID = make(map[uint64]*child, 2*t.size)
	if t.template == nil {
		t.byID = make(map[string]*child, 2*t.size)
	}
	for c := t.first; c != nil; c = c.next {
		t.enter(c)
	}
}

// known is whether a child is found by its process: a retried one only if it is dynamic, for those are known
// by nothing else.
func (t *table) known(c *child) bool {
	return !c.pid.IsZero() && (c.phase == running || c.phase == retrying && t.template != nil)
}

// named is the child of that id; nil if there is none.
func (t *table) named(id string) *child {
	if t.byPID != nil {
		return t.byID[id]
	}
	if t.template != nil {
		return nil
	}
	for c := t.first; c != nil; c = c.next {
		if c.spec.ID == id {
			return c
		}
	}
	return nil
}

// with is the child that is known by that process; nil if there is none.
func (t *table) with(pid sim.PID) *child {
	if t.byPID != nil {
		return t.byPID[serial(pid)]
	}
	for c := t.first; c != nil; c = c.next {
		if c.pid == pid && t.known(c) {
			return c
		}
	}
	return nil
}

// addDynamic puts a running child of the template last.
func (t *table) addDynamic(pid sim.PID, args []any) *child {
	c := t.add(t.template)
	if t.template.Restart != Temporary {
		c.args = args // a temporary child is never started again
	}
	t.runs(c, pid)
	return c
}

// remove takes a child out of the table.
func (t *table) remove(c *child) {
	t.forget(c)
	if c.prev == nil {
		t.first = c.next
	} else {
		c.prev.next = c.next
	}
	if c.next == nil {
		t.last = c.prev
	} else {
		c.next.prev = c.prev
	}
	t.size--
	if t.byID != nil {
		delete(t.byID, c.spec.ID)
	}
	if t.ghost == c {
		t.ghost = nil
	}
	*c = child{next: t.spare}
	t.spare = c
}

// forget unties a child from its process.
func (t *table) forget(c *child) {
	if t.byPID != nil && !c.pid.IsZero() && t.byPID[serial(c.pid)] == c {
		delete(t.byPID, serial(c.pid))
	}
	c.pid, c.phase = sim.PID{}, stopped
}

// runs notes that a child runs as pid, or, if that is zero, that it chose not to run.
func (t *table) runs(c *child, pid sim.PID) {
	t.forget(c)
	if pid.IsZero() {
		return
	}
	c.pid, c.phase = pid, running
	if t.byPID != nil {
		t.byPID[serial(pid)] = c
	}
}

// retries notes that a child could not be restarted; was is the process that it had.
func (t *table) retries(c *child, was sim.PID) {
	t.forget(c)
	c.pid, c.phase = was, retrying
	if t.byPID != nil && t.known(c) {
		t.byPID[serial(was)] = c
	}
}

// vanished notes that a dynamic child chose not to be restarted, as OTP 25 does: the table keeps a child
// that has no process, one for all such (OTP-19029).
func (t *table) vanished(c *child) {
	if t.ghost != nil {
		t.remove(c)
		return
	}
	t.forget(c)
	t.ghost = c
}

// ended notes that a child has no process any more and gets none: a temporary or dynamic one is forgotten.
func (t *table) ended(c *child) {
	if t.template != nil || c.spec.Restart == Temporary {
		t.remove(c)
		return
	}
	t.forget(c)
}

// holding is the child that has that process and has not been found dead; nil if none has.
func (t *table) holding(pid sim.PID) *child {
	if c := t.with(pid); c != nil && c.phase == running {
		return c
	}
	return nil
}

// retriedAs is the child that a try-again message means, nil if there is nothing to try any more.
func (t *table) retriedAs(m tryAgain) *child {
	c := t.named(m.id)
	if t.template != nil && !m.pid.IsZero() {
		c = t.with(m.pid)
	}
	if c == nil || c.phase != retrying {
		return nil
	}
	return c
}

// significantLeft reports whether a significant child still has, or will get, a process.
func (t *table) significantLeft() bool {
	if t.template != nil {
		return t.size > 0
	}
	for c := t.first; c != nil; c = c.next {
		if c.spec.Significant && c.phase != stopped {
			return true
		}
	}
	return false
}

// update gives the table new specifications, which have been checked (SUP19). Children keep their
// processes; those that are specified no more stay, behind the others.
func (t *table) update(children []Child) {
	if t.template != nil {
		t.template = settled(children[0])
		for c := t.first; c != nil; c = c.next {
			c.spec = t.template
		}
		return
	}
	order := t.all()
	left := make(map[string]*child, len(order))
	for _, c := range order {
		left[c.spec.ID] = c
	}
	t.first, t.last, t.size, t.byID, t.byPID = nil, nil, 0, nil, nil
	for i := range children {
		c := left[children[i].ID]
		if c == nil {
			c = new(child)
		}
		delete(left, children[i].ID)
		c.spec = settled(children[i])
		t.link(c)
	}
	for _, c := range order {
		if left[c.spec.ID] == c {
			t.link(c)
		}
	}
}

// all lists the children in order.
func (t *table) all() []*child {
	list := make([]*child, 0, t.size)
	for c := t.first; c != nil; c = c.next {
		list = append(list, c)
	}
	return list
}
