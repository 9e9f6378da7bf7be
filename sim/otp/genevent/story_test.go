package genevent_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genevent"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// story is what happened in a world, a line each.
type story struct {
	t     *testing.T
	bus   sim.PID
	lines []string
}

func (s *story) say(format string, args ...any) {
	s.lines = append(s.lines, fmt.Sprintf(format, args...))
}

// want compares the story so far and begins a new one.
func (s *story) want(text string) {
	s.t.Helper()
	got, want := strings.Join(s.lines, "\n"), unindent(text)
	if got != want {
		s.t.Errorf("the story went\n%s\n\nand should have gone\n%s", indent(got), indent(want))
	}
	s.lines = nil
}

func unindent(text string) string {
	var lines []string
	for _, l := range strings.Split(strings.TrimSpace(text), "\n") {
		lines = append(lines, strings.TrimSpace(l))
	}
	return strings.Join(lines, "\n")
}

func indent(text string) string { return "\t" + strings.ReplaceAll(text, "\n", "\n\t") }

// tell runs body as a process called main, which traps exits, with a manager that it has started alone.
func tell(t *testing.T, cfg sim.Config, body func(p *sim.Proc, s *story)) {
	t.Helper()
	s, done := &story{t: t}, false
	if cfg.Policy == nil {
		cfg.Policy = scheduler.FIFO{}
	}
	cfg.Observer, cfg.CheckMutation = s, true
	cfg.Boot = func(p *sim.Proc) {
		p.Spawn("main", func(p *sim.Proc) {
			p.TrapExit(true)
			started, err := genevent.StartAlone(p, sim.Local("bus"))
			if err != nil {
				t.Error(err)
			}
			s.bus = started.PID
			body(p, s)
			done = true
		})
	}
	w := sim.New(cfg)
	defer w.Close()
	if w.Run(time.Minute); !done {
		t.Error("main has not come to its end")
	}
}

// Observe tells of main's own crash, which no story means to happen.
func (s *story) Observe(f sim.Fact) {
	if c, ok := f.Detail.(*term.Crash); ok && f.Subject.Path() == "main" {
		s.t.Errorf("main crashed: %v\n%s", c, c.Stack)
	}
}

// hear tells the messages that a process has got.
func (s *story) hear(p *sim.Proc) {
	for {
		m, err := sim.Any(p, sim.After(time.Millisecond))
		if err != nil {
			return
		}
		s.say("%s hears %s", show(p.Self()), show(m))
	}
}

// show prints messages and results as Erlang would.
func show(v any) string {
	switch v := v.(type) {
	case sim.Exit:
		return "{EXIT," + show(v.From) + "," + show(v.Reason) + "}"
	case sim.PID:
		return strings.TrimPrefix(v.Path(), "main/")
	case nil:
		return "ok"
	case *term.Crash:
	case error:
		return "error " + show(reason(v))
	}
	return term.Printer{Replace: func(v any) (string, bool) {
		switch v := v.(type) {
		case sim.PID:
			return show(v), true
		case sim.Exit:
			return show(v), true
		case genevent.HandlerExit:
			return show(v.Term()), true
		case genevent.Swapped:
			return show(v.Term()), true
		}
		return "", false
	}}.Format(v)
}

func reason(err error) any {
	var e *genevent.Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return otp.ExitReason(err)
}

// puppet is a handler that tells what it is asked, and does what its functions say.
type puppet struct {
	s     *story
	name  sim.Atom
	init  func() genevent.Result
	event func(p *sim.Proc, event any) genevent.Result
	call  func(p *sim.Proc, req any) genevent.Result
	leave func() any
}

func (u *puppet) Init(_ *sim.Proc, before genevent.Predecessor) genevent.Result {
	if before.Swapped {
		u.s.say("%s init after %s", u.name, show(before.Left))
	} else {
		u.s.say("%s init", u.name)
	}
	if u.init != nil {
		return u.init()
	}
	return genevent.Ok()
}

func (u *puppet) HandleEvent(p *sim.Proc, event any) genevent.Result {
	u.s.say("%s event %s", u.name, show(event))
	if u.event != nil {
		return u.event(p, event)
	}
	return genevent.Ok()
}

func (u *puppet) HandleInfo(p *sim.Proc, msg any) genevent.Result {
	u.s.say("%s info %s", u.name, show(msg))
	if u.event != nil {
		return u.event(p, msg)
	}
	return genevent.Ok()
}

func (u *puppet) HandleCall(p *sim.Proc, req any) genevent.Result {
	u.s.say("%s call %s", u.name, show(req))
	if u.call != nil {
		return u.call(p, req)
	}
	return genevent.ReplyAny(sim.Atom("fine"))
}

func (u *puppet) Terminate(_ *sim.Proc, arg any) any {
	u.s.say("%s terminate %s", u.name, show(arg))
	if u.leave != nil {
		return u.leave()
	}
	return sim.Tuple{sim.Atom("gone"), u.name}
}

func (u *puppet) CodeChange(_ *sim.Proc, _, extra any) error {
	u.s.say("%s code_change %s", u.name, show(extra))
	return nil
}

// State is the puppet's name, SetState changes it.
func (u *puppet) State() any { return u.name }

func (u *puppet) SetState(state any) { u.name = state.(sim.Atom) }

func id(name sim.Atom) genevent.ID { return genevent.Module("m").With(name) }

// does makes puppets that answer so to every event.
func does(f func() genevent.Result) func(*puppet) {
	return func(u *puppet) { u.event = func(*sim.Proc, any) genevent.Result { return f() } }
}

// make gives the factory of a puppet.
func (s *story) make(name sim.Atom, how ...func(*puppet)) func() *puppet {
	return func() *puppet {
		u := &puppet{s: s, name: name}
		for _, h := range how {
			h(u)
		}
		return u
	}
}

// add installs a puppet and tells what came of it.
func (s *story) add(p *sim.Proc, name sim.Atom, how ...func(*puppet)) {
	s.say("add %s: %s", name, show(genevent.AddHandler(p, s.bus, id(name), s.make(name, how...))))
}

func (s *story) addSup(p *sim.Proc, name sim.Atom, how ...func(*puppet)) {
	s.say("add_sup %s: %s", name, show(genevent.AddSupHandler(p, s.bus, id(name), s.make(name, how...))))
}

func (s *story) which(p *sim.Proc) {
	ids, err := genevent.WhichHandlers(p, s.bus)
	if err != nil {
		s.say("which: %s", show(err))
		return
	}
	s.say("which: %s", show(ids))
}

func (s *story) sync(p *sim.Proc, event sim.Atom) {
	s.say("sync %s: %s", event, show(genevent.SyncNotify(p, s.bus, event)))
}

func (s *story) ask(p *sim.Proc, name sim.Atom, req any) {
	v, err := genevent.CallAny(p, s.bus, id(name), req)
	if err != nil {
		v = err
	}
	s.say("call %s: %s", name, show(v))
}

func (s *story) delete(p *sim.Proc, name sim.Atom, args any) {
	v, err := genevent.DeleteHandler(p, s.bus, id(name), args)
	if err != nil {
		v = err
	}
	s.say("delete %s: %s", name, show(v))
}

const (
	a    sim.Atom = "a"
	b    sim.Atom = "b"
	c    sim.Atom = "c"
	x    sim.Atom = "x"
	boom sim.Atom = "boom"
)
