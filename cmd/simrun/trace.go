package main

import (
	"io"
	"math"
	"time"

	"github.com/spf13/cobra"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// tracing is what `simrun trace` was asked for.
type tracing struct {
	*app
	format   format
	seeds    *scenarios.Seeds
	opts     scenarios.RunOptions
	kinds    string
	from, to string
	filter   trace.Filter
}

func (a *app) traceCommand() *cobra.Command {
	t := &tracing{app: a, format: textFormat}
	cmd := &cobra.Command{
		Use:   "trace TARGET [--seed N] [flags]",
		Short: "Print what happened in a run, fact by fact",
		Example: `  simrun trace kv --seed 7
  simrun trace kv -s 7 --kinds spawn,exit,report --from 10s --to 16s
  simrun trace 2C5TR4... --from 10s      the run of a REPLAY line
  simrun trace chat.sim.yaml -s 7 --process '**/room*' --format jsonl > trace.jsonl`,
		Long: `Runs a scenario with one seed, or the run of a token or of a file that keeps one, and prints the facts of the
run in their order, with their numbers.
What is filtered away still counts for the hash. Globs: * is a step of a path or a part of it, ** any steps.
Exit code 2 if a filter can let nothing pass: no process is like a GLOB, or the time is none of the run's.`,
		Args: oneTarget,
		RunE: func(cmd *cobra.Command, names []string) error {
			if err := t.settle(cmd); err != nil {
				return err
			}
			return t.run(cmd, names[0])
		},
		ValidArgsFunction: completeTargets,
	}
	f := cmd.Flags()
	f.StringP("seed", "s", "", "the `SEED`; default: the first of the file  (SIM_SEED)")
	f.String("for", "", "how long the run lasts in virtual `TIME`  (SIM_FOR)")
	f.StringVar(&t.kinds, "kinds", "", "only facts of these `KINDS`, as in spawn,exit,report")
	f.StringArrayVar(&t.filter.Paths, "process", nil, "only facts about processes like this `GLOB`; may be repeated")
	f.StringVar(&t.from, "from", "", "only facts from this virtual `TIME` on")
	f.StringVar(&t.to, "to", "", "only facts before this virtual `TIME`")
	wordFlag(cmd, &t.format, "format", "how to print; json is jsonl", textFormat, jsonlFormat, jsonFormat)
	must(cmd.RegisterFlagCompletionFunc("kinds", completeKinds))
	return cmd
}

func oneTarget(cmd *cobra.Command, args []string) error {
	switch len(args) {
	case 0:
		return exitWith(codeUsage, "which scenario?").because("as in: simrun " + cmd.Name() + " kv")
	case 1:
		return nil
	}
	return exitWith(codeUsage, "simrun %s takes one scenario, not %d", cmd.Name(), len(args))
}

// settle reads what flags and environment say.
func (t *tracing) settle(cmd *cobra.Command) (err error) {
	if t.seeds, err = pickSeeds(t.set(cmd, "seed", "SIM_SEED"), setting{}); err != nil {
		return err
	}
	if t.opts.For, err = pickFor(t.set(cmd, "for", "SIM_FOR")); err != nil {
		return err
	}
	if t.kinds != "" {
		if t.filter.Kinds, err = trace.ParseKinds(t.kinds); err != nil {
			return exitWith(codeUsage, "--kinds: %w", err)
		}
	}
	if t.filter.From, err = pickMoment("--from", t.from); err != nil {
		return err
	}
	if t.filter.To, err = pickMoment("--to", t.to); err != nil {
		return err
	}
	if t.to != "" && t.filter.To <= t.filter.From {
		return exitWith(codeUsage, "--to: %s is not after %s, from which on facts are shown", timeText(t.filter.To), timeText(t.filter.From)).
			because("--from and --to are moments of the run, the first before the second")
	}
	return nil
}

// outside refuses a time after the end of the run.
func (t *tracing) outside(sc *scenarios.Scenario) error {
	length := sc.Run.For
	if t.opts.For > 0 {
		length = t.opts.For
	}
	if t.filter.From <= length {
		return nil
	}
	return afterEnd("--from", t.filter.From, length)
}

// nobody refuses globs that no process of the run is like.
func (t *tracing) nobody(all *trace.Record) error {
	for _, glob := range t.filter.Paths {
		if !matches(glob, all.Names) {
			return exitWith(codeUsage, "--process: no process of this run is like %q", glob).
				because("a process is named as in a trace, without a first /: * is a step of a path or a part of it, ** any steps")
		}
	}
	return nil
}

func matches(glob string, names map[uint64]string) bool {
	for _, name := range names {
		if trace.Match(glob, name) {
			return true
		}
	}
	return false
}

func pickMoment(flag, text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := scenarios.ParseDuration(text)
	if err != nil {
		return 0, exitWith(codeUsage, "%s: %w", flag, err)
	}
	return d, nil
}

func (t *tracing) run(cmd *cobra.Command, name string) error {
	l := &look{app: t.app, seeds: t.seeds, opts: t.opts}
	target, sc, seed, err := l.plan(cmd, name)
	if err != nil {
		return err
	}
	t.opts = l.opts
	runner := newRunner(sc)
	defer runner.Close()
	if err := t.outside(sc); err != nil {
		return err
	}
	t.opts.Keep, t.opts.KeepOnly = math.MaxInt, &t.filter
	run := runner.Run(seed, t.opts)
	all := runner.Trace().Record()
	if err := t.nobody(all); err != nil {
		return err
	}
	printTrace(t.out, t.format, all, t.filter)
	if f := run.Failure; f != nil {
		t.warn("%s, %s, breaks the rule %s", target.word(), l.origin, f.Rule)
	}
	return nil
}

// printTrace prints what passes the filter. An error of the output is kept by the output.
func printTrace(w io.Writer, f format, all *trace.Record, filter trace.Filter) {
	if f != textFormat {
		trace.WriteJSONL(w, all.Select(filter))
		return
	}
	trace.WriteText(w, all.Select(filter))
}

// one finds and reads a scenario.
func (a *app) one(name string) (target, *scenarios.Scenario, error) {
	found, err := a.findAll([]string{name})
	if err != nil {
		return target{}, nil, err
	}
	if len(found) > 1 {
		return target{}, nil, exitWith(codeUsage, "%s holds %d scenarios; name one of them", name, len(found))
	}
	parsed, err := a.parseAll(found)
	if err != nil {
		return target{}, nil, err
	}
	return found[0], parsed[0], nil
}
