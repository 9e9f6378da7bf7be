package simtest

import (
	"cmp"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/fault"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// This file makes drawn faults that come at a time wait for an event, where a failure then bears more: a plan is kept
// for long, and the program around it is edited.

// anchored is a failing plan with its faults so moved.
func (c *checking) anchored(p plan.Plan, o plan.Outcome) (plan.Plan, plan.Outcome) {
	if c.spec == nil || c.spec.Mix == nil || c.spec.Mix.Anchored < 0 {
		return p, o
	}
	if c.left = c.budget; c.left == 0 {
		c.left = plan.DefaultBudget
	}
	for _, place := range c.kept(p) {
		if i := place - len(c.spec.Faults); i >= 0 && place < c.spec.firstOp() {
			p, o = c.anchor(p, o, i)
		}
	}
	return p, o
}

// may reports whether there may be another run, and counts it.
func (c *checking) may() bool {
	c.left--
	return c.left >= 0 && c.clear()
}

// mostAnchors is in how many ways it is tried to make a fault wait.
const mostAnchors = 6

// anchor moves the i-th drawn fault of a plan.
func (c *checking) anchor(p plan.Plan, o plan.Outcome, i int) (plan.Plan, plan.Outcome) {
	f := c.spec.draw(p.Source()).faults[len(c.spec.Faults)+i]
	if f.On.What != "" {
		return p, o
	}
	best, outcome, most := p, o, c.bears(p, o.Signature)
	if most == edits || !c.may() {
		return p, o
	}
	for way, ds := range c.anchors(p, f, i) {
		if way == mostAnchors || !c.may() {
			break
		}
		q := p
		q.Deviations = append(p.Deviations[:len(p.Deviations):len(p.Deviations)], ds...)
		q, got := c.pruned(q.Canonical(), o.Signature)
		if got.Signature != o.Signature {
			continue
		}
		if n := c.bears(q, o.Signature); n > most {
			best, outcome, most = q, got, n
		}
	}
	return best, outcome
}

// pruned is a plan without those of its deviations, but for the declaration's, that its failure does not need. What is
// not asked for any more is among them.
func (c *checking) pruned(p plan.Plan, signature string) (plan.Plan, plan.Outcome) {
	o := c.of.run(p, nil)
	if o.Signature != signature {
		return p, o
	}
	declared := map[choice.Key]bool{}
	for _, d := range c.of.declared(p) {
		declared[d.Key] = true
	}
	for i := len(p.Deviations) - 1; i >= 0; i-- {
		if declared[p.Deviations[i].Key] {
			continue
		}
		if !c.may() {
			break // nor is it asked then what this plan bears
		}
		q := p
		q.Deviations = slices.Delete(slices.Clone(p.Deviations), i, i+1)
		if less := c.of.run(q, nil); less.Signature == signature {
			p, o = q, less
		}
	}
	return p, o
}

// anchors are the ways in which a fault might wait for what happened last before it, the latest first; each at once,
// and as long after as it was.
func (c *checking) anchors(p plan.Plan, f fault.Fault, i int) (all [][]choice.Deviation) {
	mix := c.spec.Mix
	events := mix.Waits()
	c.of.close()
	l := Open(*c.spec, p)
	defer l.Close()
	happened := fault.Tally(l.World, events)
	l.play()
	type one struct {
		event, n int
		after    time.Duration
	}
	var list []one
	for e := range events {
		if n, last := happened.Before(e, f.At); n > 0 {
			list = append(list, one{e, n, f.At - last})
		}
	}
	slices.SortStableFunc(list, func(a, b one) int { return cmp.Compare(a.after, b.after) })
	for _, x := range list {
		for _, after := range []time.Duration{0, x.after} {
			ds, ok := mix.Anchor(i, x.event, x.n, after)
			if ok && (after == 0 || after >= time.Millisecond) {
				all = append(all, ds)
			}
		}
	}
	return all
}

// edits is how many edits of the program a plan is tried with: nodes that take longer to boot, under other schedules.
const edits = len(delays) * schedules

const schedules = 3

var delays = [...]time.Duration{3 * time.Millisecond, 70 * time.Millisecond, 500 * time.Millisecond, 2 * time.Second}

// bears is how many of them leave the plan failing in the same way; fewer, if there may be no more runs.
func (c *checking) bears(p plan.Plan, signature string) (n int) {
	for seed := range uint64(schedules) {
		q := p
		if seed > 0 {
			q = plan.Plan{Seed: seed, For: p.For, Without: p.Without}
			for _, d := range c.of.declared(p) {
				q.Deviations = append(q.Deviations, choice.Deviation{Key: d.Key, Answer: d.Answer})
			}
		}
		for _, late := range delays {
			if !c.may() {
				return n
			}
			edited := *c.spec
			edited.late = late
			q := q
			if q.For > 0 {
				q.For += late
			}
			if Run(edited, q).Signature == signature {
				n++
			}
		}
	}
	return n
}
