package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// However narrow the terminal, it shows how many seeds were run and how many failed.
func TestProgress_narrow(t *testing.T) {
	s := &reports.Summary{Scenario: "cluster-watcher-relapse", Asked: 2000, Runs: 1000, Failed: 3}
	for _, wide := range []int{30, 40, 60, 80, 200} {
		p := &progress{app: &app{env: environment{errWidth: func() int { return wide }}}, live: true, scenarios: 1}
		p.scenario(s, 2)
		p.began = time.Now().Add(-time.Second)
		for range 2 {
			var b bytes.Buffer
			p.errs, p.drawn = &b, 0
			p.draw()
			text := b.String()
			for _, want := range []string{"1000/2000 seeds", "3 failures", "clus"} {
				if !strings.Contains(text, want) {
					t.Errorf("%d columns do not show %s:\n%s", wide, want, text)
				}
			}
			if bar := strings.Contains(text, "▕"); bar != (wide >= 80) {
				t.Errorf("%d columns, bar %v:\n%s", wide, bar, text)
			}
			p.pulsed = time.Now()
			p.shrinking(plan.Progress{Evaluations: 3, Budget: 500, Doing: "faults"})
		}
	}
}
