package code

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// server is a gen_server whose code may change.
type server struct{ resident[genserver.Server] }

// Server makes what package genserver is given to start servers of the module, in the version that is current on
// the node then: genserver.Start(name, m.Server(), genserver.Role("counter")).
func (m *Module) Server(args ...any) func() genserver.Server {
	return func() genserver.Server { return m.ServerArgs(args...) }
}

// ServerArgs is Server for genserver.StartArgs: genserver.StartArgs(nil, m.ServerArgs).
func (m *Module) ServerArgs(args ...any) genserver.Server {
	return &server{resident[genserver.Server]{module: m, args: args}}
}

// Init begins in the current version.
func (s *server) Init(p *sim.Proc) genserver.InitResult {
	s.begin(p)
	return s.impl.Init(p)
}

// HandleCall is the user's.
func (s *server) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	return s.impl.HandleCall(p, req, from)
}

// HandleCast is the user's.
func (s *server) HandleCast(p *sim.Proc, msg any) genserver.Result { return s.impl.HandleCast(p, msg) }

// HandleInfo is the user's.
func (s *server) HandleInfo(p *sim.Proc, msg any) genserver.Result { return s.impl.HandleInfo(p, msg) }

// HandleContinue is the user's.
func (s *server) HandleContinue(p *sim.Proc, arg any) genserver.Result {
	return s.impl.HandleContinue(p, arg)
}

// Terminate is the user's.
func (s *server) Terminate(p *sim.Proc, reason sim.Reason) { s.impl.Terminate(p, reason) }

// CodeChange goes to another version.
func (s *server) CodeChange(p *sim.Proc, oldVsn, extra any) error {
	_, err := s.change(p, oldVsn, func(of genserver.Server, oldVsn any) error { return of.CodeChange(p, oldVsn, extra) })
	return err
}

// State is what package sys sees: what it would see without this.
func (s *server) State() any {
	if h, ok := s.impl.(genserver.StateHolder); ok {
		return h.State()
	}
	return s.impl
}

// SetState replaces the state, as package sys would without this.
func (s *server) SetState(state any) {
	if h, ok := s.impl.(genserver.StateHolder); ok {
		h.SetState(state)
		return
	}
	s.impl = state.(genserver.Server)
}

// String prints the user's server.
func (s *server) String() string { return term.Format(s.impl) }
