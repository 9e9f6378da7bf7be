package sim

import (
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Info is what can be asked about a process: Erlang's process_info.
type Info struct {
	PID         PID
	Name        Name // "" if it has none
	Status      string
	Links       []PID // oldest process first
	Monitors    []any // PIDs and NameAts
	MonitoredBy []PID
	QueueLen    int // messages in its mailbox
	TrapExit    bool
	Hibernating bool
	Priority    scheduler.Priority
	Reductions  uint64
	GroupLeader PID
	Parent      PID
}

// inspect makes the Info of a process.
func (p *Proc) inspect() *Info {
	info := &Info{
		PID: p.Self(), Parent: p.Parent(), QueueLen: int(p.mail), TrapExit: p.has(trapping), Priority: p.level,
		Hibernating: p.has(hibernating) && p.mail == 0, Reductions: p.reds + uint64(p.slice-p.budget), Status: p.status(),
	}
	p.eachWatcher(func(ref Ref) { info.MonitoredBy = append(info.MonitoredBy, ref.Owner()) })
	slices.SortFunc(info.MonitoredBy, PID.Compare)
	x := p.x
	if x == nil {
		return info
	}
	info.Name, info.GroupLeader = x.name, x.leader
	for _, l := range x.links.entries {
		if l.val.active {
			info.Links = append(info.Links, term.NewPID(l.key))
		}
	}
	for _, e := range x.monitors.all() {
		info.Monitors = append(info.Monitors, e.val.shown())
	}
	slices.SortFunc(info.Links, PID.Compare)
	return info
}

func (p *Proc) status() string {
	switch {
	case p.state == running:
		return "running"
	case p.state == queued:
		return "runnable"
	case p.has(hibernating):
		return "hibernating"
	}
	return "waiting"
}

// View is how tools and rules look at a world that stands still: between slices, from outside.
type View struct{ w *World }

// Now is the virtual time since the world began.
func (v View) Now() time.Duration { return time.Duration(v.w.sched.Now()) }

// Alive reports whether a process is alive.
func (v View) Alive(pid PID) bool { return v.w.alive(pid.Identity()) != nil }

// Info looks at a process.
func (v View) Info(pid PID) (Info, bool) {
	if p := v.w.alive(pid.Identity()); p != nil {
		return *p.inspect(), true
	}
	return Info{}, false
}

// Whereis is the process with that name on a node.
func (v View) Whereis(node Atom, name Name) (PID, bool) {
	for _, n := range v.w.nodes {
		if n.home.Node == node {
			if p := n.names[name]; p != nil {
				return p.Self(), true
			}
		}
	}
	return PID{}, false
}

// Nodes lists the nodes that are up.
func (v View) Nodes() []Atom {
	var names []Atom
	for _, n := range v.w.nodes {
		if n.first != nil {
			names = append(names, n.home.Node)
		}
	}
	return names
}

// Behaviour is what a process runs, if that is a Handler: those of package otp's behaviours tell about
// themselves. It is nil if the process runs a Body. It belongs to the process: look, do not touch.
func (v View) Behaviour(pid PID) Handler {
	if p := v.w.alive(pid.Identity()); p != nil && p.body == nil {
		return p.handler
	}
	return nil
}

// InTransit counts the signals that are on their way to a process, messages among them: it has not run since
// they were sent.
func (v View) InTransit(pid PID) int {
	if p := v.w.alive(pid.Identity()); p != nil {
		return int(p.signals + p.arrived)
	}
	return 0
}

// Processes lists the living, oldest first.
func (v View) Processes() []PID {
	var pids []PID
	for _, p := range v.w.procs {
		if p != nil && !p.has(hidden|halted) {
			pids = append(pids, p.Self())
		}
	}
	slices.SortFunc(pids, PID.Compare)
	return pids
}

// Mailbox lists the messages that a process has received and not yet taken, in their order.
func (v View) Mailbox(pid PID) []any {
	var msgs []any
	if p := v.w.alive(pid.Identity()); p != nil {
		for m := range p.mailbox {
			envelope := *m // Value takes the tag off: looking must not change what a handler will see
			msgs = append(msgs, envelope.Value())
		}
	}
	return msgs
}

// Blocked lists the processes that wait in the middle of their code, oldest first.
func (v View) Blocked() []PID {
	var pids []PID
	for _, p := range v.w.procs {
		if p != nil && p.has(blocked) && p.state == waiting {
			pids = append(pids, p.Self())
		}
	}
	slices.SortFunc(pids, PID.Compare)
	return pids
}
