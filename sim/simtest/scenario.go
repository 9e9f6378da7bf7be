package simtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Scenario runs a scenario file as a test: with all the seeds that the file says, a fifth of them with -short, and -sim.seeds more. The
// first failure counts, by the order of seeds; others are listed. programs is what the file can start; nil: those that come with bedlam.
func Scenario(t testing.TB, file string, programs scenarios.Programs) {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ScenarioText(t, filepath.ToSlash(file), src, programs)
}

// ScenarioText is Scenario for what was read already; file is its name for messages.
func ScenarioText(t testing.TB, file string, src []byte, programs scenarios.Programs) {
	t.Helper()
	if programs == nil {
		programs = scenarios.Builtin()
	}
	(&staging{t: t, file: file, src: src, programs: programs, flags: flags}).test()
}

// test is the whole of it.
func (s *staging) test() {
	t := s.t
	t.Helper()
	if s.flags.err != nil {
		t.Fatal(s.flags.err)
	}
	if d, ok := t.(interface{ Deadline() (time.Time, bool) }); ok {
		s.deadline, _ = d.Deadline()
	}
	sc, mistakes := scenarios.Parse(s.file, s.src, s.programs)
	if mistakes != nil {
		t.Fatalf("\n%v", mistakes)
	}
	if s.flags.replay != "" {
		s.replay()
		return
	}
	s.sweep(s.seeds(sc))
}

// staging is a scenario under test.
type staging struct {
	t        testing.TB
	file     string
	src      []byte
	programs scenarios.Programs
	flags    settings
	deadline time.Time
	length   time.Duration // of the run that is replayed, if not as long as the file says; else 0
}

// hand makes runs of the scenario, which it reads for itself: hands share nothing.
func (s *staging) hand() (run func(seed uint64, opts scenarios.RunOptions) *reports.Run, end func()) {
	sc, _ := scenarios.Parse(s.file, s.src, s.programs)
	r := scenarios.NewRunner(sc, s.programs)
	return r.Run, r.Close
}

// seeds are those of the file and those that -sim.seeds asks for.
func (s *staging) seeds(sc *scenarios.Scenario) []uint64 {
	var all []uint64
	for seed := range sc.Run.Seeds.All() {
		all = append(all, seed)
	}
	if testing.Short() {
		all = all[:(len(all)+4)/5]
	}
	for i := range s.flags.seeds {
		all = append(all, choice.Child(s.flags.seed, "seeds", uint32(i)))
	}
	return all
}

func (s *staging) clear() bool { return s.deadline.IsZero() || time.Until(s.deadline) > margin }

// sweep runs all seeds, and some of them twice.
func (s *staging) sweep(seeds []uint64) {
	s.t.Helper()
	all := sweep(len(seeds), s.clear, func() (func(int) *staged, func()) {
		run, end := s.hand()
		return func(i int) *staged {
			one := &staged{run: run(seeds[i], scenarios.RunOptions{})}
			if i%wary == 0 || one.run.Failed() {
				two := run(seeds[i], scenarios.RunOptions{})
				one.wavers = one.run.Hash != two.Hash || one.run.Events != two.Events || one.run.Signature() != two.Signature()
				one.other = two.Hash
			}
			return one
		}, end
	})
	tried := 0
	var found *reports.Run
	var others strings.Builder
	listed := map[string]bool{}
	for _, one := range all {
		if one == nil {
			continue
		}
		tried++
		if one.wavers {
			s.wavers(one)
			return
		}
		sig := one.run.Signature()
		switch {
		case !one.run.Failed() || listed[sig]:
		case found == nil:
			found = one.run
		default:
			fmt.Fprintf(&others, "it also breaks %s: -sim.replay=%s\n", sig, s.token(one.run))
		}
		if one.run.Failed() {
			listed[sig] = true
		}
	}
	if found == nil {
		s.t.Logf("simtest: %d runs, and no rule broke", tried)
		return
	}
	s.broke(found, others.String())
}

// staged is one run; wavers is whether a second was another.
type staged struct {
	run    *reports.Run
	wavers bool
	other  uint64
}

func (s *staging) wavers(one *staged) {
	s.t.Helper()
	s.t.Errorf("%s\nseed %s: hash %016x, then %016x\n%s", waversMessage, choice.FormatSeed(one.run.Seed), one.run.Hash, one.other, s.line(one.run))
}

// broke fails the test with what reports say of the run.
func (s *staging) broke(r *reports.Run, more string) {
	s.t.Helper()
	var b strings.Builder
	if err := (reports.Text{}).Failure(&b, &reports.Found{Run: r}); err != nil {
		s.t.Fatal(err)
	}
	s.t.Attr("sim.rule", r.Signature())
	s.t.Attr("sim.replay", strings.TrimPrefix(s.line(r), "REPLAY: "))
	s.t.Errorf("%s\n%s%sor: simrun replay %s %s\n%s", breaksMessage, b.String(), more, s.token(r), s.file, s.line(r))
}

func (s *staging) token(r *reports.Run) string {
	return scenarios.Token{Scenario: scenarios.Digest(s.src), Seed: r.Seed, For: s.length, Hash: scenarios.HashStart(r.Hash)}.Format()
}

func (s *staging) line(r *reports.Run) string {
	return fmt.Sprintf("REPLAY: go test -run '%s' -sim.replay=%s", pattern(s.t.Name()), s.token(r))
}

// replay makes the run of a token, twice.
func (s *staging) replay() {
	s.t.Helper()
	token, err := scenarios.ParseToken(s.flags.replay)
	switch {
	case s.flags.ambient && (err != nil || token.Scenario != scenarios.Digest(s.src)):
		s.t.Skip("SIM_REPLAY is of another test")
	case err != nil:
		s.t.Fatalf("-sim.replay: %v", err)
	case token.Scenario != scenarios.Digest(s.src):
		s.t.Fatalf("-sim.replay: the token is of another scenario, or %s was edited since", s.file)
	}
	run, end := s.hand()
	defer end()
	s.length = token.For
	opts := scenarios.RunOptions{For: token.For}
	one := &staged{run: run(token.Seed, opts)}
	if one.other = run(token.Seed, opts).Hash; one.other != one.run.Hash {
		s.wavers(one)
		return
	}
	another := token.Hash != 0 && token.Hash != scenarios.HashStart(one.run.Hash)
	switch {
	case one.run.Failed() && another:
		s.broke(one.run, "it is not the run that the token was made of: the program has changed\n")
	case one.run.Failed():
		s.broke(one.run, "")
	case another:
		s.t.Log("simtest: the run breaks nothing any more; the program has changed since the token was made")
	default:
		s.t.Log("simtest: the run breaks nothing")
	}
}
