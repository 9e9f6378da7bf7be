package suite

import (
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// A model is OTP's rules for supervisors in plain words (SUP1 to SUP18). It knows no processes and no time but
// seconds. Where Erlang leaves open what comes first, pick says it.
type model struct {
	*tree
	state
	lo, hi  int64 // in which second it is, at least and at most
	pick    func(n int) int
	answers []string // to the requests of this burst, by operation
	ops     []operation
	todo    []int // of this burst: what has not been done yet
	cut     bool  // a supervisor was killed in this burst: how far it had got is not known
}

// state is what changes.
type state struct {
	sups []keeper // by node
	inc  []int    // the number of a node's last process
	dead []bool   // that one has ended
	arm  [][]fault
	bag  []event // what supervisors have not handled yet
}

// keeper is what a supervisor has.
type keeper struct {
	up     bool
	kids   []kid
	stamps []stamp // when restarts were
}

type kid struct {
	node  int
	phase phase
	inc   int // its process, or, while it is retried, the one that it had
}

type phase uint8

const (
	idle phase = iota
	runs
	retried
)

// stamp is the second of a restart, at least and at most.
type stamp struct{ lo, hi int64 }

// event is what a supervisor has in its mailbox.
type event struct {
	kind   eventKind
	sup    int
	supInc int
	node   int
	inc    int
	reason sim.Reason
	op     int // of a request
}

type eventKind uint8

const (
	exit eventKind = iota
	again
	request
)

func newModel(t *tree, ops []operation) *model {
	n := len(t.nodes)
	return &model{tree: t, ops: ops, state: state{sups: make([]keeper, n), inc: make([]int, n), dead: make([]bool, n), arm: make([][]fault, n)}}
}

func (s state) clone() state {
	c := state{slices.Clone(s.sups), slices.Clone(s.inc), slices.Clone(s.dead), slices.Clone(s.arm), slices.Clone(s.bag)}
	for i := range c.sups {
		c.sups[i].kids, c.sups[i].stamps = slices.Clone(c.sups[i].kids), slices.Clone(c.sups[i].stamps)
	}
	for i := range c.arm {
		c.arm[i] = slices.Clone(c.arm[i])
	}
	return c
}

// find is the kid that a node is for its supervisor; nil if it has none such.
func (m *model) find(node int) *kid {
	above := m.nodes[node].above
	if above < 0 {
		return nil
	}
	kids := m.sups[above].kids
	for i := range kids {
		if kids[i].node == node {
			return &kids[i]
		}
	}
	return nil
}

// alive is whether a node has a process that anybody counts on.
func (m *model) alive(node int) bool {
	b := m.nodes[node]
	if b.above < 0 {
		return m.sups[node].up
	}
	k := m.find(node)
	return k != nil && k.phase == runs && !m.dead[node] && m.alive(b.above)
}

// dies lets the process of a node end by itself.
func (m *model) dies(node int, reason sim.Reason) {
	m.dead[node] = true
	m.sups[node].up = false
	if above := m.nodes[node].above; above >= 0 {
		m.bag = append(m.bag, event{kind: exit, sup: above, supInc: m.inc[above], node: node, inc: m.inc[node], reason: reason})
	}
}

// The ends of a start.
type start uint8

const (
	started start = iota
	ignored
	failed
)

// begin starts a process for a node (SUP4).
func (m *model) begin(node int) start {
	b := m.nodes[node]
	m.inc[node]++
	m.dead[node] = false
	if b.sup != nil {
		return m.beginSup(node)
	}
	if len(m.arm[node]) == 0 {
		if m.struck(node) {
			return failed
		}
		m.felled(b.above)
		return started
	}
	f := m.arm[node][0]
	m.arm[node] = m.arm[node][1:]
	if m.struck(node) {
		return failed
	}
	if m.felled(b.above) {
		return started
	}
	switch f.kind {
	case stopsInit, panicsInit, killedInit, declines, failsLate:
		return failed
	case ignores:
		return ignored
	case killsOther:
		if o := m.nodes[f.whom]; o.above == b.above && f.whom != node && m.find(f.whom) != nil && m.find(f.whom).phase == runs && !m.dead[f.whom] {
			m.dies(f.whom, sim.Killed)
		}
	case killsAbove:
		m.cut = true
		m.dies(b.above, sim.Killed)
	case diesAtOnce:
		m.dead[node] = true
		m.bag = append(m.bag, event{kind: exit, sup: b.above, supInc: m.inc[b.above], node: node, inc: m.inc[node], reason: boom})
	}
	return started
}

// struck is whether a process is killed while it starts: then it has not started.
func (m *model) struck(node int) bool {
	for n, i := range m.todo {
		o := m.ops[i]
		if o.kind == ends && o.node == node && term.Is(o.reason, sim.Kill) && m.pick(2) == 1 {
			m.todo = slices.Delete(m.todo, n, n+1)
			m.dead[node] = true
			return true
		}
	}
	return false
}

// felled is whether a supervisor is killed, or one above it, while it waits for a start: what is to come of that, nobody
// hears.
func (m *model) felled(sup int) bool {
	for above := sup; above >= 0; above = m.nodes[above].above {
		if !m.sups[above].up {
			return false // it is all over already
		}
	}
	for n, i := range m.todo {
		o := m.ops[i]
		if o.kind == ends && m.nodes[o.node].sup != nil && m.under(sup, o.node) && m.pick(2) == 1 {
			m.todo = slices.Delete(m.todo, n, n+1)
			m.cut = true
			m.dies(o.node, sim.Killed)
			m.silence(o.node)
			return true
		}
	}
	return false
}

// under is whether a supervisor is another, or below it.
func (m *model) under(sup, other int) bool {
	for sup >= 0 && sup != other {
		sup = m.nodes[sup].above
	}
	return sup >= 0
}

// beginSup starts a supervisor and its children (SUP1, SUP3).
func (m *model) beginSup(node int) start {
	s := &m.sups[node]
	*s = keeper{up: true}
	for _, n := range m.nodes[node].below {
		s.kids = append(s.kids, kid{node: n})
	}
	if m.startFrom(node, 0) >= 0 {
		m.stopFrom(node, 0)
		s.up, m.dead[node] = false, true
	}
	if s.up && m.struck(node) {
		m.cut = true
		m.silence(node)
	}
	if !s.up {
		return failed
	}
	return started
}

// startFrom starts a supervisor's kids from a place on, and returns the place of the one that failed, or -1.
func (m *model) startFrom(sup, from int) int {
	s := &m.sups[sup]
	for i := from; i < len(s.kids); i++ {
		r := m.begin(s.kids[i].node)
		k := &s.kids[i]
		switch {
		case !s.up:
			return -1
		case r == failed:
			return i
		case r == ignored && m.temporary(k.node):
			s.kids = slices.Delete(s.kids, i, i+1)
			i--
		case r == ignored:
			k.phase = idle
		default:
			k.phase, k.inc = runs, m.inc[k.node]
		}
	}
	return -1
}

func (m *model) temporary(node int) bool {
	return m.nodes[node].spec.Restart == supervisor.Temporary
}

// stop ends a kid's process (SUP12): what it was about to tell is not heard any more.
func (m *model) stop(k *kid) {
	if k.phase == runs {
		m.silence(k.node)
	}
}

// silence ends a process and all below it.
func (m *model) silence(node int) {
	m.dead[node] = true
	m.sups[node].up = false
	for _, k := range m.sups[node].kids {
		m.silence(k.node)
	}
}

// stopFrom stops kids, the last first (SUP1). Temporary ones are forgotten.
func (m *model) stopFrom(sup, from int) {
	s := &m.sups[sup]
	for i := len(s.kids) - 1; i >= from; i-- {
		m.stop(&s.kids[i])
		s.kids[i].phase = idle
		if m.temporary(s.kids[i].node) {
			s.kids = slices.Delete(s.kids, i, i+1)
		}
	}
}

// ended forgets a kid's process, and the kid, if it is not to come back.
func (m *model) ended(sup, place int) {
	s := &m.sups[sup]
	s.kids[place].phase = idle
	if n := s.kids[place].node; m.temporary(n) || m.nodes[n].shared {
		s.kids = slices.Delete(s.kids, place, place+1)
	}
}

// finish ends a supervisor that gives up (SUP10, SUP16).
func (m *model) finish(sup int) {
	m.stopFrom(sup, 0)
	m.dies(sup, sim.Shutdown)
}

func (m *model) place(sup, node int) int {
	return slices.IndexFunc(m.sups[sup].kids, func(k kid) bool { return k.node == node })
}

// exited is what a supervisor does when a kid has ended by itself (SUP6).
func (m *model) exited(e event) {
	i := m.place(e.sup, e.node)
	if i < 0 || m.sups[e.sup].kids[i].phase != runs || m.sups[e.sup].kids[i].inc != e.inc {
		return
	}
	spec := m.nodes[e.node].spec
	if spec.Restart == supervisor.Permanent || spec.Restart == supervisor.Transient && !orderly(e.reason) {
		m.restart(e.sup, i)
		return
	}
	m.ended(e.sup, i)
	if spec.Significant && m.ends(e.sup) {
		m.finish(e.sup)
	}
}

// ends is whether a supervisor ends with a significant kid (SUP16).
func (m *model) ends(sup int) bool {
	switch m.nodes[sup].sup.AutoShutdown {
	case supervisor.AnySignificant:
		return true
	case supervisor.AllSignificant:
		return !slices.ContainsFunc(m.sups[sup].kids, func(k kid) bool { return m.nodes[k.node].spec.Significant && k.phase != idle })
	}
	return false
}

func orderly(reason sim.Reason) bool {
	t, tuple := reason.(sim.Tuple)
	return term.Is(reason, sim.Normal) || term.Is(reason, sim.Shutdown) || tuple && len(t) == 2 && term.Is(t[0], sim.Shutdown)
}

// restart restarts what the strategy says (SUP7), unless that is once too often (SUP9).
func (m *model) restart(sup, i int) {
	s := &m.sups[sup]
	spec := m.nodes[sup].sup
	if !m.within(s, spec.Intensity) {
		m.ended(sup, i)
		m.finish(sup)
		return
	}
	if spec.Strategy == supervisor.OneForOne || spec.Strategy == supervisor.SimpleOneForOne {
		m.restartOne(sup, i)
		return
	}
	first := i
	if spec.Strategy == supervisor.OneForAll {
		first = 0
	}
	s.kids[i].phase = idle
	m.stopFrom(sup, first)
	if i := m.startFrom(sup, first); i >= 0 {
		m.retry(sup, i)
	}
}

func (m *model) restartOne(sup, i int) {
	s := &m.sups[sup]
	node := s.kids[i].node
	r := m.begin(node)
	switch {
	case !s.up:
	case r == failed:
		m.retry(sup, i)
	case r == ignored && m.nodes[node].shared:
		s.kids = slices.Delete(s.kids, i, i+1)
	case r == ignored:
		s.kids[i].phase = idle
	default:
		s.kids[i].phase, s.kids[i].inc = runs, m.inc[node]
	}
}

// retry has a kid tried again, behind all else (SUP11).
func (m *model) retry(sup, i int) {
	k := &m.sups[sup].kids[i]
	k.phase = retried
	m.bag = append(m.bag, event{kind: again, sup: sup, supInc: m.inc[sup], node: k.node})
}

// within counts a restart. If the seconds do not say whether it counts together with others, both may be.
func (m *model) within(s *keeper, in supervisor.Intensity) bool {
	period := int64(in.Period / time.Second)
	s.stamps = append(s.stamps, stamp{m.lo, m.hi})
	least, most := s.count(stamp{m.lo, m.hi}, period)
	switch {
	case most <= in.Max:
		return true
	case least > in.Max:
		return false
	}
	return m.pick(2) == 0
}

// count is how many restarts count together with one at now, at least and at most.
func (s *keeper) count(now stamp, period int64) (least, most int) {
	for _, t := range s.stamps {
		if t.hi >= now.lo-period {
			most++
		}
		if t.lo >= now.hi-period {
			least++
		}
	}
	return least, most
}

// handle is one turn of a supervisor.
func (m *model) handle(e event) {
	if s := &m.sups[e.sup]; !s.up || m.inc[e.sup] != e.supInc {
		if e.kind == request {
			m.answers[e.op] = lost
		}
		return
	}
	switch e.kind {
	case exit:
		m.exited(e)
	case again:
		if i := m.place(e.sup, e.node); i >= 0 && m.sups[e.sup].kids[i].phase == retried {
			m.restart(e.sup, i)
		}
	case request:
		answer := m.serve(e, m.ops[e.op])
		if !m.sups[e.sup].up {
			answer = lost
		}
		m.answers[e.op] = answer
	}
}

// The answers of a supervisor, in a word each.
const (
	fine = "ok"
	lost = "lost" // the supervisor has ended
	any_ = "any"  // more than one will do
)

// serve is what a supervisor answers (SUP13, SUP15).
func (m *model) serve(e event, o operation) string {
	i := m.place(e.sup, e.node)
	s := &m.sups[e.sup]
	shared := m.nodes[e.node].shared
	switch o.kind {
	case starts:
		r := m.begin(e.node)
		switch {
		case !s.up:
		case r == failed:
			return "failed"
		case r == ignored && (shared || m.temporary(e.node)):
		case r == ignored:
			s.kids = append(s.kids, kid{node: e.node})
		default:
			s.kids = append(s.kids, kid{e.node, runs, m.inc[e.node]})
		}
		return fine
	case terminates:
		switch {
		case shared && (i < 0 || s.kids[i].inc != e.inc):
			return any_ // it may be dying, or dead
		case i < 0:
			return "not_found"
		}
		m.stop(&s.kids[i])
		m.ended(e.sup, i)
		return fine
	}
	switch {
	case shared:
		return "simple_one_for_one"
	case i < 0:
		return "not_found"
	case s.kids[i].phase == runs:
		return "running"
	case s.kids[i].phase == retried:
		return "restarting"
	case o.kind == deletes:
		s.kids = slices.Delete(s.kids, i, i+1)
		return fine
	}
	r := m.begin(e.node)
	switch {
	case !s.up:
	case r == failed:
		return "failed"
	case r == started:
		s.kids[i].phase, s.kids[i].inc = runs, m.inc[e.node]
	}
	return fine
}

// act is what an operation does at once.
func (m *model) act(i int, o operation) {
	b := m.nodes[o.node]
	switch o.kind {
	case ends:
		if !m.alive(o.node) {
			return
		}
		reason := o.reason
		if term.Is(reason, sim.Kill) {
			reason = sim.Killed
		}
		m.cut = m.cut || b.sup != nil
		m.dies(o.node, reason)
	case arms:
		m.arm[o.node] = append(m.arm[o.node], o.fault)
	default:
		if b.above < 0 {
			return
		}
		if !m.alive(b.above) {
			m.answers[i] = lost
			return
		}
		m.bag = append(m.bag, event{kind: request, sup: b.above, supInc: m.inc[b.above], node: o.node, inc: m.inc[o.node], op: i})
	}
}

// burst plays operations of one burst, and what comes of them, in the order that pick says.
func (m *model) burst(todo []int) {
	m.todo = slices.Clone(todo)
	for len(m.todo)+len(m.bag) > 0 {
		n := m.pick(len(m.todo) + len(m.bag))
		if n < len(m.todo) {
			i := m.todo[n]
			m.todo = slices.Delete(m.todo, n, n+1)
			m.act(i, m.ops[i])
			continue
		}
		n -= len(m.todo)
		e := m.bag[n]
		m.bag = slices.Delete(m.bag, n, n+1)
		m.handle(e)
	}
}
