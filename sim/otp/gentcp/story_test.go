package gentcp_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/otp/gentcp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// story is a world of nodes a and b, a millisecond apart, whose every draw is dull, and what was heard in it.
type story struct {
	*sim.World
	t     *testing.T
	heard []string
}

func tell(t *testing.T, change ...func(*sim.Config)) *story {
	t.Helper()
	cfg := sim.Config{
		Source: choice.Dull(), Link: netsim.Link{Latency: netsim.Fixed(time.Millisecond)}, ReductionCost: sim.Free,
		Nodes: []sim.NodeSpec{{Name: "a"}, {Name: "b"}},
	}
	for _, f := range change {
		f(&cfg)
	}
	s := &story{World: sim.New(cfg), t: t}
	t.Cleanup(s.Close)
	return s
}

// say notes what a process has to say, with the time.
func (s *story) say(p *sim.Proc, format string, args ...any) {
	for i, a := range args {
		switch a := a.(type) {
		case []byte:
			args[i] = fmt.Sprintf("%q", a)
		case gentcp.Data:
			args[i] = fmt.Sprintf("tcp %q", a.Bytes)
		case gentcp.Closed:
			args[i] = "tcp_closed"
		case gentcp.Passive:
			args[i] = "tcp_passive"
		case gentcp.Error:
			args[i] = "tcp_error " + a.Reason.Error()
		case nil:
			args[i] = "ok"
		case string, error, int:
		default:
			args[i] = term.Format(a)
		}
	}
	s.heard = append(s.heard, fmt.Sprintf("%v %v: ", p.Node(), p.Now().Truncate(time.Millisecond))+fmt.Sprintf(format, args...))
}

// recv says what Recv has answered.
func (s *story) recv(p *sim.Proc, k gentcp.Socket, n int) {
	b, err := gentcp.Recv(p, k, n, time.Second)
	if err != nil {
		s.say(p, "recv %v", err)
		return
	}
	s.say(p, "recv %v", b)
}

// hear says every message that comes within d.
func (s *story) hear(p *sim.Proc, d time.Duration) {
	until := p.Now() + d
	for p.Now() < until {
		m, err := sim.Any(p, sim.After(until-p.Now()))
		if err != nil {
			return
		}
		s.say(p, "%v", m)
	}
}

func (s *story) want(lines ...string) {
	s.t.Helper()
	if got, want := strings.Join(s.heard, "\n"), strings.Join(lines, "\n"); got != want {
		s.t.Errorf("heard\n\t%s\nand should have\n\t%s", strings.ReplaceAll(got, "\n", "\n\t"), strings.ReplaceAll(want, "\n", "\n\t"))
	}
	s.heard = nil
}

// passive is what most tests want of a socket.
var passive = gentcp.Active(gentcp.False)

// serve runs a process on b that accepts one connection at port 80 and does something with it.
func (s *story) serve(body func(p *sim.Proc, k gentcp.Socket), opts ...gentcp.Option) sim.PID {
	return s.SpawnAt("b", "server", func(p *sim.Proc) {
		l, err := gentcp.Listen(p, 80, append([]gentcp.Option{passive}, opts...)...)
		if err != nil {
			s.t.Error(err)
			return
		}
		k, err := gentcp.Accept(p, l, sim.Forever)
		if err != nil {
			s.t.Error(err)
			return
		}
		body(p, k)
	})
}

// dial runs a process on a that connects to it.
func (s *story) dial(body func(p *sim.Proc, k gentcp.Socket), opts ...gentcp.Option) sim.PID {
	return s.SpawnAt("a", "client", func(p *sim.Proc) {
		p.Sleep(time.Millisecond)
		k, err := gentcp.Connect(p, "b", 80, sim.Forever, append([]gentcp.Option{passive}, opts...)...)
		if err != nil {
			s.t.Error(err)
			return
		}
		body(p, k)
	})
}

func (s *story) play(d time.Duration, lines ...string) {
	s.t.Helper()
	s.Run(d)
	s.want(lines...)
}

// "Establishes a connection", "Accepts an incoming connection request", "Sends a packet", "Receives a packet".
func TestStream_thereAndBack(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) {
		s.recv(p, k, 0)
		gentcp.Send(p, k, []byte("world"))
		s.recv(p, k, 0)
		s.recv(p, k, 0)
	})
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		there, _ := gentcp.Peername(p, k)
		s.say(p, "connected to %v", there)
		gentcp.Send(p, k, []byte("hello"))
		s.recv(p, k, 0)
		s.say(p, "close %v", gentcp.Close(p, k))
		s.say(p, "send %v", gentcp.Send(p, k, []byte("x")))
		s.recv(p, k, 0)
		s.say(p, "close %v", gentcp.Close(p, k))
	})
	s.play(time.Minute,
		"a 3ms: connected to b:80", `b 4ms: recv "hello"`, `a 5ms: recv "world"`, "a 5ms: close ok", "a 5ms: send closed",
		"a 5ms: recv closed", "a 5ms: close ok", "b 6ms: recv closed", "b 6ms: recv enotconn")
}
