package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// Each example of a help text is a command line that simrun takes.
func TestExamples(t *testing.T) {
	tried := 0
	var each func(c *cobra.Command, help string)
	each = func(c *cobra.Command, help string) {
		for _, line := range strings.Split(help, "\n") {
			line = strings.TrimSpace(strings.ReplaceAll(line, "$(git rev-parse HEAD)", "HEAD"))
			line = betweenWords.Split(line, 2)[0]
			if !strings.HasPrefix(line, "simrun ") {
				continue
			}
			tried++
			args := strings.Fields(strings.Split(line, " | ")[0])
			verb, rest, err := newApp().root().Find(args[1:])
			if err == nil {
				err = verb.ParseFlags(rest)
			}
			if err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
		for _, below := range c.Commands() {
			each(below, below.Example)
		}
	}
	examples, _, _ := strings.Cut(rootHelp, "\n\nWrite ")
	each(newApp().root(), examples)
	if tried < 20 {
		t.Errorf("only %d examples", tried)
	}
}

// betweenWords is what stands between an example and what is said about it.
var betweenWords = regexp.MustCompile(` {2,}`)
