package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bedlam-sim/bedlam/internal/conform"
)

// conformance is what `simrun conform` was asked for.
type conformance struct {
	*app
	opts    conform.Options
	only    string // the case of this name
	verbose bool
}

func (a *app) conformCommand() *cobra.Command {
	c := &conformance{app: a}
	cmd := &cobra.Command{
		Use:   "conform FILE.jsonl…",
		Short: "Compare recordings of real Erlang/OTP with what happens here",
		Example: `  simrun conform recordings/*.jsonl
  simrun conform recordings/sup.jsonl --case sup/CASE -v`,
		Long: `Runs recorded cases and compares them with their recordings, observation by observation.
A case matches if the dull schedule gives the recording; it conforms if one of the schedules does.
Prints a line a file. Exit code 1 if a case does not conform.`,
		Args: needFiles,
		RunE: func(_ *cobra.Command, files []string) error { return c.run(files) },
	}
	f := cmd.Flags()
	f.IntVar(&c.opts.Schedules, "schedules", conform.DefaultSchedules, "seeded `SCHEDULES` to try where the dull one does not match")
	f.StringVar(&c.only, "case", "", "run only the case of this `NAME`")
	f.BoolVarP(&c.verbose, "verbose", "v", false, "show where cases that fail first differ")
	return cmd
}

func needFiles(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return exitWith(codeUsage, "which file?").because("as in: simrun conform recordings/*.jsonl")
	}
	return nil
}

func (c *conformance) run(files []string) error {
	switch {
	case c.opts.Schedules < 0:
		return exitWith(codeUsage, "--schedules wants 0 or more, not %d", c.opts.Schedules)
	case c.opts.Schedules == 0:
		c.opts.Schedules = -1 // what package conform calls none
	}
	var runner conform.Runner
	defer runner.Close()
	worst, cases := codeOK, 0
	for i, file := range files {
		sum, of, err := c.file(&runner, file)
		if err != nil {
			return err
		}
		if len(sum.Failed) > 0 {
			worst = codeBroken
		}
		cases += sum.Cases
		switch {
		case c.stop.asked():
			fmt.Fprintf(c.errs, "simrun: interrupted after %d of %s of %s, file %d of %d\n", sum.Cases, plural(of, "case"), file, i+1, len(files))
			return c.stop.exit()
		case c.out.broken():
			return nil // an error of output is found by the app
		}
	}
	if cases == 0 {
		return c.nothing()
	}
	return ended(worst)
}

func (c *conformance) nothing() error {
	if c.only != "" {
		return exitWith(codeUsage, "no file has a case named %s", c.only)
	}
	return exitWith(codeNothing, "there are no cases in these files")
}

// file runs the cases of one file, and prints its line; of is how many there are.
func (c *conformance) file(runner *conform.Runner, name string) (sum conform.Summary, of int, err error) {
	lines, err := readRecordings(name)
	if err != nil {
		return sum, 0, err
	}
	if c.only != "" {
		lines = slices.DeleteFunc(lines, func(l conform.Line) bool { return l.Case.Name != c.only })
	}
	c.stop.heed()
	for _, line := range lines {
		if c.stop.asked() || c.out.broken() {
			break
		}
		out := runner.Run(line, c.opts)
		sum.Add(out)
		if c.verbose {
			printOutcome(c.out, fmt.Sprintf("%s:%d", name, line.Number), out)
		}
	}
	state := ""
	if sum.Cases < len(lines) {
		state = fmt.Sprintf("; interrupted before %s more", plural(len(lines)-sum.Cases, "case"))
	}
	fmt.Fprintf(c.out, "%s: %v%s\n", name, &sum, state)
	c.out.Flush()
	return sum, len(lines), nil
}

func readRecordings(name string) ([]conform.Line, error) {
	f, err := openFile(name)
	if err != nil {
		return nil, exitWith(codeUsage, "%w", err)
	}
	defer f.Close()
	lines, err := conform.Read(f)
	if err != nil {
		return nil, exitWith(codeBadFile, "%s: %w", name, err)
	}
	return lines, nil
}

// printOutcome shows a case that did not match at once: where it parts from the recording, and whether a schedule mends that.
func printOutcome(w io.Writer, place string, o conform.Outcome) {
	if o.Matched {
		return
	}
	verdict := "fails"
	if o.Conforms {
		verdict = fmt.Sprintf("conforms with schedule %d; the dull one differs", o.Schedule)
	}
	fmt.Fprintf(w, "%s: %s %s\n", place, o.Name, verdict)
	text := o.Diff
	if o.Err != nil && !strings.Contains(text, o.Err.Error()) {
		text = o.Err.Error() + "\n" + text
	}
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		fmt.Fprintf(w, "    %s\n", line)
	}
}
