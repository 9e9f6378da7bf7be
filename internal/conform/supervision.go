package conform

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// supModule is what a supervisor of a case has as its module in reasons.
const supModule = sim.Atom("o_sup")

// startSup is supervisor:start_link.
func (a *actor) startSup(o Op) any {
	as := o.text("as")
	init := a.s.supInit(as, false, o.object("spec"))
	return startResult(supervisor.StartLinkInit(a.p, a.serverName(o), init, supervisor.Module(supModule)))
}

// supInit is what a supervisor of a case does first.
func (s *stage) supInit(name string, child bool, spec Op) supervisor.Init {
	return func(p *sim.Proc) (supervisor.Spec, error) {
		full := name
		if child {
			full = s.enterChild(name, p.Self())
		} else {
			s.enter(name, p.Self(), false)
		}
		s.note(event{kind: isSupervisor, who: full})
		s.log(full, term.Atom("init"))
		return s.supAnswer(p, spec)
	}
}

func (s *stage) supAnswer(p *sim.Proc, spec Op) (supervisor.Spec, error) {
	ret, given := spec["init"]
	if !given {
		ret = "ok"
	}
	word, rest := verb(ret)
	switch {
	case word == "ok" && len(rest) == 0:
		if wrong := s.wrongFlag(spec); wrong != nil {
			p.ExitSelf(term.Tuple{term.Atom("supervisor_data"), wrong})
		}
		return s.supSpec(spec), nil
	case word == "ignore" && len(rest) == 0:
		return supervisor.Spec{}, otp.ErrIgnore
	case word == "bad" && len(rest) == 1:
		return supervisor.Spec{}, &otp.BadReturn{Value: s.term(rest[0])}
	case word == "exit" && len(rest) == 1:
		p.ExitSelf(s.term(rest[0]))
	case word == "error" && len(rest) == 1:
		panic(s.term(rest[0]))
	}
	malformed(ret)
	return supervisor.Spec{}, nil
}

// wrongFlag is what OTP finds wrong with flags that Go's types cannot hold; nil if nothing is, or if the supervisor
// will find something wrong before it.
func (s *stage) wrongFlag(spec Op) sim.Reason {
	for _, key := range []string{"intensity", "period"} {
		v, given := spec[key]
		n, isNumber := v.(int)
		switch {
		case !given || isNumber && n >= 0:
		case !isNumber:
			return term.Tuple{term.Atom("invalid_" + key), s.term(v)}
		case key == "period": // it was made longer, too
			return term.Tuple{term.Atom("invalid_period"), n * int(s.scale())}
		default:
			return nil
		}
	}
	return nil
}

// supSpec decodes a supervisor's specification.
func (s *stage) supSpec(spec Op) supervisor.Spec {
	out := supervisor.Spec{
		Strategy:     supervisor.Strategy(spec.textOr("strategy", "one_for_one")),
		Intensity:    supervisor.Restarts(spec.number("intensity", 1), time.Duration(spec.number("period", 5))*time.Second),
		AutoShutdown: supervisor.AutoShutdown(spec.textOr("auto_shutdown", "")),
	}
	if out.Strategy == supervisor.SimpleOneForOne && spec.has("template") {
		child := supervisor.Child{ID: "dyn", Start: s.dynamicStart()}
		out.Children = []supervisor.Child{s.childOptions(child, spec.object("template"))}
		return out
	}
	for _, c := range spec.ops("children") {
		out.Children = append(out.Children, s.childSpec(c))
	}
	return out
}

// childSpec decodes a child's specification.
func (s *stage) childSpec(c Op) supervisor.Child {
	if c.has("bad") {
		return supervisor.NotAChild(s.term(c["bad"]))
	}
	id := c.text("id")
	child := supervisor.Child{ID: id}
	if c.has("sup") {
		child.Type = supervisor.Supervisor
		child.Start = s.nestedStart(id, c.object("sup"))
	} else {
		name, script := c.textOr("as", id), c.object("start")
		child.Start = func(p *sim.Proc, _ ...any) (otp.Started, error) { return s.startScripted(p, name, script) }
	}
	return s.childOptions(child, c)
}

// childOptions decodes what a specification may say beside who it is about. The oracle makes the times of a case
// longer, but not OTP's default: there, a worker is given less time than it seems.
func (s *stage) childOptions(child supervisor.Child, c Op) supervisor.Child {
	child.Restart = supervisor.Restart(c.textOr("restart", ""))
	child.Type = supervisor.ChildType(c.textOr("type", string(child.Type)))
	child.Significant = c.flag("significant")
	switch v := c["shutdown"].(type) {
	case nil:
		if child.Type != supervisor.Supervisor {
			child.Shutdown = supervisor.After(workerShutdown / s.scale())
		}
	case int:
		child.Shutdown = supervisor.After(ms(v))
	case string:
		child.Shutdown = shutdownWord(c, v)
	default:
		c.wrong("wants a number or a word as shutdown")
	}
	return child
}

func shutdownWord(c Op, word string) supervisor.Shutdown {
	switch word {
	case "brutal_kill":
		return supervisor.BrutalKill
	case "infinity":
		return supervisor.Infinity
	}
	c.wrong("knows no shutdown %s", word)
	return 0
}

// nestedStart starts a supervisor under a supervisor.
func (s *stage) nestedStart(name string, spec Op) otp.StartFunc {
	var addr sim.Addr
	if spec.has("name") {
		addr = term.Name(spec.text("name"))
	}
	return supervisor.StartInit(addr, s.supInit(name, true, spec), supervisor.Module(supModule))
}

// dynamicStart starts a child of a simple_one_for_one supervisor: its script comes with the request.
func (s *stage) dynamicStart() otp.StartFunc {
	return func(p *sim.Proc, extra ...any) (otp.Started, error) {
		script, _ := extra[0].(Op)
		return s.startScripted(p, script.text("as"), script)
	}
}

// startScripted does what the plan says for this start of a child.
func (s *stage) startScripted(p *sim.Proc, name string, script Op) (otp.Started, error) {
	ret := planned(script.row("plan"), s.count("start", name))
	word, rest := verb(ret)
	if len(rest) == 1 {
		switch word {
		case "mfa_error", "mfa_bad", "mfa_exit":
			s.log(name, term.Atom(word))
			return startOddly(p, word, s.term(rest[0]))
		case "ok_info":
			started, err := s.startLinked(p, name, script, "ok")
			started.Info = s.term(rest[0])
			return started, err
		}
	}
	return s.startLinked(p, name, script, ret)
}

// planned is what the n-th start does. The last entry of a plan repeats.
func planned(plan []any, n int) any {
	if len(plan) == 0 {
		return "ok"
	}
	return plan[min(n, len(plan))-1]
}

// startOddly is a start function that starts nothing, whatever it says.
func startOddly(p *sim.Proc, kind string, v any) (started otp.Started, _ error) {
	switch kind {
	case "mfa_error":
		return started, &otp.StartError{Reason: v}
	case "mfa_exit":
		p.ExitSelf(v)
	}
	first, size, t := word(v)
	switch {
	case first == "ignore" && size == 0:
		return started, otp.ErrIgnore
	case first == "error" && size == 2:
		return started, &otp.StartError{Reason: t[1]}
	case first == ok && (size == 2 || size == 3):
		if pid, isPID := t[1].(sim.PID); isPID {
			started.PID = pid
			if size == 3 {
				started.Info = t[2]
			}
			return started, nil
		}
	}
	return started, &otp.BadReturn{Value: v}
}

func (s *stage) startLinked(p *sim.Proc, name string, script Op, ret any) (otp.Started, error) {
	return genserver.StartLink(p, nil, func() *scripted {
		return &scripted{stage: s, called: name, child: true, script: script, ret: ret}
	}, genserver.Role(name))
}

// supOperations are those of supervisors.
var supOperations = map[string]operation{
	"start_sup":        (*actor).startSup,
	"start_child":      (*actor).startChild,
	"terminate_child":  func(a *actor, o Op) any { return supResult(supervisor.TerminateChild(a.p, a.to(o), a.childID(o))) },
	"restart_child":    func(a *actor, o Op) any { return startResult(supervisor.RestartChild(a.p, a.to(o), a.childName(o))) },
	"delete_child":     func(a *actor, o Op) any { return supResult(supervisor.DeleteChild(a.p, a.to(o), a.childName(o))) },
	"get_childspec":    (*actor).getChildSpec,
	"which_children":   (*actor).whichChildren,
	"count_children":   (*actor).countChildren,
	"check_childspecs": (*actor).checkChildSpecs,
}

func (a *actor) startChild(o Op) any {
	if o.has("args") {
		return startResult(supervisor.StartDynamic(a.p, a.to(o), o.object("args")))
	}
	return startResult(supervisor.StartChild(a.p, a.to(o), a.s.childSpec(o.object("child"))))
}

// supResult is ok, {error, Reason}, or the exit of a call.
func supResult(err error) any {
	if err != nil {
		return startFailure(err)
	}
	return ok
}

// childID is what a child is known by: its name, or of a dynamic one its process.
func (a *actor) childID(o Op) any {
	id := a.term(o, "id")
	if name, ok := id.(term.Atom); ok {
		return string(name)
	}
	return id
}

func (a *actor) childName(o Op) string {
	if name, ok := a.childID(o).(string); ok {
		return name
	}
	return term.Format(a.childID(o)) // no child is called that
}

func (a *actor) getChildSpec(o Op) any {
	c, err := supervisor.GetChildSpec(a.p, a.to(o), a.childID(o))
	if err != nil {
		return startFailure(err)
	}
	pair := func(key term.Atom, v any) term.Tuple { return term.Tuple{key, v} }
	return term.Tuple{ok, []any{
		pair("id", term.Atom(c.ID)), pair("restart", term.Atom(c.Restart)), pair("shutdown", a.s.shutdownTerm(c.Shutdown)),
		pair("significant", c.Significant), pair("type", term.Atom(c.Type)),
	}}
}

// workerShutdown is how long OTP waits for a worker unless told otherwise.
const workerShutdown = 5 * time.Second

// scale is how many real milliseconds the oracle took for one of a case.
func (s *stage) scale() time.Duration {
	if s.net {
		return 1
	}
	return oracleScale
}

// shutdownTerm prints what the oracle saw: a longer time.
func (s *stage) shutdownTerm(v supervisor.Shutdown) any {
	switch {
	case v == supervisor.BrutalKill:
		return term.Atom("brutal_kill")
	case v == supervisor.Infinity:
		return term.Atom("infinity")
	case v == supervisor.After(0):
		return 0
	}
	return int(time.Duration(v)/time.Millisecond) * int(s.scale())
}

func (a *actor) whichChildren(o Op) any {
	children, err := supervisor.WhichChildren(a.p, a.to(o))
	if err != nil {
		return exitOf(err)
	}
	list, dynamic := []any{}, false
	for _, c := range children {
		t := c.Term()
		list = append(list, t[:3])
		dynamic = dynamic || c.ID == ""
	}
	if dynamic { // in no order that OTP defines
		return sorted(list)
	}
	return list
}

func (a *actor) countChildren(o Op) any {
	n, err := supervisor.CountChildren(a.p, a.to(o))
	if err != nil {
		return exitOf(err)
	}
	pair := func(key term.Atom, n int) term.Tuple { return term.Tuple{key, n} }
	return []any{pair("specs", n.Specs), pair("active", n.Active), pair("supervisors", n.Supervisors), pair("workers", n.Workers)}
}

func (a *actor) checkChildSpecs(o Op) any {
	var children []supervisor.Child
	for _, c := range o.ops("children") {
		children = append(children, a.s.childSpec(c))
	}
	return supResult(supervisor.CheckChildSpecs(children))
}
