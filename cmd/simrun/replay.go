package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
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
  reproduced  the same run, to the last event, and it fails again         exit code 1
  drifted     the code or the scenario has changed: it is another run     exit code 8
  fixed       the scenario is the same, the run is not, and nothing fails  exit code 0
  two runs of it differ: that is what to mend first                       exit code 5
If it is not the same run it says part by part what does not apply any more.
The scenario of a token is found by its digest: below this folder, else among the built-in ones.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 || len(args) == 2 {
				return nil
			}
			return exitWith(codeUsage, "replay takes a token or a file, and perhaps a scenario file, not %s", plural(len(args), "argument"))
		},
		RunE: func(_ *cobra.Command, args []string) error {
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
	if !isYAML(word) {
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
	if x.Hash != 0 {
		p.hash = scenarios.HashStart(x.Hash)
	}
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

// tokenInFile finds tokens in what simrun printed.
var tokenInFile = regexp.MustCompile(`(?:simrun replay |"replay": ?")([0-9A-Za-z]{12,})`)

// readToken reads a token, or the first one of a file.
func readToken(word string) (scenarios.Token, error) {
	text := word
	switch src, err := os.ReadFile(word); {
	case err == nil:
		found := tokenInFile.FindSubmatch(src)
		if found == nil {
			return scenarios.Token{}, exitWith(codeUsage, "%s holds no replay token", word).because("it is what stands behind REPLAY: simrun replay; a scenario file may also have a key repro:")
		}
		text = string(found[1])
	case !errors.Is(err, fs.ErrNotExist) && !looksLikeToken(word):
		return scenarios.Token{}, exitWith(codeUsage, "%w", err)
	case !looksLikeToken(word):
		return scenarios.Token{}, exitWith(codeUsage, "%s is neither a file nor a replay token", word)
	}
	token, err := scenarios.ParseToken(text)
	if err != nil {
		return token, exitWith(codeUsage, "%w", err)
	}
	return token, nil
}

func looksLikeToken(word string) bool {
	return filepath.Base(word) == word && filepath.Ext(word) == ""
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
	here, err := below(".")
	if err != nil {
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
	hash   uint32           // the beginning of the run's; 0: not known
	repro  *scenarios.Repro // what a file says of it; nil if it is a token's
	gone   []string         // what its plan leaves out and is not there
	edited bool             // the scenario is not the one that it was a run of

	run    *reports.Run
	parts  []string // what is not as it was
	drift  bool     // the plan does not apply any more
	waver  *reports.Waver
	record *trace.Record // nil unless the trace is wanted
	words  func(choice.Deviation) string
}

// options are those of the run.
func (p *replay) options() scenarios.RunOptions {
	return scenarios.RunOptions{Policy: p.policy, Plan: &p.plan, For: p.plan.For}
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
		p.parts = append(edits(p.repro, scenarios.Digest(p.target.src)), parts(r, p.repro, p.gone, p.run)...)
		return
	}
	for _, d := range r.Drift() {
		p.parts = append(p.parts, "does not apply: "+d.String())
	}
	if !p.same() {
		p.parts = append(p.parts, fmt.Sprintf("it is another run: its hash began with %08x and is %016x", p.hash, p.run.Hash))
	}
}

// same tells whether the run is the one that was recorded, as far as that is known.
func (p *replay) same() bool {
	return !p.drift && (p.hash == 0 || p.hash == scenarios.HashStart(p.run.Hash)) && (p.repro == nil || p.run.Signature() == p.repro.Fails)
}

// verdict is a word, what it means here, and the exit code.
func (p *replay) verdict() (word, meaning string, c code) {
	failed := p.run.Failed()
	known := "the same run, to the last event"
	if p.hash == 0 {
		known = "no hash says whether it is the same run"
	}
	sameRun := !p.drift && p.hash != 0 && p.hash == scenarios.HashStart(p.run.Hash)
	switch {
	case p.waver != nil:
		return "not deterministic", "two runs of this plan differ", codeWavering
	case p.same() && failed:
		return "reproduced", known, codeBroken
	case sameRun && p.edited && !failed:
		return "fixed", "the same run, but the scenario was edited: what it expects now holds", codeOK
	case p.same():
		return "reproduced", known + "; no rule is broken", codeOK
	case p.edited:
		return "drifted", "the scenario was edited since: this is another run", codeDrift
	case failed:
		return "drifted", "the code has changed since: this is another run, and it fails", codeDrift
	case p.drift:
		return "drifted", "the plan does not apply any more: that nothing fails says nothing", codeDrift
	}
	return "fixed", "the code has changed since: this is another run, and no rule is broken", codeOK
}

// origin is what was played; "" if it is the run of a seed.
func (p *replay) origin() string {
	x := scenarios.Repro{Plan: p.plan, Policy: p.policy}
	if p.repro == nil && !p.plan.Dull && len(p.plan.Deviations)+len(p.plan.Without) == 0 && p.policy == "" {
		return ""
	}
	return x.String()
}

// tell prints what came of it, and writes it to all files that were asked for.
func (r *replaying) tell(p *replay) error {
	word, meaning, c := p.verdict()
	s := &reports.Summary{
		Scenario: p.run.Scenario, File: p.target.file, Seeds: strconv.FormatUint(p.plan.Seed, 10), Asked: 1, For: p.run.For,
		Token: tokens(p.sc, scenarios.Digest(p.target.src), p.options()), End: reports.EndSeeds,
	}
	res := &reports.Results{Program: "simrun " + build(), Scenarios: []*reports.Summary{s}, ExitCode: int(c)}
	if p.waver != nil {
		res.Wavers = []*reports.Waver{p.waver}
	}
	e := &evidence{Found: s.Add(p.run), plan: p.plan, words: p.words}
	if e.Found != nil {
		e.Plan = p.origin()
		if p.repro != nil && p.gone == nil {
			e.Token = p.target.file
		}
		if p.record != nil {
			e.show(p.record)
		}
	}
	for _, x := range r.open {
		r.print(x, p, e, res, word, meaning)
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
func (r *replaying) print(x *report, p *replay, e *evidence, res *reports.Results, word, meaning string) {
	write, atEnd := late[x.format]
	if atEnd {
		write(x.out, res)
		return
	}
	if r.trace {
		printTrace(x.out, traceFormat(x.format), p.record, trace.Filter{})
	}
	if x.format == jsonFormat {
		printJSON(x.out, p, e.Found, word, meaning, res.ExitCode)
	} else {
		r.printText(x.out, p, e.Found, word, meaning)
	}
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

// traceFormat is how a trace is printed beside other things.
func traceFormat(f format) format {
	if f == jsonFormat {
		return jsonlFormat
	}
	return f
}

func (r *replaying) printText(w io.Writer, p *replay, found *reports.Found, word, meaning string) {
	t := reports.Text{Colour: r.env.colour(r.colour, r.env.outTerminal)}
	t.Run(w, p.run, p.origin())
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
