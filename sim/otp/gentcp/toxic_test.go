package gentcp_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/gentcp"
)

// The words are Toxiproxy's, and so is what they do, by its README.

func poison(t *testing.T, s *story, text string) sim.ToxicID {
	t.Helper()
	x, err := sim.ParseToxic(text)
	if err != nil {
		t.Fatal(err)
	}
	id, err := s.AddToxic(x)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// pour sends so many bytes from a to b, closes, and tells when what had come.
func pour(s *story, n int) {
	s.serve(func(p *sim.Proc, k gentcp.Socket) {
		all := 0
		for {
			m, _ := sim.Any(p)
			if d, is := m.(gentcp.Data); is {
				all += len(d.Bytes)
				s.say(p, "%d", all)
				continue
			}
			s.say(p, "%v", m)
			if _, over := m.(gentcp.Closed); over {
				return
			}
		}
	}, gentcp.Active(gentcp.True), gentcp.Buffer(1<<20), gentcp.ShowEconnreset(true))
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		p.Sleep(7 * time.Millisecond)
		s.say(p, "send %v", gentcp.Send(p, k, bytes.Repeat([]byte("x"), n)))
		p.Sleep(10 * second)
		s.say(p, "send %v", gentcp.Send(p, k, []byte("y")))
		gentcp.Close(p, k)
	})
}

func TestToxic_effects(t *testing.T) {
	for _, c := range []struct {
		toxic string
		heard []string
		took  uint64
	}{
		{"latency(50ms) at b:81", []string{"a 10ms: send ok", "b 11ms: 1000", "a 10.01s: send ok", "b 10.011s: 1001", "b 10.011s: tcp_closed"}, 0},
		// "Add a delay to all data going through the proxy. The delay is equal to latency +/- jitter."
		{"latency(50ms±10ms) at b:80 upstream", []string{"a 10ms: send ok", "b 61ms: 1000", "a 10.01s: send ok", "b 10.061s: 1001", "b 10.061s: tcp_closed"}, 3},
		{"latency(50ms) from a downstream", []string{"a 10ms: send ok", "b 11ms: 1000", "a 10.01s: send ok", "b 10.011s: 1001", "b 10.011s: tcp_closed"}, 1},
		{"slow(5) at b", []string{"a 10ms: send ok", "b 15ms: 1000", "a 10.01s: send ok", "b 10.015s: 1001", "b 10.015s: tcp_closed"}, 4},
		// "Limit a connection to a maximum number of kilobytes per second."
		{"bandwidth(1000B/s)", []string{"a 10ms: send ok", "b 1.011s: 1000", "a 10.01s: send ok", "b 10.012s: 1001", "b 10.012s: tcp_closed"}, 3},
		// "Delay the TCP socket from closing until delay has elapsed."
		{"slow_close(3s)", []string{"a 10ms: send ok", "b 11ms: 1000", "a 10.01s: send ok", "b 10.011s: 1001", "b 13.011s: tcp_closed"}, 2},
		// "Stops all data from getting through, and closes the connection after timeout. If timeout is 0, the connection
		// won't close, and data will be dropped until the toxic is removed."
		{"timeout(5s)", []string{"a 10ms: send ok", "b 5.003s: tcp_closed", "a 10.01s: send ok"}, 2},
		{"timeout(0s)", []string{"a 10ms: send ok", "a 10.01s: send ok"}, 3},
		// "Simulate TCP RESET (Connection reset by peer) on the connections by closing the stub Input immediately or after
		// a timeout."
		{"reset_peer(2s)", []string{"a 10ms: send ok", "b 2.01s: tcp_error econnreset", "b 2.01s: tcp_closed", "a 10.01s: send closed"}, 2},
		// "Slices TCP data up into small bits, optionally adding a delay between each sliced packet."
		{"slicer(400B, 100ms)", []string{"a 10ms: send ok", "b 11ms: 400", "b 111ms: 800", "b 211ms: 1000", "a 10.01s: send ok", "b 10.011s: 1001", "b 10.011s: tcp_closed"}, 2},
		// "Closes connection when transmitted data exceeded limit."
		{"limit_data(600B)", []string{"a 10ms: send ok", "b 10ms: tcp_closed", "a 10.01s: send ok"}, 2},
		{"limit_data(1000B)", []string{"a 10ms: send ok", "b 11ms: 1000", "a 10.01s: send ok", "b 10.01s: tcp_closed"}, 3},
	} {
		t.Run(c.toxic, func(t *testing.T) {
			s := tell(t)
			id := poison(t, s, c.toxic)
			pour(s, 1000)
			s.play(time.Minute, c.heard...)
			if n := s.ToxicTook(id); n != c.took {
				t.Errorf("it took effect %d times and should have %d times", n, c.took)
			}
		})
	}
}

// A toxic that is taken back harms no more, but what it has delayed comes late all the same, and nothing overtakes.
func TestToxic_removed(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) { s.hear(p, time.Hour) }, gentcp.Active(gentcp.True))
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		for _, text := range []string{"1", "2", "3"} {
			send(p, k, text)
			p.Sleep(second)
		}
		p.Sleep(time.Hour)
	})
	id := poison(t, s, "latency(1500ms) at b")
	s.Run(500 * time.Millisecond)
	s.RemoveToxic(id)
	s.RemoveToxic(id)
	s.play(time.Minute, `b 1.504s: tcp "1"`, `b 1.504s: tcp "2"`, `b 2.004s: tcp "3"`)
}

// One that is added concerns the connections that stand.
func TestToxic_addedLater(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) { s.hear(p, time.Hour) }, gentcp.Active(gentcp.True))
	s.dial(func(p *sim.Proc, k gentcp.Socket) { s.hear(p, time.Hour) }, gentcp.Active(gentcp.True))
	s.Run(second)
	poison(t, s, "timeout(2s) at b:80 downstream")
	s.play(time.Minute, "a 3s: tcp_closed", "b 3s: tcp_closed")
}

// "data will be dropped until the toxic is removed": it counts as arrived, as with a proxy that took it.
func TestToxic_timeoutRemoved(t *testing.T) {
	s := tell(t)
	s.serve(func(p *sim.Proc, k gentcp.Socket) { s.hear(p, time.Hour) }, gentcp.Active(gentcp.True))
	s.dial(func(p *sim.Proc, k gentcp.Socket) {
		send(p, k, "lost")
		p.Sleep(2 * second)
		send(p, k, "found")
		p.Sleep(10 * second)
		s.say(p, "send %v", gentcp.Send(p, k, []byte("too")))
		p.Sleep(second)
	}, gentcp.UserTimeout(5*second))
	id := poison(t, s, "timeout(0s)")
	s.Run(second)
	s.RemoveToxic(id)
	s.play(time.Minute, `b 2.004s: tcp "found"`, "a 12.003s: send ok", `b 12.004s: tcp "too"`, "b 13.004s: tcp_closed")
}

// A toxicity is the part of the connections that are concerned.
func TestToxic_toxicity(t *testing.T) {
	hit := 0
	for seed := range uint64(200) {
		s := tell(t, func(c *sim.Config) { c.Source, c.Seed = nil, seed })
		poison(t, s, "timeout(1s) toxicity=25%")
		s.serve(func(p *sim.Proc, k gentcp.Socket) {
			if m, _ := sim.Any(p, sim.After(5*second)); m != nil {
				hit++
			}
		}, gentcp.Active(gentcp.True))
		s.dial(func(p *sim.Proc, k gentcp.Socket) { p.Sleep(10 * second) })
		s.Run(time.Minute)
		s.Close()
	}
	if hit < 55 || hit > 120 { // each direction is drawn for itself: 1-(3/4)^2 of them
		t.Errorf("%d of 200 connections were hit", hit)
	}
}

func TestAddToxic_errors(t *testing.T) {
	s := tell(t)
	for _, x := range []sim.Toxic{
		{}, {Kind: 99}, {Kind: sim.LatencyToxic}, {Kind: sim.LatencyToxic, Delay: -1}, {Kind: sim.LatencyToxic, Delay: 1, Jitter: 2},
		{Kind: sim.BandwidthToxic}, {Kind: sim.SlicerToxic}, {Kind: sim.SlicerToxic, Size: 1, Vary: 1}, {Kind: sim.SlowToxic, Times: 1},
		{Kind: sim.TimeoutToxic, At: sim.Endpoint{Node: "c"}}, {Kind: sim.TimeoutToxic, From: "c"}, {Kind: sim.TimeoutToxic, At: sim.Endpoint{Port: 70000}},
		{Kind: sim.TimeoutToxic, Stream: 3}, {Kind: sim.TimeoutToxic, Toxicity: -1},
	} {
		if id, err := s.AddToxic(x); err == nil || id != 0 {
			t.Errorf("%v was added", x)
		}
	}
	if fmt.Sprint(s.ToxicTook(1)) != "0" {
		t.Error("there is a toxic")
	}
}
