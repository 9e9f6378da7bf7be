package conform

import (
	"errors"
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/rpc"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// readOn lets what follows an answer from another node arrive too. Signals that are sent one right behind the other are
// read together where the recordings come from, before their receiver goes on: it may die of the second before it can
// say what the first was.
func (a *actor) readOn() {
	if a.s.net {
		a.p.Sleep(time.Microsecond)
	}
}

// remoteOperations call functions on other nodes.
var remoteOperations = map[string]operation{
	"erpc": (*actor).erpc,
	"rpc":  (*actor).rpc,
}

// functions are those that cases call, by Module:Function/Arity.
var functions = map[string]func(p *sim.Proc, args []any) any{
	"erlang:node/0":    func(p *sim.Proc, _ []any) any { return p.Node() },
	"erlang:nodes/0":   func(p *sim.Proc, _ []any) any { return sortedNodes(p.Nodes()) },
	"erlang:self/0":    func(p *sim.Proc, _ []any) any { return p.Self() },
	"erlang:exit/1":    func(p *sim.Proc, args []any) any { p.ExitSelf(args[0]); return nil },
	"erlang:error/1":   func(_ *sim.Proc, args []any) any { panic(args[0]) },
	"erlang:throw/1":   func(_ *sim.Proc, args []any) any { panic(thrown{args[0]}) },
	"erlang:exit/2":    exitFunction,
	"erlang:whereis/1": whereisFunction,
	"erlang:is_process_alive/1": func(p *sim.Proc, args []any) any {
		pid, _ := args[0].(sim.PID)
		return p.Alive(pid)
	},
	"timer:sleep/1": func(p *sim.Proc, args []any) any {
		n, _ := args[0].(int)
		p.Sleep(ms(n))
		return ok
	},
}

func exitFunction(p *sim.Proc, args []any) any {
	pid, _ := args[0].(sim.PID)
	p.Exit(pid, args[1])
	return true
}

func whereisFunction(p *sim.Proc, args []any) any {
	name, _ := args[0].(sim.Atom)
	if pid, known := p.Whereis(sim.Name(name)); known {
		return pid
	}
	return term.Undefined
}

// threw marks what a function of a case has thrown, which functions of Go cannot.
const threw = term.Atom("$threw")

// callOf is the function that an operation calls.
func (a *actor) callOf(o Op) func(p *sim.Proc) any {
	row := o.row("mfa")
	if len(row) != 3 {
		o.wrong("wants [module, function, [arguments]] as mfa")
	}
	args, is := row[2].([]any)
	if !is {
		o.wrong("wants a list of arguments in mfa")
	}
	f, terms := functions[fmt.Sprintf("%v:%v/%d", row[0], row[1], len(args))], a.s.terms(args)
	return func(p *sim.Proc) (v any) {
		if f == nil {
			panic(&sim.Error{Reason: "undef", Op: "apply"})
		}
		defer func() {
			if r := recover(); r != nil {
				t, is := r.(thrown)
				if !is {
					panic(r)
				}
				v = term.Tuple{threw, t.value}
			}
		}()
		return f(p, terms)
	}
}

// erpc is erpc:call (NK13).
func (a *actor) erpc(o Op) any {
	v, err := rpc.ECall(a.p, a.node(o), a.callOf(o), otp.Within(o.span("timeout", sim.Forever)))
	var e *rpc.Error
	switch t, _ := v.(term.Tuple); {
	case errors.As(err, &e):
		return exception{erpcClasses[e.Kind], raisedByErpc(e)}
	case len(t) == 2 && t[0] == any(threw):
		return exception{"throw", t[1]}
	}
	return v
}

var erpcClasses = map[rpc.Kind]string{
	rpc.Crashed: "error", rpc.Exited: "exit", rpc.Signalled: "exit", rpc.Disconnected: "error", rpc.TimedOut: "error",
}

// raisedByErpc is the reason of what erpc raises: with a crash, the stack is a part of its own.
func raisedByErpc(e *rpc.Error) any {
	t := e.Term()
	if crash, is := e.Reason.(*term.Crash); is && e.Kind == rpc.Crashed {
		return term.Tuple{t[0], crash.Err, stack{}}
	}
	return t
}

// rpc is rpc:call (NK13).
func (a *actor) rpc(o Op) any {
	v, err := rpc.Call(a.p, a.node(o), a.callOf(o), otp.Within(o.span("timeout", sim.Forever)))
	var bad *rpc.BadRPC
	switch t, _ := v.(term.Tuple); {
	case errors.As(err, &bad):
		return bad.Term()
	case len(t) == 2 && t[0] == any(threw):
		return t[1]
	}
	return v
}
