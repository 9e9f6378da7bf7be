package genstatem

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/internal/gen"
)

var _ gen.Behaviour = (*machine[int])(nil)

// data is what package sys sees beside the state.
func (m *machine[S]) data() any {
	if h, ok := m.impl.(DataHolder); ok {
		return h.Data()
	}
	return m.impl
}

// SystemContinue makes the machine wait for its next message.
func (m *machine[S]) SystemContinue(p *sim.Proc) {
	switch {
	case m.hibernate:
		p.Doze()
	case m.Suspended():
	case m.Spec.HibernateAfter > 0:
		p.After(m.Spec.HibernateAfter)
	}
}

// SystemTerminate is what package sys ends the machine with.
func (m *machine[S]) SystemTerminate(p *sim.Proc, reason sim.Reason) {
	m.end(p, m.state, reason, reason, gen.Event{})
}

// SystemState is what sys.GetState shows: {State, Data} (SM12).
func (m *machine[S]) SystemState(*sim.Proc) any { return sim.Tuple{m.state, m.data()} }

// SystemReplaceState replaces both: the data by SetData, or by another Machine. Nothing is entered and nothing
// postponed comes back.
func (m *machine[S]) SystemReplaceState(_ *sim.Proc, state any) {
	t := state.(sim.Tuple)
	next, data := t[0].(S), t[1]
	if h, ok := m.impl.(DataHolder); ok {
		h.SetData(data)
	} else {
		m.use(data.(Machine[S]))
	}
	m.state = next
}

// SystemCodeChange is what sys.ChangeCode calls.
func (m *machine[S]) SystemCodeChange(p *sim.Proc, oldVsn, extra any) error {
	state, err := m.impl.CodeChange(p, oldVsn, m.state, extra)
	if err == nil {
		m.state = state
	}
	return err
}

// SystemModule is the type of the user's machine.
func (m *machine[S]) SystemModule() string { return gen.ModuleOf(m.impl) }

// Status is what sys.GetStatus tells of a machine in its Details.
type Status struct {
	Postponed []Event // oldest first
	Timeouts  []Event // that are set, and will come
}

// SystemDetails is what sys.GetStatus shows beside the state.
func (m *machine[S]) SystemDetails() any {
	var s Status
	if m.desk != nil {
		s.Postponed = slices.Clone(m.desk.postponed)
		for _, a := range m.desk.alarms.set {
			s.Timeouts = append(s.Timeouts, a.event())
		}
	}
	return s
}
