package global_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genevent"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
	"github.com/bedlam-sim/bedlam/sim/otp/supervisor"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// counter counts.
type counter struct {
	genserver.Base
	n int
}

type increment struct{ otp.Returns[int] }

func (s *counter) HandleCall(_ *sim.Proc, req any, _ otp.From) genserver.Result {
	s.n++
	return genserver.Reply(req.(increment), s.n)
}

func (s *counter) HandleCast(*sim.Proc, any) genserver.Result {
	s.n++
	return genserver.NoReply()
}

func newCounter() *counter { return &counter{} }

const counterName = term.Global("counter")

// counterTree starts a supervisor on a node with a counter that has a global name, and tells of the tree's end.
func (c *cluster) counterTree(node sim.Atom) {
	c.w.SpawnAt(node, "app", func(p *sim.Proc) {
		p.TrapExit(true)
		started, err := supervisor.StartLink(p, nil, supervisor.Spec{Children: []supervisor.Child{
			{ID: "counter", Start: genserver.Start(counterName, newCounter)},
		}})
		if err != nil {
			c.say("%s: %v", node, err)
			return
		}
		e, _ := sim.Recv[sim.Exit](p)
		c.say("%s: tree %v ended: %v", node, started.PID == e.From, e.Reason)
	})
	c.run(5 * time.Second)
}

func (c *cluster) count(node sim.Atom) {
	c.do(node, func(p *sim.Proc) {
		n, err := otp.Call(p, counterName, increment{})
		c.say("%s counts %d %v", node, n, err)
	})
}

// GLB10: a counter with a global name under a supervisor on each side of a partition. When they meet, the loser is
// killed; its supervisor starts it again and finds the name taken, again and again, and the tree dies. What the
// loser had counted is lost.
func TestRegistry_GLB10_counterOnBothSides(t *testing.T) {
	c := newCluster(t, "ab")
	c.trust = true
	c.mesh()
	c.counterTree("a")
	c.count("b")
	id := c.cut("a", "b")
	c.run(2 * time.Minute)
	c.counterTree("b")
	for range 3 {
		c.count("b")
	}
	c.count("a")
	c.w.Heal(id)
	c.do("b", func(p *sim.Proc) { p.ConnectNode("a") })
	c.run(time.Minute)
	c.count("b")
	c.want(`
		b counts 1 <nil>
		b counts 1 <nil>
		b counts 2 <nil>
		b counts 3 <nil>
		a counts 2 <nil>
		b: tree true ended: shutdown
		b counts 3 <nil>`)
}

// C2, GST1: a second tree that wants the name does not start.
func TestRegistry_GST1_secondTree(t *testing.T) {
	c := newCluster(t, "ab")
	c.mesh()
	c.counterTree("a")
	c.counterTree("b")
	c.want("b: start: {shutdown,{failed_to_start_child,counter,{already_started,<a/app/supervisor/counter>}}}")
}

// GLB11, GC2, GS9: calls to a name whose holder's node is lost say noproc; casts to nobody are fine.
func TestRegistry_GLB11_calls(t *testing.T) {
	c := newCluster(t, "ab")
	c.mesh()
	c.counterTree("b")
	c.w.SpawnAt("a", "main", func(p *sim.Proc) {
		otp.Cast(p, counterName, "x")
		n, err := otp.Call(p, counterName, increment{})
		c.say("%v %v", n, err)
		c.w.At(p.Now()+time.Millisecond, "halt", func() { c.w.HaltNode("b", "test") })
		for p.Sleep(time.Millisecond); ; p.Sleep(100 * time.Millisecond) {
			if _, err := otp.Call(p, counterName, increment{}); err != nil {
				c.say("%v", err.(*otp.CallError).Reason)
				break
			}
		}
		p.Sleep(time.Second)
		otp.Cast(p, counterName, "x")
		_, err = otp.Call(p, counterName, increment{})
		c.say("%v", err.(*otp.CallError).Reason)
		why, _ := otp.Try(p, func() { global.Send(p, sim.Atom("counter"), 1) })
		c.say("%s", term.Format(why))
	})
	c.run(time.Minute)
	c.want("2 <nil>\nnoproc\nnoproc\n{badarg,{counter,1}}")
}

// GLB10, GST1: every behaviour takes such a name, is reached by it from elsewhere, and the second is told who has it.
func TestRegistry_behaviours(t *testing.T) {
	name := term.Global("g")
	for what, start := range map[string]otp.StartFunc{
		"gen_server": genserver.Start(name, newCounter),
		"gen_statem": genstatem.Start(name, func() *door { return &door{} }),
		"gen_event":  genevent.Start(name),
		"supervisor": supervisor.Start(name, supervisor.Spec{}),
	} {
		t.Run(what, func(t *testing.T) {
			c := newCluster(t, "ab")
			c.mesh()
			c.w.SpawnAt("a", "main", func(p *sim.Proc) {
				_, err := start(p)
				c.say("%v", err)
				p.Sleep(time.Hour)
			})
			c.run(time.Second)
			c.do("b", func(p *sim.Proc) {
				pid, ok := otp.Whereis(p, name)
				c.say("%v %v", pid.Node(), ok)
				_, err := start(p)
				holder, taken := otp.IsAlreadyStarted(err)
				c.say("%v %v", holder == pid, taken)
				c.say("%v", otp.Stop(p, name, sim.Normal, time.Second))
				_, ok = otp.Whereis(p, name)
				for range 100 { // the name goes when we hear of the end
					if ok {
						p.Sleep(10 * time.Millisecond)
						_, ok = otp.Whereis(p, name)
					}
				}
				c.say("%v", ok)
			})
			c.want("<nil>\na true\ntrue true\n<nil>\nfalse")
		})
	}
}

type door struct{ genstatem.Base[string] }

func (d *door) Init(*sim.Proc) genstatem.Step[string] { return d.Next("shut") }

func (d *door) HandleEvent(*sim.Proc, string, genstatem.Event) genstatem.Step[string] {
	return d.Keep()
}

// GS13: a body that enters a loop must have the name.
func TestRegistry_GS13_enterLoop(t *testing.T) {
	c := newCluster(t, "a")
	c.do("a", func(p *sim.Proc) {
		p.SpawnMonitor("liar", func(p *sim.Proc) { genserver.EnterLoop(p, newCounter(), counterName, genserver.Ok()) })
		d, _ := sim.Recv[sim.Down](p)
		c.say("%v", d.Reason)
	})
	c.want("process_not_registered_globally")
}
