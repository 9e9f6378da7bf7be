package plan

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Options say how Shrink goes about it. The zero Options are good for programs that declare no faults and operations.
type Options struct {
	Budget   int // how many runs it may take; 0: DefaultBudget. Five it always takes, and some more to say where runs part
	Elements int // how many faults and operations the program declares
	Progress func(Progress)
}

// DefaultBudget is how many runs Shrink takes at most if nothing else is said. Mostly a fifth of it is enough.
const DefaultBudget = 500

// Progress is how far Shrink has got. It is told after each run.
type Progress struct {
	Doing       string // what is being tried
	Evaluations int
	Budget      int
	Elements    int // of the best plan so far: how many faults and operations are left
	Deviations  int // and how many deviations
}

// A Report is what Shrink has found.
type Report struct {
	Plan        Plan    // the smallest plan found that fails in the same way; what was given, if Err is not nil
	Outcome     Outcome // of that plan
	Evaluations int     // how many runs it took
	Steps       []Step  // what made the plan smaller
	Needed      []Need  // what is left, and what comes of the run without it
	Minimal     bool    // nothing that is left can be left out by itself
	Others      []Other // other failures that were met on the way, each once, in the order of meeting
	Err         error   // why nothing came of it; a *Parting if the program is not deterministic
}

// A Step is something that made the plan smaller.
type Step struct {
	Doing       string
	Evaluations int // how many runs there had been
	Elements    int // how many faults and operations are left after it
	Deviations  int // and how many deviations
}

// A Need is something that the failure needs: a deviation, or a fault or operation that the program declares.
type Need struct {
	Deviation *choice.Deviation // nil: the element at Place
	Place     int
	Without   string // how the run fails without it: another signature; "": it passes
	Hash      uint64 // of that run, to show it beside the failing one
}

// String says what comes of the run without it.
func (n Need) String() string {
	what := fmt.Sprintf("element %d", n.Place)
	if n.Deviation != nil {
		what = n.Deviation.String()
	}
	return what + "; " + n.Counterfactual()
}

// Counterfactual says what comes of the run without it, but not without what.
func (n Need) Counterfactual() string {
	if n.Without == "" {
		return "without it: passes"
	}
	return "without it: " + n.Without
}

// An Other is another failure than the one that was looked into, with the smallest plan that it was met with.
type Other struct {
	Plan    Plan
	Outcome Outcome
}

// mostOthers is how many other failures are kept.
const mostOthers = 16

// Shrink makes a plan that fails as small as it can while the run still fails with the same signature. It leaves out elements
// of the declaration first; then, in normal form, draws; it lowers the answers of those left to the least that does it,
// and ends the run a while after its failure. It is deterministic. The plan reported is one that was seen to fail with that
// signature in two last runs, of the same hash.
func Shrink(run Runner, p Plan, o Options) Report {
	s := &shrinker{run: run, opts: o, seen: map[fingerprint]Outcome{}}
	s.budget = o.Budget
	if s.budget <= 0 {
		s.budget = DefaultBudget
	}
	if err := s.begin(p.Canonical()); err != nil {
		return Report{Plan: p.Canonical(), Outcome: s.outcome, Evaluations: s.spent, Others: s.others, Err: err}
	}
	s.shrink()
	return s.end(p.Canonical())
}

// shrinker is one call of Shrink.
type shrinker struct {
	run       Runner
	opts      Options
	budget    int
	spent     int
	signature string
	seen      map[fingerprint]Outcome
	best      Plan
	outcome   Outcome              // of best
	order     map[choice.Key]place // of the draws of the normal form
	doing     string
	steps     []Step
	others    []Other
}

// reserve is how many runs are kept for the normal form and for the last two.
const reserve = 4

// begin runs p for the first time, leaves out of the declaration what can be left out, and brings it into normal form.
func (s *shrinker) begin(p Plan) error {
	s.doing = "the run as it was found"
	s.best = p
	s.outcome = s.evaluate(p)
	if !s.outcome.Fails() {
		return errors.New("the plan does not fail: there is nothing to shrink")
	}
	s.signature = s.outcome.Signature
	s.elements()
	s.doing = "its normal form"
	q, order, o, err := normal(s.run, s.best)
	s.spent += 2
	if err != nil {
		return err
	}
	if !same(o, s.outcome) {
		return &Parting{A: s.outcome, B: o, Same: true}
	}
	s.order = order
	s.seen[fingerprintOf(q)] = o
	s.take(q, o)
	return nil
}

// shrink is the way from normal form to what is needed.
func (s *shrinker) shrink() {
	s.draws()
	s.elements()
	s.lower()
	s.singles()
	s.shorten()
	s.doing = "leaving out draws"
	s.singles()
}

// evaluate runs a plan, unless it has been run.
func (s *shrinker) evaluate(p Plan) Outcome {
	print := fingerprintOf(p)
	if o, known := s.seen[print]; known {
		return o
	}
	o := s.run(p, nil)
	s.spent++
	kept := o
	if o.Signature != s.signature {
		kept.Drift = nil // it may be long, and nobody will ask for it
	}
	s.seen[print] = kept
	if s.opts.Progress != nil {
		s.opts.Progress(Progress{s.doing, s.spent, s.budget, s.left(s.best), len(s.best.Deviations)})
	}
	if o.Fails() && s.signature != "" && o.Signature != s.signature {
		s.meet(p, o)
	}
	return o
}

// meet keeps another failure.
func (s *shrinker) meet(p Plan, o Outcome) {
	for i, other := range s.others {
		if other.Outcome.Signature == o.Signature {
			if len(p.Deviations)+s.left(p) < len(other.Plan.Deviations)+s.left(other.Plan) {
				s.others[i] = Other{p, o}
			}
			return
		}
	}
	if len(s.others) < mostOthers {
		s.others = append(s.others, Other{p, o})
	}
}

// exhausted reports whether no more runs may be spent on trying.
func (s *shrinker) exhausted() bool { return s.spent >= s.budget-reserve }

// hasty reports whether what is left of the runs is for asking what is needed.
func (s *shrinker) hasty() bool {
	return s.spent >= s.budget-reserve-len(s.best.Deviations)-s.left(s.best)
}

// fails tries a smaller plan. If it still fails in the same way it is the best one from then on.
func (s *shrinker) fails(p Plan) bool {
	p = p.Canonical()
	if _, known := s.seen[fingerprintOf(p)]; !known && s.exhausted() {
		return false
	}
	o := s.evaluate(p)
	if o.Signature != s.signature {
		return false
	}
	s.take(p, o)
	return true
}

// take makes a plan the best one. Deviations that were never asked are left out: the run is the same without them.
// So it is with those that did not fit, if they are made to.
func (s *shrinker) take(p Plan, o Outcome) {
	if len(o.Drift) > 0 {
		p = settle(p, o.Drift)
		o.Drift = nil
		s.seen[fingerprintOf(p)] = o
	}
	if len(p.Deviations) != len(s.best.Deviations) || s.left(p) != s.left(s.best) || len(s.steps) == 0 {
		s.steps = append(s.steps, Step{s.doing, s.spent, s.left(p), len(p.Deviations)})
	}
	s.best, s.outcome = p, o
}

// settle is a plan without what its run has shown to be void.
func settle(p Plan, drift []choice.Drift) Plan {
	void := make(map[choice.Key]uint64, len(drift))
	for _, d := range drift {
		void[d.Deviation.Key] = d.Of
	}
	var ds []choice.Deviation
	for _, d := range p.Deviations {
		of, drifted := void[d.Key]
		switch {
		case !drifted:
		case of == 0:
			continue
		default:
			d.Answer = min(d.Answer, of-1)
		}
		ds = append(ds, d)
	}
	p.Deviations = ds
	return p.Canonical()
}

// left is how many elements of the declaration a plan does not leave out.
func (s *shrinker) left(p Plan) int { return len(s.kept(p)) }

// kept are the places of those elements.
func (s *shrinker) kept(p Plan) (places []int) {
	for i := range s.opts.Elements {
		if !p.Leaves(i) {
			places = append(places, i)
		}
	}
	return places
}

// elements leaves out of the declaration what the failure does not need.
func (s *shrinker) elements() {
	s.doing = "leaving out faults and operations"
	places, out := s.kept(s.best), s.best.Without
	fewest(places, s.exhausted, nil, func(keep []int) bool {
		p := s.best
		p.Without = slices.Clone(out)
		for _, i := range places {
			if !slices.Contains(keep, i) {
				p.Without = append(p.Without, i)
			}
		}
		return s.fails(p)
	})
}

// tail is the least time that a run which was cut short goes on after its failure: when the program grows, what happens
// shifts.
const tail = time.Second

// shorten ends the run soon after it has failed, at a full second, if much would have followed.
func (s *shrinker) shorten() {
	s.doing = "ending the run early"
	broke := s.outcome.Broke
	if broke == 0 {
		broke = s.outcome.Now
	}
	p := s.best
	p.For = broke.Truncate(time.Second) + time.Second + max(tail, broke/4).Truncate(time.Second)
	if p.For <= 0 || p.For >= s.outcome.Now || p.For == s.best.For {
		return
	}
	before, outcome := s.best, s.outcome
	if s.fails(p) && s.outcome.Events >= outcome.Events { // nothing happens any more, or it ends there anyway
		s.best, s.outcome = before, outcome
	}
}

// end verifies the best plan and tells what it needs.
func (s *shrinker) end(given Plan) Report {
	r := Report{Plan: s.best, Outcome: s.outcome, Steps: s.steps}
	r.Needed, r.Minimal = s.needs()
	for range 2 {
		o := s.run(s.best, nil)
		s.spent++
		if !same(o, s.outcome) {
			r.Plan = given
			r.Err = part(s.run, s.best, s.best)
			if r.Err == nil {
				r.Err = &Parting{A: s.outcome, B: o, Same: true}
			}
			break
		}
	}
	r.Evaluations, r.Others = s.spent, s.others
	return r
}

// needs asks for each thing left what comes of the run without it. all is false if the budget did not reach, or if one can
// be left out after all.
func (s *shrinker) needs() (list []Need, all bool) {
	s.doing = "asking what is needed"
	all = true
	ask := func(p Plan, n Need) {
		p = p.Canonical()
		if _, known := s.seen[fingerprintOf(p)]; !known && s.exhausted() {
			all = false
			return
		}
		o := s.evaluate(p)
		n.Without, n.Hash = o.Signature, o.Hash
		list = append(list, n)
		all = all && n.Without != s.signature
	}
	for _, place := range s.kept(s.best) {
		p := s.best
		p.Without = append(slices.Clone(p.Without), place)
		ask(p, Need{Place: place})
	}
	for i, d := range s.best.Deviations {
		p := s.best
		p.Deviations = slices.Delete(slices.Clone(p.Deviations), i, i+1)
		ask(p, Need{Deviation: &d})
	}
	return list, all
}
