package conform

import (
	"errors"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// serverOperations are those of gen_server and its clients.
var serverOperations = map[string]operation{
	"start_server":     (*actor).startServer,
	"call":             (*actor).call,
	"cast":             func(a *actor, o Op) any { otp.Cast(a.p, a.to(o), requestOf(o)); return ok },
	"tell":             func(a *actor, o Op) any { return a.send(a.to(o), requestOf(o)) },
	"send_request":     (*actor).sendRequest,
	"wait_response":    func(a *actor, o Op) any { return a.response(o, otp.WaitResponse[any]) },
	"receive_response": func(a *actor, o Op) any { return a.response(o, otp.ReceiveResponse[any]) },
	"reply":            (*actor).reply,
	"gs_stop":          (*actor).stop,
}

// startServer starts a scripted server.
func (a *actor) startServer(o Op) any {
	script := o.object("init")
	ret, given := script["ret"]
	if !given {
		ret = "ok"
	}
	as := o.text("as")
	s := &scripted{stage: a.s, called: as, script: script, ret: ret}
	opts := []genserver.Option{genserver.Role(as)}
	if o.has("timeout") {
		opts = append(opts, genserver.Timeout(o.span("timeout", 0)))
	}
	start := genserver.StartLink[*scripted]
	switch kind := o.textOr("kind", "start_link"); kind {
	case "start_link":
	case "start":
		start = genserver.StartAlone[*scripted]
	case "start_monitor":
		start = genserver.StartMonitor[*scripted]
	default:
		o.wrong("knows no kind %s", kind)
	}
	started, err := start(a.p, a.serverName(o), func() *scripted { return s }, opts...)
	if err == nil && o.has("ref") {
		a.s.bind(o.text("ref"), started.Ref)
	}
	return startResult(started, err)
}

// serverName is the name that a process is to be registered under; nil if none.
func (a *actor) serverName(o Op) sim.Addr {
	if !o.has("name") {
		return nil
	}
	addr, ok := a.s.target(o["name"]).(sim.Addr)
	if !ok {
		o.wrong("wants a name")
	}
	return addr
}

// startResult is what Erlang's start functions return.
func startResult(s otp.Started, err error) any {
	if err != nil {
		return startFailure(err)
	}
	var who any = s.PID
	if s.PID.IsZero() {
		who = term.Undefined // a child that chose not to run
	}
	if !s.Ref.IsZero() {
		who = term.Tuple{s.PID, s.Ref}
	}
	if s.Info != nil {
		return term.Tuple{ok, who, s.Info}
	}
	return term.Tuple{ok, who}
}

// startFailure is what they return if nothing was started.
func startFailure(err error) any {
	var start *otp.StartError
	var call *otp.CallError
	switch {
	case errors.Is(err, otp.ErrIgnore):
		return term.Atom("ignore")
	case errors.As(err, &call):
		return exitOf(err)
	case errors.As(err, &start):
		return term.Tuple{term.Atom("error"), start.Reason}
	}
	return term.Tuple{term.Atom("error"), otp.ExitReason(err)}
}

// exitOf is the result of a call that failed: in Erlang, it exits.
func exitOf(err error) any { return exception{"exit", otp.ExitReason(err)} }

func (a *actor) call(o Op) any {
	began := a.p.Now()
	v, err := otp.CallAny(a.p, a.to(o), requestOf(o), otp.Within(o.span("timeout", otp.DefaultTimeout)))
	if err != nil {
		return exitOf(err)
	}
	if a.p.Now() > began {
		a.readOn()
	}
	return term.Tuple{ok, v}
}

func (a *actor) sendRequest(o Op) any {
	a.kept["request "+o.text("as")] = otp.SendRequestAny(a.p, a.to(o), requestOf(o))
	return ok
}

// response fetches the answer to a request. One that was never made is never answered: to receive from it cannot even
// give it up.
func (a *actor) response(o Op, fetch func(*sim.Proc, otp.RequestID[any], time.Duration) (any, error)) any {
	id, known := a.kept["request "+o.text("ref")].(otp.RequestID[any])
	if !known {
		a.p.Sleep(o.span("timeout", sim.Forever))
		if o.name() == "receive_response" {
			badarg(o)
		}
		return term.Atom("timeout")
	}
	v, err := fetch(a.p, id, o.span("timeout", sim.Forever))
	var lost *otp.CallError
	switch {
	case err == nil:
		return term.Tuple{term.Atom("reply"), v}
	case errors.As(err, &lost):
		return term.Tuple{term.Atom("error"), term.Tuple{lost.Reason, lost.To}}
	}
	return term.Atom("timeout")
}

// reply answers a caller that was saved.
func (a *actor) reply(o Op) any {
	key := "caller " + o.text("ref")
	from, known := a.kept[key].(otp.From)
	if !known {
		return term.Atom("no_such_caller")
	}
	delete(a.kept, key)
	otp.Reply(a.p, from, a.term(o, "msg"))
	return ok
}

func (a *actor) stop(o Op) any {
	var reason any = sim.Normal
	if o.has("reason") {
		reason = a.term(o, "reason")
	}
	if err := otp.Stop(a.p, a.to(o), reason, o.span("timeout", sim.Forever)); err != nil {
		return exitOf(err)
	}
	return ok
}
