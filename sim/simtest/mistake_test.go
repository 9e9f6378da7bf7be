package simtest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/check"
	"github.com/bedlam-sim/bedlam/sim/fault"
	"github.com/bedlam-sim/bedlam/sim/simtest"
)

// two nodes, each with its name.
var ab = []sim.Atom{"a", "b"}

// A declaration that would test less than it says is told at once, and with what there is instead.
func TestDeclarationsThatTestNothing(t *testing.T) {
	op := func(d *simtest.Dice) simtest.Op { return look{} }
	faults := func(f ...fault.Fault) simtest.Spec { return simtest.Spec{Nodes: ab, Faults: f} }
	harm := func(h fault.Harm) simtest.Spec { return faults(fault.Fault{Harm: h}) }
	on := func(e fault.Event) simtest.Spec { return faults(fault.Fault{On: e, Harm: fault.Halt{Node: "a"}}) }
	cut := netsim.Fault{Harm: netsim.Harm{Cut: true}, Where: netsim.Groups([]string{"a"}, []string{"zz"})}
	lone := netsim.Fault{Harm: netsim.Harm{Cut: true}, Where: netsim.Isolate("local")}
	never := func(name string, c check.Cond) check.Rule { return check.Never(name, c) }
	fine := check.User[int]("x", nil)
	rules := func(r ...check.Rule) simtest.Spec {
		return simtest.Spec{Rules: func() []check.Rule { return r }}
	}
	const noZZ = `: there is no node "zz"; there are a, b`
	for _, c := range []struct {
		want string
		spec simtest.Spec
	}{
		{"Spec.For is -1ns, below 0", simtest.Spec{For: -1}},
		{`Spec: two nodes have the name "a"`, simtest.Spec{Nodes: []sim.Atom{"a", "b", "a"}}},
		{`Spec: two nodes have the name "a"`, simtest.Spec{Config: func() sim.Config {
			return sim.Config{Nodes: []sim.NodeSpec{{Name: "a"}, {Name: "a"}}}
		}}},
		{`Spec: "" cannot be the name of a node`, simtest.Spec{Nodes: []sim.Atom{""}}},
		{`Spec: "a b" cannot be the name of a node`, simtest.Spec{Nodes: []sim.Atom{"a b"}}},

		{"Spec.Ops has 9 operations at least, and 3 at most", simtest.Spec{Ops: simtest.Ops{Draw: op, Least: 9, Most: 3}}},
		{"Spec.Ops has a number below 0", simtest.Spec{Ops: simtest.Ops{Draw: op, From: -1}}},
		{"Spec.Ops has a number below 0", simtest.Spec{Ops: simtest.Ops{Draw: op, Within: -1}}},
		{"Spec.Ops.From is 1h0m0s, and a run lasts 1m0s: no operation would be done",
			simtest.Spec{Ops: simtest.Ops{Draw: op, From: time.Hour}}},
		{"Spec.Ops.Nodes" + noZZ, simtest.Spec{Nodes: ab, Ops: simtest.Ops{Draw: op, Nodes: []sim.Atom{"a", "zz"}}}},
		{`Spec.Ops.Nodes: there is no node "zz"; there is but local`,
			simtest.Spec{Ops: simtest.Ops{Draw: op, Nodes: []sim.Atom{"zz"}}}},
		{"Spec.Ops.Draw answered nil, which is no operation",
			simtest.Spec{Ops: simtest.Ops{Least: 1, Draw: func(*simtest.Dice) simtest.Op { return nil }}}},

		{"Spec.Faults[0] has a time below 0", faults(fault.Fault{At: -1, Harm: fault.Halt{Node: "a"}})},
		{"Spec.Faults[0] has a time below 0", faults(fault.Fault{For: -1, Harm: fault.Halt{Node: "a"}})},
		{"Spec.Faults[1] comes at 1h0m0s, and a run lasts 1m0s: it would never come",
			faults(fault.Fault{Harm: fault.Halt{Node: "a"}}, fault.Fault{At: time.Hour, Harm: fault.Halt{Node: "a"}})},
		{"Spec.Faults[0] comes 1h0m0s after its event, and a run lasts 1m0s: it would never come",
			faults(fault.Fault{At: time.Hour, On: fault.Event{What: fault.Start, Who: "any"}, Harm: fault.Halt{Node: "a"}})},
		{"Spec.Faults[0]" + noZZ, harm(fault.Halt{Node: "zz"})},
		{"Spec.Faults[0]" + noZZ, harm(fault.Power{Node: "zz"})},
		{"Spec.Faults[0]" + noZZ, harm(fault.Boot{Node: "zz"})},
		{"Spec.Faults[0]" + noZZ, harm(fault.Pause{Node: "zz"})},
		{"Spec.Faults[0]" + noZZ, harm(fault.Clock{Node: "zz"})},
		{"Spec.Faults[0]" + noZZ, harm(fault.Kill{Who: "any@zz"})},
		{"Spec.Faults[0]" + noZZ, harm(fault.Exit{Who: "kv@zz", Reason: "boom"})},
		{"Spec.Faults[0]" + noZZ, harm(fault.Disconnect{A: "a", B: "zz"})},
		{`Spec.Faults[0]: there is no node "any"; there are a, b`, harm(fault.Boot{Node: "any"})},
		{"Spec.Faults[0]: disconnect a a: those are not two nodes", harm(fault.Disconnect{A: "a", B: "a"})},
		{"Spec.Faults[0]: a process is a name like kv_store", harm(fault.Kill{})},
		{"Spec.Faults[0]: partition groups(a | zz): there is no node zz among a b", harm(fault.Net{Fault: cut})},
		{"Spec.Faults[0]: cut at isolate(local): no link between two nodes is meant; there is but local",
			simtest.Spec{Faults: []fault.Fault{{Harm: fault.Net{Fault: lone}}}}},
		{"Spec.Faults[0]" + noZZ, on(fault.Event{What: fault.Down, Who: "zz"})},
		{"Spec.Faults[0]" + noZZ, on(fault.Event{What: fault.NodeUp, Who: "zz@a"})},
		{"Spec.Faults[0]" + noZZ, on(fault.Event{What: fault.NodeUp, Who: "any@zz"})},
		{"Spec.Faults[0]" + noZZ, on(fault.Event{What: fault.Message, Who: "kv@zz"})},

		{"Spec.Mix.Nodes has a twice", simtest.Spec{Nodes: ab, Mix: &fault.Mix{Nodes: []sim.Atom{"a", "a"}}}},
		{`Spec.Mix.Kinds has "halt", which would never be drawn: it takes two nodes at least, and Spec.Mix.Nodes has 0`,
			simtest.Spec{Nodes: ab, Mix: &fault.Mix{Kinds: []string{"kill", "halt"}}}},
		{"Spec.Mix.Events[0]" + noZZ,
			simtest.Spec{Nodes: ab, Mix: &fault.Mix{Nodes: ab, Events: []fault.Event{{What: fault.Up, Who: "zz"}}}}},

		{`Spec.Rules: the rule "r" has a condition that is none: make it by Facts, On, User or Looked, with a judge`,
			rules(never("r", check.Cond{}))},
		{`Spec.Rules: two rules have the name "r"`, rules(never("r", fine), never("s", fine), never("r", fine))},
		{"Spec.Rules: the 1st rule has no name", rules(never("", fine))},
		{"Spec.Rules: the 2nd rule is nil", rules(never("r", fine), nil)},
	} {
		f := search(t, c.spec, t.TempDir())
		if !strings.HasPrefix(f.text.String(), "simtest: "+c.want) || strings.Contains(f.text.String(), "goroutine") {
			t.Errorf("%q, and not %s", f.text.String(), c.want)
		}
	}
}

// What means something is no mistake, be it unusual.
func TestDeclarationsThatAreFine(t *testing.T) {
	op := func(d *simtest.Dice) simtest.Op { return tell{"a", 1} }
	for name, spec := range map[string]simtest.Spec{
		"nothing": {},
		"any":     {Nodes: ab, Faults: []fault.Fault{{At: 1, Harm: fault.Halt{Node: "any"}}, {At: 2, Harm: fault.Kill{Who: "any"}}}},
		"events": {Nodes: ab, Faults: []fault.Fault{
			{On: fault.Event{What: fault.NodeDown, Who: "b@a"}, Harm: fault.Pause{Node: "a"}, For: 1},
			{On: fault.Event{What: fault.Up, Who: "any"}, Harm: fault.Power{Node: "b"}},
			{On: fault.Event{What: fault.Message, Kind: "x@y", Who: "/kv_sup/*"}, Harm: fault.Exit{Who: "kv", Reason: "boom"}}}},
		"a harm of one's own": {Faults: []fault.Fault{{Harm: ownHarm{}}}},
		"one node":            {Mix: &fault.Mix{Nodes: []sim.Atom{"local"}}, Faults: []fault.Fault{{Harm: fault.Halt{Node: "local"}}}},
		"time of its own": {Faults: []fault.Fault{{At: time.Hour, Harm: fault.Halt{Node: "local"}}},
			Ops: simtest.Ops{Draw: op, From: 2 * time.Minute}, Drive: func(l *simtest.Live) { l.Run(3 * time.Minute) }},
		"rules of Default": {Rules: func() []check.Rule { return check.Default() }},
	} {
		if f := search(t, spec, t.TempDir()); f.failed {
			t.Errorf("%s: %s", name, f.text.String())
		}
	}
}

// ownHarm is a harm that package fault does not know.
type ownHarm struct{ fault.Halt }

func (ownHarm) String() string { return "shake well" }

// A step that is no operation is told too.
func TestStepsThatAreNil(t *testing.T) {
	f, _ := try(t, "TestShop", func(t testing.TB) {
		simtest.Repeat(t, shop(), simtest.Steps{Ops: map[string]func(*simtest.Dice) simtest.Op{
			"none": func(*simtest.Dice) simtest.Op { return nil },
		}}, simtest.Dir(t.ArtifactDir()))
	})
	if f.text.String() != "simtest: the operation that is to be done is nil\n" {
		t.Errorf("%q", f.text.String())
	}
}
