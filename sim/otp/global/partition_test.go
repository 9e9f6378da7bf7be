package global_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
)

// POP2, GLB4: of a full mesh only the link a–b is cut. Then a and b are alone, c and d stay together, and the names
// of the others are gone everywhere. When a and b connect again they find each other, and nobody else.
func TestPartition_POP2_prevented(t *testing.T) {
	c := newCluster(t, "abcd")
	c.mesh()
	c.register("a", "x", c.worker("a", "x"), nil)
	is(t, "before", c.where("x"), "a=a/x b=a/x c=a/x d=a/x")
	id := c.cut("a", "b")
	c.run(2 * time.Minute)
	is(t, "parts", c.parts(), "a b c+d")
	is(t, "after", c.where("x"), "a=a/x b=- c=- d=-")
	c.w.Heal(id)
	c.do("a", func(p *sim.Proc) { p.ConnectNode("b") })
	c.run(time.Minute)
	is(t, "parts, healed", c.parts(), "a+b c+d")
	is(t, "healed", c.where("x"), "a=a/x b=a/x c=- d=-")
}

// POP3: allowed to overlap, a and b lose each other and nobody else. Who registers on b what a has taken is told
// yes, and c's and d's entries are overwritten without a word. When a and b connect again, a's process is kept
// everywhere and b's is killed.
func TestPartition_POP3_overlap(t *testing.T) {
	c := newCluster(t, "abcd", kernel(sim.Kernel{AllowOverlap: true}))
	c.mesh()
	x, y := c.worker("a", "x"), c.worker("b", "y")
	c.register("a", "n", x, nil)
	id := c.cut("a", "b")
	c.run(2 * time.Minute)
	is(t, "parts", c.parts(), "a+c+d b+c+d a+b+c+d")
	is(t, "lost", c.where("n"), "a=a/x b=- c=a/x d=a/x")
	is(t, "yes", c.register("b", "n", y, nil), true)
	is(t, "overwritten", c.where("n"), "a=a/x b=b/y c=b/y d=b/y")
	c.w.Heal(id)
	c.do("a", func(p *sim.Proc) { p.ConnectNode("b") })
	c.run(time.Minute)
	is(t, "healed", c.where("n"), "a=a/x b=a/x c=a/x d=a/x")
	is(t, "b's is alive", c.w.View().Alive(y), false)
}

// POP4: a node that halts, or that leaves by Disconnect, takes nobody else with it.
func TestPartition_POP4_cleanLeave(t *testing.T) {
	for name, leave := range map[string]func(c *cluster){
		"halt": func(c *cluster) { c.w.HaltNode("a", "test") },
		"disconnect": func(c *cluster) {
			c.do("a", func(p *sim.Proc) { c.say("left %v", len(global.Disconnect(p))) })
			c.want("left 3")
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, "abcd")
			c.mesh()
			leave(c)
			c.run(time.Minute)
			is(t, "parts", strings.TrimPrefix(c.parts(), "a "), "b+c+d")
			if bad := c.broken(); bad != nil {
				t.Error(strings.Join(bad, "\n"))
			}
		})
	}
}

// NK11, GLB12: who connects to one is connected to all. With connect_all off he is not, and names are not shared,
// but locks work.
func TestPartition_NK11_connectAll(t *testing.T) {
	for off, want := range map[bool]string{
		false: "true\na+b+c; a=a/x b=a/x c=a/x",
		true:  "true\na+b a+b+c b+c; a=a/x b=- c=-",
	} {
		c := newCluster(t, "abc", kernel(sim.Kernel{NoConnectAll: off}))
		c.do("a", func(p *sim.Proc) { p.ConnectNode("b") })
		c.run(10 * time.Second)
		c.do("c", func(p *sim.Proc) { p.ConnectNode("b") })
		c.run(10 * time.Second)
		c.register("a", "x", c.worker("a", "x"), nil)
		c.do("c", func(p *sim.Proc) {
			c.say("%v", global.SetLock(p, global.Lock{Resource: "r", Requester: 1}, []sim.Atom{"b", "c"}, 0))
		})
		c.say("%s; %s", c.parts(), c.where("x"))
		c.want(want)
	}
}
