package rpc_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/rpc"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// cluster is a world of nodes with rex, whose links take a millisecond, and what was heard in it.
type cluster struct {
	*sim.World
	t     *testing.T
	heard []string
}

func newCluster(t *testing.T, nodes string, change ...func(*sim.Config)) *cluster {
	t.Helper()
	cfg := sim.Config{
		Link: netsim.Link{Latency: netsim.Fixed(time.Millisecond)}, Policy: scheduler.FIFO{},
		Boot: func(p *sim.Proc) { rpc.Start(p) },
	}
	for _, n := range strings.Fields(nodes) {
		cfg.Nodes = append(cfg.Nodes, sim.NodeSpec{Name: sim.Atom(n)})
	}
	for _, f := range change {
		f(&cfg)
	}
	c := &cluster{World: sim.New(cfg), t: t}
	t.Cleanup(c.Close)
	c.Run(time.Millisecond)
	return c
}

type sayer = func(format string, args ...any)

// on runs a process on a node until the world is still. What it says is heard.
func (c *cluster) on(node sim.Atom, body func(p *sim.Proc, say sayer)) {
	c.SpawnAt(node, "main", func(p *sim.Proc) {
		body(p, func(format string, args ...any) { c.say(p, format, args...) })
	})
	c.Run(10 * time.Minute)
}

func (c *cluster) say(_ *sim.Proc, format string, args ...any) {
	for i, a := range args {
		args[i] = show(a)
	}
	c.heard = append(c.heard, fmt.Sprintf(format, args...))
}

func (c *cluster) want(lines ...string) {
	c.t.Helper()
	if got, want := strings.Join(c.heard, "\n\t"), strings.Join(lines, "\n\t"); got != want {
		c.t.Errorf("heard\n\t%s\nand should have\n\t%s", got, want)
	}
	c.heard = nil
}

// show prints a term, and an error as what Erlang would have.
func show(v any) string {
	return term.Printer{Replace: func(v any) (string, bool) {
		switch v := v.(type) {
		case sim.PID:
			return "<" + string(v.Node()) + ">", true
		case sim.Ref:
			return "#ref", true
		case *rpc.Error:
			return show(v.Term()), true
		case *rpc.BadRPC:
			return show(v.Term()), true
		case otp.MFA:
			return show(v.Term()), true
		case *term.Crash:
			return "", false
		case error:
			return v.Error(), true
		}
		return "", false
	}}.Format(v)
}

// The functions that are called.

func here(p *sim.Proc) sim.Atom { return p.Node() }

func exit(p *sim.Proc) int { p.ExitSelf(sim.Atom("r")); return 0 }

func crash(*sim.Proc) int { panic(sim.Atom("r")) }

func killed(p *sim.Proc) int { p.Exit(p.Self(), sim.Kill); return 0 }

func sleep(p *sim.Proc) int { p.Sleep(time.Second); return 1 }

func tell[R any](say sayer) func(r R, err error) {
	return func(r R, err error) {
		if err != nil {
			say("%s", err)
			return
		}
		say("%s", r)
	}
}
