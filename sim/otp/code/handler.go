package code

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/genevent"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// handler is an event handler whose code may change.
type handler struct{ resident[genevent.Handler] }

// Handler makes an event handler of the module, in the version that is current on the node then. It must be
// installed under the module's name, by which the manager knows whose code changes:
// genevent.AddHandler(p, bus, genevent.Module(m.Name), m.Handler).
func (m *Module) Handler() genevent.Handler {
	return &handler{resident[genevent.Handler]{module: m}}
}

// Init begins in the current version, if the user's is content.
func (h *handler) Init(p *sim.Proc, before genevent.Predecessor) genevent.Result {
	h.begin(p)
	installed := false
	defer func() {
		if !installed {
			tableOf(p).leave(h.use)
		}
	}()
	r := h.impl.Init(p, before)
	installed = installs(r)
	return r
}

// HandleEvent is the user's.
func (h *handler) HandleEvent(p *sim.Proc, event any) genevent.Result {
	return h.impl.HandleEvent(p, event)
}

// HandleCall is the user's.
func (h *handler) HandleCall(p *sim.Proc, req any) genevent.Result { return h.impl.HandleCall(p, req) }

// HandleInfo is the user's.
func (h *handler) HandleInfo(p *sim.Proc, msg any) genevent.Result { return h.impl.HandleInfo(p, msg) }

// Terminate is the user's. After it the manager does not run the module any more, not for this handler.
func (h *handler) Terminate(p *sim.Proc, arg any) any {
	tableOf(p).leave(h.use)
	return h.impl.Terminate(p, arg)
}

// CodeChange goes to another version.
func (h *handler) CodeChange(p *sim.Proc, oldVsn, extra any) error {
	_, err := h.change(p, oldVsn, func(of genevent.Handler, oldVsn any) error { return of.CodeChange(p, oldVsn, extra) })
	return err
}

// State is what package sys sees: what it would see without this.
func (h *handler) State() any {
	if s, ok := h.impl.(genevent.StateHolder); ok {
		return s.State()
	}
	return h.impl
}

// SetState replaces the state, as package sys would without this.
func (h *handler) SetState(state any) {
	if s, ok := h.impl.(genevent.StateHolder); ok {
		s.SetState(state)
		return
	}
	h.impl = state.(genevent.Handler)
}

// String prints the user's handler.
func (h *handler) String() string { return term.Format(h.impl) }

// installs reports whether that is what an Init answers whose handler is installed: ok, or {ok, hibernate}.
func installs(r genevent.Result) bool {
	t, ok := r.Term().(sim.Tuple)
	return ok && (term.Equal(t, sim.Tuple{sim.Atom("ok")}) || term.Equal(t, sim.Tuple{sim.Atom("ok"), sim.Atom("hibernate")}))
}
