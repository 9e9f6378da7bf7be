package otp_test

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
	hash  uint64 // of the whole run, if there were nodes
}

func (s *story) say(format string, args ...any) {
	s.lines = append(s.lines, fmt.Sprintf(format, args...))
}

func (s *story) want(lines ...string) {
	s.t.Helper()
	if got, want := strings.Join(s.lines, "\n\t"), strings.Join(lines, "\n\t"); got != want {
		s.t.Errorf("the story went\n\t%s\nand should have gone\n\t%s", got, want)
	}
}

// hear tells the messages that a process has got, until none has come for a second.
func (s *story) hear(p *sim.Proc) {
	for {
		m, err := sim.Any(p, sim.After(time.Second))
		if err != nil {
			return
		}
		switch m := m.(type) {
		case sim.Down:
			s.say("DOWN %s", show(m.Reason))
		case sim.Exit:
			s.say("EXIT %s", show(m.Reason))
		default:
			s.say("%s", show(m))
		}
	}
}

func show(v any) string {
	return term.Printer{Replace: func(v any) (string, bool) {
		switch v := v.(type) {
		case sim.PID:
			return "<" + strings.TrimPrefix(v.Path(), "main/") + ">", true
		case sim.Ref:
			return "#ref", true
		case otp.Tag:
			if !v.Plain {
				return "#alias", true
			}
			return "#ref", true
		case interface{ Term() sim.Tuple }:
			return show(v.Term()), true
		}
		return "", false
	}}.Format(v)
}

// tell runs body as an ordinary process called main and lets the world run for a minute after.
func tell(t *testing.T, cfg sim.Config, body func(p *sim.Proc, s *story)) *story {
	t.Helper()
	s := &story{t: t}
	if cfg.Policy == nil { // a story has one order; what holds in every order is tried with many seeds
		cfg.Policy = scheduler.FIFO{}
	}
	done := false
	cfg.Boot = func(p *sim.Proc) {
		p.Spawn("main", func(p *sim.Proc) {
			why, ok := otp.Try(p, func() { body(p, s) })
			if done = true; !ok {
				t.Errorf("main crashed: %s", show(why))
				if c, ok := why.(*term.Crash); ok {
					t.Log(c.Stack)
				}
			}
		})
	}
	w := sim.New(cfg)
	defer w.Close()
	if w.Run(time.Minute); !done {
		t.Error("main has not come to its end")
	}
	return s
}

// ask is a request that does in the server what it says.
type ask func(p *sim.Proc, from otp.From) genserver.Result

// double asks for twice N.
type double struct {
	otp.Returns[int]
	N int
}

type server struct{ genserver.Base }

func newServer() *server { return &server{} }

func (server) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	switch r := req.(type) {
	case ask:
		return r(p, from)
	case double:
		return genserver.Reply(r, 2*r.N)
	}
	return genserver.ReplyAny(req)
}

func (server) HandleCast(p *sim.Proc, msg any) genserver.Result { return msg.(ask)(p, otp.From{}) }

// start starts a server called s.
func start(p *sim.Proc) sim.PID {
	started, err := genserver.StartAlone(p, sim.Local("s"), newServer)
	if err != nil {
		panic(err)
	}
	return started.PID
}

// after makes a server take d for an answer.
func after(d time.Duration, v any) ask {
	return func(p *sim.Proc, _ otp.From) genserver.Result {
		p.Sleep(d)
		return genserver.ReplyAny(v)
	}
}

func stop(reason sim.Reason) ask {
	return func(*sim.Proc, otp.From) genserver.Result { return genserver.Stop(reason) }
}
