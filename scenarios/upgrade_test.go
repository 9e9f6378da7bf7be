package scenarios_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
)

func init() {
	edits["rolling-upgrade.sim.yaml"] = []struct{ old, new, rule string }{
		{"to: v2,", "to: broken,", "both go through"},
		{"to: v2,", "to: v1,", "the new version knows more"},
		{"order: rolling, gap: 50ms..500ms}", "order: rolling, gap: 50ms..500ms}\n  - {at: 5s, kill: store}", "no state is lost"},
		{"order: rolling, gap: 50ms..500ms}", "order: rolling, gap: 50ms..500ms}\n  - {at: 5s, kill: store}", "nobody is restarted"},
		{"order: rolling, gap: 50ms..500ms}", "order: rolling, gap: 50ms..500ms}\n  - {every: 1ms, kill: store}", "no call is lost"},
		{"every: exp(20ms)}", "every: exp(200ms)}", "there was load"},
	}
	edits["upgrade-fails.sim.yaml"] = []struct{ old, new, rule string }{
		{"kv.Store, to: broken", "kv.Store, to: v1", "the bad ones are rolled back"},
		{"every: 1s..2s", "every: 5s", "they were tried"},
		{"at: 15s..17s,", "at: 19900ms..19999ms,", ""}, // it takes no time
		{"counter.Counter, to: v2", "counter.Counter, to: broken", "the good ones go through"},
	}
}

// shop is a tree under load, for a body of its faults and expectations.
func shop(rest string) string {
	return `
run: {for: 1s}
tree:
	id: shop
	children:
		- {id: store, start: kv.Store, register: store}
		- {id: till, start: counter.Counter, register: till}
		- {id: audit1, start: kv.Auditor, with: {store: store, every: 10ms}}
		- {id: audit2, start: counter.Auditor, with: {counter: till, every: 10ms}}
workloads:
	- {name: buy, to: till, count: 5, call: increment, every: exp(10ms)}
	- {name: fill, to: store, count: 2, call: put, with: {key: [a, b], value: 1..9}, every: exp(10ms)}
` + rest
}

// unnoticed is that nobody notices an upgrade.
const unnoticed = `
	- {name: no call is lost, always: errors(buy) == 0 && timeouts(buy) == 0 && errors(fill) == 0 && timeouts(fill) == 0}
	- {name: no state is lost, never: "exits(/shop/**, state_lost) > 0"}
	- {name: nobody is restarted, always: alive(/shop/**)}
`

// holdsInAll runs a scenario with a thousand seeds, a few with -short.
func holdsInAll(t *testing.T, body string) {
	t.Helper()
	r := scenarios.NewRunner(scenario(t, body), rogues())
	defer r.Close()
	for seed := range seeds(1000, 30) {
		if run := r.Run(seed, scenarios.RunOptions{}); run.Word() != reports.Holds || run.Stop.CutOff() {
			t.Fatalf("seed %d: %v\n%v\n%v", seed, run, run.Verdicts, run.Story)
		}
	}
}

// "Upgrade under load loses no call and no state in 1,000 seeds": there, back, and there again.
func TestUpgradeIsNotNoticed(t *testing.T) {
	for _, order := range []string{"all", "rolling, gap: 1ms..30ms", "random, gap: 1ms..30ms"} {
		t.Run(order[:3], func(t *testing.T) {
			holdsInAll(t, shop(fmt.Sprintf(`
faults:
	- {name: up, at: 50ms..300ms, upgrade: {module: [kv.Store, counter.Counter], to: v2, order: %[1]s}}
	- {name: down, at: 400ms..600ms, upgrade: {module: [counter.Counter, kv.Store], to: v1, order: %[1]s}}
	- {name: again, at: 700ms..900ms, upgrade: {module: kv.Store, to: v2, order: %[1]s}}
expect:
	- {name: all are done, at_end: fired(up) == 1 && fired(down) == 1 && fired(again) == 1}
`, order)+unnoticed))
		})
	}
}

// "An upgrade whose code_change fails rolls back in all", by an answer or a crash, and of two programs none is
// changed if one fails.
func TestFailingUpgradeIsNotNoticed(t *testing.T) {
	for _, order := range []string{"all", "rolling, gap: 1ms..30ms", "random, gap: 1ms..30ms"} {
		t.Run(order[:3], func(t *testing.T) {
			holdsInAll(t, shop(fmt.Sprintf(`
faults:
	- {name: one, at: 50ms..300ms, upgrade: {module: [kv.Store, counter.Counter], to: broken, order: %[1]s}}
	- {name: two, at: 400ms..600ms, upgrade: {module: [counter.Counter, kv.Store], to: broken, order: %[1]s}}
	- {name: good, at: 700ms..900ms, upgrade: {module: kv.Store, to: v2, order: %[1]s}}
expect:
	- {name: rolled back, always: fired(one) == 0 && fired(two) == 0}
	- {name: they were tried, at_end: rolled_back(one) == 1 && rolled_back(two) == 1 && fired(good) == 1}
`, order)+unnoticed))
		})
	}
}

// TestUpgradeInTheStory: whoever reads a story sees what was upgraded, and why not.
func TestUpgradeInTheStory(t *testing.T) {
	for name, c := range map[string]struct{ fault, want string }{
		"done":        {"upgrade: {module: kv.Store, to: v2}", `fault "it": done, 1 changed in `},
		"failed":      {"upgrade: {module: kv.Store, to: broken}", `fault "it": rolled back: code_change of /shop/store: {'EXIT',{`},
		"error":       {"upgrade: {module: counter.Counter, to: broken}", `fault "it": rolled back: code_change of /shop/till: {error,unknown_state}`},
		"that begins": {"upgrade: {module: [kv.Store, counter.Counter], to: v2}", `fault "it": upgrade kv.Store, counter.Counter to v2`},
	} {
		t.Run(name, func(t *testing.T) {
			run := play(t, shop("faults: [{name: it, at: 500ms, "+c.fault+"}]"), 1, scenarios.RunOptions{Story: true})
			var lines []string
			for _, l := range run.Story {
				lines = append(lines, l.Text)
			}
			if text := strings.Join(lines, "\n"); !strings.Contains(text, c.want) {
				t.Errorf("the story is\n%s\nwithout\n%s", text, c.want)
			}
		})
	}
}

// TestUpgradeOfAnApplication: all programs of its tree that have the version, and no others; who is started later
// starts in it.
func TestUpgradeOfAnApplication(t *testing.T) {
	run := play(t, `
run: {for: 10s}
apps:
	- name: kv
	  tree:
	    id: kv_sup
	    children:
	      - {id: store, start: kv.Store, register: store}
	      - {id: echo, start: echo.Server}
tree: {id: other, children: [{id: c, start: counter.Counter, register: c}]}
workloads:
	- {name: before, to: c, call: history, at: 5s}
	- {name: after, to: store, call: version, with: {key: a}, at: [5s, 7s]}
faults:
	- {name: it, at: 1s, upgrade: {app: kv, to: v2}}
	- {name: kill, at: 6s, kill: store}
expect:
	- {name: done, at_end: fired(it) == 1}
	- {name: the store is new, at_end: replies(after) == 2 && errors(after) == 0}
	- {name: the counter is not, at_end: errors(before) == 1}
`, 1, scenarios.RunOptions{})
	for _, v := range run.Verdicts {
		if v.Word != reports.Holds {
			t.Errorf("%s: %s %s", v.Rule, v.Word, v.Got)
		}
	}
}
