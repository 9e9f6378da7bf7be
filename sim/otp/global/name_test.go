package global_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// GLB1: yes, no, for names and for processes that have one; on one node and on three.
func TestName_GLB1_api(t *testing.T) {
	for _, nodes := range []string{"a", "abc"} {
		t.Run(nodes, func(t *testing.T) {
			c := newCluster(t, nodes)
			c.mesh()
			x, y := c.worker("a", "x"), c.worker("a", "y")
			c.do(c.nodes[len(c.nodes)-1], func(p *sim.Proc) {
				n, m := sim.Atom("n"), sim.Tuple{sim.Atom("m"), 1}
				c.say("%v", global.RegisterName(p, n, x, nil))
				c.say("the name again: %v", global.RegisterName(p, n, y, nil))
				c.say("the process again: %v", global.RegisterName(p, m, x, nil))
				c.say("%v", global.RegisterName(p, m, y, nil))
				c.say("%s", term.Format(global.RegisteredNames(p)))
				global.UnregisterName(p, "unheard of")
				global.UnregisterName(p, m)
				_, ok := global.WhereisName(p, m)
				c.say("unregistered: %v", ok)
				global.ReRegisterName(p, n, y, nil)
				pid, _ := global.WhereisName(p, n)
				c.say("re-registered: %v", pid)
				c.say("the old one is free: %v", global.RegisterName(p, m, x, nil))
			})
			c.want(`
				true
				the name again: false
				the process again: false
				true
				[n,{m,1}]
				unregistered: false
				re-registered: <a/y>
				the old one is free: true`)
		})
	}
}

// GLB3: yes means that all connected nodes know.
func TestName_GLB3_visibleEverywhere(t *testing.T) {
	c := newCluster(t, "abc")
	c.mesh()
	x := c.worker("b", "x")
	c.w.SpawnAt("a", "main", func(p *sim.Proc) {
		global.RegisterName(p, "n", x, nil)
		c.say("%s", c.where("n"))
	})
	c.run(time.Minute)
	c.want("a=b/x b=b/x c=b/x")
}
