package simtest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/fault"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// Steps are what may be done to a world one after the other, by name. Two more are there of themselves: "wait", which
// lets up to ten seconds pass, and "fault", if the Spec has a Mix, one of its faults, now.
type Steps struct {
	Ops  map[string]func(d *Dice) Op       // operations, by the first client
	Acts map[string]func(l *Live, d *Dice) // what else is done, from outside; d draws
	Wait time.Duration                     // how long the world runs after each
}

// mostSteps is how many steps Repeat makes at most.
const mostSteps = 200

// Repeat looks for steps after which a rule is broken, as Check looks for a plan: rapid's T.Repeat draws them while the
// world stands still. What it finds is a plan like any other, whose elements are the steps: it is made small, saved,
// told, played first by every later test, and replayed by its REPLAY line. The Spec's own Ops and Drive do not count. Its
// Faults and its Mix do: they befall the run at times and events of their own, whatever the steps are.
func Repeat(t testing.TB, spec Spec, work Steps, opts ...Option) {
	t.Helper()
	if err := work.mistake(); err != nil {
		t.Fatal(err)
	}
	c := newChecking(t, spec.scripted(work.script(spec)), opts)
	defer c.close()
	if c.settled() {
		return
	}
	rapid.Check(&quiet{c: c}, func(t *rapid.T) {
		if c.clear() {
			defer c.guard()
			c.repeat(t)
		}
	})
	if c.clear() {
		c.more()
	}
	c.conclude()
}

// scripted is the Spec whose only work is a script.
func (s Spec) scripted(work *script) Spec {
	s.Ops = Ops{Clients: s.Ops.Clients, Nodes: s.Ops.Nodes}
	s.Drive = nil
	s.script = work
	return s
}

// repeat lets rapid draw steps as they are done, and notes what came of them.
func (c *checking) repeat(t *rapid.T) {
	p := plan.Plan{Seed: seedOf(t)}
	l := Boot(*c.spec, p)
	defer l.Close()
	s := c.spec.script
	n := 0
	actions := map[string]func(*rapid.T){}
	for _, name := range s.actions {
		actions[name] = func(t *rapid.T) {
			if l.Over() || n == s.most {
				return
			}
			p.Deviations = append(p.Deviations, choice.Deviation{Key: stepKey("action", n), Answer: uint64(s.index(name))})
			l.step(s, n, s.index(name), func(k choice.Key, of uint64) uint64 {
				a := drawn(t, of)
				p.Deviations = append(p.Deviations, choice.Deviation{Key: k, Answer: a})
				return a
			})
			n++
		}
	}
	t.Repeat(actions)
	o := l.Finish()
	p.Deviations = append(p.Deviations, choice.Deviation{Key: stepKey("how many", 0), Answer: uint64(n)})
	c.tried++
	if c.tried%wary == 1 || o.Fails() {
		c.again(p, o)
	}
	c.note(finding{p, o})
}

// mistake says what is wrong with the steps, if something is. Of several the name that comes first tells.
func (w Steps) mistake() error {
	if w.Wait < 0 {
		return errors.New("simtest: Steps.Wait is below 0")
	}
	for _, name := range w.names() {
		op, isOp := w.Ops[name]
		act, isAct := w.Acts[name]
		switch {
		case name == "": // rapid would take it for a check between the steps
			return errors.New("simtest: a step needs a name; what must hold is a rule")
		case name == "wait" || name == "fault":
			return fmt.Errorf("simtest: a step cannot have the name %q: that one is there of itself", name)
		case isOp && isAct:
			return fmt.Errorf("simtest: Steps has two of the name %q", name)
		case isOp && op == nil || isAct && act == nil:
			return fmt.Errorf("simtest: the step %q is nil", name)
		}
	}
	return nil
}

// names are those that were given, in order.
func (w Steps) names() []string {
	names := slices.AppendSeq(slices.Collect(maps.Keys(w.Ops)), maps.Keys(w.Acts))
	slices.Sort(names)
	return slices.Compact(names)
}

// script makes a script of the steps.
func (w Steps) script(spec Spec) *script {
	names := append(w.names(), "wait")
	if spec.Mix != nil {
		names = append(names, "fault")
	}
	slices.Sort(names)
	return &script{
		most: mostSteps, actions: names, what: fmt.Sprintf("%s %v", strings.Join(names, " "), w.Wait), begin: func(*Live) {},
		do: func(l *Live, i, action int, source *choice.Source) string {
			return w.do(l, names[action-1], source)
		},
	}
}

// do does one step, and says what it was.
func (w Steps) do(l *Live, name string, source *choice.Source) (what string) {
	d := &Dice{source, name}
	switch {
	case w.Ops[name] != nil:
		op := w.Ops[name](d)
		l.Do(op)
		what = op.String()
	case w.Acts[name] != nil:
		w.Acts[name](l, d)
		what = name
	case name == "wait":
		long := time.Millisecond + d.Time("ms", 10*time.Second)
		l.pass(long)
		return fmt.Sprint("wait ", long)
	default:
		one := *l.spec.Mix
		one.Most, one.Anchored = 1, fault.NotAnchored
		what = "fault: none"
		for _, f := range one.Draw(source) {
			f.At = 0
			l.Fault(f)
			what = "fault: " + f.Harm.String()
			if f.For > 0 {
				what += " for " + f.For.String()
			}
		}
	}
	l.Run(w.Wait)
	return what
}
