package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/internal/bench"
)

// told is an app that was asked for an end.
func told(out, errs *bytes.Buffer) *app {
	a := &app{out: newOutput(out), errs: errs, env: environment{getenv: func(string) string { return "" }}, stop: &interrupt{}}
	a.stop.code.Store(int32(codeTerminated))
	return a
}

// Of recordings it is said how many were not looked at.
func TestConform_interrupted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cases.jsonl")
	const line = `{"case":{"domain":"proc","name":"proc/one","procs":["p1"],"steps":[]},"otp":"any","recording":{"name":"proc/one"}}` + "\n"
	if err := os.WriteFile(file, []byte(line+line), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	err := (&conformance{app: told(&out, &errs)}).run([]string{file})
	if codeOf(err) != codeTerminated || !strings.HasSuffix(out.String(), ": 0 cases, 0 matched at once, 0 conform, 0 failed; interrupted before 2 cases more\n") {
		t.Errorf("exit code %d after\n%s", codeOf(err), &out)
	}
	if want := "simrun: interrupted after 0 of 2 cases of " + file + ", file 1 of 1\n"; errs.String() != want {
		t.Errorf("%q is said, not %q", &errs, want)
	}
}

// What was measured before an end is printed, and nothing is said to have failed.
func TestBench_interrupted(t *testing.T) {
	var out, errs bytes.Buffer
	b := &benchmark{app: told(&out, &errs), rounds: 3}
	b.trouble("tiny", os.ErrClosed)
	if err := b.table(bench.Programs[:1]); codeOf(err) != codeTerminated || b.failed {
		t.Errorf("exit code %d, failed %v", codeOf(err), b.failed)
	}
	if !strings.Contains(out.String(), "program") || errs.String() != "simrun bench: interrupted; that is what was measured until then\n" {
		t.Errorf("printed %q and %q", &out, &errs)
	}
}
