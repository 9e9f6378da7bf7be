package main

import (
	"os"

	"golang.org/x/term"
)

// environment is what of the machine's environment matters. It is asked once.
type environment struct {
	getenv       func(string) string
	outTerminal  bool // stdout is a terminal
	errTerminal  bool // stderr is one
	errWidth     func() int
	noGCSettings bool // the user has set GOGC
}

func machine() environment {
	_, gogc := os.LookupEnv("GOGC")
	return environment{
		getenv:       os.Getenv,
		outTerminal:  isTerminal(os.Stdout),
		errTerminal:  isTerminal(os.Stderr),
		errWidth:     func() int { return width(os.Stderr) },
		noGCSettings: gogc,
	}
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

func width(f *os.File) int {
	w, _, err := term.GetSize(int(f.Fd()))
	if err != nil || w <= 0 {
		return 80
	}
	return w
}

// dumb terminals know no control codes.
func (e environment) dumb() bool { return e.getenv("TERM") == "dumb" }

// colour decides for a stream: --color first, then NO_COLOR, FORCE_COLOR, TERM, then whether a person looks at it.
func (e environment) colour(flag string, terminal bool) bool {
	switch flag {
	case "always":
		return true
	case "never":
		return false
	}
	switch force := e.getenv("FORCE_COLOR"); {
	case e.getenv("NO_COLOR") != "":
		return false
	case force != "":
		return force != "0" && force != "false"
	case e.dumb():
		return false
	}
	return terminal
}

// live tells whether progress may be redrawn in place.
func (e environment) live() bool { return e.errTerminal && !e.dumb() && e.getenv("CI") == "" }
