package conform

import (
	"math"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// procOperations are those of plain processes.
var procOperations = map[string]operation{
	"nop":            func(*actor, Op) any { return ok },
	"block":          func(a *actor, o Op) any { a.p.Sleep(o.span("ms", 0)); return ok },
	"spawn":          func(a *actor, o Op) any { return a.spawn(o, sim.SpawnOptions{}) },
	"spawn_link":     func(a *actor, o Op) any { return a.spawn(o, sim.SpawnOptions{Link: true}) },
	"spawn_monitor":  func(a *actor, o Op) any { return a.spawn(o, sim.SpawnOptions{Monitor: true}) },
	"link":           func(a *actor, o Op) any { a.p.Link(a.pid(o, "to")); return true },
	"unlink":         func(a *actor, o Op) any { a.p.Unlink(a.pid(o, "to")); return true },
	"monitor":        (*actor).monitor,
	"demonitor":      (*actor).demonitor,
	"alias":          (*actor).alias,
	"unalias":        func(a *actor, o Op) any { return a.p.Unalias(a.ref(o, "ref")) },
	"trap":           func(a *actor, o Op) any { return a.p.TrapExit(o.flag("on")) },
	"exit":           func(a *actor, o Op) any { a.raise("exit", a.term(o, "reason")); return nil },
	"error":          func(a *actor, o Op) any { a.raise("error", a.term(o, "reason")); return nil },
	"throw":          func(a *actor, o Op) any { a.raise("throw", a.term(o, "reason")); return nil },
	"return":         func(a *actor, _ Op) any { a.leave(); return nil },
	"exit2":          func(a *actor, o Op) any { a.p.Exit(a.pid(o, "to"), a.term(o, "reason")); return true },
	"send":           func(a *actor, o Op) any { return a.send(a.to(o), term.Tuple{a.p.Self(), a.term(o, "msg")}) },
	"raw":            func(a *actor, o Op) any { return a.send(a.to(o), native(a.term(o, "msg"))) },
	"send_nosuspend": (*actor).sendNoConnect,
	"register":       (*actor).register,
	"unregister":     func(a *actor, o Op) any { a.p.Unregister(sim.Name(o.text("name"))); return true },
	"whereis":        (*actor).whereis,
	"is_alive":       func(a *actor, o Op) any { return a.p.Alive(a.pid(o, "to")) },
	"recv":           (*actor).recv,
	"drain":          func(a *actor, _ Op) any { return term.Tuple{term.Atom("drained"), a.drain()} },
	"send_after":     func(a *actor, o Op) any { return a.timer(o, a.p.SendAfter) },
	"start_timer":    func(a *actor, o Op) any { return a.timer(o, a.p.StartTimer) },
	"cancel_timer":   func(a *actor, o Op) any { return left(a.p.CancelTimer(a.s.timers[a.ref(o, "ref")])) },
	"read_timer":     func(a *actor, o Op) any { return left(a.p.ReadTimer(a.s.timers[a.ref(o, "ref")])) },
	"info":           (*actor).info,
	"hibernate":      (*actor).hibernate,
}

// spawn starts a puppet and waits until it has said who it is.
func (a *actor) spawn(o Op, opts sim.SpawnOptions) any {
	node := a.p.Node()
	if o.has("node") {
		node = a.node(o)
	}
	name, sign, parent := o.text("as"), born{a.p.MakeRef()}, a.p.Self()
	body := a.s.puppet(name, o.ops("run"), func(p *sim.Proc) { p.Send(parent, sign) })
	pid, ref := a.p.SpawnAt(node, name, body, opts)
	if opts.Monitor {
		a.s.bind(o.text("ref"), ref)
	}
	hears := func(m *sim.Msg) bool { return m.Body() == any(sign) }
	if node == a.p.Node() {
		a.p.Await(sim.Mark{}, hears, sim.Forever)
	} else if a.joined(name, pid, node) {
		a.p.Await(sim.Mark{}, hears, 500*time.Millisecond)
		a.readOn()
	}
	if opts.Monitor {
		return term.Tuple{pid, ref}
	}
	return pid
}

// joined gives a puppet on another node its name, whatever has become of it, and reports whether it may be waited for.
// One that could not be spawned is a ghost: it counts as alive until the node goes down that it is said to be on.
func (a *actor) joined(name string, pid sim.PID, node sim.Atom) bool {
	a.s.bind(name, pid)
	a.s.note(event{kind: wasNamed, who: name, value: pid})
	if a.p.IsLocal(pid) {
		a.s.ghosts = append(a.s.ghosts, ghost{name, a.p.Node()})
	}
	return slices.Contains(a.p.NodesOf(sim.ConnectedNodes), node)
}

var monitorAliases = map[string]sim.MonitorOpt{
	"explicit_unalias": sim.AliasExplicit(), "demonitor": sim.AliasDemonitor(), "reply_demonitor": sim.AliasReplyDemonitor(),
}

func (a *actor) monitor(o Op) any {
	var opts []sim.MonitorOpt
	if o.has("alias") {
		opt, ok := monitorAliases[o.text("alias")]
		if !ok {
			badarg(o)
		}
		opts = append(opts, opt)
	}
	if o.has("tag") {
		opts = append(opts, sim.DownAs(a.term(o, "tag")))
	}
	ref := a.p.Monitor(a.to(o), opts...)
	a.as(o, ref)
	return ref
}

// demonitor answers true whatever was, unless it is asked for info.
func (a *actor) demonitor(o Op) any {
	var opts []sim.MonitorOpt
	info := false
	for _, name := range o.texts("opts") {
		switch name {
		case "flush":
			opts = append(opts, sim.Flush())
		case "info":
			info = true
		default:
			badarg(o)
		}
	}
	was := a.p.Demonitor(a.ref(o, "ref"), opts...)
	return was || !info
}

func (a *actor) alias(o Op) any {
	var opts []sim.MonitorOpt
	for _, name := range o.texts("opts") {
		switch name {
		case "reply":
			opts = append(opts, sim.AliasReply())
		case "explicit_unalias":
		default:
			badarg(o)
		}
	}
	ref := a.p.Alias(opts...)
	a.as(o, ref)
	return ref
}

func (a *actor) send(to sim.Addr, msg any) any {
	if name, is := to.(term.Global); is {
		if sent := a.caught(func() any { return global.Send(a.p, sim.Atom(name), msg) }); isException(sent) {
			return sent
		}
		return ok
	}
	a.p.Send(to, msg)
	return ok
}

func (a *actor) sendNoConnect(o Op) any {
	if a.p.SendNoConnect(a.to(o), term.Tuple{a.p.Self(), a.term(o, "msg")}) {
		return ok
	}
	return term.Atom("noconnect")
}

func (a *actor) register(o Op) any {
	a.p.Register(sim.Name(o.text("name")), a.pid(o, "pid"))
	return true
}

func (a *actor) whereis(o Op) any {
	if pid, ok := a.p.Whereis(sim.Name(o.text("name"))); ok {
		return pid
	}
	return term.Undefined
}

// recv takes the first message that matches.
func (a *actor) recv(o Op) any {
	var pattern any = anything
	if o.has("match") {
		pattern = a.term(o, "match")
	}
	msg, ok := a.take(pattern, o.span("timeout", sim.Forever))
	if !ok {
		return term.Atom("timeout")
	}
	return got{msg}
}

// take receives a message of the case.
func (a *actor) take(pattern any, d time.Duration) (msg any, ok bool) {
	_, ok = a.p.Await(sim.Mark{}, func(m *sim.Msg) bool {
		if ours(m.Body()) {
			return false
		}
		msg = peek(m)
		return matches(pattern, msg)
	}, d)
	if ok {
		a.s.note(event{kind: tookMessage, who: a.name, value: msg})
	}
	return msg, ok
}

// drain takes all there is.
func (a *actor) drain() (n int) {
	for {
		if _, ok := a.take(anything, 0); !ok {
			return n
		}
		n++
	}
}

func (a *actor) timer(o Op, start func(time.Duration, sim.Addr, any) sim.Timer) any {
	t := start(o.span("ms", 0), a.to(o), a.term(o, "msg"))
	a.s.timers[t.Ref()] = t
	a.as(o, t.Ref())
	return t.Ref()
}

// left prints what is left of a timer's time, to the nearest 50 ms.
func left(d time.Duration, ok bool) any {
	if !ok {
		return false
	}
	const grain = 50
	n := math.Round(float64(d/time.Millisecond)/grain) * grain
	return term.Tuple{term.Atom("left"), int(n)}
}

func (a *actor) info(o Op) any {
	info, ok := a.p.Info(a.pid(o, "to"))
	if !ok {
		return term.Undefined
	}
	switch item := o.text("item"); item {
	case "links":
		return sortedPIDs(info.Links)
	case "monitors":
		var list sorted
		for _, m := range info.Monitors {
			list = append(list, term.Tuple{term.Atom("process"), m})
		}
		return list
	case "monitored_by":
		return sortedPIDs(info.MonitoredBy)
	case "trap_exit":
		return info.TrapExit
	case "message_queue_len":
		return info.QueueLen
	case "registered_name":
		if info.Name == "" {
			return []any{}
		}
		return info.Name
	case "hibernating":
		return info.Hibernating
	default:
		o.wrong("knows no item %s", item)
	}
	return nil
}

func sortedPIDs(pids []sim.PID) any {
	list := make(sorted, len(pids))
	for i := range pids {
		list[i] = pids[i]
	}
	return list
}

// hibernate gives its result before it sleeps: what called it does not go on when it wakes.
func (a *actor) hibernate(Op) any {
	a.s.note(event{kind: hasResult, step: a.step, value: ok})
	a.s.note(event{kind: isDone, step: a.step})
	a.p.Hibernate()
	a.asleep = true
	return nil
}
