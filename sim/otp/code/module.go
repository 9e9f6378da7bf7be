package code

import (
	"fmt"
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
)

// Module is code that may change while processes run it. It is plain data, the same for all nodes; a node knows
// it by its name.
type Module struct {
	Name     sim.Atom
	Versions []Version // the oldest first. A node has the first, until another is loaded
}

// String is the module's name.
func (m *Module) String() string { return string(m.Name) }

// index is the place of a version among the others; -1 if there is no such version.
func (m *Module) index(vsn string) int {
	return slices.IndexFunc(m.Versions, func(v Version) bool { return v.Vsn == vsn })
}

// Vsns lists the versions, the oldest first.
func (m *Module) Vsns() []string {
	vsns := make([]string, len(m.Versions))
	for i, v := range m.Versions {
		vsns[i] = v.Vsn
	}
	return vsns
}

// Error says why code was not loaded or upgraded: {error, Reason}.
type Error struct {
	Module sim.Atom
	Reason sim.Reason // nofile, if there is no such version; on_load…; {old_processes, …}
}

// Error says which module, and why.
func (e *Error) Error() string { return fmt.Sprintf("code: %s: %v", e.Module, e.Reason) }

// Words.
const (
	noFile       sim.Atom = "nofile"
	oldProcesses sim.Atom = "old_processes"
	undef        sim.Atom = "undef"
)
