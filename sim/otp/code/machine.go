package code

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// machine is a gen_statem whose code may change.
type machine[S comparable] struct {
	resident[genstatem.Machine[S]]
	steps genstatem.Base[S]
	was   S // the state before the code has changed
}

// MachineOf makes what package genstatem is given to start machines of the module, in the version that is current
// on the node then: genstatem.Start[State](name, code.MachineOf[State](m)).
func MachineOf[S comparable](m *Module, args ...any) func() genstatem.Machine[S] {
	return func() genstatem.Machine[S] {
		return &machine[S]{resident: resident[genstatem.Machine[S]]{module: m, args: args}}
	}
}

// MachineArgsOf is MachineOf for genstatem.StartArgs.
func MachineArgsOf[S comparable](m *Module) func(args ...any) genstatem.Machine[S] {
	return func(args ...any) genstatem.Machine[S] { return MachineOf[S](m, args...)() }
}

// Init begins in the current version.
func (m *machine[S]) Init(p *sim.Proc) genstatem.Step[S] {
	m.begin(p)
	return m.impl.Init(p)
}

// HandleEvent is the user's.
func (m *machine[S]) HandleEvent(p *sim.Proc, state S, e genstatem.Event) genstatem.Step[S] {
	return m.impl.HandleEvent(p, state, e)
}

// Enter is the user's, if the version has one (SM11).
func (m *machine[S]) Enter(p *sim.Proc, old, state S) genstatem.Step[S] {
	if e, ok := m.impl.(genstatem.Enterer[S]); ok {
		return e.Enter(p, old, state)
	}
	return m.steps.Keep()
}

// Terminate is the user's.
func (m *machine[S]) Terminate(p *sim.Proc, state S, reason sim.Reason) {
	m.impl.Terminate(p, state, reason)
}

// CodeChange goes to another version (SM12).
func (m *machine[S]) CodeChange(p *sim.Proc, oldVsn any, state S, extra any) (S, error) {
	next, changed := state, m.before != nil
	back, err := m.change(p, oldVsn, func(of genstatem.Machine[S], oldVsn any) (err error) {
		next, err = of.CodeChange(p, oldVsn, state, extra)
		return err
	})
	switch {
	case back && changed:
		return m.was, nil
	case back || err != nil:
		return state, err
	}
	m.was = state
	return next, nil
}

// Data is what package sys sees: what it would see without this.
func (m *machine[S]) Data() any {
	if h, ok := m.impl.(genstatem.DataHolder); ok {
		return h.Data()
	}
	return m.impl
}

// SetData replaces the data, as package sys would without this.
func (m *machine[S]) SetData(data any) {
	if h, ok := m.impl.(genstatem.DataHolder); ok {
		h.SetData(data)
		return
	}
	m.impl = data.(genstatem.Machine[S])
}

// String prints the user's machine.
func (m *machine[S]) String() string { return term.Format(m.impl) }
