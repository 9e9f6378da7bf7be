package check

import (
	"fmt"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/sim"
)

// Unique is broken if two judgements with the same key (Cond.By) say yes: nothing is delivered twice, no number given out twice.
func Unique(name string, c Cond) Rule {
	return newTemporal(name, KindUnique, &unique{map[string]time.Duration{}}, c)
}

type unique struct{ seen map[string]time.Duration }

func (l *unique) judge(b *Base, _ int, at time.Duration, a answer, tell func() string) {
	b.Evaluate()
	if !a.yes || b.broken {
		return
	}
	if first, again := l.seen[a.key]; again {
		b.Break(at, a.key, fmt.Sprintf("%s, after the same at %v", tell(), first))
	}
	l.seen[a.key] = at
}

func (*unique) end(b *Base, r sim.Result) { cutOff(b, r) }

// MaxOverlap is broken if more than n processes are at the same time in a span of the same key (Cond.By): a process
// enters with a yes of enter, and is in it until a yes of leave, or its own end. With n 1 it is mutual exclusion. A
// process that enters twice must leave twice.
func MaxOverlap(name string, n int, enter, leave Cond) Rule {
	return newTemporal(name, KindMaxOverlap, &overlap{most: n}, enter, leave)
}

type overlap struct {
	most  int
	spans []inside
}

// inside is a process that is in a span.
type inside struct {
	key   string
	who   sim.PID
	since time.Duration
}

func (l *overlap) exited(pid sim.PID) {
	l.spans = slices.DeleteFunc(l.spans, func(s inside) bool { return s.who == pid })
}

func (l *overlap) judge(b *Base, i int, at time.Duration, a answer, tell func() string) {
	if !a.yes {
		return
	}
	if i == 1 {
		if j := slices.IndexFunc(l.spans, func(s inside) bool { return s.key == a.key && s.who == a.who }); j >= 0 {
			l.spans = slices.Delete(l.spans, j, j+1)
		}
		return
	}
	b.Evaluate()
	l.spans = append(l.spans, inside{a.key, a.who, at})
	var those []sim.PID
	for _, s := range l.spans {
		if s.key == a.key && !slices.Contains(those, s.who) {
			those = append(those, s.who)
		}
	}
	b.Near(count(len(those), l.most))
	if len(those) > l.most && !b.broken {
		b.Break(at, a.key, fmt.Sprintf("%s, while in it: %v", tell(), those[:len(those)-1]))
	}
}

func (*overlap) end(b *Base, r sim.Result) { cutOff(b, r) }
