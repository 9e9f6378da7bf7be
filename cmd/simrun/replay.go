package main

import (
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// replaying is what `simrun replay` was asked for.
type replaying struct {
	*app
	reporting
	trace bool

	warns  bool             // of what is not tested, as simrun run does, which can
	strict bool             // take that for an error
	canary bool             // or hope for a failure
	loose  []*reports.Saved // what the folder of --out keeps beside, and nobody plays
}

func (a *app) replayCommand() *cobra.Command {
	r := &replaying{app: a, reporting: reporting{format: textFormat}}
	cmd := &cobra.Command{
		Use:   "replay TOKEN|FILE [SCENARIO]",
		Short: "Run once more, exactly, what a failure printed",
		Example: `  simrun replay 2C5TR4...                 the token of a REPLAY line
  simrun replay 2C5TR4... chat.sim.yaml   with this scenario file
  simrun replay chat.repro.yaml           the run that a file keeps in its key repro:
  simrun replay chat.repro.yaml chat.sim.yaml   the same run of the scenario as it is now
  simrun replay ci.log                    the first token in a file: a log, a JSON output
  simrun replay simrun-out/failures/…/repro.yaml --out again   what simrun run --out has kept`,
		Long: `Makes a run again, twice, and says what became of it:
  reproduced       the same run, to the last event, and it fails again      exit code 1
  still fails      another run, which fails in the same way                 exit code 1
  fails otherwise  another rule breaks than did                             exit code 1
  holds            nothing broke, and nothing breaks                        exit code 0
  fixed            nothing fails any more, and all of the plan applies      exit code 0
  drifted          parts of the plan do not apply, and nothing fails; or it
                   is another run than a token's, and fails                 exit code 8
  not deterministic  two runs of it differ: that is what to mend first      exit code 5
It says part by part what is not as it was. simrun run says the same of a file, with the same exit code.
The scenario of a token is found by its digest: below this folder, else among the built-in ones.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 || len(args) == 2 {
				return nil
			}
			n := plural(len(args), "argument")
			return exitWith(codeUsage, "replay takes a token or a file, and perhaps a scenario file, not %s", n)
		},
		RunE: func(_ *cobra.Command, args []string) error {
			r.settleFolder(r.env)
			p, err := r.runOf(args)
			if err != nil {
				return err
			}
			return r.play(p)
		},
	}
	cmd.Flags().BoolVar(&r.trace, "trace", false, "print the trace first (text and json)")
	r.reporting.flags(cmd)
	return cmd
}

// play makes a run again and tells what became of it.
func (r *replaying) play(p *replay) error {
	if err := r.begin(r.out); err != nil {
		return err
	}
	p.make(r.trace || r.wants())
	return r.tell(p)
}

// runOf reads a token, a file that keeps a run or one with a token in it, and finds its scenario, which may be named behind it.
func (a *app) runOf(args []string) (*replay, error) {
	switch t, sc, err := a.keeper(args[0]); {
	case err != nil:
		return nil, err
	case sc != nil && len(args) == 1:
		return fileRun(t, sc), nil
	case sc != nil:
		return a.runOn(sc.Repro, args[1])
	}
	token, err := readToken(args[0])
	if err != nil {
		return nil, err
	}
	t, err := a.scenarioOf(token, args[1:])
	if err != nil {
		return nil, err
	}
	parsed, err := a.parseAll([]target{t})
	if err != nil {
		return nil, err
	}
	p := &replay{target: t, sc: parsed[0], hash: token.Hash, plan: plan.Plan{Seed: token.Seed, For: token.For}, policy: token.Policy}
	p.edited = scenarios.Digest(t.src) != token.Scenario
	if token.Plan != nil {
		p.plan = *token.Plan
	}
	return p, nil
}

// reproKey tells files that keep a run, be they as wrong as they may.
var reproKey = regexp.MustCompile(`(?m)^["' {]*repro["']?\s*:`)

// keeper reads a scenario file with a repro; sc is nil if it is none.
func (a *app) keeper(word string) (target, *scenarios.Scenario, error) {
	if !isYAML(word) && word != inputWord {
		return target{}, nil, nil
	}
	t, err := read(word)
	if err != nil || !isScenario(t) || !reproKey.Match(t.src) {
		return target{}, nil, nil
	}
	parsed, err := a.parseAll([]target{t})
	if err != nil || parsed[0].Repro == nil {
		return target{}, nil, err
	}
	return t, parsed[0], nil
}

// fileRun is the run that a file keeps.
func fileRun(t target, sc *scenarios.Scenario) *replay {
	digest := scenarios.Digest(t.src)
	x := sc.Repro
	p := &replay{target: t, sc: sc, repro: x, plan: x.Plan, policy: x.Policy}
	p.edited = x.Digest != (scenarios.Sum{}) && x.Digest != digest
	return p
}

// runOn is the run that a file keeps, of another version of its scenario.
func (a *app) runOn(x *scenarios.Repro, word string) (*replay, error) {
	found, err := a.findAll([]string{word})
	if err != nil {
		return nil, err
	}
	if len(found) > 1 {
		return nil, exitWith(codeUsage, "%s holds %d scenarios; name one", word, len(found))
	}
	parsed, err := a.parseAll(found)
	if err != nil {
		return nil, err
	}
	p := fileRun(found[0], parsed[0].With(x))
	p.plan, p.gone = x.On(parsed[0])
	return p, nil
}

// scenarioOf finds the scenario of a token: the one that is named, else one below this folder or in the library with its digest.
func (a *app) scenarioOf(token scenarios.Token, named []string) (target, error) {
	if len(named) == 1 {
		found, err := a.findAll(named)
		if err != nil {
			return target{}, err
		}
		for _, t := range found {
			if len(found) == 1 || scenarios.Digest(t.src) == token.Scenario {
				return t, nil
			}
		}
		return target{}, lost(token, named[0])
	}
	here, unread := below(".")
	for _, err := range unread {
		a.warn("%v", err)
	}
	for _, t := range append(here, library()...) {
		if scenarios.Digest(t.src) == token.Scenario {
			return t, nil
		}
	}
	return target{}, lost(token, "this folder or the library")
}

func lost(token scenarios.Token, where string) error {
	return exitWith(codeDrift, "no scenario file of %s has the digest %v of this token", where, token.Scenario).
		because("it was edited since, or is elsewhere: name the file to try it all the same, as in simrun replay TOKEN FILE")
}

// replay is a run made again, and what is to be said of it.
type replay struct {
	target target
	sc     *scenarios.Scenario
	plan   plan.Plan
	policy scenarios.Policy
	hash   uint32               // the beginning of the run's, if it is a token's; 0: not known
	repro  *scenarios.Repro     // what a file says of it; nil if it is a token's
	gone   []string             // what its plan leaves out and is not there
	edited bool                 // the scenario is not the one that it was a run of
	opts   scenarios.RunOptions // what else there is to say of the run

	run    *reports.Run
	became became   // if it is a file's
	parts  []string // what is not as it was
	drift  bool     // the plan does not apply any more
	waver  *reports.Waver
	record *trace.Record // nil unless the trace is wanted
	words  func(choice.Deviation) string
}

// options are those of the run.
func (p *replay) options() scenarios.RunOptions {
	opts := p.opts
	opts.Policy, opts.Plan, opts.For = p.policy, &p.plan, p.plan.For
	return opts
}

// make makes the run twice.
func (p *replay) make(traced bool) {
	c := &campaign{target: p.target, opts: p.options()}
	h := &hand{campaign: c, sc: p.sc, first: newRunner(p.sc)}
	defer h.close()
	opts := c.opts
	if traced {
		opts.Keep = math.MaxInt
	}
	p.run = h.first.Run(p.plan.Seed, opts)
	p.compare(h.first)
	if traced {
		p.record = h.first.Trace().Record()
		p.words = h.first.Words(p.plan, plain(c.opts))
	}
	p.waver = h.compare(p.plan.Seed, p.run)
}

// compare finds out what is not as it was.
func (p *replay) compare(r runner) {
	p.drift = len(p.gone)+len(r.Drift()) > 0
	if p.repro != nil {
		p.became = compare(r, p.repro, scenarios.Digest(p.target.src), p.gone, p.run)
		p.parts = p.became.says
		return
	}
	p.parts = parts(r, p.gone)
	if !p.same() {
		p.parts = append(p.parts, fmt.Sprintf("it is another run: its hash began with %08x and is %016x", p.hash, p.run.Hash))
	}
}

// same tells whether the run is the one of a token, as far as that is known.
func (p *replay) same() bool {
	return !p.drift && (p.hash == 0 || p.hash == scenarios.HashStart(p.run.Hash))
}

// verdict is a word, what it means here, and the exit code.
func (p *replay) verdict() (word, meaning string, c code) {
	switch {
	case p.waver != nil:
		return "not deterministic", "two runs of this plan differ", codeWavering
	case p.repro != nil:
		return p.became.verdict(p.repro, p.edited)
	}
	return p.tokenVerdict()
}

// tokenVerdict is the verdict on the run of a token, which does not say how it failed: another run that fails may be another
// failure.
func (p *replay) tokenVerdict() (word, meaning string, c code) {
	known := "the same run, to the last event"
	if p.hash == 0 {
		known = "no hash says whether it is the same run"
	}
	since := "the code has changed since"
	if p.edited {
		since = "the scenario was edited since"
	}
	switch failed := p.run.Failed(); {
	case p.same() && failed:
		return "reproduced", known, codeBroken
	case p.same() && p.edited:
		return "fixed", known + "; what it expects holds now", codeOK
	case p.same():
		return "reproduced", known + "; no rule is broken", codeOK
	case failed:
		return "drifted", since + ": it is another run, and it fails", codeDrift
	case p.drift:
		return "drifted", "parts of the plan do not apply any more: that nothing fails says nothing", codeDrift
	}
	return "fixed", since + ": it is another run; all of its plan applies, and no rule is broken", codeOK
}

// name is who says what is played: a file that keeps it, or a token.
func (p *replay) name() string {
	if p.repro != nil {
		return "the run that " + p.target.word() + " keeps"
	}
	return "the token"
}

// what is the run itself: that of a token or of a file.
func (p *replay) what() string {
	if p.repro != nil {
		return p.name()
	}
	return "the run of " + p.name()
}

// origin is what was played; "" if it is the run of a seed.
func (p *replay) origin() string {
	x := scenarios.Repro{Plan: p.plan, Policy: p.policy}
	if p.repro == nil && !p.plan.Dull && len(p.plan.Deviations)+len(p.plan.Without) == 0 && p.policy == "" {
		return ""
	}
	return x.String()
}

// seeds is the seed; none if there is none.
func (p *replay) seeds() string {
	if p.plan.Dull {
		return "none"
	}
	return strconv.FormatUint(p.plan.Seed, 10)
}

// tell prints what came of it, and writes it to all files that were asked for.
func (r *replaying) tell(p *replay) error {
	word, meaning, c := p.verdict()
	s := &reports.Summary{
		Scenario: p.run.Scenario, File: p.target.file, Seeds: p.seeds(), Asked: 1, For: p.run.For,
		Token: tokens(p.sc, scenarios.Digest(p.target.src), p.options()), End: reports.EndSeeds, Planned: true,
	}
	e := &evidence{Found: s.Add(p.run), plan: p.plan, words: p.words}
	c = r.judge(s, c)
	res := &reports.Results{
		Program: "simrun " + build(), Scenarios: []*reports.Summary{s}, Loose: r.loose, Strict: r.strict, Canary: r.canary,
		ExitCode: int(c),
	}
	if p.waver != nil {
		res.Wavers = []*reports.Waver{p.waver}
	}
	if e.Found != nil {
		e.Plan = p.origin()
		if p.repro != nil && p.gone == nil {
			e.Token = p.target.word()
		}
		if p.record != nil {
			e.show(p.record)
		}
	}
	for _, x := range r.open {
		r.print(x, p, e, s, res, word, meaning)
	}
	r.out.Flush()
	if err := r.keep(p, e, s, res); err != nil {
		r.finish()
		return err
	}
	if err := r.finish(); err != nil {
		return err
	}
	return ended(c)
}

// print prints one report. The trace goes where people and programs read of one run.
func (r *replaying) print(x *report, p *replay, e *evidence, s *reports.Summary, res *reports.Results, word, meaning string) {
	write, atEnd := late[x.format]
	if atEnd {
		write(x.out, res)
		return
	}
	if r.trace {
		printTrace(x.out, x.format, p.record, trace.Filter{})
	}
	if x.format == jsonFormat {
		(&jsonTeller{JSON: reports.JSON{W: x.out}}).loose(r.loose)
		printJSON(x.out, p, e.Found, word, meaning, res.ExitCode)
	} else {
		r.printText(x.out, p, e.Found, s, word, meaning)
	}
}

// judge is the exit code, with what simrun run was told to take for an error.
func (r *replaying) judge(s *reports.Summary, c code) code {
	switch {
	case r.canary && c == codeBroken:
		c = codeOK
	case r.canary && c == codeOK:
		c = codeNotMet
	}
	if r.strict && !r.canary && s.Undecided > 0 {
		c = graver(c, codeInconclusive)
	}
	if r.strict && !r.canary && len(s.Idle()) > 0 {
		c = graver(c, codeNotMet)
	}
	if slices.ContainsFunc(r.loose, func(x *reports.Saved) bool { return x.Word == reports.Stale }) {
		c = graver(c, codeDrift)
	}
	return c
}

// keep writes the folder of --out.
func (r *replaying) keep(p *replay, e *evidence, s *reports.Summary, res *reports.Results) error {
	if r.dir == "" {
		return nil
	}
	f, err := openFolder(r.dir)
	if err != nil {
		return err
	}
	c := &campaign{target: p.target, opts: p.options()}
	f.begin([]string{s.Scenario})
	f.loose(r.loose)
	f.scenario(s, c)
	f.run(s, p.run)
	if p.waver != nil {
		f.waver(s, p.waver)
	}
	if e.Found != nil {
		f.reserve(c.smaller(p.sc), s, e)
		f.found(s, e)
	}
	f.end(res)
	f.close()
	return f.failure()
}

func (r *replaying) printText(w io.Writer, p *replay, found *reports.Found, s *reports.Summary, word, meaning string) {
	t := reports.Text{Colour: r.env.colour(r.colour, r.env.outTerminal)}
	t.Loose(w, r.loose)
	t.Run(w, p.run, p.origin())
	if r.warns {
		t.Warnings(w, s)
	}
	if r.canary {
		found := "NOT found"
		if p.run.Failed() {
			found = "found"
		}
		fmt.Fprintf(w, "CANARY %s: %s by the run that %s keeps\n", s.Scenario, found, p.target.file)
	}
	fmt.Fprintf(w, "%s: %s\n", word, meaning)
	for _, part := range p.parts {
		fmt.Fprintf(w, "  %s\n", part)
	}
	switch {
	case p.waver != nil:
		t.Waver(w, p.waver)
	case p.run.Failed():
		t.Failure(w, found)
	}
}

func printJSON(w io.Writer, p *replay, found *reports.Found, word, meaning string, exitCode int) {
	j := reports.JSON{W: w}
	j.Run(p.run)
	switch {
	case p.waver != nil:
		j.Waver(p.waver)
	case p.run.Failed():
		j.Failure(found)
	}
	j.Replay(p.run, word, meaning, p.parts, exitCode)
}
