package scenarios

import (
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/otp/code"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// RunOptions say how one run differs from what the file says. The zero value runs it as it is.
type RunOptions struct {
	For           time.Duration // how long; 0: as long as the file says
	Keep          int           // how many events the trace keeps; 0: none
	KeepOnly      *trace.Filter // and of which kinds and times; nil: all
	MaxEvents     uint64        // 0: as many as the file says
	CheckMutation bool          // whether messages are watched for changes after they were sent: slow
	Story         bool          // tell the story even if nothing fails
	Policy        Policy        // who runs next; "": as the file says
	Swarm         bool          // leave out some kinds of faults, each by a coin of its own, as swarm: of run: does

	Plan   *plan.Plan        // if the run is more than its seed: see Play
	Record *choice.Recording // of a run with a Plan: writes its draws down
}

// A Runner runs a scenario over and over, once for each seed. It has one world, which it uses again, and is
// not for concurrent use: whoever runs seeds in parallel makes a Runner for each hand. It must be closed.
//
// Trees are started by the node's boot function, then the clients. Whatever the runner does beside, it does
// from outside and keyed by names, and its rules watch without taking part: what a file expects does not
// change what happens.
type Runner struct {
	sc       *Scenario
	programs Programs
	world    *sim.World
	book     *book
	hosts    []*host   // the nodes
	names    []string  // and their names
	links    []*ruling // the rules that ask about connections
	lookers  []*ruling // those that ask for what is in tables of the world
	forces   []*workforce
	harms    []*harm
	rulings  []*ruling
	code     map[string]*code.Module // of the programs that are upgraded
	terms    *vocabulary             // made when somebody waits for an event

	// Of the run
	length   time.Duration // how long it is to last
	limit    uint64        // of events
	moment   time.Duration // when a rule changes by itself, at the earliest
	ready    bool          // all trees are up
	contacts []contact     // who sees whom
	stutters bool          // somebody came to see whom he saw, or lost whom he did not
	failed   []reports.Verdict
	opts     RunOptions
	spared   []int          // faults that the swarm leaves out
	source   *choice.Source // nil if the seed alone answers
	story    story
	awaits   []*await    // who waits for an event
	takes    bool        // somebody wants to know which messages are taken
	hears    *hearing    // nil unless somebody wants to know what happens
	still    *standstill // nil unless the run was stopped on its way
}

// patience is how many slices may pass in which no process's timer fires until a run counts as a livelock.
const patience = 200_000

// NewRunner makes a runner of a scenario. progs are the programs it was parsed with; nil: those it was parsed with,
// as they were then.
func NewRunner(sc *Scenario, progs Programs) *Runner {
	r := &Runner{sc: sc, programs: progs, hosts: newHosts(sc), names: sc.nodeNames()}
	r.book = newBook(sc.Trees, r.hosts)
	r.code = r.modules()
	b := &binder{run: r, book: r.book, workloads: map[string]*workforce{}, faults: map[string]*harm{}}
	for _, w := range sc.Workloads {
		f := newWorkforce(r, w)
		r.forces = append(r.forces, f)
		b.workloads[w.Name] = f
	}
	for _, f := range sc.Faults {
		h := newHarm(r, f)
		r.harms = append(r.harms, h)
		b.faults[f.Name] = h
	}
	for _, x := range sc.Expect {
		b.rule = &ruling{rule: x}
		b.rule.test = b.bind(x.Cond)
		r.rulings = append(r.rulings, b.rule)
		if b.rule.looks && x.Kind != AtEnd {
			r.lookers = append(r.lookers, b.rule)
		}
		if x.After.Fault != "" {
			h := b.faults[x.After.Fault]
			h.after = append(h.after, b.rule)
		}
	}
	return r
}

// program is the program of a worker.
func (r *Runner) program(c *Child) Program {
	if r.programs != nil {
		if p, ok := r.programs.Lookup(c.Start); ok {
			return p
		}
	}
	return c.Program
}

// vocabulary is the words by which the scenario names messages.
func (r *Runner) vocabulary() *vocabulary {
	if r.terms == nil {
		r.terms = newVocabulary(programsIn(r.sc.Trees, r.program))
	}
	return r.terms
}

// requestOf is the request of a workload. It has a Message.
func (r *Runner) requestOf(w *Workload) Request {
	var q Request
	if len(w.Targets) > 0 {
		q, _ = r.program(w.Targets[0]).request(w.Request)
	}
	if q.Message == nil {
		q.Message = func(Args) any { return sim.Atom(w.Request) }
	}
	return q
}

// Run runs the scenario with a seed, from the beginning. The same seed and options give the same run.
func (r *Runner) Run(seed uint64, opts RunOptions) *reports.Run {
	r.begin(seed, opts)
	return r.report(seed, r.world.Run(r.length))
}

// begin makes everything ready for a run.
func (r *Runner) begin(seed uint64, opts RunOptions) {
	r.reset(opts)
	r.still = nil
	cfg := r.config(seed)
	r.source = r.sourceOf()
	cfg.Source = r.source
	if r.world == nil {
		r.world = sim.New(cfg)
	} else {
		r.world.Reset(cfg)
	}
	r.wires()
	r.spared = r.swarm()
	if len(r.lookers) > 0 {
		r.world.At(0, "look", r.poll)
	}
	if r.hears != nil || slices.ContainsFunc(r.sc.Faults, (*Fault).becomesMessage) {
		r.takes = true
		r.world.Watch(taking{r})
	}
	for i, h := range r.harms {
		if h.left = r.leaves(i); !h.left {
			h.plan()
		}
	}
}

// reset forgets the last run.
func (r *Runner) reset(opts RunOptions) {
	r.opts, r.ready, r.moment = opts, false, noMoment
	r.contacts, r.stutters = r.contacts[:0], false
	r.length, r.limit = r.sc.Run.For, uint64(r.sc.Run.Limits.Events)
	if opts.For > 0 {
		r.length = opts.For
	}
	if opts.MaxEvents > 0 {
		r.limit = opts.MaxEvents
	}
	r.failed, r.awaits, r.takes = nil, nil, false
	r.book.reset()
	for _, h := range r.hosts {
		h.reset()
	}
	r.story.reset()
	for _, f := range r.forces {
		f.reset()
	}
	for _, h := range r.harms {
		h.reset()
	}
	for _, x := range r.rulings {
		x.reset()
	}
}

func (r *Runner) config(seed uint64) sim.Config {
	cfg := sim.Config{
		Seed: seed, Boot: r.boot, ReductionCost: r.sc.Run.Cost, MaxEvents: r.limit, Patience: patience,
		CheckMutation: r.opts.CheckMutation, Keep: r.opts.Keep, KeepOnly: r.opts.KeepOnly, Observer: r, Buggify: r.sc.Run.Buggify,
	}
	if cfg.ReductionCost == 0 {
		cfg.ReductionCost = sim.Free
	}
	policy := r.sc.Run.Policy
	if r.opts.Policy != "" {
		policy = r.opts.Policy
	}
	if policy != "" && policy != PolicyRandom {
		p, err := scheduler.ParsePolicy(string(policy))
		if err != nil {
			panic("scenarios: " + err.Error()) // the file was checked, as was the flag
		}
		cfg.Policy = p
	}
	for _, h := range r.hosts {
		if h.node != nil {
			cfg.Nodes = append(cfg.Nodes, h.node.spec())
		}
	}
	cfg.Link = r.sc.Network.Link
	return cfg
}

// wires makes those links different that are.
func (r *Runner) wires() {
	for _, w := range r.sc.Network.Links {
		pairs := [][2]string{{w.From, w.To}}
		if w.Has("between") {
			pairs = [][2]string{{w.Between[0], w.Between[1]}, {w.Between[1], w.Between[0]}}
		}
		for _, x := range pairs {
			r.world.SetLink(sim.Atom(x[0]), sim.Atom(x[1]), w.Link)
		}
	}
}

// Trace is the trace of the last run, until the next one begins; nil before the first.
func (r *Runner) Trace() *trace.Log {
	if r.world == nil {
		return nil
	}
	return r.world.Trace()
}

// Close gives back what the runner holds. It cannot be used again.
func (r *Runner) Close() {
	if r.world != nil {
		r.world.Close()
	}
}

// key is the identity of a part of the file for draws.
func (r *Runner) key(section, name string) uint64 { return choice.ID("scenario", section, name) }

// draw answers a draw.
func (r *Runner) draw(d choice.Domain, id, n uint64, of int) int {
	return r.world.Choose(choice.Key{Domain: d, ID: id, N: n}, of)
}

// spent reports whether there have been as many events as there may be, and stops the run then: faults may
// go on for ever without anybody running.
func (r *Runner) spent() bool {
	if r.world.Trace().Count() < r.limit {
		return false
	}
	r.world.Halt()
	return true
}

// Observe is how the world tells the runner what happens.
func (r *Runner) Observe(f sim.Fact) {
	r.tally(f)
	switch f.Kind {
	case trace.Spawn:
		if r.book.spawned(f.Subject, f.Object) {
			r.pass(f.At)
			r.settle(f.At)
		}
	case trace.Exit:
		r.appGone(f)
		if s := r.book.held[f.Subject]; s != nil {
			r.pass(f.At)
			if s.state == alive || s.pid != f.Subject { // of the others there is told that they did not start
				r.tell(happening{at: f.At, kind: reports.LineExit, slot: s, detail: f.Detail})
			}
			s.suffered(f.Subject, f.Detail)
			r.book.ended(s, f.Subject, f.Detail, f.At)
			r.settle(f.At)
		}
	case trace.Report:
		r.reported(f)
	case trace.Node:
		switch f.Text {
		case "down":
			r.nodeDown(f)
		case "up":
			r.nodeUp(f)
		case "nodeup", "nodedown":
			r.linkChanged(f)
		}
	case trace.Drop:
		r.tell(happening{at: f.At, kind: reports.LineReport, slot: r.book.held[f.Subject], lost: f.Text, detail: f.Detail})
	case trace.User:
		r.tell(happening{at: f.At, kind: reports.LineUser, slot: r.book.held[f.Subject], text: f.Text, detail: f.Detail})
	}
}

// wake has rules looked at, now that something has changed that they ask about.
func (r *Runner) wake(now time.Duration, rules []*ruling) {
	if len(rules) == 0 {
		return
	}
	r.pass(now)
	wake(rules)
	r.settle(now)
}

// pass lets rules begin and give up that were due before the fact that is about to be noted.
func (r *Runner) pass(now time.Duration) {
	if now < r.moment {
		return
	}
	for _, x := range r.rulings {
		x.pass(now)
	}
	r.schedule()
}

// settle has those rules looked at that something has changed for.
func (r *Runner) settle(now time.Duration) {
	for _, x := range r.rulings {
		switch {
		case x.fresh:
			x.start(now)
		case x.woken:
			x.look(now)
		default:
			continue
		}
		x.fresh, x.woken = false, false
		r.moment = min(r.moment, x.next())
		r.note(x)
	}
}

// schedule finds out when a rule changes by itself next.
func (r *Runner) schedule() {
	r.moment = noMoment
	for _, x := range r.rulings {
		r.moment = min(r.moment, x.next())
		r.note(x)
	}
}

// note puts a rule that has just been broken into the story.
func (r *Runner) note(x *ruling) {
	if x.broken && !x.told {
		x.told = true
		r.tell(happening{at: x.at, kind: reports.LineVerdict, text: x.rule.Name, detail: x.got})
		r.story.freeze()
	}
}
