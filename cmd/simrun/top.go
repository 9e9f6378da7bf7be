package main

import (
	"github.com/spf13/cobra"

	"github.com/bedlam-sim/bedlam/sim/otp/observer"
)

// ranking is what `simrun top` was asked for.
type ranking struct {
	look
	order    observer.Order
	rows     int
	messages bool
	timers   bool
}

func (a *app) topCommand() *cobra.Command {
	r := &ranking{look: look{app: a, format: textFormat}, order: observer.ByReductions}
	cmd := &cobra.Command{
		Use:   "top SCENARIO [--seed N] [--at TIME] [flags]",
		Short: "Print the processes at a moment of a run",
		Example: `  simrun top kv --seed 7 --at 12s
  simrun top worker-pool --at 3s --sort mailbox --messages
  simrun top kv --timers
  simrun top 2C5TR4... --at 1s --format json   the run of a REPLAY line`,
		Long: `Runs a scenario up to a moment and prints its processes: reductions, messages in the mailbox (3+2: and two
signals on their way), and where each is: in the middle of which code, whose answer it awaits, for
how long at most. JSON holds links, monitors, group leaders and timers too.

` + lookHelp,
		RunE: func(cmd *cobra.Command, names []string) error {
			if err := r.settle(cmd); err != nil {
				return err
			}
			if r.rows < 0 {
				return exitWith(codeUsage, "-n wants a number of rows; 0 means all")
			}
			s, err := r.take(cmd, names[0])
			if err != nil {
				return err
			}
			r.print(s)
			return r.end(s)
		},
	}
	r.flags(cmd)
	f := cmd.Flags()
	wordFlag(cmd, &r.order, "sort", "by what", observer.ByReductions, observer.ByMailbox, observer.ByName)
	f.IntVarP(&r.rows, "rows", "n", 20, "print so many `ROWS`; 0: all")
	f.BoolVarP(&r.messages, "messages", "m", false, "print the first messages of each mailbox")
	f.BoolVar(&r.timers, "timers", false, "print the timers instead, the one that is due first first")
	return cmd
}

// print prints the table. An error of the output is kept by the output.
func (r *ranking) print(s *scene) {
	s.Sort(r.order)
	switch {
	case r.format == jsonFormat:
		r.printJSON(struct {
			lookHead
			Count     int                `json:"process_count"`
			Processes []observer.Process `json:"processes"`
			Timers    []observer.Timer   `json:"timers"`
		}{s.head("top"), len(s.Processes), first(s.Processes, r.rows), s.Timers})
	case r.timers:
		r.title(s)
		s.WriteTimers(r.out, r.rows, r.text(false))
	default:
		r.title(s)
		s.WriteTop(r.out, r.rows, r.messages, r.text(false))
	}
}

// first is the first n; 0 means all.
func first[T any](all []T, n int) []T {
	if n == 0 {
		return all
	}
	return all[:min(n, len(all))]
}
