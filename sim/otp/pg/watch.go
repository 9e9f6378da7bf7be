package pg

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
)

// watch is who is to be told of changes.
type watch struct {
	byRef  table[watcher]   // all of them
	groups table[[]watcher] // of one group
	all    []watcher        // of all groups
}

// watcher is a process that is to be told. The reference is our monitor of it, and the name of what it has asked for.
type watcher struct {
	pid   sim.PID
	ref   sim.Ref
	group any
	all   bool
}

// group has a process told of a group.
func (w *watch) group(p *sim.Proc, pid sim.PID, group any) sim.Ref {
	one := watcher{pid: pid, ref: p.Monitor(pid), group: group}
	w.byRef.make(one.ref).val = one
	r := w.groups.make(group)
	r.val = slices.Insert(r.val, 0, one)
	return one.ref
}

// scope has a process told of all groups.
func (w *watch) scope(p *sim.Proc, pid sim.PID) sim.Ref {
	one := watcher{pid: pid, ref: p.Monitor(pid), all: true}
	w.byRef.make(one.ref).val = one
	w.all = append(w.all, one)
	return one.ref
}

// drop forgets what was asked for under a reference, and reports whether anything was.
func (w *watch) drop(ref sim.Ref) bool {
	r := w.byRef.at(ref)
	if r == nil {
		return false
	}
	w.byRef.remove(r)
	isIt := func(one watcher) bool { return one.ref == ref }
	if r.val.all {
		w.all = slices.DeleteFunc(w.all, isIt)
		return true
	}
	if g := w.groups.at(r.val.group); g != nil {
		if g.val = slices.DeleteFunc(g.val, isIt); len(g.val) == 0 {
			w.groups.remove(g)
		}
	}
	return true
}

// joined tells who is to be told of a group.
func (w *watch) joined(p *sim.Proc, group any, pids []sim.PID) {
	w.tell(p, group, func(ref sim.Ref) any { return Joined{ref, group, slices.Clone(pids)} })
}

// left tells who is to be told of a group.
func (w *watch) left(p *sim.Proc, group any, pids []sim.PID) {
	w.tell(p, group, func(ref sim.Ref) any { return Left{ref, group, slices.Clone(pids)} })
}

func (w *watch) tell(p *sim.Proc, group any, msg func(ref sim.Ref) any) {
	for _, one := range w.all {
		p.Send(one.pid, msg(one.ref))
	}
	if r := w.groups.at(group); r != nil {
		for _, one := range r.val {
			p.Send(one.pid, msg(one.ref))
		}
	}
}
