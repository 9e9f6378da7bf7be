package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A code is how simrun ends. Codes are stable: scripts, git bisect run and CI servers read them.
type code int

// The codes. exitTable says what each means.
const (
	codeOK           code = 0
	codeBroken       code = 1
	codeUsage        code = 2
	codeBadFile      code = 3
	codeNothing      code = 4
	codeWavering     code = 5
	codeInconclusive code = 6
	codeNotMet       code = 7
	codeDrift        code = 8
	codeEngine       code = 70
	codeOutput       code = 74
	codeInterrupted  code = 130
	codePipe         code = 141
	codeTerminated   code = 143
)

var exitTable = []struct {
	code  code
	about string
}{
	{codeOK, "every rule held"},
	{codeBroken, "a rule was broken; replay: the failure was reproduced; conform: a case failed; bench: something could not be measured"},
	{codeUsage, "the command line is wrong, or names what is not there"},
	{codeBadFile, "a file has mistakes; they were printed, nothing ran"},
	{codeNothing, "there is nothing to run: no scenario was found, or no seed is left"},
	{codeWavering, "not deterministic: two runs of one plan differ; the first differing event was printed"},
	{codeInconclusive, "a limit was hit and a rule is undecided (with --strict, else a warning); tree, top: or --at was not reached"},
	{codeNotMet, "a canary was not found (--canary); with --strict also a rule that was never evaluated, " +
		"a fault that never took effect"},
	{codeDrift, "replay, and run of what is kept: parts of the plan do not apply, and nothing fails; " +
		"it is another run than a token's, and fails; or its scenario is gone"},
	{codeEngine, "a bug in simrun itself; please report it with what was printed"},
	{codeOutput, "output, a report or the folder of --out could not be written"},
	{codeInterrupted, "interrupted (Ctrl-C); run, shrink, conform and bench print what is known, and keep it in the files that " +
		"were asked for"},
	{codePipe, "the reader of the output went away, as with | head"},
	{codeTerminated, "told to terminate (SIGTERM); likewise"},
}

// gravity orders the codes that can apply to one run at once, the gravest first.
var gravity = []code{codeEngine, codeWavering, codeBroken, codeDrift, codeNotMet, codeInconclusive, codeNothing, codeOK}

// graver answers the graver of two codes of gravity.
func graver(a, b code) code {
	if slices.Index(gravity, a) <= slices.Index(gravity, b) {
		return a
	}
	return b
}

func explainExit(w io.Writer) error {
	var b strings.Builder
	for _, row := range exitTable {
		fmt.Fprintf(&b, "%4d  %s\n", row.code, row.about)
	}
	b.WriteString("\nIf several apply, the first of " + graverText() + " is given.\n" +
		"go run flattens every failure to exit code 1; the binary and go tool simrun keep it.\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func graverText() string {
	var texts []string
	for _, c := range gravity {
		if c != codeOK && c != codeNothing {
			texts = append(texts, fmt.Sprint(int(c)))
		}
	}
	return strings.Join(texts, ", ")
}

// An exit is the error of a verb that ends with a code. With a nil err it says nothing: all has been printed.
type exit struct {
	code code
	err  error
	hint string // what to do about it; a line of its own
}

func (e *exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exit) Unwrap() error { return e.err }

// exitWith makes a verb end with a code and a message.
func exitWith(c code, format string, args ...any) *exit {
	return &exit{code: c, err: fmt.Errorf(format, args...)}
}

// ended makes a verb end with a code when all has been said.
func ended(c code) error {
	if c == codeOK {
		return nil
	}
	return &exit{code: c}
}

// because adds a hint.
func (e *exit) because(hint string) *exit { e.hint = hint; return e }

// codeOf answers the code for the error of a verb. An error that names none comes from cobra: it is of the command line.
func codeOf(err error) code {
	var e *exit
	switch {
	case err == nil:
		return codeOK
	case errors.As(err, &e):
		return e.code
	}
	return codeUsage
}
