package code

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
)

// table is what a node knows of code, shared by its processes.
type table struct {
	entries  []*entry // in the order in which they were first needed
	uses     []*use   // oldest first
	room     int      // how many uses there may be until the dead are looked for
	upgrader sim.PID  // who is upgrading; may have ended
}

// entry is a module as a node has it.
type entry struct {
	module       *Module
	current, old *load // old is nil if there is none
}

// load is one loading of a version: if a version is loaded twice, these are two.
type load struct {
	*Version
	module *Module
	index  int // among the module's versions
}

// use is a process that runs a module, or an event handler in a manager.
type use struct {
	pid   sim.PID
	load  *load
	next  *load                 // which one a supervisor is to go to
	keep  interface{ forget() } // what it keeps in order to go back; nil: nothing
	plain bool                  // it is no behaviour: nobody can suspend it, and it needs no leave to go over
}

const shared = "code"

func tableOf(p *sim.Proc) *table {
	t, ok := p.Shared(shared).(*table)
	if !ok {
		t = &table{room: 64}
		p.Share(shared, t)
	}
	return t
}

// known is a module's entry; nil if the node has never needed it.
func (t *table) known(name sim.Atom) *entry {
	for _, e := range t.entries {
		if e.module.Name == name {
			return e
		}
	}
	return nil
}

// entry is a module's entry. A module that is not loaded yet is loaded in its first version.
func (t *table) entry(m *Module) *entry {
	e := t.known(m.Name)
	if e == nil {
		e = &entry{module: m, current: m.load(0)}
		t.entries = append(t.entries, e)
	}
	return e
}

func (m *Module) load(i int) *load {
	if i >= len(m.Versions) {
		panic(&sim.Error{Reason: undef, Op: string(m.Name), Detail: "the module has no version"})
	}
	return &load{&m.Versions[i], m, i}
}

// enter notes that a process runs the current version of a module.
func (t *table) enter(p *sim.Proc, m *Module) *use {
	if len(t.uses) >= t.room {
		t.uses = slices.DeleteFunc(t.uses, func(u *use) bool { return !u.lives() })
		t.room = 2*len(t.uses) + 64
	}
	u := &use{pid: p.Self(), load: t.entry(m).current}
	t.uses = append(t.uses, u)
	return u
}

// leave forgets a use: an event handler was removed.
func (t *table) leave(u *use) {
	t.uses = slices.DeleteFunc(t.uses, func(v *use) bool { return v == u })
}

// lives reads the table of processes. It is not ordered with signals.
func (u *use) lives() bool { return u.pid.Identity().Holder != nil }

// of is how a process uses a module; nil if it does not.
func (t *table) of(pid sim.PID, name sim.Atom) *use {
	for _, u := range t.uses {
		if u.pid == pid && u.load.module.Name == name {
			return u
		}
	}
	return nil
}

// all is whether a process uses a module in this load and no other.
func (t *table) all(pid sim.PID, to *load) bool {
	return !slices.ContainsFunc(t.uses, func(u *use) bool {
		return u.pid == pid && u.load.module.Name == to.module.Name && u.load != to
	})
}

// running lists the processes, oldest first, that have a use of this kind.
func (t *table) running(like func(u *use) bool) []sim.PID {
	var pids []sim.PID
	for _, u := range t.uses {
		if u.lives() && like(u) && !slices.Contains(pids, u.pid) {
			pids = append(pids, u.pid)
		}
	}
	return pids
}
