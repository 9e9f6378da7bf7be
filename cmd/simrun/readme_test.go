package main

import (
	"bytes"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write golden texts anew")

// What README shows of a failing seed is what simrun prints: the first failure of bank, as a block of text.
// go test ./cmd/simrun -run Readme -update writes it anew.
func TestReadmeShowsWhatIsPrinted(t *testing.T) {
	src, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile(`(?s)    ✗ money stays.*?\n    REPLAY: [^\n]*\n`)
	if !block.Match(src) {
		t.Fatal("README shows no failing seed")
	}
	var out bytes.Buffer
	a := newApp()
	a.out, a.errs = newOutput(&out), io.Discard
	if got := a.execute([]string{"run", "bank", "-q", "--fail-fast"}); got != codeBroken {
		t.Fatalf("exit code %d", got)
	}
	printed := regexp.MustCompile(`(?s)✗ money stays  seed.*?\nREPLAY: [^\n]*\n`).FindString(out.String())
	want := "    " + strings.ReplaceAll(strings.TrimSuffix(printed, "\n"), "\n", "\n    ") + "\n"
	if got := string(block.Find(src)); got == want {
		return
	}
	if *update {
		if err := os.WriteFile(readme, block.ReplaceAllLiteral(src, []byte(want)), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("README shows something else than\n%s", want)
}

// tourToken is a token in a command of README.
var tourToken = regexp.MustCompile(`\b[0-9A-Z]{20,}\b`)

// README's tour: every command that it shows is run, in a folder beside the repository's scenarios, and prints what it shows.
// In the place of a token stands the last one that was printed.
func TestReadmeTour(t *testing.T) {
	text, keep := readmeText(t)
	scenarios, err := filepath.Abs("../../scenarios")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.CopyFS("scenarios", os.DirFS(scenarios)); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	token, commands, skip := "", 0, false
	for line := range strings.Lines(text) {
		command, isCommand := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "    $ ")
		switch {
		case isCommand && !strings.HasPrefix(command, "go "):
			commands++
			if token == "" && tourToken.MatchString(command) {
				t.Fatal("a token before there is one")
			}
			command = tourToken.ReplaceAllString(command, token)
			printed := runLine(t, command)
			if found := regexp.MustCompile(`REPLAY: simrun replay ([0-9A-Z]{20,})\n`).FindStringSubmatch(printed); found != nil {
				token = found[1]
			}
			out.WriteString("    $ " + command + "\n" + indented(printed))
			skip = true
			continue
		case skip && strings.HasPrefix(line, "    "), skip && line == "\n" && strings.Contains(out.String(), "    $ "):
			if line == "\n" { // it ends a block, or is in the midst of one
				out.WriteString("\x00")
			}
			continue
		}
		skip = false
		out.WriteString(line)
	}
	if commands < 5 {
		t.Errorf("README shows %d commands", commands)
	}
	keep(regexp.MustCompile("\x00+").ReplaceAllString(out.String(), "\n"))
}

// runLine runs a command line of README, with what stands behind a pipe, and answers what it prints.
func runLine(t *testing.T, line string) string {
	t.Helper()
	command, filter, piped := strings.Cut(line, " | ")
	words := strings.Fields(command)
	if words[0] != "simrun" {
		printed, err := exec.Command("sh", "-c", line).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", line, err, printed)
		}
		return string(printed)
	}
	var out bytes.Buffer
	a := newApp()
	a.out, a.errs = newOutput(&out), &out
	a.execute(append(words[1:], "-q"))
	if !piped {
		return out.String()
	}
	sh := exec.Command("sh", "-c", filter)
	sh.Stdin = &out
	printed, err := sh.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", line, err, printed)
	}
	return string(printed)
}

// indented is text as README shows it.
func indented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			line = "    " + line
		}
		b.WriteString(line)
	}
	return b.String()
}

// README's scenario files are such as run, and hold.
func TestReadmeScenariosHold(t *testing.T) {
	src, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(src, -1)
	if len(blocks) != 2 {
		t.Fatalf("README shows %d scenarios", len(blocks))
	}
	for _, block := range blocks {
		file := filepath.Join(t.TempDir(), "readme.sim.yaml")
		if err := os.WriteFile(file, block[1], 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		a := newApp()
		a.out, a.errs = newOutput(&out), &out
		if got := a.execute([]string{"run", file, "-q", "--strict"}); got != codeOK {
			t.Errorf("exit code %d\n%s", got, out.String())
		}
	}
}
