package conform

import (
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// actor is a process that performs operations: a puppet, or a server in one of its callbacks.
type actor struct {
	p       *sim.Proc
	s       *stage
	name    string
	catches bool           // it is in a callback, which catches what is thrown
	kept    map[string]any // callers saved, requests under way
	step    int            // the step that a puppet performs
	asleep  bool           // hibernate: what was to follow is forgotten
}

func newActor(p *sim.Proc, s *stage, name string) *actor {
	return &actor{p: p, s: s, name: name, kept: map[string]any{}}
}

// thrown is what a throw panics with where it is caught.
type thrown struct{ value any }

// raise leaves the code as exit, error and throw do.
func (a *actor) raise(class string, reason any) {
	switch {
	case class == "exit":
		a.p.ExitSelf(reason)
	case class == "throw" && a.catches:
		panic(thrown{reason})
	case class == "throw":
		panic(term.Tuple{term.Atom("nocatch"), reason})
	}
	panic(reason)
}

// leave makes the process's function return: a puppet ends, a callback has returned something strange.
func (a *actor) leave() {
	if a.catches {
		panic(thrown{term.Atom("$return")})
	}
	a.p.ExitSelf(sim.Normal)
}

// perform performs an operation and gives its result. What it raises is its result, unless raising is
// what it is for.
func (a *actor) perform(o Op) (result any) {
	do := operations[o.name()]
	if do == nil {
		o.wrong("no such operation here")
	}
	if leaves[o.name()] {
		return do(a, o)
	}
	defer func() {
		if v := recover(); v != nil {
			result = raised(v)
		}
	}()
	return do(a, o)
}

// run performs the operations of a callback, those marked with note for all to see.
func (a *actor) run(ops []Op) {
	for _, o := range ops {
		result := a.perform(o)
		if o.flag("note") {
			a.s.log(a.name, remark{result})
		}
	}
}

// raised is what was raised as a result. What is not the operation's own doing goes on: the end of the
// process, a mistake in the case or in this package.
func raised(v any) exception {
	if e, ok := v.(*sim.Error); ok {
		return exception{"error", e.Reason}
	}
	panic(v)
}

func badarg(o Op) { panic(&sim.Error{Reason: "badarg", Op: o.name()}) }

// term is the term under a key.
func (a *actor) term(o Op, key string) any {
	if !o.has(key) {
		o.wrong("has no %s", key)
	}
	return a.s.term(o[key])
}

// pid is the process under a key. Anything else there is a bad argument.
func (a *actor) pid(o Op, key string) sim.PID {
	if !o.has(key) {
		o.wrong("has no %s", key)
	}
	pid, ok := a.s.target(o[key]).(sim.PID)
	if !ok {
		badarg(o)
	}
	return pid
}

// ref is the reference under a key.
func (a *actor) ref(o Op, key string) sim.Ref {
	ref, ok := a.term(o, key).(sim.Ref)
	if !ok {
		badarg(o)
	}
	return ref
}

// to is where an operation is directed.
func (a *actor) to(o Op) sim.Addr {
	if !o.has("to") {
		o.wrong("has no to")
	}
	addr, ok := a.s.target(o["to"]).(sim.Addr)
	if !ok {
		badarg(o)
	}
	return addr
}

// as names what an operation made, if it is to have a name.
func (a *actor) as(o Op, thing any) {
	if o.has("as") {
		a.s.bind(o.text("as"), thing)
	}
}

const ok = term.Atom("ok")
