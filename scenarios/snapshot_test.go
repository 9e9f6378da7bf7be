package scenarios_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/scenarios/programs"
)

// A run that is looked at on its way ends as one that is not: all built-in scenarios, at moments of all kinds.
func TestSnapshotsChangeNothing(t *testing.T) {
	inLibrary(t, every, func(t *testing.T, _ string, sc *scenarios.Scenario) {
		r := scenarios.NewRunner(sc, programs.All())
		defer r.Close()
		opts := scenarios.RunOptions{For: min(sc.Run.For, 20*time.Second)}
		for seed := range seeds(3, 1) {
			want := r.Run(seed, opts)
			for i, at := range []time.Duration{0, time.Microsecond, opts.For / 3, opts.For * 2 / 3, -1} {
				if uint64(i)%3 != seed {
					continue
				}
				s := r.Snapshot(seed, at, opts)
				got := r.Finish()
				if got.Hash != want.Hash || got.Events != want.Events || got.Stop != want.Stop || got.Word() != want.Word() {
					t.Errorf("seed %d, looked at at %v: %v after %d events, want %v after %d", seed, s.Now, got.Stop, got.Events, want.Stop, want.Events)
				}
			}
		}
		if r.Finish() != nil {
			t.Error("finished twice")
		}
	})
}

// What was there and is gone is told.
func TestSnapshotTellsOfTreesThatAreGone(t *testing.T) {
	r := scenarios.NewRunner(fromLibrary(t, "kv.sim.yaml"), programs.All())
	defer r.Close()
	for at, want := range map[time.Duration]string{14 * time.Second: "running", 20 * time.Second: "terminated"} {
		s := r.Snapshot(1, at, scenarios.RunOptions{})
		if b := s.Nodes[0].Tree[0]; b.ID != "kv_sup" || string(b.State) != want {
			t.Errorf("at %v: %+v", at, b)
		}
	}
}
