package main

import (
	"fmt"
	"math"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// evidence is a failing run, with its trace if somebody wants to see it.
type evidence struct {
	*reports.Found
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
func (c *campaign) evidence(sc *scenarios.Scenario, f *reports.Found) (e *evidence) {
	e = &evidence{Found: f}
	if f.Run.Events > pictureMax {
		e.long()
		return e
	}
	defer func() {
		if v := recover(); v != nil {
			e.why = fmt.Sprintf("simrun panicked when it made the run again: %v", v)
		}
	}()
	r := newRunner(sc)
	defer r.Close()
	opts := c.opts
	opts.Keep = math.MaxInt
	if again := r.Run(f.Run.Seed, opts); again.Hash != f.Run.Hash {
		e.why = fmt.Sprintf("made again it is another run, with hash %016x: simrun run --check-determinism always says where they part", again.Hash)
		return e
	}
	e.show(r.Trace().Record())
	return e
}

// show takes the trace and draws its end.
func (e *evidence) show(record *trace.Record) {
	if len(record.Events) <= traceMax {
		e.record = record
	} else {
		e.long()
	}
	e.Picture = picture(e.Run, record, pictureMost)
	e.Picture.Replay = e.Token
}

func (e *evidence) long() {
	e.why = fmt.Sprintf("the run has %d facts; simrun replay --trace shows them", e.Run.Events)
}
