package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/bedlam-sim/bedlam/scenarios"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Say which simrun this is",
		Example: "  simrun version",
		Long:    "Says which version of simrun this is, what built it, and which version of scenario files it reads.",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			fmt.Fprintln(a.out, version())
			return nil
		},
	}
}

func version() string {
	return fmt.Sprintf("simrun %s, scenario files of version %d, %s %s/%s",
		build(), scenarios.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// build is the version of the module, and the commit where it is known.
func build() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(unknown)"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			v += " " + s.Value[:12]
		}
		if s.Key == "vcs.modified" && s.Value == "true" {
			v += "+changes"
		}
	}
	return v
}

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return exitWith(codeUsage, "%s takes no argument, not %q", cmd.Name(), args[0])
	}
	return nil
}
