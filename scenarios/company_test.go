package scenarios_test

import (
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/scenarios/programs"
)

// Of two keys that exclude each other nobody knows which was meant: nothing else is said of them.
func TestParse_onlyOneOf(t *testing.T) {
	for _, part := range []string{
		"workloads: [{name: w, to: kv_store, call: get, cast: put, with: {key: k}, every: 1s}]",
		"workloads: [{name: w, to: kv_store, call: nonsense, cast: get, timeout: 1s, every: 1s}]",
		"workloads: [{name: w, to: kv_store, call: get, with: {key: k}, every: 90s, at: 2m, stop: 50s}]",
		"faults: [{at: 90s, every: 2m, between: 1s..2s, kill: kv_store}]",
		"faults: [{at: the 1st message putt of kv_store, every: 2m, kill: kv_store}]",
		"faults: [{at: 9s, kill: /s/*, halt: nobody}]",
		"faults: [{at: 9s, kill: /s/*, fail_start: {select: /s}, for: 1s}]",
		"faults: [{at: 9s, kill: /s/*, upgrade: {module: no.Such, to: v9}}]",
		"faults: [{at: 9s, upgrade: {module: kv.Store, app: none, to: v9}}]",
		"expect: [{always: up(s), never: dead(kv_store), within: 1s}]",
	} {
		_, ds := scenarios.Parse("one.sim.yaml", []byte("simrun: 1\nname: one\ntree: {id: s, children: [{id: kv, start: kv.Store, register: kv_store}]}\n"+part+"\n"), programs.All())
		if len(ds) != 1 || !strings.Contains(ds[0].Message, "has both") {
			t.Errorf("%s:\n%v", part, ds)
		}
	}
}

// Diagnostics say what is wrong once, where it is, and what to do about it.
func TestParse_hints(t *testing.T) {
	head := "simrun: 1\nname: h\n"
	tree := "tree: {id: s, children: [{id: kv, start: kv.Store, register: kv_store}]}\n"
	load := "workloads: [{name: w, to: kv_store, call: get, with: {key: k}, every: 1s}]\n"
	for _, c := range []struct{ src, message, hint, caret string }{
		{head + "tree: 5\n", "tree must be a mapping; this is a single value", "its keys are id, on, name,", "5"},
		{head + "run: [1]\n" + tree, "run must be a mapping; this is a list", "its keys are seeds, for,", "[1]"},
		{head + tree + "workloads: {name: w}\n", "workloads must be a list; this is a mapping", "write it like [a, b], or with", "{"},
		{head + tree + "workloads:\n", "workloads has no value; wanted is a list", "write it like [a, b], or with", ""},
		{head + tree + "workloads: [5]\n", "workloads[0] must be a workload, a mapping; this is a single value", "its keys are name, to,", "5"},
		{head + tree + "faults: [{at: 1s, kill: [kv_store]}]\n", "faults[0].kill must be a single value (selector), not a list", "write it like /kv_sup/kv_store", "[kv_store]"},
		{head + tree + "faults: [{at: 1s, kill: \"/s/[a\"}]\n", `faults[0].kill: the bracket of "[a" is not closed`, "as in room[3]", "[a"},
		{head + tree + "faults: [{at: 1s, kill: \"/s/kv[1\"}]\n", `faults[0].kill: the bracket of "kv[1" is not closed`, "as in room[3]", "kv[1"},
		{head + tree + "faults: [{at: 1s, kill: \"/s/[1]\"}]\n", `faults[0].kill: there is no id before "[1]"`, "as in room[3]", "[1]"},
		{head + tree + "faults: [{at: 5%, kill: kv_store}]\n", `faults[0].at: "5%" is not a duration`, "durations look like", "5%"},
		{head + strings.Replace(tree, "id: s,", "id: s, intensity: -1,", 1), `tree.intensity: "-1" is negative`, "0 to 2147483647 is possible", "-1"},
		{head + "run: {limits: {events: -1}}\n" + tree, `run.limits.events: "-1" is negative`, "counts begin with 0", "-1"},
		{head + "run: {limits: {events: 9999999999999999}}\n" + tree, `"9999999999999999" is too large`, "at most 1000000G is possible", "9999999999999999"},
		{head + "run: {for: -1s}\n" + tree, `run.for: "-1s" is negative`, "the least is 0", "-1s"},
		{head + tree + load + "expect: [at_end: replies(w) > 5s]\n", "this compares a count with a duration", "a count has no unit", ">"},
		{head + tree + load + "expect: [at_end: died(kv_store) > 5]\n", "this compares a moment with a number", "a moment needs a unit", ">"},
		{head + tree + load + "expect: [at_end: died(kv_store) > replies(w)]\n", "this compares a moment with a count", "moments compare with moments", ">"},
		{head + "nodes: [a, b]\nnetwork: {link: \"loss=1% latencyy=3ms\"}\n" + tree, `"latencyy" is nothing that links have`, `did you mean "latency"?`, "latencyy"},
		{head + "nodes: [a, b]\nnetwork: {link: \"loss=1% latency=normal(1ms\"}\n" + tree, "network.link: latency: ", "links look like", "normal(1ms"},
		{head + "nodes: [a, b]\nnetwork: {link: \"latency=normal(1ms, 1ms) loss=1msx\"}\n" + tree, "network.link: loss: share wants", "links look like", "1msx"},
		{head + "#" + strings.Repeat("x", 256<<10) + "\n" + tree, "bytes; 262144 are allowed", "make two of it", "s"},
	} {
		_, ds := scenarios.Parse("h.sim.yaml", []byte(c.src), programs.All())
		if len(ds) != 1 || !strings.Contains(ds[0].Message, c.message) || !strings.Contains(ds[0].Hint, c.hint) {
			t.Errorf("want %q and %q:\n%v", c.message, c.hint, ds)
			continue
		}
		line := strings.Split(c.src, "\n")[ds[0].Line-1]
		if got := line[ds[0].Col-1:]; !strings.HasPrefix(got, c.caret) || len(c.caret) > 1 && ds[0].Width != len(c.caret) {
			t.Errorf("the caret is under %.*s, want %q:\n%v", ds[0].Width, got, c.caret, ds)
		}
	}
}

// One restart is no restarts.
func TestStory_givesUp(t *testing.T) {
	for intensity, want := range map[string]string{"0": "0 restarts in 5s", "1": "1 restart in 5s", "2": "2 restarts in 5s"} {
		run := play(t, `
run: {for: 10s}
tree: {id: s, intensity: `+intensity+`, children: [{id: e, start: echo.Server}]}
faults: [{at: [1s, 2s, 3s], kill: /s/e}]
expect: [always: up(s)]`, 1, scenarios.RunOptions{Story: true})
		told := false
		for _, line := range run.Story {
			told = told || strings.Contains(line.Text, "/s gives up: more than "+want+", the last of e")
		}
		if !told {
			t.Errorf("intensity %s: %v", intensity, run.Story)
		}
	}
}
