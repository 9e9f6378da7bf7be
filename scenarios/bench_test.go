package scenarios_test

import (
	"testing"

	"github.com/bedlam-sim/bedlam/scenarios"
)

// benchmarkRuns measures whole runs: world set up, trees started, clients, faults, rules, report.
func benchmarkRuns(b *testing.B, name string) {
	r := scenarios.NewRunner(fromLibrary(b, name), scenarios.Builtin())
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
	for _, name := range []string{"ping-pong", "kv", "counter", "worker-pool", "web", "bank"} {
		b.Run(name, func(b *testing.B) { benchmarkRuns(b, name+".sim.yaml") })
	}
}
