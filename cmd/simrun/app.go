package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// app is one execution of simrun: where it prints, and what the user asked of all verbs.
type app struct {
	out    *output
	errs   io.Writer
	env    environment
	stop   *interrupt
	colour string // auto, always or never
	quiet  bool
}

func newApp() *app {
	return &app{out: newOutput(os.Stdout), errs: os.Stderr, env: machine()}
}

// execute runs a command line and answers the exit code.
func (a *app) execute(args []string) code {
	a.stop = listen()
	if !a.env.noGCSettings {
		debug.SetGCPercent(400) // worlds are small and short: memory is cheaper here than collecting it often
	}
	root := a.root()
	root.SetArgs(args)
	cmd, err := safely(root)
	a.out.Flush()
	if broken := a.out.failure(); broken != nil && codeOf(err) != codeEngine {
		err = broken
	}
	a.complain(cmd, err)
	return codeOf(err)
}

// safely runs the verb. A panic is simrun's own: those of actors are exit reasons.
func safely(root *cobra.Command) (cmd *cobra.Command, err error) {
	defer func() {
		if v := recover(); v != nil {
			cmd, err = root, ownBug(panicOf("ran", v))
		}
	}()
	return root.ExecuteC()
}

// ownBug is the error for a bug of simrun's own.
func ownBug(bug error) *exit {
	return exitWith(codeEngine, "%w", bug).because("this is a bug of simrun: please report it with the lines above")
}

// complain says on stderr why the verb ended.
func (a *app) complain(cmd *cobra.Command, err error) {
	var e *exit
	switch {
	case err == nil:
		return
	case !errors.As(err, &e):
		e = &exit{code: codeUsage, err: err, hint: cmd.CommandPath() + " --help shows what is possible"}
	}
	if e.err == nil {
		return
	}
	paint := a.env.colour(a.colour, a.env.errTerminal)
	fmt.Fprintf(a.errs, "%s %s\n", coloured(paint, red, "simrun:"), strings.TrimRight(e.err.Error(), "\n"))
	if e.hint != "" {
		fmt.Fprintf(a.errs, "  %s\n", e.hint)
	}
}

// warn says something on stderr that does not end the verb.
func (a *app) warn(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.errs, "simrun: "+format+"\n", args...)
	}
}

const (
	red = "31"
	dim = "2"
)

func coloured(on bool, sgr, text string) string {
	if !on {
		return text
	}
	return "\x1b[" + sgr + "m" + text + "\x1b[0m"
}
