package otp_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// A cast to nobody fails silently (GS9), but not for who looks: the trace and an observer are told to whom it was.
func TestCastToNobodyIsDropped(t *testing.T) {
	seen := &drops{}
	w := sim.New(sim.Config{Seed: 1, Keep: 100, Observer: seen, Boot: func(p *sim.Proc) {
		p.Register("here", p.Self())
		otp.Cast(p, sim.Name("here"), 1)
		otp.Cast(p, sim.Name("gone"), 2)
		otp.Cast(p, term.NameAt{Name: "gone", Node: p.Node()}, 3)
	}})
	defer w.Close()
	w.Run(time.Second)
	want := []string{"gone 2", "{gone,local} 3"}
	if got := strings.Join(seen.texts, "; "); got != strings.Join(want, "; ") {
		t.Errorf("an observer is told %q", got)
	}
	rec, n := w.Trace().Record(), 0
	for i, e := range rec.Events {
		if e.Kind != trace.Drop {
			continue
		}
		if n == len(want) || rec.Details[i] != want[n] {
			t.Fatalf("the trace tells %q", rec.Details[i])
		}
		n++
	}
	if n != len(want) {
		t.Errorf("the trace tells of %d", n)
	}
}

type drops struct{ texts []string }

func (d *drops) Observe(f sim.Fact) {
	if f.Kind == trace.Drop {
		d.texts = append(d.texts, f.Text+" "+term.Format(f.Detail))
	}
}
