package check

import (
	"time"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/term"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// Cond is something that is so or is not, judged again and again: at each fact that concerns it, or at each look at the
// world. Between two judgements it is as the last one said. The zero Cond is none: nothing concerns it, and Rules.Check
// finds it.
type Cond struct {
	every time.Duration
	fact  func(f sim.Fact) (yes, asked bool)
	view  func(v sim.View) bool
	key   func(f sim.Fact) string
	says  func(f sim.Fact) string
	sees  func(v sim.View) string
}

// Facts is a condition on facts: asked says whether the fact concerns it, yes how it judges.
func Facts(judge func(f sim.Fact) (yes, asked bool)) Cond { return Cond{fact: judge} }

// On is a condition on all facts of a kind.
func On(kind trace.Kind, judge func(f sim.Fact) bool) Cond {
	return Facts(func(f sim.Fact) (bool, bool) {
		if f.Kind != kind {
			return false, false
		}
		return judge == nil || judge(f), true
	})
}

// User is a condition on facts of the program's own, those of Proc.Trace, of that kind and with a value of type T. A
// nil judge says yes to all.
func User[T any](kind string, judge func(v T) bool) Cond {
	return Facts(func(f sim.Fact) (bool, bool) {
		v, ok := f.Detail.(T)
		if f.Kind != trace.User || f.Text != kind || !ok {
			return false, false
		}
		return judge == nil || judge(v), true
	})
}

// Looked is a condition on the world, judged every so often, and when the run is over; every 0: only then.
func Looked(every time.Duration, judge func(v sim.View) bool) Cond {
	return Cond{every: max(every, 0), view: judge}
}

// none reports whether it judges nothing.
func (c Cond) none() bool { return c.fact == nil && c.view == nil }

// Not is yes where the condition is no.
func (c Cond) Not() Cond {
	if c.none() {
		return c
	}
	if judge := c.view; judge != nil {
		c.view = func(v sim.View) bool { return !judge(v) }
		return c
	}
	judge := c.fact
	c.fact = func(f sim.Fact) (yes, asked bool) { yes, asked = judge(f); return !yes, asked }
	return c
}

// By tells facts apart by something in their detail: a request's number, an account, a resource. LeadsTo, Unique and MaxOverlap
// judge each by itself. Digits of a key are not part of a signature.
func (c Cond) By(key func(detail any) string) Cond {
	return c.ByFact(func(f sim.Fact) string { return key(f.Detail) })
}

// ByFact is By for keys that are not in the detail.
func (c Cond) ByFact(key func(f sim.Fact) string) Cond {
	c.key = key
	return c
}

// Saying makes verdicts tell what was seen by a text of one's own.
func (c Cond) Saying(says func(f sim.Fact) string) Cond {
	c.says = says
	return c
}

// Seeing is Saying for conditions on the world.
func (c Cond) Seeing(sees func(v sim.View) string) Cond {
	c.sees = sees
	return c
}

// answer is one judgement.
type answer struct {
	yes bool
	key string
	who sim.PID
	got string
}

func (c *Cond) ask(f sim.Fact) (a answer, asked bool) {
	if c.fact == nil {
		return answer{}, false
	}
	yes, asked := c.fact(f)
	if !asked {
		return answer{}, false
	}
	a = answer{yes: yes, who: f.Subject}
	if c.key != nil {
		a.key = c.key(f)
	}
	return a, true
}

// tell is what a fact looks like to people. It is asked for only when a rule breaks.
func (c *Cond) tell(f sim.Fact) string {
	if c.says != nil {
		return c.says(f)
	}
	return telling(f)
}

func telling(f sim.Fact) string {
	s := f.Kind.String()
	if !f.Subject.IsZero() {
		s += " " + f.Subject.String()
	}
	if !f.Object.IsZero() {
		s += " " + f.Object.String()
	}
	if f.Text != "" {
		s += " " + f.Text
	}
	if f.Detail != nil {
		s += " " + term.Format(f.Detail)
	}
	return s
}
