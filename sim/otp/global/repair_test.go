package global_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
)

// I6, GLB3: a frees a name and is lost before c, which is far from a, has heard of it. With the mistake of OTP 25 c keeps
// the name that b has freed; else they come to have the same names again, those that b says its processes have.
func TestRepair_changeHalfDone(t *testing.T) {
	for bug, want := range map[global.Bug]string{0: "b=- c=-", global.BugHalf: "b=- c=b/x"} {
		c := newCluster(t, "abc", buggy(bug))
		c.mesh()
		c.register("b", "n", c.worker("b", "x"), nil)
		c.w.SetLink("a", "c", netsim.Link{Latency: netsim.Uniform(time.Second, time.Second)})
		c.w.SpawnAt("a", "main", func(p *sim.Proc) { global.UnregisterName(p, "n") })
		for range 1000 {
			if c.run(10 * time.Millisecond); strings.Contains(c.where("n"), "b=-") {
				break
			}
		}
		is(t, "while the change is made", c.where("n"), "a=- b=- c=b/x")
		c.w.Disconnect("a", "c")
		c.w.HaltNode("a", "test")
		c.run(time.Minute)
		is(t, "half done", c.where("n"), want)
	}
}
