package check

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// Flaw is something that must not be when things have come to rest.
type Flaw struct {
	Key string // for the signature
	Got string // what it is, exactly: the same text at the next look is the same flaw
	Now bool   // it must never be, not even for a moment
}

// AtRest is a rule about a world that has come to rest. find lists what is wrong, and reports whether there was
// anything to judge. It is broken by a flaw that is there when nothing can happen any more, or that lasts longer than
// Limits.Grace although no node came or went meanwhile and no fault began or ended.
func AtRest(name string, l Limits, find func(v sim.View) (flaws []Flaw, judged bool)) Rule {
	return newRest(name, l, find)
}

type atRest struct {
	Base
	limits  Limits
	next    time.Duration
	find    func(v sim.View) ([]Flaw, bool)
	since   map[string]time.Duration // when a flaw was seen first
	unrest  time.Duration
	watches func(f sim.Fact) // what else it makes of facts
}

func newRest(name string, l Limits, find func(v sim.View) ([]Flaw, bool)) *atRest {
	l = l.orDefault()
	return &atRest{Base: NewBase(name, KindAtRest), limits: l, next: l.Every, find: find}
}

// Observe waits for unrest.
func (r *atRest) Observe(f sim.Fact) {
	if f.Kind == trace.Node || f.Kind == trace.Fault {
		r.unrest = f.At
	}
	if r.watches != nil {
		r.watches(f)
	}
}

// Next is every so often.
func (r *atRest) Next() time.Duration { return r.next }

// Look finds flaws and those that last.
func (r *atRest) Look(v sim.View) {
	r.next = v.Now() + r.limits.Every
	r.judge(v)
}

func (r *atRest) judge(v sim.View) (flaws []Flaw) {
	flaws, judged := r.find(v)
	if judged {
		r.Evaluate()
	}
	since := map[string]time.Duration{}
	for _, f := range flaws {
		first, again := r.since[f.Got]
		if !again {
			first = v.Now()
		}
		since[f.Got] = first
		lasts := v.Now() - max(first, r.unrest)
		r.Near(span(lasts, r.limits.Grace))
		if f.Now || lasts > r.limits.Grace {
			r.Break(v.Now(), f.Key, f.Got)
		}
	}
	r.since = since
	return flaws
}

// Finish looks a last time. What is wrong in a run that goes no further is wrong for ever.
func (r *atRest) Finish(v sim.View, res sim.Result) {
	flaws := r.judge(v)
	switch {
	case len(flaws) == 0:
	case res.Stop == sim.StopIdle:
		r.Break(res.Now, flaws[0].Key, flaws[0].Got)
	default:
		r.Leave("the run was over before things had come to rest: " + flaws[0].Got)
	}
	r.Base.Finish(v, res)
}
