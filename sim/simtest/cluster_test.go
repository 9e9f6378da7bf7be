package simtest_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/fault"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/simtest"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Two nodes elect a leader by believing that whoever they cannot see is dead: a partition makes two of them.
func electing(p *sim.Proc) {
	p.Spawn("elector", func(p *sim.Proc) {
		p.MonitorNodes(true, sim.NodeMonitor{})
		p.ConnectNode("a")
		for {
			leader := p.Node() == "a" || len(p.Nodes()) == 0 && p.Now() > 2*time.Second
			p.Trace("leads", term.Tuple{p.Node(), leader})
			sim.Any(p, sim.After(500*time.Millisecond))
		}
	})
}

func election() simtest.Spec {
	nodes := []sim.Atom{"a", "b"}
	return simtest.Spec{
		Name: "election", For: 30 * time.Second, Bare: true,
		Config: func() sim.Config {
			cfg := sim.Config{Boot: electing, Link: netsim.Link{Latency: netsim.Fixed(time.Millisecond)}}
			for _, n := range nodes {
				cfg.Nodes = append(cfg.Nodes, sim.NodeSpec{Name: n, Kernel: sim.Kernel{TickTime: time.Second}})
			}
			return cfg
		},
		Mix: &fault.Mix{Nodes: nodes, Most: 6, Within: 20 * time.Second},
		Rules: func() []check.Rule {
			leads := map[sim.Atom]bool{}
			return []check.Rule{check.Never("one leader", check.Facts(func(f sim.Fact) (yes, asked bool) {
				if f.Text != "leads" {
					return false, false
				}
				v := f.Detail.(term.Tuple)
				leads[v[0].(sim.Atom)] = v[1].(bool)
				return leads["a"] && leads["b"], true
			}))}
		},
	}
}

// What breaks by a fault is shrunk to one fault, which is told as it could be written by hand.
func TestFaultsAreDrawnAndShrunk(t *testing.T) {
	f := search(t, election(), t.TempDir())
	text := f.text.String()
	if !strings.HasPrefix(text, simtest.Breaks+"\none leader broken at ") || strings.Count(text, "  fault: at ") != 1 ||
		!strings.Contains(text, "(without it: passes)\n") {
		t.Fatalf("%s", text)
	}
	_, what, _ := strings.Cut(text, "  fault: ")
	what, _, _ = strings.Cut(what, " (without")
	one, err := fault.Parse(what)
	if err != nil {
		t.Fatal(err)
	}
	by := election()
	by.Mix, by.Faults = nil, []fault.Fault{one}
	if o := simtest.Run(by, plan.Plan{Dull: true}); o.Signature != "one leader" {
		t.Errorf("%v by hand comes to %+v", one, o)
	}
}

// Most of what a run breaks by is found by nobody's rule but those that always hold: they are on unless the Spec is Bare.
func TestDefaultRulesAreOn(t *testing.T) {
	spec := simtest.Spec{Name: "default", For: time.Minute, Boot: func(p *sim.Proc) {
		p.Spawn("unheard", func(p *sim.Proc) { p.Sleep(time.Second); panic("boom") })
	}}
	o := simtest.Run(spec, plan.Plan{})
	if !strings.HasPrefix(o.Signature, "no_unheard_exit") {
		t.Errorf("%q", o.Signature)
	}
	spec.Bare = true
	if o := simtest.Run(spec, plan.Plan{}); o.Fails() {
		t.Errorf("bare: %q", o.Signature)
	}
	shop := shop()
	shop.Bare, shop.Ops.Clients = false, 1
	if f := search(t, shop, t.TempDir()); f.failed {
		t.Errorf("the shop is in good order, and default rules say: %s", f.text.String())
	}
	good := election()
	good.Bare, good.Rules = false, nil
	if f := search(t, good, t.TempDir()); f.failed {
		t.Errorf("the cluster is in good order, and default rules say: %s", f.text.String())
	}
}

// An operation's draws, and its time, are its own: leaving one out changes nothing about the others.
func TestOperationsStayTheyAre(t *testing.T) {
	spec := simtest.Spec{
		Name: "draws", Bare: true, For: 10 * time.Second,
		Ops: simtest.Ops{Least: 6, Most: 6, Clients: 2, Draw: func(d *simtest.Dice) simtest.Op { return drawing{d.N("n", 1000)} }},
	}
	said := func(without ...int) map[string]bool {
		lines := map[string]bool{}
		spec.Rules = func() []check.Rule {
			return []check.Rule{check.Never("x", check.User("drew", func(v string) bool { lines[v] = true; return false }))}
		}
		simtest.Run(spec, plan.Plan{Seed: 5, Without: without})
		return lines
	}
	all := said()
	if len(all) != 6 {
		t.Fatalf("%v", all)
	}
	for place := range 6 {
		less := said(place)
		if len(less) != 5 {
			t.Errorf("without %d: %v", place, less)
		}
		for line := range less {
			if !all[line] {
				t.Errorf("without %d: %s, and before %v", place, line, all)
			}
		}
	}
}

// drawing tells what it is and what it draws.
type drawing struct{ N int }

func (o drawing) String() string { return fmt.Sprint("draw ", o.N) }
func (o drawing) Do(p *sim.Proc) {
	p.Trace("drew", fmt.Sprintf("%v: %d by %d", p.Self(), o.N, p.Rand(1_000_000)))
}

// A client whose node goes down is started anew when it comes back; what it was to do meanwhile is lost.
func TestClientsSurviveTheirNode(t *testing.T) {
	spec := simtest.Spec{
		Name: "clients", Bare: true, For: 20 * time.Second, Nodes: []sim.Atom{"a", "b"},
		Faults: []fault.Fault{{At: 4 * time.Second, For: 4 * time.Second, Harm: fault.Halt{Node: "b"}}},
		Ops:    simtest.Ops{Least: 1, Most: 1, Nodes: []sim.Atom{"b"}, Draw: func(d *simtest.Dice) simtest.Op { return tell{"x", 1} }},
	}
	for _, c := range []struct {
		at   time.Duration
		told int
	}{{2 * time.Second, 1}, {6 * time.Second, 0}, {9 * time.Second, 1}} {
		told := 0
		spec.Ops.From, spec.Ops.Within = c.at, time.Millisecond
		spec.Rules = func() []check.Rule {
			return []check.Rule{check.Never("x", check.User("told", func(tell) bool { told++; return false }))}
		}
		if o := simtest.Run(spec, plan.Plan{}); o.Fails() || told != c.told {
			t.Errorf("at %v: told %d times, %q", c.at, told, o.Signature)
		}
	}
}

// The same client has something to do before its node goes down, and after.
func TestAClientIsStartedAnew(t *testing.T) {
	told := 0
	spec := simtest.Spec{
		Name: "anew", Bare: true, For: 20 * time.Second, Nodes: []sim.Atom{"a", "b"},
		Faults: []fault.Fault{{At: 4 * time.Second, For: time.Second, Harm: fault.Halt{Node: "b"}}},
		Ops: simtest.Ops{Least: 40, Most: 40, Nodes: []sim.Atom{"b"}, From: time.Second, Within: 10 * time.Second,
			Draw: func(d *simtest.Dice) simtest.Op { return tell{"x", 1} }},
		Rules: func() []check.Rule {
			return []check.Rule{check.Never("x", check.Facts(func(f sim.Fact) (yes, asked bool) {
				if f.Text == "told" && f.At > 6*time.Second {
					told++
				}
				return false, true
			}))}
		},
	}
	if o := simtest.Run(spec, plan.Plan{Seed: 1}); o.Fails() || told < 5 {
		t.Errorf("told %d times after the node was back, %q", told, o.Signature)
	}
}

// hasty adds as add does, and is nearly never between another's two steps: it takes a schedule of its own.
type hasty struct{ add }

// Do adds in two steps.
func (h hasty) Do(p *sim.Proc) {
	p.Send(sim.Local("store"), get{p.Self()})
	v, _ := sim.Recv[value](p)
	p.Reductions(50)
	p.Send(sim.Local("store"), set{v.N + h.N})
}

// A schedule that was found with many operations needs some of them only to keep somebody busy. What is told takes two all the
// same.
func TestOperationsThatOnlyKeepBusyAreLeftOut(t *testing.T) {
	before := flag.Lookup("rapid.seed").Value.String()
	defer flag.Set("rapid.seed", before)
	spec := shop()
	spec.Ops.Draw = func(d *simtest.Dice) simtest.Op {
		if a, is := drawOp(d).(add); is {
			return hasty{a}
		}
		return look{}
	}
	found := 0
	for seed := 1; seed <= 12; seed++ {
		flag.Set("rapid.seed", fmt.Sprint(seed))
		text := search(t, spec, t.TempDir(), simtest.Unsaved()).text.String()
		if text == "" {
			continue
		}
		found++
		if strings.Count(text, "op at ") != 2 {
			t.Errorf("seed %d:\n%s", seed, text)
		}
	}
	if found < 6 {
		t.Errorf("found %d of 12", found)
	}
}

// How a run deviates is told by the names of processes.
func TestDeviationsAreTold(t *testing.T) {
	spec := simtest.Spec{
		Name: "unlucky", Bare: true, For: 10 * time.Second,
		Ops: simtest.Ops{Least: 1, Most: 3, Draw: func(d *simtest.Dice) simtest.Op { return drawing{d.N("n", 9)} }},
		Rules: func() []check.Rule {
			return []check.Rule{check.Never("luck", check.User("drew", func(v string) bool {
				var n int
				fmt.Sscanf(v[strings.Index(v, "by ")+3:], "%d", &n)
				return n >= 10
			}))}
		},
	}
	text := search(t, spec, t.TempDir()).text.String()
	if !strings.Contains(text, "\n  <local/client 0/op ") || !strings.Contains(text, " gets 10 from its ") {
		t.Errorf("%s", text)
	}
}

// The seeds that rapid makes up are not the same few again and again, though it leans to small numbers.
func TestSeedsDiffer(t *testing.T) {
	seen := map[uint64]bool{}
	for i := range 300 {
		seen[simtest.Plans(shop()).Example(i).Seed] = true
	}
	if len(seen) < 270 {
		t.Errorf("300 plans have %d seeds", len(seen))
	}
}

// What is found is small, whatever rapid began with.
func TestWhatIsFoundIsSmall(t *testing.T) {
	before := flag.Lookup("rapid.seed").Value.String()
	defer flag.Set("rapid.seed", before)
	small, found := 0, 0
	for seed := 1; seed <= 20; seed++ {
		flag.Set("rapid.seed", fmt.Sprint(seed))
		f := search(t, shop(), t.TempDir(), simtest.Unsaved())
		if !f.failed {
			continue
		}
		found++
		p, err := plan.ParseToken(token(t, f.text.String()))
		if err != nil {
			t.Fatal(err)
		}
		schedule := 0
		for _, d := range p.Plan.Deviations {
			if d.Key.Domain != choice.Value {
				schedule++
			}
		}
		if strings.Count(f.text.String(), "op at ") == 2 && schedule <= 1 {
			small++
		}
	}
	if found < 19 || small < found {
		t.Errorf("found %d of 20, %d of them as small as can be", found, small)
	}
}
