package sim

import (
	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// SpawnOptions say how a process begins. The zero value spawns a process of normal priority that is tied
// to nobody.
type SpawnOptions struct {
	Link     bool // link it with its parent, at once
	Monitor  bool // let its parent monitor it, at once
	Asked    bool // the same, but only until it answers: its Asked is the reference of the monitor, to be answered by SendAlias
	DownTag  any  // what the parent's Down message says instead of 'DOWN'
	Priority scheduler.Priority
	// NoBlock promises that a handler never waits in the middle of Handle: it receives nothing, calls
	// nobody, sleeps never. It is then called without a stack of its own even where others wait, which is
	// the fastest there is; a call that would block panics.
	NoBlock bool
	// Hidden keeps the process out of lists of processes: it belongs to the machinery.
	Hidden bool
	// ErrorOnly is for SpawnRequest: a SpawnReply comes only if the process could not be spawned.
	ErrorOnly bool
}

// Spawn starts a process that runs body. role says what it is for its parent: with the parent's path and
// its number among those of that role it makes the path by which it prints and is known to chance.
func (p *Proc) Spawn(role string, body Body) PID {
	pid, _ := p.SpawnOpt(role, body, SpawnOptions{})
	return pid
}

// SpawnLink is Spawn and Link in one step: however soon the process ends, its real reason arrives (SPW1).
func (p *Proc) SpawnLink(role string, body Body) PID {
	pid, _ := p.SpawnOpt(role, body, SpawnOptions{Link: true})
	return pid
}

// SpawnMonitor is Spawn and Monitor in one step.
func (p *Proc) SpawnMonitor(role string, body Body) (PID, Ref) {
	return p.SpawnOpt(role, body, SpawnOptions{Monitor: true})
}

// SpawnOpt is Spawn with options. The reference is zero unless Monitor or Asked is set.
func (p *Proc) SpawnOpt(role string, body Body, opts SpawnOptions) (PID, Ref) {
	return p.spawn(role, body, nil, &opts)
}

// SpawnHandler starts a process that is called for each message and has no stack of its own.
func (p *Proc) SpawnHandler(role string, h Handler, opts SpawnOptions) (PID, Ref) {
	return p.spawn(role, nil, h, &opts)
}

func (p *Proc) spawn(role string, body Body, h Handler, opts *SpawnOptions) (PID, Ref) {
	if !p.acts() {
		return PID{}, Ref{}
	}
	name, ordinal := p.nextOrdinal(role)
	q := p.w.newProc(p.node, p.id, name, ordinal, opts)
	q.body, q.handler = body, h
	if p.x != nil && !p.x.leader.IsZero() {
		q.ext().leader = p.x.leader
	}
	if opts.Link {
		p.w.tie(p, q)
	}
	var ref Ref
	switch {
	case opts.Asked:
		ref = p.MakeRef()
		p.ext().monitors.add(ref.N(), monitor{target: q.id, alias: settling})
		q.asked = ref // until the process waits, or answers: see watch
	case opts.Monitor:
		ref = p.MakeRef()
		mon := monitor{target: q.id}
		if opts.DownTag != nil {
			mon.says().tag = opts.DownTag
		}
		p.ext().monitors.add(ref.N(), mon)
		q.watch(ref)
	}
	q.enqueue()
	pid := q.Self() // before others run: when they have, q may be somebody else
	p.charge(redSpawn)
	return pid, ref
}

// newProc makes a process, known to the scheduler and not yet runnable. Its parent may be on another node; a node's
// first process has none.
func (w *World) newProc(node *Node, by *term.Identity, role *string, ordinal uint32, opts *SpawnOptions) *Proc {
	p := w.spareProc()
	w.born++
	id := w.newIdentity()
	id.Serial, id.Ordinal, id.Role, id.Home, id.Holder = w.born, ordinal, role, &node.home, p
	if by != nil {
		id.Parent = by
		id.Key = choice.Child(by.Key, *role, ordinal)
	} else {
		id.Key = choice.ID(string(node.home.Node), *role)
		if node.home.Creation > 1 { // its processes are others: no draw is theirs and their predecessors' too
			id.Ordinal = node.home.Creation
			id.Key = choice.Child(id.Key, "incarnation", id.Ordinal)
		}
	}
	// The rest is as release left it: zero.
	p.w, p.id, p.serial, p.node = w, id, id.Serial, node
	p.level, p.flags, p.state = opts.Priority, 0, waiting
	if opts.NoBlock {
		p.flags |= noBlock
	}
	if opts.Hidden {
		p.flags |= hidden
	}
	w.sched.Add(p.task, id.Key)
	w.procs[p.task] = p
	w.living++
	w.note(trace.Spawn, by, id, id.Key)
	if w.log.Keeping() {
		w.log.Name(id.Serial, term.NewPID(id).String())
	}
	if w.cfg.Observer != nil {
		w.observe(Fact{Kind: trace.Spawn, Subject: term.NewPID(by), Object: p.Self()})
	}
	return p
}

// siblings counts the children of one role that a process has spawned.
type siblings struct {
	role *string
	n    uint32
}

func (p *Proc) nextOrdinal(role string) (*string, uint32) {
	x := p.ext()
	if s := x.roles.at(role); s != nil {
		s.n++
		return s.role, s.n
	}
	name := role
	x.roles.put(role, siblings{&name, 1})
	return &name, 1
}

const procsAtOnce = 64

// spareProc takes a process from the pool, its task number with it.
func (w *World) spareProc() *Proc {
	if n := len(w.spareProcs); n > 0 {
		p := w.spareProcs[n-1]
		w.spareProcs = w.spareProcs[:n-1]
		return p
	}
	if len(w.freshProcs) == 0 {
		w.freshProcs = make([]Proc, procsAtOnce)
	}
	p := &w.freshProcs[0]
	w.freshProcs = w.freshProcs[1:]
	p.task = scheduler.Task(len(w.procs))
	w.procs = append(w.procs, nil)
	return p
}

// newIdentity makes room for an identity. They are made in small blocks, for one is held for as long as any
// PID of its block is; the first is smaller still: many worlds are tiny.
func (w *World) newIdentity() *term.Identity {
	if len(w.freshIDs) == 0 {
		n := 16
		if w.born <= 1 {
			n = 8
		}
		w.freshIDs = make([]term.Identity, n)
	}
	id := &w.freshIDs[0]
	w.freshIDs = w.freshIDs[1:]
	return id
}

func (w *World) newExtra() *extra {
	if n := len(w.spareExtras); n > 0 {
		x := w.spareExtras[n-1]
		w.spareExtras = w.spareExtras[:n-1]
		return x
	}
	x := &extra{rare: &nothingRare}
	x.links.entries = x.onlyLink[:0]
	return x
}

// freeExtra cleans and keeps it. No pointer is written that is nil already: with the collector at work each costs.
func (w *World) freeExtra(x *extra) {
	x.links.clear()
	x.monitors.clear()
	x.watchers.clear()
	x.roles.clear()
	if x.rare != &nothingRare {
		x.rare.clear()
	}
	x.waitFor, x.waits, x.unlinks = 0, 0, 0
	if x.wait != nil || x.timers != nil {
		x.wait, x.timers = nil, nil
	}
	if !x.leader.IsZero() {
		x.leader = PID{}
	}
	if x.name != "" || x.naming != "" {
		x.name, x.naming = "", ""
	}
	w.spareExtras = append(w.spareExtras, x)
}

func (r *rare) clear() {
	r.aliases.clear()
	r.dict.clear()
	r.requests.clear()
	r.sockets.clear()
	*r = rare{aliases: r.aliases, dict: r.dict, requests: r.requests, sockets: r.sockets}
}

// release gives a process that has ended back to the pool.
func (w *World) release(p *Proc) {
	w.living--
	w.sched.Remove(p.task)
	w.procs[p.task] = nil
	if p.x != nil {
		if p.flags&distant != 0 {
			p.node.forgetDistant(p)
		}
		w.freeExtra(p.x)
	}
	// Field by field, and no pointer written that is nil already: with the collector at work each costs.
	p.handler, p.x, p.node, p.asked = nil, nil, nil, Ref{}
	if p.body != nil || p.stack != nil || p.passed != nil {
		p.body, p.stack, p.passed = nil, nil, nil
	}
	if p.reason != nil {
		p.reason = nil
	}
	p.reds, p.removed, p.refs, p.draws, p.waitAt = 0, 0, 0, 0, 0
	p.budget, p.slice, p.signals, p.arrived, p.mail = 0, 0, 0, 0, 0
	p.flags, p.state = exiting, dead
	w.spareProcs = append(w.spareProcs, p)
}
