package rpc

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/term"
)

const rexName sim.Name = "rex"

func rexOn(node sim.Atom) sim.Addr { return term.NameAt{Name: rexName, Node: node} }

// code is a function on its way to rex: all nodes have it, so that it travels as its name would.
type code func(p *sim.Proc) any

// Cross lets it travel.
func (f code) Cross() any { return f }

// String prints it.
func (code) String() string { return "code" }

// What rex is asked.
type (
	block struct {
		otp.Returns[answer]
		Code code
	}
	deliver struct {
		otp.Returns[bool] // whether somebody has the name
		Name              sim.Name
		Msg               any
	}
	everywhere struct{ Code code }
)

// Start starts rex, the node's server for what is done one at a time. It is for the node's Boot. The error is that it
// runs already.
func Start(p *sim.Proc) error {
	if pid, running := p.Whereis(rexName); running {
		return otp.AlreadyStarted(pid)
	}
	_, err := otp.Start(p, string(rexName), func(p *sim.Proc) {
		p.Register(rexName, p.Self())
		otp.InitAck(p, nil)
		genserver.EnterLoop(p, rex{}, rexName, genserver.Ok())
	}, otp.StartOptions{Hidden: true})
	return err
}

// rex is the server.
type rex struct{ genserver.Base }

// HandleCall runs a function, or sends a message on.
func (s rex) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	switch r := req.(type) {
	case block:
		return genserver.Reply(r, apply(p, r.Code))
	case deliver:
		pid, ok := p.Whereis(r.Name)
		if ok {
			p.Send(pid, r.Msg)
		}
		return genserver.Reply(r, ok)
	}
	return s.Base.HandleCall(p, req, from)
}

// HandleCast has a function run by a process of its own.
func (s rex) HandleCast(p *sim.Proc, msg any) genserver.Result {
	if m, ok := msg.(everywhere); ok {
		p.Spawn("everywhere", func(p *sim.Proc) { m.Code(p) })
	}
	return genserver.NoReply()
}

// HandleInfo ignores what it is not asked.
func (rex) HandleInfo(*sim.Proc, any) genserver.Result { return genserver.NoReply() }
