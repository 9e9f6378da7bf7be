package main

import (
	"fmt"
	"slices"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
)

// heardSeeds is how many runs are listened to.
const heardSeeds = 5

// firstSeeds are the seeds that are listened to, of those that are run.
func firstSeeds(all scenarios.Seeds) (some []uint64) {
	for seed := range all.All() {
		if len(some) == heardSeeds {
			break
		}
		some = append(some, seed)
	}
	return some
}

// unheard says of events that never happened what may have been meant: what did happen is heard in some runs more.
func (c *campaign) unheard(sc *scenarios.Scenario, s *reports.Summary) {
	if c.stop.asked() || s.Runs == 0 {
		return
	}
	count := func(f *scenarios.Fault) int {
		return slices.IndexFunc(s.Faults, func(x reports.FaultCount) bool { return x.Name == f.Name })
	}
	never := func(f *scenarios.Fault, i int) bool {
		k := count(f)
		return k >= 0 && s.Faults[k].Events[i].Times == 0
	}
	eavesdrop(sc, c.seeds, plain(c.opts), never, func(f *scenarios.Fault, i int, hint string, _ bool) {
		s.Faults[count(f)].Events[i].Hint = hint
	})
}

// eavesdrop hears what happens in the first runs of a scenario, if a fault waits for something of a kind and it is
// wanted to know about that, and tells what may have been meant.
func eavesdrop(sc *scenarios.Scenario, seeds scenarios.Seeds, opts scenarios.RunOptions,
	wanted func(f *scenarios.Fault, i int) bool, tell func(f *scenarios.Fault, i int, hint string, likely bool)) {
	defer func() { recover() }() // it is worth a hint and no more: whoever runs the scenario hears of it
	var h runner
	var heard []scenarios.Sounds
	for _, f := range sc.Faults {
		for i, a := range f.On {
			if a.Event.Kind == "" || !wanted(f, i) {
				continue
			}
			if h == nil {
				h = newRunner(sc)
				defer h.Close()
				heard = h.Hear(firstSeeds(seeds), opts)
			}
			if hint, likely := h.Meant(f, i, heard); hint != "" {
				tell(f, i, hint, likely)
			}
		}
	}
}

// A suspicion is an event that a file probably does not mean.
type suspicion struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

// suspicions are the events whose kind is near another one that happens, and does not happen itself in the first runs.
func (t target) suspicions(sc *scenarios.Scenario) (list []suspicion) {
	always := func(*scenarios.Fault, int) bool { return true }
	eavesdrop(sc, sc.Run.Seeds, scenarios.RunOptions{}, always, func(f *scenarios.Fault, i int, hint string, likely bool) {
		a := f.On[i]
		if likely {
			text := fmt.Sprintf("%v has not happened in the first runs", a.Event)
			list = append(list, suspicion{t.file, a.Pos.Line, a.Pos.Col, text, hint})
		}
	})
	return list
}

// String prints it as mistakes are printed.
func (s suspicion) String() string {
	return fmt.Sprintf("warning: %s\n --> %s:%d:%d\n  = help: %s\n", s.Message, s.File, s.Line, s.Column, s.Hint)
}
