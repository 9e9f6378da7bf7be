package otp_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
)

// GC7: a collection gives whichever answer comes first, with its label, and says when there is none to wait for.
func TestRequests_GC7_collection(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		var c otp.Requests[any, string]
		_, _, err := otp.WaitAny(p, &c, time.Second)
		s.say("%v", err)
		for _, name := range []string{"slow", "quick", "nobody"} {
			d := map[string]time.Duration{"slow": 2 * time.Second, "quick": time.Second}[name]
			if name == "nobody" {
				c.Add(otp.SendRequestAny(p, sim.Local("nobody"), "hello"), name)
				continue
			}
			pid := start(p)
			c.Add(otp.SendRequestAny(p, pid, after(d, name)), name)
			p.Unregister("s") // the next one takes the name
		}
		s.say("%v", c.Labels())
		label, _, err := otp.WaitAny(p, &c, sim.Forever)
		s.say("%s %v", label, err)
		_, _, err = otp.WaitAny(p, &c, time.Millisecond)
		s.say("%v, %d left", err, c.Len())
		label, v, err := otp.WaitAny(p, &c, sim.Forever)
		s.say("%s %v %v", label, v, err)
		_, _, err = otp.ReceiveAny(p, &c, time.Millisecond)
		s.say("%v, %d left", err, c.Len())
		p.Sleep(5 * time.Second)
		s.hear(p)
	}).want("no_request", "[slow quick nobody]", "nobody call nobody nil: noproc", "timeout, 2 left", "quick quick <nil>", "timeout, 0 left")
}

// disagreeing is a request that takes any message for its end, and then not.
type disagreeing struct{ otp.RequestID[any] }

func (disagreeing) Ends(*sim.Msg) bool { return true }

// A request whose Ends and Check disagree has lost a message: that is a mistake in its package.
func TestRequests_disagree(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		var c otp.Requests[any, string]
		c.Add(disagreeing{otp.SendRequestAny(p, start(p), after(time.Second, "late"))}, "x")
		p.Send(p.Self(), "other")
		defer func() { s.say("%v", recover()) }()
		otp.WaitAny(p, &c, time.Minute)
	}).want("otp: Ends and Check of a request disagree")
}

// GC7: a message that was received is asked whether it is any answer, and the collection lists what is left.
func TestRequests_GC7_check(t *testing.T) {
	tell(t, sim.Config{}, func(p *sim.Proc, s *story) {
		var c otp.Requests[int, string]
		_, _, ok, err := otp.CheckAny(p, "anything", &c)
		s.say("%v %v", ok, err)
		first := otp.SendRequest(p, start(p), double{N: 1})
		c.Add(first, "first")
		c.Add(otp.SendRequest(p, sim.Local("s"), double{N: 2}), "second")
		c.Add(otp.SendRequest(p, sim.Local("nobody"), double{N: 3}), "nobody")
		p.Send(p.Self(), "other")
		list := c.List()
		s.say("%d %v", len(list), list[0].Request == otp.Awaited[int](first) && list[0].Label == "first")
		for range 4 {
			m, _ := sim.Any(p)
			label, n, ok, err := otp.CheckAny(p, m, &c)
			s.say("%q %d %v %v, %d left", label, n, ok, err, c.Len())
		}
		s.say("%d", len(list)) // a list is as it was
		s.hear(p)
	}).want("false <nil>", "3 true", `"nobody" 0 true call nobody nil: noproc, 2 left`, `"" 0 false <nil>, 2 left`, `"first" 2 true <nil>, 1 left`,
		`"second" 4 true <nil>, 0 left`, "3")
}
