package genstatem_test

import (
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/genstatem"
)

// covered is the coverage of a machine that gets the casts.
func covered(t *testing.T, casts ...sim.Atom) *genstatem.Coverage {
	var c genstatem.Coverage
	tell(t, sim.Config{}, func(p *sim.Proc, s *tale) {
		m := s.startEntering(p, script{
			"a cast go": func(u *puppet, _ event) step {
				return u.Next("b").Internal(sim.Tuple{sim.Atom("job"), 1}).Timer(tt, 0, 1.5)
			},
			"b cast back": func(u *puppet, _ event) step { return u.Next("a").StateTimeout(0, nil) },
			"b cast boom": func(*puppet, event) step { panic(sim.Atom("boom")) },
		}, genstatem.Cover(&c))
		cast(p, m, casts...)
	})
	return &c
}

func TestCoverage(t *testing.T) {
	one, two := covered(t, "go", "back", "go"), covered(t, "go", "boom")
	one.Add(two)
	want := `
                 a  b
enter            3  3
cast go          3  -
internal job     -  3
timer t float64  -  3
cast back        -  1
state_timeout    1  -
cast boom        -  1
`
	if got := one.String(); got != strings.TrimPrefix(want, "\n") {
		t.Errorf("got\n%s", got)
	}
	const diagram = "stateDiagram-v2\n    a --> b: cast go\n    b --> a: cast back\n"
	if got := one.Diagram(); got != diagram {
		t.Errorf("got %s", got)
	}
	if got := new(genstatem.Coverage).States("x").Missing(); got != nil {
		t.Errorf("%q", got)
	}
}
