package gentcp_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/gentcp"
)

// kill -9: the operating system closes the sockets, and sends what it has been given.
func TestNode_halts(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) {
		send(p, k, "last words")
		p.HaltNode("enough")
	})
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		s.recv(p, k, 0)
		s.recv(p, k, 0)
		_, err := gentcp.Connect(p, "b", 80, sim.Forever)
		s.say(p, "connect %v", err)
		gentcp.Close(p, k)
	})
	s.play(time.Minute, `a 5ms: recv "last words"`, "a 5ms: recv closed", "a 7ms: connect econnrefused")
	if left := s.View().Sockets(); len(left) != 0 {
		t.Error(left)
	}
}

// What the system was given is sent, and what it had no room for is lost.
func TestNode_haltsWithFullQueue(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) {
		gentcp.Send(p, k, make([]byte, 20_000)) // waits
	}, gentcp.SndBuf(3000))
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		p.Sleep(10 * second)
		for n := 0; ; {
			b, err := gentcp.Recv(p, k, 0, second)
			if n += len(b); err != nil {
				s.say(p, "%d, %v", n, err)
				return
			}
		}
	}, gentcp.RecBuf(2000))
	s.Run(second)
	s.HaltNode("b", "test")
	s.play(time.Minute, "a 10.007s: 5000, closed")
}

// What a node that is killed has not read breaks the connection off.
func TestNode_haltsUnread(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) { p.Sleep(time.Hour) })
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		send(p, k, "unread")
		s.hear(p, 3*second)
	}, gentcp.Active(gentcp.True), gentcp.ShowEconnreset(true))
	s.Run(second)
	s.HaltNode("b", "test")
	s.play(time.Minute, "a 1.001s: tcp_error econnreset", "a 1.001s: tcp_closed")
}

// A power cut leaves the other end half-open: who only reads waits for ever, who sends is told when nothing has been
// acknowledged for long enough.
func TestNode_powerCut(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) { p.Sleep(time.Hour) })
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		p.Sleep(second)
		s.recv(p, k, 0)
		s.say(p, "send %v", gentcp.Send(p, k, []byte("x")))
		b, err := gentcp.Recv(p, k, 0, sim.Forever)
		s.say(p, "recv %v %v", b, err)
		_, err = gentcp.Connect(p, "b", 80, sim.Forever)
		s.say(p, "connect %v", err)
	})
	s.Run(second)
	s.CutPower("b", "test")
	s.play(time.Hour, "a 2.003s: recv timeout", "a 2.003s: send ok", `a 15m26.603s: recv "" etimedout`, "a 17m33.603s: connect etimedout")
}

// With keepalive who only reads is told too, after two hours and more; active, as tcp_error and tcp_closed.
func TestNode_powerCutKeepalive(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) { p.Sleep(24 * time.Hour) })
	s.dial(func(p *sim.Proc, k gentcp.Socket) { s.hear(p, 24*time.Hour) }, gentcp.Active(gentcp.True), gentcp.Keepalive(true))
	s.Run(5 * time.Hour)
	s.want()
	s.CutPower("b", "test")
	s.play(5*time.Hour, "a 6h11m15.007s: tcp_error etimedout", "a 6h11m15.007s: tcp_closed")
}

// A closed window is asked about, so that who waits for room in vain is told.
func TestNode_powerCutWhileFull(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) { p.Sleep(24 * time.Hour) }, gentcp.RecBuf(1000))
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		for {
			if err := gentcp.Send(p, k, make([]byte, 1000)); err != nil {
				s.say(p, "%v", err)
				return
			}
		}
	}, gentcp.SndBuf(1000))
	s.Run(time.Hour)
	s.want()
	s.CutPower("b", "test")
	s.play(time.Hour, "a 1h11m39.603s: etimedout")
}

// UserTimeout makes it shorter, also for one who is merely cut off; then the other end hears of it when it sends.
func TestNode_partition(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) {
		s.recv(p, k, 0)
		p.Sleep(time.Minute)
		s.say(p, "send %v", gentcp.Send(p, k, []byte("y")))
		b, err := gentcp.Recv(p, k, 0, sim.Forever)
		s.say(p, "recv %v %v", b, err)
	})
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		p.Sleep(2 * second)
		send(p, k, "x")
		s.hear(p, time.Hour)
	}, gentcp.Active(gentcp.True), gentcp.UserTimeout(10*second))
	s.Run(second)
	id, err := s.Inject(netsim.Fault{Harm: netsim.Harm{Cut: true}, Where: netsim.Groups([]string{"a"}, []string{"b"})})
	if err != nil {
		t.Fatal(err)
	}
	s.Run(time.Minute)
	s.want("b 1.004s: recv timeout", "a 12.003s: tcp_error etimedout", "a 12.003s: tcp_closed")
	s.Heal(id)
	s.play(time.Hour, "b 1m1.004s: send ok", `b 1m1.006s: recv "" closed`)
}

// Who sends to a node that has been booted since is told that there is no such connection.
func TestNode_rebooted(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) { p.Sleep(time.Hour) })
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		p.Sleep(10 * second)
		s.say(p, "send %v", gentcp.Send(p, k, []byte("x")))
		s.hear(p, second)
	}, gentcp.Active(gentcp.True), gentcp.ShowEconnreset(true))
	s.Run(second)
	s.CutPower("b", "test")
	s.Run(second)
	s.BootNode("b")
	s.play(time.Minute, "a 10.003s: send ok", "a 10.005s: tcp_error econnreset", "a 10.005s: tcp_closed")
}

// A cut that is healed in time delays, and nothing is lost.
func TestNode_shortPartition(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) {
		for range 3 {
			b, err := gentcp.Recv(p, k, 0, sim.Forever)
			s.say(p, "recv %v %v", b, err)
		}
	})
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		send(p, k, "before")
		p.Sleep(2 * second)
		send(p, k, "while")
		gentcp.Close(p, k)
	})
	s.Run(second)
	id, _ := s.Inject(netsim.Fault{Harm: netsim.Harm{Cut: true}, Where: netsim.Groups([]string{"a"}, []string{"b"})})
	s.Run(9 * second)
	s.Heal(id)
	s.play(time.Hour, `b 4ms: recv "before" ok`, `b 10.001s: recv "while" ok`, `b 10.001s: recv "" closed`)
}

// A link that answers with resets breaks what stands, and refuses what is new.
func TestNode_resetLink(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) { s.hear(p, time.Hour) }, gentcp.Active(gentcp.True))
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		s.hear(p, 2*second)
		_, err := gentcp.Connect(p, "b", 80, sim.Forever)
		s.say(p, "connect %v", err)
	}, gentcp.Active(gentcp.True))
	s.Run(second)
	s.Inject(netsim.Fault{Harm: netsim.Harm{Reset: true}, Where: netsim.Groups([]string{"a"}, []string{"b"})})
	s.play(time.Minute, "a 1s: tcp_closed", "b 1s: tcp_closed", "a 2.003s: connect econnrefused")
}

// A node that stands still takes nothing in: its peers wait, and are held up when its window is full.
func TestNode_pause(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) {
		for range 2 {
			b, err := gentcp.Recv(p, k, 5, sim.Forever)
			s.say(p, "recv %v %v", b, err)
		}
	})
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		p.Sleep(2 * second)
		send(p, k, "hello")
		gentcp.Close(p, k)
	})
	s.Run(second)
	s.PauseNode("b")
	s.Run(9 * second)
	s.want()
	s.ResumeNode("b")
	s.play(time.Hour, `b 10s: recv "hello" ok`, `b 10s: recv "" closed`)
}

// A socket means nothing on another node, or in another life of its own.
func TestSocket_elsewhere(t *testing.T) {
	s := tell(t)
	var l gentcp.Socket
	s.SpawnAt("b", "server", func(p *sim.Proc) {
		l, _ = gentcp.Listen(p, 80)
		p.Sleep(time.Hour)
	})
	s.Run(second)
	s.SpawnAt("a", "p", func(p *sim.Proc) {
		_, err := gentcp.Accept(p, l, second)
		s.say(p, "%v", err)
	})
	s.Run(second)
	s.HaltNode("b", "")
	s.BootNode("b")
	s.SpawnAt("b", "p", func(p *sim.Proc) {
		_, err := gentcp.Accept(p, l, second)
		s.say(p, "%v", err)
		again, err := gentcp.Listen(p, 80)
		s.say(p, "%v %v %v", again, err, again == l)
	})
	s.play(second, "a 1s: einval", "b 2s: closed", "b 2s: #Port<b.1> ok false")
}

// Who is let in and is never heard of again does not wait at the door for ever.
func TestNode_powerCutWhileConnecting(t *testing.T) {
	s := tell(t)
	s.SpawnAt("b", "server", func(p *sim.Proc) {
		gentcp.Listen(p, 80)
		p.Sleep(time.Hour)
	})
	s.SpawnAt("a", "client", func(p *sim.Proc) {
		p.Sleep(time.Millisecond)
		gentcp.Connect(p, "b", 80, sim.Forever)
	})
	s.Run(2500 * time.Microsecond)
	s.CutPower("a", "test")
	s.Run(time.Minute)
	if left := s.View().Sockets(); len(left) != 2 || left[1].State.String() != "arriving" {
		t.Error(left)
	}
	s.Run(time.Minute)
	if left := s.View().Sockets(); len(left) != 1 {
		t.Error(left)
	}
}
