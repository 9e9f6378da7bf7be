package sim

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/internal/mutant"
	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// Config says what a world is made of. The zero Config is a world of one node, seed 0, OTP 27's ways.
type Config struct {
	Seed   uint64
	Source *choice.Source   // who answers all draws; nil: one seeded with Seed
	Policy scheduler.Policy // who runs next and for how long; nil: drawn (scheduler.Random)
	Node   Atom             // the node's name, if there is but one; "" is "local"
	Nodes  []NodeSpec       // the nodes; none: the one above
	Boot   Body             // runs as a node's first process, which stays when Boot has returned
	Compat Compat

	// Mutant is a mistake to make in this run, to find out who would notice. A program can ask for none: only this
	// module can make one.
	Mutant mutant.Mutant

	// Link is what the links between nodes are like until SetLink says otherwise. The zero Link is perfect:
	// everything arrives at once.
	Link netsim.Link

	// ReductionCost is how much virtual time one reduction takes: 0 means 100ns, Free means none.
	ReductionCost time.Duration

	MaxEvents uint64 // the run stops with StopEvents after so many facts; 0: no limit
	// Patience is after how many slices a run counts as a livelock in which no process's timer fired, and it was never
	// so that all waited for a while (100µs); 0: a hundred millions.
	Patience uint64
	// Buggify is how often, in percent, a site that is on says yes: see Proc.Buggify; 0: DefaultBuggify; NoBuggify:
	// never.
	Buggify int

	// CheckMutation hashes messages when they are sent, after every slice and when they are received, and
	// crashes the process that changed one in between. Slow; for finding such mistakes.
	CheckMutation bool

	Keep     int              // how many facts the trace holds on to, beside the hash
	KeepOnly *trace.Filter    // and of which kinds and times: see trace.Log.Only; nil: all
	Observer Observer         // is told coarse facts as they happen
	Log      func(line Line)  // takes the lines of Logf
	Abandon  func(v any) bool // whether a panic is the test harness's own: it then ends the run, not the process
}

// Free is the ReductionCost of a world in which running takes no time.
const Free = time.Duration(-1)

const (
	defaultCost     = 100 * time.Nanosecond
	defaultPatience = 100_000_000
)

// Observer is told of coarse facts: processes spawned and ended, names, reports, facts of the program's
// own. It must not change the world.
type Observer interface{ Observe(f Fact) }

// Fact is what an Observer is told.
type Fact struct {
	At      time.Duration
	Kind    trace.Kind
	Subject PID
	Object  PID
	Text    string // the kind of a report or of a fact of the user's; a name
	Detail  any    // the reason of an exit, the body of a report
}

// Line is a line of a world's log.
type Line struct {
	At   time.Duration
	PID  PID
	Text string
}

// World is a simulated system. Its methods are for whoever drives it, from one goroutine, while it stands
// still: tests, tools. It must be closed.
type World struct {
	cfg    Config
	sched  scheduler.Scheduler
	chance *choice.Source
	log    trace.Log
	eyes   *eyes
	nodes  []*Node
	lone   [1]NodeSpec // of the one node, if there is but one
	procs  []*Proc     // by task number
	cost   scheduler.Time
	races  bool // the policy wants to know when a signal reaches a process that is about to run
	uneven bool // nodes differ in what a reduction costs
	paused int  // nodes that stand still

	net          *netsim.Net // nil if there is but one node
	wires        map[netsim.Conn]*wire
	copier       term.Copier
	types        map[reflect.Type]uint64
	faults       int // injected and not healed, and rules
	rules        int
	ticking      int // timers that only keep connections alive
	spareNet     *netsim.Net
	opened       map[[2]netsim.Node]uint64
	spareParcels *parcel
	tcp          tcp
	sites        table[string, *site] // of Buggify

	current  *Proc    // the process whose code runs
	late     lateDown // of current
	handed   *Proc    // a process handed to the worker that is being switched to
	worker   *worker
	root     worker // the goroutine that drives the world
	left     *worker
	idle     []*worker
	workers  []*worker
	settling bool
	passing  bool   // the run goes on though nothing happens
	tells    bool   // messages are rendered or checked as they are sent
	closing  bool   // stacks are being unwound
	final    bool   // and their workers end
	lost     bool   // a goroutine of ours has been ended by runtime.Goexit
	probe    *probe // somebody wants to know where a stack is
	fatal    any
	crash    *term.Crash

	limit      scheduler.Time
	eventLimit uint64
	patience   uint64
	stop       Stop

	waits      [maxWaits]wait // those that have no timer
	waiting    int            // how many these are
	firstWait  scheduler.Time // no wait ends before
	waitNumber uint64
	polls      polls

	words       [16]word // hashed last, by their length
	born        uint64
	living      int
	spare       *Msg
	spareTimers *timer
	spareProcs  []*Proc
	freshProcs  []Proc
	freshIDs    []term.Identity
	spareExtras []*extra
}

// Stop is why a run stopped.
type Stop uint8

// The reasons to stop.
const (
	StopTime      Stop = iota + 1 // its time was over
	StopIdle                      // nothing can ever happen again: all wait, and no timer runs
	StopQuiet                     // Settle: nothing can happen without time passing
	StopEvents                    // Config.MaxEvents
	StopLivelock                  // Config.Patience: slices without end, and no process's timer fires
	StopHalted                    // somebody called Halt
	StopAbandoned                 // the test harness broke off
	StopCrashed                   // Boot panicked: there is no such node
)

var stopNames = [...]string{"", "time", "idle", "quiet", "events", "livelock", "halted", "abandoned", "crashed"}

// String is a word for it.
func (s Stop) String() string {
	if int(s) < len(stopNames) {
		return stopNames[s]
	}
	return fmt.Sprintf("stop %d", uint8(s))
}

// Result is what can be said of a run when it stops.
type Result struct {
	Stop   Stop
	Now    time.Duration // virtual time
	Hash   uint64        // of all facts so far, in their order
	Events uint64        // how many there were
	Living int           // processes alive
	// Stalled is how many slices there have been since a process's timer fired, or all waited for a while: much of it
	// smells of a livelock. Ticks, and what arrives from other nodes, do not count.
	Stalled uint64
	Crash   *term.Crash // what Boot panicked with, if Stop is StopCrashed
	// Deadlock lists, when nothing can ever happen again, those who wait in the middle of their code, oldest first.
	// Of more than 32 the others' PIDs are all that is told; View.Waiter tells the rest.
	Deadlock []Waiter
}

// New makes a world. Its first process is ready to run Boot.
func New(cfg Config) *World {
	w := &World{}
	w.worker = &w.root
	w.set(cfg)
	return w
}

// Reset ends every process and begins anew with another configuration, in place: what the world had
// allocated is used again. The world must not be running.
func (w *World) Reset(cfg Config) {
	w.unwindAll()
	w.set(cfg)
}

func (w *World) set(cfg Config) {
	w.cfg, w.late = cfg, lateDown{}
	switch {
	case cfg.Source != nil:
		w.chance = cfg.Source
	case w.chance == nil:
		w.chance = choice.New(cfg.Seed)
	default:
		w.chance.Reset(cfg.Seed)
	}
	sc := scheduler.Config{Source: w.chance, Policy: cfg.Policy}
	w.sched.Reset(sc)
	_, w.races = w.sched.Policy().(scheduler.POS)
	w.log.Reset(cfg.Keep)
	if cfg.Keep > 0 && cfg.KeepOnly != nil {
		w.log.Only(*cfg.KeepOnly)
	}
	w.cost = scheduler.Time(cfg.ReductionCost)
	switch {
	case cfg.ReductionCost == 0:
		w.cost = scheduler.Time(defaultCost)
	case cfg.ReductionCost < 0:
		w.cost = 0
	}
	w.eventLimit, w.patience = cfg.MaxEvents, cfg.Patience
	if w.eventLimit == 0 {
		w.eventLimit = ^uint64(0)
	}
	if w.patience == 0 {
		w.patience = defaultPatience
	}
	w.eyes = nil
	if cfg.CheckMutation {
		w.eyes = &eyes{mutations: &mutations{w: w}}
	}
	w.tells = w.eyes != nil || cfg.Keep > 0
	w.sites = table[string, *site]{}
	w.stop, w.born, w.living = 0, 0, 0
	w.firstWait, w.waitNumber = never, 0
	w.polls = polls{}
	w.found()
}

// Spawn starts a process from outside on the first node, a child of that node's first. If the node is down
// there is none.
func (w *World) Spawn(role string, body Body) PID { return w.spawnOn(w.nodes[0], role, body) }

// SpawnAt is Spawn on a node of that name; the zero PID if it is down, or not there.
func (w *World) SpawnAt(node Atom, role string, body Body) PID {
	if n := w.node(node); n != nil {
		return w.spawnOn(n, role, body)
	}
	return PID{}
}

func (w *World) spawnOn(n *Node, role string, body Body) PID {
	if n.first == nil {
		return PID{}
	}
	name, ordinal := n.first.nextOrdinal(role)
	p := w.newProc(n, n.first.id, name, ordinal, &SpawnOptions{})
	p.body = body
	p.enqueue()
	return p.Self()
}

// Exit sends a process an exit signal from outside, from nobody: what a fault does.
func (w *World) Exit(pid PID, reason Reason) {
	if q := w.alive(pid.Identity()); q != nil {
		w.signal(exitSignal, nil, q, Ref{}, 0, reason)
	}
}

// Send sends a message from outside.
func (w *World) Send(pid PID, msg any) {
	if q := w.alive(pid.Identity()); q != nil {
		w.deliver(q, nil, Ref{}, msg)
	}
}

// At makes the world call act at a time, between slices. key names the occasion for draws: two at the same
// instant happen in drawn order.
func (w *World) At(when time.Duration, key string, act func()) {
	w.at(when, key, func() {
		w.sched.Progress()
		act()
	})
}

// Choose draws from outside, for plans and faults. See choice.Source.
func (w *World) Choose(k choice.Key, n int) int { return w.chance.Choose(k, n) }

// Mutant is the mistake that is made in this run; the zero Mutant if none is.
func (p *Proc) Mutant() mutant.Mutant { return p.w.cfg.Mutant }

// makes reports whether that mistake is made in this run.
func (w *World) makes(m mutant.Mutant) bool { return w.cfg.Mutant.Is(m) }

// Note takes a fact from outside, such as a fault that was injected.
func (w *World) Note(kind trace.Kind, about PID, text string, detail any) {
	w.noteText(kind, nil, about.Identity(), text, detail)
}

// Halt stops the run after the slice that is running.
func (w *World) Halt() { w.stop = StopHalted }

// View is for looking at the world while it stands still.
func (w *World) View() View { return View{w} }

// Trace gives the log of facts.
func (w *World) Trace() *trace.Log { return &w.log }

// Run lets the world run for a span of virtual time; one below 0 is none. It may be called again to go on. If the test
// harness broke the run off by a panic, Run panics with the same value.
//
// A world in which nothing can happen any more but ticks on a calm net stops at once with StopIdle, and its time stays
// where it was: when the last of it was done is what Result.Now then tells, and the next Run begins there. Who wants
// the whole span to pass calls Pass.
func (w *World) Run(d time.Duration) Result {
	now := w.sched.Now()
	limit := now + scheduler.Time(max(d, 0))
	if limit < now { // it is more than there is
		limit = scheduler.Time(Forever)
	}
	return w.resume(limit)
}

// Pass is Run, but lets all of the span pass even if nothing happens in it: it never stops with StopIdle, so that who
// waits for ever is not told of. A span of Forever has no end to come to, and is as in Run.
func (w *World) Pass(d time.Duration) Result {
	w.passing = d != Forever
	defer func() { w.passing = false }()
	return w.Run(d)
}

// Settle lets the world run until nothing can happen without time passing.
func (w *World) Settle() Result {
	w.settling = true
	res := w.resume(scheduler.Time(Forever))
	w.settling = false
	return res
}

func (w *World) resume(limit scheduler.Time) Result {
	if w.worker != &w.root || w.closing {
		panic("sim: Run was called from inside the world, or after Close")
	}
	if w.stop == StopLivelock {
		w.sched.Progress()
	}
	w.limit, w.stop = limit, 0
	k := w.left
	w.left = nil
	if k == nil {
		k = w.idleWorker()
	}
	w.switchTo(k)
	w.checkHarness()
	return w.result()
}

// checkHarness passes on what the test harness broke the run off with.
func (w *World) checkHarness() {
	if v := w.fatal; v != nil {
		w.fatal = nil
		w.Close()
		panic(v)
	}
	if w.lost {
		w.Close()
	}
}

func (w *World) result() Result {
	res := Result{
		Stop: w.stop, Now: time.Duration(w.sched.Now()), Hash: w.log.Hash(), Events: w.log.Count(), Living: w.living,
		Stalled: w.sched.Stalled(),
	}
	if w.stop == StopCrashed {
		res.Crash = w.crash
	}
	if w.stop == StopIdle {
		res.Deadlock = w.View().waiters()
	}
	return res
}

// Close ends every process; their deferred calls run, and change nothing. The world cannot be used again.
// A world that is not closed keeps the stacks of those that waited for ever.
func (w *World) Close() {
	w.closing, w.final = true, true
	for len(w.workers) > 0 {
		k := w.workers[len(w.workers)-1]
		if k.slot == nil { // the one we are being closed from
			return
		}
		w.switchTo(k)
	}
	w.idle = nil
	w.stand()
}

// unwindAll ends every process; the workers are kept, their stacks grown as they are.
func (w *World) unwindAll() {
	w.closing = true
	for _, k := range slices.Clone(w.workers) {
		if !k.resting && k.slot != nil {
			w.switchTo(k)
		}
	}
	w.closing, w.lost, w.fatal = false, false, nil
	w.stand()
	w.forget()
}

// stand leaves nobody running.
func (w *World) stand() { w.left, w.handed, w.current = nil, nil, nil }

// forget takes every process out of the world without telling anybody.
func (w *World) forget() {
	for _, p := range w.procs {
		if p == nil {
			continue
		}
		for !p.inbox.empty() {
			w.discard(p.inbox.remove(nil, p.inbox.head))
		}
		if p.x != nil {
			w.dropTimers(p)
		}
		p.id.Holder = nil
		w.release(p)
	}
	// Timers and identities are made in blocks. One that a run has left in a block keeps all that run alive, and, as
	// blocks are of several runs, the runs before it: a campaign's memory grew with each seed.
	w.sched.Each(func(alarm any, _ scheduler.Time) { w.freeTimer(alarm.(*timer)) })
	w.freshIDs = nil
}

// line makes a line of the log.
func (p *Proc) line(format string, args []any) Line {
	return Line{At: time.Duration(p.w.sched.Now()), PID: p.Self(), Text: fmt.Sprintf(format, args...)}
}

// noteText takes a coarse fact, one that has a word of text, and tells observers.
func (w *World) noteText(kind trace.Kind, subject, object *term.Identity, text string, detail any) {
	w.note(kind, subject, object, w.word(text))
	w.tellText(kind, subject, object, text, detail)
}

// word is choice.ID of a text. Few are used, and those all the time.
func (w *World) word(text string) uint64 {
	k := &w.words[uint(len(text))%uint(len(w.words))]
	if k.text != text {
		*k = word{text, choice.ID(text)}
	}
	return k.id
}

// word is a text and its hash.
type word struct {
	text string
	id   uint64
}

// tellText tells a coarse fact that has been noted to whoever listens.
func (w *World) tellText(kind trace.Kind, subject, object *term.Identity, text string, detail any) {
	if w.log.Keeping() {
		if detail == nil {
			w.log.Detail(text)
		} else {
			w.log.Detail(text + " " + term.Format(detail))
		}
	}
	if w.cfg.Observer != nil {
		w.observe(Fact{Kind: kind, Subject: term.NewPID(subject), Object: term.NewPID(object), Text: text, Detail: detail})
	}
}

func (w *World) observe(f Fact) {
	f.At = time.Duration(w.sched.Now())
	w.cfg.Observer.Observe(f)
}

// noteCrash reports a process whose code panicked and nobody caught it.
func (w *World) noteCrash(p *Proc) {
	w.noteText(trace.Report, p.id, p.id, "crash", p.reason)
	if crash, ok := p.reason.(*term.Crash); ok && w.log.Keeping() {
		w.log.Detail("crash " + term.Format(p.reason) + "\n" + crash.Stack.String())
	}
}

// text renders a message for the trace.
func (w *World) text(m *Msg) string {
	if m.tag == nil {
		return term.Format(m.body)
	}
	return m.tag.name + " " + term.Format(m.body)
}
