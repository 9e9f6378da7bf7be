package main

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
)

// running is what `simrun run` was asked for, and what came of it so far.
type running struct {
	*app
	format   format
	strict   bool
	canary   bool // the scenarios have planted bugs, which must be found
	failFast bool
	seeds    *scenarios.Seeds // nil: those of the files
	jobs     int
	opts     scenarios.RunOptions
	twice    share

	began    time.Time
	progress *progress
	done     []*reports.Summary
	worst    code
	broken   bool // a failure was found, and the first one is to be the last
}

func (a *app) runCommand() *cobra.Command {
	r := &running{app: a, format: textFormat}
	var determinism string
	cmd := &cobra.Command{
		Use:   "run [TARGET…] [flags]",
		Short: "Run scenarios over many seeds",
		Example: `  simrun run kv                         a built-in scenario (simrun ls lists them)
  simrun run chat.sim.yaml --seeds 20k  a file, with seeds 1 to 20000
  simrun run scenarios/ --fail-fast     all files below a folder, up to the first failure
  simrun run chat.sim.yaml -s $(git rev-parse HEAD) --seeds 500   other seeds for each commit`,
		Long: `Runs each scenario once for each seed and says what held and what broke. Each failure ends with the
command that replays it. What is printed to stdout does not depend on -j, nor on the machine.
A TARGET is a scenario file, a folder, or the name of a built-in scenario; without one, this folder.
A flag beats its variable (SIM_SEEDS, …), which beats the file. Exit codes: simrun --explain-exit.`,
		RunE: func(cmd *cobra.Command, names []string) error {
			if err := r.settle(cmd, determinism); err != nil {
				return err
			}
			return r.run(names)
		},
		ValidArgsFunction: completeTargets,
	}
	f := cmd.Flags()
	f.String("seeds", "", "which `SEEDS`: 1..200, 50 (that is 1..50), 20k, [1, 7]  (SIM_SEEDS)")
	f.StringP("seed", "s", "", "one `SEED`: 7, 0x9f31c2 or a git hash; with --seeds 50 the first of 50  (SIM_SEED)")
	f.String("for", "", "how long runs last in virtual `TIME`, as in 90s  (SIM_FOR)")
	f.StringP("jobs", "j", "", "run `N` seeds at once; default: as many as there are cores  (SIM_JOBS)")
	f.BoolVar(&r.failFast, "fail-fast", false, "stop at the first failure")
	f.BoolVar(&r.strict, "strict", false, "undecided rules (exit 6) and what was never tested (7) are errors")
	f.BoolVar(&r.canary, "canary", false, "the scenarios have planted bugs: exit 7 unless each is found")
	f.StringVar(&determinism, "check-determinism", "off", "run that `SHARE` of the seeds twice and compare: 2%, always, off")
	f.BoolVar(&r.opts.CheckMutation, "check-mutation", false, "find messages that are changed after they were sent (slow)")
	formatFlag(cmd, &r.format)
	return cmd
}

// settle reads what flags and environment say.
func (r *running) settle(cmd *cobra.Command, determinism string) (err error) {
	if r.seeds, err = pickSeeds(r.set(cmd, "seed", "SIM_SEED"), r.set(cmd, "seeds", "SIM_SEEDS")); err != nil {
		return err
	}
	if r.opts.For, err = pickFor(r.set(cmd, "for", "SIM_FOR")); err != nil {
		return err
	}
	if r.jobs, err = pickJobs(r.set(cmd, "jobs", "SIM_JOBS")); err != nil {
		return err
	}
	r.twice, err = pickShare(determinism)
	return err
}

func (r *running) run(names []string) error {
	if len(names) == 0 {
		names = []string{"."}
	}
	targets, err := r.findAll(names)
	if err != nil {
		return err
	}
	parsed, err := r.parseAll(targets)
	if err != nil {
		return err
	}
	r.began = time.Now()
	r.progress = newProgress(r.app, len(targets))
	if r.format == jsonFormat {
		r.json().RunStart(build(), scenarioNames(parsed))
	}
	for i := range targets {
		if err := r.scenario(targets[i], parsed[i]); err != nil {
			return err
		}
		if r.stop.asked() {
			return r.interrupted(targets[i:])
		}
		if r.out.broken() || r.broken {
			break
		}
	}
	return r.end(len(targets))
}

// parseAll reads all scenarios before the first one runs: mistakes are worth more at once than in an hour.
func (a *app) parseAll(targets []target) ([]*scenarios.Scenario, error) {
	var parsed []*scenarios.Scenario
	bad := 0
	for _, t := range targets {
		sc, ds := t.parse()
		if len(ds) > 0 {
			bad++
			fmt.Fprintf(a.errs, "%v\n", ds)
		}
		parsed = append(parsed, sc)
	}
	if bad > 0 {
		return nil, exitWith(codeBadFile, "%s of %d cannot be run, so nothing was", plural(bad, "file"), len(targets))
	}
	return parsed, nil
}

func scenarioNames(all []*scenarios.Scenario) []string {
	names := make([]string, len(all))
	for i, sc := range all {
		names[i] = sc.Name
	}
	return names
}

func (r *running) text() reports.Text {
	return reports.Text{Colour: r.env.colour(r.colour, r.env.outTerminal)}
}

func (r *running) json() reports.JSON { return reports.JSON{W: r.out} }

// scenario runs one scenario with all its seeds and prints what came of it.
func (r *running) scenario(t target, sc *scenarios.Scenario) error {
	c := r.campaign(t, sc)
	s := r.summary(t, sc, c)
	if r.format == jsonFormat {
		r.json().ScenarioStart(s)
	}
	r.progress.scenario(s, min(c.jobs, c.count))
	var bug error
	c.run(func(o outcome) bool {
		if bug = o.bug; bug != nil {
			return false
		}
		return r.take(s, o)
	}, func() { r.progress.pulse(); r.flush() })
	r.progress.wipe()
	if bug != nil {
		r.out.Flush()
		return exitWith(codeEngine, "%w", bug).because("this is a bug of simrun: please report it with the lines above")
	}
	r.done = append(r.done, s)
	r.worst = graver(r.worst, r.judge(s))
	r.tell(s)
	return nil
}

func (r *running) campaign(t target, sc *scenarios.Scenario) *campaign {
	c := &campaign{target: t, seeds: sc.Run.Seeds, jobs: r.jobs, opts: r.opts, twice: r.twice, stop: r.stop}
	if r.seeds != nil {
		c.seeds = *r.seeds
	}
	c.count = c.seeds.Len()
	return c
}

func (r *running) summary(t target, sc *scenarios.Scenario, c *campaign) *reports.Summary {
	last := sc.Run.For
	if r.opts.For > 0 {
		last = r.opts.For
	}
	return &reports.Summary{
		Scenario: sc.Name, File: t.file, Seeds: c.seeds.String(), Asked: c.count, For: last,
		Token: tokens(scenarios.Digest(t.src), r.opts),
	}
}

// tokens makes the tokens of a scenario's runs.
func tokens(digest scenarios.Sum, opts scenarios.RunOptions) func(*reports.Run) string {
	return func(run *reports.Run) string {
		return scenarios.Token{Scenario: digest, Seed: run.Seed, For: opts.For, Hash: scenarios.HashStart(run.Hash)}.Format()
	}
}

// take is given the runs in the order of their seeds, and says whether to go on.
func (r *running) take(s *reports.Summary, o outcome) bool {
	found := s.Add(o.run)
	if o.waver != nil {
		r.worst = graver(r.worst, codeWavering)
		r.wavers(o.waver)
	}
	if found != nil {
		if r.format == jsonFormat {
			r.json().Failure(found)
		}
		r.progress.failure(found)
	}
	r.broken = r.failFast && (found != nil || o.waver != nil)
	return !r.broken && !r.out.broken()
}

func (r *running) wavers(x *reports.Waver) {
	if r.format == jsonFormat {
		r.json().Waver(x)
		return
	}
	r.text().Waver(r.out, x)
}

// tell prints what came of a scenario.
func (r *running) tell(s *reports.Summary) {
	if r.format == jsonFormat {
		r.json().ScenarioEnd(s)
	} else {
		r.text().Scenario(r.out, s)
		if r.canary && !s.Partial() {
			fmt.Fprintln(r.out, canaryLine(s))
		}
	}
	r.flush()
}

func canaryLine(s *reports.Summary) string {
	if s.Failed == 0 {
		return fmt.Sprintf("CANARY %s: NOT found in %s", s.Scenario, plural(s.Runs, "seed"))
	}
	return fmt.Sprintf("CANARY %s: found by %d of %s", s.Scenario, s.Failed, plural(s.Runs, "seed"))
}

// flush sends what is printed; the progress lines must be out of the way.
func (r *running) flush() {
	if r.out.w.Buffered() > 0 {
		r.progress.wipe()
		r.out.Flush()
	}
}

// judge is the exit code of a scenario.
func (r *running) judge(s *reports.Summary) code {
	if r.canary {
		if s.Failed == 0 {
			return codeNotMet
		}
		return codeOK
	}
	c := codeOK
	if s.Failed > 0 {
		c = codeBroken
	}
	if r.strict && s.Undecided > 0 {
		c = graver(c, codeInconclusive)
	}
	if r.strict && len(s.Idle()) > 0 {
		c = graver(c, codeNotMet)
	}
	return c
}

// end prints what there is to say of all scenarios.
func (r *running) end(asked int) error {
	switch {
	case r.format == jsonFormat:
		r.json().RunEnd(r.done, int(r.worst))
	case asked > 1:
		r.text().Total(r.out, r.done)
	}
	r.out.Flush()
	r.speed()
	return ended(r.worst)
}

// speed says how fast that was. It is on stderr because it is another number each time.
func (r *running) speed() {
	wall := time.Since(r.began)
	if r.quiet || r.out.broken() || wall <= 0 {
		return
	}
	sum := reports.Total(r.done)
	fmt.Fprintf(r.errs, "%s in %.2fs: %s seeds/s, %s events/s, %s× real time, %s\n", plural(sum.Runs, "seed"), wall.Seconds(),
		round(float64(sum.Runs)/wall.Seconds()), round(float64(sum.Events)/wall.Seconds()), round(sum.Virtual.Seconds()/wall.Seconds()),
		plural(min(r.jobs, runtime.GOMAXPROCS(0)), "core"))
}

// interrupted says what is known, and how to go on.
func (r *running) interrupted(left []target) error {
	if r.format == jsonFormat {
		r.json().RunEnd(r.done, int(r.stop.code.Load()))
	} else if len(r.done) > 1 {
		r.text().Total(r.out, r.done)
	}
	r.out.Flush()
	s := r.done[len(r.done)-1]
	c := r.seeds
	if c == nil {
		sc, _ := left[0].parse()
		c = &sc.Run.Seeds
	}
	fmt.Fprintf(r.errs, "simrun: interrupted after %d of %s of %s\n", s.Runs, plural(s.Asked, "seed"), s.Scenario)
	if rest := seedsFrom(*c, s.Runs); rest != "" {
		fmt.Fprintf(r.errs, "  to go on: simrun run %s --seeds '%s'%s\n", left[0].word(), rest, r.flags())
	}
	if left = left[1:]; len(left) > 0 {
		fmt.Fprintf(r.errs, "  and then: simrun run %s%s%s\n", words(left), r.seedFlag(), r.flags())
	}
	return r.stop.exit()
}

func words(targets []target) string {
	all := make([]string, len(targets))
	for i, t := range targets {
		all[i] = t.word()
	}
	return strings.Join(all, " ")
}

func (r *running) seedFlag() string {
	if r.seeds == nil {
		return ""
	}
	return " --seeds '" + r.seeds.String() + "'"
}

// flags are those that change what is run.
func (r *running) flags() string {
	if r.opts.For == 0 {
		return ""
	}
	return " --for " + scenarios.FormatDuration(r.opts.For)
}

func completeTargets(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return libraryNames(), cobra.ShellCompDirectiveDefault
}
