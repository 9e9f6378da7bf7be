package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// format is a value of --format.
type format string

const (
	textFormat  format = "text"
	jsonFormat  format = "json"
	jsonlFormat format = "jsonl"

	junitFormat    format = "junit"
	markdownFormat format = "markdown"
	githubFormat   format = "github"
)

// word is a flag that takes one of some words. It is a pflag.Value.
type word[T ~string] struct {
	value   *T
	choices []T
}

// String is the value.
func (w word[T]) String() string { return string(*w.value) }

// Set takes a value.
func (w word[T]) Set(text string) error {
	if !slices.Contains(w.choices, T(text)) {
		return fmt.Errorf("it is one of %s", w.list(", "))
	}
	*w.value = T(text)
	return nil
}

// Type is what help shows behind the flag.
func (w word[T]) Type() string { return w.list("|") }

func (w word[T]) list(between string) string {
	texts := make([]string, len(w.choices))
	for i, c := range w.choices {
		texts[i] = string(c)
	}
	return strings.Join(texts, between)
}

// wordFlag adds a flag that takes one of some words, and completes them.
func wordFlag[T ~string](cmd *cobra.Command, value *T, name, usage string, choices ...T) {
	w := word[T]{value, choices}
	cmd.Flags().Var(w, name, usage)
	words := cobra.FixedCompletions(strings.Split(w.list(" "), " "), cobra.ShellCompDirectiveNoFileComp)
	must(cmd.RegisterFlagCompletionFunc(name, words))
}

func formatFlag(cmd *cobra.Command, value *format) {
	wordFlag(cmd, value, "format", "how to print", textFormat, jsonFormat)
}

// must is for mistakes of this program's own, such as completing a flag that is not there.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
