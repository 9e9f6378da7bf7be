package main

import (
	"math"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// compare runs the same plan once more, in another world, and answers how the two differ; nil if they do not.
func (h *hand) compare(seed uint64, one *reports.Run) *reports.Waver {
	if h.other == nil {
		h.other = newRunner(h.sc)
	}
	two := h.other.Run(seed, h.opts)
	if one.Hash == two.Hash && one.Events == two.Events {
		return nil
	}
	hashes := [2]uint64{one.Hash, two.Hash}
	return &reports.Waver{
		Scenario: one.Scenario, File: one.File, Seed: seed, Dull: one.Dull, Hashes: hashes, Text: h.firstDifference(seed),
	}
}

// firstDifference runs the plan twice more, with traces, and says where they part.
func (h *hand) firstDifference(seed uint64) string {
	opts := h.opts
	opts.Keep = math.MaxInt
	one := record(h.first, seed, opts)
	two := record(h.other, seed, opts)
	d := trace.FirstDifference(one, two)
	if d == nil {
		return "two more runs were the same: it does not happen each time"
	}
	return d.String()
}

// record is the whole trace of a run.
func record(r runner, seed uint64, opts scenarios.RunOptions) *trace.Record {
	r.Run(seed, opts)
	return r.Trace().Record()
}
