package sys_test

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

// server counts what it is asked.
type server struct {
	n    int
	from otp.From
}

func newServer() *server { return &server{} }

// State is the number; to set it, SetState wants a number.
func (s *server) State() any         { return s.n }
func (s *server) SetState(state any) { s.n = state.(int) }

func (s *server) Init(p *sim.Proc) genserver.InitResult {
	p.TrapExit(true)
	return genserver.Ok()
}

func (s *server) HandleCall(_ *sim.Proc, req any, from otp.From) genserver.Result {
	switch req {
	case add:
		s.n++
		return genserver.ReplyAny(s.n)
	case later:
		s.from = from
		return genserver.NoReply().Continue(sim.Atom("c"))
	case stop:
		return genserver.StopReplyAny(sim.Normal, sim.Atom("bye"))
	}
	panic("unknown request")
}

func (s *server) HandleCast(_ *sim.Proc, msg any) genserver.Result {
	if msg == any(wait) {
		return genserver.NoReply().Timeout(0)
	}
	s.n++
	return genserver.NoReply()
}

func (s *server) HandleInfo(*sim.Proc, any) genserver.Result {
	s.n++
	return genserver.NoReply()
}

func (s *server) HandleContinue(p *sim.Proc, _ any) genserver.Result {
	otp.Reply(p, s.from, sim.Atom("later"))
	return genserver.NoReply()
}

func (s *server) Terminate(*sim.Proc, sim.Reason) {}

func (s *server) CodeChange(*sim.Proc, any, any) error { return nil }

func call(p *sim.Proc, to sim.Addr, req any) any {
	v, _ := otp.CallAny(p, to, req)
	return v
}

func text(format string, args ...any) string { return fmt.Sprintf(format, args...) }

func lines(text string) []string { return strings.Split(text, "\n") }

func shown(v any) string { return term.Format(v) }

// begin runs body with a server called s, in a world like any other.
func begin(t *testing.T, body func(*sim.Proc, sim.PID)) {
	t.Helper()
	run(t, sim.Config{}, body)
}

const (
	add   sim.Atom = "add"
	later sim.Atom = "later"
	stop  sim.Atom = "stop"
	wait  sim.Atom = "wait"
	boom  sim.Atom = "boom"
)

func compare(t *testing.T, what string, got, want []string) {
	t.Helper()
	trim := func(lines []string) string {
		var out []string
		for _, l := range lines {
			if l = strings.TrimSpace(l); l != "" {
				out = append(out, l)
			}
		}
		return strings.Join(out, "\n")
	}
	if g, w := trim(got), trim(want); g != w {
		t.Errorf("%s\n%s\nshould be\n%s", what, g, w)
	}
}

// run runs body with a server called s.
func run(t *testing.T, cfg sim.Config, body func(p *sim.Proc, s sim.PID)) {
	t.Helper()
	done := false
	cfg.Policy = scheduler.FIFO{}
	cfg.Boot = func(p *sim.Proc) {
		p.Spawn("main", func(p *sim.Proc) {
			started, err := genserver.StartAlone(p, sim.Local("s"), newServer)
			if err != nil {
				t.Error(err)
			}
			body(p, started.PID)
			done = true
		})
	}
	w := sim.New(cfg)
	defer w.Close()
	if w.Run(time.Minute); !done {
		t.Error("main has not come to its end")
	}
}
