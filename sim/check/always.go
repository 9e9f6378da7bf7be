package check

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// Always is broken by the first judgement that says no.
func Always(name string, c Cond) Rule { return newTemporal(name, KindAlways, always{true}, c) }

// Never is broken by the first judgement that says yes.
func Never(name string, c Cond) Rule { return newTemporal(name, KindNever, always{false}, c) }

type always struct{ want bool }

func (l always) judge(b *Base, _ int, at time.Duration, a answer, tell func() string) {
	b.Evaluate()
	if a.yes != l.want && !b.broken {
		b.Break(at, a.key, tell())
	}
}

func (always) end(b *Base, r sim.Result) { cutOff(b, r) }

// Sometimes holds if any judgement says yes. It cannot be broken by one run: without a yes it is undecided. A rule that is so
// over many runs shows that they never came to the point.
func Sometimes(name string, c Cond) Rule { return newTemporal(name, KindSometimes, &sometimes{}, c) }

type sometimes struct{ seen bool }

func (l *sometimes) judge(b *Base, _ int, at time.Duration, a answer, tell func() string) {
	b.Evaluate()
	if a.yes && !l.seen {
		l.seen = true
		b.Remark(tell())
	}
}

func (l *sometimes) end(b *Base, _ sim.Result) {
	if !l.seen {
		b.Leave("it did not happen in this run")
	}
}

// AtEnd is broken if the last judgement of the run says no: of a condition on the world, that which is made when the run is
// over. In a run that was cut off it is undecided.
func AtEnd(name string, c Cond) Rule {
	l := &atEnd{}
	t := newTemporal(name, KindAtEnd, l, c)
	t.due[0] = sim.Forever
	return t
}

type atEnd struct {
	last answer
	tell func() string
}

func (l *atEnd) judge(b *Base, _ int, _ time.Duration, a answer, tell func() string) {
	b.Evaluate()
	l.last, l.tell = a, tell
}

func (l *atEnd) end(b *Base, r sim.Result) {
	switch {
	case CutOff(r.Stop):
		b.Leave("the run was cut off")
	case l.tell != nil && !l.last.yes:
		b.Break(r.Now, l.last.key, l.tell())
	}
}

// Count is broken if fewer than least judgements say yes, or more than most; most below 0: there is no limit.
func Count(name string, c Cond, least, most int) Rule {
	return newTemporal(name, KindCount, &counted{least: least, most: most}, c)
}

type counted struct{ least, most, n int }

func (l *counted) judge(b *Base, _ int, at time.Duration, a answer, tell func() string) {
	b.Evaluate()
	if !a.yes {
		return
	}
	l.n++
	if l.most >= 0 {
		b.Near(count(l.n, l.most))
	}
	if l.most >= 0 && l.n > l.most && !b.broken {
		b.Break(at, "too many", tell())
	}
}

func (l *counted) end(b *Base, r sim.Result) {
	b.Evaluate() // that there was none at all is a count too
	switch {
	case CutOff(r.Stop):
		b.Leave("the run was cut off")
	case l.n < l.least:
		b.Break(r.Now, "too few", "it happened "+times(l.n)+", and should have "+times(l.least))
	}
}
