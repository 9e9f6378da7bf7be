package application

import (
	"maps"
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
)

// table is what all processes of a node may know about its applications without asking: OTP's ac_tab. The
// controller makes it and writes to it; masters enter themselves.
type table struct {
	path    map[sim.Atom]*App // what can be loaded by its name
	loaded  map[sim.Atom]*App
	env     map[sim.Atom]Env
	masters map[sim.Atom]sim.PID
	ofPID   map[sim.PID]sim.Atom // whose master it is
}

const tableKey = "application"

func newTable() *table {
	return &table{
		path: map[sim.Atom]*App{}, loaded: map[sim.Atom]*App{}, env: map[sim.Atom]Env{},
		masters: map[sim.Atom]sim.PID{}, ofPID: map[sim.PID]sim.Atom{},
	}
}

// String keeps the table out of what prints the state of the controller.
func (*table) String() string { return "ac_tab" }

// tableOf is the table of the process's node; an empty one if the node has no controller.
func tableOf(p *sim.Proc) *table {
	if t, ok := p.Shared(tableKey).(*table); ok {
		return t
	}
	return newTable()
}

func (t *table) enter(name sim.Atom, master sim.PID) {
	t.masters[name] = master
	t.ofPID[master] = name
}

func (t *table) forget(master sim.PID) {
	if name, ok := t.ofPID[master]; ok {
		delete(t.ofPID, master)
		delete(t.masters, name)
	}
}

// load enters an application with its environment, in which conf counts for more than its own.
func (t *table) load(a *App, conf Env) {
	env := Env{}
	maps.Copy(env, a.Env)
	maps.Copy(env, conf)
	t.loaded[a.Name], t.env[a.Name] = a, env
}

func (t *table) unload(name sim.Atom) {
	delete(t.loaded, name)
	delete(t.env, name)
}

// set changes a parameter, also of an application that is not loaded.
func (t *table) set(name, key sim.Atom, value any) {
	if t.env[name] == nil {
		t.env[name] = Env{}
	}
	t.env[name][key] = value
}

// names lists the loaded applications.
func (t *table) names() []sim.Atom { return slices.Sorted(maps.Keys(t.loaded)) }

// missing is the first of names that is not in a set.
func missing[V any](names []sim.Atom, in map[sim.Atom]V) (name sim.Atom, ok bool) {
	for _, n := range names {
		if _, there := in[n]; !there {
			return n, true
		}
	}
	return "", false
}

func contains(names []sim.Atom, name sim.Atom) bool { return slices.Contains(names, name) }
