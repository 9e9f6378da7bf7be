package scenarios_test

import (
	"testing"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
)

// EXT1: an exit signal that is trapped becomes a message. Whoever takes it minds it, so the fault has taken effect, once, also
// if he ends of it later. Who lets it lie, or ignores it as the reason normal is ignored, does not.
func TestFault_trapped(t *testing.T) {
	for _, c := range []struct {
		about, child, exit string
		took               int
	}{
		{"a server that looks whom it is from", "{id: x, start: tolerant.Server}", "{select: /s/x, reason: boom}", 1},
		{"one that looks not", "{id: x, start: tolerant.Server, with: {knows: false}}", "{select: /s/x, reason: normal}", 1},
		{"one that traps nothing and ends", "{id: x, start: echo.Server}", "{select: /s/x, reason: boom}", 1},
		{"one that traps nothing, and normal is ignored", "{id: x, start: echo.Server}", "{select: /s/x, reason: normal}", 0},
		{"one that is killed", "{id: x, start: tolerant.Server}", "{select: /s/x, reason: kill}", 1},
	} {
		sc := parsed(t, `
simrun: 1
name: x
run: {for: 4s}
tree: {id: s, children: [`+c.child+`]}
faults: [{name: signal, at: 1s, exit: `+c.exit+`}]
expect: [{name: afterwards it lives, eventually: alive(/s/x), within: 1s, after: fault signal}]
`)
		r := scenarios.NewRunner(sc, nil)
		run := r.Run(1, scenarios.RunOptions{})
		r.Close()
		if f := run.Faults[0]; f.Injected != 1 || f.Took != c.took {
			t.Errorf("%s: injected %d, took effect %d", c.about, f.Injected, f.Took)
		}
		if v := run.Verdicts[0]; (v.Word == reports.Holds) != (c.took == 1) {
			t.Errorf("%s: what must hold after it %s", c.about, v.Word)
		}
	}
}
