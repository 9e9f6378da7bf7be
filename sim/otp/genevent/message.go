package genevent

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// The tags of what managers are sent. Processes that know nothing of tags receive a NotifyMsg or a
// RequestMsg, and a manager takes those plain values for the real thing.
var (
	notifyTag  = sim.NewTag("notify", func(m *sim.Msg) any { return NotifyMsg{m.Body()} })
	syncTag    = sim.NewTag("sync_notify", func(m *sim.Msg) any { return RequestMsg{otp.FromOf(m), syncNotify{m.Body()}} })
	requestTag = sim.NewTag("gen_event", func(m *sim.Msg) any { return RequestMsg{otp.FromOf(m), m.Body()} })
)

// NotifyMsg is an event as a plain message: {notify, Event}.
type NotifyMsg struct{ Event any }

// Term is the message as Erlang has it.
func (m NotifyMsg) Term() sim.Tuple { return sim.Tuple{sim.Atom("notify"), m.Event} }

// String prints the message as Erlang has it.
func (m NotifyMsg) String() string { return m.Term().String() }

// DebugText is how package sys tells of it.
func (m NotifyMsg) DebugText(manager any) string {
	return term.Format(manager) + " got event " + term.Format(m.Event)
}

// RequestMsg is a request to a manager as a plain message: {PID, From, Req}.
type RequestMsg struct {
	From otp.From
	Req  any
}

// Term is the message as Erlang has it.
func (m RequestMsg) Term() sim.Tuple { return sim.Tuple{m.From.PID, m.From.Term(), m.Req} }

// String prints the message as Erlang has it.
func (m RequestMsg) String() string { return m.Term().String() }

// DebugText is how package sys tells of it.
func (m RequestMsg) DebugText(manager any) string {
	if c, ok := m.Req.(*call); ok {
		return term.Format(manager) + "(" + c.ID.String() + ") got call " + term.Format(c.Req)
	}
	return term.Format(manager) + " got " + m.String()
}

// The requests.
type (
	syncNotify    struct{ Event any }
	whichHandlers struct{}

	call struct {
		ID  ID
		Req any
	}
	deleteHandler struct {
		ID   ID
		Args any
	}
	addHandler struct {
		ID    ID
		New   factory
		Owner sim.PID // zero: nobody's
	}
	swapHandler struct {
		Old   ID
		Args  any
		ID    ID
		New   factory
		Owner sim.PID // zero: that of the old one, if any
	}
)

// factory makes a handler. It is code, and so the same on every node: it crosses as it is.
type factory func() Handler

// Cross gives the factory itself.
func (f factory) Cross() any { return f }

func (r syncNotify) String() string  { return sim.Tuple{sim.Atom("sync_notify"), r.Event}.String() }
func (whichHandlers) String() string { return "which_handlers" }
func (r *call) String() string       { return sim.Tuple{sim.Atom("call"), r.ID, r.Req}.String() }

func (r *deleteHandler) String() string {
	return sim.Tuple{sim.Atom("delete_handler"), r.ID, r.Args}.String()
}

func (r *addHandler) String() string {
	if r.Owner.IsZero() {
		return sim.Tuple{sim.Atom("add_handler"), r.ID}.String()
	}
	return sim.Tuple{sim.Atom("add_sup_handler"), r.ID, r.Owner}.String()
}

func (r *swapHandler) String() string {
	if r.Owner.IsZero() {
		return sim.Tuple{sim.Atom("swap_handler"), r.Old, r.Args, r.ID}.String()
	}
	return sim.Tuple{sim.Atom("swap_sup_handler"), r.Old, r.Args, r.ID, r.Owner}.String()
}

// HandlerExit is the message {gen_event_EXIT, Handler, Reason}: a handler that this process has installed
// with AddSupHandler or SwapSupHandler is gone. Reason is Normal if it was deleted or removed itself, Shutdown
// if the manager ends, a Swapped if another took its place, and {'EXIT', R} or a bad answer if it failed (EV7).
type HandlerExit struct {
	Handler ID
	Reason  sim.Reason
}

// Term is the message as Erlang has it.
func (m HandlerExit) Term() sim.Tuple {
	return sim.Tuple{sim.Atom("gen_event_EXIT"), m.Handler.Term(), m.Reason}
}

// String prints the message as Erlang has it.
func (m HandlerExit) String() string { return m.Term().String() }

// Swapped is the reason {swapped, New, Owner} of a HandlerExit.
type Swapped struct {
	New   ID
	Owner sim.PID // the new handler's; zero if it has none
}

// Term is the reason as Erlang has it.
func (s Swapped) Term() sim.Tuple {
	var owner any = s.Owner
	if s.Owner.IsZero() {
		owner = false
	}
	return sim.Tuple{sim.Atom("swapped"), s.New.Term(), owner}
}

// String prints the reason as Erlang has it.
func (s Swapped) String() string { return s.Term().String() }

// HandlerReport is the body of a report of kind "handler": a handler has crashed and was removed.
type HandlerReport struct {
	Handler ID
	Manager any // its name or PID
	Last    any // the event it was handling
	State   Handler
	Reason  sim.Reason
}
