package conform

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// request is what a scripted server is asked: it does what act says. It prints as {act,id}.
type request struct {
	otp.Returns[any]
	id  string
	act Op
}

func requestOf(o Op) request { return request{id: o.text("id"), act: o.object("act")} }

// Cross lets a request travel to another node as it is: nobody writes to what a case says.
func (r request) Cross() any { return r }

// String prints the request without what it asks for.
func (r request) String() string { return "{act," + r.id + "}" }

// scripted is a gen_server whose every callback does what the message, or the script, says.
type scripted struct {
	*actor
	stage  *stage
	called string
	child  bool // of a supervisor: it is known by its incarnation
	script Op
	ret    any // what Init does, as a script says it
	state  any
}

var _ genserver.StateHolder = (*scripted)(nil)

// State is what sys sees.
func (s *scripted) State() any { return s.state }

// SetState is for sys too.
func (s *scripted) SetState(state any) { s.state = state }

// Init says who it is, does what the script says, and answers.
func (s *scripted) Init(p *sim.Proc) genserver.InitResult {
	name := s.called
	if s.child {
		name = s.stage.enterChild(s.called, p.Self())
	} else {
		s.stage.enter(name, p.Self(), false)
	}
	s.actor = newActor(p, s.stage, name)
	s.catches = true
	s.log(term.Atom("init"))
	p.TrapExit(s.script.flag("trap"))
	return initResult(s, s.catch(func() any {
		s.run(s.script.ops("do"))
		s.state = 0
		if s.script.has("state") {
			s.state = s.s.term(s.script["state"])
		}
		return s.initValue(s.ret)
	}))
}

func (s *scripted) log(what any) { s.s.log(s.name, what) }

func (s *scripted) logged(callback string, r request) {
	s.log(term.Tuple{term.Atom(callback), term.Atom(r.id)})
}

// HandleCall does what the request says, and answers ok if that says nothing.
func (s *scripted) HandleCall(_ *sim.Proc, req any, from otp.From) genserver.Result {
	r, ok := req.(request)
	if !ok {
		s.log(term.Tuple{term.Atom("handle_call"), req})
		return genserver.ReplyAny(term.Tuple{term.Atom("unknown"), req})
	}
	s.logged("handle_call", r)
	if r.act.has("save") {
		s.kept["caller "+r.act.text("save")] = from
	}
	return s.act(r.act, []any{"reply", "ok"}, true)
}

// HandleCast does what the request says.
func (s *scripted) HandleCast(_ *sim.Proc, msg any) genserver.Result {
	r, ok := msg.(request)
	if !ok {
		s.log(term.Tuple{term.Atom("handle_cast"), msg})
		return genserver.NoReply()
	}
	s.logged("handle_cast", r)
	return s.act(r.act, "noreply", false)
}

// HandleInfo does what the message says, or the script about exit messages and time-outs.
func (s *scripted) HandleInfo(_ *sim.Proc, msg any) genserver.Result {
	if r, ok := msg.(request); ok {
		s.logged("handle_info", r)
		return s.act(r.act, "noreply", false)
	}
	s.log(term.Tuple{term.Atom("handle_info"), msg})
	act := Op{}
	msg = plain(msg)
	switch {
	case matches(term.Tuple{term.Atom("EXIT"), anything, anything}, msg):
		act = s.script.object("on_exit")
	case msg == any(term.Atom("timeout")):
		act = s.script.object("on_timeout")
	}
	return s.act(act, "noreply", false)
}

// HandleContinue does what the continuation says.
func (s *scripted) HandleContinue(_ *sim.Proc, arg any) genserver.Result {
	r, ok := arg.(request)
	if !ok {
		malformed(arg)
	}
	s.logged("handle_continue", r)
	return s.act(r.act, "noreply", false)
}

// Terminate does what the script says. What it returns or throws is of no account.
func (s *scripted) Terminate(_ *sim.Proc, reason sim.Reason) {
	s.log(term.Tuple{term.Atom("terminate"), reason})
	s.catch(func() any {
		act := s.script.object("terminate")
		s.run(act.ops("do"))
		if ret := act["ret"]; ret != nil && ret != any("ok") {
			return s.raised(ret, s.s.term)
		}
		return nil
	})
}

// CodeChange does what extra says.
func (s *scripted) CodeChange(_ *sim.Proc, _, extra any) error {
	s.log(term.Tuple{term.Atom("code_change"), extra})
	t, _ := extra.(term.Tuple)
	if len(t) != 2 {
		return nil
	}
	switch t[0] {
	case any(term.Atom("set")):
		s.state = t[1]
	case any(term.Atom("fail")):
		return &otp.StartError{Reason: t[1]}
	case any(term.Atom("crash")):
		panic(t[1])
	}
	return nil
}

// catch runs the code of a callback and gives what it returns or throws.
func (a *actor) catch(code func() any) (value any) {
	defer func() {
		if v := recover(); v != nil {
			t, ok := v.(thrown)
			if !ok {
				panic(v)
			}
			value = t.value
		}
	}()
	return code()
}

// act performs an act and answers what it returns.
func (s *scripted) act(act Op, otherwise any, isCall bool) genserver.Result {
	return result(s, isCall, s.catch(func() any {
		s.run(act.ops("do"))
		state := s.state
		if act.has("state") {
			state = s.s.term(act["state"])
		}
		ret, ok := act["ret"]
		if !ok {
			ret = otherwise
		}
		return s.value(ret, state)
	}))
}

// verb takes a script's row apart: the word it begins with and what follows.
func verb(ret any) (word string, rest []any) {
	switch ret := ret.(type) {
	case string:
		return ret, nil
	case []any:
		if len(ret) > 0 {
			word, _ = ret[0].(string)
			return word, ret[1:]
		}
	}
	return "", nil
}

// malformed is what a script that means nothing does to the process that follows it.
func malformed(ret any) {
	panic(&sim.Error{Reason: "function_clause", Op: "script", Detail: term.Format(ret)})
}

// initValue is the Erlang value that an init function returns.
func (s *scripted) initValue(ret any) any {
	word, rest := verb(ret)
	switch {
	case word == "ok" && rest == nil:
		return term.Tuple{ok, s.state}
	case word == "ok" && len(rest) == 1:
		return term.Tuple{ok, s.state, s.extra(rest[0])}
	case word == "ignore":
		return term.Atom("ignore")
	case word == "stop" && len(rest) == 1:
		return term.Tuple{term.Atom("stop"), s.s.term(rest[0])}
	}
	return s.raised(ret, s.s.term)
}

// value is the Erlang value that a callback returns.
func (s *scripted) value(ret, state any) any {
	word, rest := verb(ret)
	terms := func(n int) term.Tuple {
		t := term.Tuple{term.Atom(word)}
		for i := range n {
			t = append(t, s.s.term(rest[i]))
		}
		return append(t, state)
	}
	switch {
	case word == "noreply" && len(rest) == 0:
		return terms(0)
	case word == "noreply" && len(rest) == 1:
		return append(terms(0), s.extra(rest[0]))
	case word == "reply" && len(rest) == 1:
		return terms(1)
	case word == "reply" && len(rest) == 2:
		return append(terms(1), s.extra(rest[1]))
	case word == "stop" && (len(rest) == 1 || len(rest) == 2):
		return terms(len(rest))
	}
	return s.raised(ret, func(v any) any { return s.value(v, state) })
}

// raised does what exit, error, throw and bad stand for; thrown makes what is thrown.
func (s *scripted) raised(ret any, thrown func(v any) any) any {
	word, rest := verb(ret)
	if len(rest) != 1 {
		malformed(ret)
	}
	switch word {
	case "exit", "error":
		s.raise(word, s.s.term(rest[0]))
	case "throw":
		return thrown(rest[0]) // gen_server takes what is thrown for what is returned
	case "bad":
		return s.s.term(rest[0])
	}
	malformed(ret)
	return nil
}

// extra is what a callback may say beside its state.
func (s *scripted) extra(v any) any {
	word, rest := verb(v)
	switch {
	case word == "hibernate":
		return term.Atom("hibernate")
	case word == "timeout" && len(rest) == 1:
		if n, ok := rest[0].(int); ok {
			return wait(n)
		}
		return s.s.term(rest[0])
	case word == "continue" && len(rest) == 1:
		if o, ok := rest[0].(Op); ok {
			return term.Tuple{term.Atom("continue"), requestOf(o)}
		}
	}
	malformed(v)
	return nil
}
