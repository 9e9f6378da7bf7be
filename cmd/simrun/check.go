package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/bedlam-sim/bedlam/scenarios"
)

func (a *app) checkCommand() *cobra.Command {
	format := textFormat
	cmd := &cobra.Command{
		Use:   "check [TARGET…]",
		Short: "Read scenario files and show every mistake",
		Example: `  simrun check                      all scenario files below this folder
  simrun check chat.sim.yaml
  simrun check scenarios/ --format json`,
		Long: "Reads scenario files and shows every mistake with its place and a hint.\n" +
			"Of faults that wait for events it hears in the first runs whether there are such, and warns if others are meant.\n" +
			"Exit code 0 if all are good, 3 if one has a mistake, 2 if one cannot be read, 4 if there is none to check.",
		RunE: func(_ *cobra.Command, names []string) error { return a.check(names, format) },
	}
	formatFlag(cmd, &format)
	return cmd
}

func (a *app) check(names []string, format format) error {
	if len(names) == 0 {
		names = []string{"."}
	}
	found, unread, err := findSome(names)
	if err != nil {
		return err
	}
	for _, why := range unread {
		fmt.Fprintf(a.errs, "simrun: %v\n", why)
	}
	bad := 0
	for _, t := range found {
		sc, ds := t.parse()
		var doubts []suspicion
		if len(ds) > 0 {
			bad++
		} else {
			doubts = t.suspicions(sc)
		}
		if format == jsonFormat {
			err = printCheckJSON(a.out, t, ds, doubts)
		} else {
			err = a.printCheckText(t, ds, doubts)
		}
		if err == nil {
			err = a.out.Flush() // a signal ends this verb at once
		}
		if err != nil {
			break // the app finds it
		}
	}
	if format == textFormat && len(found) > 1 {
		fmt.Fprintf(a.out, "%s, %d with mistakes\n", plural(len(found), "file"), bad)
	}
	switch {
	case bad > 0:
		return ended(codeBadFile)
	case len(unread) > 0:
		return ended(codeUsage)
	}
	return nil
}

func (a *app) printCheckText(t target, ds scenarios.Diagnostics, doubts []suspicion) error {
	for _, x := range doubts {
		fmt.Fprintln(a.out, x)
	}
	if len(ds) == 0 {
		if a.quiet {
			return nil
		}
		_, err := fmt.Fprintf(a.out, "ok %s\n", t.file)
		return err
	}
	_, err := fmt.Fprintf(a.out, "%v\n", ds)
	return err
}

// printCheckJSON prints one line a file: {"v":1,"type":"check","file":…,"ok":…,"errors":[…],"more":0}, and
// "warnings" if there are some.
func printCheckJSON(w *output, t target, ds scenarios.Diagnostics, doubts []suspicion) error {
	some := ds[:min(len(ds), diagnosticsShown)]
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(struct {
		V      int                    `json:"v"`
		Type   string                 `json:"type"`
		File   string                 `json:"file"`
		OK     bool                   `json:"ok"`
		Errors []scenarios.Diagnostic `json:"errors"`
		More   int                    `json:"more"`
		Doubts []suspicion            `json:"warnings,omitempty"`
	}{1, "check", t.file, len(ds) == 0, append([]scenarios.Diagnostic{}, some...), len(ds) - len(some), doubts})
}

// diagnosticsShown is how many mistakes of a file are printed.
const diagnosticsShown = 50
