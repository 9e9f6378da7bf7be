package main

import (
	"fmt"
	"math"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
)

// ending is what ends the search for failures in a scenario before all its seeds were run.
type ending struct {
	failures int           // after so many failing runs; 0: never
	after    time.Duration // of real time, for all scenarios together; 0: never
}

// manySeeds is how many seeds there are if only the time is to end the search.
const manySeeds = 1_000_000_000

// endless are the seeds of a search that only the time ends: from the first of some on, or from 1.
func endless(from *scenarios.Seeds) *scenarios.Seeds {
	first := uint64(1)
	if from != nil {
		first = min(seedAt(*from, 0), math.MaxUint64-manySeeds+1)
	}
	return &scenarios.Seeds{Ranges: []scenarios.SeedRange{{First: first, Last: first + manySeeds - 1}}}
}

// untilTime tells whether only the time ends the search: nobody said how many seeds there are. One seed that a flag says
// beats a time that a variable says.
func untilTime(one, many, after setting) bool {
	if one.flag {
		return !many.flag && after.flag
	}
	return many.from == ""
}

// deadline is when the next scenario is to end, if so many are left: all get the same time. The zero time is never.
func (e ending) deadline(began time.Time, left int) time.Time {
	if e.after == 0 {
		return time.Time{}
	}
	rest := time.Until(began.Add(e.after))
	return time.Now().Add(rest / time.Duration(left))
}

// why is what has ended the search of a scenario.
func (r *running) why(s *reports.Summary, c *campaign, bug error) (end reports.End, text string) {
	switch {
	case bug != nil || r.spoilt():
		return reports.EndTrouble, "simrun could not go on"
	case r.halted:
		return reports.EndFailures, r.ending.failureText()
	case c.late && s.Runs < s.Asked:
		return reports.EndTime, fmt.Sprintf("its share of %v of real time is over (--stop-after)", r.ending.after)
	case r.stop.asked() && s.Runs < s.Asked:
		return reports.EndInterrupt, ""
	}
	return reports.EndSeeds, ""
}

func (e ending) failureText() string {
	if e.failures == 1 {
		return "the first failure was found (--fail-fast)"
	}
	return fmt.Sprintf("%d failures were found (--fail-fast=%d)", e.failures, e.failures)
}
