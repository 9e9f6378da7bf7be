package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// shrinking is what `simrun shrink` was asked for.
type shrinking struct {
	*app
	budget int
	plan   bool
	file   string // to write; "" if none is wanted
}

func (a *app) shrinkCommand() *cobra.Command {
	s := &shrinking{app: a}
	cmd := &cobra.Command{
		Use:   "shrink TOKEN|FILE [SCENARIO]",
		Short: "Make a failure small: the few faults and orderings that it needs",
		Example: `  simrun shrink 2C5TR4...                 the token of a REPLAY line
  simrun shrink 2C5TR4... chat.sim.yaml   with this scenario file
  simrun shrink 2C5TR4... --write chat.lost-line.repro.yaml   keep it beside chat.sim.yaml: simrun run plays it first
  simrun shrink simrun-out/failures/…/repro.yaml --budget 5000
  simrun shrink --plan 2C5TR4... > small.plan   the plan as text`,
		Long: `Plays the run of a token again and again with less in it: without faults and workloads, with dull draws in the
place of chance, and keeps what still fails in the same way. What is left is told in words, with what comes of the
run without it, and ends in a token that simrun replay plays. It takes at most --budget runs.
With --write what is left is written to a file: the scenario, with a key repro: that simrun replay and simrun run play.
Only a file that has such a key is written anew. After Ctrl-C the smallest run so far is what is left.

exit code 0  it is made small
          5  two runs of one plan differ: that is what to mend first
          8  the run does not fail any more`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 || len(args) == 2 {
				return nil
			}
			n := plural(len(args), "argument")
			return exitWith(codeUsage, "shrink takes a token or a file, and perhaps a scenario file, not %s", n)
		},
		RunE: func(_ *cobra.Command, args []string) error { return s.run(args) },
	}
	cmd.Flags().IntVar(&s.budget, "budget", plan.DefaultBudget, "make it small in `N` runs")
	cmd.Flags().BoolVar(&s.plan, "plan", false, "print the plan as text and nothing else")
	cmd.Flags().StringVarP(&s.file, "write", "w", "",
		"write the scenario with the small run to `FILE`, as in chat.lost-line.repro.yaml")
	return cmd
}

func (s *shrinking) run(args []string) error {
	if s.budget < 1 {
		return exitWith(codeUsage, "--budget %d is no number of runs", s.budget)
	}
	p, err := s.runOf(args)
	if err != nil {
		return err
	}
	switch {
	case s.file == "":
	case !isYAML(s.file):
		return exitWith(codeUsage, "--write %s: a scenario file ends with .yaml", s.file)
	default:
		if err := mayWrite("--write", s.file); err != nil {
			return err
		}
	}
	s.stop.heed()
	r := newRunner(p.sc)
	defer r.Close()
	return s.shrink(r, p)
}

func (s *shrinking) shrink(r runner, p *replay) error {
	m := &smaller{sc: p.sc, digest: scenarios.Digest(p.target.src), opts: plain(p.options()), budget: s.budget, stop: s.stop}
	live := newProgress(s.app, 1)
	m.tell = live.shrinkingAlone
	before := m.play(r, p.plan)
	if !before.Failed() {
		return exitWith(codeDrift, "%s does not fail", p.what()).
			because("the code or the scenario has changed since: simrun replay tells more")
	}
	small, err := m.shrink(r, p.plan)
	live.wipe()
	var parting *plan.Parting
	var off *brokenOff
	switch {
	case errors.As(err, &off):
		return s.interrupted(m, r, p, before, off)
	case errors.As(err, &parting):
		return exitWith(codeWavering, "%w", err)
	case err != nil:
		return exitWith(codeDrift, "%w", err)
	}
	_, err = s.print(m, p, small, before)
	return err
}

// print prints what is left and writes it to the file, and answers how it is played again.
func (s *shrinking) print(m *smaller, p *replay, small *shrunk, before *reports.Run) (again string, err error) {
	again = small.small.Replay
	if s.file != "" {
		if err := s.write(m, p.target, small); err != nil {
			return "", err
		}
		again = s.file
	}
	if again == "" {
		again = m.token(small.Plan, small.small.Run).Format()
	}
	if s.plan {
		fmt.Fprint(s.app.out, small.Plan.Annotate(small.words))
	} else {
		s.tell(s.app.out, p.sc, small, before)
		fmt.Fprintf(s.app.out, "REPLAY: simrun replay %s\n", reports.ShellWord(again))
	}
	return again, s.app.out.Flush()
}

// interrupted prints the smallest run so far, if it is smaller than it was, and how to go on from it.
func (s *shrinking) interrupted(m *smaller, r runner, p *replay, before *reports.Run, off *brokenOff) error {
	fmt.Fprintf(s.errs, "simrun: interrupted after %d of %s\n", off.runs, plural(s.budget, "run"))
	if off.best.Equal(p.plan.Canonical()) {
		fmt.Fprintln(s.errs, "  nothing was left out by then")
		return s.stop.exit()
	}
	small := m.shrunk(r, plan.Report{Plan: off.best, Evaluations: off.runs})
	if small.small.Run.Signature() != before.Signature() {
		return exitWith(codeWavering, "the smallest run so far does not fail as it did when it is made again")
	}
	small.broken = true
	again, err := s.print(m, p, small, before)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.errs, "  to go on: simrun shrink %s\n", reports.ShellWord(again))
	return s.stop.exit()
}

// write writes the file that keeps the small run.
func (s *shrinking) write(m *smaller, t target, small *shrunk) error {
	if err := mayWrite("--write", s.file); err != nil {
		return err
	}
	signature := small.small.Run.Signature()
	if before := keeps(s.file); before != "" && before != signature {
		s.warn("%s kept another failure, %q; it is written anew", s.file, before)
	}
	text, err := m.repro(small.Plan, small.small.Run).File(t.src, m.sc, small.words)
	if err == nil {
		err = writeAnew(s.file, text)
	}
	if err != nil {
		return exitWith(codeOutput, "--write: %w", err)
	}
	return nil
}

// tell says what is left, and what each of it is needed for.
func (s *shrinking) tell(w io.Writer, sc *scenarios.Scenario, small *shrunk, before *reports.Run) {
	x := small.small
	fmt.Fprintf(w, "%s: %s\n", sc.Name, x.Run.Signature())
	if x.Run.Events == before.Events {
		fmt.Fprintf(w, "  %s, and it is no smaller than it was: %s\n", plural(x.Runs, "run"), plural(int(x.Run.Events), "event"))
	} else {
		from, to := plural(int(before.Events), "event"), plural(int(x.Run.Events), "event")
		fmt.Fprintf(w, "  %s, from %s to %s\n", plural(x.Runs, "run"), from, to)
	}
	for _, name := range x.Without {
		fmt.Fprintf(w, "  without %s\n", name)
	}
	if small.broken {
		fmt.Fprintf(w, "  it was interrupted: there may be less still, and what of it is needed was not asked\n")
		return
	}
	if len(x.Needs) == 0 {
		fmt.Fprintf(w, "  it needs nothing of that: it fails with every choice dull "+
			"(the first in line, the least delay, the shortest wait)\n")
	}
	for _, n := range x.Needs {
		without := n.Without
		if without == "" {
			without = "passes"
		}
		fmt.Fprintf(w, "  needs  %s\n         without it: %s\n", n.What, without)
	}
	for _, o := range x.Others {
		fmt.Fprintf(w, "  on the way it failed otherwise too: %s\n", o)
	}
	if !x.Minimal {
		fmt.Fprintf(w, "  there may be less still: the budget of runs was spent\n")
	}
}
