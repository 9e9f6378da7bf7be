package gen

import (
	"fmt"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Behaviour is what package sys needs of one. A method that runs the user's code may panic: the core sees
// to that.
type Behaviour interface {
	SystemState(p *sim.Proc) any
	SystemReplaceState(p *sim.Proc, state any)
	SystemCodeChange(p *sim.Proc, oldVsn, extra any) error
	SystemTerminate(p *sim.Proc, reason sim.Reason)
	// SystemContinue goes on after a request was handled: time-outs that a message ends begin anew (GS3).
	SystemContinue(p *sim.Proc)
	SystemModule() string // the type of the user's code
}

// Collection is a Behaviour of several modules of the user's, each with a state of its own: an event manager.
type Collection interface {
	// SystemReplaceEach replaces each state by what f makes of it, and gives them all.
	SystemReplaceEach(p *sim.Proc, f func(any) any) any
	// SystemModuleCodeChange changes the code of one module.
	SystemModuleCodeChange(p *sim.Proc, module, oldVsn, extra any) error
}

// Detailed is a Behaviour with more to tell in its status.
type Detailed interface{ SystemDetails() any }

// Undo, where a change of code is given a version, takes the last one back: the state is again what it was. Only
// processes that package code has changed are asked this, and supervisors.
type Undo struct{}

// String prints it.
func (Undo) String() string { return "undo" }

// ModuleOf is what package sys calls the user's code: what it says of itself, or its type.
func ModuleOf(impl any) string {
	if m, ok := impl.(interface{ Module() string }); ok {
		return m.Module()
	}
	return fmt.Sprintf("%T", impl)
}

// System handles a request of package sys and answers it.
func (c *Core) System(p *sim.Proc, b Behaviour, e Event) {
	name, args := request(e.Body)
	if name == sys.TerminateReq && len(args) == 1 {
		otp.Reply(p, e.From, sys.OK)
		b.SystemTerminate(p, args[0])
		return
	}
	otp.Reply(p, e.From, shown(p, e.From, c.answer(p, b, e.Body, name, args)))
	b.SystemContinue(p)
}

// shown is an answer as its asker may see it: a state that cannot cross to another node is told as text, for to look
// at a server must not end it.
func shown(p *sim.Proc, to otp.From, v any) any {
	if p.IsLocal(to.PID) || p.Crosses(v) == nil {
		return v
	}
	if t, is := v.(sim.Tuple); is && len(t) == 2 { // {ok, State}
		return sim.Tuple{t[0], sim.Atom(term.Format(t[1]))}
	}
	return sim.Atom(term.Format(v))
}

// request takes a request apart: an atom, or a tuple that begins with one.
func request(req any) (name sim.Atom, args []any) {
	switch req := req.(type) {
	case sim.Atom:
		return req, nil
	case sim.Tuple:
		if len(req) > 0 {
			name, _ = req[0].(sim.Atom)
			return name, req[1:]
		}
	}
	return "", nil
}

// answer does what is asked.
func (c *Core) answer(p *sim.Proc, b Behaviour, req any, name sim.Atom, args []any) any {
	switch {
	case name == sys.SuspendReq:
		c.suspended = true
		p.Only(c.evenSuspended)
		return sys.OK
	case name == sys.ResumeReq:
		c.suspended = false
		p.Only(nil)
		return sys.OK
	case name == sys.GetStateReq:
		return c.getState(p, b)
	case name == sys.GetStatusReq:
		return c.status(p, b)
	case name == sys.ReplaceStateReq && len(args) == 1:
		return c.replaceState(p, b, args[0])
	case name == sys.ChangeCodeReq && len(args) == 3 && c.suspended:
		return c.changeCode(p, b, args)
	case name == sys.DebugReq && len(args) == 1:
		return c.debugCommand(p, args[0])
	}
	return sim.Tuple{sys.Error, sim.Tuple{sim.Atom("unknown_system_msg"), req}}
}

// Suspended reports whether the process handles nothing but system messages now.
func (c *Core) Suspended() bool { return c.suspended }

// evenSuspended is whether a message is handled even by a suspended process (SYS3).
func (c *Core) evenSuspended(m *sim.Msg) bool {
	switch m.Tag() {
	case otp.SystemTag:
		return true
	case sim.ExitTag:
		return m.From() == c.Parent
	case nil:
		k := c.sortPlain(m.Body()).Kind
		return k == System || k == ParentExit
	}
	return false
}

func (c *Core) getState(p *sim.Proc, b Behaviour) any {
	var state any
	if why, ok := otp.Try(p, func() { state = b.SystemState(p) }); !ok {
		return c.callbackFailed("system_get_state", why)
	}
	return sim.Tuple{sys.OK, state}
}

func (c *Core) replaceState(p *sim.Proc, b Behaviour, f any) any {
	var state any
	why, ok := otp.Try(p, func() {
		replace := f.(sys.Replace)
		if many, ok := b.(Collection); ok {
			state = many.SystemReplaceEach(p, replace)
			return
		}
		state = replace(b.SystemState(p))
		b.SystemReplaceState(p, state)
	})
	if !ok {
		return c.callbackFailed("system_replace_state", why)
	}
	return sim.Tuple{sys.OK, state}
}

// callbackFailed is {error, {callback_failed, {Behaviour, Callback}, {Class, Why}}} (SYS2).
func (c *Core) callbackFailed(callback sim.Atom, why sim.Reason) any {
	class := sim.Tuple{sim.Atom("exit"), why}
	if crash, ok := why.(*term.Crash); ok {
		class = sim.Tuple{sys.Error, crash.Err}
	}
	return sim.Tuple{sys.Error, sim.Tuple{sim.Atom("callback_failed"), sim.Tuple{c.Spec.Behaviour, callback}, class}}
}

// changeCode answers what Erlang's catch makes of a failure: {error, R} wrapped once more.
func (c *Core) changeCode(p *sim.Proc, b Behaviour, args []any) any {
	var err error
	if why, ok := otp.Try(p, func() { err = codeChange(p, b, args) }); !ok {
		return sim.Tuple{sys.Error, sim.Tuple{sim.Atom("EXIT"), why}}
	}
	if err != nil {
		return sim.Tuple{sys.Error, sim.Tuple{sys.Error, otp.ExitReason(err)}}
	}
	return sys.OK
}

func codeChange(p *sim.Proc, b Behaviour, args []any) error {
	if many, ok := b.(Collection); ok {
		return many.SystemModuleCodeChange(p, args[0], args[1], args[2])
	}
	return b.SystemCodeChange(p, args[1], args[2])
}

func (c *Core) status(p *sim.Proc, b Behaviour) any {
	s := sys.Status{
		PID: p.Self(), Behaviour: c.Spec.Behaviour, Module: b.SystemModule(), Sys: sys.Running,
		Parent: c.Parent, Name: c.Name(p), Debug: c.debugIDs(p),
	}
	if c.suspended {
		s.Sys = sys.Suspended
	}
	if why, ok := otp.Try(p, func() { s.State = b.SystemState(p) }); !ok {
		s.State = why
	}
	if d, ok := b.(Detailed); ok {
		s.Details = d.SystemDetails()
	}
	return s
}
