package rpc_test

import (
	"errors"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/rpc"
)

// NK13: what rpc:call answers, with the answers of OTP 25.3.
func TestCall_NK13_outcomes(t *testing.T) {
	c := newCluster(t, "a b")
	c.on("a", func(p *sim.Proc, say sayer) {
		tell[sim.Atom](say)(rpc.Call(p, "b", here))
		tell[int](say)(rpc.Call(p, "b", exit))
		tell[int](say)(rpc.Call(p, "b", crash))
		tell[int](say)(rpc.Call(p, "b", killed))
		tell[int](say)(rpc.Call(p, "b", sleep, otp.Within(50*time.Millisecond)))
		tell[sim.Atom](say)(rpc.Call(p, "nowhere", here))
		tell[int](say)(rpc.Call(p, "a", exit))
	})
	c.want("b", "{badrpc,{'EXIT',r}}", "{badrpc,{'EXIT',{r,STACK}}}", "{badrpc,{'EXIT',killed}}", "{badrpc,timeout}", "{badrpc,nodedown}",
		"{badrpc,{'EXIT',r}}")
}

// multicall: who fails has answered, who is not there or too late is bad.
func TestMultiCall_badNodes(t *testing.T) {
	c := newCluster(t, "a b")
	c.on("a", func(p *sim.Proc, say sayer) {
		nodes := []sim.Atom{"a", "b", "nowhere"}
		results, bad := rpc.MultiCall(p, nodes, here)
		say("%s %s %s", results[0].Value, results[1].Value, bad)
		failed, bad := rpc.MultiCall(p, nodes, exit)
		say("%s %s %s", failed[0].Err, failed[1].Err, bad)
		late, bad := rpc.MultiCall(p, nodes, sleep, otp.Within(50*time.Millisecond))
		say("%v %s", len(late), bad)
	})
	c.want("a b [nowhere]", "{badrpc,{'EXIT',r}} {badrpc,{'EXIT',r}} [nowhere]", "0 [a,b,nowhere]")
}

// server is one that knows {From, Msg} alone.
func server(name sim.Name) func(p *sim.Proc) {
	return func(p *sim.Proc) {
		p.Register(name, p.Self())
		for {
			m, _ := sim.Recv[sim.Tuple](p)
			p.Send(m[0].(sim.PID), sim.Tuple{sim.Atom(name), p.Node(), sim.Tuple{sim.Atom("got"), m[1]}})
		}
	}
}

func TestServerCall(t *testing.T) {
	c := newCluster(t, "a b")
	srv := c.SpawnAt("b", "server", server("srv"))
	c.on("a", func(p *sim.Proc, say sayer) {
		tell[any](say)(rpc.ServerCall(p, "b", "srv", sim.Atom("srv"), "hello"))
		tell[any](say)(rpc.ServerCall(p, "b", "nosrv", sim.Atom("srv"), "hello"))
		_, err := rpc.ServerCall(p, "nowhere", "srv", sim.Atom("srv"), "hello")
		say("%v", errors.Is(err, otp.ErrNodeDown))
		replies, bad := rpc.MultiServerCall(p, []sim.Atom{"a", "b", "nowhere"}, "srv", "hello")
		say("%s %s", replies[0].Value, bad)
		p.Exit(srv, sim.Kill) // nobody is told
		_, err = sim.Any(p, sim.After(time.Minute))
		say("%s", err)
	})
	c.want(`{got,"hello"}`, "nodedown", "true", `{got,"hello"} [a,nowhere]`, "timeout")
}

// block_call: rex runs the function itself, and one at a time, and survives what it does.
func TestBlockCall(t *testing.T) {
	c := newCluster(t, "a b")
	c.on("a", func(p *sim.Proc, say sayer) {
		isRex := func(p *sim.Proc) bool { pid, _ := p.Whereis("rex"); return pid == p.Self() }
		tell[bool](say)(rpc.BlockCall(p, "b", isRex))
		tell[int](say)(rpc.BlockCall(p, "b", exit))
		tell[int](say)(rpc.BlockCall(p, "b", crash))
		tell[int](say)(rpc.BlockCall(p, "b", sleep, otp.Within(50*time.Millisecond)))
		tell[int](say)(rpc.BlockCall(p, "nowhere", exit))
		began := p.Now()
		tell[bool](say)(rpc.BlockCall(p, "b", isRex)) // after the one that was given up
		say("%v", p.Now()-began > 900*time.Millisecond)
		rpc.Call(p, "b", func(p *sim.Proc) int { p.Unregister("rex"); return 0 })
		_, err := rpc.BlockCall(p, "b", sleep)
		var bad *rpc.BadRPC
		errors.As(err, &bad)
		why, _ := bad.Exit()
		say("%s", why.(sim.Tuple)[0])
		tell[sim.Atom](say)(rpc.Call(p, "b", here)) // which needs no rex
	})
	c.want("true", "{badrpc,{'EXIT',r}}", "{badrpc,{'EXIT',{r,STACK}}}", "{badrpc,timeout}", "{badrpc,nodedown}", "true", "true", "noproc", "b")
}

func TestEverywhere(t *testing.T) {
	c := newCluster(t, "a b c")
	ran := map[sim.Atom]bool{}
	for _, n := range []sim.Atom{"b", "c"} {
		c.SpawnAt(n, "ear", func(p *sim.Proc) {
			p.Register("ear", p.Self())
			for {
				m, _ := sim.Any(p)
				c.say(p, "%s hears %s", p.Node(), m)
			}
		})
	}
	c.on("a", func(p *sim.Proc, say sayer) {
		say("%s", otp.Everywhere(p))
		p.ConnectNode("b")
		p.ConnectNode("c")
		say("%s", otp.Everywhere(p))
		rpc.EvalEverywhere(p, otp.Everywhere(p), func(p *sim.Proc) { ran[p.Node()] = true })
		p.Sleep(time.Second)
		say("%v", len(ran))
		good, bad := rpc.Sbcast(p, []sim.Atom{"a", "b", "nowhere"}, "ear", 1)
		say("%s %s", good, bad)
		rpc.Abcast(p, []sim.Atom{"a", "b", "c"}, "ear", 2)
		rpc.Cast(p, "b", func(p *sim.Proc) { c.say(p, "cast on %s", p.Node()) })
		rpc.Cast(p, "nowhere", func(p *sim.Proc) { c.say(p, "nowhere") })
		p.Sleep(time.Minute)
		_, err := sim.Any(p, sim.After(0))
		say("%s", err)
	})
	c.want("[a]", "[a,b,c]", "3", "b hears 1", "[b] [a,nowhere]", "c hears 2", "b hears 2", "cast on b", "timeout")
}

func TestStart_twice(t *testing.T) {
	c := newCluster(t, "a")
	c.on("a", func(p *sim.Proc, say sayer) {
		_, already := otp.IsAlreadyStarted(rpc.Start(p))
		say("%v", already)
	})
	c.want("true")
}

// The same seed gives the same run.
func TestDeterminism(t *testing.T) {
	run := func() uint64 {
		c := newCluster(t, "a b c", func(cfg *sim.Config) { cfg.Seed, cfg.Policy = 7, nil })
		c.on("a", func(p *sim.Proc, _ sayer) {
			rpc.EMultiCall(p, []sim.Atom{"a", "b", "c", "nowhere"}, sleep, otp.Within(time.Second))
			rpc.BlockCall(p, "b", here)
		})
		return c.Trace().Hash()
	}
	if a, b := run(), run(); a != b {
		t.Errorf("%x and %x", a, b)
	}
}
