package rpc_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/rpc"
)

// async_call, yield, nb_yield: with the answers of OTP 25.3.
func TestAsyncCall(t *testing.T) {
	c := newCluster(t, "a b")
	c.on("a", func(p *sim.Proc, say sayer) {
		k := rpc.AsyncCall(p, "b", sleep)
		tell[int](say)(rpc.NbYield(p, k, 0))
		tell[int](say)(rpc.NbYield(p, k, 10*time.Millisecond))
		tell[int](say)(rpc.Yield(p, k))
		tell[int](say)(rpc.Yield(p, rpc.AsyncCall(p, "b", exit)))
		tell[int](say)(rpc.Yield(p, rpc.AsyncCall(p, "nowhere", exit)))
		bad, lost := rpc.AsyncCall(p, "b", exit), rpc.AsyncCall(p, "nowhere", exit)
		p.Sleep(time.Minute)
		tell[int](say)(rpc.NbYield(p, bad, 0))
		tell[int](say)(rpc.NbYield(p, lost, time.Second))
		_, err := sim.Any(p, sim.After(0))
		say("%s", err)
	})
	c.want("timeout", "timeout", "1", "{badrpc,{'EXIT',r}}", "{badrpc,nodedown}", "{badrpc,{'EXIT',r}}", "{badrpc,nodedown}", "timeout")
}

// parallel_eval and pmap: all at once, on this node and those that it knows, in turn.
func TestParallelEval(t *testing.T) {
	c := newCluster(t, "a b c")
	c.on("a", func(p *sim.Proc, say sayer) {
		p.ConnectNode("b")
		p.ConnectNode("c")
		slowly := func(p *sim.Proc) sim.Atom { p.Sleep(time.Second); return p.Node() }
		dies := func(p *sim.Proc) sim.Atom { p.ExitSelf(sim.Atom("r")); return "" }
		began := p.Now()
		for _, r := range rpc.ParallelEval(p, slowly, slowly, dies, slowly) {
			say("%s %s", r.Node, r.Value)
			if r.Err != nil {
				say("%s", r.Err)
			}
		}
		say("%v", p.Now()-began < 1100*time.Millisecond)
		say("%v", len(rpc.ParallelEval[int](p)))
		twice := func(p *sim.Proc, n int) int {
			if n > 3 {
				p.ExitSelf(sim.Atom("r"))
			}
			return 2 * n
		}
		doubles, err := rpc.PMap(p, twice, []int{1, 2, 3})
		say("%v %v", doubles, err)
		_, err = rpc.PMap(p, twice, []int{1, 4, 5})
		say("%s", err)
	})
	c.want("a a", "b b", "c ''", "{badrpc,{'EXIT',r}}", "a a", "true", "0", "[2,4,6] nil", "{badrpc,{'EXIT',r}}")
}

// pinfo: of a process here and elsewhere, of a dead one, and of one whose node is not there.
func TestPInfo(t *testing.T) {
	c := newCluster(t, "a b")
	far := c.SpawnAt("b", "far", func(p *sim.Proc) { p.Register("far", p.Self()); sim.Any(p) })
	c.on("a", func(p *sim.Proc, say sayer) {
		near := p.Spawn("near", func(p *sim.Proc) { p.Register("near", p.Self()); sim.Any(p) })
		p.Sleep(time.Second)
		look := func(pid sim.PID) {
			info, ok, err := rpc.PInfo(p, pid)
			say("%v %v %v", string(info.Name), ok, err)
		}
		look(near)
		look(far)
		p.Exit(near, sim.Kill)
		p.Exit(far, sim.Kill)
		p.Sleep(time.Second)
		look(near)
		look(far)
	})
	c.HaltNode("b", "test")
	c.on("a", func(p *sim.Proc, say sayer) {
		_, _, err := rpc.PInfo(p, far)
		say("%s", err)
	})
	c.BootNode("b")
	c.on("a", func(p *sim.Proc, say sayer) { // of a process of an earlier life
		_, ok, err := rpc.PInfo(p, far)
		say("%v %v", ok, err)
	})
	c.want(`"near" true nil`, `"far" true nil`, `"" false nil`, `"" false nil`, "{badrpc,nodedown}", "false nil")
}

// GC7: a collection of requests to nodes, with the answers of OTP 25.3; those of servers may be among them.
func TestSendRequest_GC7_collection(t *testing.T) {
	c := newCluster(t, "a b")
	c.on("a", func(p *sim.Proc, say sayer) {
		var all otp.Requests[int, string]
		_, _, err := otp.ReceiveAny(p, &all, time.Second)
		say("%s", err)
		all.Add(rpc.SendRequest(p, "b", sleep), "slow")
		all.Add(rpc.SendRequest(p, "b", exit), "bad")
		all.Add(rpc.SendRequest(p, "nowhere", exit), "lost")
		for range 2 {
			label, _, err := otp.ReceiveAny(p, &all, sim.Forever)
			say("%s: %s, %s left", label, err, all.Len())
		}
		_, _, err = otp.WaitAny(p, &all, time.Millisecond)
		say("%s", err)
		_, _, err = otp.ReceiveAny(p, &all, time.Millisecond)
		say("%s, %s left", err, all.Len())
		all.Add(rpc.SendRequest(p, "b", sleep), "slow")
		p.Send(p.Self(), "other")
		for range 2 {
			m, _ := sim.Any(p)
			label, n, ok, err := otp.CheckAny(p, m, &all)
			say("%v %s %s %v", ok, label, n, err)
		}
		p.Sleep(time.Minute)
		_, err = sim.Any(p, sim.After(0))
		say("%s", err)
	})
	c.want("no_request", `"lost": {erpc,noconnection}, 2 left`, `"bad": {exception,r}, 1 left`, "timeout", "timeout, 0 left",
		`false "" 0 nil`, `true "slow" 1 nil`, "timeout")
}

// A request that is abandoned leaves nothing in the mailbox, whether its answer is there, on its way, or never comes.
func TestRequestID_Abandon(t *testing.T) {
	c := newCluster(t, "a b")
	c.on("a", func(p *sim.Proc, say sayer) {
		ids := []rpc.RequestID[sim.Atom]{rpc.SendRequest(p, "b", here), rpc.SendRequest(p, "nowhere", here)}
		p.Sleep(time.Second)
		ids = append(ids, rpc.SendRequest(p, "b", here), rpc.SendRequest(p, "nowhere", here))
		p.Send(p.Self(), "end")
		for _, id := range ids {
			id.Abandon(p)
		}
		p.Sleep(time.Second)
		m, _ := sim.Any(p)
		_, err := sim.Any(p, sim.After(0))
		say("%s %s", m, err)
	})
	c.Inject(netsim.Fault{Harm: netsim.Harm{Cut: true}, Where: netsim.Isolate("b")})
	c.on("a", func(p *sim.Proc, say sayer) {
		id := rpc.SendRequest(p, "b", here)
		p.Sleep(time.Second)
		id.Abandon(p)
		_, err := sim.Any(p, sim.After(5*time.Minute))
		say("%s", err)
	})
	c.want(`"end" timeout`, "timeout")
}
