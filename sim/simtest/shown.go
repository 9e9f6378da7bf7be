package simtest

import (
	"fmt"
	"strings"
	"sync"

	"github.com/bedlam-sim/bedlam/sim/check"
)

// shown is what the runs of a test have shown, all of them taken together: a rule that was never evaluated has shown
// nothing, however many runs there were. Runs go on side by side.
type shown struct {
	sync.Mutex
	rules  []judged
	faults []bool // which of Spec.Faults befell anybody
	mixed  bool   // some fault of the Mix did
	ops    int    // how many operations were begun
}

// judged is what became of a rule of the Spec's own.
type judged struct {
	name    string
	ever    bool // it was evaluated in some run
	decided bool // it was not undecided in some run
}

func newShown(s *Spec) *shown {
	n := &shown{faults: make([]bool, len(s.Faults))}
	for _, v := range s.Rules.Only().Verdicts() {
		n.rules = append(n.rules, judged{name: v.Rule})
	}
	return n
}

// add takes a run that is over.
func (n *shown) add(l *Live) {
	if n == nil {
		return
	}
	verdicts := l.rules.Verdicts()
	n.Lock()
	defer n.Unlock()
	for i, v := range verdicts[:min(len(verdicts), len(n.rules))] { // they come before those of check.Default
		r := &n.rules[i]
		r.ever = r.ever || v.Evaluated > 0
		r.decided = r.decided || v.State != check.Undecided
	}
	for i, c := range l.Counts() {
		if i < len(n.faults) {
			n.faults[i] = n.faults[i] || c.Injected
		} else {
			n.mixed = n.mixed || c.Injected
		}
	}
	n.ops += l.clients.begun
}

// idle lists what was never tested, in the words of simrun.
func (n *shown) idle(s *Spec) (list []string) {
	for _, r := range n.rules {
		switch {
		case !r.ever:
			list = append(list, fmt.Sprintf("the rule %q was never evaluated", r.name))
		case !r.decided:
			list = append(list, fmt.Sprintf("the rule %q was undecided in every run", r.name))
		}
	}
	for i, befell := range n.faults {
		if !befell {
			list = append(list, fmt.Sprintf("the fault %q never befell anybody", s.Faults[i]))
		}
	}
	if !n.mixed && s.Mix != nil {
		list = append(list, "no fault of the Mix ever befell anybody")
	}
	if n.ops == 0 && s.Ops.Draw != nil {
		list = append(list, "no operation was ever done")
	}
	return list
}

// untested tells what was never tested in runs that broke nothing. With Strict it is a failure.
func (c *checking) untested(list []string) {
	c.t.Helper()
	switch {
	case len(list) == 0:
	case c.strict:
		c.t.Errorf("%s\n%s", untestedMessage, strings.Join(list, "\n"))
	default:
		for _, what := range list {
			c.t.Logf("simtest: never tested: %s", what)
		}
	}
}
