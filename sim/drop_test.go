package sim_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// A drop is noted by a hash of the address, which tells addresses apart; it is rendered only for who looks, and the hash of
// the run is the same then.
func TestNoteDrop(t *testing.T) {
	addresses := []sim.Addr{
		sim.Name("x"), sim.Name("y"), term.NameAt{Name: "x", Node: "y"}, term.NameAt{Name: "global", Node: "x"},
		term.Global("x"), term.Global("y"), term.Via{Registry: "x", Name: "y"}, term.Via{Registry: "y", Name: "x"},
		sim.PID{},
	}
	looked := false
	cfg := sim.Config{Boot: func(p *sim.Proc) {
		if n := testing.AllocsPerRun(10, func() { p.NoteDrop(addresses[2], 1) }); n > 0 && !looked {
			t.Errorf("%v allocations", n)
		}
		for _, to := range addresses {
			p.NoteDrop(to, 1)
		}
	}}
	w := sim.New(cfg)
	defer w.Close()
	hash := w.Run(time.Second).Hash
	cfg.Keep, looked = 1000, true
	w.Reset(cfg)
	if kept := w.Run(time.Second).Hash; kept != hash {
		t.Errorf("hash %016x, and %016x if it is kept", hash, kept)
	}
	words := map[uint64]string{}
	rec := w.Trace().Record()
	for i, e := range rec.Events {
		if e.Kind != trace.Drop {
			continue
		}
		if other, is := words[e.Word]; is && other != rec.Details[i] {
			t.Errorf("%s and %s have one word", rec.Details[i], other)
		}
		words[e.Word] = rec.Details[i]
	}
	if len(words) != len(addresses) {
		t.Errorf("%d drops: %v", len(words), words)
	}
}
