package conform

import (
	"errors"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genevent"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// handlerModule is what the event handlers of a case have as their module.
const handlerModule = term.Atom("o_evh")

// eventOperations are those of gen_event and its clients.
var eventOperations = map[string]operation{
	"start_event":      (*actor).startEvent,
	"add_handler":      func(a *actor, o Op) any { return a.addHandler(o, genevent.AddHandler[*scriptedHandler]) },
	"add_sup_handler":  func(a *actor, o Op) any { return a.addHandler(o, genevent.AddSupHandler[*scriptedHandler]) },
	"delete_handler":   (*actor).deleteHandler,
	"swap_handler":     func(a *actor, o Op) any { return a.swapHandler(o, genevent.SwapHandler[*scriptedHandler]) },
	"swap_sup_handler": func(a *actor, o Op) any { return a.swapHandler(o, genevent.SwapSupHandler[*scriptedHandler]) },
	"which_handlers":   (*actor).whichHandlers,
	"notify":           func(a *actor, o Op) any { genevent.Notify(a.p, a.to(o), a.term(o, "event")); return ok },
	"sync_notify": func(a *actor, o Op) any {
		return eventResult(ok, genevent.SyncNotify(a.p, a.to(o), a.term(o, "event")))
	},
	"ev_call": (*actor).eventCall,
	"ev_stop": (*actor).stop,
}

// startEvent starts an event manager, which from then on has a name.
func (a *actor) startEvent(o Op) any {
	as := o.text("as")
	start := genevent.StartLink
	switch kind := o.textOr("kind", "start_link"); kind {
	case "start_link":
	case "start":
		start = genevent.StartAlone
	case "start_monitor":
		start = genevent.StartMonitor
	default:
		o.wrong("knows no kind %s", kind)
	}
	started, err := start(a.p, a.serverName(o), genevent.Role(as))
	if err == nil {
		a.s.enter(as, started.PID, false)
		if o.has("ref") {
			a.s.bind(o.text("ref"), started.Ref)
		}
	}
	return startResult(started, err)
}

// eventResult is what functions of gen_event give. They exit if there is no answer.
func eventResult(v any, err error) any {
	var e *genevent.Error
	switch {
	case errors.As(err, &e):
		return term.Tuple{term.Atom("error"), e.Reason}
	case err != nil:
		return exitOf(err)
	}
	return v
}

func handlerID(o Op) genevent.ID { return genevent.Module(handlerModule).With(term.Atom(o.text("id"))) }

// newHandler is the factory of the handler that an object describes.
func (s *stage) newHandler(o Op) func() *scriptedHandler {
	return func() *scriptedHandler {
		return &scriptedHandler{stage: s, called: o.text("id"), script: o.object("handler")}
	}
}

type (
	addFunc  func(*sim.Proc, sim.Addr, genevent.ID, func() *scriptedHandler) error
	swapFunc func(*sim.Proc, sim.Addr, genevent.ID, any, genevent.ID, func() *scriptedHandler) error
)

// addHandler gives what init gave instead of ok as it is.
func (a *actor) addHandler(o Op, add addFunc) any {
	err := add(a.p, a.to(o), handlerID(o), a.s.newHandler(o))
	var e *genevent.Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return eventResult(ok, err)
}

// deleteHandler gives what terminate returned, or made it crash.
func (a *actor) deleteHandler(o Op) any {
	left, err := genevent.DeleteHandler(a.p, a.to(o), handlerID(o), a.term(o, "args"))
	var e *genevent.Error
	if errors.As(err, &e) && !errors.Is(err, genevent.ErrNoHandler) {
		return e.Reason
	}
	return eventResult(left, err)
}

func (a *actor) swapHandler(o Op, swap swapFunc) any {
	next := o.object("new")
	return eventResult(ok, swap(a.p, a.to(o), handlerID(o), a.term(o, "args"), handlerID(next), a.s.newHandler(next)))
}

func (a *actor) whichHandlers(o Op) any {
	ids, err := genevent.WhichHandlers(a.p, a.to(o))
	list := make([]any, len(ids))
	for i := range ids {
		list[i] = ids[i].Term()
	}
	return eventResult(list, err)
}

func (a *actor) eventCall(o Op) any {
	return eventResult(genevent.CallAny(a.p, a.to(o), handlerID(o), a.term(o, "event"), otp.Within(o.span("timeout", otp.DefaultTimeout))))
}
