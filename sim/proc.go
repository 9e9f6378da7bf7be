package sim

import (
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// Body is the code of a process that may block anywhere: when it returns, the process ends normally.
type Body func(p *Proc)

// Handler is the code of a process without a stack of its own: the world calls it for each message.
// It may block like a Body unless it was spawned with NoBlock; a stack is lent to it while it does.
type Handler interface {
	Handle(p *Proc, m *Msg)
}

// Starter is a Handler that has something to do before its first message.
type Starter interface {
	Start(p *Proc)
}

// HandlerFunc makes a Handler of a function.
type HandlerFunc func(p *Proc, m *Msg)

// Handle calls f.
func (f HandlerFunc) Handle(p *Proc, m *Msg) { f(p, m) }

// Proc is a process, as its own code sees it. Its methods may be called only by that code, while it runs.
//
// Each has two queues, as on the BEAM: signals in transit, which act when the process handles them, and
// the mailbox, from which it receives. Its inbox is both.
type Proc struct {
	// What a message touches comes first: two cache lines.
	w       *World
	id      *term.Identity
	handler Handler
	inbox   inbox
	x       *extra
	serial  uint64
	reds    uint64 // reductions of finished slices
	task    scheduler.Task
	budget  int32  // reductions left in this slice
	slice   int32  // reductions this slice was given, less those accounted for
	signals int32  // signals in transit that are not plain messages
	arrived int32  // plain messages in transit
	mail    int32  // messages in the mailbox
	removed uint32 // messages taken out of the mailbox, ever
	flags   flags
	state   state
	level   scheduler.Priority
	passed  *Msg // the last message that the current scan passed over; nil before the first

	node   *Node
	body   Body
	stack  *worker
	reason Reason
	refs   uint32
	draws  uint32
	waitAt int32 // if it is armed, where that is in the world's waits, counted from 1; 0 if it has a timer
	asked  Ref   // the Request that is being handled and has not been answered
}

// state is where a process is in its life.
type state uint8

const (
	waiting state = iota // for a signal or a timer
	queued               // wants to run
	running
	dead
)

// flags are the small facts about a process.
type flags uint16

const (
	trapping    flags = 1 << iota // exit signals become messages
	exiting                       // it is ending: what its deferred code asks for is not done
	leaving                       // it ends with reason when the callback that runs now returns
	noBlock                       // its handler never blocks
	begun                         // its code was entered
	timedOut                      // the time it waited for has passed
	hibernating                   // it sleeps until a message comes
	blocked                       // it waits in the middle of its code, on a stack
	selective                     // its handler takes some messages only
	hidden                        // it belongs to the machinery, not to the program
	halted                        // it went down with its node: nothing is left of it but its stack
	distant                       // it has had to do with processes of other nodes, or watches nodes
	waitSet                       // its handler has said how long it waits
	armed                         // the present wait is limited
)

func (p *Proc) has(f flags) bool { return p.flags&f != 0 }

// extra is what most processes have none of: first what is looked at when a process ends without ado, then the links,
// those who watch, and what is wanted where there are children or time-outs.
type extra struct {
	wait   *timer // the one that ends our waiting
	timers *timer // that would send to us
	leader PID
	name   Name
	*rare

	links    table[*term.Identity, link]
	onlyLink [1]entry[*term.Identity, link] // where links are while there is but one

	monitors monitors
	watchers table[Ref, struct{}] // who monitors us

	roles   table[string, siblings] // the children we spawned
	naming  string                  // what Naming said
	waitFor time.Duration
	waits   uint64 // how often it waited with a time-out
	unlinks uint64
}

// rare is what hardly any process has: it is read where it is, and written to by Proc.rarely.
type rare struct {
	aliases  table[uint64, aliasMode]
	dict     table[string, any]
	requests table[uint64, spawnRequest]
	sockets  table[*Socket, struct{}] // that belong to it
	nodes    *nodeWatch               // which nodes it watches
	only     func(m *Msg) bool
	awaiting uint64
	answered bool
	answer   any
}

// nothingRare is what those have who have nothing rare. Nobody writes to it.
var nothingRare rare

// rarely is the process's own rare, to be written to.
func (p *Proc) rarely() *rare {
	x := p.ext()
	if x.rare == &nothingRare {
		x.rare = new(rare)
	}
	return x.rare
}

func (r *rare) empty() bool {
	return r.aliases.len()+r.dict.len()+r.requests.len()+r.sockets.len() == 0 && r.nodes == nil && r.only == nil && r.awaiting == 0
}

func (p *Proc) ext() *extra {
	if p.x == nil {
		p.x = p.w.newExtra()
	}
	return p.x
}

// shed gives back what a process has beside itself when there is nothing in it any more. It is asked when a
// monitor ends: a server that was monitored while it started needs nothing more.
func (p *Proc) shed() {
	x := p.x
	if p.has(distant) { // its node counts on it
		return
	}
	if x.links.len()+x.watchers.len()+x.roles.len() != 0 || !x.monitors.empty() ||
		x.timers != nil || x.wait != nil || p.has(waitSet) || x.waits != 0 || x.name != "" || x.naming != "" || x.unlinks != 0 || !x.leader.IsZero() || !x.rare.empty() {
		return
	}
	p.w.freeExtra(x)
	p.x = nil
}

// Reductions that things cost (SCH2, measured on the BEAM: a loop of send costs about 6 a round,
// of send-to-self and receive about 10).
const (
	redCall    = 1
	redSend    = 5
	redReceive = 4
	redSpawn   = 5
	redLink    = 2
	redOther   = 1
)

// acts is asked by every method that changes the world: it is false for the dead, whose deferred code may
// still run, and it stops code that uses somebody else's Proc.
func (p *Proc) acts() bool {
	if p.state == running && p.flags&exiting == 0 {
		return true
	}
	p.mustBeCurrent()
	return false
}

func (p *Proc) mustBeCurrent() {
	if p.w.current != p {
		panic("sim: a Proc method was called by code that is not running as " + p.Self().String() +
			": hand processes around as PIDs and use only the *Proc your own function was given")
	}
}

// charge takes n reductions from the slice and ends it if they were the last.
func (p *Proc) charge(n int32) {
	if p.budget -= n; p.budget <= 0 {
		p.overdraw()
	}
}

// maxDebt is how many reductions a handler that promised not to block may take in one callback: one that
// never ends could not be stopped otherwise.
const maxDebt = 50_000_000

// undrawn is the slice of a handler that promised not to block until it matters how long it really is: for most
// it never does.
const undrawn = maxDebt

// begin gives the process a slice.
func (p *Proc) begin(n int32) { p.budget, p.slice = n, n }

// spent is whether the slice is used up.
func (p *Proc) spent() bool {
	if p.slice == undrawn {
		p.draw()
	}
	return p.budget <= 0
}

// draw draws a slice that was undrawn.
func (p *Proc) draw() {
	n := p.w.sched.Slice(p.task)
	p.budget -= undrawn - n
	p.slice = n
}

// overdraw is what happens when a slice is used up.
func (p *Proc) overdraw() {
	switch {
	case !p.spent(): // it was undrawn
	case p.flags&noBlock == 0:
		p.preempt()
	case p.budget < -maxDebt:
		p.budget = 0
		raise("system_limit", "handle", "a callback of a handler spawned with NoBlock does not end")
	}
}

// Self is the process's own PID.
func (p *Proc) Self() PID { return term.NewPID(p.id) }

// Parent is the process that spawned this one; the zero PID for a node's first.
func (p *Proc) Parent() PID { return term.NewPID(p.id.Parent) }

// Node is the name of the node the process runs on.
func (p *Proc) Node() Atom { return p.node.home.Node }

// Now is the virtual time since the world began.
func (p *Proc) Now() time.Duration {
	p.poll()
	return time.Duration(p.w.sched.Now())
}

// Compat is the OTP release that the world behaves like.
func (p *Proc) Compat() Compat { return p.w.cfg.Compat }

// Reductions charges n reductions for computing. Out of budget, the process is preempted here.
func (p *Proc) Reductions(n int) {
	if !p.acts() || n <= 0 {
		return
	}
	p.charge(int32(min(n, scheduler.FullSlice)))
}

// Yield ends the slice.
func (p *Proc) Yield() {
	if p.acts() && !p.has(noBlock) {
		p.preempt()
	}
}

// TrapExit says whether exit signals become messages from now on, and returns what held before.
func (p *Proc) TrapExit(on bool) (before bool) {
	if !p.acts() {
		return false
	}
	before = p.has(trapping)
	p.flags &^= trapping
	if on {
		p.flags |= trapping
	}
	p.charge(redOther)
	return before
}

// Priority sets the scheduling priority and returns the one before. It counts from the next time the
// process is queued.
func (p *Proc) Priority(level scheduler.Priority) (before scheduler.Priority) {
	if !p.acts() {
		return p.level
	}
	before, p.level = p.level, level
	p.charge(redOther)
	return before
}

// Rand draws a number from 0 to n-1. The draw is keyed to the process: nothing that other processes do
// changes it.
func (p *Proc) Rand(n int) int {
	if !p.acts() {
		return 0
	}
	p.draws++
	return p.w.chance.Choose(choice.Key{Domain: choice.Rand, ID: p.id.Key, N: uint64(p.draws)}, n)
}

// Put keeps a value under a key for the process's life, as Erlang's process dictionary does.
func (p *Proc) Put(key string, value any) {
	if p.acts() {
		p.rarely().dict.put(key, value)
	}
}

// Value is what was Put under key; nil if nothing was.
func (p *Proc) Value(key string) any {
	if p.x == nil {
		return nil
	}
	if v := p.x.dict.at(key); v != nil {
		return *v
	}
	return nil
}

// Naming says what the processes that this one is about to start are for it, for those who start them to ask,
// and returns what was said before: a supervisor calls its children by their ids.
func (p *Proc) Naming(role string) (before string) {
	if !p.acts() {
		return ""
	}
	x := p.ext()
	before, x.naming = x.naming, role
	return before
}

// Named is what Naming has said last; "" if nothing.
func (p *Proc) Named() string {
	if p.x == nil {
		return ""
	}
	return p.x.naming
}

// GroupLeader is the process's group leader: inherited when it is spawned.
func (p *Proc) GroupLeader() PID {
	if p.x == nil {
		return PID{}
	}
	return p.x.leader
}

// SetGroupLeader makes pid the group leader of this process and of those it will spawn.
func (p *Proc) SetGroupLeader(pid PID) {
	if p.acts() {
		p.ext().leader = pid
	}
}

// MakeRef makes a reference that is like no other in the world.
func (p *Proc) MakeRef() Ref {
	p.refs++
	return term.NewRef(p.id, uint64(p.refs))
}

// Trace puts a fact of the program's own into the trace.
func (p *Proc) Trace(kind string, value any) {
	if p.acts() {
		p.w.noteText(trace.User, p.id, nil, kind, value)
	}
}

// Report tells the world something that people read in logs, such as a crash report, about a process.
// It is a fact of the trace; observers and the log see it.
func (p *Proc) Report(kind string, about PID, body any) {
	if p.acts() {
		p.w.noteText(trace.Report, p.id, about.Identity(), kind, body)
	}
}

// Reporting reports whether anybody looks at the bodies of reports: if not, Report may be given nil.
func (p *Proc) Reporting() bool { return p.w.cfg.Observer != nil || p.w.log.Keeping() }

// Logf writes a line to the world's log. It is not a fact: it changes nothing, whether anybody reads it or not.
func (p *Proc) Logf(format string, args ...any) {
	if p.w.cfg.Log != nil {
		p.w.cfg.Log(p.line(format, args))
	}
}

// Register gives a local process a name. It panics with badarg if the name is taken, the process has one,
// or is not alive here (REG1).
func (p *Proc) Register(name Name, pid PID) {
	if !p.acts() {
		return
	}
	q := p.w.alive(pid.Identity())
	switch {
	case q == nil || q.node != p.node:
		raise("badarg", "register", "no such process here: "+pid.String())
	case name == "" || name == "undefined":
		raise("badarg", "register", "not a name: "+name.String())
	case p.node.names[name] != nil:
		raise("badarg", "register", name.String()+" is taken by "+p.node.names[name].Self().String())
	case q.x != nil && q.x.name != "":
		raise("badarg", "register", pid.String()+" is already called "+q.x.name.String())
	}
	p.node.names[name] = q
	q.ext().name = name
	p.w.noteText(trace.Register, q.id, nil, string(name), nil)
	p.charge(redOther)
}

// Unregister frees a name. It panics with badarg if nobody has it.
func (p *Proc) Unregister(name Name) {
	if !p.acts() {
		return
	}
	q := p.node.names[name]
	if q == nil {
		raise("badarg", "unregister", "nobody is called "+name.String())
	}
	p.w.releaseName(q)
	p.charge(redOther)
}

// Whereis is the process with that name on this node. It reads a table: it is not ordered with signals (REG2).
func (p *Proc) Whereis(name Name) (PID, bool) {
	p.budget -= redOther
	p.poll()
	if q := p.node.names[name]; q != nil {
		return q.Self(), true
	}
	return PID{}, false
}

func (w *World) releaseName(q *Proc) {
	w.noteText(trace.Unregister, q.id, nil, string(q.x.name), nil)
	delete(q.node.names, q.x.name)
	q.x.name = ""
}
