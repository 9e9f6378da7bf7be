package genevent

import (
	"slices"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// SystemState is what sys.GetState shows: a []HandlerState, newest first.
func (m *manager) SystemState(*sim.Proc) any {
	states := make([]HandlerState, 0, len(m.handlers))
	for _, h := range slices.Backward(m.handlers) {
		states = append(states, h.state())
	}
	return states
}

func (h *installed) state() HandlerState {
	if s, ok := h.impl.(StateHolder); ok {
		return HandlerState{h.id, s.State()}
	}
	return HandlerState{h.id, h.impl}
}

func (h *installed) setState(state any) {
	if s, ok := h.impl.(StateHolder); ok {
		s.SetState(state)
		return
	}
	h.impl = state.(Handler)
}

// SystemReplaceEach replaces the handlers' states one by one: f is given a HandlerState and gives another of
// the same name; where it crashes, or gives anything else, that handler stays as it is.
func (m *manager) SystemReplaceEach(p *sim.Proc, f func(any) any) (state any) {
	for i := range slices.Backward(m.handlers) {
		h := &m.handlers[i]
		otp.Try(p, func() {
			if s, ok := f(h.state()).(HandlerState); ok && s.Handler.is(h.id) {
				h.setState(s.State)
			}
		})
	}
	return m.SystemState(p)
}

// SystemReplaceState is not called: see SystemReplaceEach.
func (m *manager) SystemReplaceState(*sim.Proc, any) {}

// SystemCodeChange changes the code of all handlers.
func (m *manager) SystemCodeChange(p *sim.Proc, oldVsn, extra any) error {
	return m.SystemModuleCodeChange(p, nil, oldVsn, extra)
}

// SystemModuleCodeChange calls CodeChange of all handlers of a module, newest first.
func (m *manager) SystemModuleCodeChange(p *sim.Proc, module, oldVsn, extra any) error {
	for _, h := range slices.Backward(m.handlers) {
		if module != nil && module != any(h.id.Module) {
			continue
		}
		if err := h.impl.CodeChange(p, oldVsn, extra); err != nil {
			return err
		}
	}
	return nil
}

// SystemTerminate is what package sys ends the manager with.
func (m *manager) SystemTerminate(p *sim.Proc, reason sim.Reason) { m.terminate(p, reason) }

// SystemModule is what package sys says the process runs.
func (m *manager) SystemModule() string { return "gen_event" }
