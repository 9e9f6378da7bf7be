package main

import (
	"fmt"
	"math"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// evidence is a failing run, with its trace if somebody wants to see it.
type evidence struct {
	*reports.Found
	plan  plan.Plan                     // of the run that is shown
	words func(choice.Deviation) string // for its deviations; nil: there are none
	known *reports.Saved                // a kept run that fails in the same way; nil if there is none
	dir   string                        // of the folder of --out, where it is kept; "" if nowhere

	record *trace.Record // nil if there is none, or too much of it
	why    string        // there is none, though one was wanted
}

// Longer runs are not kept: a fact takes some hundred bytes in memory, and as many in a file.
const (
	pictureMax = 1 << 20 // facts of a run that a picture is made of
	traceMax   = 1 << 18 // facts of a trace that is kept in a file
)

// pictureMost is how many facts a picture shows.
const pictureMost = 300

// evidence makes a failing run once more, with its trace, and draws its end.
func (c *campaign) evidence(sc *scenarios.Scenario, e *evidence) {
	if e.shown().Events > pictureMax {
		e.long()
		return
	}
	r := newRunner(sc)
	defer r.Close()
	opts := plain(c.opts)
	opts.Keep = math.MaxInt
	if again := play(r, e.plan, opts); again.Hash != e.shown().Hash {
		e.why = fmt.Sprintf("made again it is another run, with hash %016x: simrun run --check-determinism always says where they part",
			again.Hash)
		return
	}
	e.show(r.Trace().Record())
}

// shown is the run that is shown.
func (e *evidence) shown() *reports.Run {
	if e.Small != nil {
		return e.Small.Run
	}
	return e.Run
}

// show takes the trace and draws its end.
func (e *evidence) show(record *trace.Record) {
	if len(record.Events) <= traceMax {
		e.record = record
	} else {
		e.long()
	}
	e.Picture = picture(e.shown(), record, pictureMost)
	e.Picture.Title = e.shown().Scenario + ", " + e.Played()
	e.Picture.Replay = e.Replay()
}

func (e *evidence) long() {
	e.why = fmt.Sprintf("the run has %d facts; simrun replay --trace shows them", e.shown().Events)
}
