package sim_test

import (
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Choose is a draw like others: of its key and the seed, and a plan can answer it.
func TestChoose(t *testing.T) {
	k := choice.Key{Domain: choice.Value, ID: choice.ID("mine"), N: 7}
	draw := func(s *choice.Source) (got int) {
		w := sim.New(sim.Config{Source: s, Boot: func(p *sim.Proc) {
			p.Rand(10)
			got = p.Choose(k, 1000)
		}})
		defer w.Close()
		w.Run(time.Second)
		return got
	}
	if got, want := draw(choice.New(3)), choice.New(3).Choose(k, 1000); got != want {
		t.Errorf("drew %d, the source says %d", got, want)
	}
	if got := draw(choice.Dull()); got != 0 {
		t.Errorf("a dull draw is %d", got)
	}
	planned := choice.Dull()
	planned.Deviate([]choice.Deviation{{Key: k, Answer: 77}})
	if got := draw(planned); got != 77 {
		t.Errorf("drew %d, the plan says 77", got)
	}
}
