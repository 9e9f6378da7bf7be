package sim

import (
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// NodeSpec says what a node is. The zero value of all but the name is OTP's default.
type NodeSpec struct {
	Name   Atom
	Boot   Body // nil: Config.Boot
	Hidden bool // a hidden node: no other lists it among its nodes, or connects because somebody else did (NK10)
	Down   bool // it is down until BootNode
	Cookie Atom // nodes whose cookies differ do not connect (NK5)
	Kernel Kernel
	Clock  Clock

	// ReductionCost is how much virtual time one reduction takes here: 0 means as everywhere, Free means none.
	ReductionCost time.Duration
}

// Kernel is the parameters of a node's kernel application. The zero Kernel is OTP's defaults.
type Kernel struct {
	AutoConnect   AutoConnect   // dist_auto_connect
	NoConnectAll  bool          // connect_all is false
	AllowOverlap  bool          // prevent_overlapping_partitions is false
	TickTime      time.Duration // net_ticktime, at boot; 0: 60s
	TickIntensity int           // net_tickintensity; 0: 4
	SetupTime     time.Duration // net_setuptime, of each step; 0: 7s
}

// Intensity is how often a node ticks in its net_ticktime.
func (k Kernel) Intensity() int {
	if k.TickIntensity <= 0 {
		return 4
	}
	return k.TickIntensity
}

func (k Kernel) setup() time.Duration {
	if k.SetupTime <= 0 {
		return 7 * time.Second
	}
	return k.SetupTime
}

// AutoConnect is whether a signal to a node that is not connected connects to it (NK3).
type AutoConnect uint8

// The ways.
const (
	ConnectAlways AutoConnect = iota
	ConnectNever              // only ConnectNode does
	ConnectOnce               // until the first connection is lost; then only ConnectNode does, or the other node
)

// Node is one life of a node of the world: names are local to it, and so is what its processes share. When
// it goes down all of that is gone; when it is booted again, another Node takes its place.
type Node struct {
	home    term.Home
	spec    *NodeSpec
	names   map[Name]*Proc
	shared  map[string]any
	first   *Proc // nil if the node is down
	cost    scheduler.Time
	clock   clock
	cookies map[Atom]Atom
	ended   bool // this life is over
	dark    bool // and its power was cut: it does not even refuse

	doorsteps   []*doorstep
	peers       []*peer // by index of the other node; nil: never heard of
	connections uint64  // how many it has had a part in
	beat        beat
	distant     []*Proc                // those with the flag
	watched     map[Ref]*term.Identity // monitors on names from other nodes, and on whom they are
	ports       ports

	paused bool
	aside  []*Proc  // while it is: who wants to run
	late   []func() // while it is: what has come
}

// DownWithNode is the reason with which processes end because their node went down.
const DownWithNode = term.Atom("node_down")

// Kernel is the parameters of the kernel application of the node that the process runs on.
func (p *Proc) Kernel() Kernel { return p.node.spec.Kernel }

// found makes the nodes of a world that begins.
func (w *World) found() {
	specs := w.cfg.Nodes
	if len(specs) == 0 {
		name := w.cfg.Node
		if name == "" {
			name = "local"
		}
		w.lone[0] = NodeSpec{Name: name}
		specs = w.lone[:]
	}
	clear(w.nodes)
	w.nodes = w.nodes[:0]
	w.uneven, w.paused, w.faults, w.ticking = false, 0, 0, 0
	w.forgetSockets()
	if len(specs) > 1 {
		w.foundNet(specs)
	} else {
		w.net = nil
	}
	for i := range specs {
		spec := &specs[i]
		if w.node(spec.Name) != nil || spec.Name == "" {
			panic("sim: each node needs a name of its own: " + spec.Name.String())
		}
		w.uneven = w.uneven || spec.ReductionCost != 0
		w.nodes = append(w.nodes, w.newNode(spec, term.Home{Node: spec.Name, Index: int32(i), Creation: 1}))
	}
	for _, n := range w.nodes {
		if !n.spec.Down {
			w.boot(n)
		}
	}
}

func (w *World) newNode(spec *NodeSpec, home term.Home) *Node {
	n := &Node{home: home, spec: spec, names: map[Name]*Proc{}, cost: w.cost,
		clock: clock{Clock: spec.Clock, since: w.sched.Now()}}
	n.beat = spec.Kernel.beat(spec.Kernel.TickTime, w.sched.Now())
	switch {
	case spec.ReductionCost > 0:
		n.cost = scheduler.Time(spec.ReductionCost)
	case spec.ReductionCost < 0:
		n.cost = 0
	}
	return n
}

// boot starts a node's first process. It traps exits and outlives Boot: it is the parent of what Boot started.
func (w *World) boot(n *Node) {
	role := "init"
	p := w.newProc(n, nil, &role, 1, &SpawnOptions{Hidden: true})
	p.flags |= trapping
	n.first = p
	p.handler = idler{}
	if p.body = n.spec.Boot; p.body == nil {
		p.body = w.cfg.Boot
	}
	p.enqueue()
}

// idler takes every message and does nothing.
type idler struct{}

func (idler) Handle(*Proc, *Msg) {}

// Processes lists the processes of this node, oldest first: Erlang's processes().
func (p *Proc) Processes() []PID {
	return p.neighbours(func(*Proc) bool { return true })
}

// Led lists the processes of this node whose group leader is pid, oldest first. It reads a table: one that
// this process has killed may still be among them, until Alive has been asked of it.
func (p *Proc) Led(leader PID) []PID {
	return p.neighbours(func(q *Proc) bool { return q.x != nil && q.x.leader == leader })
}

func (p *Proc) neighbours(want func(q *Proc) bool) []PID {
	if !p.acts() {
		return nil
	}
	p.charge(redOther)
	var pids []PID
	for _, q := range p.w.procs {
		if q != nil && q.node == p.node && !q.has(hidden|halted) && want(q) {
			pids = append(pids, q.Self())
		}
	}
	slices.SortFunc(pids, PID.Compare)
	return pids
}

// Share keeps a value under a key where every process of the node finds it at once, without a signal, until
// the node goes down: what ETS tables and persistent_term are for. The value itself is shared, not a copy.
func (p *Proc) Share(key string, value any) {
	if !p.acts() {
		return
	}
	if p.node.shared == nil {
		p.node.shared = map[string]any{}
	}
	p.node.shared[key] = value
	p.charge(redOther)
}

// Shared is what a process of this node has kept under key; nil if none has.
func (p *Proc) Shared(key string) any {
	p.budget -= redOther
	p.poll()
	return p.node.shared[key]
}

// HaltNode ends the node that the process runs on, and the process with it: Erlang's halt. All processes
// of the node are gone at once, with reason DownWithNode, and none hears of another's end. It does not return.
func (p *Proc) HaltNode(why string) {
	if p.acts() {
		p.endSlice()
		p.w.haltNode(p.node, p, why)
	}
	panic(unwind)
}

// HaltNode ends a node from outside, as kill -9 does: its operating system lives on and closes its connections,
// so that other nodes hear of it. It reports whether the node was up.
func (w *World) HaltNode(name Atom, why string) (was bool) {
	return w.downFromOutside(name, why, false)
}

// CutPower ends a node from outside, as pulling its plug does: nobody is told, and other nodes find out when
// it does not answer their ticks. It reports whether the node was up.
func (w *World) CutPower(name Atom, why string) (was bool) { return w.downFromOutside(name, why, true) }

func (w *World) downFromOutside(name Atom, why string, dark bool) (was bool) {
	n := w.node(name)
	if n == nil || n.first == nil {
		return false
	}
	n.dark = dark
	w.haltNode(n, nil, why)
	return true
}

// BootNode starts a node that is down, from its boot function. It is another incarnation: processes of
// the one before are dead, and nothing that it knew is left. It reports whether the node was down.
func (w *World) BootNode(name Atom) (was bool) {
	old := w.node(name)
	if old == nil || old.first != nil {
		return false
	}
	n := old
	if n.ended { // a node that is down from the beginning has its first life yet to live
		home := old.home
		home.Creation++
		n = w.newNode(old.spec, home)
		n.clock = old.clock
		w.nodes[home.Index] = n
	}
	n.beat.from = w.sched.Now()
	w.noteText(trace.Node, nil, nil, "up", name)
	w.boot(n)
	return true
}

// PauseNode makes a node stand still, as a long garbage collection or a frozen virtual machine does: nothing of it
// runs, and what comes to it waits. It reports whether the node was up and running.
func (w *World) PauseNode(name Atom) bool {
	n := w.node(name)
	if n == nil || n.first == nil || n.paused {
		return false
	}
	n.paused = true
	w.paused++
	w.noteText(trace.Node, nil, nil, "paused", name)
	return true
}

// ResumeNode lets a node that stands still go on. It reports whether it did stand still.
func (w *World) ResumeNode(name Atom) bool {
	n := w.node(name)
	if n == nil || !n.paused {
		return false
	}
	w.noteText(trace.Node, nil, nil, "resumed", name)
	for _, act := range w.unpause(n) {
		act()
	}
	return true
}

// unpause lets a node's processes go on, and says what has come meanwhile, for the caller to let happen.
func (w *World) unpause(n *Node) (late []func()) {
	n.paused = false
	w.paused--
	aside, late := n.aside, n.late
	n.aside, n.late = nil, nil
	for _, p := range aside {
		w.sched.Ready(p.task, p.level)
	}
	return late
}

// setAside keeps a process of a node that stands still from running.
func (n *Node) setAside(p *Proc) { n.aside = append(n.aside, p) }

// NodeUp reports whether there is such a node, and it is not down.
func (v View) NodeUp(name Atom) bool {
	n := v.w.node(name)
	return n != nil && n.first != nil
}

// node finds a node by its name; nil if there is none.
func (w *World) node(name Atom) *Node {
	for _, n := range w.nodes {
		if n.home.Node == name {
			return n
		}
	}
	return nil
}

// haltNode takes a node's processes out of the world, oldest first. asker is the one that asked for it, if
// one did: it unwinds itself.
func (w *World) haltNode(n *Node, asker *Proc, why string) {
	var late []func()
	if n.paused {
		late = w.unpause(n)
	}
	w.noteText(trace.Node, nil, nil, "down", Tuple{n.home.Node, why})
	n.first, n.ended = nil, true
	w.dropPeers(n)
	w.haltSockets(n)
	for _, act := range late { // it is for nobody any more, and must be found to be
		act()
	}
	var procs []*Proc
	for _, p := range w.procs { // in an order that depends on the world's history
		if p != nil && p.node == n && !p.has(halted) {
			procs = append(procs, p)
		}
	}
	slices.SortFunc(procs, func(p, q *Proc) int { return term.NewPID(p.id).Compare(term.NewPID(q.id)) })
	for _, p := range procs {
		w.cutOff(p)
		switch {
		case p == asker:
		case p.stack == nil:
			w.release(p)
		case p.state == waiting: // its code is unwound when it is next
			p.enqueue()
		}
	}
	n.names, n.shared, n.watched, n.distant = map[Name]*Proc{}, nil, nil, nil
}

// cutOff ends a process without telling anybody. What is left of it is a stack, if it had one.
func (w *World) cutOff(p *Proc) {
	p.reason = DownWithNode
	p.flags |= exiting | halted
	p.id.Holder = nil
	w.noteExit(p, DownWithNode)
	if p.x != nil {
		w.dropTimers(p)
	}
	for !p.inbox.empty() {
		w.discard(p.inbox.remove(nil, p.inbox.head))
	}
	p.signals, p.arrived, p.mail = 0, 0, 0
}
