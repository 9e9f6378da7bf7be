package genstatem_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
	"github.com/bedlam-sim/bedlam/sim/otp/sys"
	"github.com/bedlam-sim/bedlam/sim/term"
)

type (
	state = sim.Atom
	step  = genstatem.Step[state]
	event = genstatem.Event
)

// tale is what happened in a world, a line each.
type tale struct {
	t     *testing.T
	lines []string
}

func (s *tale) say(format string, args ...any) {
	s.lines = append(s.lines, fmt.Sprintf(format, args...))
}

// want compares what has happened since it was last asked. Lines are separated by semicolons or line ends.
func (s *tale) want(text string) {
	s.t.Helper()
	got := strings.Join(s.lines, "; ")
	s.lines = nil
	if want := oneLine(text); got != want {
		s.t.Errorf("the tale went\n\t%s\nand should have gone\n\t%s", got, want)
	}
}

func oneLine(text string) string {
	var lines []string
	for _, l := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == ';' }) {
		if l = strings.TrimSpace(l); l != "" {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "; ")
}

// Observe tells of main's own crash, which no tale means to happen.
func (s *tale) Observe(f sim.Fact) {
	if c, ok := f.Detail.(*term.Crash); ok && f.Subject.Path() == "main" {
		s.t.Errorf("main crashed: %v\n%s", c, c.Stack)
	}
}

// tell runs body as a process called main and lets the world run for an hour.
func tell(t *testing.T, cfg sim.Config, body func(p *sim.Proc, s *tale)) *tale {
	t.Helper()
	s := &tale{t: t}
	cfg.Boot = func(p *sim.Proc) { p.Spawn("main", func(p *sim.Proc) { body(p, s) }) }
	cfg.Observer, cfg.ReductionCost = s, sim.Free
	w := sim.New(cfg)
	defer w.Close()
	w.Run(time.Hour)
	return s
}

// show prints messages and results as Erlang would.
func show(v any) string {
	switch v := v.(type) {
	case sim.Down:
		return "DOWN " + show(v.Reason)
	case sim.Exit:
		return "EXIT " + show(v.Reason)
	case nil:
		return "ok"
	case *term.Crash:
		return "{" + show(v.Err) + ",STACK}"
	case *sys.Failure:
		return "{error," + show(v.Reason) + "}"
	case error:
		if v == otp.ErrIgnore {
			return "ignore"
		}
		return "{error," + show(otp.ExitReason(v)) + "}"
	}
	return term.Printer{Replace: func(v any) (string, bool) {
		switch v := v.(type) {
		case sim.PID:
			return v.Path(), true
		case otp.From:
			return "FROM", true
		case genstatem.Event:
			return "{" + show(v.TypeTerm()) + "," + show(v.Content) + "}", true
		case otp.ReplyMsg:
			return "{TAG," + show(v.Reply) + "}", true
		case sim.Ref:
			return "REF", true
		case sim.Timeout:
			return "{timeout,REF," + show(v.Msg) + "}", true
		case *term.Crash:
			return "{" + show(v.Err) + ",STACK}", true
		case *puppet:
			return "DATA", true
		}
		return "", false
	}}.Format(v)
}

// script says what a puppet does: "a cast x" is the cast of x in state a, "b enter" the enter call of b.
type script map[string]func(u *puppet, e event) step

// puppet is a machine that says what happens to it, and does what its script says. It begins in state a.
type puppet struct {
	genstatem.Base[state]
	s      *tale
	do     script
	init   func(u *puppet, p *sim.Proc) step
	p      *sim.Proc
	name   string
	from   otp.From
	quiet  bool
	change func(s state, extra any) (state, error)
	leave  func(p *sim.Proc)
}

func (u *puppet) Init(p *sim.Proc) step {
	u.p = p
	if u.init != nil {
		return u.init(u, p)
	}
	return u.Next("a")
}

func (u *puppet) does(key string, e event) step {
	if f := u.do[key]; f != nil {
		return f(u, e)
	}
	return u.Keep()
}

func (u *puppet) HandleEvent(_ *sim.Proc, at state, e event) step {
	kind := e.Type.String()
	if e.Type == genstatem.TimerEvent {
		kind = "timer " + show(e.Name)
	}
	if e.Type == genstatem.CallEvent {
		u.from = e.From
	}
	what := fmt.Sprintf("%v %s %s", at, kind, show(e.Content))
	u.s.say("%s%s", u.name, what)
	return u.does(what, e)
}

func (u *puppet) Terminate(p *sim.Proc, at state, reason sim.Reason) {
	u.s.say("%s%v terminate %s", u.name, at, show(reason))
	if u.leave != nil {
		u.leave(p)
	}
}

func (u *puppet) CodeChange(_ *sim.Proc, _ any, at state, extra any) (state, error) {
	return u.change(at, extra)
}

// enterPuppet is a puppet with enter calls.
type enterPuppet struct{ *puppet }

func (u enterPuppet) Enter(_ *sim.Proc, old, at state) step {
	u.s.say("%s%v enter from %v", u.name, at, old)
	return u.does(string(at)+" enter", event{})
}

// start starts a puppet.
func (s *tale) start(p *sim.Proc, do script, opts ...genstatem.Option) sim.PID {
	return s.startAs(p, &puppet{s: s, do: do}, false, opts...)
}

// startEntering starts one with enter calls.
func (s *tale) startEntering(p *sim.Proc, do script, opts ...genstatem.Option) sim.PID {
	return s.startAs(p, &puppet{s: s, do: do}, true, opts...)
}

func (s *tale) startAs(p *sim.Proc, u *puppet, enters bool, opts ...genstatem.Option) sim.PID {
	started, err := genstatem.StartAlone(p, sim.Local("m"), func() genstatem.Machine[state] {
		if enters {
			return enterPuppet{u}
		}
		return u
	}, opts...)
	if err != nil {
		s.t.Errorf("start: %v", err)
	}
	return started.PID
}

// cast sends events one after the other and lets a little time pass.
func cast(p *sim.Proc, to sim.PID, whats ...sim.Atom) {
	for _, what := range whats {
		otp.Cast(p, to, what)
	}
	p.Sleep(time.Millisecond)
}

// Steps that scripts often take.
func to(s state) func(*puppet, event) step {
	return func(u *puppet, _ event) step { return u.Next(s) }
}

func put(u *puppet, _ event) step { return u.Keep().Postpone() }

// dull is a world in which nothing is drawn: what is due together happens in the order in which it was set.
func dull() sim.Config { return sim.Config{Source: choice.Dull(), Policy: scheduler.FIFO{}} }
