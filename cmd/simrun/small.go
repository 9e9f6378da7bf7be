package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// smaller makes failing runs of a scenario small.
type smaller struct {
	sc     *scenarios.Scenario
	digest scenarios.Sum
	opts   scenarios.RunOptions // of all its runs; they have plans of their own
	budget int                  // runs
	tell   func(plan.Progress)  // how far it is; nil: nobody wants to know
	stop   *interrupt           // nil: nobody can
	until  time.Time            // it must be done by then; zero: it does not matter
}

// shrunk is a run that was made small.
type shrunk struct {
	plan.Report
	small  *reports.Small
	words  func(choice.Deviation) string
	broken bool // off, before it was as small as it can be
}

// A brokenOff is the error of shrinking that was not brought to its end.
type brokenOff struct {
	why  string
	best plan.Plan // the smallest one that has failed so far
	runs int       // made until then
}

func (b *brokenOff) Error() string { return b.why }

// shrink makes the run of a plan small. The error is a *plan.Parting if two runs of a plan differ, and a *brokenOff if
// there was no time.
func (s *smaller) shrink(r runner, p plan.Plan) (*shrunk, error) {
	w := &watch{smaller: s, play: r.Planned(s.opts), best: p.Canonical()}
	report := plan.Shrink(w.run, p, plan.Options{Budget: s.budget, Elements: s.sc.Elements(), Progress: w.tell})
	switch {
	case w.over != "":
		return nil, &brokenOff{w.over, w.best, w.runs}
	case report.Err != nil:
		return nil, report.Err
	}
	return s.shrunk(r, report), nil
}

// A watch plays plans until that is broken off. It remembers the smallest one that failed as the first did.
type watch struct {
	*smaller
	play      plan.Runner
	over      string // why it was broken off; "" if it was not
	runs      int
	signature string
	best      plan.Plan
}

// run plays a plan. What is asked after an end passes at once.
func (w *watch) run(p plan.Plan, rec *choice.Recording) plan.Outcome {
	switch {
	case w.over != "":
	case w.stop != nil && w.stop.asked():
		w.over = "it was interrupted"
	case !w.until.IsZero() && time.Now().After(w.until):
		w.over = "the time was over (--stop-after); simrun shrink goes on from the token"
	}
	if w.over != "" {
		return plan.Outcome{}
	}
	o := w.play(p, rec)
	if w.runs++; w.runs == 1 {
		w.signature = o.Signature
	}
	if o.Fails() && o.Signature == w.signature && noLarger(p, w.best) {
		w.best = p
	}
	return o
}

// tell tells how far it is, as long as it goes on.
func (w *watch) tell(now plan.Progress) {
	if w.smaller.tell != nil && w.over == "" {
		w.smaller.tell(now)
	}
}

// manyDraws is how many draws a plan may name to be taken for smaller than one that leaves them to a seed.
const manyDraws = 1000

// noLarger tells whether a plan has no more in it than another one of the same scenario.
func noLarger(p, q plan.Plan) bool {
	switch {
	case p.Dull && !q.Dull:
		return len(p.Deviations) <= manyDraws
	case p.Dull != q.Dull:
		return false
	}
	return len(p.Deviations)-len(p.Without) <= len(q.Deviations)-len(q.Without)
}

// shrunk tells of a plan that was made small.
func (s *smaller) shrunk(r runner, report plan.Report) *shrunk {
	words := r.Words(report.Plan, s.opts)
	small := &reports.Small{Run: s.play(r, report.Plan), Runs: report.Evaluations, Minimal: report.Minimal}
	for _, place := range report.Plan.Without {
		small.Without = append(small.Without, s.sc.Element(place))
	}
	for _, n := range report.Needed {
		need := reports.Need{Without: n.Without}
		if n.Deviation != nil {
			need.What = words(*n.Deviation)
		} else {
			need.What = s.sc.Element(n.Place)
		}
		small.Needs = append(small.Needs, need)
	}
	for _, o := range report.Others {
		small.Others = append(small.Others, o.Outcome.Signature)
	}
	if token := s.token(report.Plan, small.Run).Format(); len(token) <= plan.ShortToken {
		small.Replay = token
	}
	return &shrunk{Report: report, small: small, words: words}
}

// play runs a plan.
func (s *smaller) play(r runner, p plan.Plan) *reports.Run { return play(r, p, s.opts) }

func play(r runner, p plan.Plan, opts scenarios.RunOptions) *reports.Run {
	opts.Plan = &p
	if p.For > 0 {
		opts.For = p.For
	}
	return r.Run(p.Seed, opts)
}

// token is that of a plan's run.
func (s *smaller) token(p plan.Plan, run *reports.Run) scenarios.Token {
	return s.repro(p, run).Token(s.digest)
}

// repro is what a file says of a plan's run.
func (s *smaller) repro(p plan.Plan, run *reports.Run) *scenarios.Repro {
	return &scenarios.Repro{Plan: p.Canonical(), Policy: s.opts.Policy, Fails: run.Signature(), Hash: run.Hash, Digest: s.digest}
}

// planOf is the plan of a seed's run.
func planOf(sc *scenarios.Scenario, seed uint64, opts scenarios.RunOptions) plan.Plan {
	if opts.Plan != nil {
		return *opts.Plan
	}
	p := plan.Plan{Seed: seed, For: opts.For}
	if opts.Swarm {
		p.Without = sc.Swarm(seed)
	}
	return p
}

// plain are the options of runs that have plans.
func plain(opts scenarios.RunOptions) scenarios.RunOptions {
	opts.Plan, opts.For, opts.Swarm = nil, 0, false
	return opts
}

// shrinkEvents is how many events of runs shrinking may take, about: longer runs get fewer tries. That is some seconds.
const shrinkEvents = 20_000_000

// leastTries is how many runs shrinking gets, however long they are.
const leastTries = 30

// tries is how many runs shrinking may take of a run with so many events.
func tries(asked int, events uint64) int {
	return max(min(asked, leastTries), min(asked, int(shrinkEvents/max(events, 1))))
}

// shrinkBudget is the value of --shrink.
type shrinkBudget struct {
	runs  int
	exact bool // somebody said how many: then long runs get no fewer
	flag  bool // and did so with the flag
}

// pickShrink reads how many runs shrinking may take; canaries are not shrunk unless somebody says so.
func pickShrink(s setting, canary bool) (shrinkBudget, error) {
	switch {
	case s.from == "" && canary:
		return shrinkBudget{}, nil
	case s.from == "":
		return shrinkBudget{runs: plan.DefaultBudget}, nil
	case s.text == "off":
		return shrinkBudget{flag: s.flag}, nil
	}
	n, err := strconv.Atoi(s.text)
	if err != nil || n < 0 {
		return shrinkBudget{}, exitWith(codeUsage, "%s wants a number of runs or off, not %q", s.from, s.text)
	}
	return shrinkBudget{n, true, s.flag}, nil
}

// makeSmall makes the first failing run of a kind small, if that is wanted and it is not known already.
func (r *running) makeSmall(c *campaign, sc *scenarios.Scenario, s *reports.Summary, e *evidence) {
	if known := knownAs(s, e.Run.Signature()); known != nil {
		e.known = known
		e.Small = &reports.Small{Run: known.Run, Replay: known.File, Known: known.File}
		return
	}
	if r.shrink.runs == 0 || r.stop.asked() {
		return
	}
	m := c.smaller(sc)
	m.budget, m.tell, m.stop, m.until = r.shrink.runs, r.progress.shrinking, r.stop, c.until
	if !r.shrink.exact {
		m.budget = tries(m.budget, e.Run.Events)
	}
	h := newRunner(sc)
	defer h.Close()
	defer r.progress.shrinking(plan.Progress{})
	if again := m.play(h, e.plan); again.Hash != e.Run.Hash {
		e.NotSmall = fmt.Sprintf("made again it is another run, with hash %016x", again.Hash)
		r.unsteady(s, e.Run, again.Hash, e.NotSmall)
		return
	}
	small, err := m.shrink(h, e.plan)
	var parting *plan.Parting
	switch {
	case errors.As(err, &parting):
		e.NotSmall = err.Error()
		r.unsteady(s, e.Run, parting.B.Hash, e.NotSmall)
	case err != nil:
		e.NotSmall = err.Error()
	default:
		e.Small, e.plan, e.words = small.small, small.Plan, small.words
	}
}

// unsteady notes that a failing run is not the same each time.
func (r *running) unsteady(s *reports.Summary, run *reports.Run, hash uint64, text string) {
	x := &reports.Waver{
		Scenario: s.Scenario, File: s.File, Seed: run.Seed, Dull: run.Dull, Hashes: [2]uint64{run.Hash, hash}, Text: text,
	}
	r.worst = graver(r.worst, codeWavering)
	r.wavers = append(r.wavers, x)
	r.each(func(t teller) { t.waver(s, x) })
}

// smaller makes runs of the campaign small.
func (c *campaign) smaller(sc *scenarios.Scenario) *smaller {
	return &smaller{sc: sc, digest: scenarios.Digest(c.target.src), opts: plain(c.opts)}
}
