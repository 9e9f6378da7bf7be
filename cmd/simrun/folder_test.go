package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bedlam-sim/bedlam/reports"
	"github.com/bedlam-sim/bedlam/scenarios"
)

// A repro is the scenario it was made from: comments do not count. Its token is found, and its name is no token.
func TestRepro(t *testing.T) {
	sources := map[string][]byte{
		"mark":   []byte(byteOrderMark + "simrun: 1\nname: x\ntree: {id: sup, children: [{id: echo, start: echo.Server}]}\n"),
		"crlf":   []byte("simrun: 1\r\nname: x\r\ntree: {id: sup, children: [{id: echo, start: echo.Server}]}\r\n"),
		"dashes": []byte("---\nsimrun: 1\nname: x\ntree: {id: sup, children: [{id: echo, start: echo.Server}]}"),
	}
	for _, l := range library() {
		sources[l.file] = l.src
	}
	for name, src := range sources {
		run := &reports.Run{Scenario: "two\nlines \x00", Seed: 7, Failure: &reports.Failure{Signature: "never\r\nsimrun: 2 \u2028 # \" \ufeff"}}
		token := scenarios.Token{Scenario: scenarios.Digest(src), Seed: 7}.Format()
		var b bytes.Buffer
		if err := repro(&b, src, &reports.Found{Run: run, Token: token}); err != nil {
			t.Fatal(err)
		}
		var again bytes.Buffer
		repro(&again, b.Bytes(), &reports.Found{Run: run, Token: token})
		if again.String() != b.String() {
			t.Errorf("%s: a repro of a repro is\n%s", name, again.String())
		}
		if scenarios.Digest(b.Bytes()) != scenarios.Digest(src) {
			t.Errorf("%s: the repro is another scenario:\n%s", name, b.String())
		}
		if _, ds := scenarios.Parse("repro.yaml", b.Bytes(), programs()); len(ds) > 0 {
			t.Errorf("%s: %v", name, ds)
		}
		if found := tokenInFile.FindSubmatch(b.Bytes()); found == nil || string(found[1]) != token {
			t.Errorf("%s: the token found is %q", name, found)
		}
	}
}

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
	file, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
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

// Where somebody may not write, that is said.
func TestFolder_noPermission(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	for _, name := range []string{dir, filepath.Join(dir, "below")} {
		if _, err := openFolder(name); codeOf(err) != codeOutput || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Two scenarios of one name have folders of their own.
func TestFolder_sameName(t *testing.T) {
	f := open(t, t.TempDir())
	var folders []string
	for range 3 {
		s := &reports.Summary{Scenario: "kv"}
		f.scenario(s, &campaign{})
		f.found(s, &evidence{Found: s.Add(failed("deadlock ../../x"))})
		folders = append(folders, f.now.Failures[0].Folder)
	}
	if err := f.failure(); err != nil {
		t.Fatal(err)
	}
	for i, suffix := range []string{"", "-2", "-3"} {
		if folders[i] != folders[0]+suffix || !strings.HasPrefix(folders[i], "failures/kv-deadlock-x-") {
			t.Errorf("folders %v", folders)
		}
		if _, err := os.Stat(filepath.Join(f.dir, folders[i], storyFile)); err != nil {
			t.Error(err)
		}
	}
}

// What an earlier run left is removed; what others put there is not, nor what links lead to.
func TestFolder_again(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	f := open(t, dir)
	s := &reports.Summary{Scenario: "kv"}
	f.scenario(s, &campaign{})
	f.found(s, &evidence{Found: s.Add(failed("x"))})
	f.close()
	old := f.now.Failures[0].Folder
	notes, story := filepath.Join(dir, old, "notes.txt"), filepath.Join(outside, storyFile)
	for _, name := range []string{notes, story} {
		if err := os.WriteFile(name, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(dir, failuresName, "link")); err != nil {
		t.Skip(err)
	}
	if f, err := openFolder(dir); err == nil {
		f.close()
	} else if !strings.Contains(err.Error(), "escapes") {
		t.Errorf("opened again: %v", err)
	}
	for _, name := range []string{notes, story} {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, old, storyFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the old story: %v", err)
	}
}
