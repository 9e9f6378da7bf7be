package otp_test

import (
	"errors"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// GC7: wait_response keeps a request that is late, receive_response abandons it.
func TestRequest_GC7_waitAndReceive(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		pid := start(p)
		id := otp.SendRequestAny(p, pid, after(time.Second, "late"))
		_, err := otp.WaitResponse(p, id, time.Millisecond)
		s.say("%v", err)
		v, err := otp.WaitResponse(p, id, 2*time.Second)
		s.say("%v %v", v, err)

		id = otp.SendRequestAny(p, pid, after(time.Second, "late"))
		_, err = otp.ReceiveResponse(p, id, time.Millisecond)
		s.say("%v", err)
		p.Sleep(2 * time.Second)
		s.hear(p)

		n, err := otp.ReceiveResponse(p, otp.SendRequest(p, pid, double{N: 2}), sim.Forever)
		s.say("%d %v", n, err)
	}).want("timeout", "late <nil>", "timeout", "4 <nil>")
}

// GC7: any message can be asked whether it is the answer.
func TestRequest_GC7_check(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		a := otp.SendRequest(p, start(p), double{N: 1})
		b := otp.SendRequest(p, sim.Local("s"), double{N: 2})
		c := otp.SendRequest(p, sim.Local("nobody"), double{N: 3})
		p.Send(p.Self(), "other")
		for range 4 {
			m, _ := sim.Any(p)
			for name, id := range map[string]otp.RequestID[int]{"a": a, "b": b, "c": c} {
				if n, ok, err := otp.CheckResponse(p, m, id); ok {
					s.say("%s: %d %v", name, n, err)
				}
			}
		}
		s.hear(p)
	}).want("c: 0 call nobody nil: noproc", "a: 2 <nil>", "b: 4 <nil>")
}

// GC7: what goes wrong is told with the process that it went wrong with.
func TestRequest_GC7_errors(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		fail := func(to sim.Addr, req any) {
			_, err := otp.ReceiveResponse(p, otp.SendRequestAny(p, to, req), time.Second)
			var e *otp.CallError
			if !errors.As(err, &e) {
				t.Errorf("%v", err)
				return
			}
			s.say("%s %s", show(e.Reason), show(e.To))
		}
		pid := start(p)
		fail(pid, stop(sim.Atom("r")))
		fail(pid, 1)
		fail(sim.Local("nobody"), 1)
		s.hear(p)
	}).want("r <s>", "noproc <s>", "noproc nobody")
}

// Whoever looks through the mailbox meanwhile does not spoil an answer.
func TestRequest_seenByOthers(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		id := otp.SendRequestAny(p, start(p), 1)
		down := otp.SendRequestAny(p, sim.Local("s"), stop(sim.Atom("r")))
		_, err := sim.Recv[string](p, sim.After(time.Second)) // makes plain values of all it looks at
		s.say("%v", err)
		v, err := otp.WaitResponse(p, id, 0)
		s.say("%v %v", v, err)
		_, err = otp.WaitResponse(p, down, 0)
		s.say("%s", show(err.(*otp.CallError).Reason))
	}).want("timeout", "1 <nil>", "r")
}

// A request may be answered by somebody who was given the caller.
func TestReplyTo(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		pid := p.Spawn("special", func(p *sim.Proc) {
			m, _ := sim.Recv[otp.CallMsg](p)
			otp.ReplyTo(p, m.From, m.Req.(double), 7)
			sim.Any(p)
		})
		n, err := otp.Call(p, pid, double{N: 1})
		s.say("%d %v", n, err)
	}).want("7 <nil>")
}
