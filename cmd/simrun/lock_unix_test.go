//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Two at once in one folder would destroy each other's results: the second is refused it, and changes nothing.
func TestFolder_taken(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir)
	first.results.WriteString("mine\n")
	lines := filepath.Join(dir, "lines.jsonl")
	second := newRunning(newApp())
	second.dir, second.names[2] = dir, lines
	if err := os.WriteFile(lines, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := second.prepare()
	if codeOf(err) != codeOutput || !strings.Contains(err.Error(), "another simrun writes to "+dir) {
		t.Fatalf("the error is %v, with code %d", err, codeOf(err))
	}
	for name, want := range map[string]string{filepath.Join(dir, resultsFile): "mine\n", lines: "kept"} {
		if text, err := os.ReadFile(name); string(text) != want {
			t.Errorf("%s is %q, %v", name, text, err)
		}
	}
	first.close()
	open(t, dir) // it is free again
}

// A folder in which nothing of simrun's is stays as it is.
func TestFolder_theirs(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "letter"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openFolder(dir); codeOf(err) != codeOutput {
		t.Errorf("the error is %v", err)
	}
	if all, _ := os.ReadDir(dir); len(all) != 1 {
		t.Errorf("there are %v", all)
	}
}
