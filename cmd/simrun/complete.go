package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/bedlam-sim/bedlam/internal/bench"
	"github.com/bedlam-sim/bedlam/sim/trace"
)

// completeListed completes what ls lists: built-in scenarios and programs. Files are completed by the shell.
func completeListed(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return append(libraryNames(), programs().Names()...), cobra.ShellCompDirectiveDefault
}

// completePrograms completes the programs that bench runs.
func completePrograms(*cobra.Command, []string, string) (names []string, _ cobra.ShellCompDirective) {
	for _, p := range bench.Programs {
		names = append(names, p.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeKinds completes a list of kinds of facts at its last one.
func completeKinds(_ *cobra.Command, _ []string, text string) (lists []string, _ cobra.ShellCompDirective) {
	before := text[:strings.LastIndexByte(text, ',')+1]
	for _, kind := range kindsOfFacts() {
		lists = append(lists, before+kind)
	}
	return lists, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// kindsOfFacts are the kinds that have names.
func kindsOfFacts() (names []string) {
	for k := trace.Kind(1); ; k++ {
		name := k.String()
		if strings.ContainsAny(name, "0123456789") {
			return names
		}
		names = append(names, name)
	}
}
