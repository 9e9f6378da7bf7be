package main

import (
	"github.com/spf13/cobra"

	"github.com/bedlam-sim/bedlam/sim/otp/observer"
)

func (a *app) treeCommand() *cobra.Command {
	l := &look{app: a, format: textFormat}
	all := false
	cmd := &cobra.Command{
		Use:   "tree SCENARIO [--seed N] [--at TIME] [flags]",
		Short: "Print the supervision trees at a moment of a run",
		Example: `  simrun tree kv --seed 7 --at 12s
  simrun tree chat.sim.yaml --all
  simrun tree 2C5TR4... --at 1s --format json   the run of a REPLAY line`,
		Long: `Runs a scenario up to a moment and prints who lives, below whom: supervisors with their strategy and
how many restarts count of how many allowed, as in 3/5 in 10s, children with their state, then
processes that are nobody's children below those who spawned them.

  running     there is a process
  starting    there is one, and its supervisor waits for its first word
  restarting  it could not be restarted and will be tried again
  terminated  its process has ended, and nobody has dealt with that yet, or nobody is left to
  undefined   it has no process: it was stopped, has ended for good, or chose not to run

` + lookHelp,
		RunE: func(cmd *cobra.Command, names []string) error {
			if err := l.settle(cmd); err != nil {
				return err
			}
			s, err := l.take(cmd, names[0])
			if err != nil {
				return err
			}
			l.tree(s, all)
			return l.end(s)
		},
	}
	l.flags(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "print every one of many that are alike")
	return cmd
}

// tree prints the trees.
func (l *look) tree(s *scene, all bool) {
	if l.format == jsonFormat {
		l.printJSON(struct {
			lookHead
			Nodes []observer.Node `json:"nodes"`
		}{s.head("tree"), s.Nodes})
		return
	}
	l.title(s)
	s.WriteTree(l.out, l.text(all)) // an error is kept by the output
}
