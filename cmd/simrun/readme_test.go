package main

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write golden texts anew")

// What README shows of a failing seed is what simrun prints: the first failure of bank, as a block of text.
// go test ./cmd/simrun -run Readme -update writes it anew.
func TestReadmeShowsWhatIsPrinted(t *testing.T) {
	const readme = "../../README.md"
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
