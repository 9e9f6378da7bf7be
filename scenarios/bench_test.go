package scenarios_test

import (
	"testing"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/scenarios/programs"
)

// benchmarkRuns measures whole runs: world set up, trees started, clients, faults, rules, report.
func benchmarkRuns(b *testing.B, sc *scenarios.Scenario) {
	r := scenarios.NewRunner(sc, programs.All())
	defer r.Close()
	b.ReportAllocs()
	var events uint64
	seed := uint64(0)
	for b.Loop() {
		seed++
		events += r.Run(seed, scenarios.RunOptions{}).Events
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "scenarios/s")
	b.ReportMetric(float64(events)/b.Elapsed().Seconds()/1e6, "Mevents/s")
	b.ReportMetric(float64(events)/float64(b.N), "events/op")
}

func BenchmarkScenario(b *testing.B) {
	b.Run("tiny", func(b *testing.B) { // a tree of one server, one client, fifty calls: a hundred messages
		benchmarkRuns(b, scenario(b, `
tree: {id: s, children: [{id: a, start: counter.Counter}]}
run: {for: 1s}
workloads: [{name: w, to: /s/a, call: increment, every: 10ms, stop: 505ms}]
expect: [at_end: replies(w) == 50]
`))
	})
	for _, name := range []string{"ping-pong", "kv", "counter", "worker-pool", "web", "bank"} {
		b.Run(name, func(b *testing.B) { benchmarkRuns(b, fromLibrary(b, name+".sim.yaml")) })
	}
}
