package genserver_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// story is what happened in a world, a line each.
type story struct {
	t     *testing.T
	lines []string
}

func (s *story) say(format string, args ...any) {
	s.lines = append(s.lines, fmt.Sprintf(format, args...))
}

// hear tells the messages that a process has got, until none has come for a second.
func (s *story) hear(p *sim.Proc) {
	for {
		m, err := sim.Any(p, sim.After(time.Second))
		if err != nil {
			return
		}
		s.say("%s hears %s", show(p.Self()), show(m))
	}
}

func (s *story) want(text string) {
	s.t.Helper()
	got, want := strings.Join(s.lines, "\n"), unindent(text)
	if got != want {
		s.t.Errorf("the story went\n%s\n\nand should have gone\n%s", indent(got), indent(want))
	}
}

func unindent(text string) string {
	var lines []string
	for _, l := range strings.Split(strings.TrimSpace(text), "\n") {
		lines = append(lines, strings.TrimSpace(l))
	}
	return strings.Join(lines, "\n")
}

func indent(text string) string { return "\t" + strings.ReplaceAll(text, "\n", "\n\t") }

// tell runs body as an ordinary process called main and lets the world run for a minute after.
func tell(t *testing.T, cfg sim.Config, body func(p *sim.Proc, s *story)) *story {
	t.Helper()
	s := &story{t: t}
	if cfg.Policy == nil { // a story has one order; what holds in every order is tried with many seeds
		cfg.Policy = scheduler.FIFO{}
	}
	cfg.Boot = func(p *sim.Proc) { p.Spawn("main", func(p *sim.Proc) { body(p, s) }) }
	cfg.Observer = s
	w := sim.New(cfg)
	defer w.Close()
	w.Run(time.Minute)
	return s
}

// Observe tells of main's own crash, which no story means to happen.
func (s *story) Observe(f sim.Fact) {
	if c, ok := f.Detail.(*term.Crash); ok && f.Subject.Path() == "main" {
		s.t.Errorf("main crashed: %v\n%s", c, c.Stack)
	}
}

// show prints messages and results as Erlang would.
func show(v any) string {
	switch v := v.(type) {
	case sim.Down:
		return "DOWN " + show(v.Object) + " " + show(v.Reason)
	case sim.Exit:
		return "EXIT " + show(v.From) + " " + show(v.Reason)
	case sim.PID:
		return strings.TrimPrefix(v.Path(), "main/")
	case nil:
		return "ok"
	case *term.Crash:
	case error:
		if v == otp.ErrIgnore {
			return "ignore"
		}
		return "{error," + term.Format(otp.ExitReason(v)) + "}"
	}
	return term.Printer{Replace: func(v any) (string, bool) {
		if pid, ok := v.(sim.PID); ok {
			return show(pid), true
		}
		return "", false
	}}.Format(v)
}

// A puppet does what its requests, which are functions, say.
type puppet struct {
	genserver.Base
	s     *story
	init  func(p *sim.Proc) genserver.InitResult
	leave func(p *sim.Proc)
	from  otp.From
}

type act func(p *sim.Proc, s *puppet) genserver.Result

// make gives the factory of a puppet.
func (s *story) make(init func(p *sim.Proc) genserver.InitResult) func() *puppet {
	return func() *puppet { return &puppet{s: s, init: init} }
}

func ok(*sim.Proc) genserver.InitResult { return genserver.Ok() }

func trapping(p *sim.Proc) genserver.InitResult {
	p.TrapExit(true)
	return genserver.Ok()
}

func (u *puppet) Init(p *sim.Proc) genserver.InitResult { return u.init(p) }

func (u *puppet) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	u.from = from
	switch req := req.(type) {
	case act:
		return req(p, u)
	case question:
		return genserver.Reply(req, req.N)
	}
	u.s.say("call %s", show(req))
	return genserver.ReplyAny(req)
}

func (u *puppet) HandleCast(p *sim.Proc, msg any) genserver.Result {
	if f, ok := msg.(act); ok {
		return f(p, u)
	}
	u.s.say("cast %s", show(msg))
	return genserver.NoReply()
}

func (u *puppet) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	if f, ok := msg.(act); ok {
		return f(p, u)
	}
	u.s.say("info %s", show(msg))
	return genserver.NoReply()
}

func (u *puppet) HandleContinue(p *sim.Proc, arg any) genserver.Result {
	if f, ok := arg.(act); ok {
		return f(p, u)
	}
	u.s.say("continue %s", show(arg))
	return genserver.NoReply()
}

func (u *puppet) Terminate(p *sim.Proc, reason sim.Reason) {
	u.s.say("terminate %s", show(reason))
	if u.leave != nil {
		u.leave(p)
	}
}

// call makes a puppet do something in a call, and tells what came of it.
func (s *story) call(p *sim.Proc, to sim.Addr, what string, f act) {
	v, err := otp.CallAny(p, to, f, otp.Within(time.Second))
	if err != nil {
		v = err.(*otp.CallError).Reason
	}
	s.say("%s -> %s", what, show(v))
}

// start starts a puppet and fails the test if it does not start.
func (s *story) start(p *sim.Proc, init func(p *sim.Proc) genserver.InitResult, opts ...genserver.Option) sim.PID {
	started, err := genserver.StartAlone(p, sim.Local("s"), s.make(init), opts...)
	if err != nil {
		s.t.Errorf("start: %v", err)
	}
	return started.PID
}
