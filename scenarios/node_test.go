package scenarios_test

import (
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
)

// apps are three applications in the order of need, which is not that of the file.
const apps = `
run: {for: 10s}
apps:
  - {name: web, type: permanent, deps: [kv, stdlib], tree: {id: w, intensity: 0, children: [{id: s, start: echo.Server}]}}
  - {name: kv, type: TYPE, deps: base, env: {shards: 4}, tree: {id: k, intensity: 0, children: [{id: s, start: kv.Store, register: kv}]}}
  - {name: base}
`

// TestApplications: a story each, about the end of applications and of the node (APP1 to APP6).
func TestApplications(t *testing.T) {
	for name, c := range map[string]struct {
		typ  string
		body string
		want []string // word, then text
		says string   // in the story
	}{
		"a permanent application gives up": {"permanent", `
faults: [{name: f, at: 1s, kill: kv}]
workloads: [{name: u, to: /w/s, call: echo, every: 100ms}]
expect:
  - {at_end: "node_died in 1.5s..1.51s && app_died(kv) in 1s..1.01s && app_died(web) > app_died(kv) && app_died(base) == node_died"}
  - {always: node_up || dead(/**)}
  - {at_end: "!node_up && !app_up(kv) && !app_up(web) && !app_up(base) && exits(/w, shutdown) == 1 && restarts(/**) == 0"}
  - {at_end: sent(u) <= 15}`,
			[]string{"holds", "holds", "holds", "holds"}, "the node goes down: Kernel pid terminated (application_controller) ({application_terminated,kv,shutdown})"},
		"a transient one gives up": {"transient", `
faults: [{name: f, at: 1s, kill: kv}]
expect: [at_end: "node_died in 1.5s..1.51s && exits(/k, shutdown) == 1"]`,
			[]string{"holds"}, "application kv, transient, has ended: shutdown"},
		"a temporary one gives up": {"temporary", `
faults: [{name: f, at: 1s, kill: kv}, {name: g, at: 2s, kill: /w}]
expect:
  - {always: node_up, after: 0s}
  - {always: app_up(kv)}
  - {eventually: "!node_up && app_died(kv) < 2s && app_died(web) in 2s..2.01s", after: fault g, within: 600ms}`,
			[]string{"broken node_up is false", "broken app_up(kv) is false", "holds"}, "application kv, temporary, has ended: shutdown"},
		"the top is killed": {"permanent", `
faults: [{name: f, at: 1s, kill: /k}]
expect: [{always: "app_died(kv) >= 0 || app_up(kv)"}, {at_end: "exits(/k, killed) == 1 && exits(kv, killed) == 1 && !node_up"}]`,
			[]string{"holds", "holds"}, "({application_terminated,kv,killed})"},
		"a permanent one does not start": {"permanent", `
faults: [{name: f, at: 0s, fail_start: {select: kv, reason: disk}}]
expect: [{always: node_up}, {at_end: "!node_up && !app_up(kv) && !app_up(web) && dead(/**)"}, {at_end: node_died in 500ms..510ms}]`,
			[]string{"undecided never all up", "holds", "holds", "broken {{shutdown,{failed_to_start_child,s,disk}},{kv_app,start,[normal,[]]}}", "broken not started: what it depends on does not run"}, "application_start_failure,kv"},
		"a temporary one does not start": {"temporary", `
tree: {id: beside, children: [{id: a, start: echo.Server}]}
faults: [{name: f, at: 0s, fail_start: {select: kv, reason: disk}}]
workloads: [{name: u, to: /beside/a, call: echo, every: 1s}]
expect: [{at_end: "node_up && app_up(base) && !app_up(kv) && app_died(kv) >= 0"}, {at_end: "alive(/beside/a) && replies(u) == 9"}]`,
			[]string{"broken app_died(kv) has not come", "holds", "broken", "broken"}, ""},
		"trees beside": {"permanent", `
trees: [{id: beside, intensity: 0, children: [{id: a, start: echo.Server}]}, {id: more, children: []}]
faults: [{name: f, at: 1s, kill: /beside/a}, {name: g, at: 2s, kill: kv}]
expect:
  - {always: up(more) || !node_up}
  - {eventually: dead(/beside), after: fault f, within: 1ms}
  - {eventually: dead(/more), after: fault g, within: 510ms}
  - {at_end: "exits(/more, node_down) == 1 && exits(/beside, shutdown) == 1"}`,
			[]string{"holds", "holds", "holds", "holds"}, "/beside gives up"},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(20) {
				run := play(t, strings.Replace(apps, "TYPE", c.typ, 1)+c.body, seed, scenarios.RunOptions{Story: true})
				for i, want := range c.want {
					word, text, _ := strings.Cut(want, " ")
					if i >= len(run.Verdicts) || string(run.Verdicts[i].Word) != word || !strings.Contains(run.Verdicts[i].Got, text) {
						t.Errorf("verdict %d should be %s", i, want)
					}
				}
				if len(run.Verdicts) != len(c.want) || run.Stop.CutOff() || !strings.Contains(told(run), c.says) {
					t.Errorf("%d verdicts, stop %s", len(run.Verdicts), run.Stop)
				}
				if t.Failed() {
					t.Fatalf("seed %d: %v\n%s", seed, run, told(run))
				}
			}
		})
	}
}

// A parameter of the application reaches its processes.
func TestApplicationEnvironment(t *testing.T) {
	const front = `
run: {for: 10s}
apps: [{name: web, env: {patience: VALUE}, tree: {id: w, children: [{id: f, start: web.Front, with: {store: slow, log: slow}}]}}]
tree: {id: s, intensity: 99, children: [{id: slow, start: test.Trapper, register: slow}]}
workloads: [{name: u, to: /w/f, call: page, at: 1s}]
expect: [at_end: "exits(/w/f) == 0"]
`
	if run := play(t, strings.Replace(front, "VALUE", "200", 1), 1, scenarios.RunOptions{}); run.Workloads[0].Errors != 1 || !run.Failed() {
		t.Errorf("%v", told(run))
	}
	run := play(t, strings.Replace(front, "VALUE", "soon", 1), 1, scenarios.RunOptions{})
	if !strings.Contains(told(run), "{bad_env,patience,soon}") || run.Word() != reports.Broken {
		t.Errorf("%v", told(run))
	}
}

// A program may halt its node, also where there are no applications.
func TestNodeHalts(t *testing.T) {
	run := play(t, `
run: {for: 10s}
trees: [{id: s, children: [{id: a, start: test.Halter}]}, {id: more, strategy: simple_one_for_one, count: 3, child: {id: b, start: echo.Server}}]
workloads: [{name: w, to: /s/a, cast: halt, at: 3s}]
faults: [{name: k, at: 5s, kill: /more/b}, {name: f, at: 6s, fail_start: {select: /s/a}}]
expect:
  - {at_end: "!node_up && node_died in 3s..3.01s && exits(/**, node_down) == 6 && dead(/**)"}
  - {always: node_up || count(/**) == 0}
  - {at_end: fired(k) == 0 && died(/s/a) == node_died}
`, 1, scenarios.RunOptions{Story: true})
	if run.Word() != reports.Holds || !strings.Contains(told(run), "the node goes down: enough") {
		t.Error(told(run))
	}
}

// A call that is under way when the node goes down has failed.
func TestNodeHalts_callsUnderWay(t *testing.T) {
	run := play(t, `
run: {for: 10s}
tree: {id: s, children: [{id: a, start: test.Halter}, {id: b, start: echo.Server, with: {delay: 1h}}]}
workloads: [{name: c, to: /s/b, count: 3, call: echo, at: 2s}, {name: w, to: /s/a, cast: halt, at: 3s}]
expect: [at_end: errors(c) == 3 && nines(c) == 0]
`, 1, scenarios.RunOptions{})
	if c := run.Workloads[0]; run.Word() != reports.Holds || c.Waiting != 0 || c.Sent != 3 {
		t.Error(told(run))
	}
}

// What is done to applications is one run, whoever looks, and again.
func TestApplicationsAreDeterministic(t *testing.T) {
	r := scenarios.NewRunner(fromLibrary(t, "release-permanent.sim.yaml"), nil)
	defer r.Close()
	for seed := range uint64(5) {
		run := r.Run(seed, scenarios.RunOptions{})
		kept := r.Run(seed, scenarios.RunOptions{Keep: 100, Story: true, CheckMutation: true})
		if again := fresh(fromLibrary(t, "release-permanent.sim.yaml"), seed); again.Hash != run.Hash || kept.Hash != run.Hash {
			t.Errorf("seed %d: %x, %x, %x", seed, run.Hash, kept.Hash, again.Hash)
		}
	}
}
