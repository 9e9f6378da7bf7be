package otp_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// Length asks for the length of a word: the answer is an int.
type Length struct {
	otp.Returns[int]
	Word string
}

// measurer is a process without any behaviour, which answers all the same.
func measurer(p *sim.Proc) {
	for {
		m, _ := sim.Recv[otp.CallMsg](p)
		if r, ok := m.Req.(Length); ok && r.Word != "" {
			otp.ReplyTo(p, m.From, r, len(r.Word))
		}
	}
}

func ExampleCall() {
	w := sim.New(sim.Config{Boot: func(p *sim.Proc) {
		p.Register("measurer", p.SpawnLink("measurer", measurer))

		n, err := otp.Call(p, sim.Local("measurer"), Length{Word: "otp"})
		fmt.Println(n, err)

		_, err = otp.Call(p, sim.Local("measurer"), Length{}, otp.Within(time.Second))
		fmt.Println(errors.Is(err, otp.ErrTimeout), err)

		_, err = otp.Call(p, sim.Local("nobody"), Length{Word: "otp"})
		fmt.Println(errors.Is(err, otp.ErrNoProc), otp.ExitReason(err))
	}})
	defer w.Close()
	w.Run(time.Minute)
	// Output:
	// 3 <nil>
	// true call measurer #Length{Word=""}: timeout
	// true {noproc,{gen_server,call,[nobody,#Length{Word="otp"}]}}
}

func ExampleSendRequest() {
	w := sim.New(sim.Config{Boot: func(p *sim.Proc) {
		pid := p.SpawnLink("measurer", measurer)
		short := otp.SendRequest(p, pid, Length{Word: "ets"})
		long := otp.SendRequest(p, pid, Length{Word: "supervisor"})
		fmt.Println(otp.ReceiveResponse(p, long, time.Second))
		fmt.Println(otp.ReceiveResponse(p, short, time.Second))
	}})
	defer w.Close()
	w.Run(time.Minute)
	// Output:
	// 10 <nil>
	// 3 <nil>
}

// A special process says when it is ready; its starter waits for that.
func ExampleStart() {
	w := sim.New(sim.Config{Boot: func(p *sim.Proc) {
		started, err := otp.Start(p, "listener", func(p *sim.Proc) {
			p.Sleep(time.Second) // opens its port
			otp.InitAck(p, 8080)
			p.Sleep(sim.Forever)
		}, otp.StartOptions{Link: true})
		fmt.Println(started.PID, started.Info, err)
	}})
	defer w.Close()
	w.Run(time.Minute)
	// Output: <local/listener> 8080 <nil>
}
