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
