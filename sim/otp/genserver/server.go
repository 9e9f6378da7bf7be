// Package genserver is Erlang's gen_server: a process that answers calls and casts one after the other.
//
// The user's part is a Server: a value that is the state and holds the callbacks. A factory makes it anew
// for every start, so that a restarted server remembers nothing:
//
//	type Get struct {
//		otp.Returns[int]
//		Key string
//	}
//
//	type KV struct {
//		genserver.Base
//		data map[string]int
//	}
//
//	func New() genserver.Server { return &KV{data: map[string]int{}} }
//
//	func (s *KV) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
//		switch r := req.(type) {
//		case Get:
//			return genserver.Reply(r, s.data[r.Key]) // an int, or it does not compile
//		}
//		return s.Base.HandleCall(p, req, from)
//	}
//
//	otp.Must(genserver.StartLink(p, sim.Local("kv"), New))
//
// A callback may call others, sleep and receive; while it does, what is sent to the server waits. If a
// callback panics, the server terminates with {Error, Stack}; after Proc.ExitSelf(R), with R. There is no throw.
// The clients' side, Call, Cast and the like, is package otp.
package genserver

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Server is a gen_server's state and callbacks. Embed Base for those that are not needed.
type Server interface {
	// Init runs in the new process, which has its name already, while the starter waits.
	Init(p *sim.Proc) InitResult
	// HandleCall answers Reply, NoReply, Stop or StopReply.
	HandleCall(p *sim.Proc, req any, from otp.From) Result
	// HandleCast answers NoReply or Stop, and so do the others that answer a Result.
	HandleCast(p *sim.Proc, msg any) Result
	// HandleInfo is for all other messages: sim.Exit, sim.Down, sim.Timeout, the atom timeout, plain values.
	HandleInfo(p *sim.Proc, msg any) Result
	// HandleContinue is for what a result's Continue said.
	HandleContinue(p *sim.Proc, arg any) Result
	// Terminate is called before the server ends of its own will, or because its parent has ended and it
	// traps exits; not if it is killed, or dies of an exit signal (GS6).
	Terminate(p *sim.Proc, reason sim.Reason)
	// CodeChange is what sys.ChangeCode calls. After an error the server goes on as it is.
	CodeChange(p *sim.Proc, oldVsn, extra any) error
}

// StateHolder is for servers that want package sys to see something else than themselves as their state.
type StateHolder interface {
	State() any
	SetState(state any)
}

// Base answers all callbacks as a gen_server does whose module has none of them.
type Base struct{}

// Init is Ok.
func (Base) Init(*sim.Proc) InitResult { return Ok() }

// HandleCall crashes the server with undef: nobody has said how to answer that.
func (Base) HandleCall(_ *sim.Proc, req any, _ otp.From) Result { return undefined("handle_call", req) }

// HandleCast crashes the server with undef.
func (Base) HandleCast(_ *sim.Proc, msg any) Result { return undefined("handle_cast", msg) }

// HandleContinue crashes the server with undef.
func (Base) HandleContinue(_ *sim.Proc, arg any) Result { return undefined("handle_continue", arg) }

func undefined(callback string, arg any) Result {
	panic(&sim.Error{Reason: "undef", Op: callback, Detail: term.Format(arg)})
}

// HandleInfo reports the message, a report of kind "warning", and goes on (GS8).
func (Base) HandleInfo(p *sim.Proc, msg any) Result {
	p.Report("warning", p.Self(), sim.Tuple{sim.Atom("unhandled_info"), msg})
	return NoReply()
}

// Terminate does nothing.
func (Base) Terminate(*sim.Proc, sim.Reason) {}

// CodeChange accepts any change.
func (Base) CodeChange(*sim.Proc, any, any) error { return nil }
