package genstatem

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Describe tells what the machine is and its state, to those who look at the world from outside.
func (m *machine[S]) Describe(d *otp.Description) {
	m.Core.Describe(d)
	if _, early := m.impl.(*unborn[S]); early {
		return
	}
	d.Module = m.SystemModule()
	d.Note = "state " + term.Format(m.state)
	if x, ok := m.impl.(otp.Describer); ok {
		x.Describe(d)
	}
}

// DescribeTimer tells which of the machine's time-outs a timer is.
func (m *machine[S]) DescribeTimer(ref sim.Ref, _ any) string {
	if m.desk == nil {
		return ""
	}
	for _, a := range m.desk.alarms.set {
		if a.running() && a.timer.Ref() == ref {
			return term.Format(sim.Tuple{a.kind.term(), a.content})
		}
	}
	return ""
}
