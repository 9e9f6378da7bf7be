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
  simrun replay ci.log                    the first token in a file: a log, a JSON output
  simrun replay simrun-out/failures/…/repro.yaml --out again   what simrun run --out has kept`,
		Long: `Makes the run of a token again, twice, and says what became of it:
  reproduced  the same run, to the last event, and it fails again         exit code 1
  drifted     the code or the scenario has changed: it is another run     exit code 8
  fixed       the scenario is the same, the run is not, and nothing fails  exit code 0
  two runs of it differ: that is what to mend first                       exit code 5
The scenario is found by its digest: below this folder, else among the built-in ones. A repro.yaml holds it.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 || len(args) == 2 {
				return nil
			}
			return exitWith(codeUsage, "replay takes a token and perhaps a scenario file, not %s", plural(len(args), "argument"))
		},
		RunE: func(_ *cobra.Command, args []string) error { return r.run(args) },
	}
	cmd.Flags().BoolVar(&r.trace, "trace", false, "print the trace first (text and json)")
	r.reporting.flags(cmd)
	return cmd
}

func (r *replaying) run(args []string) error {
	token, t, sc, err := r.ofToken(args)
	if err != nil {
		return err
	}
	if err := r.begin(r.out); err != nil {
		return err
	}
	p := &replay{token: token, target: t, edited: scenarios.Digest(t.src) != token.Scenario}
	p.make(sc, r.trace || r.wants())
	return r.tell(p)
}

// ofToken reads a token, or the file that holds one, and finds its scenario, which may be named behind it.
func (a *app) ofToken(args []string) (scenarios.Token, target, *scenarios.Scenario, error) {
	token, err := readToken(args[0])
	if err != nil {
		return token, target{}, nil, err
	}
	named := args[1:]
	if len(named) == 0 && isRepro(args[0]) {
		named = args
	}
	t, err := a.scenarioOf(token, named)
	if err != nil {
		return token, t, nil, err
	}
	parsed, err := a.parseAll([]target{t})
	if err != nil {
		return token, t, nil, err
	}
	return token, t, parsed[0], nil
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
			return scenarios.Token{}, exitWith(codeUsage, "%s holds no replay token", word).because("it is what stands behind REPLAY: simrun replay")
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

// isRepro tells a scenario file with a token in it from a log.
func isRepro(word string) bool {
	if !isYAML(word) {
		return false
	}
	t, err := read(word)
	return err == nil && isScenario(t)
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
	token  scenarios.Token
	target target
	edited bool // the scenario is not the one the token was made for
	run    *reports.Run
	waver  *reports.Waver
	record *trace.Record // nil unless the trace is wanted
}

// make makes the run twice.
func (p *replay) make(sc *scenarios.Scenario, traced bool) {
	c := &campaign{target: p.target, opts: scenarios.RunOptions{For: p.token.For, Plan: p.token.Plan}}
	h := &hand{campaign: c, sc: sc, first: newRunner(sc)}
	defer h.close()
	opts := c.opts
	if traced {
		opts.Keep = math.MaxInt
	}
	p.run = h.first.Run(p.token.Seed, opts)
	if traced {
		p.record = h.first.Trace().Record()
	}
	p.waver = h.compare(p.token.Seed, p.run)
}

// same tells whether the run is the one that was recorded, as far as the token says.
func (p *replay) same() bool {
	return p.token.Hash == 0 || p.token.Hash == scenarios.HashStart(p.run.Hash)
}

// verdict is a word, what it means here, and the exit code.
func (p *replay) verdict() (word, meaning string, c code) {
	failed := p.run.Failed()
	switch {
	case p.waver != nil:
		return "not deterministic", "two runs of this plan differ", codeWavering
	case p.same() && failed:
		return "reproduced", "the same run, to the last event", codeBroken
	case p.same() && p.edited:
		return "fixed", "the same run, but the scenario was edited: what it expects now holds", codeOK
	case p.same():
		return "reproduced", "the same run, to the last event; no rule is broken", codeOK
	case p.edited:
		return "drifted", "the scenario was edited since: this is another run", codeDrift
	case failed:
		return "drifted", "the code has changed since: this is another run, and it fails", codeDrift
	}
	return "fixed", "the code has changed since: this is another run, and no rule is broken", codeOK
}

// tell prints what came of it, and writes it to all files that were asked for.
func (r *replaying) tell(p *replay) error {
	word, meaning, c := p.verdict()
	opts := scenarios.RunOptions{For: p.token.For, Plan: p.token.Plan}
	s := &reports.Summary{
		Scenario: p.run.Scenario, File: p.target.file, Seeds: strconv.FormatUint(p.token.Seed, 10), Asked: 1, For: p.run.For,
		Token: tokens(scenarios.Digest(p.target.src), opts),
	}
	res := &reports.Results{Program: "simrun " + build(), Scenarios: []*reports.Summary{s}, ExitCode: int(c)}
	if p.waver != nil {
		res.Wavers = []*reports.Waver{p.waver}
	}
	e := &evidence{Found: s.Add(p.run)}
	if e.Found != nil && p.record != nil {
		e.show(p.record)
	}
	for _, x := range r.open {
		r.print(x, p, e, res, word, meaning)
	}
	r.out.Flush()
	if err := r.keep(p, e, s, res, opts); err != nil {
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
func (r *replaying) keep(p *replay, e *evidence, s *reports.Summary, res *reports.Results, opts scenarios.RunOptions) error {
	if r.dir == "" {
		return nil
	}
	f, err := openFolder(r.dir)
	if err != nil {
		return err
	}
	f.begin([]string{s.Scenario})
	f.scenario(s, &campaign{target: p.target, opts: opts})
	f.run(s, p.run)
	if p.waver != nil {
		f.waver(s, p.waver)
	}
	if e.Found != nil {
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
	t.Run(w, p.run)
	fmt.Fprintf(w, "%s: %s\n", word, meaning)
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
	j.Replay(p.run, word, meaning, exitCode)
}
