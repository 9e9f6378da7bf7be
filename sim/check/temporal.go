package check

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// The kinds of rules. Those of a scenario file are called the same.
const (
	KindAlways     = "always"
	KindNever      = "never"
	KindEventually = "eventually"
	KindStable     = "stable"
	KindLeadsTo    = "leads_to"
	KindSometimes  = "sometimes"
	KindAtEnd      = "at_end"
	KindUnique     = "unique"
	KindMaxOverlap = "max_overlap"
	KindCount      = "count"
	KindAtRest     = "at_rest" // of Default: what must be so when things have come to rest
	KindHistory    = "history" // of package linear
)

// law is what a combinator does with the judgements of its conditions. tell says what was seen.
type law interface {
	judge(b *Base, cond int, at time.Duration, a answer, tell func() string)
	end(b *Base, r sim.Result)
}

// temporal is a rule made of conditions and a law.
type temporal struct {
	Base
	law   law
	conds []Cond
	due   []time.Duration // when each wants to look
}

func newTemporal(name, kind string, l law, conds ...Cond) *temporal {
	t := &temporal{Base: NewBase(name, kind), law: l, conds: conds}
	for _, c := range conds {
		if c.view == nil || c.every == 0 {
			t.due = append(t.due, sim.Forever)
		} else {
			t.due = append(t.due, c.every)
		}
	}
	return t
}

// Observe judges a fact.
func (t *temporal) Observe(f sim.Fact) {
	if f.Kind == trace.Exit {
		if l, ok := t.law.(interface{ exited(pid sim.PID) }); ok {
			l.exited(f.Subject)
		}
	}
	for i := range t.conds {
		if a, asked := t.conds[i].ask(f); asked {
			t.law.judge(&t.Base, i, f.At, a, func() string { return t.conds[i].tell(f) })
		}
	}
}

// Next is when the first of the conditions wants to look.
func (t *temporal) Next() time.Duration {
	next := sim.Forever
	for _, d := range t.due {
		next = min(next, d)
	}
	return next
}

// Look judges the conditions that are due.
func (t *temporal) Look(v sim.View) {
	for i := range t.conds {
		if t.due[i] <= v.Now() {
			t.due[i] = v.Now() + t.conds[i].every
			t.see(i, v)
		}
	}
}

func (t *temporal) see(i int, v sim.View) {
	c := &t.conds[i]
	t.law.judge(&t.Base, i, v.Now(), answer{yes: c.view(v)}, func() string {
		if c.sees == nil {
			return ""
		}
		return c.sees(v)
	})
}

// Finish looks once more and ends the run.
func (t *temporal) Finish(v sim.View, r sim.Result) {
	for i := range t.conds {
		if t.conds[i].view != nil {
			t.see(i, v)
		}
	}
	t.law.end(&t.Base, r)
	t.Base.Finish(v, r)
}

// cutOff leaves a rule open that had no chance to break any more.
func cutOff(b *Base, r sim.Result) {
	if CutOff(r.Stop) {
		b.Leave("the run was cut off")
	}
}
