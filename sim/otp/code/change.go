package code

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Up is what CodeChange gets for oldVsn when its version takes the place of an older one.
type Up struct {
	Vsn   string // the older one
	from  any
	asked *bool
}

// From is the value of the older version, a *counter1, say: what was the process's state. It must not be changed, nor
// may what it holds: if the upgrade fails the process goes on with it.
func (u Up) From() any {
	*u.asked = true
	return u.from
}

// String is the version, as OTP has it.
func (u Up) String() string { return term.Format(u.Vsn) }

// Down is what CodeChange gets for oldVsn when its version makes way for an older one: {down, Vsn}.
type Down struct {
	Vsn   string // the older one
	to    any
	asked *bool
}

// To is an empty value of the older version, to be filled in. The version's own value must not be changed, nor may
// what it holds.
func (d Down) To() any {
	*d.asked = true
	return d.to
}

// Term is {down, Vsn}.
func (d Down) Term() sim.Tuple { return sim.Tuple{sim.Atom("down"), d.Vsn} }

// String is {down, Vsn}.
func (d Down) String() string { return d.Term().String() }

// target is what an upgrade says for oldVsn: which load a process is to go to.
type target struct{ *load }

// String is the version.
func (t target) String() string { return term.Format(t.Vsn) }

// unmoved is the reason of a CodeChange that has not asked for what it was to take over: as if the module had no
// code_change at all.
func unmoved(m *Module, from, to string) error {
	return &sim.Error{Reason: undef, Op: string(m.Name) + ":code_change", Detail: "from version " + from + " to " + to}
}
