package conform

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// globalOperations are those of global names and locks.
var globalOperations = map[string]operation{
	"g_register":    (*actor).globalRegister,
	"g_re_register": (*actor).globalReRegister,
	"g_unregister":  func(a *actor, o Op) any { global.UnregisterName(a.p, globalName(o)); return ok },
	"g_whereis":     (*actor).globalWhereis,
	"g_send":        (*actor).globalSend,
	"g_names":       func(a *actor, _ Op) any { return sorted(global.RegisteredNames(a.p)) },
	"g_set_lock":    (*actor).globalSetLock,
	"g_del_lock":    (*actor).globalDelLock,
	"g_trans":       (*actor).globalTrans,
	"g_sync":        func(a *actor, _ Op) any { global.Sync(a.p); return ok },
	"g_disconnect":  func(a *actor, _ Op) any { return sortedNodes(global.Disconnect(a.p)) },
}

func globalName(o Op) sim.Atom { return sim.Atom(o.text("name")) }

var resolvers = map[string]global.Resolver{
	"random_exit_name": global.RandomExitName, "random_notify_name": global.RandomNotifyName, "notify_all_name": global.NotifyAllName,
	"none":     func(*sim.Proc, any, sim.PID, sim.PID) (sim.PID, bool) { return sim.PID{}, false },
	"keep_low": keepLow,
	"crash": func(p *sim.Proc, _ any, _, _ sim.PID) (sim.PID, bool) {
		p.ExitSelf(term.Atom("resolver_crash"))
		return sim.PID{}, false
	},
}

// keepLow keeps the process of the node with the smaller name, and nobody is told.
func keepLow(_ *sim.Proc, _ any, a, b sim.PID) (sim.PID, bool) {
	if a.Node() < b.Node() {
		return a, true
	}
	return b, true
}

func resolverOf(o Op) global.Resolver {
	r := resolvers[o.textOr("resolve", "random_exit_name")]
	if r == nil {
		o.wrong("knows no such resolver")
	}
	return r
}

func (a *actor) globalRegister(o Op) any {
	if global.RegisterName(a.p, globalName(o), a.pid(o, "pid"), resolverOf(o)) {
		return term.Atom("yes")
	}
	return term.Atom("no")
}

func (a *actor) globalReRegister(o Op) any {
	global.ReRegisterName(a.p, globalName(o), a.pid(o, "pid"), resolverOf(o))
	return term.Atom("yes")
}

func (a *actor) globalWhereis(o Op) any {
	if pid, known := global.WhereisName(a.p, globalName(o)); known {
		return pid
	}
	return term.Undefined
}

func (a *actor) globalSend(o Op) any {
	msg := term.Tuple{a.p.Self(), a.term(o, "msg")}
	return a.caught(func() any { return global.Send(a.p, globalName(o), msg) })
}

// caught gives what code gives, or raises.
func (a *actor) caught(code func() any) (result any) {
	reason, fine := otp.Try(a.p, func() { result = code() })
	if fine {
		return result
	}
	crash, is := reason.(*term.Crash)
	if !is {
		return exception{"exit", reason}
	}
	if e, is := crash.Err.(*sim.Error); is {
		return exception{"error", e.Reason}
	}
	if t, is := crash.Err.(term.Tuple); is && len(t) == 2 && t[0] == any(term.Atom("nocatch")) {
		return exception{"throw", t[1]}
	}
	return exception{"error", crash.Err}
}

// lockOf is the lock that an operation is about, by default the puppet's own.
func (a *actor) lockOf(o Op) global.Lock {
	lock := global.Lock{Resource: sim.Atom(o.text("id")), Requester: a.p.Self()}
	if o.has("req") {
		lock.Requester = a.term(o, "req")
	}
	return lock
}

func retriesOf(o Op) int {
	if o["retries"] == any("infinity") {
		return global.Infinity
	}
	return o.number("retries", global.Infinity)
}

func (a *actor) globalSetLock(o Op) any {
	return global.SetLock(a.p, a.lockOf(o), a.nodesOf(o, "nodes"), retriesOf(o))
}

func (a *actor) globalDelLock(o Op) any {
	global.DelLock(a.p, a.lockOf(o), a.nodesOf(o, "nodes"))
	return true
}

// globalTrans performs operations while it holds a lock. What leaves the code leaves the transaction.
func (a *actor) globalTrans(o Op) any {
	return a.caught(func() any {
		results, done := global.Trans(a.p, a.lockOf(o), func() []any {
			results := []any{}
			for _, sub := range o.ops("ops") {
				results = append(results, inList(a.perform(sub)))
			}
			return results
		}, a.nodesOf(o, "nodes"), retriesOf(o))
		if !done {
			return term.Atom("aborted")
		}
		return results
	})
}

// inList is how a result prints in a list of results.
func inList(result any) any {
	switch r := result.(type) {
	case exception:
		return term.Tuple{term.Atom("$exc"), term.Atom(r.class), r.reason}
	case got:
		return term.Tuple{term.Atom("$got"), r.msg}
	}
	return result
}
