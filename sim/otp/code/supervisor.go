package code

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
)

// Supervise is the init function of the module's supervisors: supervisor.StartInit(name, m.Supervise). It is that of
// the version that is current when the supervisor is started, or its code changed.
func (m *Module) Supervise(p *sim.Proc) (supervisor.Spec, error) {
	t := tableOf(p)
	u := t.of(p.Self(), m.Name)
	switch {
	case u == nil:
		u = t.enter(p, m)
	case u.next != nil:
		u.load, u.next = u.next, nil
	default:
		u.load = t.entry(m).current
	}
	return codeOf[supervisor.Init](m, u.load.Version)(p)
}
