package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

// Help is as wide as it may be, examples and flags alike, says with which codes a verb ends, and is in our own words.
func TestHelp(t *testing.T) {
	a := newApp()
	for _, cmd := range a.root().Commands() {
		var b bytes.Buffer
		cmd.SetOut(&b)
		help(cmd, nil)
		for line := range strings.SplitSeq(b.String(), "\n") {
			if n := utf8.RuneCountInString(line); n > helpWidth {
				t.Errorf("%s: %d columns: %s", cmd.Name(), n, line)
			}
		}
		if !strings.Contains(b.String(), "\nExamples:\n") {
			t.Errorf("%s has no example", cmd.Name())
		}
		if cmd.Name() != "help" && !strings.Contains(b.String(), "\nExit codes: 0") {
			t.Errorf("%s does not say with which codes it ends", cmd.Name())
		}
	}
}
