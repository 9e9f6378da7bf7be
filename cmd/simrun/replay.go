package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// replaying is what `simrun replay` was asked for.
type replaying struct {
	*app
	format format
	trace  bool
}

func (a *app) replayCommand() *cobra.Command {
	r := &replaying{app: a, format: textFormat}
	cmd := &cobra.Command{
		Use:   "replay TOKEN|FILE [SCENARIO]",
		Short: "Run once more, exactly, what a failure printed",
		Example: `  simrun replay 2C5TR4...                 the token of a REPLAY line
  simrun replay 2C5TR4... chat.sim.yaml   with this scenario file
  simrun replay ci.log                    the first token in a file: a log, a JSON output`,
		Long: `Makes the run of a token again, twice, and says what became of it:
  reproduced  the same run, to the last event, and it fails again         exit code 1
  drifted     the code or the scenario has changed: it is another run     exit code 8
  fixed       the scenario is the same, the run is not, and nothing fails  exit code 0
  two runs of it differ: that is what to mend first                       exit code 5
The scenario is found by its digest: below this folder, else among the built-in ones.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 || len(args) == 2 {
				return nil
			}
			return exitWith(codeUsage, "replay takes a token and perhaps a scenario file, not %s", plural(len(args), "argument"))
		},
		RunE: func(_ *cobra.Command, args []string) error { return r.run(args) },
	}
	cmd.Flags().BoolVar(&r.trace, "trace", false, "print the trace first")
	formatFlag(cmd, &r.format)
	return cmd
}

func (r *replaying) run(args []string) error {
	token, err := readToken(args[0])
	if err != nil {
		return err
	}
	t, err := r.scenarioOf(token, args[1:])
	if err != nil {
		return err
	}
	parsed, err := r.parseAll([]target{t})
	if err != nil {
		return err
	}
	p := &replay{token: token, target: t, edited: scenarios.Digest(t.src) != token.Scenario}
	p.make(parsed[0], r.trace)
	return r.tell(p)
}

// tokenInFile finds tokens in what simrun printed.
var tokenInFile = regexp.MustCompile(`(?:simrun replay |"replay":")([0-9A-Za-z]{12,})`)

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

func looksLikeToken(word string) bool {
	return filepath.Base(word) == word && filepath.Ext(word) == ""
}

// scenarioOf finds the scenario of a token: the one that is named, else one below this folder or in the library with its digest.
func (r *replaying) scenarioOf(token scenarios.Token, named []string) (target, error) {
	if len(named) == 1 {
		found, err := r.findAll(named)
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
		r.warn("%v", err)
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
	c := &campaign{target: p.target, opts: scenarios.RunOptions{For: p.token.For}}
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

func (r *replaying) tell(p *replay) error {
	if p.record != nil {
		(&tracing{app: r.app, format: traceFormat(r.format)}).print(p.record)
	}
	word, meaning, c := p.verdict()
	found := &reports.Found{Run: p.run, Number: 1, Token: tokens(scenarios.Digest(p.target.src), scenarios.RunOptions{For: p.token.For})(p.run)}
	if r.format == jsonFormat {
		r.tellJSON(p, found, word, meaning, c)
	} else {
		r.tellText(p, found, word, meaning)
	}
	return ended(c)
}

// traceFormat is how a trace is printed beside other things.
func traceFormat(f format) format {
	if f == jsonFormat {
		return jsonlFormat
	}
	return f
}

func (r *replaying) tellText(p *replay, found *reports.Found, word, meaning string) {
	t := reports.Text{Colour: r.env.colour(r.colour, r.env.outTerminal)}
	t.Run(r.out, p.run)
	fmt.Fprintf(r.out, "%s: %s\n", word, meaning)
	switch {
	case p.waver != nil:
		t.Waver(r.out, p.waver)
	case p.run.Failed():
		t.Failure(r.out, found)
	}
}

func (r *replaying) tellJSON(p *replay, found *reports.Found, word, meaning string, c code) {
	j := reports.JSON{W: r.out}
	j.Run(p.run)
	switch {
	case p.waver != nil:
		j.Waver(p.waver)
	case p.run.Failed():
		j.Failure(found)
	}
	j.Replay(p.run, word, meaning, int(c))
}
