package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

func open(t *testing.T, dir string) *folder {
	t.Helper()
	f, err := openFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.close)
	return f
}

func failed(signature string) *reports.Run {
	return &reports.Run{Scenario: "kv", Failure: &reports.Failure{Signature: signature}, Verdicts: []reports.Verdict{{Word: reports.Broken}}}
}

// A disk that is full ends the campaign with the code for output, whenever it happens.
func TestFolder_diskIsFull(t *testing.T) {
	file, err := os.OpenFile("/dev/full", os.O_WRONLY, 0) // a file that takes nothing; macOS and Windows have none
	if err != nil {
		t.Skip("there is no /dev/full")
	}
	f := open(t, t.TempDir())
	f.results.Close()
	f.results = file
	s := &reports.Summary{Scenario: "kv"}
	f.scenario(s, &campaign{})
	if f.broken() {
		t.Fatal("broken too soon")
	}
	f.run(s, failed("x"))
	if err := f.failure(); !f.broken() || codeOf(err) != codeOutput || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("the error is %v", f.failure())
	}
	f.found(s, &evidence{Found: s.Add(failed("x"))}) // must not go on
	if _, err := os.Stat(filepath.Join(f.dir, failuresName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it went on: %v", err)
	}
}

// Where its place, or that of a folder above it, is taken by a file, that is said.
func TestFolder_placeIsTaken(t *testing.T) {
	file := filepath.Join(t.TempDir(), "taken")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{file: "is a file, not a folder", filepath.Join(file, "below"): "not a directory"} {
		if _, err := openFolder(name); codeOf(err) != codeOutput || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Where somebody may not write, that is said.
func TestFolder_noPermission(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere: no permission is ever missing") // TestFolder_placeIsTaken fails for root, too
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{dir, filepath.Join(dir, "below")} {
		if _, err := openFolder(name); codeOf(err) != codeOutput || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// keeping reserves and tells a failure.
func keeping(t *testing.T, f *folder, run *reports.Run) (dir string) {
	t.Helper()
	tg, ok := builtin("echo")
	if !ok {
		t.Fatal("no echo")
	}
	sc, ds := tg.parse()
	if sc == nil {
		t.Fatal(ds)
	}
	s := &reports.Summary{Scenario: "kv"}
	c := &campaign{target: tg}
	f.scenario(s, c)
	e := &evidence{Found: s.Add(run), plan: plan.Plan{Seed: run.Seed}}
	f.reserve(c.smaller(sc), s, e)
	f.found(s, e)
	if err := f.failure(); err != nil {
		t.Fatal(err)
	}
	return f.now.Failures[0].Folder
}

// Two scenarios of one name have folders of their own.
func TestFolder_sameName(t *testing.T) {
	f := open(t, t.TempDir())
	first := keeping(t, f, failed("deadlock ../../x"))
	for _, suffix := range []string{"-2", "-3"} {
		got := keeping(t, f, failed("deadlock ../../x"))
		if got != first+suffix || !strings.HasPrefix(got, "failures/kv-deadlock-x-") {
			t.Errorf("folder %v, then %v", first, got)
		}
		if _, err := os.Stat(filepath.Join(f.dir, got, storyFile)); err != nil {
			t.Error(err)
		}
	}
}

// What an earlier run kept of its failures stays. The very same is kept once, another one of its kind beside it.
func TestFolder_again(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir)
	first := keeping(t, f, failed("x"))
	f.close()
	notes := filepath.Join(dir, first, "notes.txt")
	if err := os.WriteFile(notes, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	f = open(t, dir)
	if got := keeping(t, f, failed("x")); got != first {
		t.Errorf("the same is kept in %s and in %s", first, got)
	}
	f.close()
	f = open(t, dir)
	other := failed("x")
	other.Seed = 8
	if got := keeping(t, f, other); got != first+"-2" {
		t.Errorf("another is kept in %s, as the first in %s", got, first)
	}
	for _, name := range []string{notes, filepath.Join(dir, first, reproFile), filepath.Join(dir, first+"-2", reproFile)} {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
	if got, err := inFolder(dir); len(got) != 2 || err != nil {
		t.Errorf("kept are %v, %v", got, err)
	}
}

// A folder's name may be a pattern.
func TestInFolder_strangeNames(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a*[b]?")
	f := open(t, dir)
	keeping(t, f, failed("x"))
	if got, err := inFolder(dir); len(got) != 1 || err != nil {
		t.Errorf("kept are %v, %v", got, err)
	}
}
