package scenarios_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/scenarios/programs"
)

// edits make a file of the library wrong, one at a time, and say which expectation notices.
var edits = map[string][]struct{ old, new, rule string }{
	"door.sim.yaml": {
		{`open: 3s,`, `open: 9s,`, "it never stands open"},
		{`open: 3s,`, `open: 1h,`, "everybody has his turn"},
		{`at: 20s..40s`, `at: [20s, 25s]`, "only a broken lock lets somebody down"},
		{`strategy: one_for_one
  intensity: 5`, `strategy: one_for_one
  intensity: 0`, "a new lock is there at once"},
	},
	"cluster-watcher-relapse.sim.yaml": {
		{`the 2nd nodeup of n2@n1`, `the 9th nodeup of n2@n1`, "all of it happens"},
		{"halt: n2, for: 5s..10s}\n  - {name: a watcher", "halt: n2}\n  - {name: a watcher", "all are together in the end"},
	},
	"event-manager.sim.yaml": {
		{`at: 10s..20s, kill: events`, `at: [10s, 11s], kill: events`, "no handler takes the manager along"},
		{`crash: 5%`, `crash: 0%`, "the logger was away"},
		{`pause: 100ms..200ms}`, `pause: 1h}`, "it came back each time"},
		{`at: 10s..20s, kill: events`, `at: 10s..20s, exit: {select: /event_sup/auditor, reason: events_lost}`, "the tally sees every event"},
		{`intensity: 3`, `intensity: 0`, "the tally is always there"},
		{`call: event, every: exp(500ms)`, `call: event, every: 10s`, "patience is rewarded"},
		{`intensity: 3`, `intensity: 0`, "all begin anew"},
	},
	"release-permanent.sim.yaml": {
		{`intensity: 3`, `intensity: 4`, "three restarts are allowed"},
		{`intensity: 3`, `intensity: 2`, "the fourth crash is the end of kv"},
		{"name: kv\n    type: permanent", "name: kv\n    type: temporary", "a permanent application takes the node down"},
		{`exit: {select: kv_store, reason: disk_full}`, `kill: /web_sup`, "the others are stopped in good order"},
		{`deps: [kv, logger]`, `deps: [kernel]`, "those started last first"},
		{`between: 10s..25s`, `between: 1s..3s`, "visitors are served until then"},
	},
	"release-transient.sim.yaml": {
		{`cast: close, at: 12s`, `cast: line, at: 12s`, "the log ends normally"},
		{`auto_shutdown: any_significant`, `auto_shutdown: all_significant`, ""}, // of one child that is the same
		{`cast: close, at: 12s`, `cast: close, at: 13s`, "its supervisor follows it"},
		{"type: transient\n    tree", "type: temporary\n    tree", "shutdown is not normal"},
		{"type: transient\n    tree", "type: temporary\n    tree", "the others are stopped in good order"},
		{`restart: transient, significant`, `restart: temporary, significant`, ""}, // nor does that matter, where it ends normally
		{"expect:\n", "faults: [{at: 5s, kill: kv_store}]\nexpect:\n", "nobody crashes"},
		{`cast: close, at: 12s`, `cast: close, at: 1s`, "visitors are served until then"},
	},
	"release-temporary.sim.yaml": {
		{"type: temporary", "type: transient", "the node stays up"},
		{"kill: /web_sup}", "kill: /web_sup/front}", "nothing is left of web"},
		{"kill: /web_sup}", "kill: /web_sup/front}", "it ends at once"},
		{"at: 10s..20s, kill: /web_sup}", "at: 29s, kill: /web_sup}", "visitors find nobody"},
		{"kill: /web_sup}", "kill: /kv_sup}", "editors do not notice"},
	},
	"telephone-exchange.sim.yaml": {
		{"  strategy: one_for_one\n  intensity: 3", "  strategy: one_for_one\n  intensity: 0", ""}, // the groups' own supervisor copes
		{"kill: {select: /exchange/groups/*, pick: one}", "kill: switch", "the exchange stays up"},
		{"crash: 10%", "crash: 0%", "lines crash and crash"},
		{"pick: one", "pick: 2", "two groups are always there"},
		{"intensity: 5", "intensity: 0", "the exchange stays up"},
		{"select: /exchange/groups/*, pick: one}", "select: /exchange, pick: one}", "the group is back"},
		{"tries: 4", "tries: 1", "calls get through"},
	},
	"iot-gateway.sim.yaml": {
		{"intensity: 60", "intensity: 1", "the gateway stays up"},
		{"most: 50", "most: 30", "the dead are forgotten"},
		{"restart: transient", "restart: temporary", "all devices are back soon"},
		{"every: 200ms, start: 20s", "every: 5s, start: 20s", "who flaps is started anew"},
		{"timeout: 1s", "timeout: 5ms", "devices answer"},
	},
}

// TestExpectationsCanFail: whoever reads a file of the library sees what its expectations are there for. Where no
// rule is named the edit is one that changes nothing, for a reason that is worth knowing.
func TestExpectationsCanFail(t *testing.T) {
	for name, edits := range edits {
		t.Run(name, func(t *testing.T) {
			src, err := fs.ReadFile(scenarios.Library(), name)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range edits {
				if !strings.Contains(string(src), e.old) {
					t.Fatalf("there is no %q", e.old)
				}
				sc, ds := scenarios.Parse(name, []byte(strings.Replace(string(src), e.old, e.new, 1)), programs.All())
				if sc == nil {
					t.Fatal(ds)
				}
				if !breaks(sc, e.rule) {
					t.Errorf("with %q the rule %q does not break, or another does", e.new, e.rule)
				}
			}
		})
	}
}

// breaks reports whether a rule is broken in one of a few runs; without a name, whether none is in any.
func breaks(sc *scenarios.Scenario, rule string) bool {
	r := scenarios.NewRunner(sc, programs.All())
	defer r.Close()
	for seed := range uint64(10) {
		for _, v := range r.Run(seed, scenarios.RunOptions{}).With(reports.Broken) {
			if v.Rule == rule || rule == "" {
				return rule != ""
			}
		}
	}
	return rule == ""
}
