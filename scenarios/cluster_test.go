package scenarios_test

import (
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
)

// three are nodes with a tree each.
const three = `
nodes: {name: [a, b, c], net_ticktime: 4s}
tree: {id: s, intensity: 100, children: [{id: e, start: echo.Server, register: e}]}
`

// clusterStory is a run of a cluster: what is wanted of its verdicts and of its story.
type clusterStory struct {
	body string
	want []string // word, then text that is in what was there instead
	says []string // lines of the story, in their order
}

func (c clusterStory) test(t *testing.T) {
	for seed := range uint64(5) {
		run := play(t, c.body, seed, scenarios.RunOptions{Story: true})
		for i, want := range c.want {
			word, text, _ := strings.Cut(want, " ")
			if i >= len(run.Verdicts) || string(run.Verdicts[i].Word) != word || !strings.Contains(run.Verdicts[i].Got, text) {
				t.Errorf("verdict %d should be %s", i, want)
			}
		}
		if len(run.Verdicts) != len(c.want) {
			t.Errorf("%d verdicts", len(run.Verdicts))
		}
		rest := told(run)
		for _, line := range c.says {
			_, after, found := strings.Cut(rest, line)
			if !found {
				t.Errorf("the story does not say %q there", line)
				continue
			}
			rest = after
		}
		if again := play(t, c.body, seed, scenarios.RunOptions{}); again.Hash != run.Hash {
			t.Errorf("hash %x, then %x", run.Hash, again.Hash)
		}
		if t.Failed() {
			t.Fatalf("seed %d: %v\n%s", seed, run, told(run))
		}
	}
}

// TestClusterFaults: a story each, of faults of nodes and of the net.
func TestClusterFaults(t *testing.T) {
	for name, c := range map[string]clusterStory{
		"a mesh at the beginning": {three + `
run: {for: 5s}
expect: [always: "connected(a, b) && meshed && node_up && count(/s/e) == 3 && alive(/s/e@b)"]`,
			[]string{"holds"}, nil},
		"nobody is connected": {`
nodes: [a, b]
network: {connect: none}
tree: {id: s, children: []}
run: {for: 5s}
expect: [always: "!connected(a, b) && !meshed"]`,
			[]string{"holds"}, nil},
		"halt and boot": {three + `
run: {for: 30s}
faults: [{name: crash, at: 5s, halt: b, for: 10s}]
expect:
  - {eventually: "!node_up(b) && !connected(a, b) && connected(a, c) && dead(/s@b) && alive(/s@a)", after: fault crash, within: 10ms}
  - at_end: node_died(b) in 5s..5.01s && meshed && node_up && alive(/s/e) && restarts(/s/**) == 0 && exits(/s/e@b, node_down) == 1 && exits(/s/e) == 1`,
			[]string{"holds", "holds"}, []string{`fault "crash": halt b for 10s`, "node b goes down: halt", " b: connection_closed", `fault "crash": it is over`, "node b boots", "a and c see b, and the other way round"}},
		"power cut": {three + `
run: {for: 30s}
faults: [{name: cut, at: 5s, cut_power: {nodes: b}}]
expect:
  - {always: "connected(a, c)"}
  - at_end: "!connected(a, b) && !connected(b, c)"
  - {eventually: "!connected(a, b)", after: fault cut, within: 5s}
  - {never: "node_up(b)", after: 5.1s}`,
			[]string{"holds", "holds", "holds", "holds"}, []string{"cut the power of b", "node b goes down: power cut", " b: net_tick_timeout"}},
		"orderly stop": {three + `
run: {for: 30s}
faults: [{name: stop, at: 5s, stop: [a, b], for: 1s}]
expect: [at_end: "exits(/s/e, shutdown) == 2 && exits(/s, shutdown) == 2 && exits(/**, node_down) == 0 && alive(/s/e) && meshed && restarts(/**) == 0"]`,
			[]string{"holds"}, []string{"stop a and b for 1s", "goes down: stopped"}},
		"a partition, and its end": {three + `
run: {for: 60s}
network: {reconnect: 2s}
faults: [{name: split, at: 5s, partition: [[a, b], [c]], for: 20s}]
expect:
  - {eventually: "!connected(a, c) && !connected(b, c)", after: fault split, within: 6s}
  - {always: "connected(a, b)"}
  - at_end: meshed`,
			[]string{"holds", "holds", "holds"}, []string{"partition groups(a b | c) for 20s", ": net_tick_timeout", `fault "split": it is over`, ", and the other way round"}},
		"two partitions take back their own": {three + `
run: {for: 60s}
faults:
  - {name: one, at: 5s, partition: isolate(a), for: 5s}
  - {name: two, at: 6s, partition: oneway(a -> b), for: 30s}
workloads: [{name: w, to: /s/e@b, on: a, call: echo, every: 1s, timeout: 3s}, {name: v, to: /s/e@a, on: c, call: echo, every: 1s, timeout: 3s}]
expect: [{never: replies(w) > 6}, {at_end: replies(v) >= 20}]`,
			[]string{"broken", "holds"}, nil},
		"a jam does not disconnect": {three + `
run: {for: 60s}
faults: [{name: jam, at: 5s, harm: jam at groups(a | b), for: 2s}]
workloads: [{name: w, to: /s/e@b, on: a, call: echo, every: 100ms, timeout: infinity}]
expect: [{always: meshed && errors(w) == 0}, {at_end: fired(jam) == 1}, {never: replies(w) > 50, after: 6s}]`,
			[]string{"holds", "holds", "broken"}, nil},
		"a reset breaks": {three + `
run: {for: 60s}
network: {reconnect: 1s}
faults: [{name: rst, at: 5s, harm: reset at groups(a | b), for: 1ms}]
expect: [{eventually: "!connected(a, b)", after: fault rst, within: 1ms}, {at_end: meshed}]`,
			[]string{"holds", "holds"}, []string{"reset at groups(a | b)"}},
		"disconnect": {three + `
run: {for: 20s}
faults: [{name: hang up, at: 5s, disconnect: [a, b]}, {at: 6s, disconnect: [a, b]}]
expect: [{eventually: "!connected(a, b)", after: fault hang up, within: 10ms}, {at_end: fired(hang up) == 1}]`,
			nil, nil},
		"pauses overlap": {three + `
run: {for: 30s}
faults: [{name: one, at: 5s, pause: a, for: 2s}, {name: two, at: 6s, pause: [a, b], for: 2s}]
workloads: [{name: w, to: /s/e@a, on: c, call: echo, every: 100ms, timeout: infinity}]
expect: [{always: meshed}, {eventually: replies(w) > 50}, {always: replies(w) <= 50, after: 0s}]`,
			[]string{"holds", "holds", "broken"}, []string{`fault "one": pause a for 2s`, `fault "two": pause a and b for 2s`}},
		"a paused node is taken for dead": {three + `
run: {for: 60s}
faults: [{name: sleep, at: 5s, pause: a, for: 20s}]
expect: [{eventually: "!connected(a, b)", after: fault sleep, within: 6s}, {always: "alive(/s@a) && node_up(a)"}]`,
			[]string{"holds", "holds"}, []string{"b and c lose a: net_tick_timeout"}},
		"a rule drops ticks": {three + `
run: {for: 60s}
faults: [{name: deaf, at: 5s, rule: "kind=tick from=a to=b: drop"}]
expect: [{eventually: "!connected(a, b)", after: fault deaf, within: 6s}]`,
			[]string{"holds"}, []string{"rule kind=tick from=a to=b: drop"}},
		"healed by another": {three + `
run: {for: 60s}
network: {reconnect: 1s}
faults:
  - {name: split, at: 5s, partition: halves}
  - {name: still, at: 6s, pause: c}
  - {name: good, at: 20s, heal: split}
  - {name: all good, at: 30s, heal: all}
  - {name: nothing, at: 40s, heal: all}
expect:
  - at_end: meshed && fired(good) == 1 && fired("all good") == 1 && fired(nothing) == 0`,
			[]string{"holds"}, []string{`"good": heal split`, `"split": it is over`, `"all good": heal all`, `"still": it is over`}},
		"flapping": {three + `
run: {for: 60s}
faults: [{name: flap, at: 5s, flap: "down=1s up=1s times=5: cut at groups(a | b)"}]
workloads: [{name: w, to: /s/e@b, on: a, call: echo, every: 100ms, timeout: 500ms}]
expect: [{at_end: timeouts(w) >= 5}, {always: timeouts(w) < 5, after: 0s}]`,
			[]string{"holds", "broken"}, nil},
		"swizzle": {three + `
run: {for: 60s}
faults: [{name: sw, at: 5s, swizzle: "over=10s: jam at all"}]
expect: [{always: meshed}]`,
			nil, nil},
		"a node that boots late": {`
nodes: [a, {name: b, down: true}]
tree: {id: s, children: [{id: e, start: echo.Server}]}
run: {for: 20s}
faults: [{name: late, at: 5s, boot: b}]
expect:
  - {always: "alive(/s@a)", after: 0s}
  - {eventually: "alive(/s@b) && connected(a, b)", within: 1s, after: fault late}
  - {always: "!node_up"}`,
			[]string{"holds", "holds", "broken node_up is true"}, []string{"boot b", "node b boots", "a and b see each other"}},
		"one of several": {`
nodes: n1..n5
tree: {id: s, children: []}
run: {for: 20s}
faults: [{name: one, every: 3s, halt: {pick: one}, for: 1s}]
expect: [{always: "count(/s) >= 4"}, {at_end: "exits(/s) == 6 && fired(one) == 6"}]`,
			[]string{"holds", "holds"}, nil},
		"where things run": {`
nodes: [a, b, c]
trees:
  - {id: s, on: [a, b], children: [{id: e, start: echo.Server, register: e}]}
  - {id: r, on: c, children: [{id: e, start: echo.Server, register: f}]}
run: {for: 10s}
workloads:
  - {name: near, to: /s/e, on: all, count: 2, call: echo, every: 1s}
  - {name: far, to: f, on: a, call: echo, every: 1s}
faults: [{at: 5.5s, kill: /s/e@b}]
expect: [{at_end: "count(/s/e) == 2 && exits(/s/e@b) == 1 && restarts(/s/e@b) == 1 && restarts(e) == 1 && restarts(/s/e@a) == 0 && replies(near) >= 6 * 8"}]`,
			nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if c.want != nil {
				c.test(t)
			}
		})
	}
}

func init() {
	for name, list := range map[string][]struct{ old, new, rule string }{
		"split-counter.sim.yaml": {
			{"at: 15s, boot: b", "at: 49s, boot: b", "in the split there are two"}, // it waits seven seconds for those whom it cannot reach
			{"at: 15s, boot: b", "at: 45s, boot: b", "b counts until the heal"},
			{"partition: groups(a | b c)", "partition: oneway(a -> c)", "then its counter is killed"},
			{"groups(a | b c)", "groups(a c | b)", "what it has counted is lost"},
			{"register: global:counter}", "register: global:counter, restart: temporary}", "its tree dies of already_started"},
			{"  - name: counter\n", "  - name: counter\n    type: temporary\n", "and its node with it"},
			{"expect:\n", "  - {at: 80s, kill: /counter_sup/counter@a}\nexpect:\n", "a does not notice"},
			{"expect:\n", "  - {at: 80s, halt: a}\nexpect:\n", "the name is a's"},
		},
		"replicated-counter.sim.yaml": {
			{"start: replica.Counter}", "start: replica.Counter, with: {behind: 1s}}", "no increment is lost"},
			{"halt: {pick: one}, for: 3s..8s", "halt: all, for: 12s", "one leads"},
			{"expect:\n", "  - {at: 119s, halt: a}\n  - {at: 119s, halt: b}\n  - {at: 119.9s, boot: all}\nexpect:\n", "all is well in the end"},
		},
		"cluster-watcher.sim.yaml": {
			{"with: {shards: 12}}", "with: {shards: 12, blind: true}}", "no shard is done twice"},
			{"start: cluster.Watcher, with: {shards: 12}", "start: cluster.Watcher, with: {shards: 11}", "none is left undone"},
			{"halves, for: 20s", "halves", "all are together in the end"},
		},
		"leader-quorum.sim.yaml": {
			{`with: {fence: true}, register: disk}]}
  - {id: leader_sup, on: n1..n5, intensity: 10, children: [{id: candidate, start: leader.Candidate, with: {disk: disk, quorum: 3}}]}`, `register: disk}]}
  - {id: leader_sup, on: n1..n5, intensity: 10, children: [{id: candidate, start: leader.Candidate, with: {disk: disk, quorum: 2}}]}`, "one writes at a time"},
			{"quorum: 3", "quorum: 2", ""}, // who is late is kept out by the fence, even where two lead
			{"expect:\n", "  - {at: 179s, cut_power: n1..n4}\nexpect:\n", "no lock is left"},
		},
		"chat-cluster.sim.yaml": {
			{"start: chat.Session}", "start: chat.Session, with: {local: true}}", "nobody speaks into the void"},
			{"start: chat.Rooms,", "start: chat.Rooms, with: {prune: false},", "the dead are gone"},
			{"every: exp(500ms)", "every: exp(5s)", "they talk"},
			{"intensity: 10, children", "intensity: 0, children", "the manager is back"},
		},
		"worker-registry.sim.yaml": {
			{"count: 2, call: job, every: exp(200ms)", "count: 2, call: job, every: exp(20s)", "jobs are done"},
			{"pool_sup, strategy", "pool_sup, on: a, strategy", "somebody always works"},
			{"partition: one, for: 20s", "partition: one", "all agree in the end"},
		},
	} {
		edits[name] = list
	}
}

// TestInvariantsCanBreak: what is true of a healthy cluster, and how each of it can be untrue (I6, I9 to I13).
func TestInvariantsCanBreak(t *testing.T) {
	for name, c := range map[string]clusterStory{
		"all hold": {three + `
run: {for: 20s}
expect: [at_end: "one_owner && cliques && alternating && no_dead_names && no_dead_locks && pg_agrees && meshed && holders(x) == 0 && !whereis(x)"]`,
			[]string{"holds"}, nil},
		"two holders of a name, for a moment (I6)": {named + `
run: {for: 60s}
faults: [{name: split, at: 5s, partition: groups(a | b), for: 30s}, {at: 6s, boot: b}]
expect:
  - {always: one_owner}
  - {always: holders(n) <= 1}
  - {eventually: "holders(n) == 1 && whereis(n) && one_owner && connected(a, b)", after: 36s, within: 5s}
  - {at_end: "whereis(n@a) && whereis(global:n@b)"}`,
			[]string{"broken one_owner is false", "broken holders(n) is 2", "holds", "holds"}, []string{"the global name n has two holders: /s/e@b is killed"}},
		"a name of a dead process (I6)": {`
nodes: {name: [a, b], net_ticktime: 4s}
tree: {id: s, on: a, children: [{id: e, start: echo.Server, register: global:n}]}
run: {for: 60s}
faults: [{name: cut, at: 20s, cut_power: a}]
expect:
  - {never: "!one_owner", after: fault cut}
  - {eventually: "one_owner && !whereis(n)", after: fault cut, within: 6s}
  - {always: no_dead_names && no_dead_locks}`,
			[]string{"broken", "holds", "holds"}, nil},
		"no clique (I10)": {`
nodes: {name: [a, b, c], prevent_overlapping_partitions: false, connect_all: false}
network: {connect: [[a, b], [b, c]]}
tree: {id: s, children: []}
run: {for: 10s}
expect: [{always: meshed}, {always: cliques}]`,
			[]string{"broken meshed is false", "holds"}, nil},
		"a part that is no clique (I10)": {`
nodes: {name: [a, b, c], connect_all: false}
network: {connect: [[a, b], [b, c]]}
tree: {id: s, children: []}
run: {for: 10s}
expect: [{at_end: cliques}]`,
			[]string{"broken cliques is false"}, nil},
		"groups that differ (I13)": {`
nodes: {name: [a, b, c], net_ticktime: 60s}
tree: {id: p, strategy: simple_one_for_one, intensity: 9, count: 2, child: {id: w, start: registry.Worker}}
run: {for: 20s}
faults: [{name: jam, at: 5s, harm: jam at isolate(a)}, {name: k, at: 6s, kill: /p/w@a}]
expect:
  - {at_end: pg_agrees}
  - {always: pg_agrees, after: fault k}`,
			[]string{"broken pg_agrees is false", "broken"}, nil},
	} {
		t.Run(name, func(t *testing.T) { c.test(t) })
	}
}

// named are two nodes that give the same global name, if they do not see each other.
const named = `
nodes: [{name: a, net_ticktime: 4s}, {name: b, net_ticktime: 4s, down: true}]
network: {reconnect: 1s}
trees: [{id: s, children: [{id: e, start: echo.Server, register: global:n}]}]
`

// Clocks are as wrong as the faults that have not been healed make them.
func TestClockFaults(t *testing.T) {
	run := play(t, `
nodes: [a, {name: b, clock: {offset: 1h}}]
tree: {id: s, children: [{id: c, start: test.Clock}]}
run: {for: 10s}
faults:
  - {name: far, at: 1s, clock: {nodes: a, offset: 1h}, for: 4s}
  - {name: jump, at: 2s, clock: {nodes: a, step: -10s}, for: 2s}
  - {name: still, at: 6s, clock: {nodes: a, frozen: true}, for: 1s}
expect: [{at_end: fired(far) == 1}]
`, 1, scenarios.RunOptions{Story: true})
	heard := map[string][]string{}
	for _, l := range run.Story {
		if who, what, ok := strings.Cut(l.Text, " says clock "); ok {
			heard[who] = append(heard[who], what)
		}
	}
	for who, want := range map[string]string{
		"/s/c@a": "0s 1h0m0s 59m50s 59m50s 1h0m0s 0s -500ms 0s 0s 0s",
		"/s/c@b": "1h0m0s 1h0m0s 1h0m0s 1h0m0s 1h0m0s 1h0m0s 1h0m0s 1h0m0s 1h0m0s 1h0m0s",
	} {
		if got := strings.Join(heard[who], " "); got != want {
			t.Errorf("%s says %s, not %s\n%s", who, got, want, told(run))
		}
	}
}

// Who is told of in the report: a fault of the net that nothing noticed has tested nothing.
func TestEfficacyOfFaults(t *testing.T) {
	run := play(t, three+`
run: {for: 20s}
faults:
  - {name: nothing there, at: 5.3s, harm: slow=2, for: 1ns}
  - {name: all, at: 6s, harm: slow=2}
  - {name: a rule, at: 7s, rule: "kind=tick: delay 1ms", for: 10s}
  - {name: no such kind, at: 7s, rule: "kind=nonsense: drop"}
expect: [at_end: meshed]
`, 1, scenarios.RunOptions{})
	for i, want := range []int{0, 1, 1, 0} {
		if f := run.Faults[i]; f.Took != want || f.Injected != 1 {
			t.Errorf("%+v", f)
		}
	}
	if t.Failed() {
		t.Log(told(run))
	}
	_ = reports.Holds
}
