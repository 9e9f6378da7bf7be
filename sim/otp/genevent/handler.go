// Package genevent is Erlang's gen_event: a process, the manager, in which any number of event handlers are
// installed, and which calls each of them for every event, the newest first.
//
// The user's part is a Handler: a value that is the state and holds the callbacks. A factory makes it when
// it is installed:
//
//	type Counter struct {
//		genevent.Base
//		n int
//	}
//
//	func (c *Counter) HandleEvent(p *sim.Proc, event any) genevent.Result {
//		c.n++
//		return genevent.Ok()
//	}
//
//	started, err := genevent.StartLink(p, sim.Local("bus"))
//	genevent.AddHandler(p, started.PID, genevent.Module("counter"), func() *Counter { return &Counter{} })
//	genevent.Notify(p, started.PID, "something happened")
//
// A handler that crashes, or answers what it may not, is removed; the manager and the other handlers go on
// (EV4). Whoever wants to know installs it with AddSupHandler, and is sent a HandlerExit when it goes (EV7).
//
// Callbacks run in the manager: while one of them waits, all events wait. There is no throw.
package genevent

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Handler is an event handler's state and callbacks. Embed Base for those that are not needed.
type Handler interface {
	// Init is called when the handler is installed. It answers Ok, or else is not installed: Fail.
	Init(p *sim.Proc, before Predecessor) Result
	// HandleEvent answers Ok, Remove or Swap.
	HandleEvent(p *sim.Proc, event any) Result
	// HandleCall answers Reply, RemoveReply or SwapReply.
	HandleCall(p *sim.Proc, req any) Result
	// HandleInfo is for all other messages that the manager gets. It answers as HandleEvent does.
	HandleInfo(p *sim.Proc, msg any) Result
	// Terminate is called when the handler is removed. arg is what DeleteHandler or a swap said, Removed,
	// Stopped, {stop, Reason} if its owner has ended, or {error, Term} after a crash or a bad answer, where
	// Term is {'EXIT', Reason} or that answer (EV4, EV5). The value is what DeleteHandler returns, or what
	// the successor is told.
	Terminate(p *sim.Proc, arg any) any
	// CodeChange is what sys.ChangeCode calls for all handlers of a module.
	CodeChange(p *sim.Proc, oldVsn, extra any) error
}

// What Terminate is told.
const (
	Removed sim.Atom = "remove_handler" // a callback has answered Remove
	Stopped sim.Atom = "stop"           // the manager ends
)

// Predecessor tells a handler's Init whose place it takes.
type Predecessor struct {
	Swapped bool // it takes somebody's place
	Left    any  // what the other's Terminate returned; the atom error if there was no such handler (EV6)
}

// StateHolder is for handlers that want package sys to see something else than themselves as their state.
type StateHolder interface {
	State() any
	SetState(state any)
}

// Base answers all callbacks as a gen_event does whose handler module has none of them.
type Base struct{}

// Init is Ok.
func (Base) Init(*sim.Proc, Predecessor) Result { return Ok() }

// HandleEvent crashes the handler with undef: nobody has said what to do.
func (Base) HandleEvent(_ *sim.Proc, event any) Result { return undefined("handle_event", event) }

// HandleCall crashes the handler with undef.
func (Base) HandleCall(_ *sim.Proc, req any) Result { return undefined("handle_call", req) }

func undefined(callback string, arg any) Result {
	panic(&sim.Error{Reason: "undef", Op: callback, Detail: term.Format(arg)})
}

// HandleInfo reports the message, a report of kind "warning", and goes on.
func (Base) HandleInfo(p *sim.Proc, msg any) Result {
	p.Report("warning", p.Self(), sim.Tuple{sim.Atom("unhandled_info"), msg})
	return Ok()
}

// Terminate answers ok.
func (Base) Terminate(*sim.Proc, any) any { return sim.Atom("ok") }

// CodeChange accepts any change.
func (Base) CodeChange(*sim.Proc, any, any) error { return nil }

// ID names a handler in its manager: its module, and, if there are several of one module, which. One name
// may be given twice; the newest is then meant (EV1).
type ID struct {
	Module sim.Atom
	ID     any // nil: the module alone is the name
}

// Module names the handler of a module of which there is one.
func Module(name sim.Atom) ID { return ID{Module: name} }

// With names one of several handlers of a module.
func (i ID) With(id any) ID { return ID{i.Module, id} }

// Term is Module or {Module, ID}.
func (i ID) Term() any {
	if i.ID == nil {
		return i.Module
	}
	return sim.Tuple{i.Module, i.ID}
}

// String prints the name as Erlang has it.
func (i ID) String() string { return term.Format(i.Term()) }

func (i ID) is(j ID) bool {
	return i.Module == j.Module && (i.ID == nil && j.ID == nil || term.Equal(i.ID, j.ID))
}

// HandlerState is a handler as package sys shows and replaces it.
type HandlerState struct {
	Handler ID
	State   any
}

// Term is {Module, ID, State}, where ID is false if there is none.
func (s HandlerState) Term() sim.Tuple {
	if s.Handler.ID == nil {
		return sim.Tuple{s.Handler.Module, false, s.State}
	}
	return sim.Tuple{s.Handler.Module, s.Handler.ID, s.State}
}

// String prints the handler as Erlang has it.
func (s HandlerState) String() string { return s.Term().String() }
