package simtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/scenarios/programs"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// Scenario runs a scenario file as a test: saved plans first, then all the seeds that the file says, a fifth of them
// with -short, and -sim.seeds more. The first failure counts, by the order of seeds; others are listed. It is made
// small, saved and told as Check does it. starts is what the file can start; nil: those that come with bedlam, and
// then simrun replays the token too.
func Scenario(t testing.TB, file string, starts scenarios.Programs, opts ...Option) {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ScenarioText(t, filepath.ToSlash(file), src, starts, opts...)
}

// ScenarioText is Scenario for what was read already; file is its name for messages.
func ScenarioText(t testing.TB, file string, src []byte, starts scenarios.Programs, opts ...Option) {
	t.Helper()
	known := starts == nil
	if known {
		starts = programs.All()
	}
	sc, mistakes := scenarios.Parse(file, src, starts)
	if mistakes != nil {
		t.Fatalf("\n%v", mistakes)
	}
	c := newSearch(t, &stage{file: file, src: src, programs: starts, known: known, sc: sc, sum: &summary{}}, opts)
	defer c.close()
	if c.settled() {
		return
	}
	var seeds []uint64
	for seed := range sc.Run.Seeds.All() {
		seeds = append(seeds, seed)
	}
	if testing.Short() {
		seeds = seeds[:(len(seeds)+4)/5]
	}
	c.sweep(append(seeds, c.moreSeeds()...))
	c.conclude()
}

// stage is the subject that a scenario is. It must be closed.
type stage struct {
	file     string
	src      []byte
	programs scenarios.Programs
	known    bool // to simrun
	sc       *scenarios.Scenario
	runner   *scenarios.Runner // nil before the first run
	sum      *summary          // that of all who work on it
}

// summary is what runs that leave nothing out have come to, all of them taken together. They go on side by side.
type summary struct {
	sync.Mutex
	reports.Summary
}

func (s *stage) noun() string { return "scenario" }

// runs is the runner.
func (s *stage) runs() *scenarios.Runner {
	if s.runner == nil {
		s.runner = scenarios.NewRunner(s.sc, s.programs)
	}
	return s.runner
}

func (s *stage) run(p plan.Plan, rec *choice.Recording) plan.Outcome {
	if len(p.Without) > 0 { // the Runner knows what is not worth asking then
		return s.runs().Planned(scenarios.RunOptions{})(p, rec)
	}
	run := s.runs().Play(p, scenarios.RunOptions{Record: rec})
	s.sum.Lock()
	s.sum.Add(run)
	s.sum.Unlock()
	o := plan.Outcome{Hash: run.Hash, Events: run.Events, Now: run.Now, Drift: s.runs().Drift()}
	if run.Failure != nil {
		o.Signature, o.Broke = run.Failure.Signature, run.Failure.At
	}
	return o
}

// idle is what simrun warns of, and what was undecided in every run.
func (s *stage) idle() []string {
	list := s.sum.Idle()
	for _, r := range s.sum.Rules {
		if r.Evaluated > 0 && r.Undecided == s.sum.Runs {
			list = append(list, fmt.Sprintf("the rule %q was undecided in every run", r.Rule))
		}
	}
	return list
}

func (s *stage) close() {
	if s.runner != nil {
		s.runner.Close()
		s.runner = nil
	}
}

// another reads the file for itself: runners share nothing.
func (s *stage) another() subject {
	other := *s
	other.sc, _ = scenarios.Parse(s.file, s.src, s.programs)
	other.runner = nil
	return &other
}

// digest is the file's, as a number.
func (s *stage) digest() uint64 { return scenarios.Digest(s.src).Number() }

func (s *stage) places() int { return s.sc.Elements() }

func (s *stage) elements(plan.Plan) []string {
	all := make([]string, s.places())
	for place := range all {
		all[place] = s.sc.Element(place)
	}
	return all
}

func (s *stage) declared(plan.Plan) []choice.Draw { return nil }

// token is one that simrun reads.
func (s *stage) token(p plan.Plan, hash uint64) string {
	t := scenarios.Token{Scenario: scenarios.Digest(s.src), Seed: p.Seed, For: p.For}
	if p = p.Canonical(); p.Dull || len(p.Deviations)+len(p.Without) > 0 {
		t.Plan = &p
	}
	if hash != 0 {
		t.Hash = scenarios.HashStart(hash)
	}
	return t.Format()
}

func (s *stage) named(token string) (plan.Token, error) {
	t, err := scenarios.ParseToken(token)
	p := plan.Plan{Seed: t.Seed, For: t.For}
	if t.Plan != nil {
		p = *t.Plan
	}
	return plan.Token{Plan: p, Program: t.Scenario.Number(), Hash: t.Hash}, err
}

// tell says what simrun says.
func (s *stage) tell(p plan.Plan, o plan.Outcome) tale {
	s.close() // the world of before has kept no facts
	run := s.runs().Play(p, scenarios.RunOptions{})
	var b strings.Builder
	found := &reports.Found{Run: run}
	if p.Dull || len(p.Deviations)+len(p.Without) > 0 {
		found.Plan = p.String()
	}
	if err := (reports.Text{}).Failure(&b, found); err != nil {
		fmt.Fprintln(&b, err)
	}
	tail := ""
	if s.known {
		tail = fmt.Sprintf("or: simrun replay %s %s\n", s.token(p, o.Hash), reports.ShellWord(s.file))
	}
	return tale{
		head:  b.String(),
		tail:  tail,
		place: s.sc.Element,
		words: s.runner.Words(p, scenarios.RunOptions{}),
	}
}
