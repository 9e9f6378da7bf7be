package gentcp_test

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/gentcp"
)

// echo sends back each line that comes.
func echo(p *sim.Proc) {
	s, _ := sim.Recv[gentcp.Socket](p)
	for gentcp.SetOpts(p, s, gentcp.Active(gentcp.Once)) == nil {
		switch m, _ := sim.Any(p); m := m.(type) {
		case gentcp.Data:
			gentcp.Send(p, s, m.Bytes)
		case gentcp.Closed:
			return
		}
	}
}

// An echo server on one node, and somebody outside who talks to it over a slow proxy.
func Example() {
	w := sim.New(sim.Config{
		Nodes: []sim.NodeSpec{{Name: "server"}, {Name: "outside"}},
		Link:  netsim.Link{Latency: netsim.Fixed(5 * time.Millisecond)},
	})
	defer w.Close()
	slow, _ := sim.ParseToxic("latency(100ms) at server:7 downstream")
	w.AddToxic(slow)

	w.SpawnAt("server", "acceptor", func(p *sim.Proc) {
		l, _ := gentcp.Listen(p, 7, gentcp.Packet(gentcp.Line), gentcp.Active(gentcp.False))
		for {
			s, err := gentcp.Accept(p, l, sim.Forever)
			if err != nil {
				return
			}
			pid := p.Spawn("echo", echo)
			gentcp.ControllingProcess(p, s, pid)
			p.Send(pid, s)
		}
	})
	w.SpawnAt("outside", "client", func(p *sim.Proc) {
		p.Sleep(time.Millisecond)
		s, err := gentcp.Connect(p, "server", 7, time.Second, gentcp.Packet(gentcp.Line), gentcp.Active(gentcp.False))
		fmt.Println("connected", err)
		gentcp.Send(p, s, []byte("hello\nworld\n"))
		for range 2 {
			line, err := gentcp.Recv(p, s, 0, time.Second)
			fmt.Printf("%q %v\n", line, err)
		}
		_, err = gentcp.Recv(p, s, 0, time.Second)
		fmt.Println(err)
		gentcp.Close(p, s)
	})
	w.Run(time.Minute)
	// Output:
	// connected <nil>
	// "hello\n" <nil>
	// "world\n" <nil>
	// timeout
}
