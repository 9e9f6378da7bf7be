package scenarios

import (
	"maps"
	"slices"
)

// Registry is a set of programs under their names.
type Registry map[string]Program

// Lookup answers the program of a name.
func (r Registry) Lookup(name string) (Program, bool) { p, ok := r[name]; return p, ok }

// Names lists all names, sorted.
func (r Registry) Names() []string { return slices.Sorted(maps.Keys(r)) }
