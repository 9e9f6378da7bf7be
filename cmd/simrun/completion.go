package main

import (
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// shells are those that can complete command lines, with what writes a script for them.
var shells = map[string]func(*cobra.Command, io.Writer) error{
	"bash":       func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) },
	"zsh":        (*cobra.Command).GenZshCompletion,
	"fish":       func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) },
	"powershell": (*cobra.Command).GenPowerShellCompletionWithDesc,
}

func shellNames() []string { return slices.Sorted(maps.Keys(shells)) }

func completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion " + strings.Join(shellNames(), "|"),
		Short: "Print a script that lets a shell complete verbs, flags and names",
		Example: `  source <(simrun completion bash)                                  in ~/.bashrc
  source <(simrun completion zsh)                                   in ~/.zshrc, after compinit
  simrun completion fish > ~/.config/fish/completions/simrun.fish   once
  simrun completion powershell | Out-String | Invoke-Expression     in $PROFILE`,
		Long: "Prints a script for a shell. With it the tab key completes verbs, flags, their values, and the names of\n" +
			"built-in scenarios.",
		Args: oneShell,
		RunE: func(cmd *cobra.Command, names []string) error {
			return shells[names[0]](cmd.Root(), cmd.OutOrStdout())
		},
		ValidArgs: shellNames(),
	}
}

func oneShell(_ *cobra.Command, names []string) error {
	all := strings.Join(shellNames(), ", ")
	switch {
	case len(names) == 0:
		return exitWith(codeUsage, "for which shell?").because("one of " + all)
	case len(names) > 1:
		return exitWith(codeUsage, "completion takes one shell, not %d", len(names))
	case shells[names[0]] == nil:
		e := exitWith(codeUsage, "there is no completion for %q", names[0])
		if near := nearest(names[0], shellNames()); near != "" {
			return e.because("did you mean " + near + "?")
		}
		return e.because("there is one for " + all)
	}
	return nil
}
