package global_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// cluster is a world of nodes that run global.
type cluster struct {
	t       testing.TB
	w       *sim.World
	nodes   []sim.Atom
	bugs    global.Bug
	lines   []string
	trust   bool // processes may crash
	renames bool // processes may have two names, by re_register_name
	holes   bool // a node may lack a name that others have
}

// setup changes how a cluster is made.
type setup func(c *cluster, cfg *sim.Config)

func seed(n uint64) setup { return func(_ *cluster, cfg *sim.Config) { cfg.Seed = n } }

func kernel(k sim.Kernel) setup {
	return func(_ *cluster, cfg *sim.Config) {
		for i := range cfg.Nodes {
			cfg.Nodes[i].Kernel = k
		}
	}
}

func latency(from, to time.Duration) setup {
	return func(_ *cluster, cfg *sim.Config) { cfg.Link.Latency = netsim.Uniform(from, to) }
}

func buggy(b global.Bug) setup { return func(c *cluster, _ *sim.Config) { c.bugs = b } }

// newCluster makes a cluster of nodes with names of one letter that are not connected yet.
func newCluster(t testing.TB, names string, how ...setup) *cluster {
	c := &cluster{t: t}
	cfg := sim.Config{Observer: c, Patience: 5_000_000}
	for _, n := range names {
		c.nodes = append(c.nodes, sim.Atom(n))
		cfg.Nodes = append(cfg.Nodes, sim.NodeSpec{Name: sim.Atom(n)})
	}
	cfg.Link.Latency = netsim.Uniform(time.Millisecond, 2*time.Millisecond)
	for _, h := range how {
		h(c, &cfg)
	}
	cfg.Boot = func(p *sim.Proc) {
		if err := global.StartWith(p, c.bugs); err != nil {
			t.Errorf("start: %v", err)
		}
	}
	c.w = sim.New(cfg)
	t.Cleanup(c.close)
	c.run(time.Millisecond) // so that the nodes have booted
	return c
}

// close ends the world and lets go of it: a test that tries thousands of clusters must not keep them all.
func (c *cluster) close() {
	if c.w != nil {
		c.w.Close()
		c.w = nil
	}
}

// Observe tells of crashes, which nothing here means to have.
func (c *cluster) Observe(f sim.Fact) {
	if k, ok := f.Detail.(*term.Crash); ok && !c.trust {
		c.t.Errorf("%v crashed: %v\n%s", f.Subject, k, k.Stack)
	}
}

// run lets time pass.
func (c *cluster) run(d time.Duration) {
	c.t.Helper()
	if r := c.w.Run(d); r.Stop != sim.StopTime && r.Stop != sim.StopIdle || r.Crash != nil {
		c.t.Fatalf("the run ended with %v at %v, %v", r.Stop, r.Now, r.Crash)
	}
}

// do runs a body on a node until it returns, a minute at most.
func (c *cluster) do(node sim.Atom, body sim.Body) {
	c.t.Helper()
	done := false
	c.w.SpawnAt(node, "main", func(p *sim.Proc) { body(p); done = true })
	for range 600 {
		if c.run(100 * time.Millisecond); done {
			return
		}
	}
	c.t.Errorf("what was to be done on %s is not done after a minute", node)
}

// mesh connects all nodes. Two that connect to each other at once may lose each other again, and then all do.
func (c *cluster) mesh() {
	c.t.Helper()
	for range 5 {
		c.join()
		c.run(30 * time.Second)
		if !strings.Contains(c.parts(), " ") {
			return
		}
	}
	c.t.Fatalf("the nodes do not come together: %s", c.parts())
}

// join has every node connect to every other, one after the other.
func (c *cluster) join() {
	for i, a := range c.nodes {
		c.w.SpawnAt(a, "join", func(p *sim.Proc) {
			p.Sleep(time.Duration(i) * time.Second)
			for _, b := range c.nodes {
				p.ConnectNode(b)
			}
		})
	}
}

// worker starts a process on a node that does nothing.
func (c *cluster) worker(node sim.Atom, role string) sim.PID {
	return c.w.SpawnAt(node, role, func(p *sim.Proc) { p.Sleep(sim.Forever) })
}

// hands starts a process on a node that tells what it hears.
func (c *cluster) hands(node sim.Atom, role string) sim.PID {
	return c.w.SpawnAt(node, role, func(p *sim.Proc) {
		for {
			m, _ := sim.Any(p)
			c.say("%s hears %v", node, term.Format(m))
		}
	})
}

// register has a node register a process.
func (c *cluster) register(node sim.Atom, name any, pid sim.PID, r global.Resolver) (yes bool) {
	c.t.Helper()
	c.do(node, func(p *sim.Proc) { yes = global.RegisterName(p, name, pid, r) })
	return yes
}

// where tells who has a name, node by node: a=a/x b=a/x c=-.
func (c *cluster) where(name any) string {
	var words []string
	for _, n := range c.nodes {
		info, ok := global.Of(c.w.View(), n)
		if !ok {
			continue
		}
		who := "-"
		for _, e := range info.Names {
			if term.Equal(e.Name, name) {
				who = fmt.Sprintf("%s/%s", e.PID.Node(), e.PID.Path())
			}
		}
		words = append(words, fmt.Sprintf("%s=%s", n, who))
	}
	return strings.Join(words, " ")
}

// parts tells which nodes are connected: a+b c+d.
func (c *cluster) parts() string {
	var all []string
	for _, n := range c.nodes {
		part := append([]sim.Atom{n}, c.w.View().Connected(n)...)
		slices.Sort(part)
		var names []string
		for _, m := range part {
			names = append(names, string(m))
		}
		if word := strings.Join(names, "+"); !slices.Contains(all, word) {
			all = append(all, word)
		}
	}
	return strings.Join(all, " ")
}

func (c *cluster) cut(a, b string) netsim.FaultID {
	id, err := c.w.Inject(netsim.Fault{Harm: netsim.Harm{Cut: true}, Where: netsim.Groups([]string{a}, []string{b})})
	if err != nil {
		c.t.Fatal(err)
	}
	return id
}

func (c *cluster) say(format string, args ...any) {
	c.lines = append(c.lines, fmt.Sprintf(format, args...))
}

// want checks the story so far, and begins another.
func (c *cluster) want(text string) {
	c.t.Helper()
	var want []string
	for _, l := range strings.Split(strings.TrimSpace(text), "\n") {
		want = append(want, strings.TrimSpace(l))
	}
	if got := strings.Join(c.lines, "\n"); got != strings.Join(want, "\n") {
		c.t.Errorf("the story went\n%s\n\nand should have gone\n%s", got, strings.Join(want, "\n"))
	}
	c.lines = nil
}

func is[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
