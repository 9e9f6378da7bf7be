package main

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
)

// running is what `simrun run` was asked for, and what came of it so far.
type running struct {
	*app
	reporting
	strict bool
	canary bool // the scenarios have planted bugs, which must be found
	ending ending
	shrink shrinkBudget
	asked  asked
	seeds  *scenarios.Seeds // nil: those of the files
	jobs   int
	opts   scenarios.RunOptions
	twice  share

	changing []string // flags that change what runs there are
	endless  bool     // only the time ends the search
	targets  []target
	parsed   []*scenarios.Scenario
	until    time.Time        // when the scenario that runs is to end; zero: when its seeds are run
	keeps    [][]*kept        // of each scenario what is kept of it
	loose    []*reports.Saved // what the folder of --out keeps and is of none of them

	began    time.Time
	progress *progress
	done     []*reports.Summary
	wavers   []*reports.Waver
	worst    code
	bug      string // simrun's own; "" if it met none
	panicked error  // the same, met while a failure was looked at
	halted   bool   // as many failures were found as are wanted
	failures int    // so many were
	tellers  []teller
	folder   *folder // nil unless there is one
}

// asked is what flags said that what became of it does not tell.
type asked struct{ determinism, shrink string }

func newRunning(a *app) *running { return &running{app: a, reporting: reporting{format: textFormat}} }

func (a *app) runCommand() *cobra.Command { return newRunning(a).command() }

func (r *running) command() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run [TARGET…] [flags]",
		Short: "Run scenarios over many seeds",
		Example: `  simrun run kv                         a built-in scenario (simrun ls lists them)
  simrun run chat.sim.yaml --seeds 20k  a file, with seeds 1 to 20000
  simrun run scenarios/ --fail-fast     all files below a folder, up to the first failure
  simrun run chat.sim.yaml --stop-after 10m --policy portfolio --swarm   ten minutes of searching
  simrun run chat.repro.yaml            the one run that a file keeps
  simrun run chat.sim.yaml -s $(git rev-parse HEAD) --seeds 500   other seeds for each commit
  simrun run --out simrun-out --junit junit.xml --markdown "$GITHUB_STEP_SUMMARY"   on a CI server`,
		Long: `Runs each scenario once for each seed and says what held and what broke. The first failure of each kind is
made small, told with what it needs, and ends with the command that replays it. Unless a time ends the
search, what is printed to stdout does not depend on -j, nor on the machine. Exit codes: --explain-exit.
A TARGET is a scenario file, - (the standard input), a folder, or the name of a built-in scenario; without one,
this folder.
Runs kept from earlier come first: chat.repro.yaml and chat.*.repro.yaml beside chat.sim.yaml, and what the
folder of --out keeps. Each still fails (exit 1), is fixed, is stale (exit 8), or is said to be of none of them.
That folder has run.json, results.jsonl and, for each kind of failure, repro.yaml, story, trace and picture.`,
		RunE: func(cmd *cobra.Command, names []string) error {
			if err := r.settle(cmd); err != nil {
				return err
			}
			return r.run(names)
		},
		ValidArgsFunction: completeTargets,
	}
	f := cmd.Flags()
	f.String("seeds", "", "which `SEEDS`: 1..200, 50 (that is 1..50), [1, 7]  (SIM_SEEDS)")
	f.StringP("seed", "s", "", "one `SEED`: 7, 0x1f or a git hash; with --seeds 50, --stop-after the first  (SIM_SEED)")
	f.String("for", "", "how long runs last in virtual `TIME`, as in 90s  (SIM_FOR)")
	f.StringP("jobs", "j", "", "run `N` seeds at once; default: one for each core  (SIM_JOBS)")
	f.IntVar(&r.ending.failures, "fail-fast", 0, "stop at the first failure, or with =`N` at the N-th")
	f.Lookup("fail-fast").NoOptDefVal = "1"
	f.String("stop-after", "", "search so much real `TIME`, from --seed on; with --seeds not more  (SIM_STOP_AFTER)")
	f.String("policy", "", "who runs next, `POLICY` in place of the files': random, pos, portfolio…  (SIM_POLICY)")
	f.BoolVar(&r.opts.Swarm, "swarm", false, "each run leaves out some kinds of faults, as drawn")
	f.String("shrink", "", "the budget: make failures small in `N` runs each, or off; default: up to 500  (SIM_SHRINK)")
	f.BoolVar(&r.strict, "strict", false, "undecided rules (exit 6) and what was never tested (7) are errors")
	f.BoolVar(&r.canary, "canary", false, "the scenarios have planted bugs: exit 7 unless each is found")
	f.StringVar(&r.asked.determinism, "check-determinism", "off", "run this `SHARE` twice and compare: 2%, always")
	f.BoolVar(&r.opts.CheckMutation, "check-mutation", false, "find messages that are changed after they were sent (slow)")
	r.reporting.flags(cmd)
	for flag, words := range map[string]string{"policy": policyWords, "shrink": "off 100 2000"} {
		completed := cobra.FixedCompletions(strings.Split(words, " "), cobra.ShellCompDirectiveNoFileComp)
		must(cmd.RegisterFlagCompletionFunc(flag, completed))
	}
	return cmd
}

// policyWords are policies to choose from.
const policyWords = "random fifo pct pct(depth=3) pos timed(slack=10ms) portfolio"

// settle reads what flags and environment say.
func (r *running) settle(cmd *cobra.Command) (err error) {
	if cmd.Flags().Changed("fail-fast") && r.ending.failures < 1 {
		return exitWith(codeUsage, "--fail-fast=%d is no number of failures", r.ending.failures)
	}
	if r.opts.Policy, err = pickPolicy(r.set(cmd, "policy", "SIM_POLICY")); err != nil {
		return err
	}
	after := r.set(cmd, "stop-after", "SIM_STOP_AFTER")
	if r.ending.after, err = pickFor(after); err != nil {
		return err
	}
	shrink := r.set(cmd, "shrink", "SIM_SHRINK")
	if r.shrink, err = pickShrink(shrink, r.canary); err != nil {
		return err
	}
	r.asked.shrink = shrink.text
	r.settleFolder(r.env)
	for _, name := range []string{"seeds", "seed", "for", "policy", "swarm", "stop-after"} {
		if cmd.Flags().Changed(name) {
			r.changing = append(r.changing, "--"+name)
		}
	}
	one, many := r.set(cmd, "seed", "SIM_SEED"), r.set(cmd, "seeds", "SIM_SEEDS")
	if r.seeds, err = pickSeeds(one, many); err != nil {
		return err
	}
	if r.ending.after > 0 && untilTime(one, many, after) {
		r.seeds, r.endless = endless(r.seeds), true
	}
	if r.opts.For, err = pickFor(r.set(cmd, "for", "SIM_FOR")); err != nil {
		return err
	}
	if r.jobs, err = pickJobs(r.set(cmd, "jobs", "SIM_JOBS")); err != nil {
		return err
	}
	r.twice, err = pickShare(r.asked.determinism)
	return err
}

func (r *running) run(names []string) error {
	if len(names) == 0 {
		names = []string{"."}
	}
	targets, err := r.findAll(names)
	if err != nil {
		return r.looseNumber(names, err)
	}
	parsed, err := r.parseAll(targets)
	if err != nil {
		return err
	}
	if err := r.keepers(targets, parsed); err != nil {
		return err
	}
	if err := r.gather(targets, parsed); err != nil {
		return err
	}
	if len(parsed) == 1 && parsed[0].Repro != nil {
		return r.alone(fileRun(targets[0], parsed[0]))
	}
	r.stop.heed()
	if err := r.prepare(); err != nil {
		return err
	}
	r.targets, r.parsed, r.began = targets, parsed, time.Now()
	r.progress = newProgress(r.app, len(targets))
	r.each(func(t teller) { t.begin(scenarioNames(parsed)); t.loose(r.loose) })
	for i := range targets {
		if err := r.scenario(targets[i], parsed[i], r.keeps[i], len(targets)-i); err != nil {
			return r.fell(err)
		}
		if r.stop.asked() {
			return r.interrupted(targets[i:], parsed[i:])
		}
		if r.spoilt() || r.halted {
			break
		}
	}
	return r.end()
}

// looseNumber is an error about the names, or what is wrong if one of them was to be how many failures are wanted.
func (r *running) looseNumber(names []string, err error) error {
	for _, name := range names {
		if _, bad := strconv.ParseUint(name, 10, 32); bad == nil && r.ending.failures == 1 {
			if _, _, found := find(name); found != nil {
				return exitWith(codeUsage, "--fail-fast takes its number behind an equals sign").
					because("did you mean --fail-fast=" + name + "?")
			}
		}
	}
	return err
}

// alone plays the run that a file keeps, as simrun replay does, and judges it as this verb was told to.
func (r *running) alone(p *replay) error {
	p.opts.CheckMutation = r.opts.CheckMutation
	again := &replaying{app: r.app, reporting: r.reporting, warns: true, loose: r.loose, strict: r.strict, canary: r.canary}
	return again.play(p)
}

// keepers looks for files that keep one run: they say themselves which, and are small already.
func (r *running) keepers(targets []target, parsed []*scenarios.Scenario) error {
	for i, sc := range parsed {
		switch file := targets[i].file; {
		case sc.Repro == nil:
		case len(r.changing) > 0:
			who := strings.Join(r.changing, ", ")
			return exitWith(codeUsage, "%s keeps one run, in its key repro:, and %s %s otherwise", file, who, says(len(r.changing))).
				because("leave the flag out, or name the scenario itself")
		case r.shrink.flag && r.shrink.runs > 0:
			return exitWith(codeUsage, "--shrink: %s keeps one run, which is played as it is", file).
				because(fmt.Sprintf("to make it small: simrun shrink %s --budget %d", reports.ShellWord(file), r.shrink.runs))
		}
	}
	return nil
}

// says is the verb for so many who say something.
func says(n int) string {
	if n == 1 {
		return "says"
	}
	return "say"
}

// prepare opens whatever is written to. Where one of it is not to be had, nothing of the others is lost.
func (r *running) prepare() error {
	f, err := r.claim()
	if err != nil {
		return err
	}
	if err := r.begin(r.out); err != nil {
		f.close()
		return err
	}
	if f != nil {
		if err := f.start(); err != nil {
			f.close()
			r.finish()
			return err
		}
		r.folder = f
		r.tellers = append(r.tellers, f)
	}
	for _, x := range r.open {
		r.tellers = append(r.tellers, r.teller(x))
	}
	return nil
}

// teller is that of a report.
func (r *running) teller(x *report) teller {
	switch x.format {
	case textFormat:
		return &textTeller{Text: reports.Text{Colour: r.env.colour(r.colour, r.env.outTerminal)}, w: x.out}
	case jsonFormat:
		return &jsonTeller{JSON: reports.JSON{W: x.out}}
	}
	return &lateTeller{w: x.out, write: late[x.format]}
}

func (r *running) each(tell func(teller)) {
	for _, t := range r.tellers {
		tell(t)
	}
}

// spoilt tells whether something cannot be written any more.
func (r *running) spoilt() bool { return r.reporting.broken() || r.folder.broken() }

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

// scenario runs one scenario with all its seeds and prints what came of it.
func (r *running) scenario(t target, sc *scenarios.Scenario, keeps []*kept, left int) error {
	c := r.campaign(t, sc)
	r.until = r.ending.deadline(r.began, left)
	c.until = r.until
	s := r.summary(t, sc, c)
	r.each(func(t teller) { t.scenario(s, c) })
	r.progress.scenario(s, min(c.jobs, c.count))
	r.playKept(t, sc, s, keeps)
	bug := r.panicked
	if bug == nil && !r.halted && !r.stop.asked() {
		bug = r.search(s, c, sc)
	}
	r.progress.wipe()
	s.End, s.EndText = r.why(s, c, bug)
	if bug != nil {
		r.out.Flush()
		return ownBug(bug)
	}
	c.unheard(sc, s)
	r.done = append(r.done, s)
	r.worst = graver(r.worst, r.judge(s))
	r.each(func(t teller) { t.scenarioEnd(s, outlook{r.canary}) })
	r.flush()
	return nil
}

// search runs the seeds. The error is a bug of simrun.
func (r *running) search(s *reports.Summary, c *campaign, sc *scenarios.Scenario) (bug error) {
	c.run(func(o outcome) bool {
		if bug = o.bug; bug != nil {
			return false
		}
		return r.take(s, o, c, sc)
	}, func() { r.progress.pulse(); r.flush() })
	return cmp.Or(bug, r.panicked)
}

// count counts a failure, and says whether that was the last one that is wanted.
func (r *running) count() {
	r.failures++
	r.halted = r.halted || r.ending.failures > 0 && r.failures >= r.ending.failures
}

func (r *running) campaign(t target, sc *scenarios.Scenario) *campaign {
	c := &campaign{target: t, seeds: sc.Run.Seeds, jobs: r.jobs, opts: r.opts, twice: r.twice, stop: r.stop}
	switch {
	case sc.Repro != nil:
		c.seeds = scenarios.Seeds{}
	case r.seeds != nil:
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
		Token: tokens(sc, scenarios.Digest(t.src), r.opts), Open: r.endless, Alike: r.alike(sc),
	}
}

// alike reports whether another scenario has the name of one.
func (r *running) alike(sc *scenarios.Scenario) bool {
	return slices.ContainsFunc(r.parsed, func(x *scenarios.Scenario) bool { return x != sc && x.Name == sc.Name })
}

// tokens makes the tokens of a scenario's runs.
func tokens(sc *scenarios.Scenario, digest scenarios.Sum, opts scenarios.RunOptions) func(*reports.Run) string {
	return func(run *reports.Run) string {
		x := scenarios.Repro{Plan: planOf(sc, run.Seed, opts), Policy: opts.Policy, Hash: run.Hash}
		return x.Token(digest).Format()
	}
}

// take is given the runs in the order of their seeds, and says whether to go on.
func (r *running) take(s *reports.Summary, o outcome, c *campaign, sc *scenarios.Scenario) bool {
	found := s.Add(o.run)
	r.each(func(t teller) { t.run(s, o.run) })
	if o.waver != nil {
		r.worst = graver(r.worst, codeWavering)
		r.wavers = append(r.wavers, o.waver)
		r.each(func(t teller) { t.waver(s, o.waver) })
	}
	if found != nil {
		r.progress.failure(found)
		e := r.evidence(c, sc, s, found)
		r.each(func(t teller) { t.found(s, e) })
		if r.panicked != nil {
			return false
		}
	}
	if found != nil || o.waver != nil {
		r.count()
	}
	return !r.halted && !r.spoilt()
}

// evidence makes the first failing run of a kind small, and once more if somebody wants to see more of it.
func (r *running) evidence(c *campaign, sc *scenarios.Scenario, s *reports.Summary, f *reports.Found) (e *evidence) {
	e = &evidence{Found: f, plan: planOf(sc, f.Run.Seed, c.opts)}
	if f.Number > 1 {
		return e
	}
	defer func() {
		if v := recover(); v != nil {
			r.panicked = panicOf(fmt.Sprintf("looked closer at %s with seed %d", c.target.word(), f.Run.Seed), v)
		}
	}()
	r.makeSmall(c, sc, s, e)
	if e.known != nil {
		return e
	}
	if r.folder != nil {
		r.folder.reserve(c.smaller(sc), s, e)
	}
	if r.wants() {
		c.evidence(sc, e)
	}
	return e
}

// flush sends what is printed; the progress lines must be out of the way.
func (r *running) flush() {
	r.reporting.flush()
	if r.out.w.Buffered() > 0 {
		r.progress.wipe()
		r.out.Flush()
	}
}

// judge is the exit code of a scenario.
func (r *running) judge(s *reports.Summary) code {
	c := codeOK
	switch broken := s.Word() == reports.Broken; {
	case r.canary && !broken:
		c = codeNotMet
	case !r.canary && broken:
		c = codeBroken
	}
	if len(s.Stale()) > 0 {
		c = graver(c, codeDrift)
	}
	if r.canary {
		return c
	}
	if r.strict && s.Undecided+s.SavedUndecided() > 0 {
		c = graver(c, codeInconclusive)
	}
	if r.strict && len(s.Idle()) > 0 {
		c = graver(c, codeNotMet)
	}
	return c
}

// end prints what there is to say of all scenarios.
func (r *running) end() error {
	err := r.close(r.tellers, r.worst)
	r.speed()
	r.ranOut()
	return err
}

// close lets them say the last of it, and closes what is open. What could not be written is worse than what was found.
func (r *running) close(tellers []teller, c code) error {
	res := &reports.Results{
		Program: "simrun " + build(), Scenarios: r.done, Wavers: r.wavers, Loose: r.loose, Strict: r.strict, Canary: r.canary,
		Interrupted: r.stop.asked(), ExitCode: int(c), Bug: r.bug,
	}
	for _, t := range tellers {
		t.end(res)
	}
	r.out.Flush()
	r.folder.close()
	switch file, folder := r.finish(), r.folder.failure(); {
	case folder != nil:
		return folder
	case file != nil:
		return file
	}
	return ended(c)
}

// fell is for a bug of simrun's own: what was known goes to the files, and nothing more to stdout.
func (r *running) fell(bug error) error {
	var files []teller
	for i, x := range r.open {
		if x.file != nil {
			files = append(files, r.tellers[len(r.tellers)-len(r.open)+i])
		}
	}
	if r.folder != nil {
		files = append(files, r.folder)
	}
	r.bug = bug.Error()
	r.close(files, codeEngine)
	return bug
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

func completeTargets(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return libraryNames(), cobra.ShellCompDirectiveDefault
}
