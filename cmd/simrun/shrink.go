package main

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/spf13/cobra"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim/plan"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// shrinking is what `simrun shrink` was asked for.
type shrinking struct {
	*app
	budget int
	plan   bool
}

func (a *app) shrinkCommand() *cobra.Command {
	s := &shrinking{app: a}
	cmd := &cobra.Command{
		Use:   "shrink TOKEN|FILE [SCENARIO]",
		Short: "Make a failure small: the few faults and orderings that it needs",
		Example: `  simrun shrink 2C5TR4...                 the token of a REPLAY line
  simrun shrink 2C5TR4... chat.sim.yaml   with this scenario file
  simrun shrink simrun-out/failures/…/repro.yaml
  simrun shrink --plan 2C5TR4... > small.plan   the plan as text`,
		Long: `Plays the run of a token again and again with less in it: without faults and workloads, with dull draws in the
place of chance, and keeps what still fails in the same way. What is left is told in words, with what comes of the
run without it, and ends in a token that simrun replay plays. It takes at most --budget runs.

exit code 0  it is made small
          5  two runs of one plan differ: that is what to mend first
          8  the run of the token does not fail any more`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 || len(args) == 2 {
				return nil
			}
			return exitWith(codeUsage, "shrink takes a token and perhaps a scenario file, not %s", plural(len(args), "argument"))
		},
		RunE: func(_ *cobra.Command, args []string) error { return s.run(args) },
	}
	cmd.Flags().IntVar(&s.budget, "budget", plan.DefaultBudget, "how many runs it may take")
	cmd.Flags().BoolVar(&s.plan, "plan", false, "print the plan as text and nothing else")
	return cmd
}

func (s *shrinking) run(args []string) error {
	if s.budget < 1 {
		return exitWith(codeUsage, "--budget %d is no number of runs", s.budget)
	}
	token, t, sc, err := s.ofToken(args)
	if err != nil {
		return err
	}
	r := scenarios.NewRunner(sc, programs())
	defer r.Close()
	return s.shrink(r, sc, t, token)
}

func (s *shrinking) shrink(r *scenarios.Runner, sc *scenarios.Scenario, t target, token scenarios.Token) error {
	p := plan.Plan{Seed: token.Seed, For: token.For}
	if token.Plan != nil {
		p = *token.Plan
	}
	play := r.Planned(scenarios.RunOptions{})
	before := play(p, nil)
	if !before.Fails() {
		return exitWith(codeDrift, "the run of this token does not fail").because("the code or the scenario has changed since: simrun replay tells more")
	}
	small := plan.Shrink(play, p, plan.Options{Budget: s.budget, Elements: sc.Elements()})
	if small.Err != nil {
		var parting *plan.Parting
		if errors.As(small.Err, &parting) {
			return exitWith(codeWavering, "%w", small.Err)
		}
		return exitWith(codeDrift, "%w", small.Err)
	}
	words := s.words(r, small.Plan)
	if s.plan {
		fmt.Fprint(s.out, small.Plan.Annotate(words.Describe))
	} else {
		s.tell(s.out, sc, small, before, words)
		done := scenarios.Token{Scenario: scenarios.Digest(t.src), Seed: small.Plan.Seed, For: small.Plan.For, Hash: scenarios.HashStart(small.Outcome.Hash), Plan: &small.Plan}
		fmt.Fprintf(s.out, "REPLAY: simrun replay %v\n", done)
	}
	return s.out.Flush()
}

// words know the processes of a run by its trace.
func (s *shrinking) words(r *scenarios.Runner, p plan.Plan) plan.Words {
	r.Play(p, scenarios.RunOptions{Keep: math.MaxInt})
	record := r.Trace().Record()
	names := &plan.Names{}
	for _, e := range record.Events {
		if e.Kind == trace.Spawn {
			names.Process(e.Word, record.Name(e.Object))
		}
	}
	r.Names(names)
	return plan.Words{Name: names.Of}
}

// tell says what is left, and what each of it is needed for.
func (s *shrinking) tell(w io.Writer, sc *scenarios.Scenario, small plan.Report, before plan.Outcome, words plan.Words) {
	fmt.Fprintf(w, "%s: %s\n", sc.Name, small.Outcome.Signature)
	fmt.Fprintf(w, "  %s, from %s to %s\n", plural(small.Evaluations, "run"), plural(int(before.Events), "event"), plural(int(small.Outcome.Events), "event"))
	if len(small.Needed) == 0 {
		fmt.Fprintf(w, "  it needs nothing of that: it fails with every choice dull (the first in line, the least delay, the shortest wait)\n")
	}
	for _, n := range small.Needed {
		what := ""
		if n.Deviation != nil {
			what = words.Describe(*n.Deviation)
		} else {
			what = sc.Element(n.Place)
		}
		fmt.Fprintf(w, "  needs  %s\n         %s\n", what, n.Counterfactual())
	}
	for _, o := range small.Others {
		fmt.Fprintf(w, "  on the way it failed otherwise too: %s\n", o.Outcome.Signature)
	}
	if !small.Minimal {
		fmt.Fprintf(w, "  there may be less still: the budget of runs was spent\n")
	}
}
