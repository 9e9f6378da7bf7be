package check

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// Eventually is broken if no judgement says yes in the first span of the run; within 0: in all of it. A run that is over before
// leaves it undecided, unless nothing could ever have happened any more.
func Eventually(name string, c Cond, within time.Duration) Rule {
	return newTemporal(name, KindEventually, &eventually{within: within}, c)
}

type eventually struct {
	within time.Duration
	met    bool
}

func (l *eventually) judge(b *Base, _ int, at time.Duration, a answer, _ func() string) {
	b.Evaluate()
	if l.met {
		return
	}
	if l.within > 0 && at > l.within {
		b.Break(l.within, "", late(l.within))
	} else if a.yes {
		l.met = true
		if l.within > 0 {
			b.Near(span(at, l.within))
		}
	}
}

func (l *eventually) end(b *Base, r sim.Result) {
	if !l.met {
		b.Evaluate() // that nothing happened tells something
		overdue(b, r, l.within, "", "")
	}
}

// overdue ends a run in which something is still waited for, until a deadline; 0: as long as the run lasts.
func overdue(b *Base, r sim.Result, deadline time.Duration, key, what string) {
	switch {
	case deadline > 0 && deadline <= r.Now:
		b.Break(deadline, key, join(what, "it did not happen in time"))
	case CutOff(r.Stop):
		b.Leave(join(what, "the run was cut off"))
	case r.Stop == sim.StopIdle:
		b.Break(r.Now, key, join(what, "it did not happen, and nothing can happen any more"))
	case deadline == 0:
		b.Break(r.Now, key, join(what, "it did not happen"))
	default:
		b.Leave(join(what, fmt.Sprintf("the run was over %v before the time was", deadline-r.Now)))
	}
}

func join(what, text string) string {
	if what == "" {
		return text
	}
	return what + ": " + text
}

func late(within time.Duration) string { return fmt.Sprintf("it took longer than %v", within) }

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// Stable is broken if the condition is not so when a span has passed, or at any time after that. What came before is of
// no account.
func Stable(name string, c Cond, within time.Duration) Rule {
	return newTemporal(name, KindStable, &stable{within: within, counts: true}, c)
}

// StableAfter is Stable in which the span begins whenever since says yes, and begins anew each time: after the last fault is
// healed, all is well within so long, and stays so until the next.
func StableAfter(name string, since, c Cond, within time.Duration) Rule {
	return newTemporal(name, KindStable, &stable{within: within, after: true}, since, c)
}

type stable struct {
	within time.Duration
	after  bool // the first condition says when it begins

	counts  bool // it has begun
	begin   time.Duration
	known   bool // the condition has been judged
	last    bool
	changed time.Duration // when it became so
	tell    func() string
}

func (l *stable) judge(b *Base, i int, at time.Duration, a answer, tell func() string) {
	if l.counts {
		l.pass(b, at)
	}
	if l.after && i == 0 {
		if a.yes {
			l.counts, l.begin = true, at
		}
		return
	}
	if !l.known || a.yes && !l.last {
		l.changed = at
	}
	l.known, l.last, l.tell = true, a.yes, tell
	if !l.counts {
		return
	}
	b.Evaluate()
	if !a.yes && at > l.begin+l.within && !b.broken {
		b.Break(at, a.key, join(tell(), "it was so no longer"))
	}
}

// pass lets time go by until just before a moment: if the span is over by then, it must be so.
func (l *stable) pass(b *Base, at time.Duration) {
	if end := l.begin + l.within; at > end && l.known && !l.last && !b.broken {
		b.Break(end, "", join(l.tell(), late(l.within)))
	}
	if l.known && l.last && l.changed <= l.begin+l.within {
		b.Near(span(max(0, l.changed-l.begin), l.within))
	}
}

func (l *stable) end(b *Base, r sim.Result) {
	if !l.counts {
		b.Leave("it never began")
		return
	}
	if !l.known {
		return
	}
	l.pass(b, r.Now)
	end := l.begin + l.within
	switch {
	case CutOff(r.Stop):
		b.Leave("the run was cut off")
	case l.last && (end <= r.Now || r.Stop == sim.StopIdle):
	case !l.last:
		overdue(b, r, end, "", l.tell())
	default:
		b.Leave(fmt.Sprintf("the run was over %v before the time was", end-r.Now))
	}
}
