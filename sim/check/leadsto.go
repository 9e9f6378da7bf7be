package check

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// LeadsTo is broken if a yes of cause is not followed by a yes of effect with the same key (Cond.By) within a span; 0: before the
// run is over. A fact may be both. Of several causes one effect answers all, and the oldest counts.
func LeadsTo(name string, cause, effect Cond, within time.Duration) Rule {
	return newTemporal(name, KindLeadsTo, &leadsTo{within: within, pending: map[string]time.Duration{}}, cause, effect)
}

type leadsTo struct {
	within  time.Duration
	pending map[string]time.Duration // since when, by key
	queue   []debt                   // oldest first; some are paid already
}

// debt is a cause that had no effect yet.
type debt struct {
	key   string
	since time.Duration
	tell  func() string
}

func (l *leadsTo) judge(b *Base, i int, at time.Duration, a answer, tell func() string) {
	l.pass(b, at)
	if !a.yes {
		return
	}
	since, waits := l.pending[a.key]
	switch {
	case i == 0:
		b.Evaluate()
		if !waits {
			l.pending[a.key] = at
			l.queue = append(l.queue, debt{a.key, at, tell})
		}
	case waits:
		delete(l.pending, a.key)
		if l.within > 0 {
			b.Near(span(at-since, l.within))
		}
	}
}

// oldest is the oldest cause that had no effect yet.
func (l *leadsTo) oldest() *debt {
	for len(l.queue) > 0 {
		d := &l.queue[0]
		if since, waits := l.pending[d.key]; waits && since == d.since {
			return d
		}
		l.queue = l.queue[1:]
	}
	return nil
}

// pass lets time go by until just before a moment.
func (l *leadsTo) pass(b *Base, at time.Duration) {
	if b.broken || l.within == 0 {
		return
	}
	if d := l.oldest(); d != nil && d.since+l.within < at {
		b.Break(d.since+l.within, d.key, join(d.tell(), late(l.within)))
	}
}

func (l *leadsTo) end(b *Base, r sim.Result) {
	l.pass(b, r.Now)
	d := l.oldest()
	switch {
	case d == nil && CutOff(r.Stop):
		b.Leave("the run was cut off")
	case d == nil:
	case l.within > 0:
		overdue(b, r, d.since+l.within, d.key, d.tell())
	default:
		overdue(b, r, 0, d.key, d.tell())
	}
}
