package pg_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/pg"
)

// churn is three nodes on which processes join, leave and die while connections come and go, and what is wrong with
// them when all is calm again; "" if nothing.
func churn(seed uint64, bugs pg.Bug) (wrong string, hash uint64) {
	nodes := []sim.Atom{"a", "b", "c"}
	groups := []any{"x", "y", sim.Tuple{sim.Atom("z"), 1}}
	books := map[sim.Atom]func() string{}
	var died []string
	var accounts []*account
	cfg := sim.Config{Seed: seed, Observer: crashes(&died), Boot: func(p *sim.Proc) { books[p.Node()] = pg.StartWith(p, pg.Default, bugs) }}
	if seed%2 == 0 {
		cfg.Link = netsim.Link{Latency: netsim.Fixed(time.Millisecond)}
	}
	for _, n := range nodes {
		cfg.Nodes = append(cfg.Nodes, sim.NodeSpec{Name: n})
	}
	w := sim.New(cfg)
	defer w.Close()
	w.Run(time.Millisecond)
	for _, n := range nodes {
		a := &account{node: n, has: map[string]int{}}
		accounts = append(accounts, a)
		w.SpawnAt(n, "account", a.keep)
		for range 3 {
			w.SpawnAt(n, "actor", func(p *sim.Proc) { act(p, groups) })
		}
		w.SpawnAt(n, "vandal", func(p *sim.Proc) { vandalize(p, nodes) })
	}
	w.Run(3 * time.Second)
	for i, n := range nodes {
		w.SpawnAt(n, "healer", func(p *sim.Proc) {
			for _, other := range nodes[:i] {
				p.ConnectNode(other)
			}
		})
	}
	w.Run(time.Minute)
	hash = w.Trace().Hash()
	if len(died) > 0 {
		return died[0], hash
	}
	v := w.View()
	for _, g := range groups {
		var truth []sim.PID
		for _, n := range nodes {
			truth = append(truth, pg.LocalMembersOn(v, n, pg.Default, g)...)
		}
		slices.SortFunc(truth, sim.PID.Compare)
		for i, n := range nodes {
			sees := pg.MembersOn(v, n, pg.Default, g)
			slices.SortFunc(sees, sim.PID.Compare)
			if !slices.Equal(sees, truth) {
				return fmt.Sprintf("%s sees %s in %v, and there are %s", n, show(sees), g, show(truth)), hash
			}
			if has := accounts[i].has[show(g)]; has != len(truth) {
				return fmt.Sprintf("%s was told of %d in %v, and there are %d", n, has, g, len(truth)), hash
			}
		}
	}
	for _, n := range nodes {
		if d := books[n](); d != "" {
			return string(n) + ": " + d, hash
		}
	}
	return "", hash
}

// beat is when much happens at once: children die, connections are cut.
const beat = 10 * time.Millisecond

func untilBeat(p *sim.Proc) time.Duration { return beat - p.Now()%beat }

// act joins and leaves for itself and for children that die together.
func act(p *sim.Proc, groups []any) {
	for range 20 {
		group := groups[p.Rand(len(groups))]
		switch p.Rand(6) {
		case 0, 1:
			pg.Join(p, pg.Default, group, p.Self())
		case 2:
			pg.Leave(p, pg.Default, group, p.Self())
		case 3, 4:
			var kids []sim.PID
			for range 10 {
				kids = append(kids, p.Spawn("kid", func(p *sim.Proc) { p.Sleep(untilBeat(p)) }))
			}
			pg.Join(p, pg.Default, group, kids...)
		case 5:
			p.Sleep(untilBeat(p))
		}
	}
	p.Sleep(sim.Forever)
}

// vandalize cuts connections and makes them again.
func vandalize(p *sim.Proc, nodes []sim.Atom) {
	for range 12 {
		p.Sleep(untilBeat(p) + time.Duration(p.Rand(200))*time.Microsecond)
		n := nodes[p.Rand(len(nodes))]
		if p.Rand(4) > 0 {
			p.DisconnectNode(n)
		}
		p.ConnectNode(n)
	}
}

// account is how many are in each group as the messages tell.
type account struct {
	node sim.Atom
	has  map[string]int
}

func (a *account) keep(p *sim.Proc) {
	_, groups, _ := pg.MonitorScope(p, pg.Default)
	for _, g := range groups {
		a.has[show(g.Name)] += len(g.Members)
	}
	for {
		switch m, _ := sim.Any(p); m := m.(type) {
		case pg.Joined:
			a.has[show(m.Group)] += len(m.PIDs)
		case pg.Left:
			a.has[show(m.Group)] -= len(m.PIDs)
		}
	}
}

// I13: whatever was cut and lost, in the end all see the same, and were told the same.
func TestViews_I13_converge(t *testing.T) {
	for seed := range uint64(bound) {
		if wrong, _ := churn(seed, 0); wrong != "" {
			t.Fatalf("seed %d: %s", seed, wrong)
		}
	}
}

const bound = 40

// B51, B52: the old mistakes are found by the search that finds nothing without them.
func TestSearch_B51_B52(t *testing.T) {
	for name, bug := range map[string]pg.Bug{"B51": pg.BugFlicker, "B52": pg.BugRemain} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(bound) {
				if wrong, _ := churn(seed, bug); wrong != "" {
					t.Logf("seed %d: %s", seed, wrong)
					return
				}
			}
			t.Errorf("not found in %d seeds", bound)
		})
	}
}

func TestDeterminism(t *testing.T) {
	for seed := range uint64(4) {
		_, one := churn(seed, 0)
		if _, two := churn(seed, 0); one != two {
			t.Errorf("seed %d: %x and %x", seed, one, two)
		}
	}
}
