package global

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

func init() { otp.Provide(otp.GlobalRegistry, registry{}) }

// registry lets term.Global names live here. Their text is an atom.
type registry struct{}

func (registry) Whereis(p *sim.Proc, name string) (sim.PID, bool) {
	return WhereisName(p, sim.Atom(name))
}

func (registry) Register(p *sim.Proc, name string, pid sim.PID) bool {
	return RegisterName(p, sim.Atom(name), pid, nil)
}

func (registry) Unregister(p *sim.Proc, name string) { UnregisterName(p, sim.Atom(name)) }
