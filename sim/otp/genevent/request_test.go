package genevent_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genevent"
)

const ms = time.Millisecond

// sleeper answers with what it is asked after a while, or does something else.
func sleeper(u *puppet) {
	u.call = func(p *sim.Proc, req any) genevent.Result {
		switch req := req.(type) {
		case time.Duration:
			p.Sleep(req)
			return genevent.ReplyAny("late")
		case ask:
			return genevent.Reply(req, req.n)
		}
		switch req {
		case "boom":
			p.ExitSelf(boom)
		case "bad":
			return genevent.Bad(sim.Atom("bad"))
		case "remove":
			return genevent.Remove().Replying("removed")
		}
		return genevent.ReplyAny(req)
	}
}

// outcome prints what became of a request as Erlang would.
func outcome(v any, err error) string {
	var call *otp.CallError
	switch {
	case errors.Is(err, otp.ErrTimeout):
		return "timeout"
	case errors.As(err, &call):
		return fmt.Sprintf("error %s of %s", show(call.Reason), show(call.To))
	case err != nil:
		return show(err)
	}
	return "reply " + show(v)
}

// GC7, EV4, EV8: what a request to a handler comes to, as OTP 25.3 has it: the handler's answer; an error if there is
// no such handler, or it has failed and is gone, or there is no manager. A request that was waited for in vain stands,
// one that should have been received is abandoned.
func TestSendRequest_GC7_outcomes(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		send := func(req any) genevent.RequestID[any] { return genevent.SendRequestAny(p, s.bus, id(a), req) }
		receive := func(req any) string {
			s.add(p, a, sleeper)
			v, err := genevent.ReceiveResponse(p, send(req), sim.Forever)
			s.lines = nil
			return outcome(v, err)
		}
		for _, c := range []struct{ req, want string }{
			{"hello", `reply "hello"`}, {"boom", "error {'EXIT',boom}"}, {"bad", "error bad"}, {"remove", `reply "removed"`},
		} {
			if got := receive(c.req); got != c.want {
				t.Errorf("%s: %s, and should be %s", c.req, got, c.want)
			}
		}
		genevent.DeleteHandler(p, s.bus, id(a), nil)
		v, err := genevent.ReceiveResponse(p, send("hello"), sim.Forever)
		s.lines = nil
		s.say("%s", outcome(v, err))
		s.add(p, a, sleeper)
		kept := send(100 * ms)
		v, err = genevent.WaitResponse(p, kept, 10*ms)
		s.say("%s", outcome(v, err))
		v, err = genevent.WaitResponse(p, kept, time.Second)
		s.say("%s", outcome(v, err))
		v, err = genevent.ReceiveResponse(p, send(100*ms), 10*ms)
		s.say("%s", outcome(v, err))
		p.Sleep(200 * ms)
		s.hear(p)
		_, err = genevent.ReceiveResponse(p, genevent.SendRequestAny(p, sim.Local("nobody"), id(a), 1), sim.Forever)
		s.say("%s", outcome(nil, err))
		last := send(100 * ms)
		p.Exit(s.bus, sim.Kill)
		_, err = genevent.ReceiveResponse(p, last, sim.Forever)
		s.say("%s", outcome(nil, err))
		_, err = genevent.ReceiveResponse(p, send(1), sim.Forever)
		s.say("%s", outcome(nil, err))
		s.want(`
			error bad_module
			a init
			add a: ok
			a call 100ms
			timeout
			reply "late"
			a call 100ms
			timeout
			error noproc of nobody
			error killed of bus
			error noproc of bus`)
	})
}

// A typed request has a typed answer, and an answer of another type is a bad_reply.
func TestSendRequest_typed(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		s.add(p, a, sleeper)
		s.add(p, b)
		if n, err := genevent.ReceiveResponse(p, genevent.SendRequest(p, s.bus, id(a), ask{n: 7}), sim.Forever); n != 7 || err != nil {
			t.Error(n, err)
		}
		if _, err := genevent.ReceiveResponse(p, genevent.SendRequest(p, s.bus, id(b), ask{n: 7}), sim.Forever); show(err) != "error {bad_reply,fine}" {
			t.Error(err)
		}
	})
}

// GC7: any message can be asked whether it is the answer, and a collection gives whichever comes first, of managers and
// servers alike.
func TestSendRequest_GC7_collection(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		s.add(p, a, sleeper)
		checked := genevent.SendRequestAny(p, s.bus, id(a), "check")
		p.Send(p.Self(), "other")
		s.lines = nil
		for range 2 {
			m, _ := sim.Any(p)
			v, ok, err := genevent.CheckResponse(p, m, checked)
			s.say("%v %s", ok, outcome(v, err))
		}
		var c otp.Requests[any, string]
		c.Add(genevent.SendRequestAny(p, s.bus, id(a), 50*ms), "slow")
		c.Add(genevent.SendRequestAny(p, s.bus, id(b), 1), "none")
		c.Add(otp.SendRequestAny(p, sim.Local("nobody"), 1), "nobody")
		for range 3 {
			label, v, err := otp.ReceiveAny(p, &c, time.Second)
			s.say("%s: %s, %d left", label, outcome(v, err), c.Len())
		}
		c.Add(genevent.SendRequestAny(p, s.bus, id(a), 50*ms), "slow")
		_, v, err := otp.WaitAny(p, &c, ms)
		s.say("%s, %d left", outcome(v, err), c.Len())
		_, v, err = otp.ReceiveAny(p, &c, ms)
		s.say("%s, %d left", outcome(v, err), c.Len())
		p.Sleep(time.Second)
		s.hear(p)
		s.want(`
			false reply ok
			a call "check"
			true reply "check"
			nobody: error noproc of nobody, 2 left
			a call 50ms
			slow: reply "late", 1 left
			none: error bad_module, 0 left
			a call 50ms
			timeout, 1 left
			timeout, 0 left`)
	})
}
