package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// mayEnd are the codes with which a verb ends, beside those of all: 2, 70, 74, 130, 141 and 143.
var mayEnd = map[string][]code{
	"run":        {codeOK, codeBroken, codeBadFile, codeNothing, codeWavering, codeInconclusive, codeNotMet, codeDrift},
	"replay":     {codeOK, codeBroken, codeBadFile, codeNothing, codeWavering, codeDrift},
	"shrink":     {codeOK, codeBadFile, codeNothing, codeWavering, codeDrift},
	"check":      {codeOK, codeBadFile, codeNothing},
	"ls":         {codeOK, codeBadFile},
	"trace":      {codeOK, codeBadFile, codeNothing, codeDrift},
	"tree":       {codeOK, codeBadFile, codeNothing, codeInconclusive, codeDrift},
	"top":        {codeOK, codeBadFile, codeNothing, codeInconclusive, codeDrift},
	"conform":    {codeOK, codeBroken, codeBadFile, codeNothing},
	"bench":      {codeOK, codeBroken},
	"completion": {codeOK},
	"version":    {codeOK},
}

// endings is the line of a verb's help on its exit codes.
func endings(verb string) string {
	var some []string
	for _, c := range mayEnd[verb] {
		some = append(some, fmt.Sprint(int(c)))
	}
	return "Exit codes: " + strings.Join(some, ", ") + ", and of all verbs 2, 70, 74, 130, 141, 143; --explain-exit says what they mean"
}

// explainable lets all verbs of a root explain the exit codes in place of doing what they do, whatever stands behind them.
func (a *app) explainable(root *cobra.Command) {
	explain := root.PersistentFlags().Bool("explain-exit", false, "list the exit codes")
	for _, cmd := range append(root.Commands(), root) {
		args, run := cmd.Args, cmd.RunE
		cmd.Args = func(cmd *cobra.Command, words []string) error {
			if *explain || args == nil {
				return nil
			}
			return args(cmd, words)
		}
		cmd.RunE = func(cmd *cobra.Command, words []string) error {
			if *explain {
				return explainExit(a.out)
			}
			return run(cmd, words)
		}
	}
}
