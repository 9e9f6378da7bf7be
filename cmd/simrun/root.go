package main

import (
	"strings"

	"github.com/spf13/cobra"
)

const rootHelp = `simrun runs systems of actors in virtual time, over many seeds, breaks them, and
replays what it finds.

Examples:
  simrun run kv                      a built-in scenario, with the seeds it names
  simrun run scenarios/ --seeds 20k  every scenario file below a folder
  simrun replay TOKEN                once more, exactly, what a failure printed
  simrun shrink TOKEN -w kv.repro.yaml   keep it, made small, to be played before all else
  simrun trace chat.sim.yaml -s 7    what happened in a run, fact by fact
  simrun tree kv -s 7 --at 12s       who lives at a moment, under whom
  simrun check                       all mistakes in the files of this folder

Write        check    read scenario files, show every mistake
             ls       built-in scenarios, programs that files can start, events that faults can wait for
Run          run      scenarios over many seeds
             replay   one run again, by its token
             shrink   a failure made small: the few faults and orderings it needs; run does it too
Understand   trace    what happened in a run
             tree     the supervision trees at a moment of a run
             top      the processes at a moment of a run
             conform  compare with recordings of real Erlang/OTP
             bench    measure the engine, beside real Erlang
Other        version, completion, help

simrun VERB --help says more; simrun --explain-exit lists the exit codes.
`

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "simrun VERB [TARGET…] [flags]",
		Short:         "Simulate systems of actors, deterministically",
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       version(),
		Args:          knownVerb,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetOut(a.out)
	root.SetErr(a.errs)
	root.SetVersionTemplate("{{.Version}}\n")
	all := root.PersistentFlags()
	a.colour = "auto"
	all.BoolVarP(&a.quiet, "quiet", "q", false, "no progress and no warnings")
	colour := word[string]{&a.colour, []string{"auto", "always", "never"}}
	all.Var(colour, "color", "colour the output")
	root.SetFlagErrorFunc(suggestFlag)
	root.AddCommand(a.runCommand(), a.replayCommand(), a.shrinkCommand(), a.checkCommand(), a.traceCommand(), a.treeCommand(),
		a.topCommand(), a.conformCommand(), a.benchCommand(), a.lsCommand(), a.versionCommand(), completionCommand())
	a.explainable(root)
	root.SetHelpFunc(help)
	root.SetHelpCommand(helpCommand())
	return root
}

// helpCommand is simrun help VERB.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [VERB]",
		Short: "Say what a verb does",
		Example: `  simrun help run
  simrun run --help   the same`,
		Long: "Says what a verb does, with examples, and which flags it has.",
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return knownVerb(cmd.Root(), args)
			}
			return found.Help()
		},
		ValidArgsFunction: func(cmd *cobra.Command, _ []string, _ string) (verbs []string, _ cobra.ShellCompDirective) {
			for _, c := range cmd.Root().Commands() {
				verbs = append(verbs, c.Name())
			}
			return verbs, cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// knownVerb refuses a verb that is not there, and says which one may have been meant.
func knownVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	e := exitWith(codeUsage, "there is no verb %q", args[0])
	var verbs []string
	for _, c := range cmd.Commands() {
		verbs = append(verbs, c.Name())
	}
	if cmd.Flags().Lookup(args[0]) != nil || cmd.PersistentFlags().Lookup(args[0]) != nil {
		return e.because("did you mean --" + args[0] + "?")
	}
	if near := nearest(args[0], verbs); near != "" {
		return e.because("did you mean " + near + "?")
	}
	return e.because("simrun --help lists the verbs")
}

// helpWidth is how many columns help has at most.
const helpWidth = 120

// help shows examples first. The root has a text of its own.
func help(cmd *cobra.Command, _ []string) {
	out := cmd.OutOrStdout()
	write := func(parts ...string) {
		for _, p := range parts {
			out.Write([]byte(p)) // an error is kept by the output
		}
	}
	if !cmd.HasParent() {
		write(rootHelp)
		return
	}
	write("simrun ", cmd.Use, "\n\nExamples:\n", cmd.Example, "\n\n", strings.TrimSpace(cmd.Long), "\n")
	if flags := cmd.LocalFlags().FlagUsagesWrapped(helpWidth); flags != "" {
		write("\nFlags:\n", flags)
	}
	if mayEnd[cmd.Name()] != nil {
		write("\n", endings(cmd.Name()), "\n")
	}
	write("\nAll verbs: -q, --quiet  --color auto|always|never  --explain-exit  -h, --help\n")
}
