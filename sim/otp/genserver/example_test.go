package genserver_test

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// Get asks for a value; Value is the answer.
type Get struct {
	otp.Returns[Value]
	Key string
}

type Value struct {
	Text string
	Set  bool
}

// Put is a cast.
type Put struct{ Key, Text string }

// KV is a store.
type KV struct {
	genserver.Base
	data map[string]string
}

func NewKV() *KV { return &KV{data: map[string]string{}} }

func (s *KV) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	switch r := req.(type) {
	case Get:
		text, set := s.data[r.Key]
		return genserver.Reply(r, Value{text, set}) // Reply(r, 5) does not compile
	}
	return s.Base.HandleCall(p, req, from)
}

func (s *KV) HandleCast(p *sim.Proc, msg any) genserver.Result {
	switch m := msg.(type) {
	case Put:
		s.data[m.Key] = m.Text
		return genserver.NoReply()
	}
	return s.Base.HandleCast(p, msg)
}

func Example() {
	w := sim.New(sim.Config{Boot: func(p *sim.Proc) {
		genserver.StartLink(p, sim.Local("kv"), NewKV)
		otp.Cast(p, sim.Local("kv"), Put{"a", "one"})
		v, err := otp.Call(p, sim.Local("kv"), Get{Key: "a"})
		fmt.Println(v.Text, v.Set, err)
		fmt.Println(otp.Stop(p, sim.Local("kv"), sim.Normal, time.Second))
	}})
	defer w.Close()
	w.Run(time.Minute)
	// Output:
	// one true <nil>
	// <nil>
}

// session ends by itself when nobody has used it for a while.
type session struct{ genserver.Base }

func (session) Init(*sim.Proc) genserver.InitResult { return genserver.Ok().Timeout(time.Minute) }

func (session) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	return genserver.Stop(sim.Tuple{sim.Shutdown, msg})
}

func ExampleResult_Timeout() {
	w := sim.New(sim.Config{Boot: func(p *sim.Proc) {
		genserver.StartMonitor(p, nil, func() genserver.Server { return session{} }, genserver.Role("session"))
		d, _ := sim.Recv[sim.Down](p)
		fmt.Println(d.Object, d.Reason, p.Now().Round(time.Second))
	}})
	defer w.Close()
	w.Run(time.Hour)
	// Output: <local/session> {shutdown,timeout} 1m0s
}
