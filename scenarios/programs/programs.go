// Package programs is what scenario files can start without any Go of their own: small systems out of Erlang's
// books, some with the mistakes that are made in them. Each file holds one, or a few that belong together.
package programs

import "github.com/bedlam-sim/bedlam/scenarios"

// All is the programs, by the names that files start them by.
func All() scenarios.Programs { return all }

var all = scenarios.Registry{}

// arg is the argument of a name; the zero V if there is none.
func arg[V any](a scenarios.Args, name string) V {
	v, _ := scenarios.Value[V](a, name)
	return v
}
