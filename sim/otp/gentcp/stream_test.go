package gentcp_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/gentcp"
)

// What is asserted here was seen on OTP 25 over loopback, unless it is quoted from the manual of gen_tcp or inet.

const second = time.Second

func send(p *sim.Proc, k gentcp.Socket, text string) { gentcp.Send(p, k, []byte(text)) }

// "If the value is false (passive mode), the process must explicitly receive incoming data". Active, each piece is a
// message, and tcp_closed is the last: then the port is gone.
func TestActive_true(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) {
		send(p, k, "one")
		p.Sleep(second)
		send(p, k, strings.Repeat("x", 3000))
		p.Sleep(second)
		gentcp.Close(p, k)
	})
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		s.recv(p, k, 0)
		for range 5 {
			m, _ := sim.Any(p)
			if d, is := m.(gentcp.Data); is && len(d.Bytes) > 10 {
				s.say(p, "%d bytes", len(d.Bytes))
				continue
			}
			s.say(p, "%v", m)
		}
		s.say(p, "send %v", gentcp.Send(p, k, nil))
		s.recv(p, k, 0)
		_, err := gentcp.Peername(p, k)
		s.say(p, "%v %v %v", gentcp.SetOpts(p, k), err, gentcp.ControllingProcess(p, k, p.Parent()))
		s.say(p, "close %v", gentcp.Close(p, k))
	}, gentcp.Active(gentcp.True))
	s.play(time.Minute, "a 3ms: recv einval", "a 5ms: tcp \"one\"", "a 1.005s: 1460 bytes", "a 1.005s: 1460 bytes", "a 1.005s: 80 bytes",
		"a 2.005s: tcp_closed", "a 2.005s: send closed", "a 2.005s: recv closed", "a 2.005s: einval einval closed", "a 2.005s: close ok")
	if left := s.View().Sockets(); len(left) != 0 {
		t.Error(left)
	}
}

// "If the value is once ({active, once}), one data message from the socket is sent to the process. To receive one more
// message, setopts/2 must be called again with option {active, once}".
func TestActive_once(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) {
		for _, text := range []string{"1", "2", "3"} {
			send(p, k, text)
			p.Sleep(second / 10)
		}
		gentcp.Close(p, k)
	})
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		gentcp.SetOpts(p, k, gentcp.Active(gentcp.Once))
		s.hear(p, second)
		mode, _ := gentcp.ActiveMode(p, k)
		s.say(p, "%v", mode)
		for range 3 {
			s.say(p, "%v", gentcp.SetOpts(p, k, gentcp.Active(gentcp.Once)))
			s.hear(p, second)
		}
	})
	s.play(time.Minute, `a 5ms: tcp "1"`, "a 1.003s: false", "a 1.003s: ok", `a 1.003s: tcp "23"`, "a 2.003s: ok", "a 2.003s: tcp_closed", "a 3.003s: einval")
}

// "{active, N}: … if the value is in the range -32768 to 32767, it is added to the socket's current count; … when
// it reaches 0, a message {tcp_passive, Socket} is sent". Less than 0 counts as 0; out of range is einval.
func TestActive_N(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) {
		for range 3 {
			send(p, k, "m")
			p.Sleep(second / 10)
		}
		p.Sleep(time.Hour)
	})
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		set := func(m gentcp.Mode) {
			err := gentcp.SetOpts(p, k, gentcp.Active(m))
			mode, _ := gentcp.ActiveMode(p, k)
			s.say(p, "set %v: %v, is %v", m, err, mode)
		}
		set(gentcp.N(2))
		s.hear(p, second)
		set(gentcp.N(0))
		s.hear(p, second)
		set(gentcp.N(3))
		set(gentcp.N(-10))
		s.hear(p, second)
		set(gentcp.N(40000))
		set(gentcp.N(30000))
		set(gentcp.N(30000))
		set(gentcp.False)
		set(gentcp.N(5))
		set(gentcp.Once)
	})
	s.play(time.Minute, "a 3ms: set 2: ok, is 2", `a 5ms: tcp "m"`, `a 105ms: tcp "m"`, "a 105ms: tcp_passive",
		"a 1.003s: set 0: ok, is false", "a 1.003s: tcp_passive", "a 2.003s: set 3: ok, is 2", "a 2.003s: set -10: ok, is false",
		`a 2.003s: tcp "m"`, "a 2.003s: tcp_passive", "a 3.003s: set 40000: einval, is false", "a 3.003s: set 30000: ok, is 30000",
		"a 3.003s: set 30000: einval, is 30000", "a 3.003s: set false: ok, is false", "a 3.003s: set 5: ok, is 5", "a 3.003s: set once: ok, is once")
}

// "If Length is 0, all available bytes are returned. If Length > 0, exactly Length bytes are returned, or an error;
// possibly discarding less than Length bytes of data when the socket is closed from the other side."
func TestRecv_length(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) {
		send(p, k, "abcdef")
		p.Sleep(second)
		send(p, k, "ghi")
		gentcp.Close(p, k)
	})
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		s.recv(p, k, 2)
		s.recv(p, k, -1)
		s.recv(p, k, 6)
		s.recv(p, k, 6)
		s.recv(p, k, 0)
		s.say(p, "send %v", gentcp.Send(p, k, nil))
		s.say(p, "send %v", gentcp.Send(p, k, nil))
	})
	s.play(time.Minute, `a 5ms: recv "ab"`, "a 5ms: recv einval", `a 1.005s: recv "cdefgh"`, "a 1.005s: recv closed", "a 1.005s: recv enotconn",
		"a 1.005s: send closed", "a 1.005s: send enotconn")
}

// "The optional Timeout parameter specifies a time-out in milliseconds." Nothing is lost by it, and a second reader is
// told ealready. Who sets the socket active while another reads does not take its data away.
func TestRecv_timeoutAndRivals(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) {
		p.Sleep(5 * second)
		send(p, k, "abc")
		p.Sleep(5 * second)
		send(p, k, "def")
	})
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		s.recv(p, k, 0)
		p.Spawn("rival", func(p *sim.Proc) {
			b, err := gentcp.Recv(p, k, 0, sim.Forever)
			s.say(p, "rival %v %v", b, err)
			b, err = gentcp.Recv(p, k, 0, sim.Forever)
			s.say(p, "rival %v %v", b, err)
		})
		p.Sleep(second)
		s.recv(p, k, 0)
		p.Sleep(5 * second)
		gentcp.SetOpts(p, k, gentcp.Active(gentcp.True))
		s.hear(p, 10*second)
		gentcp.Close(p, k)
	})
	s.play(time.Minute, "a 1.003s: recv timeout", "a 2.003s: recv ealready", `a 5.005s: rival "abc" ok`, `a 10.005s: rival "def" ok`, "a 10.005s: tcp_closed")
}

// "Closes a TCP socket." Those who wait on it are told; who was sent to and has not read what came is told that the
// connection is broken off, which passes for closed unless show_econnreset is on.
func TestClose_underOthers(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) { s.recv(p, k, 0) })
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		p.Spawn("reader", func(p *sim.Proc) { s.recv(p, k, 0) })
		p.Sleep(second / 2)
		gentcp.Close(p, k)
	})
	s.SpawnAt("b", "door", func(p *sim.Proc) {
		l, _ := gentcp.Listen(p, 81)
		p.Spawn("acceptor", func(p *sim.Proc) {
			_, err := gentcp.Accept(p, l, sim.Forever)
			s.say(p, "accept %v", err)
			_, err = gentcp.Accept(p, l, sim.Forever)
			s.say(p, "accept %v", err)
		})
		_, err := gentcp.Listen(p, 81)
		s.say(p, "listen %v", err)
		_, err = gentcp.Accept(p, l, second)
		s.say(p, "accept %v", err)
		for _, err := range []error{gentcp.Send(p, l, nil), gentcp.Shutdown(p, l, gentcp.Write), gentcp.SetOpts(p, l, gentcp.Active(gentcp.Once))} {
			s.say(p, "%v", err)
		}
		s.recv(p, l, 0)
		_, err = gentcp.Peername(p, l)
		s.say(p, "%v", err)
	})
	s.play(time.Minute, "b 0s: listen eaddrinuse", "a 503ms: recv closed", "b 504ms: recv closed", "b 1s: accept timeout",
		"b 1s: enotconn", "b 1s: enotconn", "b 1s: ok", "b 1s: recv enotconn", "b 1s: enotconn", "b 1s: accept closed", "b 1s: accept closed")
}

func TestReset_byWhatWasNotRead(t *testing.T) {
	for _, c := range []struct {
		name  string
		opts  []gentcp.Option
		heard []string
	}{
		{"passive", nil, []string{`a 1.003s: recv "seen?"`, "a 1.003s: recv closed", "a 1.003s: recv enotconn", "a 1.003s: send closed"}},
		{"shown", []gentcp.Option{gentcp.ShowEconnreset(true)}, []string{`a 1.003s: recv "seen?"`, "a 1.003s: recv econnreset", "a 1.003s: recv enotconn", "a 1.003s: send econnreset"}},
		{"active", []gentcp.Option{gentcp.Active(gentcp.True)}, []string{`a 105ms: tcp "seen?"`, "a 105ms: tcp_closed", "a 1.003s: recv closed", "a 1.003s: recv closed", "a 1.003s: recv closed", "a 1.003s: send closed"}},
		{"active, shown", []gentcp.Option{gentcp.Active(gentcp.True), gentcp.ShowEconnreset(true)}, []string{`a 105ms: tcp "seen?"`, "a 105ms: tcp_error econnreset",
			"a 105ms: tcp_closed", "a 1.003s: recv closed", "a 1.003s: recv closed", "a 1.003s: recv closed", "a 1.003s: send closed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := tell(t)
			s.serve(func(p *sim.Proc, k gentcp.Socket) {
				p.Sleep(second / 10)
				send(p, k, "seen?")
				gentcp.Close(p, k)
			})
			s.dial(func(p *sim.Proc, k gentcp.Socket) {
				send(p, k, "unread")
				s.hear(p, second)
				s.recv(p, k, 0)
				s.recv(p, k, 0)
				s.recv(p, k, 0)
				s.say(p, "send %v", gentcp.Send(p, k, nil))
			}, c.opts...)
			s.play(time.Minute, c.heard...)
		})
	}
}

// {linger, {true, 0}} breaks the connection off.
func TestReset_onClose(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) { gentcp.Close(p, k) }, gentcp.ResetOnClose(true))
	s.dial(func(p *sim.Proc, k gentcp.Socket) { s.hear(p, second) }, gentcp.Active(gentcp.True), gentcp.ShowEconnreset(true))
	s.play(time.Minute, "a 5ms: tcp_error econnreset", "a 5ms: tcp_closed")
}

// Sending to one who has closed: the first time nobody knows, then the answer is there. Who learns of it by sending
// has lost what it had not read.
func TestSend_toClosed(t *testing.T) {
	for _, shown := range []bool{false, true} {
		s := tell(t)
		s.serve(func(p *sim.Proc, k gentcp.Socket) { gentcp.Close(p, k) })
		s.dial(func(p *sim.Proc, k gentcp.Socket) {
			p.Sleep(second)
			for range 3 {
				s.say(p, "send %v", gentcp.Send(p, k, []byte("x")))
				p.Sleep(second)
			}
			s.recv(p, k, 0)
			s.recv(p, k, 0)
		}, gentcp.ShowEconnreset(shown))
		why := "closed"
		if shown {
			why = "econnreset"
		}
		s.play(time.Minute, "a 1.003s: send ok", "a 2.003s: send "+why, "a 3.003s: send enotconn", "a 4.003s: recv "+why, "a 4.003s: recv enotconn")
	}
}

// "Shutdown: … write: … {exit_on_close, false} … useful if the peer has closed its write side and data is still to be
// sent". The direction that is not shut goes on.
func TestShutdown_halfClose(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) {
		send(p, k, "abc")
		s.say(p, "shutdown %v", gentcp.Shutdown(p, k, gentcp.Write))
		s.say(p, "send %v", gentcp.Send(p, k, nil))
		s.recv(p, k, 0)
		s.recv(p, k, 0)
	})
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		s.recv(p, k, 0)
		s.recv(p, k, 0)
		s.recv(p, k, 0)
		s.say(p, "send %v", gentcp.Send(p, k, []byte("x")))
		p.Sleep(second / 2)
		gentcp.Close(p, k)
	}, gentcp.ExitOnClose(false))
	s.play(time.Minute, "b 4ms: shutdown ok", "b 4ms: send closed", `a 5ms: recv "abc"`, "a 5ms: recv closed", "a 5ms: recv closed", "a 5ms: send ok",
		`b 6ms: recv "x"`, "b 506ms: recv closed")
}

// With exit_on_close, who reads the end has closed; active and without it, tcp_closed comes and sending goes on.
func TestShutdown_exitOnClose(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) {
		gentcp.Shutdown(p, k, gentcp.Write)
		s.recv(p, k, 0)
		s.recv(p, k, 0)
	})
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		p.Sleep(second / 2)
		s.say(p, "send %v", gentcp.Send(p, k, []byte("x")))
		s.recv(p, k, 0)
		s.say(p, "send %v", gentcp.Send(p, k, []byte("y")))
	})
	s.play(time.Minute, "a 503ms: send ok", "a 503ms: recv closed", "a 503ms: send closed", `b 504ms: recv "x"`, "b 504ms: recv closed")

	s = tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) {
		gentcp.Shutdown(p, k, gentcp.Write)
		s.recv(p, k, 0)
	})
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		s.hear(p, second/2)
		s.say(p, "send %v", gentcp.Send(p, k, []byte("x")))
		p.Sleep(second)
	}, gentcp.ExitOnClose(false), gentcp.Active(gentcp.True))
	s.play(time.Minute, "a 5ms: tcp_closed", "a 503ms: send ok", `b 504ms: recv "x"`)
}

// "Assigns a new controlling process Pid to Socket. … If called by any other process than the current controlling
// process, {error, not_owner} is returned. If the process identified by Pid is not an existing local pid, {error,
// badarg} is returned." Messages go with it, and the socket ends with its owner.
func TestControllingProcess(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) {
		send(p, k, "1")
		p.Sleep(2 * second)
		send(p, k, "2")
		s.recv(p, k, 0)
	})
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		p.Sleep(second)
		me := p.Self()
		heir := p.Spawn("heir", func(p *sim.Proc) {
			s.say(p, "control %v", gentcp.ControllingProcess(p, k, p.Self()))
			s.say(p, "control %v", gentcp.ControllingProcess(p, k, me))
			s.hear(p, 2*second)
		})
		p.Sleep(second)
		dead := p.Spawn("dead", func(*sim.Proc) {})
		p.Sleep(second / 10)
		s.say(p, "control %v", gentcp.ControllingProcess(p, k, dead))
		s.say(p, "control %v", gentcp.ControllingProcess(p, k, heir))
		s.say(p, "control %v", gentcp.ControllingProcess(p, k, me))
		s.say(p, "%d left", len(s.View().Mailbox(p.Self())))
		p.Sleep(10 * second)
		s.recv(p, k, 0)
	}, gentcp.Active(gentcp.True))
	s.play(time.Minute, "a 1.003s: control not_owner", "a 1.003s: control ok", "a 2.103s: control badarg", "a 2.103s: control ok",
		"a 2.103s: control not_owner", "a 2.103s: 0 left", `a 2.103s: tcp "1"`, `a 2.103s: tcp "2"`, "b 3.004s: recv closed", "a 12.103s: recv closed")
}

// "{packet, N}": "1 | 2 | 4: Packets consist of a header specifying the number of bytes in the packet, followed by
// that number of bytes. The header length can be one, two, or four bytes, and containing an unsigned integer in
// big-endian byte order. Each send operation generates the header, and the header is stripped off on each receive
// operation." A length that does not fit is sent all the same, and is wrong.
func TestPacket_header(t *testing.T) {
	for _, n := range []gentcp.Framing{gentcp.One, gentcp.Two, gentcp.Four} {
		s := tell(t)
		s.serve(func(p *sim.Proc, k gentcp.Socket) {
			send(p, k, "hello")
			send(p, k, "")
			send(p, k, "world")
			gentcp.SetOpts(p, k, gentcp.Packet(gentcp.Raw))
			gentcp.Send(p, k, append(make([]byte, n-1), 5, 'h', 'a', 'l'))
			p.Sleep(second)
			send(p, k, "f!")
			send(p, k, string(append(make([]byte, n-1), 5)))
			gentcp.Close(p, k)
		}, gentcp.Packet(n))
		s.dial(func(p *sim.Proc, k gentcp.Socket) {
			s.recv(p, k, 3)
			for range 5 {
				s.recv(p, k, 0)
			}
		}, gentcp.Packet(n))
		s.play(time.Minute, "a 3ms: recv einval", `a 5ms: recv "hello"`, `a 5ms: recv ""`, `a 5ms: recv "world"`, `a 1.005s: recv "half!"`, "a 1.005s: recv closed")
	}
}

// "If the packet size exceeds packet_size": emsgsize, and the connection is over.
func TestPacket_size(t *testing.T) {
	for _, active := range []gentcp.Mode{gentcp.False, gentcp.True} {
		s := tell(t)
		s.serve(func(p *sim.Proc, k gentcp.Socket) { send(p, k, "\x00\x00\x00\x14123") })
		s.dial(func(p *sim.Proc, k gentcp.Socket) {
			if active == gentcp.True {
				s.hear(p, second)
				return
			}
			s.recv(p, k, 0)
			s.recv(p, k, 0)
		}, gentcp.Packet(gentcp.Four), gentcp.PacketSize(10), gentcp.Active(active))
		if active == gentcp.True {
			s.play(time.Minute, "a 5ms: tcp_error emsgsize", "a 5ms: tcp_closed")
		} else {
			s.play(time.Minute, "a 5ms: recv emsgsize", "a 5ms: recv enotconn")
		}
	}
}

// "line: Line mode, a packet is a line-terminated with newline, lines longer than the receive buffer are truncated",
// which is to say: they come in parts. Half a line at the end of the stream is lost.
func TestPacket_line(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) {
		send(p, k, "ab\ncd\n0123456789012345\nx\nef")
		p.Sleep(2 * second)
		gentcp.Close(p, k)
	})
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		for range 7 {
			s.recv(p, k, 0)
		}
	}, gentcp.Packet(gentcp.Line), gentcp.Buffer(10))
	s.play(time.Minute, `a 5ms: recv "ab\n"`, `a 5ms: recv "cd\n"`, `a 5ms: recv "0123456789"`, `a 5ms: recv "012345\n"`, `a 5ms: recv "x\n"`,
		"a 1.005s: recv timeout", "a 2.005s: recv closed")
}

// "backlog: … defines the maximum length that the queue of pending connections can grow to." Linux lets one more in.
func TestConnect_backlog(t *testing.T) {
	s := tell(t)
	s.SpawnAt("b", "server", func(p *sim.Proc) {
		l, _ := gentcp.Listen(p, 80, passive, gentcp.Backlog(1))
		p.Sleep(2 * second)
		for range 3 {
			_, err := gentcp.Accept(p, l, 10*second)
			s.say(p, "accept %v", err)
		}
		p.Sleep(time.Hour)
	})
	for range 3 {
		s.SpawnAt("a", "client", func(p *sim.Proc) {
			p.Sleep(time.Millisecond)
			_, err := gentcp.Connect(p, "b", 80, second/2, passive)
			s.say(p, "connect %v", err)
			if err != nil {
				_, err = gentcp.Connect(p, "b", 80, sim.Forever, passive)
				s.say(p, "connect %v", err)
			}
			p.Sleep(time.Hour)
		})
	}
	s.play(time.Minute, "a 3ms: connect ok", "a 3ms: connect ok", "a 501ms: connect timeout", "b 2s: accept ok", "b 2s: accept ok",
		"a 3.503s: connect ok", "b 3.504s: accept ok")
}

// Nobody listens, there is no such node, that is no port.
func TestConnect_refused(t *testing.T) {
	s := tell(t)
	s.SpawnAt("a", "client", func(p *sim.Proc) {
		for _, to := range []sim.Endpoint{{Node: "b", Port: 80}, {Node: "nowhere", Port: 80}, {Node: "b", Port: 0}, {Node: "b", Port: 65536}, {Node: "a", Port: 80}} {
			_, err := gentcp.Connect(p, to.Node, to.Port, sim.Forever)
			s.say(p, "%v %v", to, err)
		}
	})
	s.play(time.Minute, "a 2ms: b:80 econnrefused", "a 2ms: nowhere:80 nxdomain", "a 2ms: b:0 einval", "a 2ms: b:65536 einval", "a 2ms: a:80 econnrefused")
}

// Those who wait at a door that is closed are sent away; whom it belonged to takes it along.
func TestListen_ownerDies(t *testing.T) {
	s := tell(t)
	s.SpawnAt("b", "server", func(p *sim.Proc) {
		gentcp.Listen(p, 80)
		p.Sleep(second)
	})
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		b, err := gentcp.Recv(p, k, 0, sim.Forever)
		s.say(p, "recv %v %v", b, err)
		_, err = gentcp.Connect(p, "b", 80, sim.Forever)
		s.say(p, "connect %v", err)
	})
	s.play(time.Minute, `a 1.001s: recv "" closed`, "a 1.003s: connect econnrefused")
}

// "high_watermark: … the sender of data is suspended when the amount of buffered data reaches that limit": a reader
// that does not read stops the writer, and what is buffered is bounded.
func TestSend_backPressure(t *testing.T) {
	s := tell(t)
	const chunk, total = 1000, 200
	sent := 0
	var got bytes.Buffer
	s.serve(func(p *sim.Proc, k gentcp.Socket) {
		p.Sleep(10 * second)
		s.say(p, "now read")
		for {
			b, err := gentcp.Recv(p, k, 0, sim.Forever)
			if err != nil {
				s.say(p, "%v", err)
				return
			}
			got.Write(b)
		}
	}, gentcp.RecBuf(4096))
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		for i := range total {
			if err := gentcp.Send(p, k, bytes.Repeat([]byte{byte(i)}, chunk)); err != nil {
				t.Error(err)
			}
			sent++
		}
		gentcp.Close(p, k)
	}, gentcp.SndBuf(4096))
	s.Run(5 * second)
	if n, most := sent*chunk, 4096+4096+8192; n > most || n < 12*chunk {
		t.Errorf("%d bytes were sent before anybody read; there is room for %d", n, most)
	}
	for _, k := range s.View().Sockets() {
		if k.Buffered > 4096 || k.Unsent > 4096+8192+chunk {
			t.Errorf("%v", k)
		}
	}
	s.play(time.Minute, "b 10.004s: now read", "b 10.11s: closed")
	for i := range total {
		if !bytes.Equal(got.Next(chunk), bytes.Repeat([]byte{byte(i)}, chunk)) {
			t.Fatalf("chunk %d differs", i)
		}
	}
}

// "{send_timeout, Integer}: … the longest time to wait for a send operation to be accepted by the underlying TCP
// stack"; "{send_timeout_close, Boolean}: … automatically close the socket upon {error, timeout}".
func TestSend_timeout(t *testing.T) {
	for _, closes := range []bool{false, true} {
		s := tell(t)
		s.serve(func(p *sim.Proc, k gentcp.Socket) { p.Sleep(time.Hour) }, gentcp.RecBuf(4096))
		s.dial(func(p *sim.Proc, k gentcp.Socket) {
			for n := 1; ; n++ {
				if err := gentcp.Send(p, k, make([]byte, 4000)); err != nil {
					s.say(p, "%d: %v", n, err)
					break
				}
			}
			s.say(p, "%v", gentcp.Send(p, k, []byte("x")))
		}, gentcp.SndBuf(4096), gentcp.SendTimeout(second), gentcp.SendTimeoutClose(closes))
		if closes {
			s.play(time.Minute, "a 1.003s: 4: timeout", "a 1.003s: enotconn")
		} else {
			s.play(time.Minute, "a 1.003s: 4: timeout", "a 2.003s: timeout")
		}
	}
}

// Two processes of one node.
func TestStream_onOneNode(t *testing.T) {
	s := tell(t, func(c *sim.Config) { c.Nodes = nil; c.Node = "b" })
	s.serve(func(p *sim.Proc, k gentcp.Socket) {
		s.recv(p, k, 0)
		send(p, k, "yes")
		gentcp.Close(p, k)
	})
	s.Spawn("client", func(p *sim.Proc) {
		p.Sleep(time.Millisecond)
		k, err := gentcp.Connect(p, "b", 80, sim.Forever, passive)
		s.say(p, "connect %v", err)
		send(p, k, "here?")
		s.recv(p, k, 0)
		s.recv(p, k, 0)
		gentcp.Close(p, k)
		p.Sleep(second)
	})
	s.play(time.Minute, "b 1ms: connect ok", `b 1ms: recv "here?"`, `b 1ms: recv "yes"`, "b 1ms: recv closed")
	if left := s.View().Sockets(); len(left) != 0 {
		t.Error(left)
	}
}

// A stream has no borders between messages: what is written at once may come in parts, and what is written in parts at
// once, unless nodelay keeps it apart. Under dull draws it comes as it was written.
func TestStream_noBorders(t *testing.T) {
	for _, c := range []struct {
		nodelay     bool
		cut, merged bool
	}{{false, true, true}, {true, true, false}} {
		cut, merged := false, false
		for seed := range uint64(30) {
			s := tell(t, func(c *sim.Config) { c.Source, c.Seed = nil, seed })
			s.serve(func(p *sim.Proc, k gentcp.Socket) {
				for {
					d, err := sim.Recv[gentcp.Data](p, sim.After(second))
					if err != nil {
						return
					}
					cut = cut || len(d.Bytes)%10 != 0
					merged = merged || len(d.Bytes) > 10
				}
			}, gentcp.Active(gentcp.True))
			s.dial(func(p *sim.Proc, k gentcp.Socket) {
				for range 10 {
					send(p, k, "0123456789")
				}
				p.Sleep(second)
			}, gentcp.NoDelay(c.nodelay))
			s.Run(time.Minute)
			s.Close()
		}
		if cut != c.cut || merged != c.merged {
			t.Errorf("nodelay %v: cut %v, merged %v", c.nodelay, cut, merged)
		}
	}
}
