package netkernel_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
	"github.com/bedlam-sim/bedlam/sim/otp/netkernel"
	"github.com/bedlam-sim/bedlam/sim/otp/rpc"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// play runs body on node a of a cluster a, b, c, whose nodes boot a kernel, and compares what it says.
func play(t *testing.T, change func(cfg *sim.Config), body func(p *sim.Proc, say func(format string, args ...any)),
	want ...string) {
	t.Helper()
	cfg := sim.Config{
		Nodes: []sim.NodeSpec{{Name: "a"}, {Name: "b"}, {Name: "c"}}, Policy: scheduler.FIFO{},
		Link: netsim.Link{Latency: netsim.Fixed(time.Millisecond)},
		Boot: func(p *sim.Proc) {
			if err := netkernel.Kernel(p); err != nil {
				t.Error(err)
			}
		},
	}
	change(&cfg)
	w := sim.New(cfg)
	defer w.Close()
	w.Run(time.Millisecond)
	var heard []string
	w.SpawnAt("a", "main", func(p *sim.Proc) {
		body(p, func(format string, args ...any) { heard = append(heard, fmt.Sprintf(format, args...)) })
	})
	w.Run(10 * time.Minute)
	if got, want := strings.Join(heard, "\n\t"), strings.Join(want, "\n\t"); got != want {
		t.Errorf("heard\n\t%s\nand should have\n\t%s", got, want)
	}
}

func same(*sim.Config) {}

// net_adm:ping connects, and says whether the other's net_kernel answers. If not it disconnects.
func TestPing(t *testing.T) {
	play(t, func(cfg *sim.Config) { cfg.Nodes[2].Boot = func(*sim.Proc) {} }, func(p *sim.Proc, say func(string, ...any)) {
		say("%v %v", netkernel.Ping(p, "b"), p.Nodes())
		say("%v", netkernel.Ping(p, "a"))
		say("%v", netkernel.Ping(p, "nowhere"))
		p.ConnectNode("c") // where nobody answers
		say("%v", p.Nodes())
		say("%v %v", netkernel.Ping(p, "c"), p.Nodes())
		say("%v", netkernel.World(p, "c", "b", "nowhere", "a"))
	}, "true [b]", "true", "false", "[b c]", "false [b]", "[b a]")
}

// NK5: with another cookie there is no answer.
func TestPing_NK5_cookie(t *testing.T) {
	play(t, func(cfg *sim.Config) { cfg.Nodes[1].Cookie = "other" }, func(p *sim.Proc, say func(string, ...any)) {
		say("%v", netkernel.Ping(p, "b"))
		p.SetCookie("b", "other")
		say("%v", netkernel.Ping(p, "b"))
	}, "false", "true")
}

// What OTP's net_kernel does with what it is asked: is_auth is yes, for anybody and from any node; all else is not
// answered.
func TestServer_requests(t *testing.T) {
	play(t, same, func(p *sim.Proc, say func(string, ...any)) {
		to := term.NameAt{Name: "net_kernel", Node: "b"}
		_, err := otp.CallAny(p, to, "something", otp.Within(time.Second))
		say("%v", err)
		otp.Cast(p, to, "something")
		p.Send(to, "something")
		say("%v", netkernel.Ping(p, "b"))
		_, already := otp.IsAlreadyStarted(netkernel.Start(p))
		say("%v %v", already, netkernel.Kernel(p) != nil)
	}, `call {net_kernel,b} "something": timeout`, "true", "true true")
}

// NK11: what the kernel starts makes one net of those who connect, with names, and rex.
func TestKernel_NK11(t *testing.T) {
	play(t, same, func(p *sim.Proc, say func(string, ...any)) {
		say("%v", global.RegisterName(p, sim.Atom("me"), p.Self(), nil))
		netkernel.Ping(p, "b")
		rpc.Call(p, "b", func(p *sim.Proc) bool { return netkernel.Ping(p, "c") })
		p.Sleep(10 * time.Second)
		say("%v", p.Nodes())
		known, err := rpc.BlockCall(p, "c", func(p *sim.Proc) bool { _, ok := global.WhereisName(p, sim.Atom("me")); return ok })
		say("%v %v", known, err)
	}, "true", "[b c]", "true <nil>")
}

// The same seed gives the same run.
func TestDeterminism(t *testing.T) {
	run := func() uint64 {
		w := sim.New(sim.Config{
			Seed: 3, Nodes: []sim.NodeSpec{{Name: "a"}, {Name: "b"}, {Name: "c"}},
			Boot: func(p *sim.Proc) { netkernel.Kernel(p); netkernel.World(p, "a", "b", "c") },
		})
		defer w.Close()
		w.Run(time.Minute)
		return w.Trace().Hash()
	}
	if a, b := run(), run(); a != b {
		t.Errorf("%x and %x", a, b)
	}
}

func ExamplePing() {
	w := sim.New(sim.Config{
		Nodes: []sim.NodeSpec{{Name: "a"}, {Name: "b"}},
		Boot:  func(p *sim.Proc) { netkernel.Kernel(p) },
	})
	defer w.Close()
	w.SpawnAt("a", "main", func(p *sim.Proc) {
		p.Sleep(time.Second)
		fmt.Println(netkernel.Ping(p, "b"), netkernel.Ping(p, "c"), p.Nodes())
	})
	w.Run(time.Minute)
	// Output: true false [b]
}
