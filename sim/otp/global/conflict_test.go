package global_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
)

// GLB7, GLB8: two parts have given a name to different processes. The side with the smaller node name decides, with
// its own method.
func TestConflict_GLB7_resolvers(t *testing.T) {
	keep := func(n sim.Atom) global.Resolver {
		return func(_ *sim.Proc, _ any, a, b sim.PID) (sim.PID, bool) {
			if a.Node() == n {
				return a, true
			}
			return b, true
		}
	}
	for _, c := range []struct {
		name         string
		a, b         global.Resolver
		where, alive string
		heard        string
	}{
		{"random_exit_name", nil, nil, "a=a/x b=a/x", "true false", ""},
		{"random_notify_name", global.RandomNotifyName, nil, "a=a/x b=a/x", "true true", "b hears {global_name_conflict,n}"},
		{"notify_all_name", global.NotifyAllName, nil, "a=- b=-", "true true",
			"a hears {global_name_conflict,n,<b/y>}\nb hears {global_name_conflict,n,<a/x>}"},
		{"a's own method", keep("b"), keep("a"), "a=b/y b=b/y", "true true", ""},
		{"none", func(*sim.Proc, any, sim.PID, sim.PID) (sim.PID, bool) { return sim.PID{}, false }, nil, "a=- b=-", "true true", ""},
		{"somebody else", func(p *sim.Proc, _ any, _, _ sim.PID) (sim.PID, bool) { return p.Self(), true }, nil, "a=- b=-", "true true", ""},
		{"a crash", func(*sim.Proc, any, sim.PID, sim.PID) (sim.PID, bool) { panic("resolver") }, nil, "a=b/y b=b/y", "true true", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newCluster(t, "ab")
			k.trust = true
			x, y := k.hands("a", "x"), k.hands("b", "y")
			k.register("a", sim.Atom("n"), x, c.a)
			k.register("b", sim.Atom("n"), y, c.b)
			k.mesh()
			is(t, "where", k.where(sim.Atom("n")), c.where)
			v := k.w.View()
			alive := map[bool]string{true: "true", false: "false"}
			is(t, "alive", alive[v.Alive(x)]+" "+alive[v.Alive(y)], c.alive)
			k.want(c.heard)
		})
	}
}

// GLB9: the same process on both sides is no conflict; what only one side has, both have then.
func TestConflict_GLB9_union(t *testing.T) {
	c := newCluster(t, "abc")
	for _, n := range c.nodes {
		c.register(n, n, c.worker(n, "w"), nil)
	}
	c.mesh()
	for _, n := range c.nodes {
		w := string(n) + "/w"
		is(t, string(n), c.where(n), "a="+w+" b="+w+" c="+w)
	}
}

// GLB2, GLB4: a name goes with its process, on each node for itself; the node of the process knows at once, others
// when they hear.
func TestConflict_GLB2_end(t *testing.T) {
	c := newCluster(t, "ab", latency(10*time.Millisecond, 10*time.Millisecond))
	c.mesh()
	x := c.worker("a", "x")
	c.register("a", "n", x, nil)
	c.w.Exit(x, sim.Kill)
	c.run(time.Millisecond)
	is(t, "at once", c.where("n"), "a=- b=a/x")
	c.run(time.Second)
	is(t, "soon", c.where("n"), "a=- b=-")
}

// GLB12: sync waits until the names of all that are connected are known here.
func TestConflict_GLB12_sync(t *testing.T) {
	c := newCluster(t, "abc")
	c.register("a", "n", c.worker("a", "x"), nil)
	c.do("c", func(p *sim.Proc) {
		p.ConnectNode("a")
		p.ConnectNode("b")
		_, before := global.WhereisName(p, "n")
		global.Sync(p)
		_, after := global.WhereisName(p, "n")
		c.say("before %v, after %v", before, after)
	})
	c.want("before false, after true")
}

// GLB14: without its name server, its locker or its registrar a node halts.
func TestConflict_GLB14_kernel(t *testing.T) {
	for _, role := range []string{"", "/the_locker", "/the_registrar"} {
		c := newCluster(t, "ab")
		c.trust = true
		c.mesh()
		server, _ := c.w.View().Whereis("a", "global_name_server")
		victim := server
		for _, pid := range links(c, server) {
			if pid.Path() == server.Path()+role {
				victim = pid
			}
		}
		c.w.Exit(victim, sim.Kill)
		c.run(time.Second)
		is(t, role+" a is up", c.w.View().NodeUp("a"), false)
		is(t, role+" b is up", c.w.View().NodeUp("b"), true)
	}
}

func links(c *cluster, pid sim.PID) []sim.PID {
	info, _ := c.w.View().Info(pid)
	return info.Links
}

// GLB5: a name is inserted only for who holds the lock; if nobody does, only if its last holder has not ended in
// the middle.
func TestConflict_GLB5_lockStillSet(t *testing.T) {
	c := newCluster(t, "a")
	x := c.worker("a", "x")
	insert := func(name string) {
		c.do("a", func(p *sim.Proc) { global.Insert(p, name, x) })
		c.say("%s %s", name, c.where(name))
	}
	insert("free")
	holder := c.w.SpawnAt("a", "holder", func(p *sim.Proc) {
		global.SetLock(p, lock("global", 1), nil, 0)
		p.Sleep(sim.Forever)
	})
	c.run(time.Second)
	insert("held by another")
	c.w.Exit(holder, sim.Kill)
	c.run(time.Second)
	insert("holder ended")
	c.do("a", func(p *sim.Proc) { global.Trans(p, lock("global", 1), func() int { return 0 }, nil, 0) })
	insert("deleted")
	c.want("free a=a/x\nheld by another a=-\nholder ended a=-\ndeleted a=a/x")
}

// OTP-19381, GH-9112: a lock that was asked for over a connection that is over by the time it is granted is not
// kept, though the holder lives and is watched over the next connection.
func TestConflict_OTP19381_lockOfALostConnection(t *testing.T) {
	for bug, want := range map[global.Bug]string{0: "[]", global.BugReconnect: "[<a/holder>]"} {
		c := newCluster(t, "ab", buggy(bug))
		c.mesh()
		c.w.PauseNode("b")
		c.w.SpawnAt("a", "holder", func(p *sim.Proc) {
			global.SetLock(p, lock("r", 1), []sim.Atom{"b"}, 0)
			p.Sleep(sim.Forever)
		})
		c.run(time.Second)
		c.w.Disconnect("a", "b")
		c.run(time.Second)
		c.w.ResumeNode("b")
		c.run(time.Minute)
		info, _ := global.Of(c.w.View(), "b")
		var holders []sim.PID
		for _, l := range info.Locks {
			holders = append(holders, l.Holders...)
		}
		is(t, "holders", fmt.Sprint(holders), want)
	}
}

// GLB6: who was told of a session before its name server was there finds out by the acknowledgement, and both begin
// anew.
func TestConflict_GLB6_lateStart(t *testing.T) {
	w := sim.New(sim.Config{Nodes: []sim.NodeSpec{{Name: "a"}, {Name: "b"}}, Boot: func(p *sim.Proc) {
		if p.Node() == "b" {
			p.Sleep(time.Second)
		}
		global.Start(p)
	}})
	defer w.Close()
	w.Run(time.Millisecond)
	w.SpawnAt("a", "connect", func(p *sim.Proc) { p.ConnectNode("b") })
	w.Run(time.Minute)
	for _, n := range []sim.Atom{"a", "b"} {
		info, _ := global.Of(w.View(), n)
		is(t, string(n)+" knows", len(info.Known), 1)
		is(t, string(n)+" has sessions with", len(info.Pending), 0)
	}
}
