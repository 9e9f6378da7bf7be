package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

// settled is simrun run with a command line, read and not run.
func settled(t *testing.T, args []string) *running {
	t.Helper()
	a := newApp()
	a.env.getenv = func(string) string { return "" }
	r := newRunning(a)
	cmd := r.command()
	if err := cmd.ParseFlags(args); err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	if err := r.settle(cmd); err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	return r
}

// given is a value for each flag of run that goes on with the command, and how the command says it.
var given = map[string][2]string{
	"seeds": {"--seeds=3..9", "--seeds 5..9"}, "seed": {"--seed=7", "--seed 9"}, "for": {"--for=31s", ""}, "policy": {"--policy=pct(depth=3)", "--policy 'pct(depth=3)'"},
	"swarm": {"--swarm", ""}, "stop-after": {"--stop-after=10m", "--stop-after 9m"}, "fail-fast": {"--fail-fast=3", "--fail-fast=2"},
	"shrink": {"--shrink=off", ""}, "strict": {"--strict", ""}, "canary": {"--canary", ""}, "check-determinism": {"--check-determinism=2%", ""},
	"check-mutation": {"--check-mutation", ""}, "format": {"--format=json", ""}, "out": {"--out=found/", "--out found-more"},
	"junit": {"--junit=a b.xml", "--junit 'a b-more.xml'"}, "markdown": {"--markdown=-", ""}, "jsonl": {"--jsonl=x", "--jsonl x-more"},
}

// idleFlags are those that decide nothing about the runs and where they are told.
var idleFlags = []string{"jobs", "quiet", "color", "explain-exit", "help"}

// The command that goes on with a search says every flag of run again, or there is a reason not to: no flag can be forgotten.
func TestOnward_allFlags(t *testing.T) {
	root := newApp().root()
	run, _, err := root.Find([]string{"run"})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	note := func(f *pflag.Flag) { names = append(names, f.Name) }
	run.LocalFlags().VisitAll(note)
	root.PersistentFlags().VisitAll(note)
	for _, name := range names {
		known := slices.ContainsFunc(onward, func(x struct {
			flag string
			text func(*running, rest) string
		}) bool {
			return x.flag == name
		})
		if known == slices.Contains(idleFlags, name) {
			t.Errorf("--%s: is it said again by the command that goes on (onward), or does it decide nothing (idleFlags)?", name)
		}
		if known && given[name][0] == "" {
			t.Errorf("--%s has no value in this test", name)
		}
	}
	for _, x := range onward {
		if !slices.Contains(names, x.flag) {
			t.Errorf("--%s is no flag of run", x.flag)
		}
	}
}

// Each flag alone comes back in the command, read anew it means the same; one that is not given is not said.
func TestOnward_eachFlag(t *testing.T) {
	for _, x := range onward {
		args := []string{given[x.flag][0]}
		if x.flag == "seed" {
			args = append(args, given["stop-after"][0])
		}
		r := settled(t, args)
		r.failures = 1
		left := rest{words: []string{"kv"}, open: r.endless}
		if r.seeds != nil {
			some := seedsFrom(*r.seeds, 2)
			left.seeds = &some
		}
		if r.ending.after > 0 {
			left.time = r.ending.after - time.Minute
		}
		text := r.goOn(left)
		want := given[x.flag][1]
		if want == "" {
			want = strings.Replace(given[x.flag][0], "=", " ", 1)
		}
		if !strings.Contains(text+" ", " "+want+" ") {
			t.Errorf("%s: the command is %s, without %s", given[x.flag][0], text, want)
		}
		if n := strings.Count(text, " --"); n > len(args)+1 || n > 1 && !r.endless {
			t.Errorf("%s: the command says more: %s", given[x.flag][0], text)
		}
	}
}

// All flags together: who runs the command that is printed runs what was left, in the same way.
func TestOnward_meansTheSame(t *testing.T) {
	var args []string
	for _, x := range onward {
		if x.flag != "seed" {
			args = append(args, given[x.flag][0])
		}
	}
	r := settled(t, args)
	some := seedsFrom(*r.seeds, 2)
	text := r.goOn(rest{words: []string{"kv"}, seeds: &some, time: r.ending.after})
	words := strings.NewReplacer("'a b-more.xml'", "a\x00b-more.xml", "'", "").Replace(strings.TrimPrefix(text, "simrun run kv "))
	var again []string
	for word := range strings.FieldsSeq(words) {
		again = append(again, strings.ReplaceAll(word, "\x00", " "))
	}
	two := settled(t, again)
	switch {
	case two.opts != r.opts:
		t.Errorf("options %+v, were %+v", two.opts, r.opts)
	case two.ending != r.ending || two.shrink != r.shrink || two.twice != r.twice || two.strict != r.strict || two.canary != r.canary || two.format != r.format:
		t.Errorf("%+v, was %+v", two, r)
	case two.seeds.String() != "5..9":
		t.Errorf("seeds %v", two.seeds)
	case two.dir != "found-more" || two.names != [3]string{"a b-more.xml", "-", "x-more"}:
		t.Errorf("it writes to %s and %v", two.dir, two.names)
	}
}
