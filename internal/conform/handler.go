package conform

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/genevent"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// scriptedHandler is an event handler that does what a table says.
type scriptedHandler struct {
	*actor
	stage  *stage
	called string
	script Op
}

// Init says who it is, or that it takes another's place, and does what the script says.
func (h *scriptedHandler) Init(p *sim.Proc, before genevent.Predecessor) genevent.Result {
	h.actor = newActor(p, h.stage, h.called)
	h.catches = true
	if before.Swapped {
		h.log("swap_init", before.Left)
	} else {
		h.stage.log(h.called, term.Atom("init"))
	}
	return h.answer(false, h.script["init"], func(word string, rest []any) any {
		if word == "ok" && (len(rest) == 0 || len(rest) == 1) {
			return h.ok(rest)
		}
		return h.raised(word, rest)
	})
}

func (h *scriptedHandler) log(what string, arg any) {
	h.stage.log(h.called, term.Tuple{term.Atom(what), arg})
}

// HandleEvent does what the script says of that event.
func (h *scriptedHandler) HandleEvent(_ *sim.Proc, event any) genevent.Result {
	h.log("event", event)
	return h.answer(false, h.find("on", event), h.value)
}

// HandleInfo does what the script says of all messages.
func (h *scriptedHandler) HandleInfo(_ *sim.Proc, msg any) genevent.Result {
	h.log("info", msg)
	return h.answer(false, h.script["info"], h.value)
}

// HandleCall does what the script says of that request.
func (h *scriptedHandler) HandleCall(_ *sim.Proc, req any) genevent.Result {
	h.log("call", req)
	return h.answer(true, h.find("call", req), func(word string, rest []any) any {
		switch {
		case word == "ok" && len(rest) == 0:
			return term.Tuple{ok, ok, h}
		case word == "reply" && len(rest) == 1:
			return term.Tuple{ok, h.stage.term(rest[0]), h}
		case word == "remove" && len(rest) == 1:
			return term.Tuple{removeHandler, h.stage.term(rest[0])}
		case word == "swap" && len(rest) == 3:
			return term.Tuple{swapHandler, h.stage.term(rest[0]), h.stage.term(rest[1]), h, rest[2]}
		}
		return h.raised(word, rest)
	})
}

// Terminate returns, or raises, what the script says.
func (h *scriptedHandler) Terminate(_ *sim.Proc, arg any) any {
	h.log("terminate", arg)
	ret := h.script["terminate"]
	if word, rest := verb(ret); len(rest) == 1 && (word == "exit" || word == "error") {
		h.raise(word, h.stage.term(rest[0]))
	}
	if ret == nil {
		ret = "ok"
	}
	return term.Tuple{term.Atom("gone"), h.stage.term(ret)}
}

// CodeChange changes nothing.
func (h *scriptedHandler) CodeChange(_ *sim.Proc, _, extra any) error {
	h.log("code_change", extra)
	return nil
}

const (
	removeHandler = term.Atom("remove_handler")
	swapHandler   = term.Atom("swap_handler")
)

// find looks an event up in a table.
func (h *scriptedHandler) find(table string, event any) any {
	t := h.script.object(table)
	if name, isAtom := event.(term.Atom); isAtom && t.has(string(name)) {
		return t[string(name)]
	}
	return t["_"]
}

// ok is the Erlang value {ok, State}, with hibernate behind it if the script says so.
func (h *scriptedHandler) ok(rest []any) any {
	if len(rest) == 1 {
		return term.Tuple{ok, h, h.stage.term(rest[0])}
	}
	return term.Tuple{ok, h}
}

// value is the Erlang value that handle_event and handle_info return.
func (h *scriptedHandler) value(word string, rest []any) any {
	switch {
	case word == "ok" && (len(rest) == 0 || len(rest) == 1):
		return h.ok(rest)
	case word == "remove" && len(rest) == 0:
		return removeHandler
	case word == "swap" && len(rest) == 2:
		return term.Tuple{swapHandler, h.stage.term(rest[0]), h, rest[1]}
	case word == "do" && len(rest) == 1:
		h.run(Op{"do": rest[0]}.ops("do"))
		return h.ok(nil)
	}
	return h.raised(word, rest)
}

// raised does what exit, error, throw and bad stand for. What is thrown counts as returned.
func (h *scriptedHandler) raised(word string, rest []any) any {
	switch {
	case len(rest) != 1:
	case word == "exit" || word == "error":
		h.raise(word, h.stage.term(rest[0]))
	case word == "throw" && rest[0] == any("ok"):
		return h.ok(nil)
	case word == "throw" || word == "bad":
		return h.stage.term(rest[0])
	}
	malformed(append([]any{word}, rest...))
	return nil
}

// answer evaluates what a script says and gives it as genevent has it.
func (h *scriptedHandler) answer(isCall bool, ret any, value func(word string, rest []any) any) genevent.Result {
	if ret == nil {
		ret = "ok"
	}
	v := h.catch(func() any { return value(verb(ret)) })
	first, size, t := word(v)
	switch {
	case first == removeHandler && size == 0 && !isCall:
		return genevent.Remove()
	case first == removeHandler && size == 2 && isCall:
		return genevent.Remove().Replying(t[1])
	case first == ok && !isCall && (size == 2 || size == 3) && t[1] == any(h):
		return followedOk(genevent.Ok(), t[2:], v)
	case first == ok && isCall && (size == 3 || size == 4) && t[2] == any(h):
		return followedOk(genevent.ReplyAny(t[1]), t[3:], v)
	case first == swapHandler && size == 4 && !isCall:
		return h.swap(t[1], t[3])
	case first == swapHandler && size == 5 && isCall:
		return h.swap(t[2], t[4]).Replying(t[1])
	}
	return genevent.Bad(v)
}

// followedOk makes a result say what follows the state.
func followedOk(r genevent.Result, rest term.Tuple, v any) genevent.Result {
	switch {
	case len(rest) == 0:
		return r
	case rest[0] == any(term.Atom("hibernate")):
		return r.Hibernate()
	}
	return genevent.Bad(v)
}

func (h *scriptedHandler) swap(args, next any) genevent.Result {
	o, isObject := next.(Op)
	if !isObject {
		malformed(next)
	}
	return genevent.Swap(args, handlerID(o), h.stage.newHandler(o))
}
