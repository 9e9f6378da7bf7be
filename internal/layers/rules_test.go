package layers

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// ruleRow begins a row of a table of sim/otp/RULES.md.
var ruleRow = regexp.MustCompile(`(?m)^\| ([A-Z]+[0-9]+) \|`)

// ruleID is a word that cites a rule. Families of one letter have no more digits than they need: E21 is something else.
var ruleID = regexp.MustCompile(`^(?:(?:SIG|LNK|EXT|MON|ALI|NMN|REG|RCV|TMR|SCH|SPW|PL|GST|GC|GS|SM|EV|SUP|APP|SYS|HOT|NK|GLB|LCK|POP|PG|I|B)[1-9][0-9]?|[EC][1-9])$`)

// words are the runs of letters and digits of a text: B50 of TestMonitor_B50_memberToo, but nothing of I2C or 0xE4.
func words(text []byte) []string {
	return strings.FieldsFunc(string(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// Every rule that is cited can be looked up, and says one thing.
func TestRulesAreWrittenDown(t *testing.T) {
	root := filepath.Join("..", "..")
	table, err := os.ReadFile(filepath.Join(root, "sim", "otp", "RULES.md"))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, row := range ruleRow.FindAllSubmatch(table, -1) {
		id := string(row[1])
		if known[id] {
			t.Errorf("RULES.md has %s twice", id)
		}
		if !ruleID.MatchString(id) {
			t.Errorf("RULES.md has %s, of a family that this test does not look for", id)
		}
		known[id] = true
	}
	cited := map[string]bool{}
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".git":
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(p, ".go"):
			return nil
		}
		text, err := os.ReadFile(p)
		for _, word := range words(text) {
			if len(word) > len("GLB14") || cited[word] || !ruleID.MatchString(word) {
				continue
			}
			if cited[word] = true; !known[word] {
				t.Errorf("%s: %s is not in sim/otp/RULES.md; if it is no rule, write it otherwise", p, word)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(cited) < 100 {
		t.Errorf("%d rules are cited: that is not the whole house", len(cited))
	}
}
