package rpc_test

import (
	"errors"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/rpc"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// NK13: what erpc:call raises, with the answers of OTP 25.3.
func TestECall_NK13_outcomes(t *testing.T) {
	for _, node := range []sim.Atom{"b", "a"} { // the own node is no exception
		c := newCluster(t, "a b")
		c.on("a", func(p *sim.Proc, say sayer) {
			soon := otp.Within(50 * time.Millisecond)
			if node == "b" {
				tell[sim.Atom](say)(rpc.ECall(p, node, here))
			} else {
				say("%s", sim.Atom("b"))
			}
			tell[int](say)(rpc.ECall(p, node, exit))
			tell[int](say)(rpc.ECall(p, node, crash))
			tell[int](say)(rpc.ECall(p, node, killed, otp.Within(time.Minute)))
			tell[int](say)(rpc.ECall(p, node, sleep, soon))
			tell[sim.Atom](say)(rpc.ECall(p, "nowhere", here))
			tell[any](say)(rpc.ECall(p, node, func(*sim.Proc) any { return nil }))
			p.Sleep(time.Minute)
			_, err := sim.Any(p, sim.After(0))
			say("%s", err)
		})
		c.want("b", "{exception,r}", "{exception,{r,STACK}}", "{signal,killed}", "{erpc,timeout}", "{erpc,noconnection}", "nil", "timeout")
	}
}

// What errors say of themselves.
func TestError_is(t *testing.T) {
	c := newCluster(t, "a b")
	c.on("a", func(p *sim.Proc, say sayer) {
		_, err := rpc.ECall(p, "b", crash)
		var why *term.Crash
		say("%v %s", errors.As(err, &why), err.Error())
		_, err = rpc.ECall(p, "nowhere", here)
		say("%v %v %s", errors.Is(err, rpc.ErrNoConnection), errors.Is(err, otp.ErrTimeout), err.Error())
		_, err = rpc.ECall(p, "b", sleep, otp.Within(0))
		say("%v %v %s", errors.Is(err, rpc.ErrNoConnection), errors.Is(err, otp.ErrTimeout), err.Error())
		_, err = rpc.Call(p, "nowhere", here)
		say("%v %v %s", errors.Is(err, otp.ErrNodeDown), errors.Is(err, otp.ErrTimeout), err.Error())
		_, err = rpc.Call(p, "b", sleep, otp.Within(0))
		say("%v %v %s", errors.Is(err, otp.ErrNodeDown), errors.Is(err, otp.ErrTimeout), err.Error())
		_, err = rpc.Call(p, "b", exit)
		var bad *rpc.BadRPC
		errors.As(err, &bad)
		reason, ok := bad.Exit()
		say("%s %v %s", reason, ok, err.Error())
	})
	c.want(`true "erpc b: {exception,{r,STACK}}"`, `true false "erpc nowhere: {erpc,noconnection}"`, `false true "erpc b: {erpc,timeout}"`,
		`true false "rpc nowhere: nodedown"`, `false true "rpc b: timeout"`, `r true "rpc b: {'EXIT',r}"`)
}

// A call to the own node without a time-out runs in the caller; all others have a process of their own, which is gone
// when the answer is there: whoever is linked to it hears of that.
func TestECall_whoRuns(t *testing.T) {
	c := newCluster(t, "a b")
	c.on("a", func(p *sim.Proc, say sayer) {
		me := p.Self()
		isMe := func(p *sim.Proc) bool { return p.Self() == me }
		tell[bool](say)(rpc.ECall(p, "a", isMe))
		tell[bool](say)(rpc.ECall(p, "a", isMe, otp.Within(time.Second)))
		tell[bool](say)(rpc.ECall(p, "b", isMe))
		kid, _ := rpc.ECall(p, "b", func(p *sim.Proc) sim.PID {
			return p.SpawnLink("kid", func(p *sim.Proc) { p.Sleep(sim.Forever) })
		})
		p.Monitor(kid)
		d, _ := sim.Recv[sim.Down](p)
		say("%s", d.Reason)
	})
	c.want("true", "false", "false", "noproc")
}

// Results are copies, and what cannot cross is none.
func TestECall_resultsCross(t *testing.T) {
	c := newCluster(t, "a b")
	list := []int{1, 2}
	c.on("a", func(p *sim.Proc, say sayer) {
		got, _ := rpc.ECall(p, "b", func(*sim.Proc) []int { return list })
		got[0] = 7
		say("%s %s", got, list)
		_, err := rpc.ECall(p, "b", func(*sim.Proc) any { return make(chan int) })
		var e *rpc.Error
		say("%v %v", errors.As(err, &e), e.Kind == rpc.Signalled)
	})
	c.want("[7,2] [1,2]", "true true")
}

// NK13: a call that was given up may still run, and nobody hears what comes of it. One whose node is lost is told that.
func TestECall_NK13_lost(t *testing.T) {
	c := newCluster(t, "a b")
	ran := false
	c.on("a", func(p *sim.Proc, say sayer) {
		work := func(p *sim.Proc) int { p.Sleep(time.Second); ran = true; return 1 }
		tell[int](say)(rpc.ECall(p, "b", work, otp.Within(100*time.Millisecond)))
		p.Sleep(2 * time.Second)
		say("%v", ran)
		p.Spawn("cut", func(p *sim.Proc) { p.Sleep(500 * time.Millisecond); p.DisconnectNode("b") })
		ran = false
		tell[int](say)(rpc.ECall(p, "b", work))
		p.Sleep(2 * time.Second)
		say("%v", ran)
		_, err := sim.Any(p, sim.After(0))
		say("%s", err)
	})
	c.want("{erpc,timeout}", "true", "{erpc,noconnection}", "true", "timeout")
}

// I5: at whatever moment a connection is cut, and made again, a call has one outcome, and leaves nothing behind.
func TestECall_I5_oneOutcome(t *testing.T) {
	outcomes := map[string]int{}
	for cut := range 120 {
		c := newCluster(t, "a b", func(cfg *sim.Config) { cfg.Seed = uint64(cut); cfg.Policy = nil })
		at := time.Duration(cut) * 100 * time.Microsecond
		c.SpawnAt("b", "vandal", func(p *sim.Proc) {
			p.Sleep(at)
			p.DisconnectNode("a")
			p.ConnectNode("a")
		})
		c.on("a", func(p *sim.Proc, say sayer) {
			tell[sim.Atom](say)(rpc.ECall(p, "b", here, otp.Within(time.Duration(5+cut%3)*time.Millisecond)))
			p.Sleep(time.Minute)
			if m, err := sim.Any(p, sim.After(0)); err == nil {
				t.Errorf("cut at %v: %s is left", at, show(m))
			}
		})
		if len(c.heard) != 1 {
			t.Fatalf("cut at %v: %q", at, c.heard)
		}
		outcomes[c.heard[0]]++
	}
	if len(outcomes) != 3 || outcomes["b"] == 0 || outcomes["{erpc,timeout}"] == 0 || outcomes["{erpc,noconnection}"] == 0 {
		t.Error(outcomes)
	}
}

// send_request and its kin, as OTP 25.3 answers.
func TestRequest_outcomes(t *testing.T) {
	c := newCluster(t, "a b")
	c.on("a", func(p *sim.Proc, say sayer) {
		one := rpc.SendRequest(p, "b", sleep)
		tell[int](say)(rpc.WaitResponse(p, one, 10*time.Millisecond))
		tell[int](say)(rpc.WaitResponse(p, one, time.Minute))
		tell[int](say)(rpc.WaitResponse(p, rpc.SendRequest(p, "nowhere", sleep), time.Minute))
		two := rpc.SendRequest(p, "b", sleep)
		tell[int](say)(rpc.ReceiveResponse(p, two, 10*time.Millisecond))
		three := rpc.SendRequest(p, "b", crash)
		four := rpc.SendRequest(p, "b", here)
		lost := rpc.SendRequest(p, "nowhere", here)
		p.Send(p.Self(), "other")
		p.Sleep(5 * time.Second)
		for {
			m, err := sim.Any(p, sim.After(0))
			if err != nil {
				break
			}
			if _, ok, err := rpc.CheckResponse(m, three); ok {
				say("three: %s", err)
			} else if v, ok, err := rpc.CheckResponse(m, four); ok {
				say("four: %s %v", v, err == nil)
			} else if _, ok, err := rpc.CheckResponse(m, lost); ok {
				say("lost: %s", err)
			} else {
				say("%s", m)
			}
		}
	})
	c.want("timeout", "1", "{erpc,noconnection}", "{erpc,timeout}", `"other"`, "lost: {erpc,noconnection}",
		"three: {exception,{r,STACK}}", "four: b true")
}

// Several nodes have one time-out, and results in their order.
func TestEMultiCall_order(t *testing.T) {
	c := newCluster(t, "a b c")
	c.on("a", func(p *sim.Proc, say sayer) {
		slow := func(p *sim.Proc) sim.Atom {
			if p.Node() == "b" {
				p.Sleep(time.Second)
			}
			return p.Node()
		}
		began := p.Now()
		for _, r := range rpc.EMultiCall(p, []sim.Atom{"b", "nowhere", "c", "a"}, slow, otp.Within(100*time.Millisecond)) {
			say("%s %s %s", r.Node, r.Value, r.Err)
		}
		say("%v", p.Now()-began <= 101*time.Millisecond)
		began = p.Now()
		rpc.EMultiCall(p, []sim.Atom{"b", "c"}, sleep, otp.Within(100*time.Millisecond))
		say("%v", p.Now()-began <= 101*time.Millisecond)
		ran := 0
		rpc.EMultiCast(p, []sim.Atom{"a", "b", "nowhere", "c"}, func(*sim.Proc) { ran++ })
		p.Sleep(time.Minute)
		_, err := sim.Any(p, sim.After(0))
		say("%v %s", ran, err)
	})
	c.want("b '' {erpc,timeout}", "nowhere '' {erpc,noconnection}", "c c nil", "a a nil", "true", "true", "3 timeout")
}
