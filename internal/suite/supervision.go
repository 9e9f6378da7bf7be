package suite

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// SupervisionElements is how many operations a run of Supervision declares.
const SupervisionElements = operations

// The rules of Supervision; ruleQuiet is one of all suites.
const (
	ruleModel     = "supervision: not as the model"
	ruleAnswer    = "supervision: answers otherwise than the model"
	ruleOrphan    = "I8: a process is left that nobody supervises"
	ruleQuiet     = "it does not come to rest"
	ruleStopOrder = "SUP1: stopped before a brother that was started later"
	ruleBrutal    = "SUP12: brutal_kill asked"
	ruleTerminate = "GS6: ended with its parent without Terminate"
)

// Supervision plays a random tree of supervisors and what strikes it, in init, in restarts and in shutdowns. Whenever all
// is quiet it must be one of the trees that the model allows (SUP1 to SUP18), with no process beside it (I8).
func (b *Bed) Supervision(p plan.Plan, m mutant.Mutant, rec *choice.Recording) plan.Outcome {
	return b.supervise(drawing(p, rec), p, m)
}

func (b *Bed) supervise(d *draws, p plan.Plan, m mutant.Mutant) plan.Outcome {
	pl := &play{}
	b.lay(d, sim.Config{ReductionCost: sim.Free, Observer: pl, Boot: pl.boot}, m)
	pl.draw(d, b.world)
	pl.run(p)
	return b.outcome(&pl.verdict, d)
}

// play is a tree that is alive.
type play struct {
	verdict
	*tree
	w         *sim.World
	ops       []operation
	model     *model
	at        []place
	answers   []string
	addressed []sim.PID // the supervisors that were asked, by operation
	stopping  []int     // nodes that requests of this burst stop
	root      otp.Started
	odometer  odometer
	undecided bool
}

// place is what is known of a node's process.
type place struct {
	pid, sup sim.PID
	arm      []fault
	told     bool    // it was told to end
	said     bool    // it has said that it terminates
	last     sim.PID // which it was when all was quiet
	lastInc  int     // and which the model had then
}

func (pl *play) draw(d *draws, w *sim.World) {
	id := choice.ID("supervision")
	t := drawTree(d, id)
	pl.set(w, t, drawOps(d, id, t))
}

func (pl *play) set(w *sim.World, t *tree, ops []operation) {
	pl.w, pl.tree, pl.ops = w, t, ops
	pl.model = newModel(pl.tree, pl.ops)
	pl.at = make([]place, len(pl.nodes))
	pl.answers, pl.addressed = make([]string, len(pl.ops)), make([]sim.PID, len(pl.ops))
}

// boot starts the tree. The first process is the root's parent.
func (pl *play) boot(p *sim.Proc) {
	p.TrapExit(true)
	st, err := pl.starter(0)(p)
	if err != nil {
		pl.fail(p.Now(), ruleModel, "the tree does not start: "+err.Error())
		return
	}
	pl.root = st
	p.Spawn("rest", func(*sim.Proc) {}) // whoever traps exits and has no code keeps the messages
}

// starter makes the start function of a node.
func (pl *play) starter(node int) otp.StartFunc {
	b := pl.nodes[node]
	if b.sup != nil {
		return supervisor.StartInit(nil, func(p *sim.Proc) (supervisor.Spec, error) {
			pl.born(p, node)
			return pl.spec(b), nil
		})
	}
	return pl.work(b)
}

// spec is what a supervisor is told that it is.
func (pl *play) spec(b *branch) supervisor.Spec {
	spec := *b.sup
	spec.Children = nil
	if b.sup.Strategy == supervisor.SimpleOneForOne {
		c := b.sup.Children[0]
		c.ID = "template"
		c.Start = func(p *sim.Proc, args ...any) (otp.Started, error) { return pl.work(pl.nodes[args[0].(int)])(p) }
		spec.Children = append(spec.Children, c)
	}
	for _, n := range b.below {
		spec.Children = append(spec.Children, pl.childSpec(n))
	}
	return spec
}

func (pl *play) childSpec(node int) supervisor.Child {
	c := pl.nodes[node].spec
	c.ID = pl.nodes[node].name()
	c.Start = pl.starter(node)
	return c
}

// born notes who is a node's process. What a supervisor starts that has a successor already is nobody's.
func (pl *play) born(p *sim.Proc, node int) {
	a := &pl.at[node]
	if above := pl.nodes[node].above; above >= 0 && pl.at[above].pid != p.Parent() {
		return
	}
	a.pid, a.sup, a.told, a.said = p.Self(), p.Parent(), false, false
}

// run plays burst after burst.
func (pl *play) run(p plan.Plan) {
	if !pl.settle() {
		return
	}
	pl.model.lo, pl.model.hi = 0, 0
	pl.model.pick = func(int) int { return 0 }
	pl.model.begin(0)
	pl.match(nil)
	for i := 0; i < len(pl.ops) && pl.signature == "" && !pl.undecided; {
		var burst []int
		first := i
		for ; i < len(pl.ops) && (i == first || pl.ops[i].joins); i++ {
			if !p.Leaves(i) {
				burst = append(burst, i)
			}
		}
		if len(burst) == 0 {
			continue
		}
		if p.For > 0 && pl.w.View().Now() >= p.For || !pl.w.View().Alive(pl.root.PID) {
			return
		}
		pl.strike(pl.ops[first].wait, burst)
		if pl.settle() {
			pl.match(burst)
		}
	}
	if pl.signature == "" {
		pl.end()
	}
}

// strike lets the operations of a burst happen, each at its time.
func (pl *play) strike(wait time.Duration, burst []int) {
	pl.stopping = pl.stopping[:0]
	begin := pl.w.View().Now() + wait
	pl.model.lo = int64(begin / time.Second)
	for _, i := range burst {
		o := &pl.ops[i]
		pl.answers[i] = ""
		if o.kind == arms {
			pl.at[o.node].arm = append(pl.at[o.node].arm, o.fault)
			if len(burst) > 1 {
				continue
			}
		}
		if o.kind == terminates {
			pl.stopping = append(pl.stopping, o.node)
		}
		pl.w.At(begin+o.after, "operation", func() { pl.act(i, o) })
	}
}

// act does one operation.
func (pl *play) act(i int, o *operation) {
	b, a := pl.nodes[o.node], &pl.at[o.node]
	switch o.kind {
	case arms:
	case ends:
		if a.pid.IsZero() || !pl.w.View().Alive(a.pid) {
			return
		}
		if o.reason == any(sim.Kill) {
			pl.w.Exit(a.pid, sim.Kill)
			return
		}
		pl.w.Send(a.pid, end{o.reason})
	default:
		if b.above >= 0 {
			sup, pid := pl.at[b.above].pid, a.last
			pl.answers[i], pl.addressed[i] = lost, sup
			if pl.w.View().Alive(sup) {
				pl.answers[i] = ""
				pl.w.Spawn("client", func(p *sim.Proc) { pl.answers[i] = pl.request(p, o, sup, pid) })
			}
		}
	}
}

// request asks a supervisor for what an operation says.
func (pl *play) request(p *sim.Proc, o *operation, sup, pid sim.PID) string {
	b := pl.nodes[o.node]
	var err error
	switch o.kind {
	case starts:
		if b.shared {
			_, err = supervisor.StartDynamic(p, sup, o.node)
		} else {
			_, err = supervisor.StartChild(p, sup, pl.childSpec(o.node))
		}
	case terminates:
		var which any = b.name()
		if b.shared {
			if pid.IsZero() {
				return any_
			}
			which = pid
		}
		err = supervisor.TerminateChild(p, sup, which)
	case restarts:
		_, err = supervisor.RestartChild(p, sup, b.name())
	case deletes:
		err = supervisor.DeleteChild(p, sup, b.name())
	}
	return word(err)
}

// word is what an error of a supervisor is called.
func word(err error) string {
	var gone *otp.CallError
	switch {
	case err == nil:
		return fine
	case errors.As(err, &gone):
		return lost
	case errors.Is(err, supervisor.ErrNotFound):
		return "not_found"
	case errors.Is(err, supervisor.ErrRunning):
		return "running"
	case errors.Is(err, supervisor.ErrRestarting):
		return "restarting"
	case errors.Is(err, supervisor.ErrAlreadyPresent):
		return "already_present"
	case errors.Is(err, supervisor.ErrSimpleOneForOne):
		return "simple_one_for_one"
	}
	return "failed"
}

// settle lets the world run until nothing happens any more.
func (pl *play) settle() bool {
	r := pl.w.Run(10 * time.Minute)
	if r.Stop != sim.StopIdle {
		pl.fail(r.Now, ruleQuiet, fmt.Sprintf("stopped by %v at %v", r.Stop, r.Now))
	}
	return pl.signature == ""
}

// end stops the root: nothing may be left.
func (pl *play) end() {
	if !pl.w.View().Alive(pl.root.PID) {
		return
	}
	pl.stopping = pl.stopping[:0]
	pl.w.Spawn("last", func(p *sim.Proc) { otp.Stop(p, pl.root.PID, sim.Shutdown, sim.Forever) })
	if r := pl.w.Run(10 * time.Minute); pl.signature == "" && r.Living != 1 {
		pl.fail(r.Now, ruleOrphan, fmt.Sprintf("%d processes are left when the root has stopped", r.Living-1))
	}
}

// Observe hears of ends.
func (pl *play) Observe(f sim.Fact) {
	if f.Kind != trace.Exit || f.Detail != any(sim.Shutdown) || pl.signature != "" {
		return
	}
	for i := range pl.at {
		if a := &pl.at[i]; a.pid == f.Subject {
			if b := pl.nodes[i]; b.sup == nil && (b.worker == trapping || b.worker == slow) && !a.told && !a.said {
				pl.fail(f.At, ruleTerminate, b.name())
			}
			return
		}
	}
}

// row is what can be seen of a child when all is quiet.
type row struct {
	node  int
	phase phase
	same  bool // its process is the one that it was
}

// match looks for a way in which the model comes to what there is, and goes on from there.
func (pl *play) match(burst []int) {
	m, now := pl.model, pl.w.View().Now()
	m.hi = int64(now / time.Second)
	before := m.state
	want := pl.seen()
	pl.odometer.begin()
	first, why := "", ""
	for {
		m.state, m.cut, m.answers = before.clone(), false, make([]string, len(pl.ops))
		m.pick = pl.odometer.pick
		todo := burst
		for len(todo) > 0 && pl.ops[todo[0]].kind == arms {
			m.act(todo[0], pl.ops[todo[0]])
			todo = todo[1:]
		}
		m.burst(todo)
		if why = pl.differs(want, burst); why == "" {
			break
		}
		if first == "" {
			first = why
		}
		if !pl.odometer.next() {
			rule := ruleModel
			if pl.answering(burst) {
				rule = ruleAnswer
			}
			pl.fail(now, rule, first)
			return
		}
		if pl.odometer.spent() {
			pl.undecided = true
			return
		}
	}
	pl.adopt()
	pl.undecided = pl.vague()
	if n := pl.living(); n != pl.w.Run(0).Living {
		pl.fail(now, ruleOrphan, fmt.Sprintf("%d processes live, and there should be %d", pl.w.Run(0).Living, n))
	}
}

// answering is whether all that is wrong is an answer.
func (pl *play) answering(burst []int) bool {
	for _, i := range burst {
		if !pl.agreed(i) {
			return true
		}
	}
	return false
}

// agreed is whether an operation was answered as in the model. A supervisor that is about to end may answer anything.
func (pl *play) agreed(i int) bool {
	if k := pl.ops[i].kind; k == ends || k == arms {
		return true
	}
	is, want := pl.answers[i], pl.model.answers[i]
	return is == want || want == any_ || is == any_ || want == lost && is != "" && !pl.w.View().Alive(pl.addressed[i])
}

// differs says in what the model is otherwise than what there is; "" if in nothing.
func (pl *play) differs(want []row, burst []int) string {
	m := pl.model
	for _, i := range burst {
		if !pl.agreed(i) {
			return fmt.Sprintf("operation %d was answered %q, the model says %q", i, pl.answers[i], m.answers[i])
		}
	}
	if m.sups[0].up != pl.w.View().Alive(pl.root.PID) {
		return fmt.Sprintf("the root is up in the model: %v, but not so here", m.sups[0].up)
	}
	if got := pl.modelled(0, nil); !slices.Equal(got, want) {
		return fmt.Sprintf("there is %v, the model says %v", want, got)
	}
	for i := range pl.nodes {
		if !m.cut && len(m.arm[i]) != len(pl.at[i].arm) {
			return fmt.Sprintf("%s has started otherwise than in the model: %d faults are left, not %d", pl.nodes[i].name(), len(pl.at[i].arm), len(m.arm[i]))
		}
		if pl.nodes[i].sup != nil && m.alive(i) {
			if s, ok := supervisor.Inspect(pl.w.View(), pl.at[i].pid); ok {
				least, most := m.sups[i].count(stamp{m.hi, m.hi}, int64(pl.nodes[i].sup.Intensity.Period/time.Second))
				if s.Restarts < least || s.Restarts > most {
					return fmt.Sprintf("%s counts %d restarts, the model %d to %d", pl.nodes[i].name(), s.Restarts, least, most)
				}
			}
		}
	}
	return ""
}

// modelled is what the model has, from a supervisor down.
func (pl *play) modelled(sup int, rows []row) []row {
	m := pl.model
	if !m.sups[sup].up {
		return rows
	}
	for _, k := range m.sups[sup].kids {
		rows = append(rows, row{k.node, k.phase, k.phase == runs && m.inc[k.node] == pl.at[k.node].lastInc})
		if k.phase == runs && m.nodes[k.node].sup != nil {
			rows = pl.modelled(k.node, rows)
		}
	}
	return rows
}

// seen is what there is.
func (pl *play) seen() []row {
	return pl.look(pl.root.PID, nil)
}

func (pl *play) look(sup sim.PID, rows []row) []row {
	st, ok := supervisor.Inspect(pl.w.View(), sup)
	if !ok {
		return rows
	}
	for _, c := range st.Children {
		node := pl.nodeOf(c)
		r := row{node: node}
		switch c.State {
		case supervisor.StateRunning:
			r.phase, r.same = runs, node >= 0 && c.PID == pl.at[node].last
		case supervisor.StateRestarting:
			r.phase = retried
		case supervisor.StateTerminated:
			r.phase = idle + 100
		}
		rows = append(rows, r)
		if r.phase == runs && pl.nodes[node].sup != nil {
			rows = pl.look(c.PID, rows)
		}
	}
	return rows
}

// nodeOf is which node a child is; -1 if none.
func (pl *play) nodeOf(c supervisor.ChildStatus) int {
	for i, b := range pl.nodes {
		if c.ID == "template" && pl.at[i].pid == c.PID && b.shared || c.ID == b.name() {
			return i
		}
	}
	return -1
}

// adopt goes on from what there is.
func (pl *play) adopt() {
	for i := range pl.at {
		a := &pl.at[i]
		if pl.model.alive(i) {
			a.last, a.lastInc = a.pid, pl.model.inc[i]
		} else {
			a.last, a.lastInc = sim.PID{}, -1
		}
		pl.model.arm[i] = slices.Clone(a.arm)
	}
}

// vague is whether it is not known which restarts count together: then what comes next cannot be told.
func (pl *play) vague() bool {
	for i, b := range pl.nodes {
		if b.sup != nil && pl.model.alive(i) {
			s := &pl.model.sups[i]
			least, most := s.count(stamp{pl.model.hi, pl.model.hi}, int64(b.sup.Intensity.Period/time.Second))
			if least != most {
				return true
			}
		}
	}
	return false
}

// living is how many processes there should be.
func (pl *play) living() int {
	n := 1
	for i := range pl.nodes {
		if pl.model.alive(i) {
			n++
		}
	}
	return n
}
