package pg_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/pg"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// cluster is a world of nodes with a scope each, whose links take a millisecond, and what was heard in it.
type cluster struct {
	*sim.World
	t     *testing.T
	heard []string
}

func newCluster(t *testing.T, nodes string, change ...func(*sim.Config)) *cluster {
	t.Helper()
	cfg := sim.Config{
		Link: netsim.Link{Latency: netsim.Fixed(time.Millisecond)}, Policy: scheduler.FIFO{},
		Boot: func(p *sim.Proc) { pg.Start(p, pg.Default) },
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

// on runs a process on a node for a while. What it says is heard.
func (c *cluster) on(node sim.Atom, body func(p *sim.Proc, say func(format string, args ...any))) sim.PID {
	pid := c.SpawnAt(node, "main", func(p *sim.Proc) {
		body(p, func(format string, args ...any) {
			for i, a := range args {
				args[i] = show(a)
			}
			c.heard = append(c.heard, string(node)+": "+fmt.Sprintf(format, args...))
		})
	})
	c.Run(10 * time.Second)
	return pid
}

// member runs a process on a node that joins groups and stays.
func (c *cluster) member(node sim.Atom, groups ...any) sim.PID {
	pid := c.SpawnAt(node, "member", func(p *sim.Proc) {
		for _, g := range groups {
			pg.Join(p, pg.Default, g, p.Self())
		}
		p.Sleep(sim.Forever)
	})
	c.Run(100 * time.Millisecond)
	return pid
}

// connect connects all of them with the first.
func (c *cluster) connect(nodes string) {
	all := strings.Fields(nodes)
	c.SpawnAt(sim.Atom(all[0]), "connect", func(p *sim.Proc) {
		for _, n := range all[1:] {
			if !p.ConnectNode(sim.Atom(n)) {
				c.t.Error(all[0], "does not connect to", n)
			}
		}
	})
	c.Run(100 * time.Millisecond)
}

// see notes who is in a group as each node sees it.
func (c *cluster) see(group any, nodes string) {
	for _, n := range strings.Fields(nodes) {
		pids := pg.MembersOn(c.View(), sim.Atom(n), pg.Default, group)
		slices.SortFunc(pids, sim.PID.Compare)
		c.heard = append(c.heard, fmt.Sprintf("%s sees %s", n, show(pids)))
	}
}

func (c *cluster) want(lines ...string) {
	c.t.Helper()
	if got, want := strings.Join(c.heard, "\n"), strings.Join(lines, "\n"); got != want {
		c.t.Errorf("heard\n\t%s\nand should have\n\t%s", strings.ReplaceAll(got, "\n", "\n\t"), strings.ReplaceAll(want, "\n", "\n\t"))
	}
	c.heard = nil
}

// show prints a process as its node and its role, with a number if it is not the first.
func show(v any) string {
	if err, is := v.(error); is {
		return err.Error()
	}
	return term.Printer{Replace: func(v any) (string, bool) {
		switch v := v.(type) {
		case sim.PID:
			return string(v.Node()) + "." + v.Path(), true
		case sim.Ref:
			return "#ref", true
		case pg.Joined:
			return "joined " + show(v.Group) + " " + show(v.PIDs), true
		case pg.Left:
			return "left " + show(v.Group) + " " + show(v.PIDs), true
		case pg.Group:
			return show(v.Name) + ":" + show(v.Members), true
		}
		return "", false
	}}.Format(v)
}

// crashes is the reports of those who gave up.
func crashes(f *[]string) sim.Observer {
	return observer(func(fact sim.Fact) {
		if r, is := fact.Detail.(otp.TerminateReport); is {
			*f = append(*f, string(fact.Subject.Node())+": "+show(r.Reason))
		}
	})
}

type observer func(f sim.Fact)

func (o observer) Observe(f sim.Fact) { o(f) }
